//! Statements of a command: what a reader can do, and changes.

use crate::param::Param;
use crate::reader::Reader;
use crate::session::{Failure, Limit, Session};
use crate::sql::{Insert, Kind, Sql};
use crate::trouble::Trouble;
use std::ops::{Deref, DerefMut};

/// Rows one `insert_many` takes; more is a mistake of the caller, not a large transmission.
const INSERT_ROWS_MAX: usize = 100_000;

/// The transaction of one command. Everything a [`Reader`] can do, and changes.
pub struct Tx<'t> {
    reader: Reader<'t>,
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
        Self { reader: Reader::new(session, limit) }
    }
    pub(crate) fn into_reader(self) -> Reader<'t> {
        self.reader
    }

    /// Runs a statement that hands back no rows; how many rows it changed.
    pub fn execute(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<u64, Trouble> {
        self.check(sql.name(), params)?;
        let ran = self.session.execute(sql, params);
        self.settle(sql.name(), ran)
    }

    /// An update that names the version it saw (`WHERE id = ?1 AND row_version = ?2`): true if it won, false if someone else has
    /// changed `what` in between. More than one row is a mistake of the statement.
    pub fn change_one(&mut self, sql: &'static Sql, params: &[Param<'_>], what: &'static str) -> Result<bool, Trouble> {
        match self.execute(sql, params)? {
            0 => Ok(false),
            1 => Ok(true),
            found => self.doom(Trouble::NotOne { statement: sql.name(), what, found }),
        }
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
        self.settle(insert.name(), ran)
    }
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
