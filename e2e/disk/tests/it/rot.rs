//! Torn and rotten pages: a log that ends in the middle of a page, and bits that are not what was written.

use crate::check::{Known, by_audit, by_sqlite, content, work_on};
use crate::finding::{Files, keep, put};
use crate::power::from_environment;
use crate::work::*;
use disk::{Chance, Event, Platter, Survival};
use std::collections::{BTreeMap, BTreeSet};

/// Flips in the everyday run.
const FLIPS: u64 = 200;
const SECTOR: usize = 512;

/// A database whose beginning was copied from the log, and whose end stands in the log only.
fn bench() -> Bench {
    let mut bench = Bench::with(store::Disk::default()).never_copying();
    let store = bench.open();
    bench.client(&store, 1, 600);
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
    for cut in 0..=(24 + page_size(&whole)) / SECTOR + 1 {
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
    assert_eq!(cuts, 36);
}

/// What became of a flip.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Fate {
    /// Everything is as it should be.
    Harmless,
    /// The store says that something is wrong, when it opens the file or works on it.
    ToldByStore,
    /// SQLite's own check of the file finds it.
    ToldBySqlite,
    /// Only the journal, its seals and its digests of records find it.
    ToldByAudit,
    /// Something is wrong and nothing says so: only who knows what should be there sees it.
    Silent,
}

fn fate(files: &Files, known: &Known) -> (Fate, String) {
    let folder = folder();
    put(files, folder.path());
    let known = match work_on(folder.path(), known) {
        Ok(known) => known,
        Err(finding) => return (Fate::ToldByStore, finding),
    };
    let file = folder.path().join(FILE);
    for (fate, findings) in [(Fate::ToldBySqlite, by_sqlite(&file)), (Fate::ToldByAudit, by_audit(&file))] {
        if !findings.is_empty() {
            return (fate, findings.join("; "));
        }
    }
    match content(&file, &known) {
        Ok(()) => (Fate::Harmless, String::new()),
        Err(finding) if finding.starts_with("cannot be read") => (Fate::ToldByStore, finding),
        Err(finding) => (Fate::Silent, finding),
    }
}

/// Tables of this test's own, of whose rows nobody keeps a digest.
const UNSEALED: [&str; 3] = ["trial", "part", "tally"];

/// Tables of the store in which the work of these tests leaves rows: no flip in them may be silent.
const RECORDS: [&str; 3] = ["patient", "journal", "seal"];

/// As the database's header has it.
fn page_size(files: &Files) -> usize {
    let (_, database) = files.iter().find(|(path, _)| path.ends_with(FILE)).unwrap();
    usize::from(u16::from_be_bytes(database[16..18].try_into().unwrap()))
}

/// What each page of the database file is for.
struct Pages {
    size: usize,
    /// Pages of which the log holds a newer state.
    newer_in_log: BTreeSet<usize>,
    table: BTreeMap<usize, String>,
}

impl Pages {
    fn of(files: &Files) -> Self {
        let size = page_size(files);
        let mut files = files.clone();
        // A log is a header of 32 bytes, then frames: the number of the page, 20 bytes more, the page.
        let frames = log_of(&mut files)[32..].chunks_exact(24 + size).map(|frame| u32::from_be_bytes(frame[..4].try_into().unwrap()));
        let newer_in_log = frames.map(|page| usize::try_from(page).unwrap()).collect();
        let folder = folder();
        put(&files, folder.path());
        let connection = rusqlite::Connection::open(folder.path().join(FILE)).unwrap();
        let mut statement = connection
            .prepare("SELECT s.pageno, coalesce(m.tbl_name, s.name) FROM dbstat s LEFT JOIN sqlite_schema m ON m.name = s.name")
            .unwrap();
        let rows = statement.query_map([], |row| Ok((usize::try_from(row.get::<_, i64>(0)?).unwrap(), row.get(1)?))).unwrap();
        Self { size, newer_in_log, table: rows.map(Result::unwrap).collect() }
    }

