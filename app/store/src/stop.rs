//! Whether the store still works, and why not.

use crate::pending::lock;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

/// Why the store takes no more work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StopReason {
    /// It was closed.
    #[error("the store is closed")]
    Closed,
    /// The disk reported an error. What was written lately may not be there: the process must exit, so that its supervisor starts it
    /// anew from what is really on disk. Nothing is retried as if it had gone well.
    #[error("the store stopped after a disk error ({0}); the process must be started anew")]
    Disk(String),
    /// One of the store's own threads died of a fault of this program: what it was to answer nobody answers any more. The process must be started
    /// anew.
    #[error("the store stopped because its thread {0} died of a fault of this program; the process must be started anew")]
    ThreadLost(String),
}

#[derive(Default)]
struct State {
    reason: Option<StopReason>,
    waiting: Vec<Waker>,
}

/// Set once, seen by all.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<Mutex<State>>);

impl Stop {
    /// Stops; the first reason stays, unless it was that the store is being closed: what goes wrong while it closes outweighs that.
    pub(crate) fn set(&self, reason: StopReason) {
        let woken = {
            let mut state = lock(&self.0);
            if matches!(state.reason, None | Some(StopReason::Closed)) {
                state.reason = Some(reason);
            }
            std::mem::take(&mut state.waiting)
        };
        woken.into_iter().for_each(Waker::wake);
    }

    /// Why the store stopped, if it did.
    pub(crate) fn reason(&self) -> Option<StopReason> {
        lock(&self.0).reason.clone()
    }

    /// Resolves when the store has stopped.
    pub(crate) fn stopped(self) -> impl Future<Output = StopReason> + Send {
        poll_fn(move |context| {
            let mut state = lock(&self.0);
            if let Some(reason) = &state.reason {
                return Poll::Ready(reason.clone());
            }
            if !state.waiting.iter().any(|known| known.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
    }
}
