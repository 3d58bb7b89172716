//! What becomes of one command.

use crate::harness::*;
use kernel::CommandId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Cause, Done, Outcome, Trouble, WriteTrouble, params};
use uuid::Uuid;

on_both!(
    effect_and_journal_entry_commit_together,
    a_refusal_is_journalled,
    a_trouble_leaves_nothing,
    a_failed_statement_dooms_the_command_even_if_it_is_ignored,
    a_repeated_command_has_its_effect_once,
    a_repeated_command_that_now_fails_is_answered_from_the_journal,
    the_same_command_twice_at_once_has_its_effect_once,
    a_panicking_command_is_rolled_back_and_the_next_one_works,
    a_failed_commit_leaves_nothing_if_it_fails_again,
    a_command_is_bounded_in_time,
    a_closed_store_refuses_and_says_so,
);

fn effect_and_journal_entry_commit_together(engine: &Engine) {
    let store = engine.open();
    let subject = Uuid::from_u128(99);
    let id = new_id();
    let answer = store.write(&actor(), id, NOW, move |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, "K", 41_i64])?;
        Ok(Outcome { act: "add_trial", accepted: true, subject: Some(subject), note: "{\"id\":1}".to_owned() })
    });
    let want = Done { act: "add_trial".into(), accepted: true, subject: Some(subject), note: "{\"id\":1}".into(), repeated: false };
    assert_eq!(answer.wait().unwrap(), want);
    let hex = |uuid: Uuid| uuid.simple().to_string();
    assert_eq!(
        engine.rows("SELECT command_id, at, actor, act, accepted, subject, note FROM journal"),
        [[
            hex(id.uuid()),
            NOW.micros().to_string(),
            "system:suite".into(),
            "add_trial".into(),
            "1".into(),
            hex(subject),
            "{\"id\":1}".into()
        ]]
    );
    assert_eq!(ids(&store), [1]);
}

fn a_refusal_is_journalled(engine: &Engine) {
    let store = engine.open();
    let answer =
        write(&store, |_| Ok(Outcome { act: "verify", accepted: false, subject: None, note: "control out".into() })).wait().unwrap();
    assert!(!answer.accepted);
    assert_eq!(engine.rows("SELECT act, accepted, subject, note FROM journal"), [["verify", "0", "-", "control out"]]);
}

fn a_trouble_leaves_nothing(engine: &Engine) {
    let store = engine.open();
    let answer = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, "K", 41_i64])?;
        Err(Trouble::because("thought better of it"))
    });
    assert_eq!(answer.wait(), Err(WriteTrouble::Failed(Trouble::because("thought better of it"))));
    assert_eq!((engine.count("trial"), engine.count("journal")), (0, 0));
}

fn a_failed_statement_dooms_the_command_even_if_it_is_ignored(engine: &Engine) {
    let store = engine.open();
    add(&store, 1, 0);
    let answer = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![2_i64, "before", 0_i64])?;
        let failed = tx.execute(&ADD_TRIAL, &params![1_i64, "again", 0_i64]);
        assert!(failed.is_err());
        assert!(tx.query(&ALL_TRIALS, &[]).is_err(), "nothing more is done for a doomed command");
        done("all well, I say")
    });
    let Err(WriteTrouble::Failed(trouble)) = answer.wait() else { panic!("it was answered as done") };
    assert_eq!(trouble.cause(), Some(Cause::Constraint));
    assert_eq!(ids(&store), [1]);
    assert_eq!(engine.count("journal"), 1);
}

fn a_repeated_command_has_its_effect_once(engine: &Engine) {
    let store = engine.open();
    let id = new_id();
    // Another row each time: only the first may come to be.
    let runs = Arc::new(AtomicU32::new(0));
    let send = || {
        let runs = Arc::clone(&runs);
        store.write(&actor(), id, NOW, move |tx| {
            let run = i64::from(runs.fetch_add(1, Ordering::SeqCst));
            tx.execute(&ADD_TRIAL, &params![run, None::<&str>, 0_i64])?;
            done(&format!("run {run}"))
        })
    };
    let first = send().wait().unwrap();
    let second = send().wait().unwrap();
    assert_eq!(second, Done { repeated: true, ..first.clone() });
    assert_eq!(first.note, "run 0");
    assert_eq!(ids(&store), [0]);
    assert_eq!(engine.count("journal"), 1);
    assert_eq!(store.statistics().repeated, 1);
}

