//! Statements on one SQLite connection.

use crate::audit::image::CellRef;
use crate::dialect::first_table;
use crate::look::{may_be_seen, may_see};
use crate::migrations::Definer;
use crate::param::Param;
use crate::row::{Heading, Row};
use crate::session::{COLUMNS_MAX, Cell, Failure, Look, Session, listed};
use crate::sql::{Insert, Sql};
use crate::trouble::Cause;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, Statement};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::ControlFlow;
use std::ptr::from_ref;
use std::sync::Arc;

static ROLLBACK: Sql = Sql::new("ROLLBACK", "ROLLBACK", None);

/// A prepared statement and what its rows share.
struct Prepared<'c> {
    statement: Statement<'c>,
    heading: Arc<Heading>,
    /// Sizes of the last row, so that the next one is made in the right size at once.
    sizes: (usize, usize),
    /// It writes, and what it writes may be read by a look.
    changes: bool,
    /// A look may run it.
    is_for_looks: bool,
}

/// The longest list whose values are looked for one by one.
const LIST_ONE_BY_ONE_MAX: u16 = 16;

/// Address of the constant and length of its list: each constant is a `static`, so its address names it.
type Key = (usize, u16);

pub(super) struct SqliteSession<'c> {
    pub(super) connection: &'c Connection,
    prepared: HashMap<Key, Prepared<'c>>,
    /// Statements that may have changed what looks read: what this session ran, or knew of before its snapshot.
    pub(super) changes: u64,
    is_looking: bool,
}

impl<'c> SqliteSession<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, prepared: HashMap::new(), changes: 0, is_looking: false }
    }

    fn prepared(&mut self, key: Key, params: usize, text: impl FnOnce() -> Result<String, Failure>) -> Result<&mut Prepared<'c>, Failure> {
        let prepared = match self.prepared.entry(key) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(prepare(self.connection, &text()?)?),
        };
        let wanted = prepared.statement.parameter_count();
        if wanted != params {
            return Err(Failure::misuse(format!("{params} parameters were given for {wanted}")));
        }
        if self.is_looking && !prepared.is_for_looks {
            return Err(Failure::misuse("a look may not read what it reads, or writes"));
        }
        // Also if it fails, or is undone: too many only cost another look.
        self.changes += u64::from(prepared.changes);
        Ok(prepared)
    }

    /// Looks for each distinct value of a short list by itself: for a list SQLite makes a table each time, which costs more.
    fn one_by_one<'p>(&mut self, sql: &'static Sql, before: &[Param<'p>], list: &[Param<'p>], rows: &mut Vec<Row>) -> Result<(), Failure> {
        let mut params = before.to_vec();
        for (at, value) in list.iter().enumerate() {
            let seen = list.iter().take(at).any(|other| other == value);
            if !seen && *value != Param::Null {
                params.push(*value);
                let text = || listed(sql.text(), 1, params.len());
                self.prepared((from_ref(sql).addr(), 1), params.len(), text)?.rows(&params, rows)?;
                params.pop();
            }
        }
        Ok(())
    }

    /// Runs one of the engine's own words, such as SAVEPOINT.
    pub(super) fn control(&mut self, sql: &'static Sql) -> Result<(), Failure> {
        // Not a change: what is undone was counted when it was done.
        let changes = self.changes;
        let ran = self.execute(sql, &[]).map(drop);
        self.changes = changes;
        ran
    }

    /// Undoes the transaction. SQLite reads pages again for it, and says nothing when that fails: it only refuses those who still read. So somebody
    /// reads meanwhile, and what is asked then is refused.
    pub(super) fn roll_back(&mut self) -> Result<(), Failure> {
        let connection = self.connection;
        let read = || connection.prepare_cached("SELECT name FROM sqlite_schema");
        let told = |error: rusqlite::Error| failure(&error);
        let mut reading = read();
        let mut open = reading.as_mut().map(|statement| statement.raw_query());
        let began = open.as_mut().map_or(Ok(()), |rows| rows.next().map(drop).map_err(told));
        // Whatever became of those who read: a transaction that stayed open would fail every command after it.
        self.control(&ROLLBACK)?;
        began?;
        let mut again = read().map_err(told)?;
        let mut asked = again.raw_query();
        asked.next().map(drop).map_err(told)
    }
}

fn prepare<'c>(connection: &'c Connection, text: &str) -> Result<Prepared<'c>, Failure> {
    let statement = connection.prepare(text).map_err(|error| failure(&error))?;
    let columns = crate::session::columns_of(statement.column_names().map(str::to_owned))?;
    let (is_read_only, heading) = (statement.readonly(), Arc::new(Heading { table: first_table(text), columns }));
    let (changes, is_for_looks) = (!is_read_only && may_be_seen(text), is_read_only && may_see(text));
    Ok(Prepared { statement, heading, sizes: (0, 0), changes, is_for_looks })
}

