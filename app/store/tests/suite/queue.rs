//! The queue in front of the writer: full means wait, never drop.

use crate::harness::*;
use std::task::{Context, Poll, Waker};
use store::{Options, Pending, params};

on_both!(a_full_queue_waits_and_drops_nothing, a_command_dropped_before_it_was_taken_never_runs, many_callers_share_a_small_queue);

fn small() -> Options {
    Options { queue_max: 2, writers: 1, ..Options::default() }
}

fn add_later(store: &store::Store, id: i64) -> Pending<Result<store::Done, store::WriteTrouble>> {
    write(store, move |tx| {
        tx.execute(&ADD_TRIAL, &params![id, None::<&str>, 0_i64])?;
        done("")
    })
}

fn a_full_queue_waits_and_drops_nothing(engine: &Engine) {
    let store = engine.open_with(small());
    let hold = Hold::the_writer(&store);
    let mut pending: Vec<_> = (1..=10).map(|id| add_later(&store, id)).collect();
    let mut context = Context::from_waker(Waker::noop());
    for command in &mut pending {
        assert!(matches!(std::pin::Pin::new(command).poll(&mut context), Poll::Pending));
    }
    hold.release();
    for command in pending {
        command.wait().unwrap();
    }
    assert_eq!(ids(&store), (1..=10).collect::<Vec<_>>());
}

fn a_command_dropped_before_it_was_taken_never_runs(engine: &Engine) {
    let store = engine.open_with(small());
    let hold = Hold::the_writer(&store);
    let taken = [add_later(&store, 1), add_later(&store, 2)];
    let outside = add_later(&store, 3);
    drop(outside);
    drop(taken);
    hold.release();
    until("what was taken has run although nobody waits for it", || ids(&store) == [1, 2]);
}

fn many_callers_share_a_small_queue(engine: &Engine) {
    let store = engine.open_with(Options { queue_max: 3, ..Options::default() });
    std::thread::scope(|scope| {
        for caller in 0..16_i64 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..10 {
                    add_later(store, caller * 100 + number).wait().unwrap();
                }
            });
        }
    });
    assert_eq!(ids(&store).len(), 160);
    assert_eq!(store.statistics().commands, 160);
}
