//! A reader thread: queries on snapshots of the write-ahead log.

use super::session::SqliteSession;
use crate::command::{Query, attempt_query};
use crate::session::{Failure, Limit};
use crate::sql::Sql;
use crate::statistics::count;
use crate::stop::StopReason;
use crate::store::Core;
use crate::trouble::{Cause, ReadTrouble, Trouble};
use rusqlite::Connection;

static BEGIN: Sql = Sql::new("BEGIN", "BEGIN DEFERRED", None);
static END: Sql = Sql::new("END", "ROLLBACK", None);

/// Until the queue is closed and empty.
pub(super) fn run(connection: &Connection, limit: &Limit, core: &Core) {
    let mut session = SqliteSession::new(connection);
    let mut next = Vec::with_capacity(1);
    loop {
        core.queries.take(1, &mut next);
        match next.pop() {
            Some(query) => step(&mut session, limit, core, query),
            None => return,
        }
    }
}

fn step(session: &mut SqliteSession<'_>, limit: &Limit, core: &Core, mut query: Box<dyn Query>) {
    let trouble = match session.control(&BEGIN) {
        Err(failure) => Some(failed(failure)),
        Ok(()) => {
            let (ran, inconsistent) = attempt_query(query.as_mut(), session, limit, core.options.read_limit);
            core.quarantine.record(inconsistent);
            let ended = if session.connection.is_autocommit() { Ok(()) } else { session.control(&END) };
            ran.err().or_else(|| ended.err().map(failed))
        }
    };
    count(&core.counters.reads);
    match &trouble {
        Some(ReadTrouble::Failed(Trouble::Statement { cause: Cause::Disk, words, .. })) => core.shut(StopReason::Disk(words.clone())),
        // What else is there can still be read, and results go on coming in: that is for the operator to end.
        Some(ReadTrouble::Failed(damaged @ Trouble::Statement { cause: Cause::Damage, .. })) => {
            count(&core.counters.damaged_reads);
            core.told.damage(&damaged.to_string());
        }
        _ => {}
    }
    query.answer(trouble);
}

fn failed(failure: Failure) -> ReadTrouble {
    ReadTrouble::Failed(failure.of("BEGIN or ROLLBACK of a query"))
}
