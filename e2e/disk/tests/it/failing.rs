//! Failing calls: the Nth one reports a device error, a failing sync or a full disk, for every N from the opening on.

use crate::check::{Known, check};
use crate::finding::{check_or_keep, files_in, keep};
use crate::power::from_environment;
use crate::work::*;
use disk::{Call, Chance, Fault, Kind, Platter, Survival};
use std::task::{Context, Poll, Waker};
use store::{Cause, OpenTrouble, StopReason, Store, Trouble, WriteTrouble};

/// The last N of the everyday run, and of the slow one.
const LAST: u64 = 60;
const SLOW_LAST: u64 = 300;
/// Rounds of work after which a fault that was not met is given up.
const ROUNDS_MAX: u64 = 400;

/// What all the runs of one kind of fault came to.
#[derive(Debug, Default)]
struct Tally {
    met: u64,
    not_opened: u64,
    unknown: u64,
    full: u64,
    stopped: u64,
    recovered: u64,
}

/// Why the store stopped, if it did.
fn reason(store: &Store) -> Option<StopReason> {
    match std::pin::pin!(store.stopped()).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(reason) => Some(reason),
        Poll::Pending => None,
    }
}

/// Work until a call fails.
fn work(bench: &Bench, store: &Store) {
    for _ in 0..ROUNDS_MAX {
        std::thread::scope(|scope| {
            for client in 1..=2 {
                scope.spawn(move || bench.client(store, client, 3));
            }
        });
        if bench.disk.failed() > 0 {
            return;
        }
    }
}

/// A run in which this happens; every other one on a database that is there already.
fn run(fault: &Fault, tally: &mut Tally) -> Result<(), String> {
    let mut bench = Bench::new();
    let ran = run_on(&mut bench, fault, tally);
    ran.map_err(|words| keep(&files_in(bench.folder.path()), &Known::at(&bench, bench.disk.position()), &words))?;
    bench.disk.mend();
    reopened(&bench)
}

fn run_on(bench: &mut Bench, fault: &Fault, tally: &mut Tally) -> Result<(), String> {
    if fault.nth.is_multiple_of(2) {
        let store = bench.open();
        bench.client(&store, 3, 6);
        store.close();
    }
    bench.disk.arm(fault.clone());
    match bench.try_open() {
        Err(trouble) => {
            tally.not_opened += 1;
            let OpenTrouble::CannotOpen { next, .. } = &trouble else { return Err(format!("opening said {trouble}")) };
            if fault.kind == Kind::Full && !next.contains("free some space") {
                return Err(format!("opening on a full disk said {trouble}"));
            }
        }
        Ok(store) => {
            if bench.opened_at.is_none() {
                bench.opened_at = Some(bench.disk.position());
                bench.send_and_wait(&store, TABLES);
            }
            work(bench, &store);
            after(bench, fault, store, tally)?;
        }
    }
    tally.met += u64::from(bench.disk.failed() > 0);
    Ok(())
}

/// What the store says once a call has failed.
fn after(bench: &Bench, fault: &Fault, store: Store, tally: &mut Tally) -> Result<(), String> {
    let met = bench.disk.failed() > 0;
    if fault.kind == Kind::Full && met {
        let refused = bench.disk.failed();
        bench.disk.mend();
        // Without tables, because there was no room for them, the next command cannot do what it should.
        let has_tables = bench.sent.lock().unwrap().iter().any(|sent| sent.number == TABLES && sent.answer.is_ok());
        let number = if has_tables { 5_000_000 } else { TABLES };
        bench.send_and_wait(&store, number);
        let sent = bench.sent.lock().unwrap();
        let last = sent.last().unwrap();
        if last.answer.is_err() {
            return Err(format!("{refused} calls found no room; with room again: {:?}", last.answer));
        }
        tally.recovered += 1;
    }
    let reason_before = reason(&store);
    let stopped = store.stopped();
    store.close();
    let Poll::Ready(reason) = std::pin::pin!(stopped).poll(&mut Context::from_waker(Waker::noop())) else {
        return Err("closed, and not stopped".to_owned());
    };
    let disk = matches!(reason, StopReason::Disk(_));
    tally.stopped += u64::from(disk);
    for sent in bench.sent.lock().unwrap().iter() {
        match &sent.answer {
            Ok(_) => {}
            Err(WriteTrouble::Unknown(_)) if disk => tally.unknown += 1,
            Err(WriteTrouble::Stopped(StopReason::Disk(_))) if disk => {}
            Err(WriteTrouble::Failed(Trouble::Statement { cause: Cause::Full, .. })) if fault.kind == Kind::Full => tally.full += 1,
            Err(WriteTrouble::Failed(Trouble::Because(_))) if deed(sent.number) == Deed::Fails => {}
            // Where the tables could not be made.
            Err(WriteTrouble::Failed(Trouble::Statement { words, .. })) if words.contains("no such table") => {}
            Err(trouble) => return Err(format!("command {} was told {trouble}; the store: {reason}", sent.number)),
        }
    }
    match (fault.kind, met) {
        (Kind::Device, true) if !disk => Err(format!("a call failed, and the store says: {reason} (before it closed: {reason_before:?})")),
        (Kind::Full, _) | (Kind::Device, false) if disk => Err(format!("stopped without a device error: {reason}")),
        _ => Ok(()),
    }
}

