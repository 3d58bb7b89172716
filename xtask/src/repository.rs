//! Where things are, and which crates there are: read once from `cargo metadata`.

use std::path::PathBuf;

use serde_json::Value;

use crate::outcome::Failure;
use crate::process;

/// The checkout and its crates.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// Its folder, from the root, with forward slashes.
    pub(crate) folder: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One line of a `[dependencies]`, `[dev-dependencies]` or `[build-dependencies]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Whether it is named by path: one of our own, or something lying beside us.
    pub(crate) by_path: bool,
    /// "normal", "dev" or "build".
    pub(crate) kind: String,
}

impl Repository {
    /// Asks cargo; it need not reach a network for this.
    pub(crate) fn find() -> Result<Repository, Failure> {
        let text = process::output(process::cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]))?;
        Repository::read(&text).ok_or_else(|| Failure::Environment("cargo metadata printed something else than expected".into()))
    }

    fn read(text: &str) -> Option<Repository> {
        let metadata: Value = serde_json::from_str(text).ok()?;
        let root = metadata.get("workspace_root")?.as_str()?.to_owned();
        let packages = metadata.get("packages")?.as_array()?.iter().map(|package| read_package(package, &root));
        Some(Repository {
            packages: packages.collect::<Option<_>>()?,
            target: metadata.get("target_directory")?.as_str()?.into(),
            root: root.into(),
        })
    }

    /// A program that a build leaves behind.
    pub(crate) fn program(&self, profile: &str, name: &str) -> PathBuf {
        self.target.join(profile).join(name)
    }
}

fn read_package(package: &Value, root: &str) -> Option<Package> {
    let manifest = package.get("manifest_path")?.as_str()?;
    let folder = manifest.strip_prefix(root)?.trim_start_matches('/').trim_end_matches("Cargo.toml").trim_end_matches('/');
    let dependencies = package.get("dependencies")?.as_array()?.iter().map(read_dependency);
    Some(Package {
        name: package.get("name")?.as_str()?.to_owned(),
        folder: folder.to_owned(),
        dependencies: dependencies.collect::<Option<_>>()?,
    })
}

fn read_dependency(dependency: &Value) -> Option<Dependency> {
    let kind = dependency.get("kind").and_then(Value::as_str).unwrap_or("normal");
    let by_path = dependency.get("path").is_some_and(Value::is_string);
    Some(Dependency { name: dependency.get("name")?.as_str()?.to_owned(), by_path, kind: kind.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_own_words_are_understood() {
        let repository = Repository::read(
            r#"{"workspace_root":"/r","target_directory":"/t","packages":[{"name":"catalogue","manifest_path":"/r/lab/catalogue/Cargo.toml",
            "dependencies":[{"name":"kernel","kind":null,"path":"/r/lab/kernel"},{"name":"proptest","kind":"dev"}]}]}"#,
        )
        .unwrap();
        let kernel = Dependency { name: "kernel".into(), by_path: true, kind: "normal".into() };
        let proptest = Dependency { name: "proptest".into(), by_path: false, kind: "dev".into() };
        let expected = Package { name: "catalogue".into(), folder: "lab/catalogue".into(), dependencies: vec![kernel, proptest] };
        assert_eq!(repository.packages, [expected]);
        assert_eq!(repository.program("release", "benchside"), PathBuf::from("/t/release/benchside"));
    }

    #[test]
    fn this_workspace_is_found() {
        let repository = Repository::find().unwrap();
        assert!(repository.root.join("xtask").is_dir());
        assert!(repository.packages.iter().any(|package| package.name == "kernel" && package.folder == "lab/kernel"));
    }
}
