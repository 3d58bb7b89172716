//! Commands that look before their turn: whatever happens in between, it is as if they had looked when it came.

use crate::harness::*;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use store::{Cause, Done, Opening, Options, Outcome, Pending, Reader, Store, Target, Trouble, Tx, WriteTrouble, params, sql};

on_both!(
    what_a_look_found_is_never_out_of_date,
    a_look_that_fails_fails_the_command_and_one_that_panics_panics_it,
    a_command_that_looked_is_done_once,
);

sql! {
    /// The counter.
    pub(crate) COUNTER = "SELECT number FROM trial WHERE id = 1";
    /// Sets it to what the caller believes.
    pub(crate) SET_COUNTER = "UPDATE trial SET number = ?1 WHERE id = 1";
    /// Changes nothing that a look may read.
    pub(crate) FORGET_UNFILED = "DELETE FROM unfiled WHERE link = ?1";
    /// A change in a query's clothes.
    pub(crate) PUT_IN = "INSERT INTO trial (id, row_version) VALUES (2, 1) RETURNING id";
    /// Reads what a look may not read, after what it may.
    pub(crate) BESIDE_RESULTS = "SELECT t.number FROM trial t LEFT JOIN result r ON r.version = t.id WHERE t.id = 1";
}

fn counter(reader: &mut Reader<'_>) -> Result<i64, Trouble> {
    Ok(reader.query_opt(&COUNTER, &[])?.ok_or_else(|| Trouble::because("there is no counter"))?.int(0)?)
}

/// One more than what was seen, and by nothing but what was seen.
fn one_more(tx: &mut Tx<'_>, seen: &i64) -> Result<Outcome, Trouble> {
    tx.execute(&SET_COUNTER, &params![*seen + 1])?;
    done(&seen.to_string())
}

type Sent = Pin<Box<Pending<Result<Done, WriteTrouble>>>>;

/// A command that looks at the counter and counts on.
fn count_on(store: &Store) -> Pending<Result<Done, WriteTrouble>> {
    store.look_and_write(&actor(), new_id(), NOW, counter, one_more)
}

fn ask(sent: &mut Sent) -> Option<Result<Done, WriteTrouble>> {
    match sent.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Some(answer),
        Poll::Pending => None,
    }
}

/// A database whose counter stands at five, stepped, with so many commands to a transaction.
fn stepped(engine: &Engine, group_max: usize) -> (Store, store::Engine) {
    let store = engine.open();
    add(&store, 1, 5);
    store.close();
    let Target::Sqlite(path) = &engine.target else { panic!("not SQLite") };
    Store::open_stepped(path, kernel::Realm::Validation, Opening::Existing, Options { group_max, ..Options::default() }).unwrap()
}

/// What a command saw whose turn came after these, which it could not know when it looked; and how often commands had to look themselves.
fn seen_after(group_max: usize, before: impl FnOnce(&Store)) -> (String, u64) {
    let engine = Engine::sqlite();
    let (store, mut engine) = stepped(&engine, group_max);
    let mut stepper = engine.stepper();
    let mut sent: Sent = Box::pin(count_on(&store));
    assert!(ask(&mut sent).is_none() && !stepper.write(), "it looks first");
    before(&store);
    assert!(stepper.read());
    while stepper.write() {}
    (ask(&mut sent).unwrap().unwrap().note, store.statistics().late_looks)
}

/// In transactions of their own, and in one.
const EACH_ALONE_AND_TOGETHER: [usize; 2] = [1, 9];

#[test]
fn what_was_seen_before_the_turn_is_enough_where_nothing_happened() {
    assert_eq!(seen_after(9, |_| {}), ("5".to_owned(), 0));
}

#[test]
fn what_no_look_may_read_makes_none_stale() {
    for group_max in EACH_ALONE_AND_TOGETHER {
        let forget = |tx: &mut Tx<'_>| {
            tx.execute(&FORGET_UNFILED, &params!["c111"])?;
            done("")
        };
        assert_eq!(seen_after(group_max, |store| drop(write(store, forget))), ("5".to_owned(), 0));
    }
}

#[test]
fn what_was_changed_meanwhile_committed_or_not_is_looked_at_again() {
    for group_max in EACH_ALONE_AND_TOGETHER {
        assert_eq!(seen_after(group_max, |store| drop(write(store, |tx| one_more(tx, &40)))), ("41".to_owned(), 1));
    }
}

#[test]
fn what_was_changed_and_undone_is_not_seen() {
    for group_max in EACH_ALONE_AND_TOGETHER {
        let undone = |tx: &mut Tx<'_>| {
            one_more(tx, &40)?;
            Err(Trouble::because("undone"))
        };
        assert_eq!(seen_after(group_max, |store| drop(write(store, undone))).0, "5");
    }
}

#[test]
fn a_row_put_in_by_a_statement_that_hands_it_back_is_a_change_too() {
    for group_max in EACH_ALONE_AND_TOGETHER {
        let put_in = |tx: &mut Tx<'_>| {
            tx.query(&PUT_IN, &[])?;
            done("")
        };
        assert_eq!(seen_after(group_max, |store| drop(write(store, put_in))), ("5".to_owned(), 1));
    }
}

#[test]
fn who_goes_away_while_a_look_is_on_its_way_has_it_done_all_the_same() {
    let engine = Engine::sqlite();
    let (store, mut engine) = stepped(&engine, 9);
    let mut stepper = engine.stepper();
    drop(count_on(&store));
    assert!(stepper.read() && stepper.write());
    let mut sent: Sent = Box::pin(count_on(&store));
    assert!(stepper.read() && stepper.write());
    assert_eq!(ask(&mut sent).unwrap().unwrap().note, "6");
}