fn a_repeated_command_that_now_fails_is_answered_from_the_journal(engine: &Engine) {
    let store = engine.open();
    let id = new_id();
    let send = || {
        store.write(&actor(), id, NOW, |tx| {
            // The second time its own row is in the way.
            tx.execute(&ADD_TRIAL, &params![1_i64, "K", 0_i64])?;
            done("first")
        })
    };
    assert!(!send().wait().unwrap().repeated);
    let second = send().wait().unwrap();
    assert!(second.repeated);
    assert_eq!(second.note, "first");
}

fn the_same_command_twice_at_once_has_its_effect_once(engine: &Engine) {
    let store = engine.open();
    for round in 0..20_i64 {
        let id = new_id();
        let send = || {
            store.write(&actor(), id, NOW, move |tx| {
                tx.execute(&ADD_TRIAL, &params![round, None::<&str>, 0_i64])?;
                done("")
            })
        };
        let (one, two) = (send(), send());
        let repeated = [one.wait().unwrap().repeated, two.wait().unwrap().repeated];
        assert_eq!(repeated.iter().filter(|repeated| **repeated).count(), 1, "round {round}");
    }
    assert_eq!(ids(&store).len(), 20);
    assert_eq!(engine.count("journal"), 20);
}

fn a_panicking_command_is_rolled_back_and_the_next_one_works(engine: &Engine) {
    let store = engine.open();
    let answer = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, "K", 0_i64])?;
        panic!("impossible tube");
    });
    assert_eq!(answer.wait(), Err(WriteTrouble::Panicked("impossible tube".to_owned())));
    add(&store, 2, 0);
    assert_eq!(ids(&store), [2]);
    assert_eq!(engine.count("journal"), 1);
    assert_eq!(store.statistics().panics, 1);
}

fn a_failed_commit_leaves_nothing_if_it_fails_again(engine: &Engine) {
    let options = store::Options::default();
    let faults = options.faults.clone();
    let store = engine.open_with(options);
    // SQLite tries a lost group's commands once more alone; PostgreSQL knows at once whose commit it was.
    faults.fail_next_commit(Cause::Full);
    if engine.is_sqlite() {
        faults.fail_next_commit(Cause::Full);
    }
    let answer = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, "K", 0_i64])?;
        done("")
    });
    let Err(WriteTrouble::Failed(trouble)) = answer.wait() else { panic!("it was answered as done") };
    assert_eq!(trouble.cause(), Some(Cause::Full));
    add(&store, 2, 0);
    assert_eq!(ids(&store), [2]);
    assert_eq!(engine.count("journal"), 1);
}

fn a_command_is_bounded_in_time(engine: &Engine) {
    let store = engine.open_with(store::Options { write_limit: std::time::Duration::from_millis(100), ..Default::default() });
    let answer = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, "K", 0_i64])?;
        tx.query(&crate::reads::ENDLESS, &[])?;
        done("")
    });
    let Err(WriteTrouble::Failed(trouble)) = answer.wait() else { panic!("it was answered as done") };
    assert_eq!(trouble.cause(), Some(Cause::TooLong), "{trouble}");
    add(&store, 2, 0);
    assert_eq!(ids(&store), [2]);
}

fn a_closed_store_refuses_and_says_so(engine: &Engine) {
    let store = engine.open();
    let other = store.clone();
    add(&store, 1, 0);
    store.close();
    let refused = other.write(&actor(), CommandId::from_uuid(Uuid::nil()), NOW, |_| done("")).wait();
    assert_eq!(refused, Err(WriteTrouble::Stopped(store::StopReason::Closed)));
    assert!(other.read(|_| Ok(())).wait().is_err());
    assert_eq!(engine.rows("SELECT id FROM trial"), [["1"]]);
}
