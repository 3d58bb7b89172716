//! What both engines can do for a command or a query; everything above this line is engine-blind.

use crate::audit::image::CellRef;
use crate::dialect::with_list;
use crate::param::Param;
use crate::row::Row;
use crate::sql::{Insert, Sql};
use crate::trouble::{Cause, Trouble};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What an engine says when it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) words: String,
}

impl Failure {
    pub(crate) fn of(self, statement: &'static str) -> Trouble {
        Trouble::Statement { statement, cause: self.cause, words: self.words }
    }
    pub(crate) fn misuse(words: impl Into<String>) -> Self {
        Self { cause: Cause::Misuse, words: words.into() }
    }
}

/// Columns of the widest statement.
pub(crate) const COLUMNS_MAX: usize = 32;

/// A value as a statement hands it back; or the name of a type that no column of ours has, as the statement lacks a CAST.
pub(crate) type Cell<'a> = Result<CellRef<'a>, &'static str>;

/// Looks at one row, which is gone afterwards, and says whether it wants the next.
pub(crate) type Look<'l> = &'l mut dyn FnMut(&[Cell<'_>]) -> ControlFlow<()>;

/// The columns of a statement.
pub(crate) fn columns_of(names: impl Iterator<Item = String>) -> Result<Vec<String>, Failure> {
    let names: Vec<String> = names.collect();
    match names.len() {
        0..=COLUMNS_MAX => Ok(names),
        more => Err(Failure::misuse(format!("it has {more} columns; at most {COLUMNS_MAX} are allowed"))),
    }
}

/// A statement's text, its list marker written out where `list` of these parameters stand for it: the last ones.
pub(crate) fn listed(text: &str, list: u16, params: usize) -> Result<String, Failure> {
    let before = params.saturating_sub(usize::from(list));
    match list {
        0 => Ok(text.to_owned()),
        _ => with_list(text, before, usize::from(list)).ok_or_else(|| Failure::misuse("it has no list marker (?..)")),
    }
}

/// One connection with a transaction open on it. Statements are prepared once per connection and found again by the address of
/// their constant.
pub(crate) trait Session {
    /// Runs a statement that hands back no rows; how many rows it changed.
    fn execute(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<u64, Failure>;
    /// Runs a statement and appends its rows. `list` is how many of the last parameters stand for the list marker.
    fn query(&mut self, sql: &'static Sql, list: u16, params: &[Param<'_>], rows: &mut Vec<Row>) -> Result<(), Failure>;
    /// Runs a statement and has each row looked at where it lies, as long as more are wanted: for reading much.
    fn each(&mut self, sql: &'static Sql, params: &[Param<'_>], look: Look<'_>) -> Result<(), Failure>;
    /// Inserts many rows; how many were inserted.
    fn insert_many<'r, 'p: 'r>(
        &mut self,
        insert: &'static Insert,
        rows: &mut dyn ExactSizeIterator<Item = &'r [Param<'p>]>,
    ) -> Result<u64, Failure>;
    /// How many statements may have changed what looks read, as far as this session knows: see [`crate::look`].
    fn changes(&self) -> u64 {
        0
    }
    /// A look begins, or ends: in between, statements that read what is not for looks fail.
    fn look(&mut self, _begins: bool) {}
}

/// The instant until which the statement at hand may run; set by the thread, read by SQLite's progress handler.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    start: Instant,
    until_micros: Arc<AtomicU64>,
}

impl Limit {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), until_micros: Arc::new(AtomicU64::new(u64::MAX)) }
    }
    /// From now on, so long.
    pub(crate) fn set(&self, limit: Duration) {
        self.until_micros.store(self.micros().saturating_add(as_micros(limit)), Ordering::Relaxed);
    }
    pub(crate) fn clear(&self) {
        self.until_micros.store(u64::MAX, Ordering::Relaxed);
    }
    pub(crate) fn is_over(&self) -> bool {
        self.micros() > self.until_micros.load(Ordering::Relaxed)
    }
    fn micros(&self) -> u64 {
        as_micros(self.start.elapsed())
    }
}

fn as_micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
