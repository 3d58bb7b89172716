//! Power loss: a day's work is logged, the power goes at some point of it, and what the disk might then hold is opened again.

use crate::check::Known;
use crate::finding::{Files, check_files, check_or_keep};
use crate::work::*;
use disk::{By, Chance, Event, Platter, Survival};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Points of power loss in all.
const POINTS: u64 = 500;
const POINTS_OF_ONE_DAY: u64 = 100;

/// The number in this environment variable, or another.
pub(crate) fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// What the points of one log came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) points: u64,
    pub(crate) findings: Vec<String>,
}

fn survival(chance: &mut Chance) -> Survival {
    match chance.below(5) {
        0 => Survival::Nothing,
        1 => Survival::Everything,
        _ => Survival::Percent(10 + chance.below(81)),
    }
}

/// What lies there when the power comes back.
pub(crate) fn left(platter: &Platter, chance: &mut Chance) -> (Survival, Files) {
    let survival = survival(chance);
    let mut files = platter.lose_power(survival, chance);
    // The index of the log is in memory that is shared, and a stale one may lie there: nothing may rely on it.
    if chance.percent(30) && files.keys().any(|path| path.ends_with(FILE)) {
        let stale: Vec<u8> = (0..4096).flat_map(|_| chance.bits().to_le_bytes()).collect();
        files.insert(PathBuf::from(format!("{FILE}-shm")), stale);
    }
    (survival, files)
}

/// Points of a log after which the power goes, and what is asked of each.
pub(crate) struct Loss<'l> {
    /// What was going on.
    pub(crate) case: String,
    pub(crate) seed: u64,
    /// After so many calls each; sorted.
    pub(crate) cuts: Vec<usize>,
    /// Whose syncs of folders have no effect.
    pub(crate) heedless_of: &'l [By],
    /// What was known before the log began.
    pub(crate) before: Known,
    /// Whether findings are kept; those of a negative control are not.
    pub(crate) keeps: bool,
}

impl<'l> Loss<'l> {
    pub(crate) fn at(case: &str, cuts: Vec<usize>, seed: u64) -> Self {
        Self { case: case.to_owned(), seed, cuts, heedless_of: &[], before: Known::default(), keeps: true }
    }

    pub(crate) fn heedless_of(self, heedless_of: &'l [By]) -> Self {
        Self { heedless_of, ..self }
    }

    /// The power goes at each of the points.
    pub(crate) fn of(&self, bench: &Bench) -> Tally {
        let mut chance = Chance::new(self.seed);
        let log = bench.disk.log();
        let mut platter = Platter::heedless_of(self.heedless_of);
        let mut played = 0;
        let mut tally = Tally::default();
        for &cut in &self.cuts {
            log[played..cut].iter().for_each(|event| platter.play(event));
            played = cut;
            let (survival, files) = left(&platter, &mut chance);
            let known = self.before.and(&Known::at(bench, cut));
            tally.points += 1;
            let case = format!("{}, seed {}, power lost after {cut} of {} calls, {survival:?}", self.case, self.seed, log.len());
            let checked = if self.keeps { check_or_keep(&files, &known, &case) } else { check_files(&files, &known) };
            tally.findings.extend(checked.err());
        }
        tally
    }
}

/// So many points anywhere in a log.
pub(crate) fn anywhere(bench: &Bench, points: u64, seed: u64) -> Vec<usize> {
    let (mut chance, calls) = (Chance::new(!seed), bench.disk.position() as u64);
    let mut cuts: Vec<usize> = (0..points).map(|_| usize::try_from(chance.below(calls + 1)).unwrap()).collect();
    cuts.sort_unstable();
    cuts
}

/// So many of these points, evenly, and the first and last of them.
pub(crate) fn thinned(points: &[usize], wanted: u64) -> Vec<usize> {
    let wanted = usize::try_from(wanted).unwrap().clamp(2, points.len().max(2));
    let mut cuts: Vec<usize> =
        (0..wanted).filter_map(|at| points.get(at * points.len().saturating_sub(1) / (wanted - 1)).copied()).collect();
    cuts.dedup();
    cuts
}

