//! One command: its function, its journal entry, its answer.

use crate::admission::Refusable;
use crate::audit::seal::Entry;
use crate::journal;
use crate::pending::Reply;
use crate::reader::Reader;
use crate::row::Inconsistent;
use crate::session::{Limit, Session};
use crate::stop::StopReason;
use crate::trouble::{ReadTrouble, Trouble, WriteTrouble};
use crate::tx::Tx;
use kernel::{Actor, CommandId, Timestamp, panic_words};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use uuid::Uuid;

/// What a command did or refused. Both are journalled and committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The act, such as `keep_transmission`.
    pub act: &'static str,
    /// Whether it was done; false for a refusal.
    pub accepted: bool,
    /// The thing it was done to.
    pub subject: Option<Uuid>,
    /// Small JSON or words. The caller's reply is decoded from it, also when a repeated command finds it in the journal.
    pub note: String,
}

/// An outcome that is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The act, such as `keep_transmission`.
    pub act: String,
    /// Whether it was done; false for a refusal.
    pub accepted: bool,
    /// The thing it was done to.
    pub subject: Option<Uuid>,
    /// What the outcome said.
    pub note: String,
    /// The command id was in the journal already: its function's effect was not applied again, and this is what the first run said.
    pub repeated: bool,
}

pub(crate) type Answer = Result<Done, WriteTrouble>;
pub(crate) type Function = Box<dyn Fn(&mut Tx<'_>) -> Result<Outcome, Trouble> + Send>;

/// What a command does to the database, as far as it matters for who may share a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nature {
    /// It reads, and changes what it read.
    Changes,
    /// It only adds rows.
    Adds,
}

/// A command on its way.
pub(crate) struct Command {
    pub(crate) id: CommandId,
    pub(crate) nature: Nature,
    actor: String,
    now: Timestamp,
    function: Function,
    reply: Reply<Answer>,
}

/// How a command's function ended, before anything is committed.
pub(crate) enum Attempt {
    /// Done or refused, with its journal entry.
    Done(Done, Entry),
    /// Its id stands in the journal already.
    Repeated,
    /// To be rolled back.
    Failed(WriteTrouble),
}

impl Command {
    pub(crate) fn new(nature: Nature, actor: &Actor, id: CommandId, now: Timestamp, function: Function, reply: Reply<Answer>) -> Self {
        Self { id, nature, actor: actor.to_string(), now, function, reply }
    }

    pub(crate) fn answer(self, answer: Answer) {
        let Self { function, reply, .. } = self;
        // What the function holds it shares with whoever asked, who lives on: the last one frees it all, and that shall not be the writer.
        drop(function);
        reply.send(answer);
    }

    /// Runs the function and writes the journal entry, and says which impossible rows it met.
    pub(crate) fn attempt(&self, session: &mut dyn Session, limit: &Limit, limit_for: Duration) -> (Attempt, Vec<Inconsistent>) {
        limit.set(limit_for);
        let mut tx = Tx::new(session, limit);
        let ran = catch_unwind(AssertUnwindSafe(|| (self.function)(&mut tx)));
        let attempt = match ran {
            Err(panic) => Attempt::Failed(WriteTrouble::Panicked(panic_words(panic.as_ref()).to_owned())),
            Ok(Err(trouble)) => {
                record_impossible(&mut tx, &trouble);
                Attempt::Failed(trouble.into())
            }
            Ok(Ok(outcome)) => self.journal(&mut tx, outcome),
        };
        limit.clear();
        let (doom, inconsistent) = tx.into_reader().finish();
        match (attempt, doom) {
            // The failed statement is the reason, whatever the function made of it; only a panic says more.
            (panicked @ Attempt::Failed(WriteTrouble::Panicked(_)), _) => (panicked, inconsistent),
            (_, Some(trouble)) => (Attempt::Failed(trouble.into()), inconsistent),
            (attempt, None) => (attempt, inconsistent),
        }
    }

