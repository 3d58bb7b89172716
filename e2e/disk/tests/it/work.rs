//! What the store is given to do: commands whose whole effect follows from their number.

use crate::finding::{Files, put};
use disk::{Chance, Disk};
use kernel::{Actor, CommandId, PatientId, Realm, Timestamp};
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::repositories::patients::{PatientRecord, add_patient};
use store::{Done, Opening, Options, Outcome, Pending, Store, Target, Trouble, Tx, WriteTrouble, params, sql};
use uuid::Uuid;

sql! {
    /// One row a command.
    pub(crate) MAKE_TRIALS = "CREATE TABLE trial (id INTEGER NOT NULL PRIMARY KEY, client INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT";
    /// Its further rows.
    pub(crate) MAKE_PARTS =
        "CREATE TABLE part (trial INTEGER NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (trial, at)) STRICT, WITHOUT ROWID";
    /// How many commands of a client were done.
    pub(crate) MAKE_TALLIES = "CREATE TABLE tally (client INTEGER NOT NULL PRIMARY KEY, done INTEGER NOT NULL) STRICT";
    /// A row.
    pub(crate) ADD_TRIAL = "INSERT INTO trial (id, client, bytes) VALUES (?1, ?2, ?3)";
    /// A further row.
    pub(crate) ADD_PART = "INSERT INTO part (trial, at, bytes) VALUES (?1, ?2, ?3)";
    /// One more.
    pub(crate) COUNT_ONE = "INSERT INTO tally (client, done) VALUES (?1, 1) ON CONFLICT (client) DO UPDATE SET done = done + 1";
    /// How many there are.
    pub(crate) COUNT_TRIALS = "SELECT CAST(COUNT(*) AS BIGINT) FROM trial";
}

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);
/// The command that makes the tables.
pub(crate) const TABLES: u64 = 0;
/// The command that a checker sends.
pub(crate) const PROBE: u64 = 999_999_999;
pub(crate) const OF_ONE_CLIENT: u64 = 1_000_000;
/// The client whose every command changes many more pages than a small cache holds.
pub(crate) const LARGE: u64 = 8;
/// The client whose every command does so and then fails.
pub(crate) const LARGE_AND_FAILS: u64 = 9;

/// What a command does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// Makes the tables.
    Tables,
    /// Adds its rows.
    Adds,
    /// Refuses: a journal entry and nothing else.
    Refuses,
    /// Adds its rows and then ends with a trouble: nothing.
    Fails,
}

/// What a command with this number does.
pub(crate) fn deed(number: u64) -> Deed {
    match Chance::new(number).below(20) {
        _ if number == TABLES => Deed::Tables,
        _ if number == PROBE || client_of(number) == LARGE => Deed::Adds,
        _ if client_of(number) == LARGE_AND_FAILS => Deed::Fails,
        0 => Deed::Refuses,
        1 => Deed::Fails,
        _ => Deed::Adds,
    }
}

pub(crate) fn client_of(number: u64) -> u64 {
    number / OF_ONE_CLIENT
}

/// The bytes of its rows: the first in `trial`, the others in `part`. Some fill several pages, some are many.
pub(crate) fn rows_of(number: u64) -> Vec<Vec<u8>> {
    let mut chance = Chance::new(!number);
    let (rows, size) = match chance.below(40) {
        _ if [LARGE, LARGE_AND_FAILS].contains(&client_of(number)) => (120, 2000),
        0 => (80, 1500),
        1..3 => (2, 14_000),
        _ => (1 + chance.below(3), 20 + chance.below(500)),
    };
    (0..rows).map(|_| bytes(&mut chance, size)).collect()
}

/// The record it adds, in a table whose rows the journal keeps digests of.
pub(crate) fn patient(number: u64) -> PatientRecord {
    let mut chance = Chance::new(number.rotate_left(7));
    let mut word = |letters: u64| (0..letters).map(|_| char::from(b'a' + u8::try_from(chance.below(26)).unwrap())).collect::<String>();
    PatientRecord {
        id: PatientId::from_uuid(command_id(number).uuid()),
        mrn: number.to_string(),
        family_name: word(90),
        given_name: word(60),
        birth_date: "1950-01-31".to_owned(),
        sex: "U".to_owned(),
    }
}

fn bytes(chance: &mut Chance, size: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < size {
        bytes.extend(chance.bits().to_le_bytes());
    }
    bytes
}

