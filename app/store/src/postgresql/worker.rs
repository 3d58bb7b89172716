//! A worker: one connection, one transaction at a time, run again when other transactions got in between.

use super::connect::{Connector, Role};
use super::sealer::Bell;
use super::session::PgSession;
use crate::audit::seal::Entry;
use crate::command::{Answer, Attempt, Command, Done, Query, attempt_query};
use crate::journal;
use crate::session::{Failure, Limit};
use crate::statistics::count;
use crate::store::Core;
use crate::trouble::{Cause, ReadTrouble, Trouble, WriteTrouble};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The most commands in one transaction. More would leave the other workers without work while one does it all, and lose more to a conflict.
const GROUP_MAX: usize = if cfg!(feature = "acknowledge_before_commit") { 1 } else { 16 };
/// Longest pause before a transaction is run again.
const PAUSE_MAX_MICROS: u64 = 64_000;
/// Pause between two attempts to connect.
const RECONNECT_PAUSE: Duration = Duration::from_millis(50);

/// How one run of a command ended.
enum Ended {
    /// The transaction is open and complete: commit it.
    Ready(Done, Entry),
    /// Rolled back, with this answer.
    Answered(Answer),
    /// Another transaction got in between; rolled back.
    Conflict,
    /// A constraint refused it; rolled back. It may be a conflict in disguise.
    Refused(Trouble),
    /// The connection is gone, and with it the transaction.
    Lost(String),
}

/// How a commit ended.
pub(super) enum Committed {
    Yes,
    Conflict,
    No(Trouble),
    /// Sent, but no answer came.
    Unknown(String),
}

pub(super) struct Worker {
    connector: Connector,
    role: Role,
    pub(super) core: Arc<Core>,
    bell: Arc<Bell>,
    pub(super) session: Option<PgSession>,
    connected_before: bool,
    pub(super) limit: Limit,
    random: RandomState,
}

/// What is known about a command that has been tried already.
#[derive(Default)]
struct History {
    attempts: u32,
    /// A COMMIT was sent and its answer was lost: the journal knows.
    commit_unknown: Option<String>,
    refused_before: bool,
}

impl Worker {
    pub(super) fn new(connector: Connector, role: Role, core: Arc<Core>, bell: Arc<Bell>) -> Self {
        Self { connector, role, core, bell, session: None, connected_before: false, limit: Limit::new(), random: RandomState::new() }
    }

    /// Until the queue is closed and empty.
    pub(super) fn run(mut self) {
        let core = Arc::clone(&self.core);
        let (mut commands, mut queries) = (Vec::with_capacity(GROUP_MAX), Vec::with_capacity(1));
        loop {
            match self.role {
                Role::Reader => core.queries.take(1, &mut queries),
                Role::Writer | Role::Opener | Role::Copier => {
                    core.commands.take_share(core.options.writers, GROUP_MAX, &mut commands, |first, next| first.nature == next.nature)
                }
            }
            match (commands.is_empty(), queries.pop()) {
                (false, _) => self.step(&mut commands),
                (true, Some(query)) => self.step_query(query),
                (true, None) => return,
            }
        }
    }

    /// What waited, from begin to answers.
    fn step(&mut self, commands: &mut Vec<Command>) {
        let unknown = if commands.len() > 1 { self.step_group(commands) } else { None };
        for command in commands.drain(..) {
            self.step_alone(command, History { commit_unknown: unknown.clone(), ..History::default() });
        }
    }

    /// One command, from begin to answer.
    fn step_alone(&mut self, command: Command, mut history: History) {
        loop {
            history.attempts += 1;
            let answer = match self.try_once(&command, &mut history) {
                Ended::Ready(done, entry) if cfg!(feature = "acknowledge_before_commit") => {
                    return self.acknowledge_too_early(command, done, entry);
                }
                Ended::Ready(done, entry) => self.commit(done, entry, &mut history),
                Ended::Answered(answer) => Some(answer),
                Ended::Conflict => self.conflict(),
                Ended::Refused(trouble) => self.refused(trouble, &mut history),
                Ended::Lost(words) => self.lost(words, &history),
            };
            if let Some(answer) = answer.or_else(|| self.given_up(&history)) {
                let answer = honest(answer, &history);
                self.counted(&answer);
                return command.answer(answer);
            }
            self.pause(history.attempts);
        }
    }

