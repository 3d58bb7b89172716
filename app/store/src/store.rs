//! The store itself: what callers hold.

use crate::admission::{Refusable, admit};
use crate::audit::SealTrouble;
use crate::audit::seal_log::{HeadSlot, SealLog};
use crate::command::{Answer, Command, Done, Function, Nature, Outcome, Query, TypedQuery};
use crate::copy::{self, Cancel, Copied, Copies, CopyTrouble};
use crate::look::{Changes, LookAhead};
use crate::options::{Opening, Options, Target};
use crate::pending::{Pending, lock};
use crate::quarantine::Quarantine;
use crate::queue::{Offer, Queue};
use crate::reader::Reader;
use crate::statistics::{Counters, Statistics};
use crate::stop::{Stop, StopReason};
use crate::threads::{self, Threads, join};
use crate::told::Told;
use crate::trouble::{OpenTrouble, ReadTrouble, Trouble, WriteTrouble};
use crate::tx::Tx;
use crate::{postgresql, sqlite};
use kernel::{Actor, CommandId, Realm, Timestamp};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What callers and the engine's threads share.
pub(crate) struct Core {
    pub(crate) options: Options,
    pub(crate) commands: Arc<Queue<Command>>,
    pub(crate) queries: Arc<Queue<Box<dyn Query>>>,
    /// Looks of commands that are about to come (SQLite). They have a thread of their own: what is to be acknowledged waits behind no page.
    pub(crate) looks: Arc<Queue<Box<dyn Query>>>,
    /// What changed that looks read (SQLite).
    pub(crate) changes: Changes,
    pub(crate) quarantine: Quarantine,
    pub(crate) counters: Counters,
    pub(crate) stop: Stop,
    /// The newest committed seal, for whoever signs it.
    pub(crate) heads: HeadSlot,
    pub(crate) copies: Copies,
    pub(crate) told: Told,
}

impl Core {
    pub(crate) fn new(options: Options) -> Self {
        let commands = Arc::new(Queue::new(options.queue_max));
        Self {
            queries: Arc::new(Queue::new(options.queue_max)),
            looks: Arc::new(Queue::new(options.queue_max)),
            changes: Changes::default(),
            quarantine: Quarantine::new(Arc::clone(&commands)),
            counters: Counters::default(),
            stop: Stop::default(),
            heads: HeadSlot::default(),
            copies: Copies::default(),
            told: Told::default(),
            commands,
            options,
        }
    }

    /// Takes no more work; what is queued is done before a clean close and refused after a disk error.
    pub(crate) fn shut(&self, reason: StopReason) {
        shut(&self.commands, &reason);
        shut(&self.queries, &reason);
        shut(&self.looks, &reason);
        self.stop.set(reason);
    }
}

fn lost_command() -> Answer {
    Err(WriteTrouble::Unknown("the engine ended before it answered".to_owned()))
}

/// Closes a queue; what stands in it is refused, except where the end is clean.
fn shut<J: Refusable>(queue: &Queue<J>, reason: &StopReason) {
    queue.close(reason.clone());
    if *reason != StopReason::Closed {
        queue.drain().into_iter().for_each(|work| work.refuse(reason.clone()));
    }
}

struct Shared {
    core: Arc<Core>,
    target: Target,
    threads: Mutex<Option<Threads>>,
    /// Signs seals; ends after all others, when no more come.
    signer: Mutex<Option<JoinHandle<()>>>,
}

impl Shared {
    fn close(&self) {
        self.core.shut(StopReason::Closed);
        let Some(threads) = lock(&self.threads).take() else { return };
        drop(threads);
        self.core.heads.end();
        if let Some(signer) = lock(&self.signer).take() {
            join(signer);
        }
    }
}

