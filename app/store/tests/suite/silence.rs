//! PostgreSQL says nothing any more, and its connections stay: nobody waits for ever.

use crate::connection_loss::by_wire;
use crate::harness::*;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use store::{Options, Pending, WriteTrouble, params};

/// Limits short enough for a test.
fn impatient() -> Options {
    let second = Duration::from_secs(1);
    Options { writers: 1, readers: 1, write_limit: second, read_limit: second, reconnect_limit: second, ..Options::default() }
}

/// The answer, which comes within this time or fails the test.
fn within<T: Send + 'static>(limit: Duration, pending: Pending<T>) -> (T, Duration) {
    let (answered, answer) = mpsc::channel();
    let start = Instant::now();
    std::thread::spawn(move || answered.send(pending.wait()));
    let answer = answer.recv_timeout(limit).expect("it waits for ever");
    (answer, start.elapsed())
}

fn add_one(store: &store::Store, id: i64) -> Pending<Result<store::Done, WriteTrouble>> {
    write(store, move |tx| {
        tx.execute(&ADD_TRIAL, &params![id, None::<&str>, 0_i64])?;
        done("added")
    })
}

#[test]
fn a_connection_that_falls_silent_at_its_commit_is_given_up_and_the_command_run_again() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, impatient());
    add(&store, 1, 0);
    wire.fall_silent_at_commit();
    let (answer, took) = within(Duration::from_secs(60), add_one(&store, 2));
    assert!(!answer.unwrap().repeated);
    assert!(took >= Duration::from_secs(1), "a server may take its limit: {took:?}");
    assert_eq!(ids(&store), [1, 2]);
    assert_eq!(store.statistics().reconnects, 1);
}

#[test]
fn a_server_that_is_wholly_silent_is_told_as_unknown_and_comes_back() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, impatient());
    add(&store, 1, 0);
    let silent = wire.clone();
    wire.before_commit(move || silent.set_silent(true));
    let (answer, _) = within(Duration::from_secs(60), add_one(&store, 2));
    assert!(matches!(answer, Err(WriteTrouble::Unknown(_))), "{answer:?}");
    let reading = store.read(|reader| reader.query(&ALL_TRIALS, &[]).map(|rows| rows.len()));
    let (answer, _) = within(Duration::from_secs(60), reading);
    answer.unwrap_err();
    wire.set_silent(false);
    add(&store, 3, 0);
    assert_eq!(ids(&store), [1, 3]);
}

/// Nobody listens meanwhile, and nothing is wrong.
#[test]
fn a_connection_that_had_nothing_to_do_for_long_is_not_given_up() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, _wire) = by_wire(&engine, impatient());
    add(&store, 1, 0);
    assert_eq!(ids(&store), [1]);
    // Longer than the patience of either connection: nothing happens that could be waited for.
    let (_never, nothing) = mpsc::channel::<()>();
    nothing.recv_timeout(Duration::from_secs(4)).unwrap_err();
    add(&store, 2, 0);
    assert_eq!(ids(&store), [1, 2]);
    assert_eq!(store.statistics().reconnects, 0);
}
