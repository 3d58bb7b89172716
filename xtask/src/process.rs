//! Running other programs: their output passes through and is counted on the way.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::outcome::{Failure, Tally};

/// A command with its arguments; the environment is ours.
pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Cargo as it was called for us, so that the same toolchain goes on.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments);
    command
}

/// Runs to the end, output untouched.
pub(crate) fn run(mut command: Command) -> Result<(), Failure> {
    announce(&command);
    let status = command.status().map_err(|trouble| cannot_start(&command, &trouble))?;
    if status.success() { Ok(()) } else { Err(Failure::DoesNotHold(format!("{} ended with {status}", shown(&command)))) }
}

/// Runs to the end, passes the output on and counts the tests in it.
pub(crate) fn run_counting(mut command: Command) -> Result<Counted, Failure> {
    announce(&command);
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|trouble| cannot_start(&command, &trouble))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
            let text = String::from_utf8_lossy(&line);
            print!("{text}");
            tally.add(count(&text));
            line.clear();
        }
    }
    let status = child.wait().map_err(|trouble| cannot_start(&command, &trouble))?;
    let failure = (!status.success()).then(|| Failure::DoesNotHold(format!("{} ended with {status}", shown(&command))));
    Ok(Counted { tally, failure })
}

/// What a test runner counted, and how it ended.
pub(crate) struct Counted {
    pub(crate) tally: Tally,
    pub(crate) failure: Option<Failure>,
}

/// The output of a command that must succeed.
pub(crate) fn output(mut command: Command) -> Result<String, Failure> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|trouble| cannot_start(&command, &trouble))?;
    if !output.status.success() {
        return Err(Failure::DoesNotHold(format!("{} ended with {}", shown(&command), output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| Failure::DoesNotHold(format!("{} printed something that is not UTF-8", shown(&command))))
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

fn announce(command: &Command) {
    println!("$ {}", shown(command));
}

fn cannot_start(command: &Command, trouble: &std::io::Error) -> Failure {
    Failure::Environment(format!("{} cannot be run: {trouble}", shown(command)))
}

/// What one line of a test runner's output counts: cargo's closing lines and those of node's `spec` reporter.
fn count(line: &str) -> Tally {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("test result: ") {
        return Tally {
            passed: number_before(rest, "passed"),
            failed: number_before(rest, "failed"),
            skipped: number_before(rest, "ignored"),
        };
    }
    let mut tally = Tally::default();
    match line.strip_prefix("ℹ ").and_then(|rest| rest.split_once(' ')) {
        Some(("pass", number)) => tally.passed = number.parse().unwrap_or(0),
        // A test that was cancelled did not pass.
        Some(("fail" | "cancelled", number)) => tally.failed = number.parse().unwrap_or(0),
        Some(("skipped" | "todo", number)) => tally.skipped = number.parse().unwrap_or(0),
        Some(_) | None => {}
    }
    tally
}

fn number_before(text: &str, word: &str) -> u64 {
    let mut last = "";
    for part in text.split([' ', ';']).filter(|part| !part.is_empty()) {
        if part == word {
            return last.parse().unwrap_or(0);
        }
        last = part;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_both_runners_are_counted() {
        let cargo = count("test result: FAILED. 12 passed; 1 failed; 2 ignored; 0 measured; 7 filtered out; finished in 0.01s\n");
        assert_eq!(cargo, Tally { passed: 12, failed: 1, skipped: 2 });
        assert_eq!(count("ℹ pass 4\n"), Tally { passed: 4, failed: 0, skipped: 0 });
        assert_eq!(count("ℹ fail 2\n"), Tally { passed: 0, failed: 2, skipped: 0 });
        assert_eq!(count("ℹ cancelled 1\n"), Tally { passed: 0, failed: 1, skipped: 0 });
        assert_eq!(count("ℹ skipped 3\n"), Tally { passed: 0, failed: 0, skipped: 3 });
    }

    #[test]
    fn other_lines_count_nothing() {
        for line in ["test a ... ok", "running 3 tests", "ℹ tests 9", "ℹ duration_ms 88.1", "pass 3", ""] {
            assert_eq!(count(line), Tally::default(), "{line}");
        }
    }

    #[test]
    fn a_runner_that_fails_is_counted_and_named() {
        let script = "echo 'test result: FAILED. 5 passed; 1 failed; 0 ignored'; exit 101";
        let counted = run_counting(command("sh", &["-c", script])).unwrap();
        assert_eq!(counted.tally, Tally { passed: 5, failed: 1, skipped: 0 });
        assert!(counted.failure.unwrap().to_string().contains("exit status: 101"));
    }

    #[test]
    fn a_program_that_is_not_there_is_the_environments_fault() {
        let failure = run(command("benchside-no-such-program", &[])).unwrap_err();
        assert_eq!(failure.exit_code(), 3);
    }
}
