//! A reader: queries on snapshots of the write-ahead log.

use super::session::SqliteSession;
use crate::command::{Query, attempt_query};
use crate::queue::Queue;
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

    /// Until the queue is closed and empty. What waits together, up to so many, shares a snapshot.
    pub(super) fn run(mut self, queue: &Queue<Box<dyn Query>>, at_once: usize) {
        let mut group = Vec::with_capacity(at_once);
        loop {
            queue.take(at_once, &mut group);
            if group.is_empty() {
                return;
            }
            self.step(std::mem::take(&mut group));
        }
    }

    /// A group of queries, from begin to answers.
    pub(super) fn step(&mut self, mut group: Vec<Box<dyn Query>>) {
        let troubles: Vec<_> = group.iter_mut().map(|query| self.attempt(query.as_mut()).err()).collect();
        let ended = self.end().err();
        for (query, trouble) in group.into_iter().zip(troubles) {
            self.answer(query, trouble.or_else(|| ended.clone()));
        }
    }

    fn attempt(&mut self, query: &mut dyn Query) -> Result<(), ReadTrouble> {
        // SQLite gives the snapshot up after some errors: what comes behind has one of its own.
        if self.session.connection.is_autocommit() {
            // Asked first: what is committed from here on may be seen, and need not.
            self.session.changes = self.core.changes.committed();
            self.session.control(&BEGIN).map_err(failed)?;
        }
        let (ran, inconsistent) = attempt_query(query, &mut self.session, self.limit, self.core.options.read_limit);
        self.core.quarantine.record(inconsistent);
        ran
    }

    fn end(&mut self) -> Result<(), ReadTrouble> {
        let is_over = self.session.connection.is_autocommit();
        if is_over { Ok(()) } else { self.session.control(&END).map_err(failed) }
    }

    fn answer(&self, query: Box<dyn Query>, trouble: Option<ReadTrouble>) {
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
