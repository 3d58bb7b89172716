//! The answer that is not there yet: a future, and a blocking wait for the command line and tests.

use crate::admission::Admission;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;

/// Locks, also after a panic of another holder: what these locks guard is changed in single steps and never half done.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

enum Slot<T> {
    Waiting(Option<Waker>),
    Answered(T),
    /// The answer was taken, or never will come.
    Empty,
}

/// The giving end of a [`Pending`].
pub(crate) struct Reply<T> {
    slot: Arc<Mutex<Slot<T>>>,
    sent: bool,
}

impl<T> Reply<T> {
    /// Answers.
    pub(crate) fn send(mut self, answer: T) {
        self.sent = true;
        self.settle(Slot::Answered(answer));
    }

    fn settle(&self, slot: Slot<T>) {
        let before = std::mem::replace(&mut *lock(&self.slot), slot);
        if let Slot::Waiting(Some(waker)) = before {
            waker.wake();
        }
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if !self.sent {
            self.settle(Slot::Empty);
        }
    }
}

/// The answer to a command or a query, once there is one.
///
/// A command that was taken into the queue runs to its end, whether or not its `Pending` is still held. While the queue is full
/// the command waits here: dropped before it was taken, it never ran.
#[must_use = "a command may wait in here for room in the queue"]
pub struct Pending<T> {
    slot: Arc<Mutex<Slot<T>>>,
    /// What still waits for room in the queue.
    admission: Option<Box<dyn Admission>>,
    /// What to answer when the answering end is gone without a word.
    lost: fn() -> T,
}

impl<T> Pending<T> {
    pub(crate) fn new(lost: fn() -> T) -> (Reply<T>, Self) {
        let slot = Arc::new(Mutex::new(Slot::Waiting(None)));
        (Reply { slot: Arc::clone(&slot), sent: false }, Self { slot, admission: None, lost })
    }

    pub(crate) fn admitted_by(mut self, admission: Option<Box<dyn Admission>>) -> Self {
        self.admission = admission;
        self
    }

    /// Blocks this thread until the answer is there. For the command line and tests, never inside a runtime's task.
    pub fn wait(self) -> T {
        block_on(self)
    }
}

impl<T> Future for Pending<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        if let Some(admission) = self.admission.as_mut() {
            if !admission.try_enter(context.waker()) {
                return Poll::Pending;
            }
            self.admission = None;
        }
        let mut slot = lock(&self.slot);
        match std::mem::replace(&mut *slot, Slot::Empty) {
            Slot::Waiting(_) => {
                *slot = Slot::Waiting(Some(context.waker().clone()));
                Poll::Pending
            }
            Slot::Answered(answer) => Poll::Ready(answer),
            Slot::Empty => Poll::Ready((self.lost)()),
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
