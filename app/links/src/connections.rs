//! The connections of one link. An analyser has one; after a cable was pulled the dead one may linger beside its successor. A few are admitted
//! at a time, and when there are too many the one that was silent longest gives way: a newcomer is never locked out by the dead.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio::time::Instant;

/// Connections of one link at a time.
const CONNECTIONS_MAX: usize = 8;

/// The open connections of a link.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    start: Instant,
    open: Arc<Mutex<Vec<Arc<Inner>>>>,
}

#[derive(Debug)]
struct Inner {
    last_active_millis: AtomicU64,
    /// It was asked to give way and is leaving; a crowd arriving at once must not ask the same one again and again.
    leaving: AtomicBool,
    give_way: Notify,
}

/// One connection's place; leaving frees it.
#[derive(Debug)]
pub(crate) struct Slot {
    connections: Connections,
    inner: Arc<Inner>,
}

impl Default for Connections {
    fn default() -> Self {
        Self { start: Instant::now(), open: Arc::default() }
    }
}

impl Connections {
    /// Takes a place, asking the longest silent connection to give way if there is none.
    pub(crate) fn admit(&self) -> Slot {
        let inner =
            Arc::new(Inner { last_active_millis: AtomicU64::new(self.millis()), leaving: AtomicBool::new(false), give_way: Notify::new() });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let staying = || open.iter().filter(|other| !other.leaving.load(Ordering::Relaxed));
        if staying().count() >= CONNECTIONS_MAX
            && let Some(longest_silent) = staying().min_by_key(|other| other.last_active_millis.load(Ordering::Relaxed))
        {
            longest_silent.leaving.store(true, Ordering::Relaxed);
            longest_silent.give_way.notify_one();
        }
        open.push(Arc::clone(&inner));
        drop(open);
        Slot { connections: self.clone(), inner }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Slot {
    /// Bytes came.
    pub(crate) fn active(&self) {
        self.inner.last_active_millis.store(self.connections.millis(), Ordering::Relaxed);
    }

    /// Returns when a newcomer needs this place.
    pub(crate) async fn asked_to_give_way(&self) {
        self.inner.give_way.notified().await;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut open = self.connections.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|other| !Arc::ptr_eq(other, &self.inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn the_longest_silent_connection_gives_way_to_the_ninth() {
        let connections = Connections::default();
        let slots: Vec<Slot> = (0..CONNECTIONS_MAX).map(|_| connections.admit()).collect();
        for (at, slot) in slots.iter().enumerate() {
            slot.inner.last_active_millis.store(if at == 3 { 1 } else { 1_000 }, Ordering::Relaxed);
        }
        assert!(slots[3].asked_to_give_way().now_or_never().is_none());
        let _ninth = connections.admit();
        assert!(slots[3].asked_to_give_way().now_or_never().is_some());
        assert!(slots[4].asked_to_give_way().now_or_never().is_none());
    }

    #[test]
    fn a_crowd_asks_as_many_to_give_way_as_there_are_too_many() {
        let connections = Connections::default();
        let slots: Vec<Slot> = (0..200).map(|_| connections.admit()).collect();
        let asked: Vec<bool> = slots.iter().map(|slot| slot.asked_to_give_way().now_or_never().is_some()).collect();
        assert_eq!(asked.iter().filter(|asked| **asked).count(), 200 - CONNECTIONS_MAX);
        assert!(!asked[199], "the newest stays");
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_ends() {
        let connections = Connections::default();
        drop(connections.admit());
        assert!(connections.open.lock().unwrap().is_empty());
    }
}
