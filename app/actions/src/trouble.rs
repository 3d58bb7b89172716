//! Why an act could not be done at all (as opposed to a refusal, which is an answer).

use store::{ReadTrouble, WriteTrouble};

/// The database or the system could not do it. Nothing was changed unless it says so.
#[derive(Debug, thiserror::Error)]
pub enum ActTrouble {
    /// A read failed.
    #[error(transparent)]
    Read(#[from] ReadTrouble),
    /// A write failed.
    #[error(transparent)]
    Write(#[from] WriteTrouble),
    /// What the journal holds of an earlier answer cannot be read.
    #[error("the journal's answer to {act} cannot be read: {what}")]
    Answer {
        /// The act.
        act: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// Something this system made itself is wrong: a fault to report.
    #[error("{0}")]
    Internal(String),
}