/// Afterwards the database is sound: as it lies there, and as it lies there when everything unsynced is gone, as after a failed sync it may be.
fn reopened(bench: &Bench) -> Result<(), String> {
    let known = Known::at(bench, bench.disk.position());
    let mut platter = Platter::default();
    bench.disk.log().iter().for_each(|event| platter.play(event));
    check_or_keep(&platter.lose_power(Survival::Nothing, &mut Chance::new(0)), &known, "after a power loss")?;
    let as_it_lies = files_in(bench.folder.path());
    check(bench.folder.path(), &known).map_err(|finding| keep(&as_it_lies, &known, &format!("opened again: {finding}")))
}

fn at_each(name: &str, calls: &[Call], kind: Kind, lasts: bool, last: u64) -> Tally {
    let mut tally = Tally::default();
    for nth in 1..=last {
        let fault = Fault { calls: calls.to_vec(), name_ends: "", nth, kind, lasts };
        if let Err(finding) = run(&fault, &mut tally) {
            panic!("{name}, {fault:?}, on a database that is {}: {finding}", if nth.is_multiple_of(2) { "there" } else { "new" });
        }
    }
    #[allow(clippy::print_stdout)]
    let () = println!("{name} at the Nth call, N = 1..{last}: {tally:?}");
    assert!(tally.not_opened > 0, "the opening was never met");
    tally
}

fn device_errors(last: u64) {
    let tally = at_each("a device error", &[Call::Write, Call::Truncate], Kind::Device, false, last);
    assert_eq!(tally.met, tally.not_opened + tally.stopped, "{tally:?}");
    assert!(tally.unknown > 0, "{tally:?}");
}

fn failing_syncs(last: u64) {
    let tally = at_each("a failing sync", &[Call::Sync], Kind::Device, false, last);
    assert_eq!(tally.met, tally.not_opened + tally.stopped, "{tally:?}");
    assert!(tally.unknown > 0, "{tally:?}");
}

fn full_disks(last: u64) {
    let tally = at_each("a full disk", &[Call::Write], Kind::Full, true, last);
    assert!(tally.full > 0 && tally.recovered > 0 && tally.stopped == 0, "{tally:?}");
}

#[test]
fn a_device_error_of_any_write_is_told_as_unknown_and_stops_the_store() {
    device_errors(LAST);
}

#[test]
fn a_failing_sync_is_told_as_unknown_and_stops_the_store() {
    failing_syncs(LAST);
}

#[test]
fn a_full_disk_refuses_and_the_store_goes_on_when_there_is_room() {
    full_disks(LAST);
}

#[test]
#[ignore = "slow: cargo xtask test runs it"]
fn the_same_at_every_call_up_to_a_late_one() {
    let last = from_environment("BENCHSIDE_DISK_FAULTS", SLOW_LAST);
    device_errors(last);
    failing_syncs(last);
    full_disks(last);
    errors_of_the_index(last);
}