pub(crate) fn command_id(number: u64) -> CommandId {
    CommandId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number)))
}

/// The number of the command with this id.
pub(crate) fn number_of(id: &[u8]) -> Option<u64> {
    let bytes: [u8; 8] = id.get(8..16)?.try_into().ok()?;
    Some(u64::from_be_bytes(bytes) & !(0x8000_0000_0000_0000))
}

pub(crate) fn send(store: &Store, number: u64) -> Pending<Result<Done, WriteTrouble>> {
    store.write(&Actor::System("disk".to_owned()), command_id(number), NOW, move |tx| carry_out(tx, number))
}

fn carry_out(tx: &mut Tx<'_>, number: u64) -> Result<Outcome, Trouble> {
    let deed = deed(number);
    let id = i64::try_from(number).unwrap();
    let client = i64::try_from(client_of(number)).unwrap();
    match deed {
        Deed::Refuses => {}
        Deed::Tables => {
            for make in [&MAKE_TRIALS, &MAKE_PARTS, &MAKE_TALLIES] {
                tx.execute(make, &[])?;
            }
        }
        Deed::Adds | Deed::Fails => {
            for (at, bytes) in rows_of(number).iter().enumerate() {
                match i64::try_from(at).unwrap() {
                    0 => tx.execute(&ADD_TRIAL, &params![id, client, bytes])?,
                    at => tx.execute(&ADD_PART, &params![id, at, bytes])?,
                };
            }
            tx.execute(&COUNT_ONE, &params![client])?;
            add_patient(tx, &patient(number), NOW)?;
        }
    }
    if deed == Deed::Fails {
        return Err(Trouble::because("as asked"));
    }
    Ok(Outcome { act: "try", accepted: deed != Deed::Refuses, subject: None, note: number.to_string() })
}

/// A command and what was said to it. Positions are those of the disk's log.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) number: u64,
    pub(crate) sent_at: usize,
    pub(crate) answer: Result<Done, WriteTrouble>,
    pub(crate) answered_at: usize,
}

/// A store on a disk of its own, in a folder of its own.
pub(crate) struct Bench {
    pub(crate) disk: Arc<Disk>,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) sent: Mutex<Vec<Sent>>,
    /// Where the log was when the store was open for the first time.
    pub(crate) opened_at: Option<usize>,
    next: AtomicU64,
    machine: store::Disk,
    /// The log is copied from this many pages on.
    copied_from: u64,
}

pub(crate) const FILE: &str = "laboratory.db";

pub(crate) fn target(folder: &Path) -> Target {
    Target::Sqlite(folder.join(FILE))
}

/// Pages from which the log is copied.
const CHECKPOINT_FROM: u64 = 24;

