//! The one writer: takes whatever waits, one commit, then answers all. Where a command stumbles the group begins anew with a savepoint per command,
//! so that only that one is undone.

use super::gate::Gate;
use super::session::SqliteSession;
use crate::audit::seal::{self, ADD_SEALS, Entry, Head, Seal};
use crate::command::{Answer, Attempt, Command};
use crate::journal;
use crate::session::{Failure, Limit, Session};
use crate::sql::Sql;
use crate::statistics::count;
use crate::stop::StopReason;
use crate::store::Core;
use crate::trouble::{Cause, Trouble, WriteTrouble};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Duration;

static BEGIN: Sql = Sql::new("BEGIN", "BEGIN IMMEDIATE", None);
static SAVEPOINT: Sql = Sql::new("SAVEPOINT", "SAVEPOINT command", None);
static RELEASE: Sql = Sql::new("RELEASE", "RELEASE command", None);
static ROLLBACK_TO: Sql = Sql::new("ROLLBACK TO", "ROLLBACK TO command", None);
static COMMIT: Sql = Sql::new("COMMIT", "COMMIT", None);

/// Why a whole group came to nothing. Nobody has been answered yet.
enum Lost {
    /// For a reason that may be one command's: each is to be run again alone.
    Group(Trouble),
    /// The disk cannot be trusted any more.
    Disk(String),
}

impl Lost {
    fn by(failure: Failure, statement: &'static str) -> Self {
        match failure.cause {
            // Written into a file that makes no sense, a change may make it worse, and be gone with it.
            Cause::Disk | Cause::Damage => Self::Disk(failure.words),
            _ => Self::Group(failure.of(statement)),
        }
    }
}

pub(super) struct Writer<'c> {
    session: SqliteSession<'c>,
    limit: Limit,
    core: Arc<Core>,
    gate: Arc<Gate>,
    /// The last seal that is committed.
    head: Head,
    /// The last seal once the transaction at hand is.
    head_after_commit: Head,
    /// The negative control has answered and not committed yet.
    owes_commit: bool,
}

/// How long the negative control commits after its answers: as long as a slow disk would take, so that the checker has a fair chance to catch it.
const OWED_FOR: Duration = Duration::from_millis(20);

impl<'c> Writer<'c> {
    /// `head` is the last seal in the database.
    pub(super) fn new(connection: &'c Connection, limit: Limit, core: Arc<Core>, gate: Arc<Gate>, head: Head) -> Self {
        Self { session: SqliteSession::new(connection), limit, core, gate, head, head_after_commit: head, owes_commit: false }
    }