/// The error comes when the log is copied for the last time, after everything was answered.
#[test]
fn a_disk_error_while_closing_is_told_and_nothing_is_lost() {
    for calls in [vec![Call::Sync], vec![Call::Write]] {
        let mut bench = Bench::new();
        let store = bench.open();
        bench.client(&store, 1, 6);
        bench.disk.arm(Fault { calls: calls.clone(), name_ends: "", nth: 1, kind: Kind::Device, lasts: false });
        let stopped = store.stopped();
        store.close();
        let Poll::Ready(reason) = std::pin::pin!(stopped).poll(&mut Context::from_waker(Waker::noop())) else { panic!("not stopped") };
        assert!(matches!(reason, StopReason::Disk(_)), "{calls:?}: {reason}");
        assert_eq!(bench.disk.failed(), 1, "nothing was tried again");
        assert_eq!(reopened(&bench), Ok(()));
    }
}

/// SQLite overlooks this one; the store must not.
#[test]
fn a_folder_that_cannot_be_synced_is_no_place_for_a_database() {
    let fails = |_: &std::path::Path| Err(std::io::Error::other("the folder's device is gone"));
    let bench = Bench::with(store::Disk { sync_folder: Some(std::sync::Arc::new(fails)), ..store::Disk::default() });
    let Err(trouble) = bench.try_open() else { panic!("opened") };
    assert!(
        matches!(&trouble, OpenTrouble::CannotOpen { why, next, .. } if why.contains("device is gone") && next.contains("disk")),
        "{trouble}"
    );
}

/// What cannot be read is never answered as if it were not there.
#[test]
fn an_error_of_any_read_is_told() {
    let tally = at_each("a failing read", &[Call::Read], Kind::Device, false, 60);
    assert_eq!(tally.met, tally.not_opened + tally.stopped, "{tally:?}");
}

/// Undoing a change reads pages again. SQLite keeps quiet when that fails, and goes on with what the disk has next time.
#[test]
fn an_error_of_a_read_while_a_command_is_undone_is_told() {
    let mut bench = Bench::new();
    let store = bench.open();
    let disk = std::sync::Arc::clone(&bench.disk);
    let once = std::sync::Once::new();
    let command = store.write(&kernel::Actor::System("disk".to_owned()), command_id(1_000_001), NOW, move |tx| {
        // Enough for the file to grow, so that its first page is changed.
        for at in 0..40_i64 {
            tx.execute(&ADD_PART, &store::params![1_i64, at, &vec![7_u8; 1500]])?;
        }
        once.call_once(|| disk.arm(Fault { calls: vec![Call::Read], name_ends: "", nth: 1, kind: Kind::Device, lasts: false }));
        Err(Trouble::because("as asked"))
    });
    let answer = command.wait();
    assert_eq!(bench.disk.failed(), 1, "undoing read nothing");
    assert!(matches!(answer, Err(WriteTrouble::Unknown(_))), "{answer:?}");
    assert!(matches!(reason(&store), Some(StopReason::Disk(_))));
    store.close();
    bench.disk.mend();
    assert_eq!(reopened(&bench), Ok(()));
}

/// The index of the log is memory that is shared: where it cannot be had, or not be locked, the store says so as of any error of the disk.
fn errors_of_the_index(last: u64) {
    // It is mapped when a connection is opened, and again only when the log is very long.
    for (name, call, kind, last) in [
        ("an index of the log that cannot be mapped", Call::Map, Kind::Device, 3),
        ("an index of the log that finds no room", Call::Map, Kind::Full, 3),
        ("an index of the log that cannot be locked", Call::Lock, Kind::Device, last),
    ] {
        let tally = at_each(name, &[call], kind, false, last);
        assert_eq!((tally.met, tally.met), (last, tally.not_opened + tally.stopped), "{name}: {tally:?}");
    }
}

#[test]
fn an_error_of_the_logs_index_is_told_and_nothing_is_lost() {
    errors_of_the_index(LAST);
}

/// Deleting and opening fail without losing anything; which of them matter is SQLite's to say.
#[test]
fn a_file_that_cannot_be_opened_or_deleted_costs_nothing_that_was_answered() {
    for nth in 1..=30 {
        for call in [Call::Open, Call::Delete] {
            let mut bench = Bench::new();
            let store = bench.open();
            bench.client(&store, 1, 6);
            store.close();
            bench.disk.arm(Fault { calls: vec![call], name_ends: "", nth, kind: Kind::Device, lasts: false });
            if let Ok(store) = bench.try_open() {
                bench.client(&store, 2, 6);
                store.close();
            }
            bench.disk.mend();
            assert_eq!(reopened(&bench), Ok(()), "{call:?} {nth}");
        }
    }
}