/// A new folder, in memory where the system has such a place: what is on the disk for good is what the log says, and the machine's own disk need
/// not be waited for.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(store::Disk::default())
    }

    /// On the ordinary disk: the log of a long day would need memory itself.
    pub(crate) fn unlogged() -> Self {
        let mut bench = Self::new();
        bench.machine = store::Disk::default();
        bench
    }

    /// On a machine with these habits; the VFS is put in.
    pub(crate) fn with(machine: store::Disk) -> Self {
        let disk = Arc::new(Disk::new());
        let folder = folder();
        let (noting, ours) = (Arc::clone(&disk), folder.path().canonicalize().unwrap());
        let sync_folder = move |folder: &Path| {
            std::fs::File::open(folder)?.sync_all()?;
            if folder == ours {
                noting.note_folder_sync();
            }
            Ok(())
        };
        let machine = store::Disk {
            vfs: Some(disk.name().to_owned()),
            sync_folder: machine.sync_folder.clone().or(Some(Arc::new(sync_folder))),
            ..machine
        };
        Self { disk, folder, sent: Mutex::default(), opened_at: None, next: AtomicU64::new(1), machine, copied_from: CHECKPOINT_FROM }
    }

    /// On what another disk held when its power went.
    pub(crate) fn on(files: &Files) -> Self {
        let bench = Self::new();
        put(files, bench.folder.path());
        bench
    }

    /// The log is copied only when the store is closed.
    pub(crate) fn never_copying(self) -> Self {
        Self { copied_from: u64::MAX, ..self }
    }

    pub(crate) fn try_open(&self) -> Result<Store, store::OpenTrouble> {
        self.try_open_with(options())
    }

    pub(crate) fn try_open_with(&self, options: Options) -> Result<Store, store::OpenTrouble> {
        // So that a small database sees the log copied.
        let log = store::LogLimits { gap_from: self.copied_from, ..Default::default() };
        let options = Options { log, ..options };
        options.faults.stand_on(self.machine.clone());
        Store::open(&target(self.folder.path()), Realm::Validation, Opening::CreateOrOpen, options)
    }

    /// Opens; the first time the tables are made.
    pub(crate) fn open(&mut self) -> Store {
        let store = self.try_open().unwrap();
        if self.opened_at.is_none() {
            self.opened_at = Some(self.disk.position());
            self.send_and_wait(&store, TABLES);
        }
        store
    }

    pub(crate) fn send_and_wait(&self, store: &Store, number: u64) {
        let (sent_at, pending) = (self.disk.position(), send(store, number));
        self.settle(number, sent_at, pending);
    }

    pub(crate) fn settle(&self, number: u64, sent_at: usize, pending: Pending<Result<Done, WriteTrouble>>) {
        let answer = pending.wait();
        // Later than the answer, if anything: what is held against the store is never more than it said.
        let answered_at = self.disk.position();
        self.sent.lock().unwrap().push(Sent { number, sent_at, answer, answered_at });
    }

    /// A client that sends so many commands, three at a time. Now and then one is sent twice.
    pub(crate) fn client(&self, store: &Store, client: u64, commands: u64) {
        let mut waiting = Vec::new();
        for _ in 0..commands {
            let number = client * OF_ONE_CLIENT + self.next.fetch_add(1, Ordering::Relaxed);
            for _ in 0..=u64::from(number.is_multiple_of(11)) {
                waiting.push((number, self.disk.position(), Box::pin(send(store, number))));
                // Polled once, so that it is in the queue beside the others.
                let mut context = std::task::Context::from_waker(std::task::Waker::noop());
                let (number, sent_at, pending) = waiting.last_mut().unwrap();
                if let std::task::Poll::Ready(answer) = pending.as_mut().poll(&mut context) {
                    let answered_at = self.disk.position();
                    self.sent.lock().unwrap().push(Sent { number: *number, sent_at: *sent_at, answer, answered_at });
                    waiting.pop();
                }
            }
            if waiting.len() >= 3 {
                self.settle_all(&mut waiting);
            }
        }
        self.settle_all(&mut waiting);
    }

    #[allow(clippy::type_complexity)]
    fn settle_all(&self, waiting: &mut Vec<(u64, usize, std::pin::Pin<Box<Pending<Result<Done, WriteTrouble>>>>)>) {
        for (number, sent_at, pending) in waiting.drain(..) {
            self.settle(number, sent_at, *std::pin::Pin::into_inner(pending));
        }
    }

    /// Three clients at once, and one more until the log was copied once again.
    pub(crate) fn round(&self, store: &Store, commands: u64) {
        let before = store.statistics().checkpoints;
        std::thread::scope(|scope| {
            for client in 1..=3 {
                scope.spawn(move || self.client(store, client, commands));
            }
        });
        let start = Instant::now();
        while store.statistics().checkpoints == before {
            assert!(start.elapsed() < Duration::from_secs(30), "the log was never copied");
            self.client(store, 4, 3);
            std::thread::yield_now();
        }
    }

    /// A day with everything in it: a new database, commands of several clients, the log copied and begun anew several times, a clean
    /// close, and another opening.
    pub(crate) fn day(&mut self) {
        for _ in 0..2 {
            let store = self.open();
            for _ in 0..2 {
                self.round(&store, 8);
            }
            store.close();
        }
    }
}

pub(crate) fn options() -> Options {
    Options { readers: 1, ..Options::default() }
}

#[test]
fn numbers_are_found_again_in_ids_and_every_deed_occurs() {
    for number in [TABLES, 1, 2_000_017, PROBE] {
        assert_eq!(number_of(command_id(number).as_bytes()), Some(number));
    }
    for wanted in [Deed::Tables, Deed::Adds, Deed::Refuses, Deed::Fails] {
        assert!((0..200).any(|number| deed(number) == wanted), "{wanted:?}");
    }
    let rows: Vec<usize> = (0..200).map(|number| rows_of(number).len()).collect();
    assert!(rows.contains(&80) && rows.contains(&1));
}
