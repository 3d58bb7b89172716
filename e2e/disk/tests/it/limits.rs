//! A machine with little: few files, little memory. Each case runs in a process of its own, whose limits are its own.

use crate::check::{Known, check};
use crate::power::from_environment;
use crate::work::*;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::process::Command;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{OpenTrouble, params, sql};

sql! {
    /// More than there is memory for.
    pub(crate) ADD_HUGE = "INSERT INTO trial (id, client, bytes) VALUES (?1, 0, randomblob(600000000))";
}

/// How often the store is opened where there is no memory to spare afterwards.
const OPENINGS: u64 = 10;
const CASE: &str = "BENCHSIDE_DISK_CASE";
/// What a case prints when it has come to its end.
const DONE: &str = "the case held";

fn limit(resource: Resource, current: Option<u64>) {
    setrlimit(resource, Rlimit { current, maximum: getrlimit(resource).maximum }).unwrap();
}

fn open_files() -> u64 {
    std::fs::read_dir("/proc/self/fd").unwrap().count() as u64
}

/// Bytes of address space in use, and so many MiB on top.
fn memory_and(mebibytes: u64) -> u64 {
    let pages: u64 = std::fs::read_to_string("/proc/self/statm").unwrap().split(' ').next().unwrap().parse().unwrap();
    pages * rustix::param::page_size() as u64 + (mebibytes << 20)
}

fn sound_in_the_end(bench: &Bench) {
    assert_eq!(check(bench.folder.path(), &Known::at(bench, bench.disk.position())), Ok(()));
}

/// Whatever few files it may have: it opens, or says why not.
fn too_few_files_to_open() {
    let bench = Bench::new();
    let all = getrlimit(Resource::Nofile).current;
    let (mut refused, mut opened) = (0, 0);
    for more in 0..40 {
        limit(Resource::Nofile, Some(open_files() + more));
        match bench.try_open() {
            Ok(store) => {
                opened += 1;
                store.close();
            }
            Err(trouble) => {
                assert!(matches!(trouble, OpenTrouble::CannotOpen { .. }), "{trouble}");
                refused += 1;
            }
        }
    }
    limit(Resource::Nofile, all);
    assert!(refused > 0 && opened > 0, "{refused} refused, {opened} opened");
    let mut bench = bench;
    let store = bench.open();
    store.close();
    sound_in_the_end(&bench);
}

/// Once open it needs no further file: work, reading and copying the log go on.
fn no_more_files_while_it_runs() {
    let mut bench = Bench::new();
    let store = bench.open();
    let all = getrlimit(Resource::Nofile).current;
    limit(Resource::Nofile, Some(3));
    assert!(std::fs::File::open("/proc/self/statm").is_err(), "the limit holds");
    bench.round(&store, 20);
    store.read(|reader| reader.query(&COUNT_TRIALS, &[]).map(drop)).wait().unwrap();
    store.close();
    limit(Resource::Nofile, all);
    let told: Vec<_> =
        bench.sent.lock().unwrap().iter().filter(|sent| sent.answer.is_err() && deed(sent.number) != Deed::Fails).cloned().collect();
    assert!(told.is_empty(), "{told:?}");
    sound_in_the_end(&bench);
}

/// The store takes no more than its caches and queues may: a queue that is full, with room for little beside the writer's cache.
fn much_work_in_little_memory() {
    let mut bench = Bench::unlogged();
    let store = bench.open();
    limit(Resource::As, Some(memory_and(80)));
    for _ in 0..10 {
        let from = bench.sent.lock().unwrap().len() as u64;
        let pending: Vec<_> = (0..300).map(|number| (6_000_000 + from + number, send(&store, 6_000_000 + from + number))).collect();
        pending.into_iter().for_each(|(number, pending)| bench.settle(number, 0, pending));
    }
    limit(Resource::As, None);
    store.close();
    let told: Vec<_> =
        bench.sent.lock().unwrap().iter().filter(|sent| sent.answer.is_err() && deed(sent.number) != Deed::Fails).cloned().collect();
    assert!(told.is_empty(), "{told:?}");
    sound_in_the_end(&bench);
}

