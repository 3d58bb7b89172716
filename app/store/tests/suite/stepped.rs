//! The engine without its threads: nothing happens but what it is told to do, at the moment it is told.

use crate::harness::*;
use kernel::{Realm, Timestamp};
use std::future::Future;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use store::audit::SealFiles;
use store::{Done, Opening, Options, Pending, Stepper, Store, Target, WriteTrouble, params};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(NOW.micros() + seconds * 1_000_000)
}

/// What a future says when it is asked once.
fn ask<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

struct Bench {
    engine: Engine,
    path: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let engine = Engine::sqlite();
        engine.open().close();
        let Target::Sqlite(path) = &engine.target else { panic!("not SQLite") };
        Self { path: path.clone(), engine }
    }
    fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }
    fn log_bytes(&self) -> Option<u64> {
        std::fs::metadata(self.beside("laboratory.db-wal")).ok().map(|metadata| metadata.len())
    }
    fn stepped(&self) -> (Store, store::Engine) {
        let seals = SealFiles { key: self.beside("seal.key"), log: self.beside("seals.log") };
        let options = Options { readers: 2, seals: Some(seals), ..Options::default() };
        Store::open_stepped(&self.path, Realm::Validation, Opening::Existing, options).unwrap()
    }
    /// The moments of the signed heads.
    fn signed(&self) -> Vec<i64> {
        let log = std::fs::read_to_string(self.beside("seals.log")).unwrap();
        log.lines().map(|line| line.split(' ').nth(3).unwrap().parse().unwrap()).collect()
    }
}

type Sent = Pin<Box<Pending<Result<Done, WriteTrouble>>>>;

/// Rows of 4,000 bytes from this id on, in one command.
fn send(store: &Store, first: i64, rows: i64) -> Sent {
    Box::pin(write(store, move |tx| {
        let bytes = vec![b'x'; 4_000];
        for id in first..first + rows {
            tx.insert_many(&ADD_TRIALS, &[params![id, None::<&str>, id, &bytes, 1_i64]])?;
        }
        done("")
    }))
}

#[test]
fn nothing_is_answered_before_its_step_and_all_of_one_group_after_it() {
    let bench = Bench::new();
    let (store, mut engine) = bench.stepped();
    let mut stepper = engine.stepper();
    assert!(ask(pin!(stepper.work())).is_none(), "there is no work");
    let mut sent: Vec<Sent> = (1..=3).map(|id| send(&store, id, 1)).collect();
    let mut query = pin!(store.read(|reader| Ok(reader.query(&ALL_TRIALS, &[])?.len())));
    assert!(ask(pin!(stepper.work())).is_some());
    assert!(sent.iter_mut().all(|sent| ask(sent.as_mut()).is_none()));
    assert!(stepper.read());
    assert_eq!(ask(query.as_mut()).unwrap().unwrap(), 0, "it was answered before anything was written");
    assert!(stepper.write());
    assert!(sent.iter_mut().all(|sent| ask(sent.as_mut()).unwrap().is_ok()));
    assert_eq!(store.statistics().groups, 1);
    assert!(!stepper.write() && !stepper.read(), "nothing is left");
}

#[test]
fn who_waits_for_work_is_woken_by_a_command_by_a_query_and_by_the_close() {
    let bench = Bench::new();
    let (store, mut engine) = bench.stepped();
    let mut stepper = engine.stepper();
    for (what, begin) in [("command", 0), ("query", 1), ("close", 2)] {
        let woken = std::sync::Arc::new(Woken::default());
        let waker = Waker::from(std::sync::Arc::clone(&woken));
        assert!(pin!(stepper.work()).poll(&mut Context::from_waker(&waker)).is_pending());
        match begin {
            0 => drop(send(&store, 1, 1)),
            1 => drop(store.read(|reader| Ok(reader.query(&ALL_TRIALS, &[])?.len()))),
            _ => store.clone().close(),
        }
        assert!(woken.0.load(std::sync::atomic::Ordering::SeqCst), "{what}");
        while stepper.write() || stepper.read() {}
    }
}

#[derive(Default)]
struct Woken(std::sync::atomic::AtomicBool);

impl std::task::Wake for Woken {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.store(true, std::sync::atomic::Ordering::SeqCst);
    }
}

#[test]
fn what_was_answered_is_there_after_a_kill_and_what_was_not_stepped_is_not() {
    let bench = Bench::new();
    let (store, mut engine) = bench.stepped();
    let mut stepper = engine.stepper();
    let mut first = send(&store, 1, 1);
    assert!(stepper.write());
    assert!(ask(first.as_mut()).unwrap().is_ok());
    let mut second = send(&store, 2, 1);
    drop(stepper);
    drop(engine);
    assert!(ask(second.as_mut()).is_none());
    drop(store);
    assert!(bench.log_bytes().unwrap() > 0, "a kill leaves the log");
    let store = bench.engine.open();
    assert_eq!(ids(&store), [1]);
    store.close();
}

#[test]
fn the_head_that_a_killed_process_did_not_sign_is_signed_by_the_next_one_once() {
    let bench = Bench::new();
    let (store, mut engine) = bench.stepped();
    drop(send(&store, 1, 1));
    assert!(engine.stepper().write());
    drop(engine);
    drop(store);
    assert!(bench.signed().is_empty());
    for second in [1, 2] {
        let (_store, mut engine) = bench.stepped();
        engine.stepper().look_after(at(second));
        assert_eq!(bench.signed(), [at(1).micros()], "nothing new was done meanwhile");
    }
}

#[test]
fn heads_are_signed_and_the_log_is_cut_when_that_is_due_by_the_time_given() {
    let bench = Bench::new();
    let (store, mut engine) = bench.stepped();
    let mut stepper = engine.stepper();
    let add = |stepper: &mut Stepper<'_>, first: i64| {
        // Together more than the megabyte from which on the log is cut, and less than the sixteen from which on it is copied at once.
        let mut sent = send(&store, first, 400);
        assert!(stepper.write());
        assert!(ask(sent.as_mut()).unwrap().is_ok());
    };
    let signed_at = |seconds: &[i64]| seconds.iter().map(|seconds| at(*seconds).micros()).collect::<Vec<_>>();
    add(&mut stepper, 1);
    stepper.look_after(at(0));
    add(&mut stepper, 1_001);
    stepper.look_after(at(9));
    assert_eq!(bench.signed(), signed_at(&[0]), "the second head waits for the tenth second");
    stepper.look_after(at(10));
    assert_eq!(bench.signed(), signed_at(&[0, 10]));
    assert!(bench.log_bytes().unwrap() > 1 << 20, "it was not quiet for two seconds yet");
    stepper.look_after(at(11));
    assert_eq!(bench.log_bytes(), Some(0));
    add(&mut stepper, 2_001);
    store.clone().close();
    stepper.end(at(12));
    drop(engine);
    assert_eq!(bench.signed(), signed_at(&[0, 10, 12]), "a clean end signs the last head");
    assert_eq!(bench.log_bytes(), None, "and puts the log away");
}
