//! What makes a change behind our back visible.
//!
//! Every command's journal entry carries the digest of each record it wrote ([`image`]). Every entry is sealed: hashed together with the seal
//! before it ([`seal`]), so that none can be altered, taken out, put in or moved without all that follow changing. Signed heads of that chain
//! stand outside the database ([`seal_log`]), so that it cannot be cut short or written anew either. [`verify`] holds all three against each other.

mod chain;
mod expected;
mod history;
pub(crate) mod image;
mod records;
mod scan;
pub(crate) mod seal;
pub(crate) mod seal_log;
pub(crate) mod tables;
mod verify;

pub use history::{Divergence, History, HistoryTrouble, compare_history};
pub use seal_log::{SealFiles, SealTrouble, public_key};
pub use verify::{Anchor, Finding, Limits, Report, VerifyTrouble, verify, verify_chain};

use crate::sql::Registered;

/// The statements of this room.
pub(crate) static STATEMENTS: &[&[Registered]] = &[
    seal::STATEMENTS,
    tables::STATEMENTS,
    chain::STATEMENTS,
    history::STATEMENTS,
    expected::STATEMENTS,
    scan::STATEMENTS,
    records::STATEMENTS,
];

/// The tables whose rows the journal covers, with all their columns.
pub fn record_tables() -> Vec<(&'static str, &'static [&'static str])> {
    tables::RECORD_TABLES.iter().map(|table| (table.name, table.columns)).collect()
}