    /// A byte of a page that holds records or their journal, and that the log has not replaced.
    fn of_records(&self, chance: &mut Chance) -> usize {
        let held =
            |(page, table): (&usize, &String)| (RECORDS.contains(&table.as_str()) && !self.newer_in_log.contains(page)).then_some(*page);
        let pages: Vec<usize> = self.table.iter().filter_map(held).collect();
        assert!(pages.len() > 10, "only {} pages hold records", pages.len());
        let page = pages[usize::try_from(chance.below(pages.len() as u64)).unwrap()];
        (page - 1) * self.size + usize::try_from(chance.below(self.size as u64)).unwrap()
    }

    /// What the byte at this place of the database file is for.
    fn use_of(&self, at: usize) -> String {
        let page = at / self.size + 1;
        match self.table.get(&page) {
            _ if self.newer_in_log.contains(&page) => "database, a page that is newer in the log".to_owned(),
            Some(table) => format!("database, table {table}"),
            None => "database, a free page".to_owned(),
        }
    }
}

/// SQLite has checksums over its log, where the store tells what SQLite takes for the log's end, and none over its tables. There the digests that
/// the journal keeps of records must find every flip that changes one; what is silent can only lie in tables that hold no records.
#[test]
fn flipped_bits_are_told_and_in_records_none_is_silent() {
    let (flips, seed) = (from_environment("BENCHSIDE_DISK_FLIPS", FLIPS), from_environment("BENCHSIDE_DISK_SEED", 1));
    let bench = bench();
    let log = bench.disk.log();
    let sync = last_commit(&log);
    let known = Known::at(&bench, log.len());
    let whole = files(&log, sync + 1);
    assert_eq!(fate(&whole, &known), (Fate::Harmless, String::new()), "without a flip all is well");
    let ends = commit_ends(&log, sync + 1);
    // A flip in the last commit looks like a power loss, and one in its checksum hides the one before it.
    let provable = ends[ends.len() - 3];
    let pages = Pages::of(&whole);
    let mut chance = Chance::new(seed);
    let mut tally: BTreeMap<String, BTreeMap<Fate, u64>> = BTreeMap::new();
    for _ in 0..flips {
        let mut rotten = whole.clone();
        let (in_log, of_records) = (chance.percent(35), chance.percent(50));
        let bytes = match in_log {
            true => log_of(&mut rotten),
            false => rotten.iter_mut().find(|(path, _)| path.ends_with(FILE)).map(|(_, bytes)| bytes).unwrap(),
        };
        let anywhere = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
        let (at, bit) = (if of_records && !in_log { pages.of_records(&mut chance) } else { anywhere }, chance.below(8));
        bytes[at] ^= 1 << bit;
        let place = match in_log {
            true if at < provable => "log, in front of the last commits".to_owned(),
            true => "log, its last commits".to_owned(),
            false => pages.use_of(at),
        };
        let (fate, words) = fate(&rotten, &known);
        let as_it_should = match fate {
            Fate::Silent => at >= provable && in_log || UNSEALED.iter().any(|table| place.ends_with(&format!("table {table}"))),
            Fate::ToldByStore => true,
            _ => !in_log || at >= provable,
        };
        if !as_it_should {
            panic!("{}", keep(&rotten, &known, &format!("seed {seed}, bit {bit} of byte {at}, {place}: {fate:?} {words}")));
        }
        *tally.entry(place).or_default().entry(fate).or_default() += 1;
    }
    for (place, fates) in &tally {
        #[allow(clippy::print_stdout)]
        let () = println!("rot: {place}: {fates:?}");
    }
    let count = |wanted| tally.values().filter_map(|fates| fates.get(&wanted)).sum::<u64>();
    let all = [Fate::Harmless, Fate::ToldByStore, Fate::ToldBySqlite, Fate::ToldByAudit, Fate::Silent].map(|fate| (fate, count(fate)));
    #[allow(clippy::print_stdout)]
    let () = println!("rot: {flips} flips, seed {seed}: {all:?}");
    assert_eq!(all.iter().map(|(_, count)| count).sum::<u64>(), flips);
    assert!(count(Fate::ToldByStore) > 0 && count(Fate::ToldByAudit) > 0, "{all:?}");
}
