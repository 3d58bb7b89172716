//! How a command can end, and its exit code.

use std::fmt::Display;
use std::path::Path;

/// Exit code for wrong use of the command line.
pub(crate) const WRONG_USE: u8 = 2;

/// Why a command did not do what was asked. The words say what was wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The thing checked does not hold: exit code 1.
    #[error("{0}")]
    DoesNotHold(String),
    /// The command was used wrongly: exit code 2.
    #[error("{0}")]
    Use(String),
    /// The environment does not allow it (a port taken, no database): exit code 3.
    #[error("{0}")]
    Environment(String),
}

impl Failure {
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::DoesNotHold(_) => 1,
            Self::Use(_) => WRONG_USE,
            Self::Environment(_) => 3,
        }
    }

    /// The same, with the file it lies in.
    pub(crate) fn in_file(self, file: &Path) -> Self {
        let named = |what: String| format!("{}: {what}", file.display());
        match self {
            Self::DoesNotHold(what) => Self::DoesNotHold(named(what)),
            Self::Use(what) => Self::Use(named(what)),
            Self::Environment(what) => Self::Environment(named(what)),
        }
    }

    /// An environment failure in the words of what failed.
    pub(crate) fn environment(trouble: impl Display) -> Self {
        Self::Environment(trouble.to_string())
    }

    /// A wrong use in the words of what was wrong.
    pub(crate) fn wrong_use(trouble: impl Display) -> Self {
        Self::Use(trouble.to_string())
    }
}
