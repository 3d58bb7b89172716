//! `names`: what it costs to find a patient among a million, whatever is typed. `cargo run --release -p growth --bin names`.
#![allow(clippy::print_stdout, reason = "the table is this program's output")]

use chance::Chance;
use growth::fill;
use ingest::measure::wait_for_calm;
use ingest::procfs::machine;
use ingest::program;
use ingest::statistics::Waits;
use ingest::storage::Database;
use kernel::{Actor, CommandId, PatientId, Realm, Timestamp, asked_words};
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use store::repositories::patient_search::{Asked, search};
use store::repositories::patients::{PatientRecord, Registration, add_patients};
use store::{Opening, Outcome, Store, Target};
use uuid::Uuid;

const USAGE: &str = "usage: names [--engine sqlite|postgres] [--patients 1000000] [--searches 500] [--postgres URL]
  --patients N   patients; 40 in 100 are called Nguyen, the other names follow Zipf's law
  --searches N   searches of each kind
  --postgres     a server to make the database on; else BENCHSIDE_TEST_POSTGRES";

/// Patients registered by one command.
const AT_ONCE: u64 = 5_000;
/// Rows of a page of patients.
const PAGE: u32 = 50;
/// Family names beside the most common one, and given names of each sex.
const FAMILY_NAMES: u64 = 20_000;
const GIVEN_NAMES: u64 = 3_000;
const SYLLABLES: [&str; 24] = [
    "an", "ba", "chi", "do", "el", "fa", "go", "ha", "in", "jo", "ka", "li", "mo", "na", "or", "pi", "qua", "ro", "sa", "ti", "ul", "va",
    "wi", "za",
];

struct Options {
    postgres: Option<String>,
    patients: u64,
    searches: u64,
}

fn main() -> ExitCode {
    program::run(USAGE, read, |options, bench| program::in_work_directory(bench, |directory| measure(options, directory, bench)))
}

fn read(words: impl Iterator<Item = String>, _: &Path, server: Option<String>) -> Result<Options, String> {
    let words: Vec<String> = words.collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut options = Options { postgres: None, patients: 1_000_000, searches: 500 };
    let (mut engine, mut server) = ("sqlite", server);
    for pair in words.chunks(2) {
        let number = |value: &str| value.parse().ok().filter(|number| *number > 0).ok_or(format!("{value}: not a number above 0\n{USAGE}"));
        match pair {
            ["--engine", value] => engine = value,
            ["--postgres", value] => server = Some((*value).to_owned()),
            ["--patients", value] => options.patients = number(value)?,
            ["--searches", value] => options.searches = number(value)?,
            _ => return Err(format!("{} is not known or lacks its value\n{USAGE}", pair.join(" "))),
        }
    }
    match (engine, server) {
        ("sqlite", _) => Ok(options),
        ("postgres", Some(server)) => Ok(Options { postgres: Some(server), ..options }),
        _ => Err(format!("--engine {engine}: name sqlite, or postgres and a server\n{USAGE}")),
    }
}

fn measure(options: &Options, directory: &Path, bench: &Path) -> Result<(), String> {
    let (directory, name) = (&directory.join("database"), format!("names_{}", std::process::id()));
    let (database, engine) = match &options.postgres {
        Some(server) => (Database::Postgres { server: server.clone(), name }, "PostgreSQL"),
        None => (Database::Sqlite(directory.clone()), "SQLite"),
    };
    database.create(None)?;
    let target = database.url().map_or_else(|| Target::Sqlite(directory.join("benchside.db")), Target::Postgres);
    let measured = at(options, &target);
    database.remove()?;
    let (filled, kinds) = measured?;
    println!(
        "{engine}, {} patients registered in {:.0} s; {} searches of each kind, milliseconds:",
        options.patients, filled, options.searches
    );
    for (kind, waits) in &kinds {
        println!(
            "  {kind:<42} p50 {:>7.2}   p99 {:>7.2}   most {:>7.2}",
            waits.percentile(50.0),
            waits.percentile(99.0),
            waits.percentile(100.0)
        );
    }
    let row = |(kind, waits): &(&str, Waits)| json!({ "kind": kind, "p50_ms": waits.percentile(50.0), "p99_ms": waits.percentile(99.0) });
    let kinds: Vec<Value> = kinds.iter().map(row).collect();
    let all =
        json!({ "about": machine(directory), "engine": engine, "patients": options.patients, "fill_seconds": filled, "kinds": kinds });
    program::keep(bench, &format!("names-{}", engine.to_lowercase()), &all)
}

