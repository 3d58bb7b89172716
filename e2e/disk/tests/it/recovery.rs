//! Power loss where it hurts most: while a database recovers from one, while the log is copied, and while a transaction that does not fit into memory
//! has already gone to the log in part.

use crate::check::Known;
use crate::power::{Loss, anywhere, from_environment, left, thinned};
use crate::work::*;
use disk::{Chance, Event, Platter};
use std::collections::BTreeMap;
use std::path::PathBuf;
use store::Store;

/// Points at which the power goes a second time, and databases that recover meanwhile.
const AGAIN: u64 = 160;
const RECOVERIES: u64 = 8;
/// Points while the log is copied.
const COPYING: u64 = 80;
/// Points around transactions larger than the cache.
const SPILLED: u64 = 120;
/// The writer's cache there, in KiB: SQLite keeps a few pages more than it is told.
const SMALL_CACHE_KIB: i64 = 16;

/// As many points as in the everyday run, more where the environment asks for more points of power loss.
fn points(everyday: u64) -> u64 {
    everyday * from_environment("BENCHSIDE_DISK_POINTS", 500).max(500) / 500
}

fn seed() -> u64 {
    from_environment("BENCHSIDE_DISK_SEED", 1)
}

/// Whether each file of a log is a write-ahead log, as far as the log names it.
fn is_log(log: &[Event]) -> BTreeMap<u64, bool> {
    let named = |path: &PathBuf, file: &u64| (*file, path.to_string_lossy().ends_with("-wal"));
    let files = log.iter().filter_map(|event| match event {
        Event::Create { path, file } | Event::Found { path, file, .. } => Some(named(path, file)),
        _ => None,
    });
    files.collect()
}

/// After which calls something of these files had changed or was made to stay.
fn changes(log: &[Event], of_log: &[bool]) -> Vec<usize> {
    let kinds = is_log(log);
    let counts = |file: &u64| of_log.contains(&kinds[file]);
    let found = log.iter().enumerate().filter(|(_, event)| match event {
        Event::Write { file, .. } | Event::Truncate { file, .. } | Event::Sync { file } => counts(file),
        Event::Create { .. } | Event::Delete { .. } | Event::SyncFolder { .. } => of_log.len() == 2,
        Event::Found { .. } => false,
    });
    found.map(|(at, _)| at + 1).collect()
}

/// Has a database that lost its power work again for a while, and closes it, which copies its log.
fn recover(bench: &Bench, before: &Known) {
    let store = bench.try_open().unwrap();
    if store.read(|reader| reader.query(&COUNT_TRIALS, &[]).map(drop)).wait().is_err() {
        assert!(!before.answered.contains(&TABLES), "the tables are gone");
        bench.send_and_wait(&store, TABLES);
    }
    bench.client(&store, 5, 8);
    store.close();
}

#[test]
fn nothing_answered_is_lost_when_the_power_goes_again_while_a_database_recovers() {
    let (seed, wanted) = (seed(), points(AGAIN));
    let mut bench = Bench::new();
    bench.day();
    let log = bench.disk.log();
    let (mut platter, mut played, mut chance) = (Platter::default(), 0, Chance::new(seed));
    let (mut done, mut with_log) = (0, 0);
    for cut in anywhere(&bench, points(RECOVERIES), seed) {
        log[played..cut].iter().for_each(|event| platter.play(event));
        played = cut;
        let (survival, files) = left(&platter, &mut chance);
        with_log += u64::from(files.iter().any(|(path, bytes)| path.to_string_lossy().ends_with("-wal") && !bytes.is_empty()));
        let before = Known::at(&bench, cut);
        let mut again = Bench::on(&files);
        again.opened_at = Some(0);
        recover(&again, &before);
        let cuts = thinned(&changes(&again.disk.log(), &[true, false]), wanted / points(RECOVERIES));
        let case = format!("first lost after {cut} of {} calls with {survival:?}, and again", log.len());
        let opened = before.opened;
        let mut loss = Loss::at(&case, cuts, seed + done);
        loss.before = before;
        // Whether the database is there after the second loss is known as long as it was before the first, or from its second opening on.
        again.opened_at = if opened { Some(0) } else { again.sent.lock().unwrap().first().map(|sent| sent.sent_at) };
        let tally = loss.of(&again);
        assert_eq!(tally.findings, Vec::<String>::new());
        done += tally.points;
    }
    #[allow(clippy::print_stdout)]
    let () = println!("power loss during recovery: {done} points, {with_log} databases with a log to recover, seed {seed}, nothing lost");
    assert!(with_log > 0 && done >= wanted / 2, "{done} points, {with_log} with a log");
}

