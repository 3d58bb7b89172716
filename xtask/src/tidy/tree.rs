//! The files of the repository as the rules see them.

use std::path::Path;

use super::source::Source;
use crate::outcome::Failure;
use crate::repository::Package;

/// A file larger than this is data, whatever its name.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
const TEXT_ENDINGS: [&str; 12] = [".rs", ".toml", ".md", ".sql", ".mjs", ".js", ".css", ".json", ".csv", ".txt", ".html", ".astm"];

/// One text file.
pub(super) struct File {
    /// From the root, with forward slashes.
    pub(super) path: String,
    pub(super) text: String,
    /// Read as Rust; empty for other files.
    pub(super) source: Source,
}

/// Everything the rules look at.
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    /// Folders of the workspace's crates.
    pub(super) crates: Vec<String>,
}

impl Tree {
    /// Reads every text file below the root, build output and other people's code left out.
    pub(super) fn read(root: &Path, packages: &[Package]) -> Result<Tree, Failure> {
        let files = paths(root)?.into_iter().filter_map(|path| {
            let bytes = std::fs::read(root.join(&path)).ok()?;
            Some(File::of(path, String::from_utf8_lossy(&bytes).into_owned()))
        });
        Ok(Tree { files: files.collect(), crates: packages.iter().map(|package| package.folder.clone()).collect() })
    }

    /// A tree made by hand.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)], crates: &[&str]) -> Tree {
        let files = files.iter().map(|(path, text)| File::of((*path).to_owned(), (*text).to_owned()));
        Tree { files: files.collect(), crates: crates.iter().map(|folder| (*folder).to_owned()).collect() }
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }

    /// Whether there is a file at this path.
    pub(super) fn holds(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }
}

impl File {
    fn of(path: String, text: String) -> File {
        let source = if path.ends_with(".rs") { Source::read(&text) } else { Source::default() };
        File { path, text, source }
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the whole file is tests.
    pub(super) fn is_test(&self) -> bool {
        let folders = self.path.split('/');
        let name = self.path.rsplit('/').next().unwrap_or_default();
        folders.clone().any(|folder| folder == "tests") || name == "tests.rs" || name.ends_with(".test.mjs")
    }

    /// Whether this line of the tidy rules' own tests quotes what the rules refuse.
    pub(super) fn quotes_what_is_refused(&self, line: usize) -> bool {
        self.path.starts_with("xtask/src/tidy/") && self.source.is_test_line(line)
    }
}

/// The paths of all text files, sorted.
fn paths(root: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    collect(root, "", &mut found).map_err(|trouble| Failure::Environment(format!("{}: {trouble}", root.display())))?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, prefix: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        if kind.is_dir() && !is_foreign(&name) {
            collect(&entry.path(), &path, found)?;
        } else if kind.is_file() && is_text(&path) && entry.metadata()?.len() <= FILE_BYTES_MAX {
            found.push(path);
        }
    }
    Ok(())
}

fn is_foreign(folder: &str) -> bool {
    folder == ".git" || folder == "node_modules" || folder == "target" || folder.starts_with("target-")
}

fn is_text(path: &str) -> bool {
    TEXT_ENDINGS.iter().any(|ending| path.ends_with(ending)) || path.starts_with(".ci/")
}

/// Test files of the page modules that need no browser, from the root.
pub(crate) fn page_tests(root: &Path) -> Result<Vec<String>, Failure> {
    let wanted = |path: &String| path.ends_with(".test.mjs") && (path.starts_with("app/web/") || path.starts_with("e2e/browser/unit/"));
    Ok(paths(root)?.into_iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_from_the_rest() {
        let is_test = |path: &str| File::of(path.to_owned(), String::new()).is_test();
        assert!(is_test("app/store/tests/suite/main.rs"));
        assert!(is_test("lab/kernel/src/value/tests.rs"));
        assert!(is_test("app/web/assets/live.test.mjs"));
        assert!(!is_test("lab/catalogue/src/test.rs"), "a laboratory test is not a test of the program");
        assert!(!is_test("lab/benches/src/lib.rs"));
    }

    #[test]
    fn build_output_and_other_peoples_code_are_left_out() {
        let root = std::env::temp_dir().join(format!("benchside-tree-{}", std::process::id()));
        for path in ["target/a.rs", "e2e/browser/node_modules/b.mjs", ".git/c.txt", "app/web/live.test.mjs", ".ci/run", "picture.png"] {
            let file = root.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "x").unwrap();
        }
        assert_eq!(paths(&root).unwrap(), [".ci/run", "app/web/live.test.mjs"]);
        assert_eq!(page_tests(&root).unwrap(), ["app/web/live.test.mjs"]);
        std::fs::remove_dir_all(root).unwrap();
    }
}