type Measured = (f64, Vec<(&'static str, Waits)>);

/// Fills a database and searches it.
fn at(options: &Options, target: &Target) -> Result<Measured, String> {
    let store = Store::open(target, Realm::Validation, Opening::CreateOrOpen, fill::options()).map_err(|trouble| trouble.to_string())?;
    let began = Instant::now();
    for from in (0..options.patients).step_by(AT_ONCE as usize) {
        register(&store, from, (from + AT_ONCE).min(options.patients))?;
    }
    let filled = began.elapsed().as_secs_f64();
    let pressure = wait_for_calm();
    println!("  {pressure:?} before the searches");
    let mut kinds = Vec::new();
    for (kind, ask) in KINDS {
        // Warm as a server is that has run for a while, but not with the same searches.
        run(&store, options, 7, *ask)?;
        kinds.push((*kind, Waits::new(run(&store, options, 11, *ask)?)));
    }
    store.close();
    Ok((filled, kinds))
}

fn register(store: &Store, from: u64, to: u64) -> Result<(), String> {
    let command = CommandId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(from)));
    let now = Timestamp::from_micros(1_767_225_600_000_000);
    let act = move |tx: &mut store::Tx<'_>| {
        let patients: Vec<PatientRecord> = (from..to).map(patient).collect();
        add_patients(tx, &patients.iter().collect::<Vec<_>>(), &Registration::default(), now)?;
        Ok(Outcome { act: "fill", accepted: true, subject: None, note: String::new() })
    };
    let done = store.write(&Actor::System("growth".to_owned()), command, now, act).wait();
    done.map(drop).map_err(|trouble| trouble.to_string())
}

fn run(store: &Store, options: &Options, seed: u64, ask: Ask) -> Result<Vec<Duration>, String> {
    let mut chance = Chance::new(seed);
    let one = |_| {
        let asked = ask(&patient(chance.below(options.patients)));
        let began = Instant::now();
        let found = store.read(move |reader| search(reader, &asked, PAGE)).wait();
        found.map(|_| began.elapsed()).map_err(|trouble| trouble.to_string())
    };
    (0..options.searches).map(one).collect()
}

/// What is typed of a patient who is looked for.
type Ask = fn(&PatientRecord) -> Asked;

const KINDS: &[(&str, Ask)] = &[
    ("the name four in ten have", |_| words("nguyen")),
    ("one letter", |patient| words(&head(&patient.family_name, 1))),
    ("the letter most names begin with", |_| words("n")),
    ("two letters of two common names", |_| words("ng th")),
    ("two names that most have", |_| words("nguyen thi")),
    ("three names that most have", |_| words("nguyen thi an")),
    ("three names that hardly go together", |_| words("nguyen thi van")),
    ("family name", |patient| words(&patient.family_name)),
    ("all names", |patient| words(&format!("{} {}", patient.family_name, patient.given_name))),
    ("three letters of each name", |patient| words(&format!("{} {}", head(&patient.family_name, 3), head(&patient.given_name, 3)))),
    ("a letter of each name", |patient| words(&format!("{} {}", head(&patient.family_name, 1), head(&patient.given_name, 1)))),
    ("family name and birth date", |patient| Asked { born: Some(patient.birth_date.clone()), ..words(&patient.family_name) }),
    ("family name and birth year", |patient| Asked { born: Some(head(&patient.birth_date, 4)), ..words(&patient.family_name) }),
    ("birth date", |patient| Asked { born: Some(patient.birth_date.clone()), ..Asked::default() }),
    ("birth year", |patient| Asked { born: Some(head(&patient.birth_date, 4)), ..Asked::default() }),
    ("record number", |patient| Asked { number: Some(patient.mrn.clone()), ..Asked::default() }),
    ("a name nobody has", |_| words("xylophon nguyen")),
];

fn words(typed: &str) -> Asked {
    Asked { words: asked_words(typed), ..Asked::default() }
}

fn head(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// A patient by number: always the same.
fn patient(number: u64) -> PatientRecord {
    let mut chance = Chance::new(number);
    let female = chance.percent(50);
    let family = if chance.percent(40) { "Nguyễn".to_owned() } else { name(3 + zipf(&mut chance, FAMILY_NAMES), 3) };
    // Three of four have a middle name, of women "Thị" and of men "Văn" mostly.
    let middle = match (chance.below(4), female) {
        (0, _) => String::new(),
        (1 | 2, true) => "Thị ".to_owned(),
        (1 | 2, false) => "Văn ".to_owned(),
        _ => format!("{} ", name(zipf(&mut chance, GIVEN_NAMES), 2)),
    };
    let given = name(zipf(&mut chance, GIVEN_NAMES) * 2 + u64::from(female), 2);
    let (year, month, day) = (1930 + chance.below(95), 1 + chance.below(12), 1 + chance.below(28));
    PatientRecord {
        id: PatientId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number))),
        mrn: format!("{number:08}"),
        family_name: family,
        given_name: format!("{middle}{given}"),
        birth_date: format!("{year}-{month:02}-{day:02}"),
        sex: if female { "F" } else { "M" }.to_owned(),
    }
}

/// The `n`th most common with the probability of `1 / n`, as good as: the logarithm of the rank is spread evenly.
fn zipf(chance: &mut Chance, names: u64) -> u64 {
    let bits = 64 - names.leading_zeros();
    let scale = 1_u64 << chance.below(u64::from(bits));
    (scale + chance.below(scale)).min(names) - 1
}

/// A name by its rank, of at least so many syllables less one.
fn name(rank: u64, syllables: usize) -> String {
    let mut left = rank;
    let mut text = String::new();
    for at in 0..6 {
        if at >= syllables - 1 && left == 0 {
            break;
        }
        let number = usize::try_from(left % 24).unwrap_or(0);
        text.push_str(SYLLABLES.get(number).unwrap_or(&"an"));
        left /= 24;
    }
    text
}
