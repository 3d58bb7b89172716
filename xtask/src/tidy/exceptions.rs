//! The list of places that may break a rule for now. It can only shrink: a line that is not needed fails, a size is exact.

use super::Finding;

/// Where the list stands.
pub(super) const PATH: &str = "xtask/tidy-exceptions.txt";

/// The list, read.
pub(super) struct Exceptions(Vec<Exception>);

struct Exception {
    line: usize,
    rule: String,
    path: String,
    measured: Option<(String, usize)>,
}

impl Exceptions {
    /// One exception a line: `rule path`, for a file too long `rule path lines`, for a function `rule path name lines`.
    pub(super) fn read(text: &str) -> Result<Exceptions, String> {
        let lines = text.lines().enumerate().map(|(at, line)| (at.saturating_add(1), line.trim()));
        let meant = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        meant.map(|(at, line)| read_line(at, line)).collect::<Result<_, _>>().map(Exceptions)
    }

    /// Which line excuses this finding, if one does.
    pub(super) fn excuse(&self, rule: &str, finding: &Finding) -> Option<usize> {
        let fits = |one: &&Exception| one.rule == rule && one.path == finding.path && one.measured == finding.measured;
        self.0.iter().find(fits).map(|one| one.line)
    }

    /// What to say about lines that excused nothing.
    pub(super) fn unneeded(&self, used: &[usize]) -> Vec<String> {
        let unused = self.0.iter().filter(|one| !used.contains(&one.line));
        unused
            .map(|one| format!("{PATH}:{}: `{} {}` is not needed any more, or its size is another now", one.line, one.rule, one.path))
            .collect()
    }
}

fn read_line(line: usize, text: &str) -> Result<Exception, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (rule, path, measured) = match words.as_slice() {
        [rule, path] => (rule, path, None),
        [rule, path, size] => (rule, path, Some((String::new(), number(line, size)?))),
        [rule, path, name, size] => (rule, path, Some(((*name).to_owned(), number(line, size)?))),
        _ => return Err(format!("{PATH}:{line}: not of the form `rule path [function] [lines]`")),
    };
    Ok(Exception { line, rule: (*rule).to_owned(), path: (*path).to_owned(), measured })
}

fn number(line: usize, word: &str) -> Result<usize, String> {
    word.parse().map_err(|_| format!("{PATH}:{line}: {word:?} is not a number of lines"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_understood_is_named() {
        let trouble = Exceptions::read("# why\nsql\n").err().unwrap();
        assert_eq!(trouble, "xtask/tidy-exceptions.txt:2: not of the form `rule path [function] [lines]`");
        assert!(Exceptions::read("file-length a.rs many\n").is_err());
    }
}
