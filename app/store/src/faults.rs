//! Faults that tests inject. Without the feature `faults` this is an empty shell that the compiler removes.

use crate::session::Failure;

/// Faults to inject, shared with the test that asks for them.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    #[cfg(feature = "faults")]
    armed: std::sync::Arc<std::sync::Mutex<Armed>>,
}

#[cfg(feature = "faults")]
#[derive(Debug, Default)]
struct Armed {
    commit: std::collections::VecDeque<crate::trouble::Cause>,
    lose_group: bool,
}

#[cfg(feature = "faults")]
impl Faults {
    /// The next commit fails for this cause instead of happening. Called twice, the one after it as well.
    pub fn fail_next_commit(&self, cause: crate::trouble::Cause) {
        crate::pending::lock(&self.armed).commit.push_back(cause);
    }
    /// After the next command of a group the transaction is gone, as SQLite does after some errors.
    pub fn lose_next_group(&self) {
        crate::pending::lock(&self.armed).lose_group = true;
    }
    pub(crate) fn at_commit(&self) -> Result<(), Failure> {
        match crate::pending::lock(&self.armed).commit.pop_front() {
            Some(cause) => Err(Failure { cause, words: "injected by a test".to_owned() }),
            None => Ok(()),
        }
    }
    pub(crate) fn loses_group(&self) -> bool {
        std::mem::take(&mut crate::pending::lock(&self.armed).lose_group)
    }
}

#[cfg(not(feature = "faults"))]
impl Faults {
    #[allow(clippy::unused_self)]
    pub(crate) fn at_commit(&self) -> Result<(), Failure> {
        Ok(())
    }
    #[allow(clippy::unused_self)]
    pub(crate) fn loses_group(&self) -> bool {
        false
    }
}