    fn try_once(&mut self, command: &Command, history: &mut History) -> Ended {
        if let Err(failure) = self.connect() {
            return match &history.commit_unknown {
                Some(words) => Ended::Answered(Err(WriteTrouble::Unknown(words.clone()))),
                None => Ended::Answered(Err(failure.of("connect").into())),
            };
        }
        let Some(session) = self.session.as_mut() else { return Ended::Lost("not connected".to_owned()) };
        if history.commit_unknown.is_some() {
            match journal::find(session, command.id) {
                // What stands there is this very call's.
                Ok(Some(done)) => return Ended::Answered(Ok(Done { repeated: false, ..done })),
                Ok(None) => {}
                Err(trouble) => return ended_by(trouble),
            }
        }
        if let Err(failure) = session.control("BEGIN") {
            return ended_by(failure.of("BEGIN"));
        }
        let (attempt, inconsistent) = command.attempt(session, &self.limit, self.core.options.write_limit);
        self.core.quarantine.record(inconsistent);
        let ended = match attempt {
            Attempt::Done(done, entry) => return Ended::Ready(done, entry),
            Attempt::Repeated => Ended::Answered(Err(WriteTrouble::Unknown("its journal entry came and went".to_owned()))),
            Attempt::Failed(WriteTrouble::Failed(trouble)) => ended_by(trouble),
            Attempt::Failed(trouble) => Ended::Answered(Err(trouble)),
        };
        self.undo(command, ended, history.commit_unknown.is_some())
    }

    /// Rolls back, and answers what the journal says of the command, else `otherwise`.
    fn undo(&mut self, command: &Command, otherwise: Ended, own: bool) -> Ended {
        if let Ended::Lost(_) = otherwise {
            return otherwise;
        }
        let Some(session) = self.session.as_mut() else { return otherwise };
        if let Err(failure) = session.control("ROLLBACK") {
            return ended_by(failure.of("ROLLBACK"));
        }
        let ended = match (journal::find(session, command.id), otherwise) {
            (_, Ended::Conflict) => Ended::Conflict,
            (Ok(Some(done)), _) => Ended::Answered(Ok(Done { repeated: !own, ..done })),
            (Ok(None), otherwise) => otherwise,
            (Err(trouble), _) => ended_by(trouble),
        };
        if matches!(ended, Ended::Answered(Err(WriteTrouble::Panicked(_)))) {
            // It may have panicked inside the client, in the middle of a message.
            self.session = None;
        }
        ended
    }

    fn commit(&mut self, done: Done, entry: Entry, history: &mut History) -> Option<Answer> {
        match self.send_commit(&[entry]) {
            Committed::Yes => {
                count(&self.core.counters.groups);
                Some(Ok(done))
            }
            Committed::Conflict => self.conflict(),
            Committed::No(trouble) => Some(Err(trouble.into())),
            Committed::Unknown(words) => {
                self.session = None;
                history.commit_unknown = Some(words);
                None
            }
        }
    }

    /// Commits what these entries are of.
    pub(super) fn send_commit(&mut self, entries: &[Entry]) -> Committed {
        let Some(session) = self.session.as_mut() else { return Committed::Unknown("not connected".to_owned()) };
        if let Err(failure) = self.core.options.faults.at_commit() {
            let _ = session.control("ROLLBACK");
            return Committed::No(failure.of("COMMIT"));
        }
        match session.control("COMMIT") {
            Ok(()) => {
                self.bell.hand(entries);
                Committed::Yes
            }
            Err(Failure { cause: Cause::Conflict, .. }) => Committed::Conflict,
            Err(Failure { cause: Cause::ConnectionLost, words }) => {
                self.bell.look();
                Committed::Unknown(words)
            }
            Err(failure) => Committed::No(failure.of("COMMIT")),
        }
    }

    /// What the one build that exists to be caught does.
    fn acknowledge_too_early(&mut self, command: Command, done: Done, entry: Entry) {
        command.answer(Ok(done));
        // As a slow disk would, so that the checker has a fair chance to catch it.
        sleep(Duration::from_millis(20));
        let _ = self.send_commit(&[entry]);
    }

    fn conflict(&self) -> Option<Answer> {
        count(&self.core.counters.conflicts);
        None
    }

    /// Under SERIALIZABLE a command that looks before it inserts may be refused by the constraint instead of the serialization
    /// check. Run once more it sees the row and can say so itself; if the constraint refuses it again, it means it.
    fn refused(&self, trouble: Trouble, history: &mut History) -> Option<Answer> {
        if std::mem::replace(&mut history.refused_before, true) { Some(Err(trouble.into())) } else { None }
    }

    fn lost(&mut self, words: String, history: &History) -> Option<Answer> {
        self.session = None;
        (history.attempts >= self.core.options.attempts_max).then(|| {
            let lost = Failure { cause: Cause::ConnectionLost, words };
            Err(history.commit_unknown.clone().map_or_else(|| lost.of("connection").into(), WriteTrouble::Unknown))
        })
    }

