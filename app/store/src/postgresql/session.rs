//! Statements on one PostgreSQL connection.

use super::param::Column;
use crate::audit::image::CellRef;
use crate::dialect::{first_table, postgres_definition, postgres_statement, with_limit};
use crate::migrations::Definer;
use crate::param::Param;
use crate::row::{Heading, Row};
use crate::session::{COLUMNS_MAX, Cell, Failure, Look, Session, columns_of, listed};
use crate::sql::{Insert, Sql};
use crate::trouble::Cause;
use postgres::error::SqlState;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::Type;
use postgres::{Client, SimpleQueryMessage, Statement};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::error::Error as _;
use std::ops::ControlFlow;
use std::ptr::from_ref;
use std::sync::Arc;

/// Rows one UNNEST takes: far below PostgreSQL's limit of 1 GiB a message at any row size a link can send.
const INSERT_STRETCH_MAX: usize = 5_000;
/// Key of the lock that keeps two nodes from migrating at once; any number nobody else on the database uses.
const MIGRATION_LOCK: i64 = 0x0062_656e_6368;

#[derive(Debug, Clone, Copy)]
enum ColumnKind {
    Int,
    Text,
    Blob,
    Foreign,
}

struct Prepared {
    statement: Statement,
    heading: Arc<Heading>,
    kinds: Vec<ColumnKind>,
    /// Sizes of the last row, so that the next one is made in the right size at once.
    sizes: (usize, usize),
}

/// Address of the constant, length of its list and its limit: each constant is a `static`, so its address names it.
type Key = (usize, u16, Option<i64>);

pub(super) struct PgSession {
    client: Client,
    prepared: HashMap<Key, Prepared>,
}

impl PgSession {
    pub(super) fn new(client: Client) -> Self {
        Self { client, prepared: HashMap::new() }
    }

