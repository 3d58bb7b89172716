//! Several commands in one transaction on PostgreSQL: what shares a COMMIT does not share a fate.

use crate::connection_loss::by_wire;
use crate::harness::*;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use store::{Cause, Done, Options, Outcome, Pending, Store, Target, Trouble, Tx, WriteTrouble, params};

type Answer = Result<Done, WriteTrouble>;

/// One worker, so that a test decides what shares a transaction.
fn one_writer() -> Options {
    Options { writers: 1, readers: 1, ..Options::default() }
}

fn add_row(tx: &mut Tx, id: i64) -> Result<Outcome, Trouble> {
    tx.execute(&ADD_TRIAL, &params![id, None::<&str>, 0_i64])?;
    done("added")
}

/// Adds row `id`, and counts how often it was run.
fn add_counted(store: &Store, id: i64) -> (Pending<Answer>, Arc<AtomicU32>) {
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let pending = write(store, move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        add_row(tx, id)
    });
    (pending, runs)
}

/// Rows 1 and 3 and in between `odd`, all waiting while the one worker is held, so that they share one transaction. How often 1 and 3 were run.
fn group_of_three(store: &Store, odd: impl Fn(&mut Tx) -> Result<Outcome, Trouble> + Send + 'static) -> ([Answer; 3], [u32; 2]) {
    let hold = Hold::the_writer(store);
    let (first, first_runs) = add_counted(store, 1);
    let middle = write(store, odd);
    let (last, last_runs) = add_counted(store, 3);
    hold.release();
    let answers = [first, middle, last].map(Pending::wait);
    (answers, [first_runs, last_runs].map(|runs| runs.load(Ordering::SeqCst)))
}

/// Rows 1 and 3 are there once, and their callers know it.
fn neighbours_are_unharmed(engine: &Engine, answers: &[Answer; 3]) {
    for answer in [&answers[0], &answers[2]] {
        let done = answer.as_ref().unwrap();
        assert_eq!((done.note.as_str(), done.repeated), ("added", false));
    }
    let rows = engine.rows("SELECT id FROM trial WHERE id IN (1, 3) ORDER BY id");
    assert_eq!(rows, [["1"], ["3"]]);
}

#[test]
fn what_waits_shares_one_transaction() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    let before = store.statistics();
    let (answers, runs) = group_of_three(&store, |tx| add_row(tx, 2));
    neighbours_are_unharmed(&engine, &answers);
    assert_eq!((answers[1].is_ok(), runs), (true, [1, 1]));
    let after = store.statistics();
    assert_eq!(after.groups - before.groups, 2, "the one that held the worker, and three");
    assert_eq!((after.commands - before.commands, after.lost_groups), (4, 0));
    assert_eq!(engine.count("journal"), 4);
}

#[test]
fn commands_that_only_add_share_none_with_those_that_change() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    let before = store.statistics().groups;
    let hold = Hold::the_writer(&store);
    let changes = [1, 3].map(|id| write(&store, move |tx| add_row(tx, id)));
    let adds = [2, 4].map(|id| store.append(&actor(), new_id(), NOW, move |tx| add_row(tx, id)));
    hold.release();
    assert!(changes.into_iter().chain(adds).map(Pending::wait).all(|answer| answer.is_ok()));
    assert_eq!(store.statistics().groups - before, 3, "the one that held the worker, two and two");
    assert_eq!(ids(&store), [1, 2, 3, 4]);
}

#[test]
fn a_command_with_trouble_costs_its_group_nothing() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    let (answers, runs) = group_of_three(&store, |tx| {
        add_row(tx, 2)?;
        Err(Trouble::because("no"))
    });
    neighbours_are_unharmed(&engine, &answers);
    assert_eq!(answers[1], Err(WriteTrouble::Failed(Trouble::because("no"))));
    assert_eq!(runs, [2, 1], "the first was run again, the last was not reached before");
    assert_eq!((ids(&store), engine.count("journal")), (vec![1, 3], 3));
    assert_eq!(store.statistics().lost_groups, 1);
}

