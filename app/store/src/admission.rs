//! Waiting for room in a queue, for work of any kind.

use crate::queue::{Offer, Queue};
use crate::stop::StopReason;
use std::sync::Arc;
use std::task::Waker;

/// Work that waits outside a full queue.
pub(crate) trait Admission: Send + Unpin {
    /// Enters the queue, or is turned away (and answered) because it is closed: true. No room yet: false, and `waker` is called later.
    fn try_enter(&mut self, waker: &Waker) -> bool;
}

/// Work that can be told that it will not be done.
pub(crate) trait Refusable: Send {
    /// Answers that nothing was done and why.
    fn refuse(self, reason: StopReason);
}

struct Waiting<J: Refusable> {
    work: Option<J>,
    ticket: u64,
    queue: Arc<Queue<J>>,
}

impl<J: Refusable + Unpin> Admission for Waiting<J> {
    fn try_enter(&mut self, waker: &Waker) -> bool {
        let Some(work) = self.work.take() else { return true };
        match self.queue.offer_or_wait(work, self.ticket, waker) {
            Offer::Taken => true,
            Offer::Full(work) => {
                self.work = Some(work);
                false
            }
            Offer::Closed(work, reason) => {
                work.refuse(reason);
                true
            }
        }
    }
}

impl<J: Refusable> Drop for Waiting<J> {
    fn drop(&mut self) {
        self.queue.forget(self.ticket);
    }
}

/// Puts work into the queue, or hands back who waits for room.
pub(crate) fn admit<J: Refusable + Unpin + 'static>(queue: &Arc<Queue<J>>, work: J) -> Option<Box<dyn Admission>> {
    match queue.offer(work) {
        Offer::Taken => None,
        Offer::Closed(work, reason) => {
            work.refuse(reason);
            None
        }
        Offer::Full(work) => Some(Box::new(Waiting { work: Some(work), ticket: queue.ticket(), queue: Arc::clone(queue) })),
    }
}
