//! Statements of a command: what a reader can do, and changes.

use crate::audit::image::{CellRef, DELETED, Images, row_digest};
use crate::audit::tables::record_table;
use crate::param::Param;
use crate::reader::Reader;
use crate::row::Row;
use crate::session::{Failure, Limit, Session};
use crate::sql::{Insert, Kind, Sql};
use crate::trouble::Trouble;
use std::ops::{Deref, DerefMut};

/// Rows one `insert_many` takes; more is a mistake of the caller, not a large transmission.
const INSERT_ROWS_MAX: usize = 100_000;

/// The transaction of one command. Everything a [`Reader`] can do, and changes.
pub struct Tx<'t> {
    reader: Reader<'t>,
    images: Images,
}

impl<'t> Deref for Tx<'t> {
    type Target = Reader<'t>;
    fn deref(&self) -> &Reader<'t> {
        &self.reader
    }
}
impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.reader
    }
}

impl<'t> Tx<'t> {
    pub(crate) fn new(session: &'t mut dyn Session, limit: &'t Limit) -> Self {
        Self { reader: Reader::new(session, limit), images: Images::default() }
    }
    pub(crate) fn into_reader(self) -> Reader<'t> {
        self.reader
    }

    /// The after-images of what it wrote.
    pub(crate) fn take_images(&mut self) -> Images {
        std::mem::take(&mut self.images)
    }

    /// Runs a statement that hands back no rows and changes no records (see [`insert_one`](Self::insert_one) and
    /// [`change_one`](Self::change_one)); how many rows it changed.
    pub fn execute(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<u64, Trouble> {
        self.check(sql.name(), params)?;
        let ran = self.session.execute(sql, params);
        self.settle(sql.name(), ran)
    }

    /// An update of one record that names the version it saw (`WHERE id = ?1 AND row_version = ?2`) and hands back the whole row as it then
    /// stands (`RETURNING` all its columns): true if it won, false if someone else has changed `what` in between. More than one row is a mistake
    /// of the statement.
    pub fn change_one(&mut self, sql: &'static Sql, params: &[Param<'_>], what: &'static str) -> Result<bool, Trouble> {
        match self.written(sql, params, changed_image)? {
            0 => Ok(false),
            1 => Ok(true),
            found => self.doom(Trouble::NotOne { statement: sql.name(), what, found }),
        }
    }

    /// An update of however many records, which hands back each whole (`RETURNING` all columns); how many there were.
    pub fn change_records(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<u64, Trouble> {
        self.written(sql, params, changed_image)
    }

    /// A deletion of records that hands back their keys (`RETURNING` their key's columns); how many there were.
    pub fn delete_records(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<u64, Trouble> {
        self.written(sql, params, deleted_image)
    }

    /// Runs a change that hands back what it did, and notes the after-images.
    fn written(&mut self, sql: &'static Sql, params: &[Param<'_>], image: fn(&Row, &mut Images) -> bool) -> Result<u64, Trouble> {
        if !sql.text().contains("RETURNING") {
            return self.settle(sql.name(), Err(Failure::misuse("it hands back nothing: it needs a RETURNING clause")));
        }
        let rows = self.query(sql, params)?;
        if rows.iter().all(|row| image(row, &mut self.images)) {
            return Ok(rows.len() as u64);
        }
        self.settle(sql.name(), Err(Failure::misuse("it hands back no whole record: see change_one and delete_records")))
    }

    /// Inserts one row, with the columns of `insert` in its order; 0 only if it has a conflict clause and something is there already.
    pub fn insert_one(&mut self, insert: &'static Insert, row: &[Param<'_>]) -> Result<u64, Trouble> {
        self.insert_many(insert, &[row])
    }

    /// Inserts rows, each with the columns of `insert` in its order; how many were inserted (fewer only if it has a conflict clause).
    pub fn insert_many<'p, R: AsRef<[Param<'p>]>>(&mut self, insert: &'static Insert, rows: &[R]) -> Result<u64, Trouble> {
        if rows.len() > INSERT_ROWS_MAX {
            let trouble = Trouble::TooMany { statement: insert.name(), what: "rows", found: rows.len(), max: INSERT_ROWS_MAX };
            return self.doom(trouble);
        }
        for row in rows {
            self.check(insert.name(), row.as_ref())?;
            if let Err(failure) = fits(insert, row.as_ref()) {
                return self.settle(insert.name(), Err(failure));
            }
        }
        if rows.is_empty() {
            return Ok(0);
        }
        let ran = self.session.insert_many(insert, &mut rows.iter().map(AsRef::as_ref));
        let inserted = self.settle(insert.name(), ran)?;
        if inserted > 0 && !self.note_inserted(insert, rows, inserted) {
            let words = "its records cannot be told in the journal: no key, or some of many rows left out";
            return self.settle(insert.name(), Err(Failure::misuse(words)));
        }
        Ok(inserted)
    }

    /// Notes the after-images of inserted records. False if they cannot be told.
    fn note_inserted<'p, R: AsRef<[Param<'p>]>>(&mut self, insert: &Insert, rows: &[R], inserted: u64) -> bool {
        let Some(table) = record_table(insert.table()) else { return true };
        // Where each of the table's columns stands in a row; what the insert does not name is null.
        let place = |column: &&'static str| insert.columns().iter().position(|(name, _)| name == column);
        let places: Vec<Option<usize>> = table.columns.iter().map(place).collect();
        let mut scratch = Vec::with_capacity(512);
        inserted == rows.len() as u64
            && rows.iter().all(|row| {
                let row = row.as_ref();
                let cell = |place: &Option<usize>| place.and_then(|place| row.get(place)).map_or(CellRef::Null, CellRef::of);
                let digest = row_digest(table, places.iter().map(cell), &mut scratch);
                self.images.push(table, places.iter().take(table.keys).map(cell), &digest)
            })
    }
}

fn changed_image(row: &Row, images: &mut Images) -> bool {
    let (name, columns) = row.heading();
    let Some(table) = record_table(name) else { return true };
    let all: Option<Vec<CellRef<'_>>> =
        table.columns.iter().map(|column| row.cell(columns.iter().position(|name| name == column)?)).collect();
    let Some(cells) = all else { return false };
    let digest = row_digest(table, cells.iter().copied(), &mut Vec::new());
    images.push(table, cells.into_iter().take(table.keys), &digest)
}

fn deleted_image(row: &Row, images: &mut Images) -> bool {
    let (name, columns) = row.heading();
    let Some(table) = record_table(name) else { return true };
    let keys: Option<Vec<CellRef<'_>>> =
        table.columns.iter().take(table.keys).map(|column| row.cell(columns.iter().position(|name| name == column)?)).collect();
    keys.is_some_and(|keys| images.push(table, keys.into_iter(), &DELETED))
}

/// SQLite would turn the text "12" into a number where PostgreSQL refuses it: neither gets to see it.
fn fits(insert: &Insert, row: &[Param<'_>]) -> Result<(), Failure> {
    if row.len() != insert.columns().len() {
        return Err(Failure::misuse(format!("a row has {} values for {} columns", row.len(), insert.columns().len())));
    }
    for ((column, kind), param) in insert.columns().iter().zip(row) {
        match (kind, param) {
            (_, Param::Null) | (Kind::Int, Param::Int(_)) | (Kind::Text, Param::Text(_)) => {}
            (Kind::Blob, Param::Blob(_) | Param::Id(_)) => {}
            _ => return Err(Failure::misuse(format!("column {column} takes {kind:?}, not {param:?}"))),
        }
    }
    Ok(())
}