#[test]
fn a_command_that_panics_costs_its_group_nothing() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    let (answers, _) = group_of_three(&store, |tx| {
        add_row(tx, 2)?;
        panic!("no such tube")
    });
    neighbours_are_unharmed(&engine, &answers);
    assert_eq!(answers[1], Err(WriteTrouble::Panicked("no such tube".to_owned())));
    assert_eq!((ids(&store), engine.count("journal")), (vec![1, 3], 3));
    // It may have panicked in the middle of the client's work: that connection is given up, the group's and then its own.
    assert_eq!(store.statistics().reconnects, 2);
}

#[test]
fn a_command_the_constraint_refuses_costs_its_group_nothing() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    add(&store, 2, 7);
    let (answers, _) = group_of_three(&store, |tx| add_row(tx, 2));
    neighbours_are_unharmed(&engine, &answers);
    let Err(WriteTrouble::Failed(trouble)) = &answers[1] else { panic!("{answers:?}") };
    assert_eq!(trouble.cause(), Some(Cause::Constraint));
    assert_eq!(engine.rows("SELECT number FROM trial WHERE id = 2"), [["7"]]);
    assert_eq!(store.statistics().lost_groups, 1);
}

#[test]
fn a_command_that_was_run_before_answers_as_then_and_costs_its_group_nothing() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    let id = new_id();
    let send = |note: &'static str, row: i64| {
        store.write(&actor(), id, NOW, move |tx| {
            add_row(tx, row)?;
            done(note)
        })
    };
    send("the first time", 2).wait().unwrap();
    let hold = Hold::the_writer(&store);
    let first = add_counted(&store, 1).0;
    let again = send("the second time", 12);
    let last = add_counted(&store, 3).0;
    hold.release();
    let answers = [first, again, last].map(Pending::wait);
    neighbours_are_unharmed(&engine, &answers);
    let again = answers[1].as_ref().unwrap();
    assert_eq!((again.note.as_str(), again.repeated), ("the first time", true));
    assert_eq!(ids(&store), [1, 2, 3], "and not 12");
}

#[test]
fn a_command_that_is_twice_in_one_group_has_its_effect_once() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    let id = new_id();
    let hold = Hold::the_writer(&store);
    let twice = [1, 2].map(|row| store.write(&actor(), id, NOW, move |tx| add_row(tx, row)));
    let last = add_counted(&store, 3).0;
    hold.release();
    let [first, second] = twice.map(|pending| pending.wait().unwrap());
    assert_eq!((first.repeated, second.repeated), (false, true));
    assert!(!last.wait().unwrap().repeated);
    assert_eq!((ids(&store), engine.count("journal")), (vec![1, 3], 3));
    assert_eq!(store.statistics().repeated, 1);
}

#[test]
fn a_command_another_transaction_got_in_between_of_is_run_on_what_stands_there_then() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(one_writer());
    add(&store, 9, 0);
    let Target::Postgres(url) = engine.target.clone() else { panic!("not PostgreSQL") };
    let url = Mutex::new(Some(url));
    let (answers, _) = group_of_three(&store, move |tx| {
        let number = tx.query_opt(&ONE_NUMBER, &params![9_i64])?.unwrap().int(1)?;
        if let Some(url) = url.lock().unwrap().take() {
            let mut other = postgres::Client::connect(&url, postgres::NoTls).unwrap();
            other.batch_execute("UPDATE trial SET number = 100, row_version = 2 WHERE id = 9").unwrap();
        }
        let version = if number == 0 { 1_i64 } else { 2 };
        let won = tx.change_one(&CHANGE_TRIAL, &params![9_i64, version, number + 1], "trial")?;
        done(if won { "counted" } else { "lost" })
    });
    neighbours_are_unharmed(&engine, &answers);
    assert_eq!(answers[1].as_ref().unwrap().note, "counted");
    assert_eq!(engine.rows("SELECT number FROM trial WHERE id = 9"), [["101"]]);
    assert_eq!(store.statistics().lost_groups, 1);
}

