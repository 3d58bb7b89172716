//! The repository's own rules about its text. Each is one function over the tree of files, with a test that shows it closing.

mod exceptions;
mod floors;
mod lengths;
mod rooms;
mod source;
pub(crate) mod tree;
mod words;

use crate::outcome::Failure;
use crate::repository::Repository;
use exceptions::Exceptions;
use tree::Tree;

/// One rule.
struct Rule {
    /// As the exceptions file names it.
    name: &'static str,
    /// What to do about a finding.
    advice: &'static str,
    look: fn(&Tree) -> Vec<Finding>,
}

const RULES: &[Rule] = &[
    Rule { name: "function-length", advice: "cut it into steps that have names", look: lengths::functions },
    Rule { name: "file-length", advice: "cut it into files that each hold one thing", look: lengths::files },
    Rule { name: "leftover", advice: "do it now or open an issue", look: words::leftovers },
    Rule { name: "machine-path", advice: "name a place relative to the repository, or take it as an argument", look: words::machine_paths },
    Rule { name: "room-header", advice: "begin the file with //! and say what the room is for", look: rooms::headers },
    Rule { name: "orphan-capture", advice: "name the folder after its driver, or write the driver", look: rooms::orphan_captures },
    Rule { name: "lints", advice: "add [lints] workspace = true to its Cargo.toml, and the crate to the workspace", look: rooms::lints },
    Rule { name: "sql", advice: "move the statement to app/store and call it by name", look: floors::sql },
    Rule { name: "typst", advice: "let wire/print draw it", look: floors::typst },
    Rule { name: "clock", advice: "take `now` or the id as an argument; only app/ has a clock and chance", look: floors::clocks },
];

/// One place that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Finding {
    path: String,
    /// Counted from 1; 0 where the whole file or folder is meant.
    line: usize,
    what: String,
    /// For lengths: the function's name (empty for a file) and how long it is.
    measured: Option<(String, usize)>,
}

impl Finding {
    fn at(path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, what: what.into(), measured: None }
    }
}

/// Looks at the whole repository.
pub(crate) fn stage(repository: &Repository) -> Result<(), Failure> {
    let tree = Tree::read(&repository.root, &repository.packages)?;
    let text = std::fs::read_to_string(repository.root.join(exceptions::PATH));
    let list = text.map_err(|trouble| Failure::Environment(format!("{}: {trouble}", exceptions::PATH)))?;
    let complaints = complaints(&tree, &Exceptions::read(&list).map_err(Failure::DoesNotHold)?);
    if complaints.is_empty() {
        println!("{} files keep {} rules", tree.files.len(), RULES.len());
        return Ok(());
    }
    complaints.iter().for_each(|complaint| eprintln!("{complaint}"));
    Err(Failure::DoesNotHold(format!("{} places break the repository's rules", complaints.len())))
}

/// What is wrong, in words, after the exceptions; an exception that is not needed any more is wrong too.
fn complaints(tree: &Tree, exceptions: &Exceptions) -> Vec<String> {
    let mut all = Vec::new();
    let mut used = Vec::new();
    for rule in RULES {
        for finding in (rule.look)(tree) {
            match exceptions.excuse(rule.name, &finding) {
                Some(at) => used.push(at),
                None => all.push(format!("{}:{}: {} [{}]; {}", finding.path, finding.line, finding.what, rule.name, rule.advice)),
            }
        }
    }
    all.extend(exceptions.unneeded(&used));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad_tree() -> Tree {
        let long = format!("//! Doc.\nfn long() {{\n{}}}\n", "    step();\n".repeat(70));
        Tree::of(&[("app/web/src/lib.rs", &long)], &[])
    }

    #[test]
    fn a_finding_is_told_with_place_rule_and_advice() {
        let complaints = complaints(&bad_tree(), &Exceptions::read("").unwrap());
        let expected = "app/web/src/lib.rs:2: fn long has 72 lines, 70 are allowed [function-length]; cut it into steps that have names";
        assert_eq!(complaints, [expected]);
    }

    #[test]
    fn an_exception_excuses_exactly_its_size() {
        let excused = |line: &str| complaints(&bad_tree(), &Exceptions::read(line).unwrap()).is_empty();
        assert!(excused("function-length app/web/src/lib.rs long 72\n"));
        assert!(!excused("function-length app/web/src/lib.rs long 71\n"), "it has grown");
        assert!(!excused("function-length app/web/src/lib.rs long 73\n"), "it has shrunk: the list must shrink with it");
        assert!(!excused("function-length app/web/src/lib.rs other 72\n"));
    }

    #[test]
    fn an_exception_nobody_needs_is_refused() {
        let tree = Tree::of(&[("app/web/src/lib.rs", "//! Doc.\n")], &[]);
        let complaints = complaints(&tree, &Exceptions::read("# a reason\nsql app/web/src/lib.rs\n").unwrap());
        assert_eq!(
            complaints,
            ["xtask/tidy-exceptions.txt:2: `sql app/web/src/lib.rs` is not needed any more, or its size is another now"]
        );
    }

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), RULES.len());
    }
}
