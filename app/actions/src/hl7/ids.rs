//! Ids that are made when they are first asked for, and then stay: how many a message needs is seen only while it is worked on, and the command may run
//! several times.

use crate::new_ids::new_uuid;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The ids of one message.
#[derive(Debug, Default)]
pub(super) struct IdPool(Mutex<Vec<Uuid>>);

/// The ids of one run of its command, from the first on.
#[derive(Debug)]
pub(super) struct Ids<'p> {
    pool: &'p IdPool,
    next: usize,
}

impl IdPool {
    /// Begins a run.
    pub(super) const fn run(&self) -> Ids<'_> {
        Ids { pool: self, next: 0 }
    }
}

impl Ids<'_> {
    /// The next id: the same in each run.
    pub(super) fn next(&mut self) -> Uuid {
        let mut ids = self.pool.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = ids.get(self.next).copied();
        let id = known.unwrap_or_else(new_uuid);
        if known.is_none() {
            ids.push(id);
        }
        self.next += 1;
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_gets_the_same_ids_and_a_longer_one_new_ones_behind_them() {
        let pool = IdPool::default();
        let take = |count: usize| {
            let mut ids = pool.run();
            (0..count).map(|_| ids.next()).collect::<Vec<_>>()
        };
        let first = take(3);
        let second = take(5);
        assert_eq!(first, second[..3]);
        assert_eq!(take(5), second);
        assert_eq!(second.iter().collect::<std::collections::BTreeSet<_>>().len(), 5);
    }
}
