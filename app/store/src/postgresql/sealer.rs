//! The sealer: gives journal entries their seals, in a transaction of its own after theirs. One at a time over all nodes, held by an advisory lock.
//! READ COMMITTED: under SERIALIZABLE it would get in the way of every command, and needs nothing of it.

use super::connect::{Connector, Role};
use super::session::PgSession;
use crate::audit::image::CellRef;
use crate::audit::seal::{self, ADD_SEALS, Entry, Head, PENDING_SEALS, Seal, TAKE_PENDING_SEALS, entry_hash};
use crate::param::Param;
use crate::pending::lock;
use crate::row::{Inconsistent, Row};
use crate::session::{Failure, Session};
use crate::statistics::count;
use crate::store::Core;
use crate::trouble::Cause;
use kernel::CommandId;
use std::collections::HashSet;
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

/// Entries that wait in memory at most; what does not fit is read from the database.
const HANDED_MAX: usize = 16_384;
/// Between two transactions of the sealer: what is committed meanwhile is sealed at once.
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Default)]
struct State {
    /// What was committed by this process and waits for its seal, in the order of the commits.
    handed: Vec<Entry>,
    /// The database may hold something that was not handed over.
    look: bool,
    ended: bool,
}

/// Where those who commit hand their entries over to the sealer. It only spares reading them back: in the database they wait too.
#[derive(Default)]
pub(super) struct Bell {
    state: Mutex<State>,
    changed: Condvar,
}

impl Bell {
    /// These are committed.
    pub(super) fn hand(&self, entries: &[Entry]) {
        let mut state = lock(&self.state);
        if state.handed.len() + entries.len() <= HANDED_MAX {
            state.handed.extend_from_slice(entries);
        } else {
            state.look = true;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Something may have been committed that nobody handed over.
    pub(super) fn look(&self) {
        lock(&self.state).look = true;
        self.changed.notify_all();
    }

    pub(super) fn end(&self) {
        lock(&self.state).ended = true;
        self.changed.notify_all();
    }

    /// Waits for work or the end, but not for ever: then it is time to look. Takes what there is.
    fn wait(&self) -> Work {
        let quiet = |state: &mut State| state.handed.is_empty() && !state.look && !state.ended;
        let waited = self.changed.wait_timeout_while(lock(&self.state), LOOK, quiet);
        let (mut state, timeout) = waited.unwrap_or_else(std::sync::PoisonError::into_inner);
        let look = std::mem::take(&mut state.look) || timeout.timed_out() || state.ended;
        Work { handed: std::mem::take(&mut state.handed), look, ended: state.ended }
    }

    /// Rests, unless the end comes.
    fn rest(&self, rest: Duration) {
        let waited = self.changed.wait_timeout_while(lock(&self.state), rest, |state| !state.ended);
        drop(waited);
    }
}

struct Work {
    handed: Vec<Entry>,
    look: bool,
    ended: bool,
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
            let work = self.bell.wait();
            let sealed = self.seal_all(&work);
            if sealed.is_err() {
                count(&self.core.counters.seal_failures);
            }
            self.core.told.sealing(sealed.as_ref().err().map(|failure| failure.words.clone()));
            if work.ended {
                return;
            }
            match sealed {
                Ok(()) => self.bell.rest(PAUSE),
                Err(_) => {
                    // Nothing is lost: the entries stand, and wait.
                    self.session = None;
                    self.bell.rest(REST);
                    self.bell.look();
                }
            }
        }
    }

    fn seal_all(&mut self, work: &Work) -> Result<(), Failure> {
        for handed in work.handed.chunks(BATCH.into()) {
            self.in_transaction(|session| seal(session, handed))?;
        }
        while work.look && self.in_transaction(seal_pending)? == usize::from(BATCH) {}
        Ok(())
    }

    /// One sealer at a time over all nodes; how many entries it sealed.
    fn in_transaction(&mut self, seal: impl FnOnce(&mut PgSession) -> Result<(usize, Head), Failure>) -> Result<usize, Failure> {
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(self.connector.connect(Role::Writer)?),
        };
        session.control(&format!("BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({SEALER_LOCK})"))?;
        let (sealed, head) = seal(session)?;
        session.control("COMMIT")?;
        if sealed > 0 {
            self.core.heads.put(head);
        }
        Ok(sealed)
    }
}

/// Seals what the database says waits, up to a batch.
fn seal_pending(session: &mut PgSession) -> Result<(usize, Head), Failure> {
    let mut rows = Vec::new();
    session.query(&PENDING_SEALS, 0, &[Param::Int(i64::from(BATCH))], &mut rows)?;
    let entries: Result<Vec<Entry>, Inconsistent> = rows.iter().map(entry).collect();
    seal(session, &entries.map_err(nonsense)?)
}

/// Seals those of the entries that still wait: another node's sealer may have been there first.
fn seal(session: &mut PgSession, entries: &[Entry]) -> Result<(usize, Head), Failure> {
    let head = seal::last(session)?;
    let waiting = take_pending(session, entries)?;
    let entries: Vec<Entry> = entries.iter().filter(|entry| waiting.contains(&entry.command)).copied().collect();
    let (seals, head) = seal::step(head, &entries);
    let new: Vec<_> = seals.iter().map(Seal::row).collect();
    if !new.is_empty() {
        session.insert_many(&ADD_SEALS, &mut new.iter().map(|row| &row[..]))?;
    }
    Ok((entries.len(), head))
}

/// Takes these out of what waits, and says which did.
fn take_pending(session: &mut PgSession, entries: &[Entry]) -> Result<HashSet<CommandId>, Failure> {
    let mut rows = Vec::new();
    let mut list: Vec<Param<'_>> = entries.iter().map(|entry| Param::from(entry.command)).collect();
    let Some(last) = list.last().copied() else { return Ok(HashSet::new()) };
    // Padded, so that few texts are prepared.
    list.resize(list.len().next_power_of_two(), last);
    session.query(&TAKE_PENDING_SEALS, u16::try_from(list.len()).unwrap_or(BATCH), &list, &mut rows)?;
    rows.iter().map(|row| row.decode(0, CommandId::from_slice)).collect::<Result<_, _>>().map_err(nonsense)
}

fn nonsense(inconsistent: Inconsistent) -> Failure {
    Failure { cause: Cause::Other, words: inconsistent.to_string() }
}

fn entry(row: &Row) -> Result<Entry, Inconsistent> {
    let cells = (0..row.heading().1.len()).map(|column| row.cell(column).unwrap_or(CellRef::Null));
    Ok(Entry { command: row.decode(0, CommandId::from_slice)?, hash: entry_hash(cells, &mut Vec::new()) })
}
