//! The bounded queue in front of the threads: full means wait, never drop.

use crate::pending::lock;
use crate::stop::StopReason;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// What became of an offered piece of work.
pub(crate) enum Offer<J> {
    Taken,
    /// No room; the waker is kept under the ticket.
    Full(J),
    /// No more work is taken.
    Closed(J, StopReason),
}

struct State<J> {
    work: VecDeque<J>,
    /// Those who wait for room, first come first woken.
    waiting: BTreeMap<u64, Waker>,
    next_ticket: u64,
    closed: Option<StopReason>,
    /// Who is to be told that there is work, where no thread waits for it.
    stepper: Option<Waker>,
}

pub(crate) struct Queue<J> {
    state: Mutex<State<J>>,
    arrived: Condvar,
    capacity: usize,
}

impl<J> Queue<J> {
    pub(crate) fn new(capacity: usize) -> Self {
        let state = State { work: VecDeque::new(), waiting: BTreeMap::new(), next_ticket: 0, closed: None, stepper: None };
        Self { state: Mutex::new(state), arrived: Condvar::new(), capacity: capacity.max(1) }
    }

    /// Puts work in if there is room.
    pub(crate) fn offer(&self, work: J) -> Offer<J> {
        self.put(work, self.capacity, None)
    }

    /// Like [`offer`](Self::offer), but keeps `waker` under `ticket` when there is no room.
    pub(crate) fn offer_or_wait(&self, work: J, ticket: u64, waker: &Waker) -> Offer<J> {
        self.put(work, self.capacity, Some((ticket, waker)))
    }

    /// For the engine's own small work, which must never wait on itself: as much again as the queue holds for others.
    pub(crate) fn offer_own(&self, work: J) -> Offer<J> {
        self.put(work, self.capacity.saturating_mul(2), None)
    }

    fn put(&self, work: J, capacity: usize, waiting: Option<(u64, &Waker)>) -> Offer<J> {
        let mut state = lock(&self.state);
        if let Some(reason) = &state.closed {
            return Offer::Closed(work, reason.clone());
        }
        if state.work.len() >= capacity {
            if let Some((ticket, waker)) = waiting {
                state.waiting.insert(ticket, waker.clone());
            }
            return Offer::Full(work);
        }
        state.work.push_back(work);
        let stepper = state.stepper.take();
        drop(state);
        self.arrived.notify_one();
        stepper.into_iter().for_each(Waker::wake);
        Offer::Taken
    }

    pub(crate) fn ticket(&self) -> u64 {
        let mut state = lock(&self.state);
        state.next_ticket += 1;
        state.next_ticket
    }

    /// Someone who waited for room no longer does.
    pub(crate) fn forget(&self, ticket: u64) {
        lock(&self.state).waiting.remove(&ticket);
    }

    /// Waits for work and takes up to `max` pieces. Nothing left in `into` means: closed and empty.
    pub(crate) fn take(&self, max: usize, into: &mut Vec<J>) {
        self.take_share(1, max, into, |_, _| true);
    }

    /// Like [`take`](Self::take) for one of several workers: takes no more than its share, so that none of them is idle while another does all
    /// the work, and beside the first piece only those that are `alike`; the others keep their order.
    pub(crate) fn take_share(&self, workers: usize, max: usize, into: &mut Vec<J>, alike: fn(&J, &J) -> bool) {
        let mut state = lock(&self.state);
        while state.work.is_empty() && state.closed.is_none() {
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Self::take_from(state, workers, max, into, alike);
    }

    /// Like [`take`](Self::take), but waits for nothing: nothing left in `into` means that nothing is there now.
    #[cfg(feature = "simulation")]
    pub(crate) fn take_now(&self, max: usize, into: &mut Vec<J>) {
        Self::take_from(lock(&self.state), 1, max, into, |_, _| true);
    }

    /// Ready when there is work, or when the queue is closed and empty.
    #[cfg(feature = "simulation")]
    pub(crate) fn poll_work(&self, context: &std::task::Context<'_>) -> std::task::Poll<()> {
        let mut state = lock(&self.state);
        if state.work.is_empty() && state.closed.is_none() {
            state.stepper = Some(context.waker().clone());
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    }

    fn take_from(mut state: MutexGuard<'_, State<J>>, workers: usize, max: usize, into: &mut Vec<J>, alike: fn(&J, &J) -> bool) {
        let max = state.work.len().div_ceil(workers.max(1)).min(max);
        let Some(first) = state.work.pop_front() else { return };
        let mut at = 0;
        let mut taken = 1;
        into.push(first);
        while taken < max && at < state.work.len() {
            let fits = into.first().zip(state.work.get(at)).is_some_and(|(first, next)| alike(first, next));
            match if fits { state.work.remove(at) } else { None } {
                Some(next) => {
                    into.push(next);
                    taken += 1;
                }
                None => at += 1,
            }
        }
        // Everyone who waits is woken: whoever finds no room waits again under the same ticket, so order is kept and no wake-up
        // is lost on a waiter that has gone.
        let woken = std::mem::take(&mut state.waiting);
        drop(state);
        woken.into_values().for_each(Waker::wake);
    }

    /// Takes no more work. What is queued is still done, unless [`drain`](Self::drain) takes it out.
    pub(crate) fn close(&self, reason: StopReason) {
        let mut state = lock(&self.state);
        state.closed.get_or_insert(reason);
        let woken = std::mem::take(&mut state.waiting);
        let stepper = state.stepper.take();
        drop(state);
        woken.into_values().chain(stepper).for_each(Waker::wake);
        self.arrived.notify_all();
    }

    /// Takes out whatever is queued.
    pub(crate) fn drain(&self) -> Vec<J> {
        lock(&self.state).work.drain(..).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_takes_its_share_of_alike_work_and_the_rest_keeps_its_order() {
        let queue = Queue::new(9);
        for work in [11, 12, 21, 13, 22, 14, 15] {
            assert!(matches!(queue.offer(work), Offer::Taken));
        }
        let alike = |a: &i32, b: &i32| a / 10 == b / 10;
        let takes = || {
            let mut taken = Vec::new();
            queue.take_share(2, 3, &mut taken, alike);
            taken
        };
        // Of seven a half is four, but three at the most; of four, two; of two, one.
        assert_eq!([takes(), takes(), takes(), takes()], [vec![11, 12, 13], vec![21, 22], vec![14], vec![15]]);
    }

    #[test]
    fn a_full_queue_hands_the_work_back_and_a_closed_one_says_why() {
        let queue = Queue::new(1);
        assert!(matches!(queue.offer(1), Offer::Taken));
        assert!(matches!(queue.offer(2), Offer::Full(2)));
        queue.close(StopReason::Closed);
        assert!(matches!(queue.offer(3), Offer::Closed(3, StopReason::Closed)));
        let mut taken = Vec::new();
        queue.take(8, &mut taken);
        queue.take(8, &mut taken);
        assert_eq!(taken, [1], "what was queued before the close is still done");
    }
}
