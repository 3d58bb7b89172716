//! Two at once: optimistic concurrency, and conflicts of serializable transactions.

use crate::harness::*;
use std::sync::{Arc, Barrier};
use store::{Cause, Outcome, Trouble, WriteTrouble, params};

on_both!(
    of_two_writers_of_the_same_version_exactly_one_wins,
    a_change_that_meets_several_rows_is_a_mistake,
    look_and_add_commands_at_once_keep_their_invariant,
);

store::sql! {
    /// Too wide.
    pub(crate) CHANGE_ALL = "UPDATE trial SET number = ?1 RETURNING id";
    /// How many rows have a number.
    pub(crate) COUNT_NUMBER = "SELECT COUNT(*) FROM trial WHERE number = ?1";
}

fn of_two_writers_of_the_same_version_exactly_one_wins(engine: &Engine) {
    let store = engine.open();
    for id in 0..20_i64 {
        add(&store, id, 0);
        let change = |number: i64| {
            write(&store, move |tx| {
                let won = tx.change_one(&CHANGE_TRIAL, &params![id, 1_i64, number], "trial")?;
                Ok(Outcome { act: "change", accepted: won, subject: None, note: String::new() })
            })
        };
        let (one, two) = (change(100), change(200));
        let (one, two) = (one.wait().unwrap(), two.wait().unwrap());
        assert_ne!(one.accepted, two.accepted, "exactly one wins");
        let want = if one.accepted { "100" } else { "200" };
        assert_eq!(engine.rows(&format!("SELECT number, row_version FROM trial WHERE id = {id}")), [[want, "2"]]);
    }
}

fn a_change_that_meets_several_rows_is_a_mistake(engine: &Engine) {
    let store = engine.open();
    add(&store, 1, 0);
    add(&store, 2, 0);
    let answer = write(&store, |tx| {
        let _ = tx.change_one(&CHANGE_ALL, &params![9_i64], "trial");
        done("never mind")
    });
    let want = Trouble::NotOne { statement: "CHANGE_ALL", what: "trial", found: 2 };
    assert_eq!(answer.wait(), Err(WriteTrouble::Failed(want)));
    assert_eq!(engine.rows("SELECT DISTINCT number FROM trial"), [["0"]]);
}

/// Each looks whether there is a row with the number and adds one only if there is none. Under anything weaker than serializable
/// several would find none.
fn look_and_add_commands_at_once_keep_their_invariant(engine: &Engine) {
    let store = engine.open();
    for number in 0..10_i64 {
        let pending: Vec<_> = (0..8_i64)
            .map(|caller| {
                write(&store, move |tx| {
                    let count = tx.query_opt(&COUNT_NUMBER, &params![number])?.map_or(Ok(0), |row| row.int(0))?;
                    if count == 0 {
                        tx.execute(&ADD_TRIAL, &params![number * 100 + caller, None::<&str>, number])?;
                    }
                    Ok(Outcome { act: "claim", accepted: count == 0, subject: None, note: String::new() })
                })
            })
            .collect();
        let winners = pending.into_iter().map(|answer| answer.wait().unwrap()).filter(|answer| answer.accepted).count();
        assert_eq!(winners, 1, "number {number}");
    }
    assert_eq!(ids(&store).len(), 10);
}

/// Two commands that each read what the other writes, made to meet in the middle: one must be run again.
#[test]
fn serialization_conflicts_are_retried() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open();
    add(&store, 1, 0);
    add(&store, 2, 0);
    let meeting = Arc::new(Barrier::new(2));
    let cross = |own: i64, other: i64| {
        let meeting = Arc::clone(&meeting);
        let met = std::sync::Once::new();
        write(&store, move |tx| {
            let seen = tx.query_opt(&ONE_NUMBER, &params![other])?.map_or(Ok(0), |row| row.int(1))?;
            // Only the first time: run again, nobody waits on the other side.
            met.call_once(|| {
                meeting.wait();
            });
            tx.change_one(&CHANGE_TRIAL, &params![own, 1_i64, seen + 1], "trial")?;
            done("")
        })
    };
    let (one, two) = (cross(1, 2), cross(2, 1));
    one.wait().unwrap();
    two.wait().unwrap();
    let statistics = store.statistics();
    assert!(statistics.conflicts >= 1 && statistics.retries >= 1, "{statistics:?}");
    // As if one had run after the other.
    let mut numbers = engine.rows("SELECT number FROM trial ORDER BY number");
    numbers.sort();
    assert_eq!(numbers, [["1"], ["2"]]);
}

#[test]
fn retries_are_bounded() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open_with(store::Options { attempts_max: 3, writers: 2, ..Default::default() });
    add(&store, 1, 0);
    let other = store.clone();
    let answer = write(&store, move |tx| {
        let seen = tx.query_opt(&ONE_NUMBER, &params![1_i64])?.map_or(Ok(0), |row| row.int(1))?;
        // Someone else changes the row each time between the look and the change.
        let changed = write(&other, move |tx| {
            tx.query(&CHANGE_ALL, &params![seen + 1])?;
            done("")
        });
        changed.wait().map_err(|trouble| Trouble::because(trouble.to_string()))?;
        tx.query(&CHANGE_ALL, &params![-1_i64])?;
        done("")
    });
    assert_eq!(answer.wait(), Err(WriteTrouble::Busy { attempts: 3 }));
    assert_eq!(engine.rows("SELECT number FROM trial"), [["3"]]);
}

/// The constraint may speak before the serialization check does: run once more, the command sees the row.
#[test]
fn a_unique_violation_in_disguise_is_run_once_more() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open();
    let other = store.clone();
    let met = std::sync::Once::new();
    let answer = write(&store, move |tx| {
        if tx.query_opt(&ONE_NUMBER, &params![1_i64])?.is_some() {
            return Ok(Outcome { act: "add", accepted: false, subject: None, note: "there already".into() });
        }
        met.call_once(|| add(&other, 1, 0));
        tx.execute(&ADD_TRIAL, &params![1_i64, None::<&str>, 1_i64])?;
        done("")
    });
    assert_eq!(answer.wait().unwrap().note, "there already");
    let plain = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, None::<&str>, 1_i64])?;
        done("")
    });
    let Err(WriteTrouble::Failed(trouble)) = plain.wait() else { panic!("it was answered as done") };
    assert_eq!(trouble.cause(), Some(Cause::Constraint));
}