impl Prepared<'_> {
    fn run(&mut self, params: &[Param<'_>]) -> Result<u64, Failure> {
        self.run_after(&[], params)
    }

    fn run_after(&mut self, before: &[Param<'_>], params: &[Param<'_>]) -> Result<u64, Failure> {
        self.bind_after(before, params)?;
        self.statement.raw_execute().map(|changed| changed as u64).map_err(|error| failure(&error))
    }

    fn bind(&mut self, params: &[Param<'_>]) -> Result<(), Failure> {
        self.bind_after(&[], params)
    }

    /// Binds what is not bound since the run before: SQLite copies every text it is given, and the rows of one insert have much in common.
    fn bind_after(&mut self, before: &[Param<'_>], params: &[Param<'_>]) -> Result<(), Failure> {
        for (at, param) in params.iter().enumerate() {
            if before.get(at) != Some(param) {
                self.statement.raw_bind_parameter(at + 1, param).map_err(|error| failure(&error))?;
            }
        }
        Ok(())
    }

    fn rows(&mut self, params: &[Param<'_>], rows: &mut Vec<Row>) -> Result<(), Failure> {
        let heading = Arc::clone(&self.heading);
        let (mut texts, mut blobs) = self.sizes;
        self.each(params, |cells| {
            let mut own = Row::new(&heading, texts, blobs);
            cells.iter().for_each(|cell| own.push(*cell));
            (texts, blobs) = own.sizes();
            rows.push(own);
            ControlFlow::Continue(())
        })?;
        self.sizes = (texts, blobs);
        Ok(())
    }

    fn each(&mut self, params: &[Param<'_>], mut look: impl FnMut(&[Cell<'_>]) -> ControlFlow<()>) -> Result<(), Failure> {
        self.bind(params)?;
        let columns = self.heading.columns.len();
        let mut found = self.statement.raw_query();
        while let Some(row) = found.next().map_err(|error| failure(&error))? {
            let mut cells: [Cell<'_>; COLUMNS_MAX] = [Ok(CellRef::Null); COLUMNS_MAX];
            for (column, cell) in cells.iter_mut().enumerate().take(columns) {
                *cell = given(row.get_ref(column).map_err(|error| failure(&error))?);
            }
            if look(cells.get(..columns).unwrap_or_default()).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }
}

fn given(value: ValueRef<'_>) -> Cell<'_> {
    match value {
        ValueRef::Null => Ok(CellRef::Null),
        ValueRef::Integer(number) => Ok(CellRef::Int(number)),
        ValueRef::Real(_) => Err("floating point number"),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).map(CellRef::Text).map_err(|_| "text that is not UTF-8"),
        ValueRef::Blob(bytes) => Ok(CellRef::Blob(bytes)),
    }
}

impl Session for SqliteSession<'_> {
    fn execute(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<u64, Failure> {
        self.prepared((from_ref(sql).addr(), 0), params.len(), || Ok(sql.text().to_owned()))?.run(params)
    }

    fn query(&mut self, sql: &'static Sql, list: u16, params: &[Param<'_>], rows: &mut Vec<Row>) -> Result<(), Failure> {
        let before = params.len().saturating_sub(usize::from(list));
        if let (1..=LIST_ONE_BY_ONE_MAX, Some((before, list))) = (list, params.split_at_checked(before)) {
            return self.one_by_one(sql, before, list, rows);
        }
        let text = || listed(sql.text(), list, params.len());
        self.prepared((from_ref(sql).addr(), list), params.len(), text)?.rows(params, rows)
    }

    fn each(&mut self, sql: &'static Sql, params: &[Param<'_>], look: Look<'_>) -> Result<(), Failure> {
        self.prepared((from_ref(sql).addr(), 0), params.len(), || Ok(sql.text().to_owned()))?.each(params, look)
    }

    fn insert_many<'r, 'p: 'r>(
        &mut self,
        insert: &'static Insert,
        rows: &mut dyn ExactSizeIterator<Item = &'r [Param<'p>]>,
    ) -> Result<u64, Failure> {
        let prepared = self.prepared((from_ref(insert).addr(), 0), insert.columns().len(), || Ok(insert.sqlite_text()))?;
        let (mut inserted, mut before): (_, &[Param<'_>]) = (0, &[]);
        for row in rows {
            inserted += prepared.run_after(before, row)?;
            before = row;
        }
        Ok(inserted)
    }

    fn changes(&self) -> u64 {
        self.changes
    }

    fn look(&mut self, begins: bool) {
        self.is_looking = begins;
    }
}

impl Definer for SqliteSession<'_> {
    fn define(&mut self, text: &str) -> Result<(), Failure> {
        self.connection.execute_batch(text).map_err(|error| failure(&error))
    }
    fn begin_alone(&mut self) -> Result<(), Failure> {
        self.define("BEGIN EXCLUSIVE")
    }
    fn commit(&mut self) -> Result<(), Failure> {
        self.define("COMMIT")
    }
}

impl ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
            Self::Id(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// What SQLite's error means for us.
pub(super) fn failure(error: &rusqlite::Error) -> Failure {
    let cause = match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch) => Cause::Constraint,
        Some(ErrorCode::OperationInterrupted) => Cause::TooLong,
        Some(ErrorCode::DiskFull) => Cause::Full,
        Some(ErrorCode::SystemIoFailure) => Cause::Disk,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Cause::Damage,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Cause::Conflict,
        Some(ErrorCode::ParameterOutOfRange | ErrorCode::ApiMisuse) => Cause::Misuse,
        Some(_) | None => Cause::Other,
    };
    Failure { cause, words: error.to_string() }
}
