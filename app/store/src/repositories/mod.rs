//! What the laboratory asks of its database, one file per kind of thing.

use crate::sql::Registered;
use crate::{Inconsistent, Reader, Row};
use kernel::Timestamp;
use uuid::Uuid;

pub mod access;
pub mod accounts;
pub mod codes;
pub mod containers;
pub mod dated_facts;
pub mod editions;
pub mod examinations;
pub mod hl7_messages;
pub mod invariants;
pub mod manual_entries;
pub mod orders;
pub mod patient_history;
pub mod patient_search;
pub mod patients;
pub mod requisitions;
pub mod results;
pub mod sessions;
pub mod tasks;
pub mod transmissions;
pub mod visits;

/// A stretch of a list: its sound rows, and the moment and id of the last row looked at where there are more behind it.
#[derive(Debug, Clone)]
pub struct Stretch<T> {
    /// The rows that make sense, in order.
    pub records: Vec<T>,
    /// Behind which row the next stretch begins, if there is one.
    pub next: Option<(Timestamp, Uuid)>,
}

/// The first `limit` of rows of which one more was asked for. A row that makes no sense is left out, but the list goes on behind it.
fn stretch<T>(
    reader: &mut Reader<'_>,
    mut rows: Vec<Row>,
    limit: u32,
    key: (usize, usize),
    read: impl Fn(&Row) -> Result<T, Inconsistent>,
) -> Stretch<T> {
    let limit = limit as usize;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let key = |row: &Row| Some((row.timestamp(key.0).ok()?, row.decode(key.1, Uuid::from_slice).ok()?));
    let next = if more { rows.iter().rev().find_map(key) } else { None };
    Stretch { records: reader.sound(&rows, read), next }
}

/// The statements of every repository: one line each. A test counts the files, so that none is forgotten.
pub(crate) static ALL: &[&[Registered]] = &[
    access::STATEMENTS,
    accounts::STATEMENTS,
    codes::STATEMENTS,
    containers::STATEMENTS,
    dated_facts::STATEMENTS,
    editions::STATEMENTS,
    hl7_messages::STATEMENTS,
    examinations::STATEMENTS,
    invariants::STATEMENTS,
    manual_entries::STATEMENTS,
    orders::STATEMENTS,
    patient_history::STATEMENTS,
    patient_search::STATEMENTS,
    patients::STATEMENTS,
    requisitions::STATEMENTS,
    results::STATEMENTS,
    sessions::STATEMENTS,
    tasks::STATEMENTS,
    transmissions::STATEMENTS,
    visits::STATEMENTS,
];
