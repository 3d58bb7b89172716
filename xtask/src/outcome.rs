//! What a stage says at its end: how many tests ran, and why it must stop.

use std::fmt;

/// Tests really run, by how they ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Tally {
    /// The count of one check that is a test in itself: the demonstration, a crash run.
    pub(crate) fn one(passed: bool) -> Tally {
        Tally { passed: u64::from(passed), failed: u64::from(!passed), skipped: 0 }
    }

    /// Adds what another runner counted.
    pub(crate) fn add(&mut self, other: Tally) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.skipped = self.skipped.saturating_add(other.skipped);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Why a stage stops. The kinds are the exit codes of the product's own command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The thing checked does not hold: exit code 1.
    DoesNotHold(String),
    /// The command line was wrong: exit code 2.
    WrongUse(String),
    /// Something this machine must have is missing or does not work: exit code 3.
    Environment(String),
}

impl Failure {
    /// The exit code of the whole program.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Failure::DoesNotHold(_) => 1,
            Failure::WrongUse(_) => 2,
            Failure::Environment(_) => 3,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::DoesNotHold(what) | Failure::WrongUse(what) | Failure::Environment(what) => f.write_str(what),
        }
    }
}

/// The end of one stage. A stage that failed may still have counted tests.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    pub(crate) failure: Option<Failure>,
}

impl Outcome {
    /// A stage that counted tests; it fails if one of them did.
    pub(crate) fn counted(tally: Tally, what: &str) -> Outcome {
        let failure = (tally.failed > 0).then(|| Failure::DoesNotHold(format!("{} of the {what} failed", tally.failed)));
        Outcome { tally, failure }
    }
}

impl From<Result<(), Failure>> for Outcome {
    fn from(result: Result<(), Failure>) -> Outcome {
        Outcome { tally: Tally::default(), failure: result.err() }
    }
}

impl From<Failure> for Outcome {
    fn from(failure: Failure) -> Outcome {
        Outcome::from(Err(failure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_line_names_skipped_tests_only_when_there_are_some() {
        assert_eq!(Tally { passed: 3, failed: 1, skipped: 0 }.to_string(), "3 passed, 1 failed");
        assert_eq!(Tally { passed: 3, failed: 0, skipped: 2 }.to_string(), "3 passed, 0 failed, 2 skipped");
    }

    #[test]
    fn a_failed_test_fails_its_stage() {
        let outcome = Outcome::counted(Tally { passed: 9, failed: 2, skipped: 0 }, "tests");
        assert_eq!(outcome.failure, Some(Failure::DoesNotHold("2 of the tests failed".into())));
        assert_eq!(Outcome::counted(Tally::one(true), "tests").failure, None);
    }
}
