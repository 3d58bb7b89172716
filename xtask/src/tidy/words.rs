//! Words that must not stay in the repository: notes to oneself, and places of one person's machine.

use super::Finding;
use super::tree::{File, Tree};

// Put together here, so that this file keeps its own rule.
const NOTES: [&str; 4] = [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("XX", "X"), concat!("HA", "CK")];
const CALLS: [&str; 3] = [concat!("dbg", "!("), concat!("todo", "!("), concat!("unimplemented", "!(")];
/// Roots of absolute paths that exist on one machine only.
const ROOTS: [&str; 5] =
    [concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/tm", "p/"), concat!("/wo", "rk/"), concat!("/Us", "ers/")];

/// Notes to oneself and debugging calls.
pub(super) fn leftovers(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().filter(|file| is_written(file)).flat_map(|file| in_lines(file, leftover)).collect()
}

/// Absolute paths of a machine.
pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    tree.files.iter().flat_map(|file| in_lines(file, machine_path)).collect()
}

/// Data may say what it likes: `content/` and `captures/` hold other people's words.
fn is_written(file: &File) -> bool {
    !file.path.starts_with("content/") && !file.path.starts_with("captures/") && !file.path.ends_with(".csv")
}

fn in_lines(file: &File, look: fn(&str) -> Option<String>) -> Vec<Finding> {
    let lines = file.text.lines().enumerate().map(|(at, line)| (at.saturating_add(1), line));
    let found = lines.filter_map(|(at, line)| look(line).map(|what| Finding::at(&file.path, at, what)));
    found.filter(|finding| !file.quotes_what_is_refused(finding.line)).collect()
}

fn leftover(line: &str) -> Option<String> {
    let note = NOTES.iter().find(|note| line.split(|here: char| !here.is_alphanumeric() && here != '_').any(|word| word == **note));
    let found = note.or_else(|| CALLS.iter().find(|call| line.contains(*call)));
    found.map(|word| format!("{word} was left behind"))
}

fn machine_path(line: &str) -> Option<String> {
    let found = ROOTS.iter().find(|root| line.match_indices(*root).any(|(at, _)| begins_a_path(line.get(..at).unwrap_or_default())));
    found.map(|root| format!("a path below {root} exists on one machine only"))
}

/// Whether a slash after this text begins an absolute path rather than goes on with a relative one or an address.
fn begins_a_path(before: &str) -> bool {
    before.chars().next_back().is_none_or(|last| !last.is_alphanumeric() && !"._-~/}>*)]".contains(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_to_oneself_are_found_in_every_kind_of_file() {
        for (path, text) in [
            ("a/src/lib.rs", "// FIXME later"),
            ("a.md", "TODO: write"),
            ("b.mjs", "// XXX"),
            ("a/src/x.rs", "dbg!(x);"),
            ("a/src/y.rs", "todo!()"),
        ] {
            assert_eq!(leftovers(&Tree::of(&[(path, text)], &[])).len(), 1, "{path} {text}");
        }
    }

    #[test]
    fn words_that_only_look_alike_are_fine() {
        let text = "the TODOS table, XXXX as a placeholder code, hacky";
        assert_eq!(leftovers(&Tree::of(&[("a/src/lib.rs", text)], &[])), []);
        assert_eq!(leftovers(&Tree::of(&[("captures/x/y.astm", "R|1|^^^TODO")], &[])), []);
    }

    #[test]
    fn absolute_paths_of_a_machine_are_found() {
        for line in ["let p = \"/home/anna/lab\";", "see /root/x", "data = '/tmp/b'", "(/work/anna)"] {
            assert_eq!(machine_paths(&Tree::of(&[("a/src/lib.rs", line)], &[])).len(), 1, "{line}");
        }
    }

    #[test]
    fn relative_paths_and_addresses_are_fine() {
        for line in ["../work/x", "https://example.org/home/page", "${HOME}/tmp/x", "target/tmp/x", "/homework/"] {
            assert_eq!(machine_paths(&Tree::of(&[("a.md", line)], &[])), [], "{line}");
        }
    }
}
