//! Copies that are being made: while there is one, the log of the database is left to grow, and a store that closes lets it end first.

use crate::pending::lock;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long a store that closes waits for its copies to break off. They look every few milliseconds, unless a server of theirs is away.
const END_WAIT: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Inner {
    count: Mutex<usize>,
    ended: Condvar,
}

/// How many copies are being made.
#[derive(Clone, Default)]
pub(crate) struct Copies(Arc<Inner>);

/// One of them, until it is dropped.
pub(crate) struct Running(Arc<Inner>);

impl Copies {
    /// One more.
    pub(crate) fn begin(&self) -> Running {
        *lock(&self.0.count) += 1;
        Running(Arc::clone(&self.0))
    }

    /// Whether there is any.
    pub(crate) fn any(&self) -> bool {
        *lock(&self.0.count) > 0
    }

    /// Waits until there is none, within bounds.
    pub(crate) fn wait_for_end(&self) {
        let waited = self.0.ended.wait_timeout_while(lock(&self.0.count), END_WAIT, |count| *count > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut count = lock(&self.0.count);
        *count = count.saturating_sub(1);
        drop(count);
        self.0.ended.notify_all();
    }
}