/// A command that needs more memory than there is fails alone.
fn one_command_too_large() {
    let mut bench = Bench::unlogged();
    let store = bench.open();
    limit(Resource::As, Some(memory_and(64)));
    let actor = kernel::Actor::System("disk".to_owned());
    let huge = store.write(&actor, command_id(7), NOW, |tx| {
        tx.execute(&ADD_HUGE, &params![7_i64])?;
        Ok(store::Outcome { act: "try", accepted: true, subject: None, note: String::new() })
    });
    bench.client(&store, 1, 30);
    let trouble = huge.wait().unwrap_err().to_string();
    assert!(trouble.contains("nothing was changed") && trouble.contains("memory"), "{trouble}");
    limit(Resource::As, None);
    store.close();
    sound_in_the_end(&bench);
}

/// Where there is no room for its threads it says so.
fn no_memory_for_threads() {
    let mut bench = Bench::new();
    let mut refused = 0;
    for mebibytes in [1, 2, 3, 4, 6, 8] {
        limit(Resource::As, Some(memory_and(mebibytes)));
        match bench.try_open() {
            Ok(store) => store.close(),
            Err(trouble) => {
                assert!(matches!(trouble, OpenTrouble::CannotOpen { .. }), "{trouble}");
                refused += 1;
            }
        }
    }
    limit(Resource::As, None);
    assert!(refused > 0);
    let store = bench.open();
    store.close();
    sound_in_the_end(&bench);
}

/// Threads that leave the store's own little of the machine.
const BUSY: usize = 6;
/// Readers of the store, so that many threads have to begin.
const MANY_READERS: usize = 48;

/// Memory that is short from the very moment the store is open: none of its threads needs the system's help to begin any more. A thread that
/// does, and does not get it, aborts the process.
fn no_memory_from_the_moment_it_is_open() {
    let bench = Bench::new();
    let (stop, begun) = (AtomicBool::new(false), Barrier::new(BUSY + 1));
    std::thread::scope(|scope| {
        for _ in 0..BUSY {
            scope.spawn(|| {
                begun.wait();
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        begun.wait();
        for _ in 0..from_environment("BENCHSIDE_DISK_OPENINGS", OPENINGS) {
            let store = bench.try_open_with(store::Options { readers: MANY_READERS, ..options() }).unwrap();
            limit(Resource::As, Some(memory_and(0)));
            // Waits for each of its threads.
            store.close();
            limit(Resource::As, None);
        }
        stop.store(true, Ordering::Relaxed);
    });
    let mut bench = bench;
    let store = bench.open();
    store.close();
    sound_in_the_end(&bench);
}

const CASES: [(&str, fn()); 6] = [
    ("too few files to open", too_few_files_to_open),
    ("no more files while it runs", no_more_files_while_it_runs),
    ("much work in little memory", much_work_in_little_memory),
    ("one command too large", one_command_too_large),
    ("no memory for threads", no_memory_for_threads),
    ("no memory from the moment it is open", no_memory_from_the_moment_it_is_open),
];

#[test]
fn a_machine_with_little_is_told_and_nothing_aborts() {
    for (name, _) in CASES {
        let program = std::env::current_exe().unwrap();
        let child = Command::new(program).args(["--exact", "limits::one_case", "--nocapture"]).env(CASE, name).output().unwrap();
        let (said, wrong) = (String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
        assert!(child.status.success() && said.contains(DONE), "{name}: {}\n{said}\n{wrong}", child.status);
    }
}

/// Does nothing unless it was started by the test above.
#[test]
fn one_case() {
    let Ok(wanted) = std::env::var(CASE) else { return };
    let (_, case) = CASES.iter().find(|(name, _)| *name == wanted).unwrap();
    case();
    #[allow(clippy::print_stdout)]
    let () = println!("{DONE}");
}
