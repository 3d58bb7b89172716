//! The sealer: gives journal entries their seals, in a transaction of its own after theirs. One at a time over all nodes, held by an advisory lock.
//! READ COMMITTED: under SERIALIZABLE it would get in the way of every command, and needs nothing of it.

use super::connect::{Connector, Role};
use super::session::PgSession;
use crate::audit::image::CellRef;
use crate::audit::seal::{self, ADD_SEALS, DELETE_PENDING_SEALS, Entry, Head, PENDING_SEALS, Seal, entry_hash};
use crate::param::Param;
use crate::pending::lock;
use crate::row::{Inconsistent, Row};
use crate::session::{Failure, Session};
use crate::store::Core;
use crate::trouble::Cause;
use kernel::CommandId;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// Entries sealed in one transaction: the list of one statement.
const BATCH: u16 = 512;
/// However quiet: look now and then, as another node's sealer may have died.
const LOOK: Duration = Duration::from_secs(5);
/// Between two tries while the database cannot do it.
const REST: Duration = Duration::from_millis(500);
/// Key of the lock that only one sealer holds; any number nobody else on the database uses.
const SEALER_LOCK: i64 = 0x0062_656e_7365_616c;

#[derive(Default)]
struct State {
    rung: bool,
    ended: bool,
}

/// Rung after each commit.
#[derive(Default)]
pub(super) struct Bell {
    state: Mutex<State>,
    changed: Condvar,
}

impl Bell {
    pub(super) fn ring(&self) {
        lock(&self.state).rung = true;
        self.changed.notify_all();
    }

    pub(super) fn end(&self) {
        lock(&self.state).ended = true;
        self.changed.notify_all();
    }

    /// Waits for a ring or the end, but not for ever; true at the end.
    fn wait(&self, patience: Duration) -> bool {
        let quiet = |state: &mut State| !state.rung && !state.ended;
        let waited = self.changed.wait_timeout_while(lock(&self.state), patience, quiet);
        let (mut state, _) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        state.rung = false;
        state.ended
    }
}

pub(super) struct Sealer {
    connector: Connector,
    core: Arc<Core>,
    bell: Arc<Bell>,
    session: Option<PgSession>,
}

impl Sealer {
    pub(super) fn new(connector: Connector, core: Arc<Core>, bell: Arc<Bell>) -> Self {
        Self { connector, core, bell, session: None }
    }

    /// Until the end; then seals what is left, if the database is there.
    pub(super) fn run(mut self) {
        loop {
            let ended = self.bell.wait(LOOK);
            match self.seal_all() {
                Ok(()) if ended => return,
                Ok(()) => {}
                Err(_) if ended => return,
                Err(_) => {
                    // Nothing is lost: the entries stand, and wait.
                    self.session = None;
                    if self.bell.wait(REST) {
                        return;
                    }
                    self.bell.ring();
                }
            }
        }
    }

    fn seal_all(&mut self) -> Result<(), Failure> {
        while self.seal_some()? == usize::from(BATCH) {}
        Ok(())
    }

    /// Seals a batch; how many entries it had.
    fn seal_some(&mut self) -> Result<usize, Failure> {
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(self.connector.connect(Role::Writer)?),
        };
        session.control(&format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({SEALER_LOCK})"))?;
        let (count, head) = seal_pending(session)?;
        session.control("COMMIT")?;
        if count > 0 {
            self.core.heads.put(head);
        }
        Ok(count)
    }
}

fn seal_pending(session: &mut PgSession) -> Result<(usize, Head), Failure> {
    let head = seal::last(session)?;
    let mut rows = Vec::new();
    session.query(&PENDING_SEALS, 0, &[Param::Int(i64::from(BATCH))], &mut rows)?;
    if rows.is_empty() {
        return Ok((0, head));
    }
    let entries: Result<Vec<Entry>, Inconsistent> = rows.iter().map(entry).collect();
    let entries = entries.map_err(|inconsistent| Failure { cause: Cause::Other, words: inconsistent.to_string() })?;
    let (seals, head) = seal::step(head, &entries);
    let new: Vec<_> = seals.iter().map(Seal::row).collect();
    session.insert_many(&ADD_SEALS, &mut new.iter().map(|row| &row[..]))?;
    // The list is padded to its full length, so that one text is prepared once.
    let mut sealed: Vec<Param<'_>> = entries.iter().map(|entry| Param::from(entry.command)).collect();
    sealed.resize(usize::from(BATCH), Param::Null);
    session.query(&DELETE_PENDING_SEALS, BATCH, &sealed, &mut Vec::new())?;
    Ok((entries.len(), head))
}

fn entry(row: &Row) -> Result<Entry, Inconsistent> {
    let cells = (0..row.heading().1.len()).map(|column| row.cell(column).unwrap_or(CellRef::Null));
    Ok(Entry { command: row.decode(0, CommandId::from_slice)?, hash: entry_hash(cells) })
}