    /// The client itself, for what is no statement with parameters.
    pub(super) fn client(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Runs one of the engine's own words, such as BEGIN.
    pub(super) fn control(&mut self, word: &str) -> Result<(), Failure> {
        self.client.batch_execute(word).map_err(|error| failure(&error))
    }

    /// Text must come back as it was sent.
    pub(super) fn check_encoding(&mut self) -> Result<(), Failure> {
        let messages = self.client.simple_query("SHOW server_encoding").map_err(|error| failure(&error))?;
        let found = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        match found {
            Some("UTF8") => Ok(()),
            other => Err(Failure {
                cause: Cause::Other,
                words: format!("its encoding is {}, not UTF8: make the database with ENCODING 'UTF8'", other.unwrap_or("unknown")),
            }),
        }
    }

    fn prepare(&mut self, key: Key, text: impl FnOnce() -> Result<String, Failure>) -> Result<(), Failure> {
        if let Entry::Vacant(entry) = self.prepared.entry(key) {
            let text = text()?;
            let translated = postgres_statement(&text).map_err(Failure::misuse)?;
            let statement = self.client.prepare(&translated).map_err(|error| failure(&error))?;
            let columns = statement.columns();
            let names = columns_of(columns.iter().map(|column| column.name().to_owned()))?;
            let heading = Heading { table: first_table(&text), columns: names };
            let kinds = columns.iter().map(|column| kind_of(column.type_())).collect();
            entry.insert(Prepared { statement, heading: Arc::new(heading), kinds, sizes: (0, 0) });
        }
        Ok(())
    }

    /// Prepares a query, and says which of the parameters are left to be given. A limit is written into the text: a plan that is made
    /// before the number is known is made for a tenth of the table, and from some size on that means joining and sorting all of it for a
    /// page of fifty rows. Limits are constants of this program, so there are few texts.
    fn prepare_query<'a, 'p>(&mut self, sql: &'static Sql, list: u16, params: &'a [Param<'p>]) -> Result<(Key, &'a [Param<'p>]), Failure> {
        let limited = match params.split_last() {
            Some((Param::Int(limit), rest)) => with_limit(sql.postgres_text(), params.len(), *limit).map(|text| (*limit, rest, text)),
            _ => None,
        };
        if let Some((limit, rest, text)) = limited {
            let key = (from_ref(sql).addr(), 0, Some(limit));
            return self.prepare(key, || Ok(text)).map(|()| (key, rest));
        }
        let key = (from_ref(sql).addr(), list, None);
        self.prepare(key, || listed(sql.postgres_text(), list, params.len()))?;
        Ok((key, params))
    }

    /// Runs a statement and collects its rows, where it has any.
    fn run(&mut self, key: Key, params: &[Param<'_>], rows: Option<&mut Vec<Row>>) -> Result<u64, Failure> {
        let Some(prepared) = self.prepared.get(&key) else { return Err(Failure::misuse("it was not prepared")) };
        if rows.is_none() && !prepared.kinds.is_empty() {
            return Err(Failure::misuse("it hands back rows: use query"));
        }
        let (heading, (mut texts, mut blobs)) = (Arc::clone(&prepared.heading), prepared.sizes);
        let mut unwanted = Vec::new();
        let rows = rows.unwrap_or(&mut unwanted);
        let affected = self.run_each(key, params, |cells| {
            let mut own = Row::new(&heading, texts, blobs);
            cells.iter().for_each(|cell| own.push(*cell));
            (texts, blobs) = own.sizes();
            rows.push(own);
            ControlFlow::Continue(())
        })?;
        if let Some(prepared) = self.prepared.get_mut(&key) {
            prepared.sizes = (texts, blobs);
        }
        Ok(affected)
    }

    fn run_each(&mut self, key: Key, params: &[Param<'_>], mut look: impl FnMut(&[Cell<'_>]) -> ControlFlow<()>) -> Result<u64, Failure> {
        let Some(prepared) = self.prepared.get(&key) else { return Err(Failure::misuse("it was not prepared")) };
        let wanted = prepared.statement.params().len();
        if wanted != params.len() {
            return Err(Failure::misuse(format!("{} parameters were given for {wanted}", params.len())));
        }
        let mut found = self.client.query_raw(&prepared.statement, params).map_err(|error| failure(&error))?;
        while let Some(row) = found.next().map_err(|error| failure(&error))? {
            let mut cells: [Cell<'_>; COLUMNS_MAX] = [Ok(CellRef::Null); COLUMNS_MAX];
            for ((at, kind), cell) in prepared.kinds.iter().enumerate().zip(&mut cells) {
                *cell = given(&row, at, *kind)?;
            }
            if look(cells.get(..prepared.kinds.len()).unwrap_or_default()).is_break() {
                // The rest of a list with a limit is read and let go before the next statement.
                return Ok(0);
            }
        }
        Ok(found.rows_affected().unwrap_or(0))
    }

    fn insert_stretch(&mut self, key: Key, columns: &[Column<'_>]) -> Result<u64, Failure> {
        let Some(prepared) = self.prepared.get(&key) else { return Err(Failure::misuse("it was not prepared")) };
        let params: Vec<_> = columns.iter().map(Column::as_param).collect();
        self.client.execute(&prepared.statement, &params).map_err(|error| failure(&error))
    }
}

fn kind_of(kind: &Type) -> ColumnKind {
    match *kind {
        Type::INT8 => ColumnKind::Int,
        Type::TEXT => ColumnKind::Text,
        Type::BYTEA => ColumnKind::Blob,
        _ => ColumnKind::Foreign,
    }
}

fn given(row: &postgres::Row, at: usize, kind: ColumnKind) -> Result<Cell<'_>, Failure> {
    let failed = |error| failure(&error);
    Ok(match kind {
        ColumnKind::Int => Ok(row.try_get::<_, Option<i64>>(at).map_err(failed)?.map_or(CellRef::Null, CellRef::Int)),
        ColumnKind::Text => Ok(row.try_get::<_, Option<&str>>(at).map_err(failed)?.map_or(CellRef::Null, CellRef::Text)),
        ColumnKind::Blob => Ok(row.try_get::<_, Option<&[u8]>>(at).map_err(failed)?.map_or(CellRef::Null, CellRef::Blob)),
        ColumnKind::Foreign => Err("PostgreSQL type other than bigint, text and bytea"),
    })
}

impl Session for PgSession {
    fn execute(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<u64, Failure> {
        let key = (from_ref(sql).addr(), 0, None);
        self.prepare(key, || Ok(sql.postgres_text().to_owned()))?;
        self.run(key, params, None)
    }

    fn query(&mut self, sql: &'static Sql, list: u16, params: &[Param<'_>], rows: &mut Vec<Row>) -> Result<(), Failure> {
        let (key, params) = self.prepare_query(sql, list, params)?;
        self.run(key, params, Some(rows)).map(drop)
    }

    fn each(&mut self, sql: &'static Sql, params: &[Param<'_>], look: Look<'_>) -> Result<(), Failure> {
        let (key, params) = self.prepare_query(sql, 0, params)?;
        self.run_each(key, params, look).map(drop)
    }

    fn insert_many<'r, 'p: 'r>(
        &mut self,
        insert: &'static Insert,
        rows: &mut dyn ExactSizeIterator<Item = &'r [Param<'p>]>,
    ) -> Result<u64, Failure> {
        if rows.len() == 1 {
            let Some(row) = rows.next() else { return Ok(0) };
            let key = (from_ref(insert).addr(), 1, None);
            self.prepare(key, || Ok(insert.sqlite_text()))?;
            return self.run(key, row, None);
        }
        let key = (from_ref(insert).addr(), 0, None);
        self.prepare(key, || Ok(insert.postgres_text()))?;
        let mut inserted = 0;
        while rows.len() > 0 {
            let mut columns = Column::all(insert, rows.len().min(INSERT_STRETCH_MAX));
            for row in (&mut *rows).take(INSERT_STRETCH_MAX) {
                columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
            }
            inserted += self.insert_stretch(key, &columns)?;
        }
        Ok(inserted)
    }
}

impl Definer for PgSession {
    fn define(&mut self, text: &str) -> Result<(), Failure> {
        self.control(&postgres_definition(text))
    }
    fn begin_alone(&mut self) -> Result<(), Failure> {
        // Not SERIALIZABLE: its snapshot would be older than the lock, and would not see what the node before us did.
        self.control(&format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
    }
    fn commit(&mut self) -> Result<(), Failure> {
        self.control("COMMIT")
    }
}

/// What PostgreSQL's error means for us.
pub(super) fn failure(error: &postgres::Error) -> Failure {
    let Some(reported) = error.as_db_error() else {
        let lost = error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
        return Failure { cause: if lost { Cause::ConnectionLost } else { Cause::Misuse }, words: with_sources(error) };
    };
    let code = reported.code();
    let cause = match code.code().get(..2) {
        _ if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) => Cause::Conflict,
        _ if [SqlState::QUERY_CANCELED, SqlState::LOCK_NOT_AVAILABLE].contains(code) => Cause::TooLong,
        // The server is going, gone or coming; 57P04 is a dropped database, 25P03 our own idle transaction ended.
        Some("57" | "08") => Cause::ConnectionLost,
        _ if *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT => Cause::ConnectionLost,
        _ if *code == SqlState::DISK_FULL => Cause::Full,
        Some("23") => Cause::Constraint,
        Some("42") => Cause::Misuse,
        // A disk error of the server is the server's to answer for: it rolls back, or goes down and is restarted by its own supervisor.
        _ => Cause::Other,
    };
    Failure { cause, words: format!("{} ({})", reported.message(), code.code()) }
}

fn with_sources(error: &postgres::Error) -> String {
    error.source().map_or_else(|| error.to_string(), |source| format!("{error}: {source}"))
}
