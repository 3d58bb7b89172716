//! What the engine counts; shown in benchmarks and by `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Transactions committed, each of one or more commands.
    pub groups: u64,
    /// Commands answered with an outcome, accepted or refused, repeated ones not counted.
    pub commands: u64,
    /// Commands found in the journal already.
    pub repeated: u64,
    /// Groups lost, whose commands were then run alone.
    pub lost_groups: u64,
    /// Commands that panicked.
    pub panics: u64,
    /// Transactions that met another one (PostgreSQL 40001, 40P01).
    pub conflicts: u64,
    /// Commands and queries run again for it.
    pub retries: u64,
    /// Connections made anew after a loss (PostgreSQL).
    pub reconnects: u64,
    /// Queries answered, and looks before a command's turn.
    pub reads: u64,
    /// Looks that a command had to do itself.
    pub late_looks: u64,
    /// Checkpoints done (SQLite).
    pub checkpoints: u64,
    /// Tries to seal entries that failed (PostgreSQL).
    pub seal_failures: u64,
    /// Queries that met damage in the file (SQLite).
    pub damaged_reads: u64,
}

macro_rules! counters {
    ($($field:ident),+ $(,)?) => {
        #[derive(Default)]
        pub(crate) struct Counters { $(pub(crate) $field: AtomicU64),+ }

        impl Counters {
            pub(crate) fn snapshot(&self) -> Statistics {
                Statistics { $($field: self.$field.load(Ordering::Relaxed)),+ }
            }
        }
    };
}
counters!(
    groups,
    commands,
    repeated,
    lost_groups,
    panics,
    conflicts,
    retries,
    reconnects,
    reads,
    late_looks,
    checkpoints,
    seal_failures,
    damaged_reads
);

/// One more.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