    /// Until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let mut group = Vec::new();
        loop {
            self.core.commands.take(self.core.options.group_max, &mut group);
            if group.is_empty() {
                return;
            }
            self.step(std::mem::take(&mut group));
            if self.owes_commit {
                std::thread::sleep(OWED_FOR);
                self.pay();
            }
        }
    }

    /// One group, from begin to answers.
    pub(super) fn step(&mut self, group: Vec<Command>) {
        self.gate.begin_group();
        match self.run_group(&group) {
            Ok(answers) => self.finish(group, answers),
            Err(Lost::Disk(words)) => self.stop(group, &words),
            Err(Lost::Group(_)) => {
                count(&self.core.counters.lost_groups);
                self.each_alone(group);
            }
        }
        self.gate.end_group();
    }

    /// Commits and answers. Answers come after the commit, always; the one build that does otherwise exists to be caught.
    fn finish(&mut self, group: Vec<Command>, answers: Vec<Answer>) {
        if self.core.options.faults.acknowledges_before_commit() {
            answer_all(group, answers);
            self.owes_commit = true;
            return;
        }
        match self.commit() {
            Ok(()) => {
                self.counted(&answers);
                answer_all(group, answers);
            }
            Err(Lost::Disk(words)) => self.stop(group, &words),
            Err(Lost::Group(_)) => {
                count(&self.core.counters.lost_groups);
                self.each_alone(group);
            }
        }
    }

    /// Makes up for the commit that the negative control left out.
    pub(super) fn pay(&mut self) {
        if std::mem::take(&mut self.owes_commit) {
            let _ = self.commit();
        }
    }

    fn each_alone(&mut self, group: Vec<Command>) {
        // Another process (`check`, which may write of an impossible row) may have sealed something in between.
        if let Ok(head) = seal::last(&mut self.session) {
            self.head = head;
        }
        let mut commands = group.into_iter();
        while let Some(command) = commands.next() {
            let ran = self.run_group(std::slice::from_ref(&command)).and_then(|answers| self.commit().map(|()| answers));
            match ran {
                Ok(answers) => {
                    self.counted(&answers);
                    answer_all(vec![command], answers);
                }
                Err(Lost::Group(trouble)) => command.answer(Err(WriteTrouble::Failed(trouble))),
                Err(Lost::Disk(words)) => return self.stop(std::iter::once(command).chain(commands).collect(), &words),
            }
        }
    }

    /// Runs the commands in one transaction and leaves it open, or leaves nothing.
    fn run_group(&mut self, group: &[Command]) -> Result<Vec<Answer>, Lost> {
        self.in_one_go(group).map_err(|lost| self.given_up(lost))
    }

    fn in_one_go(&mut self, group: &[Command]) -> Result<Vec<Answer>, Lost> {
        let mut entries = Vec::with_capacity(group.len());
        let answers = match self.without_savepoints(group, &mut entries)? {
            Some(answers) => answers,
            None => {
                entries.clear();
                self.with_savepoints(group, &mut entries)?
            }
        };
        self.seal(&entries)?;
        Ok(answers)
    }

    /// Most groups have nothing to undo, and a savepoint copies every page it might have to put back. Nothing, and no transaction, if one stumbles.
    fn without_savepoints(&mut self, group: &[Command], entries: &mut Vec<Entry>) -> Result<Option<Vec<Answer>>, Lost> {
        self.session.control(&BEGIN).map_err(|failure| Lost::by(failure, BEGIN.name()))?;
        let mut answers = Vec::with_capacity(group.len());
        for command in group {
            match self.attempt(command)? {
                Attempt::Done(done, entry) => {
                    answers.push(Ok(done));
                    entries.push(entry);
                }
                Attempt::Failed(_) | Attempt::Repeated => {
                    self.roll_back()?;
                    return Ok(None);
                }
            }
        }
        Ok(Some(answers))
    }

    fn with_savepoints(&mut self, group: &[Command], entries: &mut Vec<Entry>) -> Result<Vec<Answer>, Lost> {
        self.session.control(&BEGIN).map_err(|failure| Lost::by(failure, BEGIN.name()))?;
        group.iter().map(|command| self.in_savepoint(command, entries)).collect()
    }

    /// Seals the group's entries in its own transaction: with one writer the order of the commands is the order of the seals.
    fn seal(&mut self, entries: &[Entry]) -> Result<(), Lost> {
        let (seals, head) = seal::step(self.head, entries);
        let rows: Vec<_> = seals.iter().map(Seal::row).collect();
        let stored = self.session.insert_many(&ADD_SEALS, &mut rows.iter().map(|row| &row[..]));
        stored.map_err(|failure| Lost::by(failure, ADD_SEALS.name()))?;
        self.head_after_commit = head;
        Ok(())
    }

    fn in_savepoint(&mut self, command: &Command, entries: &mut Vec<Entry>) -> Result<Answer, Lost> {
        self.session.control(&SAVEPOINT).map_err(|failure| Lost::by(failure, SAVEPOINT.name()))?;
        match self.attempt(command)? {
            Attempt::Done(done, entry) => {
                self.session.control(&RELEASE).map_err(|failure| Lost::by(failure, RELEASE.name()))?;
                entries.push(entry);
                Ok(Ok(done))
            }
            Attempt::Failed(trouble) => self.undo(command, Err(trouble)),
            Attempt::Repeated => self.undo(command, Err(WriteTrouble::Unknown("its journal entry came and went".to_owned()))),
        }
    }

    /// Runs a command; lost if the transaction is gone with it, or the disk.
    fn attempt(&mut self, command: &Command) -> Result<Attempt, Lost> {
        let (attempt, inconsistent) = command.attempt(&mut self.session, &self.limit, self.core.options.write_limit);
        self.core.quarantine.record(inconsistent);
        if self.core.options.faults.loses_group() {
            self.roll_back()?;
        }
        // SQLite gives up the whole transaction after some errors (full, out of memory, interrupted), not only the savepoint.
        if self.session.connection.is_autocommit() {
            return Err(lost_by(attempt));
        }
        match attempt {
            Attempt::Failed(WriteTrouble::Failed(Trouble::Statement { cause: Cause::Disk | Cause::Damage, words, .. })) => {
                Err(Lost::Disk(words))
            }
            attempt => Ok(attempt),
        }
    }

    /// Rolls the command back alone, and answers what the journal says of it, else `otherwise`.
    fn undo(&mut self, command: &Command, otherwise: Answer) -> Result<Answer, Lost> {
        for word in [&ROLLBACK_TO, &RELEASE] {
            self.session.control(word).map_err(|failure| Lost::by(failure, word.name()))?;
        }
        match journal::find(&mut self.session, command.id) {
            Ok(Some(done)) => Ok(Ok(done)),
            Ok(None) => Ok(otherwise),
            Err(Trouble::Statement { cause: Cause::Disk | Cause::Damage, words, .. }) => Err(Lost::Disk(words)),
            Err(trouble) => Ok(Err(trouble.into())),
        }
    }

    fn commit(&mut self) -> Result<(), Lost> {
        let committed = self.core.options.faults.at_commit().and_then(|()| self.session.control(&COMMIT));
        committed.map_err(|failure| self.given_up(Lost::by(failure, COMMIT.name())))?;
        count(&self.core.counters.groups);
        self.core.changes.commit(self.session.changes);
        if self.head != self.head_after_commit {
            self.head = self.head_after_commit;
            self.core.heads.put(self.head);
        }
        Ok(())
    }

    /// Undoes what there is of the transaction. A disk that fails here is told like any other.
    fn roll_back(&mut self) -> Result<(), Lost> {
        if self.session.connection.is_autocommit() {
            return Ok(());
        }
        self.session.roll_back().map_err(|failure| Lost::by(failure, "ROLLBACK"))
    }

    /// The group came to nothing for this reason, or for a worse one met while it was undone.
    fn given_up(&mut self, lost: Lost) -> Lost {
        match self.roll_back() {
            Err(Lost::Disk(words)) => Lost::Disk(words),
            // If it could not be undone the next BEGIN fails too, and says so.
            Err(Lost::Group(_)) | Ok(()) => lost,
        }
    }

    fn counted(&self, answers: &[Answer]) {
        let counters = &self.core.counters;
        for answer in answers {
            match answer {
                Ok(done) if done.repeated => count(&counters.repeated),
                Ok(_) => count(&counters.commands),
                Err(WriteTrouble::Panicked(_)) => count(&counters.panics),
                Err(_) => {}
            }
        }
    }

    /// After a disk error nobody knows what is on the disk: not retried, not answered as failed, and nothing more is taken.
    fn stop(&mut self, group: Vec<Command>, words: &str) {
        self.core.shut(StopReason::Disk(words.to_owned()));
        for command in group {
            command.answer(Err(WriteTrouble::Unknown(format!("the disk reported an error ({words})"))));
        }
    }
}

fn lost_by(attempt: Attempt) -> Lost {
    match attempt {
        Attempt::Failed(WriteTrouble::Failed(Trouble::Statement { cause: Cause::Disk | Cause::Damage, words, .. })) => Lost::Disk(words),
        Attempt::Failed(WriteTrouble::Failed(trouble)) => Lost::Group(trouble),
        Attempt::Done(..) | Attempt::Repeated | Attempt::Failed(_) => {
            Lost::Group(Trouble::because("the transaction was given up by the database"))
        }
    }
}

fn answer_all(group: Vec<Command>, answers: Vec<Answer>) {
    group.into_iter().zip(answers).for_each(|(command, answer)| command.answer(answer));
}