#[test]
fn a_look_that_is_on_its_way_when_the_store_closes_is_answered() {
    let engine = Engine::sqlite();
    let (store, mut engine) = stepped(&engine, 9);
    let mut stepper = engine.stepper();
    let mut sent: Sent = Box::pin(count_on(&store));
    store.close();
    assert!(stepper.read() && !stepper.write());
    assert!(matches!(ask(&mut sent).unwrap(), Err(WriteTrouble::Stopped(_))), "it did not happen, and says so");
}

#[test]
fn looks_behind_which_no_command_has_room_are_answered() {
    let engine = Engine::sqlite();
    let store = engine.open();
    add(&store, 1, 5);
    store.close();
    let Target::Sqlite(path) = &engine.target else { panic!("not SQLite") };
    let options = Options { queue_max: 2, ..Options::default() };
    let (store, mut engine) = Store::open_stepped(path, kernel::Realm::Validation, Opening::Existing, options).unwrap();
    let mut stepper = engine.stepper();
    let mut sent: Vec<Sent> = Vec::new();
    // Nothing is written meanwhile: the queue takes two, and as much again of what comes from the engine itself.
    for _ in 0..5 {
        sent.push(Box::pin(count_on(&store)));
        assert!(stepper.read());
    }
    assert!(matches!(ask(&mut sent[4]).unwrap(), Err(WriteTrouble::Busy { .. })));
    assert!(stepper.write());
    assert!(sent.iter_mut().take(4).all(|sent| ask(sent).unwrap().is_ok()));
}

#[test]
fn looks_that_wait_together_share_a_snapshot_and_each_holds() {
    let engine = Engine::sqlite();
    let (store, mut engine) = stepped(&engine, 9);
    let mut stepper = engine.stepper();
    let mut sent: Vec<Sent> = (0..3).map(|_| Box::pin(count_on(&store))).collect();
    assert!(stepper.read() && !stepper.read(), "all look at once");
    assert!(stepper.write() && !stepper.write());
    let notes: Vec<_> = sent.iter_mut().map(|sent| ask(sent).unwrap().unwrap().note).collect();
    assert_eq!((notes, store.statistics().late_looks), (vec!["5".to_owned(), "6".to_owned(), "7".to_owned()], 2));
}

#[test]
fn a_look_at_what_is_filed_every_moment_is_refused() {
    let engine = Engine::sqlite();
    let store = engine.open();
    add(&store, 1, 5);
    let look = |reader: &mut Reader<'_>| reader.query(&BESIDE_RESULTS, &[]);
    let looked = store.look_and_write(&actor(), new_id(), NOW, look, |_, _| done("")).wait();
    assert!(matches!(looked, Err(WriteTrouble::Failed(trouble)) if trouble.cause() == Some(Cause::Misuse)));
    let sneak = |reader: &mut Reader<'_>| reader.query(&PUT_IN, &[]);
    let looked = store.look_and_write(&actor(), new_id(), NOW, sneak, |_, _| done("")).wait();
    assert!(matches!(looked, Err(WriteTrouble::Failed(trouble)) if trouble.cause() == Some(Cause::Misuse)));
    assert_eq!(read(&store, |reader| Ok(reader.query(&BESIDE_RESULTS, &[])?.len())), 1, "a query may");
}

/// Everybody adds one to what was seen: a look that was out of date would lose a step.
fn what_a_look_found_is_never_out_of_date(engine: &Engine) {
    let (people, times) = if engine.is_sqlite() { (8, 250) } else { (4, 25) };
    let store = engine.open();
    add(&store, 1, 0);
    std::thread::scope(|scope| {
        for person in 0..people {
            let store = &store;
            scope.spawn(move || {
                for time in 0..times {
                    count_on(store).wait().unwrap();
                    if (person + time) % 7 == 0 {
                        // Fails after its change: undone, and never seen.
                        let undone = store.look_and_write(&actor(), new_id(), NOW, counter, |tx, seen| {
                            one_more(tx, &(seen + 1_000_000))?;
                            Err(Trouble::because("undone"))
                        });
                        undone.wait().unwrap_err();
                    }
                }
            });
        }
    });
    assert_eq!(engine.rows("SELECT number FROM trial WHERE id = 1"), [[(people * times).to_string()]]);
}

fn a_look_that_fails_fails_the_command_and_one_that_panics_panics_it(engine: &Engine) {
    let store = engine.open();
    let failed = count_on(&store).wait().unwrap_err();
    assert!(failed.to_string().contains("there is no counter"), "{failed}");
    let panics = |_: &mut Reader<'_>| -> Result<i64, Trouble> { panic!("no sense in this") };
    let panicked = store.look_and_write(&actor(), new_id(), NOW, panics, one_more).wait().unwrap_err();
    assert!(matches!(&panicked, WriteTrouble::Panicked(words) if words == "no sense in this"), "{panicked}");
    add(&store, 1, 5);
    assert_eq!(count_on(&store).wait().unwrap().note, "5", "the store works on");
}

fn a_command_that_looked_is_done_once(engine: &Engine) {
    let store = engine.open();
    add(&store, 1, 5);
    let id = new_id();
    for repeated in [false, true] {
        let done = store.look_and_write(&actor(), id, NOW, counter, one_more).wait().unwrap();
        assert_eq!((done.note.as_str(), done.repeated), ("5", repeated));
    }
    assert_eq!(engine.rows("SELECT number FROM trial WHERE id = 1"), [["6"]]);
}
