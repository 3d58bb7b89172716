//! Torn and rotten pages: a log that ends in the middle of a page, and bits that are not what was written.

use crate::check::{Known, content, sound, work_on};
use crate::power::{from_environment, put};
use crate::work::*;
use disk::{Chance, Event, Platter, Survival};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Flips in the everyday run.
const FLIPS: u64 = 200;
const SECTOR: usize = 512;

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A database whose beginning was copied from the log, and whose end stands in the log only.
fn bench() -> Bench {
    let mut bench = Bench::with(store::Disk::default()).never_copying();
    let store = bench.open();
    bench.client(&store, 1, 60);
    store.close();
    let store = bench.open();
    bench.client(&store, 2, 40);
    // Held open: closing would copy the log.
    let Ok(()) = std::thread::spawn(move || drop(store)).join() else { panic!("closing failed") };
    bench
}

/// Where the last sync of the log stands, before the log was copied at the end.
fn last_commit(log: &[Event]) -> usize {
    let mut logs = Vec::new();
    let mut end = 0;
    let mut last = 0;
    for (at, event) in log.iter().enumerate() {
        match event {
            Event::Create { path, file } if path.to_string_lossy().ends_with("-wal") => logs.push(*file),
            // The last thing before a page is written to the database itself again is the last commit, and the sync before copying.
            Event::Write { file, .. } if logs.contains(file) => end = at,
            Event::Sync { file } if logs.contains(file) && end > last => last = at,
            _ => {}
        }
    }
    last
}

/// Up to where the last log was covered by each of its commits, up to this event.
fn commit_ends(log: &[Event], until: usize) -> Vec<usize> {
    let last = log[..until].iter().rev().find_map(|event| match event {
        Event::Create { path, file } if path.to_string_lossy().ends_with("-wal") => Some(*file),
        _ => None,
    });
    let (mut end, mut ends) = (0, Vec::new());
    for event in &log[..until] {
        match event {
            Event::Write { file, offset, bytes } if Some(*file) == last => end = usize::try_from(*offset).unwrap() + bytes.len(),
            Event::Sync { file } if Some(*file) == last && ends.last() != Some(&end) => ends.push(end),
            _ => {}
        }
    }
    ends
}

/// The files up to this event, everything on the disk.
fn files(log: &[Event], until: usize) -> Files {
    let mut platter = Platter::default();
    log[..until].iter().for_each(|event| platter.play(event));
    platter.lose_power(Survival::Nothing, &mut Chance::new(0))
}

fn log_of(files: &mut Files) -> &mut Vec<u8> {
    files.iter_mut().find(|(path, _)| path.to_string_lossy().ends_with("-wal")).map(|(_, bytes)| bytes).unwrap()
}

#[test]
fn a_last_page_that_is_cut_anywhere_is_a_commit_that_never_was() {
    let bench = bench();
    let log = bench.disk.log();
    let sync = last_commit(&log);
    // Nobody was answered before the sync.
    let known = Known::at(&bench, sync);
    let whole = files(&log, sync + 1);
    let mut cuts = 0;
    for cut in 0..=(24 + 4096) / SECTOR + 1 {
        for zeros in [false, true] {
            let mut torn = whole.clone();
            let bytes = log_of(&mut torn);
            let end = bytes.len() - cut * SECTOR;
            if zeros {
                bytes[end..].fill(0)
            } else {
                bytes.truncate(end)
            }
            let folder = folder();
            put(&torn, folder.path());
            assert_eq!(crate::check::check(folder.path(), &known), Ok(()), "cut {cut} sectors before the end, zeros: {zeros}");
            cuts += 1;
        }
    }
    assert_eq!(cuts, 20);
}

/// What became of a flip.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Fate {
    /// Everything is as it should be.
    Harmless,
    /// The store, or the look at the file, says that something is wrong.
    Told,
    /// Something is wrong and nothing says so: only who knows what should be there sees it.
    Silent,
}

fn fate(files: &Files, known: &Known) -> (Fate, String) {
    let folder = folder();
    put(files, folder.path());
    let known = match work_on(folder.path(), known) {
        Ok(known) => known,
        Err(finding) => return (Fate::Told, finding),
    };
    let findings = sound(&folder.path().join(FILE));
    match content(&folder.path().join(FILE), &known) {
        _ if !findings.is_empty() => (Fate::Told, findings.join("; ")),
        Ok(()) => (Fate::Harmless, String::new()),
        Err(finding) if finding.starts_with("cannot be read") => (Fate::Told, finding),
        Err(finding) => (Fate::Silent, finding),
    }
}

/// SQLite has checksums over its log, where the store tells what SQLite takes for the log's end, and none over its tables. What nobody can tell
/// is counted here, and is what digests of rows are for: they belong into [`sound`].
#[test]
fn flipped_bits_are_told_or_counted() {
    let (flips, seed) = (from_environment("BENCHSIDE_DISK_FLIPS", FLIPS), from_environment("BENCHSIDE_DISK_SEED", 1));
    let bench = bench();
    let log = bench.disk.log();
    let sync = last_commit(&log);
    let known = Known::at(&bench, log.len());
    let whole = files(&log, sync + 1);
    assert_eq!(fate(&whole, &known).0, Fate::Harmless, "without a flip all is well");
    let ends = commit_ends(&log, sync + 1);
    // A flip in the last commit looks like a power loss, and one in its checksum hides the one before it.
    let provable = ends[ends.len() - 3];
    let mut chance = Chance::new(seed);
    let mut tally: BTreeMap<(&str, Fate), u64> = BTreeMap::new();
    for _ in 0..flips {
        let mut rotten = whole.clone();
        let place = if chance.percent(60) { "database" } else { "log" };
        let bytes = match place {
            "log" => log_of(&mut rotten),
            _ => rotten.iter_mut().find(|(path, _)| path.ends_with(FILE)).map(|(_, bytes)| bytes).unwrap(),
        };
        let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
        bytes[at] ^= 1 << chance.below(8);
        let (fate, words) = fate(&rotten, &known);
        assert!(place != "log" || at >= provable || fate == Fate::Told, "byte {at} of the log, {provable} provable: {fate:?} {words}");
        *tally.entry((place, fate)).or_default() += 1;
    }
    let count = |fate| tally.iter().filter(|((_, of), _)| *of == fate).map(|(_, count)| count).sum::<u64>();
    #[allow(clippy::print_stdout)]
    let () = println!("rot: {flips} flips, seed {seed}: {tally:?}");
    assert_eq!(count(Fate::Harmless) + count(Fate::Told) + count(Fate::Silent), flips);
    assert!(count(Fate::Told) > 0, "{tally:?}");
}
