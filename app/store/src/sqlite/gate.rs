//! Between the writer and the checkpointer: the writer tells of its commits, the checkpointer now and then asks for a gap.
//!
//! Under an unbroken stream of commits a passive checkpoint never catches up with the end of the log, so the log would grow for
//! ever. In a gap between two groups the last pages are copied while nobody writes, and the next group starts the log anew.

use crate::pending::lock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Default)]
struct State {
    commits: u64,
    /// The writer is inside a group.
    writing: bool,
    /// The checkpointer wants, or has, a gap.
    gap: bool,
    ended: bool,
}

#[derive(Default)]
pub(super) struct Gate {
    /// Pages in the log at the last commit.
    log_pages: AtomicU64,
    state: Mutex<State>,
    changed: Condvar,
}

impl Gate {
    /// The writer begins a group; waits while there is a gap.
    pub(super) fn begin_group(&self) {
        let mut state = self.wait_while(|state| state.gap);
        state.writing = true;
    }

    /// The writer's group is over.
    pub(super) fn end_group(&self) {
        let mut state = lock(&self.state);
        state.writing = false;
        state.commits += 1;
        drop(state);
        self.changed.notify_all();
    }

    /// The writer's last commit left so many pages in the log.
    pub(super) fn note_log_pages(&self, pages: u64) {
        self.log_pages.store(pages, Ordering::Relaxed);
    }

    /// How many pages the log had at the last commit.
    pub(super) fn log_pages(&self) -> u64 {
        self.log_pages.load(Ordering::Relaxed)
    }

    /// Runs `work` while no group is being written.
    pub(super) fn in_gap<T>(&self, work: impl FnOnce() -> T) -> T {
        lock(&self.state).gap = true;
        drop(self.wait_while(|state| state.writing));
        let done = work();
        lock(&self.state).gap = false;
        self.changed.notify_all();
        done
    }

    /// How many groups were committed.
    pub(super) fn commits(&self) -> u64 {
        lock(&self.state).commits
    }

    /// The checkpointer waits until there are commits after `seen`, for at most `patience`.
    pub(super) fn wait_for_commits(&self, seen: u64, patience: Duration) {
        let state = lock(&self.state);
        let still = |state: &mut State| state.commits == seen && !state.ended;
        drop(self.changed.wait_timeout_while(state, patience, still));
    }

    /// Waits so long unless the end comes first; true at the end.
    pub(super) fn rest(&self, pause: Duration) -> bool {
        let state = lock(&self.state);
        let (state, _) = self.changed.wait_timeout_while(state, pause, |state| !state.ended).unwrap_or_else(PoisonError::into_inner);
        state.ended
    }

    /// All other threads are done.
    pub(super) fn end(&self) {
        lock(&self.state).ended = true;
        self.changed.notify_all();
    }

    fn wait_while(&self, holds: impl Fn(&State) -> bool) -> std::sync::MutexGuard<'_, State> {
        let state = lock(&self.state);
        self.changed.wait_while(state, |state| holds(state)).unwrap_or_else(PoisonError::into_inner)
    }
}