/// Starts the thread that signs seals. If it cannot go on, the store stops: a laboratory that believes its journal is anchored must not find out
/// in court that it was not.
fn start_signing(log: SealLog, core: &Arc<Core>) -> Result<JoinHandle<()>, SealTrouble> {
    let place = log.place().to_path_buf();
    let signing = Arc::clone(core);
    let thread = threads::start("store-signer", core, move || {
        if let Err(trouble) = log.run(&signing.heads) {
            signing.shut(StopReason::Disk(trouble.to_string()));
        }
    });
    thread.map_err(|error| SealTrouble { place, what: error.to_string() })
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

/// The database of one realm, open. Clones share it; the last one dropped closes it.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

impl Store {
    /// Opens the database, checks that it is ours, of this realm and not newer than this program, and brings its schema up to date.
    pub fn open(target: &Target, realm: Realm, opening: Opening, options: Options) -> Result<Self, OpenTrouble> {
        let core = Arc::new(Core::new(options));
        let threads = match target {
            Target::Sqlite(path) => sqlite::open(path, realm, opening, &core)?,
            Target::Postgres(url) => postgresql::open(url, realm, opening, &core)?,
        };
        let store = Self(Arc::new(Shared { core, target: target.clone(), threads: Mutex::new(Some(threads)), signer: Mutex::new(None) }));
        // Only now: a database that cannot be opened leaves no key and no log behind. If this fails the store is dropped, which closes it.
        if let Some(files) = &store.0.core.options.seals {
            let log = SealLog::open(files, realm)?;
            log.begin(&store.0.core.heads);
            let signer = start_signing(log, &store.0.core)?;
            *lock(&store.0.signer) = Some(signer);
        }
        Ok(store)
    }

    /// Opens a SQLite database without threads: nothing happens in it but what the [`Engine`](crate::Engine) is told to do. Nobody may wait for an answer
    /// on the thread that steps it.
    #[cfg(feature = "simulation")]
    pub fn open_stepped(
        path: &std::path::Path,
        realm: Realm,
        opening: Opening,
        options: Options,
    ) -> Result<(Self, sqlite::Engine), OpenTrouble> {
        let core = Arc::new(Core::new(options));
        let engine = sqlite::Engine::open(path, realm, opening, &core)?;
        let seals = core.options.seals.as_ref().map(|files| SealLog::open(files, realm)).transpose()?;
        seals.iter().for_each(|seals| seals.begin(&core.heads));
        let target = Target::Sqlite(path.to_owned());
        let store = Self(Arc::new(Shared { core, target, threads: Mutex::new(None), signer: Mutex::new(None) }));
        Ok((store, engine.signing(seals)))
    }

    /// Runs a command: `f` and its journal entry, in one transaction, answered once durable.
    ///
    /// `f` may run several times and has no effect outside its `Tx`; ids and `now` are made before. Refusals are an [`Outcome`] and
    /// are journalled; only [`Trouble`] rolls back and leaves nothing. A command id that stands in the journal has its effect no
    /// second time: the answer is the first one, with `repeated` set.
    pub fn write<F>(&self, actor: &Actor, command: CommandId, now: Timestamp, f: F) -> Pending<Result<Done, WriteTrouble>>
    where
        F: Fn(&mut Tx<'_>) -> Result<Outcome, Trouble> + Send + 'static,
    {
        self.enter(Nature::Changes, actor, command, now, Box::new(f))
    }

    /// [`write`](Self::write) for a command that only adds rows. It does the same; but on PostgreSQL commands of the two kinds never share a
    /// transaction: one that adds rows where other transactions read, and reads where they add, is what serialisation gives up.
    pub fn append<F>(&self, actor: &Actor, command: CommandId, now: Timestamp, f: F) -> Pending<Result<Done, WriteTrouble>>
    where
        F: Fn(&mut Tx<'_>) -> Result<Outcome, Trouble> + Send + 'static,
    {
        self.enter(Nature::Adds, actor, command, now, Box::new(f))
    }

    fn enter(&self, nature: Nature, actor: &Actor, id: CommandId, now: Timestamp, f: Function) -> Pending<Result<Done, WriteTrouble>> {
        let (reply, pending) = Pending::new(lost_command);
        let command = Command::new(nature, actor, id, now, f, reply);
        pending.admitted_by(admit(&self.0.core.commands, command))
    }

    /// [`write`](Self::write) for a command that first looks what there is. Where it can, it looks before its turn, beside the writer; `f` gets what
    /// was found, and it is as if it had looked just now: if anything was written since that a look may read, it looks again as part of the command.
    ///
    /// A look may not read what is filed every moment (results, tasks, transmissions, the journal): a statement that does fails.
    pub fn look_and_write<T, L, F>(
        &self,
        actor: &Actor,
        id: CommandId,
        now: Timestamp,
        look: L,
        f: F,
    ) -> Pending<Result<Done, WriteTrouble>>
    where
        T: Send + 'static,
        L: Fn(&mut Reader<'_>) -> Result<T, Trouble> + Send + 'static,
        F: Fn(&mut Tx<'_>, &T) -> Result<Outcome, Trouble> + Send + 'static,
    {
        let core = &self.0.core;
        if let Target::Postgres(_) = self.0.target {
            let look_first = move |tx: &mut Tx<'_>| {
                let found = look(tx)?;
                f(tx, &found)
            };
            return self.write(actor, id, now, look_first);
        }
        let (reply, pending) = Pending::new(lost_command);
        let actor = actor.clone();
        // Whoever waits may go: what was begun is done all the same.
        let enter =
            move |core: &Core, function| match core.commands.offer_own(Command::new(Nature::Changes, &actor, id, now, function, reply)) {
                Offer::Taken => {}
                Offer::Full(command) => command.answer(Err(WriteTrouble::Busy { attempts: 0 })),
                Offer::Closed(command, reason) => command.refuse(reason),
            };
        let ahead: Box<dyn Query> = Box::new(LookAhead::new(Arc::clone(core), look, f, enter));
        pending.admitted_by(admit(&core.looks, ahead))
    }

    /// Runs queries on one snapshot, bounded in time. `f` may run several times.
    pub fn read<T, F>(&self, f: F) -> Pending<Result<T, ReadTrouble>>
    where
        F: Fn(&mut Reader<'_>) -> Result<T, Trouble> + Send + 'static,
        T: Send + 'static,
    {
        self.ask(&self.0.core.queries, f)
    }

    fn ask<T, F>(&self, queue: &Arc<Queue<Box<dyn Query>>>, f: F) -> Pending<Result<T, ReadTrouble>>
    where
        F: Fn(&mut Reader<'_>) -> Result<T, Trouble> + Send + 'static,
        T: Send + 'static,
    {
        let (reply, pending) = Pending::new(|| Err(ReadTrouble::Stopped(StopReason::Closed)));
        let query: Box<dyn Query> = Box::new(TypedQuery { function: f, value: None, reply });
        pending.admitted_by(admit(queue, query))
    }

    /// Copies the whole database as it is at one instant into a folder that is there and empty, while commands and queries go on. It takes as long
    /// as it takes; `cancel` and [`close`](Self::close) break it off, and whatever stands in the folder then is no copy.
    pub fn copy_to(&self, folder: &std::path::Path, cancel: &Cancel) -> Pending<Result<Copied, CopyTrouble>> {
        copy::copy(&self.0.core, &self.0.target, folder, cancel)
    }

    /// Resolves when the store takes no more work. After [`StopReason::Disk`] the process must exit for its supervisor.
    pub fn stopped(&self) -> impl Future<Output = StopReason> + Send + use<> {
        self.0.core.stop.clone().stopped()
    }

    /// What the engine counted since it was opened.
    pub fn statistics(&self) -> Statistics {
        self.0.core.counters.snapshot()
    }

    /// What an operator must know while the store works on, in words; empty where all is well.
    pub fn troubles(&self) -> Vec<String> {
        self.0.core.told.in_words()
    }

    /// Why entries of the journal get no seals just now, as this process sees it.
    pub(crate) fn why_not_sealing(&self) -> Option<String> {
        self.0.core.told.why_not_sealing()
    }

    /// Does what is queued, ends the threads and closes the database, also for all clones.
    pub fn close(self) {
        self.0.close();
    }
}