#[test]
fn nothing_answered_is_lost_when_the_power_goes_while_the_log_is_copied() {
    let (mut done, mut every) = (0, 0);
    for day in 0..points(COPYING) / COPYING {
        let mut bench = Bench::new();
        bench.day();
        let copying = changes(&bench.disk.log(), &[false]);
        let tally = Loss::at("while the log is copied", thinned(&copying, COPYING), seed() + day).of(&bench);
        assert_eq!(tally.findings, Vec::<String>::new());
        assert!(tally.points >= COPYING / 2, "{}", tally.points);
        (done, every) = (done + tally.points, every + copying.len());
    }
    #[allow(clippy::print_stdout)]
    let () = println!("power loss while the log is copied: {done} of {every} points, first seed {}, nothing lost", seed());
}

/// One command after the other, each larger than the cache; after which calls the log had grown meanwhile.
fn spill(bench: &Bench, store: &Store) -> Vec<usize> {
    let mut within = Vec::new();
    for round in 0..3 {
        for client in [LARGE, LARGE_AND_FAILS] {
            let begun = bench.disk.position();
            bench.send_and_wait(store, client * OF_ONE_CLIENT + round);
            let grown = grown_since(bench, begun);
            // Of a command that fails only the few pages it shared with others are committed, as they were: what else went to the log did so before.
            assert!(client == LARGE || grown.len() > 40, "only {} writes to the log: the cache held it all", grown.len());
            within.extend(grown);
        }
        bench.client(store, 1, 5);
    }
    within
}

fn grown_since(bench: &Bench, begun: usize) -> Vec<usize> {
    let log = bench.disk.log();
    let kinds = is_log(&log);
    let written = log.iter().enumerate().skip(begun).filter(|(_, event)| matches!(event, Event::Write { file, .. } if kinds[file]));
    written.map(|(at, _)| at + 1).collect()
}

/// The command that fails is rolled back out of the log as well; it must not be there, and its neighbours must.
#[test]
fn a_transaction_larger_than_the_cache_is_there_wholly_or_not_at_all() {
    let (mut within, mut beside) = (0, 0);
    for round in 0..points(SPILLED) / SPILLED {
        let tallies = large_transactions(seed() + round);
        (within, beside) = (within + tallies[0], beside + tallies[1]);
    }
    #[allow(clippy::print_stdout)]
    let () =
        println!("power loss in transactions larger than the cache: {within} points, beside them {beside}, seed {}, nothing lost", seed());
    assert!(within >= SPILLED / 3 && beside >= SPILLED / 3);
}

fn large_transactions(seed: u64) -> [u64; 2] {
    let mut bench = Bench::with(store::Disk { writer_cache_kib: Some(SMALL_CACHE_KIB), ..store::Disk::default() });
    let store = bench.open();
    bench.client(&store, 1, 5);
    let within = spill(&bench, &store);
    // Beside others, so that they share its transaction.
    std::thread::scope(|scope| {
        for client in [LARGE, LARGE_AND_FAILS, 2, 3] {
            let (bench, store) = (&bench, &store);
            scope.spawn(move || bench.client(store, client, 4));
        }
    });
    store.close();
    let beside = anywhere(&bench, SPILLED / 2, seed);
    let done =
        [("within a large transaction", thinned(&within, SPILLED / 2)), ("beside large transactions", beside)].map(|(case, cuts)| {
            let tally = Loss::at(case, cuts, seed).of(&bench);
            assert_eq!(tally.findings, Vec::<String>::new());
            tally.points
        });
    let sent = bench.sent.lock().unwrap();
    assert!(sent.iter().all(|sent| sent.answer.is_ok() == (deed(sent.number) != Deed::Fails)), "{sent:?}");
    done
}
