//! Seed after seed.

use crate::world::{Run, run};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// The first seed, and how many.
const FIRST: &str = "BENCHSIDE_SIMULATION_SEED";
const COUNT: &str = "BENCHSIDE_SIMULATION_SEEDS";
/// From so many seeds on everything that is simulated must have happened.
const MANY: u64 = 60;

/// What must have happened among many seeds: a simulation of calm weather finds nothing.
const HAPPENS: [&str; 16] = [
    "attempts broken off",
    "attempts cut",
    "attempts nobody answered",
    "checkpoints",
    "clean ends",
    "full disks",
    "groups written",
    "kills",
    "messages acknowledged",
    "messages kept in part",
    "messages kept twice",
    "messages sent again",
    "power losses",
    "results",
    "stops after a disk error",
    "tasks",
];

/// The number in this environment variable, or another.
fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The server as it is shipped.
fn shipped() -> store::Disk {
    store::Disk::default()
}

/// Runs seeds on all processors, each world on one thread; in the order of the seeds.
fn run_all(first: u64, count: u64, habits: &store::Disk) -> BTreeMap<u64, Run> {
    let runs = Mutex::new(BTreeMap::new());
    let left = Mutex::new(first..first + count);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let next = left.lock().unwrap().next();
                    let Some(seed) = next else { return };
                    let mut run = run(seed, habits);
                    // The traces of thousands of seeds are gigabytes; a seed that failed is run again for its own.
                    if count > 1 && run.findings.is_empty() {
                        run.trace.clear();
                    }
                    runs.lock().unwrap().insert(seed, run);
                }
            });
        }
    });
    runs.into_inner().unwrap()
}

#[allow(clippy::print_stdout)]
fn say(words: &str) {
    println!("{words}");
}

#[test]
fn what_was_acknowledged_is_kept_and_filed_once_whatever_happens() {
    let (first, count) = (from_environment(FIRST, 1), from_environment(COUNT, MANY));
    let runs = run_all(first, count, &shipped());
    let mut sum: BTreeMap<&str, u64> = BTreeMap::new();
    let mut failed = Vec::new();
    for (seed, run) in &runs {
        run.counts.iter().for_each(|(what, count)| *sum.entry(what).or_default() += count);
        if count == 1 {
            run.trace.iter().for_each(|line| say(line));
            say(&format!("trace {}, database {}, signed heads {}", run.trace_digest, run.content[0], run.content[1]));
        }
        if !run.findings.is_empty() {
            let replay = format!("{FIRST}={seed} {COUNT}=1 cargo test -p simulation --test it what_was_acknowledged -- --nocapture");
            failed.push(format!("seed {seed}: {}\n  see it with: {replay}", run.findings.join("; ")));
        }
    }
    say(&format!("{count} seeds from {first}: {sum:?}"));
    assert!(failed.is_empty(), "{} of {count} seeds failed\n{}", failed.len(), failed.join("\n"));
    if count >= MANY {
        let never: Vec<_> = HAPPENS.iter().filter(|what| sum.get(*what).is_none_or(|count| *count == 0)).collect();
        assert!(never.is_empty(), "never happened: {never:?}");
    }
}

#[test]
fn the_same_seed_is_the_same_history_and_the_same_database_byte_for_byte() {
    let first = from_environment(FIRST, 1);
    let mut histories = BTreeSet::new();
    for seed in first..first + 20 {
        let (once, again) = (run(seed, &shipped()), run(seed, &shipped()));
        let differs = once.trace.iter().zip(&again.trace).find(|(once, again)| once != again);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(once, again, "seed {seed}");
        assert!(once.trace.len() > 20, "seed {seed}: {:?}", once.trace);
        histories.insert(once.content);
    }
    assert_eq!(histories.len(), 20, "another seed is another history");
}

/// Seeds among which a negative control must be caught.
const CONTROL_SEEDS: u64 = 40;

/// The same checker must find what a server with this habit loses, and find exactly the same again from the seed.
fn is_caught(habits: &store::Disk, what: &str) {
    let caught = run_all(1, CONTROL_SEEDS, habits).into_iter().filter(|(_, run)| !run.findings.is_empty());
    let caught: BTreeMap<u64, Run> = caught.collect();
    // A database whose every part may be missing is not even opened.
    let loses = |run: &Run| run.findings.iter().any(|finding| finding.contains("and is lost") || finding.contains("cannot be opened"));
    let (seed, found) = caught.iter().find(|(_, run)| loses(run)).expect("no seed lost anything that was acknowledged");
    say(&format!(
        "negative control, {what}: caught by {} of {CONTROL_SEEDS} seeds; seed {seed}: {}",
        caught.len(),
        found.findings.join("; ")
    ));
    assert_eq!(run(*seed, habits), *found, "seed {seed}");
    assert_eq!(run(*seed, &shipped()).findings, Vec::<String>::new(), "the server as it is shipped loses nothing");
}

#[test]
fn answers_before_the_commit_are_caught_and_found_again_from_their_seed() {
    is_caught(&store::Disk { acknowledge_before_commit: true, ..shipped() }, "answered before the commit");
}

#[test]
fn commits_that_do_not_wait_for_the_disk_are_caught_and_found_again_from_their_seed() {
    is_caught(&store::Disk { synchronous_off: true, ..shipped() }, "synchronous=OFF");
}
