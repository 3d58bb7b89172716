//! Reading the rows of a copy where it lies: a SQLite file, opened for reading only.

use super::copy::NAME;
use super::session::SqliteSession;
use crate::copy::{CopiedTable, CopyTrouble, LookAtRow};
use crate::session::Session;
use rusqlite::{Connection, OpenFlags};
use std::ops::ControlFlow;
use std::path::Path;

/// Has each row of a table of the copy in `folder` looked at.
pub(crate) fn each_row(folder: &Path, table: &CopiedTable, look: LookAtRow<'_>) -> Result<(), CopyTrouble> {
    let path = folder.join(NAME);
    let words = |why: String| CopyTrouble::Database { place: path.display().to_string(), why };
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = connection.map_err(|error| words(error.to_string()))?;
    let mut looked = Ok(());
    let read = SqliteSession::new(&connection).each(table.sql, &[], &mut |cells| {
        let cells: Result<Vec<_>, _> = cells.iter().copied().collect();
        looked = cells.map_err(|kind| words(format!("table {}: a value is {kind}", table.name))).and_then(|cells| look(&cells));
        if looked.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    read.map_err(|failure| words(format!("table {}: {}", table.name, failure.words)))?;
    looked
}
