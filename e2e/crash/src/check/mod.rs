//! The invariants, checked row by row: nothing but what has been seen of each message is kept in memory.

mod ledger;
mod rows;

pub use ledger::Ledger;
pub use rows::{Id, JournalRow, ResultRow, TaskRow, TransmissionRow};

use std::fmt;

/// What must hold, by the names of the test plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// I1: every acknowledged message is stored.
    Lost,
    /// I1: with all its readings, as they were sent.
    Readings,
    /// I1: exactly once.
    Doubled,
    /// I2: no result without its transmission, bytes, examination, container, order, patient and journal entries.
    Origin,
    /// I3: a duplicate points to an original that says the same.
    Duplicate,
    /// The stored bytes are what the stored hash says.
    Bytes,
    /// I5: only held or verified, and verified by someone at some time.
    State,
    /// The engine's own opinion of its file.
    Integrity,
}

impl fmt::Display for Invariant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Invariant::Lost => "I1 lost",
            Invariant::Readings => "I1 readings",
            Invariant::Doubled => "I1 doubled",
            Invariant::Origin => "I2 origin",
            Invariant::Duplicate => "I3 duplicate",
            Invariant::Bytes => "I3 bytes",
            Invariant::State => "I5 state",
            Invariant::Integrity => "integrity",
        })
    }
}

/// One violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What does not hold.
    pub invariant: Invariant,
    /// Where, in words.
    pub what: String,
}

/// What the checker counted and found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Messages acknowledged.
    pub acknowledged: usize,
    /// Messages stored as originals.
    pub stored: usize,
    /// Messages stored again, linked to their original.
    pub duplicates: usize,
    /// Result rows.
    pub results: usize,
    /// Of these, held.
    pub held: usize,
    /// Task rows about a reading.
    pub tasks: usize,
    /// All violations.
    pub findings: Vec<Finding>,
}

impl Report {
    /// How many violations of one kind there are.
    #[must_use]
    pub fn count(&self, invariant: Invariant) -> usize {
        self.findings.iter().filter(|finding| finding.invariant == invariant).count()
    }
}
