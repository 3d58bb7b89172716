//! A reader: queries on snapshots of the write-ahead log.

use super::session::SqliteSession;
use crate::command::{Query, attempt_query};
use crate::session::{Failure, Limit};
use crate::sql::Sql;
use crate::statistics::count;
use crate::stop::StopReason;
use crate::store::Core;
use crate::trouble::{Cause, ReadTrouble, Trouble};
use rusqlite::Connection;
use std::sync::Arc;

static BEGIN: Sql = Sql::new("BEGIN", "BEGIN DEFERRED", None);
static END: Sql = Sql::new("END", "ROLLBACK", None);

/// One reader, on a connection of its own.
pub(super) struct QueryRunner<'c> {
    session: SqliteSession<'c>,
    limit: &'c Limit,
    core: Arc<Core>,
}

impl<'c> QueryRunner<'c> {
    pub(super) fn new(connection: &'c Connection, limit: &'c Limit, core: Arc<Core>) -> Self {
        Self { session: SqliteSession::new(connection), limit, core }
    }

    /// Until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let mut next = Vec::with_capacity(1);
        loop {
            self.core.queries.take(1, &mut next);
            match next.pop() {
                Some(query) => self.step(query),
                None => return,
            }
        }
    }

    /// One query, from begin to answer.
    pub(super) fn step(&mut self, mut query: Box<dyn Query>) {
        let trouble = match self.session.control(&BEGIN) {
            Err(failure) => Some(failed(failure)),
            Ok(()) => {
                let (ran, inconsistent) = attempt_query(query.as_mut(), &mut self.session, self.limit, self.core.options.read_limit);
                self.core.quarantine.record(inconsistent);
                let ended = if self.session.connection.is_autocommit() { Ok(()) } else { self.session.control(&END) };
                ran.err().or_else(|| ended.err().map(failed))
            }
        };
        count(&self.core.counters.reads);
        match &trouble {
            Some(ReadTrouble::Failed(Trouble::Statement { cause: Cause::Disk, words, .. })) => {
                self.core.shut(StopReason::Disk(words.clone()));
            }
            // What else is there can still be read, and results go on coming in: that is for the operator to end.
            Some(ReadTrouble::Failed(damaged @ Trouble::Statement { cause: Cause::Damage, .. })) => {
                count(&self.core.counters.damaged_reads);
                self.core.told.damage(&damaged.to_string());
            }
            _ => {}
        }
        query.answer(trouble);
    }
}

fn failed(failure: Failure) -> ReadTrouble {
    ReadTrouble::Failed(failure.of("BEGIN or ROLLBACK of a query"))
}
