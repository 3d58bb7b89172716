//! Holding every record against what the last entry that wrote it says.

use super::chain::{Chain, Key, STRETCH, Written, in_words, read_on};
use super::image::{CellRef, DELETED, RowDigest, push_key, row_digest};
use super::tables::{RECORD_TABLES, RecordTable, numbered};
use super::verify::{Finding, Report, VerifyTrouble};
use crate::param::Param;
use crate::row::Row;
use crate::store::Store;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How long entries may wait for their seals before that is called a fault.
const SEALING_PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

crate::sql! {
    /// How many entries wait for their seal.
    pub(crate) PENDING_COUNT = "SELECT COUNT(*) FROM pending_seal";
}

/// A record that is not as it should be, as far as the head of the chain says.
enum Suspect {
    Altered(i64),
    Missing(i64),
    Unknown,
}

/// Scans every table of records.
pub(super) fn check_records(
    store: &Store,
    chain: &mut Chain,
    report: &mut Report,
    progress: &mut dyn FnMut(u64),
) -> Result<(), VerifyTrouble> {
    let mut expected = std::mem::take(&mut chain.records);
    let mut suspects = Vec::new();
    for table in RECORD_TABLES {
        scan(store, table, &mut expected, &mut suspects, report, progress)?;
    }
    let gone = expected.into_iter().filter(|(_, written)| written.digest != DELETED);
    suspects.extend(gone.map(|(key, written)| (key, Suspect::Missing(written.no))));
    // Whatever was committed before the scan's end has its seal now: a suspect that the chain's new end tells of was only in motion.
    wait_until_sealed(store)?;
    read_on(store, chain, report, progress)?;
    for (key, suspect) in suspects {
        if chain.records.contains_key(&key) {
            report.changed_meanwhile += 1;
        } else if let Some(finding) = finding(&key, &suspect) {
            report.find(finding);
        }
    }
    Ok(())
}

fn finding((number, key): &Key, suspect: &Suspect) -> Option<Finding> {
    let (table, key) = (numbered(*number)?.name, in_words(key));
    Some(match suspect {
        Suspect::Altered(no) => Finding::RecordAltered { table, key, no: *no },
        Suspect::Missing(no) => Finding::RecordMissing { table, key, no: *no },
        Suspect::Unknown => Finding::RecordUnknown { table, key },
    })
}

/// Takes what is as it should be out of `expected`.
fn scan(
    store: &Store,
    table: &'static RecordTable,
    expected: &mut HashMap<Key, Written>,
    suspects: &mut Vec<(Key, Suspect)>,
    report: &mut Report,
    progress: &mut dyn FnMut(u64),
) -> Result<(), VerifyTrouble> {
    let (mut after, mut scratch) = (Place::before_all(), Vec::new());
    loop {
        let from = after.clone();
        let rows = store.read(move |reader| reader.query(table.scan, &from.params(table.keys))).wait()?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Place::of(last);
        for row in &rows {
            let (key, digest) = digest_of(table, row, &mut scratch);
            match expected.remove(&key) {
                Some(written) if written.digest == digest => {}
                Some(written) if written.digest != DELETED => suspects.push((key, Suspect::Altered(written.no))),
                Some(_) | None => suspects.push((key, Suspect::Unknown)),
            }
        }
        report.records += rows.len() as u64;
        progress(rows.len() as u64);
    }
}

fn digest_of(table: &RecordTable, row: &Row, scratch: &mut Vec<u8>) -> (Key, RowDigest) {
    // A cell of a type that no column of ours has makes another digest, as it should.
    let cell = |column| row.cell(column).unwrap_or(CellRef::Text("\u{0}foreign"));
    let mut key = Vec::with_capacity(24);
    // A key that is none of ours is in no entry either.
    let _ = push_key(&mut key, (0..table.keys).map(cell));
    ((table.number, key.into()), row_digest(table, (0..table.columns.len()).map(cell), scratch))
}

/// Behind which key a scan goes on: 16 bytes, and the version where a key has two columns.
#[derive(Debug, Clone)]
struct Place {
    /// Whole, however long: a place cut short would lead to the same row for ever.
    id: Vec<u8>,
    version: i64,
}

impl Place {
    fn before_all() -> Self {
        Self { id: Vec::new(), version: i64::MIN }
    }

    fn of(row: &Row) -> Self {
        let id = row.blob(0).unwrap_or(&[0xff; 16]).to_vec();
        Self { id, version: row.optional_int(1).ok().flatten().unwrap_or(i64::MAX) }
    }

    fn params(&self, keys: usize) -> Vec<Param<'_>> {
        let id = Param::Blob(&self.id);
        match keys {
            1 => vec![id, Param::Int(STRETCH)],
            _ => vec![id, Param::Int(self.version), Param::Int(STRETCH)],
        }
    }
}

fn wait_until_sealed(store: &Store) -> Result<(), VerifyTrouble> {
    let begin = Instant::now();
    loop {
        let count = store.read(|reader| Ok(reader.query_opt(&PENDING_COUNT, &[])?.map_or(Ok(0), |row| row.int(0))?)).wait()?;
        if count == 0 {
            return Ok(());
        }
        if begin.elapsed() > SEALING_PATIENCE {
            return Err(VerifyTrouble::NotSealing);
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}
