//! The same engine without its threads: whoever opened it does each next thing, on their own thread, in an order of their own.

use super::checkpoint::Checkpointer;
use super::readers::QueryRunner;
use super::writer::Writer;
use super::{LOOKS_AT_ONCE, Opened, connect_all};
use crate::audit::seal_log::{REST, SealLog};
use crate::options::Opening;
use crate::stop::StopReason;
use crate::store::Core;
use crate::trouble::OpenTrouble;
use kernel::{Realm, Timestamp};
use rusqlite::Connection;
use std::future::poll_fn;
use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

/// An open database and nobody who works on it. Dropped, it is left as a killed process leaves it.
pub struct Engine {
    opened: Opened,
    core: Arc<Core>,
    seals: Option<SealLog>,
}

/// Works on an [`Engine`], a step at a time.
pub struct Stepper<'e> {
    writer: Writer<'e>,
    readers: Vec<QueryRunner<'e>>,
    next_reader: usize,
    looker: QueryRunner<'e>,
    checkpointer: &'e mut Checkpointer,
    checkpoint_connection: &'e Connection,
    seals: Option<&'e mut SealLog>,
    /// When a head was signed last.
    signed_at: Option<Timestamp>,
    opened_at: Option<Timestamp>,
    core: Arc<Core>,
}

impl Engine {
    pub(crate) fn open(path: &Path, realm: Realm, opening: Opening, core: &Arc<Core>) -> Result<Self, OpenTrouble> {
        Ok(Self { opened: connect_all(path, realm, opening, core)?, core: Arc::clone(core), seals: None })
    }

    pub(crate) fn signing(self, seals: Option<SealLog>) -> Self {
        Self { seals, ..self }
    }

    /// Whoever works on it. Once: another one begins with the last seal of the opening.
    pub fn stepper(&mut self) -> Stepper<'_> {
        let Opened { writer: (connection, limit), head, readers, looker, checkpointer, gate } = &mut self.opened;
        let (checkpoint_connection, checkpointer) = checkpointer;
        let core = &self.core;
        Stepper {
            writer: Writer::new(connection, limit.clone(), Arc::clone(&self.core), Arc::clone(gate), *head),
            readers: readers.iter().map(|(connection, limit)| QueryRunner::new(connection, limit, Arc::clone(core))).collect(),
            next_reader: 0,
            looker: QueryRunner::new(&looker.0, &looker.1, Arc::clone(core)),
            checkpointer,
            checkpoint_connection,
            seals: self.seals.as_mut(),
            signed_at: None,
            opened_at: None,
            core: Arc::clone(&self.core),
        }
    }
}

impl Stepper<'_> {
    /// Returns when a command or a query waits, or no more will come.
    pub async fn work(&self) {
        poll_fn(|context| {
            // All are asked, so that each wakes.
            let core = &self.core;
            let asked = [core.commands.poll_work(context), core.queries.poll_work(context), core.looks.poll_work(context)];
            if asked.iter().any(Poll::is_ready) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }

    /// Writes the group that waits, from begin to answers; false if none does.
    pub fn write(&mut self) -> bool {
        self.writer.pay();
        let mut group = Vec::new();
        self.core.commands.take_now(self.core.options.group_max, &mut group);
        let any = !group.is_empty();
        if any {
            self.writer.step(group);
        }
        any
    }

    /// Answers the query that waits, on the reader whose turn it is, or else the looks that wait; false if there is neither.
    pub fn read(&mut self) -> bool {
        let mut query = Vec::new();
        self.core.queries.take_now(1, &mut query);
        if query.is_empty() {
            return self.look();
        }
        self.next_reader = (self.next_reader + 1).checked_rem(self.readers.len()).unwrap_or(0);
        if let Some(reader) = self.readers.get_mut(self.next_reader) {
            reader.step(query);
        }
        true
    }

    fn look(&mut self) -> bool {
        let mut looks = Vec::new();
        self.core.looks.take_now(LOOKS_AT_ONCE, &mut looks);
        let any = !looks.is_empty();
        if any {
            self.looker.step(looks);
        }
        any
    }

    /// A look of the checkpointer at the log, and of the signer at the seals: each does what is due.
    pub fn look_after(&mut self, now: Timestamp) {
        let opened_at = *self.opened_at.get_or_insert(now);
        self.checkpointer.step(self.checkpoint_connection, since(opened_at, now));
        if self.signed_at.is_none_or(|signed_at| since(signed_at, now) >= REST) {
            self.signed_at = Some(now);
            self.sign(now);
        }
    }

    /// After [`Store::close`](crate::Store::close): does what is queued and closes the database cleanly.
    pub fn end(mut self, now: Timestamp) {
        while self.write() || self.read() {}
        self.writer.pay();
        self.checkpointer.end(self.checkpoint_connection);
        self.sign(now);
    }

    fn sign(&mut self, now: Timestamp) {
        if let Some(Err(trouble)) = self.seals.as_mut().map(|seals| seals.step(&self.core.heads, now)) {
            self.core.shut(StopReason::Disk(trouble.to_string()));
        }
    }
}

fn since(then: Timestamp, now: Timestamp) -> Duration {
    Duration::from_micros(u64::try_from(now.micros().saturating_sub(then.micros())).unwrap_or(0))
}
