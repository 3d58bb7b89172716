//! SQLite's write-ahead log under a stream of commits that never pauses: it begins anew again and again, whoever reads.

use crate::harness::*;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use store::{LogLimits, Options, Pending, ReadTrouble, Store, Target, params};

/// So small that a few commits reach the first and some dozen the second.
const SMALL: LogLimits = LogLimits { gap_from: 8, force_from: 64, force_wait: std::time::Duration::from_secs(4) };

fn open(engine: &Engine, log: LogLimits) -> (Store, PathBuf) {
    let store = engine.open_with(Options { log, readers: 3, ..Options::default() });
    let Target::Sqlite(path) = &engine.target else { panic!("not SQLite") };
    (store, path.with_file_name("laboratory.db-wal"))
}

/// How often the log began anew, as its header says: bytes 12 to 15, "Checkpoint sequence number" (the file format of SQLite, section 4.1).
fn beginnings(log: &PathBuf) -> u32 {
    let bytes = std::fs::read(log).unwrap_or_default();
    bytes.get(12..16).map_or(0, |number| u32::from_be_bytes(number.try_into().unwrap()))
}

/// Commits one after the other, without a pause, until told to stop; how many.
fn commit_until(store: &Store, stop: &AtomicBool) -> i64 {
    let mut id = 0;
    while !stop.load(Ordering::SeqCst) {
        id += 1;
        let bytes = vec![b'x'; 8_000];
        write(store, move |tx| {
            tx.insert_many(&ADD_TRIALS, &[params![id, None::<&str>, 0_i64, &bytes, 1_i64]])?;
            done("")
        })
        .wait()
        .unwrap();
    }
    id
}

/// A query that holds its snapshot until it is told to go on.
struct Reading {
    go: Sender<()>,
    pending: Pending<Result<(), ReadTrouble>>,
}

impl Reading {
    fn begin(store: &Store) -> Self {
        let (go, gone) = channel::<()>();
        let (inside, entered): (Sender<()>, Receiver<()>) = channel();
        let gone = std::sync::Mutex::new(gone);
        let pending = store.read(move |reader| {
            // The first statement takes the snapshot.
            reader.query(&ONE_NUMBER, &params![1_i64])?;
            let _ = inside.send(());
            let _ = gone.lock().unwrap().recv();
            Ok(())
        });
        entered.recv().unwrap();
        Self { go, pending }
    }

    fn end(self) {
        drop(self.go);
        self.pending.wait().unwrap();
    }
}

/// Readers of which at every moment one has a snapshot: each ends only when the next has begun, and that only when some commits lie between the two.
struct Readers {
    /// Looks, a millisecond apart, after which a reader also ends without commits: like any reader it has an end, and a writer that waits for
    /// readers must not wait for ever.
    looks_max: usize,
}

impl Readers {
    const COMMITS_BETWEEN: u64 = 10;

    fn run(&self, store: &Store, stop: &AtomicBool) {
        let mut reading = Reading::begin(store);
        while !stop.load(Ordering::SeqCst) {
            self.stay(store, stop);
            let next = Reading::begin(store);
            std::mem::replace(&mut reading, next).end();
        }
        reading.end();
    }

    fn stay(&self, store: &Store, stop: &AtomicBool) {
        let enough = store.statistics().groups + Self::COMMITS_BETWEEN;
        let mut looks = 0;
        while store.statistics().groups < enough && looks < self.looks_max && !stop.load(Ordering::SeqCst) {
            looks += 1;
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// Commits and, if asked, reads without a gap, while `watch` waits for something; how many commits there were.
fn under_load(store: &Store, readers: Option<Readers>, watch: impl FnOnce()) -> i64 {
    let stop = AtomicBool::new(false);
    /// Also where a condition never comes: the threads must end for the test to fail.
    struct Stops<'a>(&'a AtomicBool);
    impl Drop for Stops<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    std::thread::scope(|scope| {
        let stops = Stops(&stop);
        if let Some(readers) = readers {
            let stop = &stop;
            scope.spawn(move || readers.run(store, stop));
        }
        let commits = scope.spawn(|| commit_until(store, &stop));
        watch();
        drop(stops);
        commits.join().unwrap()
    })
}

#[test]
fn without_readers_the_log_begins_anew_between_two_groups() {
    let engine = Engine::sqlite();
    let (store, log) = open(&engine, LogLimits { force_from: u64::MAX, ..SMALL });
    let before = beginnings(&log);
    let commits = under_load(&store, None, || until("the log begins anew five times", || beginnings(&log) >= before + 5));
    assert_eq!(ids(&store).len(), usize::try_from(commits).unwrap());
}

#[test]
fn readers_that_never_pause_do_not_keep_a_long_log_from_beginning_anew() {
    let engine = Engine::sqlite();
    let (store, log) = open(&engine, SMALL);
    let before = beginnings(&log);
    let readers = Readers { looks_max: 50 };
    let commits = under_load(&store, Some(readers), || until("the log begins anew three times", || beginnings(&log) >= before + 3));
    assert_eq!(ids(&store).len(), usize::try_from(commits).unwrap());
}

#[test]
fn without_force_such_readers_keep_the_log_growing() {
    // What the test before shows would be worth nothing if the log began anew all the same.
    let engine = Engine::sqlite();
    let (store, log) = open(&engine, LogLimits { force_from: u64::MAX, ..SMALL });
    let (before, looked) = (beginnings(&log), store.statistics().checkpoints);
    let readers = Readers { looks_max: usize::MAX };
    let mut after = before;
    under_load(&store, Some(readers), || {
        until("the log was copied twenty times", || store.statistics().checkpoints >= looked + 20);
        after = beginnings(&log);
    });
    assert_eq!(after, before);
}