    fn journal(&self, tx: &mut Tx<'_>, outcome: Outcome) -> Attempt {
        match journal::enter(tx, self.id, self.now, &self.actor, &outcome) {
            Ok(Some(entry)) => {
                let Outcome { act, accepted, subject, note } = outcome;
                Attempt::Done(Done { act: act.to_owned(), accepted, subject, note, repeated: false }, entry)
            }
            Ok(None) => Attempt::Repeated,
            Err(trouble) => Attempt::Failed(trouble.into()),
        }
    }
}

impl Refusable for Command {
    fn refuse(self, reason: StopReason) {
        self.answer(Err(WriteTrouble::Stopped(reason)));
    }
}

/// A query on its way, whatever it hands back.
pub(crate) trait Query: Send {
    /// Runs the function; its value is kept until the answer.
    fn run(&mut self, reader: &mut Reader<'_>) -> Result<(), Trouble>;
    /// Answers with the value kept, or with the trouble.
    fn answer(self: Box<Self>, trouble: Option<ReadTrouble>);
}

pub(crate) struct TypedQuery<T, F> {
    pub(crate) function: F,
    pub(crate) value: Option<T>,
    pub(crate) reply: Reply<Result<T, ReadTrouble>>,
}

impl<T: Send, F: Fn(&mut Reader<'_>) -> Result<T, Trouble> + Send> Query for TypedQuery<T, F> {
    fn run(&mut self, reader: &mut Reader<'_>) -> Result<(), Trouble> {
        self.value = Some((self.function)(reader)?);
        Ok(())
    }
    fn answer(self: Box<Self>, trouble: Option<ReadTrouble>) {
        match (trouble, self.value) {
            (None, Some(value)) => self.reply.send(Ok(value)),
            (Some(trouble), _) => self.reply.send(Err(trouble)),
            // Dropping the reply unsent tells the caller that the engine lost it.
            (None, None) => drop(self.reply),
        }
    }
}

impl Refusable for Box<dyn Query> {
    fn refuse(self, reason: StopReason) {
        self.answer(Some(ReadTrouble::Stopped(reason)));
    }
}

/// Runs a query's function inside its transaction.
pub(crate) fn attempt_query(
    query: &mut dyn Query,
    session: &mut dyn Session,
    limit: &Limit,
    limit_for: Duration,
) -> (Result<(), ReadTrouble>, Vec<Inconsistent>) {
    limit.set(limit_for);
    let mut reader = Reader::new(session, limit);
    let ran = catch_unwind(AssertUnwindSafe(|| query.run(&mut reader)));
    limit.clear();
    if let Ok(Err(trouble)) = &ran {
        record_impossible(&mut reader, trouble);
    }
    let (doom, inconsistent) = reader.finish();
    let ran = match (ran, doom) {
        (Err(panic), _) => Err(ReadTrouble::Panicked(panic_words(panic.as_ref()).to_owned())),
        (Ok(_), Some(doom)) => Err(ReadTrouble::Failed(doom)),
        (Ok(Err(trouble)), None) => Err(ReadTrouble::Failed(trouble)),
        (Ok(Ok(())), None) => Ok(()),
    };
    (ran.map_err(|trouble| too_long(trouble, limit_for)), inconsistent)
}

/// A row that stood in the way is recorded like one that was left out: its words promise that.
fn record_impossible(reader: &mut Reader<'_>, trouble: &Trouble) {
    if let Trouble::Inconsistent(inconsistent) = trouble {
        reader.quarantine(inconsistent.clone());
    }
}

fn too_long(trouble: ReadTrouble, limit: Duration) -> ReadTrouble {
    match &trouble {
        ReadTrouble::Failed(inner) if inner.cause() == Some(crate::trouble::Cause::TooLong) => ReadTrouble::TooLong(limit),
        _ => trouble,
    }
}