    fn given_up(&self, history: &History) -> Option<Answer> {
        if history.attempts < self.core.options.attempts_max {
            count(&self.core.counters.retries);
            return None;
        }
        let busy = WriteTrouble::Busy { attempts: history.attempts };
        Some(Err(history.commit_unknown.clone().map_or(busy, WriteTrouble::Unknown)))
    }

    /// One query, from begin to answer.
    fn step_query(&mut self, mut query: Box<dyn Query>) {
        let mut attempts = 0;
        let trouble = loop {
            attempts += 1;
            let trouble = self.try_query(query.as_mut());
            let cause = match &trouble {
                Some(ReadTrouble::Failed(trouble)) => trouble.cause(),
                Some(_) | None => None,
            };
            let last = attempts >= self.core.options.attempts_max;
            match cause {
                Some(Cause::Conflict) => {
                    count(&self.core.counters.conflicts);
                    if last {
                        break Some(ReadTrouble::Busy { attempts });
                    }
                }
                Some(Cause::ConnectionLost) if self.session.take().is_some() && !last => {}
                Some(_) | None => break trouble,
            }
            count(&self.core.counters.retries);
            self.pause(attempts);
        };
        count(&self.core.counters.reads);
        query.answer(trouble);
    }

    fn try_query(&mut self, query: &mut dyn Query) -> Option<ReadTrouble> {
        let failed = |failure: Failure| Some(ReadTrouble::Failed(failure.of("BEGIN or COMMIT of a query")));
        if let Err(failure) = self.connect() {
            return failed(failure);
        }
        let session = self.session.as_mut()?;
        if let Err(failure) = session.control("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") {
            return failed(failure);
        }
        let (ran, inconsistent) = attempt_query(query, session, &self.limit, self.core.options.read_limit);
        self.core.quarantine.record(inconsistent);
        let ended = session.control(if ran.is_ok() { "COMMIT" } else { "ROLLBACK" });
        if matches!(ran, Err(ReadTrouble::Panicked(_))) {
            self.session = None;
        }
        ran.err().or_else(|| ended.err().and_then(failed))
    }

    /// Connects if there is no connection, trying for as long as the options allow.
    pub(super) fn connect(&mut self) -> Result<(), Failure> {
        let start = Instant::now();
        while self.session.is_none() {
            match self.connector.connect(self.role) {
                Ok(session) => {
                    self.session = Some(session);
                    if std::mem::replace(&mut self.connected_before, true) {
                        count(&self.core.counters.reconnects);
                    }
                }
                Err(failure) if start.elapsed() >= self.core.options.reconnect_limit => return Err(failure),
                Err(_) => sleep(RECONNECT_PAUSE),
            }
        }
        Ok(())
    }

    /// Longer after each attempt and never the same for two workers, so that they do not meet again.
    fn pause(&self, attempts: u32) {
        let longest = 1_000_u64.saturating_mul(1 << attempts.min(10)).min(PAUSE_MAX_MICROS);
        let mut hasher = self.random.build_hasher();
        hasher.write_u32(attempts);
        hasher.write_u64(self.core.counters.retries.load(std::sync::atomic::Ordering::Relaxed));
        sleep(Duration::from_micros(hasher.finish() % longest));
    }

    pub(super) fn counted(&self, answer: &Answer) {
        let counters = &self.core.counters;
        match answer {
            Ok(done) if done.repeated => count(&counters.repeated),
            Ok(_) => count(&counters.commands),
            Err(WriteTrouble::Panicked(_)) => count(&counters.panics),
            Err(_) => {}
        }
    }
}

fn ended_by(trouble: Trouble) -> Ended {
    match trouble.cause() {
        Some(Cause::Conflict) => Ended::Conflict,
        Some(Cause::ConnectionLost) => Ended::Lost(trouble.to_string()),
        Some(Cause::Constraint) => Ended::Refused(trouble),
        _ => Ended::Answered(Err(trouble.into())),
    }
}

/// Once a COMMIT was sent and its answer lost, "nothing was changed" may not be said any more: the old session may still be committing.
fn honest(answer: Answer, history: &History) -> Answer {
    match (answer, &history.commit_unknown) {
        (Err(WriteTrouble::Failed(_) | WriteTrouble::Busy { .. } | WriteTrouble::Panicked(_)), Some(words)) => {
            Err(WriteTrouble::Unknown(words.clone()))
        }
        (answer, _) => answer,
    }
}
