//! PostgreSQL goes away: between commands, in the middle of one, and between COMMIT and its answer.

use crate::harness::*;
use crate::wire::Wire;
use kernel::Realm;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{Cause, Opening, Options, Store, WriteTrouble, params};

pub(crate) fn by_wire(engine: &Engine, options: Options) -> (Store, Wire) {
    engine.open().close();
    let wire = Wire::to(engine.server());
    let store = Store::open(&engine.by_way_of(wire.port), Realm::Validation, Opening::Existing, options).unwrap();
    (store, wire)
}

/// Adds one row and says how often the function ran.
fn add_counted(store: &Store, id: i64) -> (Result<store::Done, WriteTrouble>, u32) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let answer = write(store, move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        tx.execute(&ADD_TRIAL, &params![id, None::<&str>, 0_i64])?;
        done("added")
    });
    (answer.wait(), runs.load(Ordering::SeqCst))
}

#[test]
fn a_commit_whose_answer_is_lost_is_looked_up_and_not_run_again() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, Options::default());
    for id in 1..=5 {
        wire.cut_after_commit();
        let (answer, runs) = add_counted(&store, id);
        let answer = answer.unwrap();
        assert!(!answer.repeated, "it is this call's own doing");
        assert_eq!((answer.note.as_str(), runs), ("added", 1));
    }
    assert_eq!(wire.cuts(), 5);
    assert_eq!((engine.count("trial"), engine.count("journal")), (5, 5));
    assert!(store.statistics().reconnects >= 4);
}

#[test]
fn a_commit_that_never_arrived_is_run_again() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, Options::default());
    for id in 1..=5 {
        wire.cut_before_commit();
        let (answer, runs) = add_counted(&store, id);
        assert_eq!((answer.unwrap().repeated, runs), (false, 2));
    }
    assert_eq!((engine.count("trial"), engine.count("journal")), (5, 5));
}

#[test]
fn a_commit_that_cannot_be_looked_up_is_unknown_and_can_be_sent_again() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, Options { reconnect_limit: Duration::from_millis(200), ..Options::default() });
    let id = new_id();
    let send = |going_down: bool| {
        let wire = wire.clone();
        store.write(&actor(), id, NOW, move |tx| {
            if going_down {
                wire.cut_after_commit();
                wire.set_down(true);
            }
            tx.execute(&ADD_TRIAL, &params![1_i64, None::<&str>, 0_i64])?;
            done("added")
        })
    };
    let first = send(true).wait();
    assert!(matches!(first, Err(WriteTrouble::Unknown(_))), "{first:?}");
    let meanwhile = add_counted(&store, 2).0;
    let Err(WriteTrouble::Failed(trouble)) = meanwhile else { panic!("{meanwhile:?}") };
    assert_eq!(trouble.cause(), Some(Cause::ConnectionLost));
    wire.set_down(false);
    let again = send(false).wait().unwrap();
    assert_eq!((again.repeated, again.note.as_str()), (true, "added"));
    assert_eq!((engine.count("trial"), engine.count("journal")), (1, 1));
}

#[test]
fn connections_ended_by_the_server_are_made_anew() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(Options { writers: 1, readers: 1, ..Options::default() });
    let terminate = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'benchside' AND pid IN (SELECT pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema())";
    add(&store, 1, 0);
    assert_eq!(ids(&store), [1]);
    // In the middle of a command, while it holds its table.
    let raw = std::sync::Mutex::new(Some(engine.by_way_of(engine.server().1)));
    let answer = write(&store, move |tx| {
        tx.execute(&ADD_TRIAL, &params![2_i64, None::<&str>, 0_i64])?;
        if let Some(store::Target::Postgres(url)) = raw.lock().unwrap().take() {
            let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            client.simple_query(terminate).unwrap();
        }
        tx.query(&ALL_TRIALS, &[])?;
        done("")
    });
    answer.wait().unwrap();
    assert_eq!(ids(&store), [1, 2]);
    assert!(store.statistics().reconnects >= 1);
}
