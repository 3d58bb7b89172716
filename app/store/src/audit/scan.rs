//! The rows of a table in one slice, held against what the journal says of them.

use super::chain::{STRETCH_BYTES, blob, int};
use super::expected::{COMMANDS, Expected, Item, Key, Left, Slice, place};
use super::image::{CellRef, DELETED, RowDigest, push_key, row_digest};
use super::records::{Suspect, Suspects};
use super::tables::RecordTable;
use super::verify::{Report, VerifyTrouble};
use crate::param::Param;
use crate::reader::Reader;
use crate::session::Cell;
use crate::store::Store;
use crate::trouble::Trouble;
use std::iter::Peekable;
use std::ops::ControlFlow;

/// Rows read at once: far below the limit of a read.
const ROWS: i64 = 4_000;

crate::sql! {
    /// Commands in the journal from an id on, and whether they wait for their seal.
    pub(crate) JOURNAL_IDS = "SELECT j.command_id, p.command_id FROM journal j LEFT JOIN pending_seal p ON p.command_id = j.command_id AND p.command_id >= ?1 WHERE j.command_id >= ?1 ORDER BY j.command_id LIMIT ?2";
}

/// The journal itself, whose rows need a seal and no image.
pub(super) static JOURNAL: RecordTable =
    RecordTable { number: COMMANDS, name: "journal", keys: 1, columns: &["command_id", "waiting"], scan: &JOURNAL_IDS };

/// A row as it stands.
struct Found {
    key: Key,
    digest: RowDigest,
    /// It is an entry that waits for its seal.
    waits: bool,
}

/// From where on a scan reads.
#[derive(Debug, Clone)]
struct From {
    /// Whole, however long: a place cut short would lead to the same row for ever.
    id: Vec<u8>,
    version: i64,
    /// Whether the row there was looked at already.
    is_seen: bool,
}

impl From {
    fn params(&self, keys: usize) -> Vec<Param<'_>> {
        let id = Param::Blob(&self.id);
        match keys {
            1 => vec![id, Param::Int(ROWS)],
            _ => vec![id, Param::Int(self.version), Param::Int(ROWS)],
        }
    }
}

/// What one read of a table hands back.
struct Rows {
    found: Vec<Found>,
    /// None behind the last row of the slice.
    next: Option<From>,
}

impl Rows {
    fn read(reader: &mut Reader<'_>, table: &RecordTable, slice: Slice, from: &From) -> Result<Self, Trouble> {
        let (mut found, mut last, mut scratch) = (Vec::with_capacity(ROWS as usize), from.clone(), Vec::new());
        let (mut looked, mut bytes, mut is_cut, mut is_over) = (0, 0, false, false);
        reader.each(table.scan, &from.params(table.keys), |cells| {
            let (id, version) = (blob(cells, 0), if table.keys > 1 { int(cells, 1) } else { from.version });
            looked += 1;
            is_over = slice.is_before(place(id));
            if is_over {
                return ControlFlow::Break(());
            }
            if looked == 1 && from.is_seen && (id, version) == (&from.id, from.version) {
                return ControlFlow::Continue(());
            }
            found.push(row(table, cells, &mut scratch));
            last.id.clear();
            last.id.extend_from_slice(id);
            last.version = version;
            bytes += scratch.len();
            is_cut = bytes >= STRETCH_BYTES;
            if is_cut { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        last.is_seen = true;
        Ok(Self { found, next: (!is_over && (is_cut || looked == ROWS)).then_some(last) })
    }
}

fn row(table: &RecordTable, cells: &[Cell<'_>], scratch: &mut Vec<u8>) -> Found {
    if table.number == COMMANDS {
        let waits = !matches!(cells.get(1), None | Some(Ok(CellRef::Null)));
        return Found { key: Key::of_command(blob(cells, 0)), digest: DELETED, waits };
    }
    // A cell of a type that no column of ours has makes another digest, as it should.
    let cells = cells.iter().map(|cell| cell.unwrap_or(CellRef::Text("\u{0}foreign")));
    let digest = row_digest(table, cells.clone(), scratch);
    let mut key = Vec::with_capacity(24);
    if !push_key(&mut key, cells.take(table.keys)) {
        // A key that is none of ours is in no entry either; nor is this one.
        key.insert(0, 0xff);
    }
    Found { key: Key::of_image(table.keys, &key), digest, waits: false }
}

/// What the journal says of one table in a slice, taken out from the front as the scan goes by.
struct Line<'e> {
    table: u8,
    items: Peekable<std::vec::IntoIter<Item>>,
    expected: &'e mut Expected,
}

impl Line<'_> {
    /// What it says of the row that is met, and of those that should have come before it.
    fn meet(&mut self, key: &Key, mut gone: impl FnMut(Item)) -> Option<Left> {
        match key {
            Key::Plain(id, version) => {
                while let Some(item) = self.items.next_if(|item| (item.id, item.version) < (*id, *version)) {
                    gone(item);
                }
                self.items.next_if(|item| (item.id, item.version) == (*id, *version)).map(|item| item.left)
            }
            Key::Odd(_) => self.expected.odd.remove(&(self.table, key.clone())),
        }
    }
}

/// Looks at every row of a table in a slice.
pub(super) fn scan(
    store: &Store,
    table: &'static RecordTable,
    slice: Slice,
    expected: &mut Expected,
    suspects: &mut Suspects<'_>,
    report: &mut Report,
) -> Result<(), VerifyTrouble> {
    let items = expected.plain.get_mut(usize::from(table.number)).map(std::mem::take).unwrap_or_default();
    let mut line = Line { table: table.number, items: items.into_iter().peekable(), expected };
    let read = |from| store.read(move |reader| Rows::read(reader, table, slice, &from));
    let mut next = Some(read(From { id: slice.first_id(), version: i64::MIN, is_seen: false }));
    while let Some(reading) = next {
        let rows = reading.wait()?;
        // Read while these are looked at.
        next = rows.next.map(read);
        for found in rows.found {
            let left = line.meet(&found.key, |item| suspects.gone(table.number, Key::Plain(item.id, item.version), item.left));
            report.records += u64::from(table.number != COMMANDS);
            if let Some(suspect) = judged(table, &found, left) {
                suspects.put(table.number, found.key, suspect);
            }
        }
        suspects.settle_if_many(report)?;
    }
    line.items.for_each(|item| suspects.gone(table.number, Key::Plain(item.id, item.version), item.left));
    Ok(())
}

/// What may be wrong with a row of which the journal says this.
fn judged(table: &RecordTable, found: &Found, left: Option<Left>) -> Option<Suspect> {
    match left {
        None if table.number == COMMANDS => (!found.waits).then_some(Suspect::Unsealed),
        Some(_) if table.number == COMMANDS => None,
        Some(left) if left.digest == found.digest => None,
        Some(left) if left.digest != DELETED => Some(Suspect::Altered(left.no)),
        Some(_) | None => Some(Suspect::Unknown),
    }
}