#[test]
fn nothing_answered_is_lost_when_the_power_goes() {
    let (points, seed) = (from_environment("BENCHSIDE_DISK_POINTS", POINTS), from_environment("BENCHSIDE_DISK_SEED", 1));
    let mut done = 0;
    let mut day = 0;
    while done < points {
        let mut bench = Bench::new();
        bench.day();
        assert_full_day(&bench);
        let cuts = anywhere(&bench, POINTS_OF_ONE_DAY.min(points - done), seed + day);
        let tally = Loss::at("a day", cuts, seed + day).of(&bench);
        assert_eq!(tally.findings, Vec::<String>::new());
        done += tally.points;
        day += 1;
    }
    #[allow(clippy::print_stdout)]
    let () = println!("power loss: {done} points on {day} days, first seed {seed}, nothing lost");
}

/// The day had in it what it should.
fn assert_full_day(bench: &Bench) {
    let log = bench.disk.log();
    let mut names: BTreeMap<u64, PathBuf> = BTreeMap::new();
    let (mut begun, mut copied) = (0, 0);
    for event in &log {
        match event {
            Event::Create { path, file } => drop(names.insert(*file, path.clone())),
            Event::Write { file, offset, .. } => {
                let log_file = names[file].display().to_string().ends_with("-wal");
                begun += usize::from(log_file && *offset == 0);
                copied += usize::from(!log_file);
            }
            _ => {}
        }
    }
    assert!(begun > 2, "the log was begun anew beside the two openings: {begun}");
    assert!(copied > 50, "pages were copied: {copied}");
    let sent = bench.sent.lock().unwrap();
    assert!(sent.iter().any(|sent| sent.answer.as_ref().is_ok_and(|done| done.repeated)));
    assert!(sent.iter().any(|sent| sent.answer.is_err() && deed(sent.number) == Deed::Fails));
    assert!(sent.iter().all(|sent| sent.answer.is_ok() || deed(sent.number) == Deed::Fails), "{sent:?}");
}

/// SQLite overlooks it when putting a folder's names on the disk fails, so the store must see to that itself.
#[test]
fn nothing_answered_is_lost_where_sqlites_own_care_for_the_folder_has_no_effect() {
    let mut bench = Bench::new();
    bench.day();
    let loss = Loss::at("SQLite's folder syncs without effect", anywhere(&bench, 100, 7), 7).heedless_of(&[By::Sqlite]);
    assert_eq!(loss.of(&bench).findings, Vec::<String>::new());
}

/// Points of a negative control.
const CONTROL_POINTS: u64 = 60;

/// The same checker must find what these do.
fn finds_loss(machine: store::Disk, heedless_of: &[By], what: &str) {
    let mut bench = Bench::with(machine);
    bench.day();
    let loss = Loss::at(what, anywhere(&bench, CONTROL_POINTS, 11), 11).heedless_of(heedless_of);
    let tally = Loss { keeps: false, ..loss }.of(&bench);
    #[allow(clippy::print_stdout)]
    let () = println!("negative control, {what}: found at {} of {} points", tally.findings.len(), tally.points);
    let lost = |finding: &&String| finding.contains("lost") || finding.contains("gone") || finding.contains("there is no database");
    assert!(tally.findings.iter().any(|finding| lost(&finding)), "{what} was not caught: {:?}", tally.findings);
}

#[test]
fn commits_that_do_not_wait_for_the_disk_are_caught() {
    finds_loss(store::Disk { synchronous_off: true, ..store::Disk::default() }, &[], "synchronous=OFF");
}

#[test]
fn answers_before_the_commit_are_caught() {
    finds_loss(store::Disk { acknowledge_before_commit: true, ..store::Disk::default() }, &[], "answered before the commit");
}

#[test]
fn a_folder_that_is_never_synced_is_caught() {
    finds_loss(store::Disk::default(), &[By::Sqlite, By::Program], "folder never synced");
}
