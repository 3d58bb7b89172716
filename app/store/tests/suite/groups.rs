//! Group commit on SQLite: what shares a commit does not share a fate.

use crate::harness::*;
use store::{Cause, Done, Options, Pending, StopReason, Store, Trouble, WriteTrouble, params};

type Answer = Result<Done, WriteTrouble>;

/// Three commands that wait while the writer is held, so that they share one group; the middle one is `odd`.
fn group_of_three(store: &Store, odd: impl Fn(&mut store::Tx) -> Result<store::Outcome, Trouble> + Send + 'static) -> [Answer; 3] {
    let good = |id: i64| {
        write(store, move |tx| {
            tx.execute(&ADD_TRIAL, &params![id, None::<&str>, 0_i64])?;
            done("good")
        })
    };
    let hold = Hold::the_writer(store);
    let pending = [good(1), write(store, odd), good(3)];
    hold.release();
    pending.map(Pending::wait)
}

fn add_2(tx: &mut store::Tx) -> Result<store::Outcome, Trouble> {
    tx.execute(&ADD_TRIAL, &params![2_i64, None::<&str>, 0_i64])?;
    done("good")
}

#[test]
fn what_waits_shares_one_commit() {
    let engine = Engine::sqlite();
    let store = engine.open();
    let before = store.statistics();
    let answers = group_of_three(&store, add_2);
    assert!(answers.iter().all(Result::is_ok));
    let after = store.statistics();
    assert_eq!(after.commands - before.commands, 4, "the one that held the writer, and three");
    assert_eq!(after.groups - before.groups, 2);
    assert_eq!(ids(&store), [1, 2, 3]);
}

#[test]
fn a_command_with_trouble_is_rolled_back_alone() {
    let engine = Engine::sqlite();
    let store = engine.open();
    let answers = group_of_three(&store, |tx| {
        add_2(tx)?;
        Err(Trouble::because("no"))
    });
    assert_eq!(answers[1], Err(WriteTrouble::Failed(Trouble::because("no"))));
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(ids(&store), [1, 3]);
    assert_eq!(store.statistics().lost_groups, 0, "a savepoint is enough");
}

#[test]
fn a_panicking_command_leaves_the_rest_of_its_group_unharmed() {
    let engine = Engine::sqlite();
    let store = engine.open();
    let answers = group_of_three(&store, |tx| {
        add_2(tx)?;
        panic!("no such tube")
    });
    assert_eq!(answers[1], Err(WriteTrouble::Panicked("no such tube".to_owned())));
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(ids(&store), [1, 3]);
}

#[test]
fn after_a_failed_commit_each_runs_again_alone() {
    let engine = Engine::sqlite();
    let options = Options::default();
    let faults = options.faults.clone();
    let store = engine.open_with(options);
    // The group's commit fails, and then that of its first command alone, which is the guilty one.
    let arm = std::sync::Once::new();
    let hold = Hold::the_writer(&store);
    let first = write(&store, move |tx| {
        arm.call_once(|| {
            faults.fail_next_commit(Cause::Full);
            faults.fail_next_commit(Cause::Full);
        });
        tx.execute(&ADD_TRIAL, &params![1_i64, None::<&str>, 0_i64])?;
        done("guilty")
    });
    let others = [2, 3].map(|id: i64| {
        write(&store, move |tx| {
            tx.execute(&ADD_TRIAL, &params![id, None::<&str>, 0_i64])?;
            done("good")
        })
    });
    hold.release();
    let Err(WriteTrouble::Failed(trouble)) = first.wait() else { panic!("it was answered as done") };
    assert_eq!(trouble.cause(), Some(Cause::Full));
    assert!(others.map(Pending::wait).iter().all(Result::is_ok));
    assert_eq!(ids(&store), [2, 3]);
    assert_eq!(engine.count("journal"), 3, "the one that held the writer, and two");
    assert_eq!(store.statistics().lost_groups, 1);
}

#[test]
fn a_lost_group_is_run_again_one_by_one() {
    let engine = Engine::sqlite();
    let options = Options::default();
    let faults = options.faults.clone();
    let store = engine.open_with(options);
    let arm = std::sync::Once::new();
    let answers = group_of_three(&store, move |tx| {
        // Once this command is through, its transaction is gone.
        arm.call_once(|| faults.lose_next_group());
        add_2(tx)
    });
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(ids(&store), [1, 2, 3]);
    assert_eq!(engine.count("journal"), 4);
    assert_eq!(store.statistics().lost_groups, 1);
}

#[test]
fn a_full_disk_costs_only_the_command_that_does_not_fit() {
    let engine = Engine::sqlite();
    let store = engine.open();
    let answers = group_of_three(&store, |tx| {
        tx.query(&LIMIT_PAGES, &[])?;
        tx.execute(&ADD_LARGE, &[])?;
        done("does not fit")
    });
    let Err(WriteTrouble::Failed(trouble)) = &answers[1] else { panic!("{answers:?}") };
    assert_eq!(trouble.cause(), Some(Cause::Full), "{trouble}");
    assert!(answers[0].is_ok() && answers[2].is_ok(), "{answers:?}");
    assert_eq!(ids(&store), [1, 3]);
    assert_eq!(store.statistics().lost_groups, 1, "SQLite gives up the whole transaction on this error");
}

store::sql! {
    /// No page more than the file has, as a full disk.
    pub(crate) LIMIT_PAGES = "PRAGMA max_page_count = 64";
    /// A megabyte.
    pub(crate) ADD_LARGE = "INSERT INTO trial (id, bytes, row_version) VALUES (2, zeroblob(1000000), 1)";
}

#[test]
fn a_disk_error_answers_unknown_and_stops_the_store() {
    let engine = Engine::sqlite();
    let options = Options::default();
    let faults = options.faults.clone();
    let store = engine.open_with(options);
    add(&store, 1, 0);
    faults.fail_next_commit(Cause::Disk);
    let stopped = store.stopped();
    let answer = write(&store, add_2).wait();
    assert!(matches!(answer, Err(WriteTrouble::Unknown(_))), "{answer:?}");
    let reason = wait_for(stopped);
    assert!(matches!(reason, StopReason::Disk(_)));
    assert_eq!(write(&store, add_2).wait(), Err(WriteTrouble::Stopped(reason)));
    store.close();
    assert_eq!(engine.rows("SELECT id FROM trial"), [["1"]]);
}

/// Waits for a future on a thread without runtime.
fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::thread::yield_now();
    }
}

#[test]
fn the_log_is_copied_under_load_and_cut_when_idle() {
    let engine = Engine::sqlite();
    let store = engine.open();
    let store::Target::Sqlite(path) = &engine.target else { panic!("not SQLite") };
    let log = path.with_file_name("laboratory.db-wal");
    for id in 0..80_i64 {
        let large = vec![b'x'; 500_000];
        write(&store, move |tx| {
            tx.insert_many(&ADD_TRIALS, &[params![id, None::<&str>, 0_i64, &large, 1_i64]])?;
            done("")
        })
        .wait()
        .unwrap();
    }
    until("the log is cut", || std::fs::metadata(&log).map_or(0, |log| log.len()) == 0);
    assert!(store.statistics().checkpoints > 0);
    assert_eq!(ids(&store).len(), 80);
    store.close();
    assert!(!log.exists(), "a clean close leaves no log");
}
