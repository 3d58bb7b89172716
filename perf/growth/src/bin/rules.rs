//! `rules`: what it costs to load the catalogue, and to choose interval, critical limit and flags for one result. `cargo xtask bench --rules`.
#![allow(clippy::print_stdout, reason = "the table is this program's output")]

use catalogue::{Catalogue, EditionFiles, Flagged, Selection, Test};
use ingest::procfs::machine;
use ingest::program;
use kernel::{AgeAtCollection, Decimal, Number, Sex};
use serde_json::json;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

const USAGE: &str = "usage: rules [--runs 21]
  --runs N   runs of each, alternating with its anchor; what is printed is the median";

/// The edition that ships with the program, file by file.
const FILES: [(&str, &str); 17] = [
    ("edition.toml", include_str!("../../../../content/catalogue/edition.toml")),
    ("containers.csv", include_str!("../../../../content/catalogue/containers.csv")),
    ("test_containers.csv", include_str!("../../../../content/catalogue/test_containers.csv")),
    ("tests.csv", include_str!("../../../../content/catalogue/tests.csv")),
    ("panels.csv", include_str!("../../../../content/catalogue/panels.csv")),
    ("methods.csv", include_str!("../../../../content/catalogue/methods.csv")),
    ("critical_limits.csv", include_str!("../../../../content/catalogue/critical_limits.csv")),
    ("absurd_limits.csv", include_str!("../../../../content/catalogue/absurd_limits.csv")),
    ("delta_limits.csv", include_str!("../../../../content/catalogue/delta_limits.csv")),
    ("measuring_ranges.csv", include_str!("../../../../content/catalogue/measuring_ranges.csv")),
    ("interference_limits.csv", include_str!("../../../../content/catalogue/interference_limits.csv")),
    ("reference_intervals.csv", include_str!("../../../../content/catalogue/reference_intervals.csv")),
    ("martin_hopkins_factors.csv", include_str!("../../../../content/catalogue/martin_hopkins_factors.csv")),
    ("rejection_reasons.csv", include_str!("../../../../content/catalogue/rejection_reasons.csv")),
    ("allowable_errors.csv", include_str!("../../../../content/catalogue/allowable_errors.csv")),
    ("coded_choices.csv", include_str!("../../../../content/catalogue/coded_choices.csv")),
    ("policies.csv", include_str!("../../../../content/catalogue/policies.csv")),
];

/// Ages in days: newborn, a week, a month less a bit, infant, child, adolescent, adult, old.
const AGES: [u32; 8] = [0, 7, 30, 200, 2_000, 5_500, 13_000, 30_000];

fn main() -> ExitCode {
    program::run(USAGE, read, measure)
}

fn read(words: impl Iterator<Item = String>, _: &Path, _: Option<String>) -> Result<usize, String> {
    let words: Vec<String> = words.collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(21),
        ["--runs", runs] => runs.parse().ok().filter(|runs| *runs > 0).ok_or(format!("{runs}: not a number above 0\n{USAGE}")),
        other => Err(format!("{} is not known\n{USAGE}", other.join(" "))),
    }
}

fn measure(runs: &usize, bench: &Path) -> Result<(), String> {
    let files = || EditionFiles::new(FILES.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let load = || files().and_then(|files| files.read()).map_err(|troubles| format!("the shipped edition: {troubles:?}"));
    let catalogue = load()?;
    let patients: Vec<Patient> = AGES
        .into_iter()
        .flat_map(|days| [Sex::Female, Sex::Male].map(|sex| Patient::of(days, sex)))
        .collect::<Option<_>>()
        .ok_or("no age")?;
    let codes: BTreeMap<&str, &Test> = catalogue.tests().map(|test| (test.code.as_str(), test)).collect();
    let choices = patients.len() * catalogue.tests().count();
    let (mut loads, mut parses, mut chooses, mut finds) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..*runs {
        loads.push(seconds(|| black_box(load()).map(drop))?);
        parses.push(seconds(parse)?);
        chooses.push(seconds(|| choose(&catalogue, &patients))?);
        finds.push(seconds(|| find(&catalogue, &codes, patients.len()))?);
    }
    let [loaded, parsed, chosen, found] = [loads, parses, chooses, finds].map(median);
    let each = 1e9 / choices as f64;
    println!(
        "  load the edition       {:.2} ms, to be at most 50; its CSV alone {:.2} ms, ratio {:.2}",
        loaded * 1e3,
        parsed * 1e3,
        parsed / loaded
    );
    println!(
        "  interval, limit, flags {:.0} ns a result, to be at most 2,000 ({choices} results); the test alone {:.0} ns",
        chosen * each,
        found * each
    );
    let numbers = json!({ "machine": machine(Path::new(".")), "runs": runs, "load_seconds": loaded, "csv_seconds": parsed,
        "choose_nanoseconds": chosen * each, "find_nanoseconds": found * each, "results": choices });
    program::keep(bench, "rules", &numbers)
}

/// Whose result it is.
struct Patient {
    sex: Sex,
    age: AgeAtCollection,
}

impl Patient {
    fn of(days: u32, sex: Sex) -> Option<Self> {
        AgeAtCollection::from_days(Decimal::from(days)).map(|age| Self { sex, age })
    }
}

/// For every test and patient, all that is chosen and said of one value.
fn choose(catalogue: &Catalogue, patients: &[Patient]) -> Result<(), String> {
    let value = Number::exactly(Decimal::new(42, 1));
    for test in catalogue.tests() {
        for patient in patients {
            let selection =
                Selection { sex: patient.sex, age: patient.age, conditions: &[], specimen: None, method: None, instrument: None };
            let interval = catalogue.intervals().choose(&test.code, &selection);
            let critical = catalogue.critical_limits().choose(&test.code, &selection);
            black_box(Flagged::of(&value, test.decimals, &interval, &critical));
        }
    }
    Ok(())
}

/// The anchor: finding the test of each result by its code, and nothing more.
fn find(catalogue: &Catalogue, codes: &BTreeMap<&str, &Test>, times: usize) -> Result<(), String> {
    for test in catalogue.tests() {
        for _ in 0..times {
            black_box(codes.get(black_box(test.code.as_str())));
        }
    }
    Ok(())
}

/// The anchor: the cells of every table, and nothing made of them.
fn parse() -> Result<(), String> {
    for (name, text) in FILES.iter().filter(|(name, _)| name.ends_with(".csv")) {
        for record in csv::Reader::from_reader(text.as_bytes()).records() {
            black_box(record.map_err(|error| format!("{name}: {error}"))?);
        }
    }
    Ok(())
}

fn seconds(work: impl FnOnce() -> Result<(), String>) -> Result<f64, String> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed().as_secs_f64())
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