#[test]
fn a_conflict_that_shows_at_the_commit_is_run_again() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, one_writer());
    let Target::Postgres(url) = engine.target.clone() else { panic!("not PostgreSQL") };
    // Both look at the sum and add a row to it: in whatever order they were done one after the other, one would have seen the other's row.
    let other = move || {
        let mut other = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        other.batch_execute("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT sum(number) FROM trial;").unwrap();
        other.batch_execute("INSERT INTO trial (id, number, row_version) VALUES (8, 1000, 1); COMMIT").unwrap();
    };
    let arm = Mutex::new(Some(other));
    let (answers, runs) = group_of_three(&store, move |tx| {
        let sum = tx.query_opt(&SUM_OF_NUMBERS, &[])?.unwrap().int(0)?;
        if let Some(other) = arm.lock().unwrap().take() {
            wire.before_commit(other);
        }
        tx.execute(&ADD_TRIAL, &params![2_i64, None::<&str>, sum])?;
        done("summed")
    });
    neighbours_are_unharmed(&engine, &answers);
    assert_eq!((answers[1].as_ref().unwrap().note.as_str(), runs), ("summed", [2, 2]));
    assert_eq!(engine.rows("SELECT number FROM trial WHERE id = 2"), [["1000"]]);
    assert_eq!(store.statistics().lost_groups, 1);
}

#[test]
fn a_group_whose_commit_was_done_but_not_answered_is_looked_up_and_not_run_again() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, one_writer());
    let of_command = wire.clone();
    let (answers, runs) = group_of_three(&store, move |tx| {
        of_command.cut_after_commit();
        add_row(tx, 2)
    });
    neighbours_are_unharmed(&engine, &answers);
    assert!(!answers[1].as_ref().unwrap().repeated, "it is this call's own doing");
    assert_eq!((runs, wire.cuts()), ([1, 1], 1));
    assert_eq!((ids(&store), engine.count("journal")), (vec![1, 2, 3], 4));
}

#[test]
fn a_group_whose_commit_never_arrived_is_run_again_one_by_one() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, one_writer());
    let (of_command, armed) = (wire.clone(), AtomicBool::new(true));
    let (answers, runs) = group_of_three(&store, move |tx| {
        if armed.swap(false, Ordering::SeqCst) {
            of_command.cut_before_commit();
        }
        add_row(tx, 2)
    });
    neighbours_are_unharmed(&engine, &answers);
    assert_eq!((runs, wire.cuts()), ([2, 2], 1));
    assert_eq!((ids(&store), engine.count("journal")), (vec![1, 2, 3], 4));
}

#[test]
fn a_group_whose_commit_failed_is_run_again_one_by_one() {
    let Some(engine) = Engine::postgres() else { return };
    let options = one_writer();
    let faults = options.faults.clone();
    let store = engine.open_with(options);
    let arm = std::sync::Once::new();
    // The group's commit fails, and then that of its first command alone.
    let (answers, runs) = group_of_three(&store, move |tx| {
        arm.call_once(|| (0..2).for_each(|_| faults.fail_next_commit(Cause::Full)));
        add_row(tx, 2)
    });
    let Err(WriteTrouble::Failed(trouble)) = &answers[0] else { panic!("{answers:?}") };
    assert_eq!((trouble.cause(), runs), (Some(Cause::Full), [2, 2]));
    assert!(answers[1].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert_eq!((ids(&store), engine.count("journal")), (vec![2, 3], 3));
    assert_eq!(store.statistics().lost_groups, 1);
}

/// Row 2 the first time, whose COMMIT is lost; something else when it is run again.
fn then(wire: &crate::wire::Wire, second: fn() -> Result<Outcome, Trouble>) -> impl Fn(&mut Tx) -> Result<Outcome, Trouble> + Send + use<> {
    let (wire, first) = (wire.clone(), AtomicBool::new(true));
    move |tx| {
        if !first.swap(false, Ordering::SeqCst) {
            return second();
        }
        wire.cut_before_commit();
        add_row(tx, 2)
    }
}

fn fails() -> Result<Outcome, Trouble> {
    Err(Trouble::because("no"))
}

fn panics() -> Result<Outcome, Trouble> {
    panic!("no such tube")
}

#[test]
fn after_a_commit_without_an_answer_nobody_is_told_that_nothing_was_changed() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, one_writer());
    for second in [fails, panics] {
        // The journal does not show it, but the old connection may still be committing.
        let alone = write(&store, then(&wire, second)).wait();
        assert!(matches!(alone, Err(WriteTrouble::Unknown(_))), "{alone:?}");
    }
    assert_eq!((wire.cuts(), engine.count("trial")), (2, 0));
    let (answers, _) = group_of_three(&store, then(&wire, fails));
    neighbours_are_unharmed(&engine, &answers);
    assert!(matches!(answers[1], Err(WriteTrouble::Unknown(_))), "{answers:?}");
}
