//! How long a function and a file may be. Tests and data are not measured: a table is as long as what it lists.

use super::Finding;
use super::tree::{File, Tree};

const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 800;
/// What people write by hand; everything else is data.
const WRITTEN: [&str; 5] = [".rs", ".mjs", ".js", ".css", ".sql"];

/// Functions that are too long.
pub(super) fn functions(tree: &Tree) -> Vec<Finding> {
    tree.rust().filter(|file| !file.is_test()).flat_map(functions_of).collect()
}

fn functions_of(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for function in file.source.functions.iter().filter(|function| !file.source.is_test_line(function.first)) {
        let lines = function.last.saturating_sub(function.first).saturating_add(1);
        if lines > FUNCTION_LINES_MAX {
            let what = format!("fn {} has {lines} lines, {FUNCTION_LINES_MAX} are allowed", function.name);
            findings.push(Finding { measured: Some((function.name.clone(), lines)), ..Finding::at(&file.path, function.first, what) });
        }
    }
    findings
}

/// Files that are too long, lines of test modules not counted.
pub(super) fn files(tree: &Tree) -> Vec<Finding> {
    let written = tree.files.iter().filter(|file| WRITTEN.iter().any(|ending| file.path.ends_with(ending)) && !file.is_test());
    written.filter_map(file_of).collect()
}

fn file_of(file: &File) -> Option<Finding> {
    let lines = (1..=file.text.lines().count()).filter(|line| !file.source.is_test_line(*line)).count();
    let what = format!("the file has {lines} lines without its tests, {FILE_LINES_MAX} are allowed");
    (lines > FILE_LINES_MAX).then(|| Finding { measured: Some((String::new(), lines)), ..Finding::at(&file.path, 0, what) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function_of_lines(lines: usize) -> String {
        format!("fn f() {{\n{}}}\n", "    x();\n".repeat(lines.saturating_sub(2)))
    }

    #[test]
    fn a_function_may_have_seventy_lines_and_not_one_more() {
        let found = |lines| functions(&Tree::of(&[("a/src/lib.rs", &function_of_lines(lines))], &[])).len();
        assert_eq!((found(70), found(71)), (0, 1));
    }

    #[test]
    fn tests_may_be_longer() {
        let in_module = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function_of_lines(99));
        let tree = Tree::of(&[("a/src/lib.rs", &in_module), ("a/tests/it/main.rs", &function_of_lines(99))], &[]);
        assert_eq!(functions(&tree), []);
    }

    #[test]
    fn a_file_may_have_eight_hundred_lines_without_its_tests() {
        let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "// t\n".repeat(500));
        let found = |lines, tests: &str| files(&Tree::of(&[("a/src/lib.rs", &format!("{}{tests}", "// x\n".repeat(lines)))], &[])).len();
        assert_eq!((found(800, &tests), found(801, ""), found(801, &tests)), (0, 1, 1));
        assert_eq!(files(&Tree::of(&[("content/loinc.csv", &"x\n".repeat(9000))], &[])), []);
    }
}
