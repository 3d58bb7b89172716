//! `audit`: what `audit verify` costs, against bare SHA-256 over pieces of the same lengths in the same run. `cargo xtask bench --audit`.
#![allow(clippy::print_stdout, reason = "the table is this program's output")]

use growth::dataset::Dataset;
use growth::fill;
use growth::pieces::{Pieces, Took, read_bare, read_bare_chain};
use ingest::measure::wait_for_calm;
use ingest::procfs::{cpu, cpu_of_family, machine};
use ingest::program;
use ingest::storage::{Database, sqlite_file};
use kernel::Realm;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;
use store::audit::Limits;
use store::{Opening, Store, Target};

const USAGE: &str = "usage: audit [--engine sqlite|postgres] [--results 1000000] [--runs 5] [--postgres URL]
  --results N    results in the database; as many examinations, and a journal entry for each 25, stand beside them
  --runs N       runs; what is printed is the median
  --postgres     a server to make the database on; else BENCHSIDE_TEST_POSTGRES";

/// Times that the chain alone is looked at, and its pieces are hashed and read, in a row: once takes too little to be told.
const CHAIN_PASSES: u32 = 20;

struct Options {
    postgres: Option<String>,
    results: u64,
    runs: usize,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        // A process of its own for each look, so that its memory is nobody else's.
        ["--look", "sqlite", file] => program::ended(look(&Target::Sqlite(PathBuf::from(file)))),
        ["--look", "postgres", url] => program::ended(look(&Target::Postgres((*url).to_owned()))),
        ["--look-at-chain", "sqlite", file] => program::ended(look_at_chain(&Target::Sqlite(PathBuf::from(file)))),
        ["--look-at-chain", "postgres", url] => program::ended(look_at_chain(&Target::Postgres((*url).to_owned()))),
        _ => program::run(USAGE, read, |options, bench| program::in_work_directory(bench, |directory| measure(options, directory, bench))),
    }
}

fn read(words: impl Iterator<Item = String>, _: &Path, server: Option<String>) -> Result<Options, String> {
    let words: Vec<String> = words.collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut options = Options { postgres: None, results: 1_000_000, runs: 5 };
    let (mut engine, mut server) = ("sqlite", server);
    for pair in words.chunks(2) {
        let number =
            |value: &str| value.parse::<u64>().ok().filter(|number| *number > 0).ok_or(format!("{value}: not a number above 0\n{USAGE}"));
        match pair {
            ["--engine", value] => engine = value,
            ["--postgres", value] => server = Some((*value).to_owned()),
            ["--results", value] => options.results = number(value)?,
            ["--runs", value] => options.runs = number(value)? as usize,
            _ => return Err(format!("{} is not known or lacks its value\n{USAGE}", pair.join(" "))),
        }
    }
    match (engine, server) {
        ("sqlite", _) => Ok(options),
        ("postgres", Some(server)) => Ok(Options { postgres: Some(server), ..options }),
        _ => Err(format!("--engine {engine}: name sqlite, or postgres and a server\n{USAGE}")),
    }
}

/// One look at everything, told as a line of JSON.
fn look(target: &Target) -> Result<(), String> {
    let store = open(target, store::Options::default(), Opening::Existing)?;
    let (own, before, began) = (std::process::id(), cpu(std::process::id()), Instant::now());
    let report = store::audit::verify(&store, None, Limits::default()).map_err(|trouble| trouble.to_string())?;
    let (seconds, cpu_seconds) = (began.elapsed().as_secs_f64(), cpu(own) - before);
    if !report.is_sound() {
        return Err(format!("the filled database is not sound:\n{report}"));
    }
    let peak = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = peak.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse::<f64>().ok());
    println!(
        "{}",
        json!({ "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_megabytes": peak.unwrap_or(0.0) * 1_024.0 / 1e6,
                "entries": report.entries, "records": report.records })
    );
    store.close();
    Ok(())
}

/// Looks at the chain alone, so many times over that processor time, which is counted in hundredths of a second, can be told. One line of JSON.
fn look_at_chain(target: &Target) -> Result<(), String> {
    let store = open(target, store::Options::default(), Opening::Existing)?;
    let (own, before, began) = (std::process::id(), cpu(std::process::id()), Instant::now());
    let mut entries = 0;
    for _ in 0..CHAIN_PASSES {
        let report = store::audit::verify_chain(&store, None, Limits::default()).map_err(|trouble| trouble.to_string())?;
        if !report.is_sound() {
            return Err(format!("the filled database is not sound:\n{report}"));
        }
        entries = report.entries;
    }
    let (seconds, cpu_seconds) = (began.elapsed().as_secs_f64(), cpu(own) - before);
    println!("{}", json!({ "seconds": seconds, "cpu_seconds": cpu_seconds, "entries": entries, "passes": CHAIN_PASSES }));
    store.close();
    Ok(())
}

fn open(target: &Target, options: store::Options, opening: Opening) -> Result<Store, String> {
    Store::open(target, Realm::Demonstration, opening, options).map_err(|trouble| trouble.to_string())
}

/// Fills a database, measures, and removes it, also after a failure.
fn measure(options: &Options, directory: &Path, bench: &Path) -> Result<(), String> {
    let (directory, name) = (&directory.join("database"), format!("audit_{}", std::process::id()));
    let database = match &options.postgres {
        None => Database::Sqlite(directory.clone()),
        Some(server) => Database::Postgres { server: server.clone(), name },
    };
    let measured = fill_and_look(options, &database, directory);
    let removed = database.remove();
    program::keep(bench, "audit", &measured?)?;
    removed
}

fn fill_and_look(options: &Options, database: &Database, directory: &Path) -> Result<Value, String> {
    database.create(None)?;
    let about = machine(directory);
    let (kind, place) = match database.url() {
        Some(url) => ("postgres", url),
        None => ("sqlite", directory.join("laboratory.db").display().to_string()),
    };
    let target = if kind == "sqlite" { Target::Sqlite(PathBuf::from(&place)) } else { Target::Postgres(place.clone()) };
    let (began, dataset) = (Instant::now(), Dataset::of_results(options.results));
    let store = open(&target, fill::options(), Opening::CreateNew)?;
    fill::fill(&store, dataset, fill::ONE_BY_ONE)?;
    store.close();
    if kind == "sqlite" {
        sqlite_file(directory)?;
    }
    println!("  {} results filled in {:.0} s", dataset.results(), began.elapsed().as_secs_f64());
    let (pieces, chain_pieces) = (Pieces::of(database, directory)?, Pieces::of_chain(database, directory)?);
    let (mut runs, lanes) = (Vec::new(), Limits::default().lanes);
    for _ in 0..options.runs {
        let pressure = wait_for_calm();
        let bare = pieces.hash(lanes as u64);
        let read = read_bare(database, directory)?;
        let looked = look_once(["--look", kind, &place], database)?;
        let chain = Chain {
            // The chain is read by one and judged by one beside: on one thread there is nothing to share its hashing with.
            bare: passes(|| Ok(chain_pieces.hash(1)))?,
            read: passes(|| read_bare_chain(database, directory))?,
            looked: look_once(["--look-at-chain", kind, &place], database)?,
        };
        runs.push(Run { bare, read, looked, chain, pressure });
    }
    let mut told = told(dataset, &pieces, &runs, &about);
    if let Value::Object(fields) = &mut told {
        fields.insert("chain".to_owned(), told_of_chain(&chain_pieces, &runs));
    }
    Ok(told)
}

struct Run {
    /// Hashing alone.
    bare: Took,
    /// Reading alone.
    read: Took,
    looked: Value,
    chain: Chain,
    pressure: Option<f64>,
}

/// The same of entries and seals alone, each as often as [`CHAIN_PASSES`] says.
struct Chain {
    bare: Took,
    read: Took,
    looked: Value,
}

impl Run {
    fn looked(&self, name: &str) -> f64 {
        figure(&self.looked, name)
    }

    fn chain_looked(&self, name: &str) -> f64 {
        figure(&self.chain.looked, name)
    }
}

fn figure(looked: &Value, name: &str) -> f64 {
    looked.get(name).and_then(Value::as_f64).unwrap_or(0.0)
}

fn passes(pass: impl Fn() -> Result<Took, String>) -> Result<Took, String> {
    let nothing = Took { seconds: 0.0, cpu_seconds: 0.0 };
    (0..CHAIN_PASSES).try_fold(nothing, |sum, _| {
        let took = pass()?;
        Ok(Took { seconds: sum.seconds + took.seconds, cpu_seconds: sum.cpu_seconds + took.cpu_seconds })
    })
}

/// In a process of its own; with what the database's server spent meanwhile.
fn look_once(words: [&str; 3], database: &Database) -> Result<Value, String> {
    let program = std::env::current_exe().map_err(|trouble| trouble.to_string())?;
    let server = database.server_process();
    let before = server.map_or(0.0, cpu_of_family);
    let output = Command::new(program).args(words).output().map_err(|trouble| trouble.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let mut looked: Value = serde_json::from_slice(&output.stdout).map_err(|trouble| trouble.to_string())?;
    if let Value::Object(fields) = &mut looked {
        fields.insert("server_cpu_seconds".to_owned(), json!(server.map_or(0.0, cpu_of_family) - before));
    }
    Ok(looked)
}

fn told(dataset: Dataset, pieces: &Pieces, runs: &[Run], about: &Value) -> Value {
    let lanes = Limits::default().lanes;
    let of = |figure: &dyn Fn(&Run) -> f64| median(runs.iter().map(figure));
    let (bare, read, seconds) = (of(&|run| run.bare.seconds), of(&|run| run.read.cpu_seconds), of(&|run| run.looked("seconds")));
    let megabytes = pieces.bytes() as f64 / 1e6;
    println!("  to hash         {megabytes:.0} MB in {} pieces", pieces.count());
    println!(
        "  bare SHA-256    {bare:.2} s on {lanes} threads, {:.0} MB/s, CPU {:.2} s",
        megabytes / bare,
        of(&|run| run.bare.cpu_seconds)
    );
    println!("  bare reading    CPU {read:.2} s");
    println!(
        "  audit verify    {seconds:.2} s, {:.0} MB/s, {:.0} records/s, CPU {:.2} s, of the database's server {:.2} s",
        megabytes / seconds,
        of(&|run| run.looked("records")) / seconds,
        of(&|run| run.looked("cpu_seconds")),
        of(&|run| run.looked("server_cpu_seconds"))
    );
    println!("  peak memory     {:.0} MB", of(&|run| run.looked("peak_megabytes")));
    println!(
        "  ratio           to bare SHA-256 {:.2} by the clock and {:.2} by CPU time; to reading and hashing {:.2} by CPU time",
        of(&|run| run.bare.seconds / run.looked("seconds")),
        of(&|run| run.bare.cpu_seconds / run.looked("cpu_seconds")),
        of(&|run| (run.bare.cpu_seconds + run.read.cpu_seconds) / run.looked("cpu_seconds"))
    );
    let took = |took: &Took| json!({ "seconds": took.seconds, "cpu_seconds": took.cpu_seconds });
    let run = |run: &Run| json!({ "bare": took(&run.bare), "read": took(&run.read), "verify": run.looked, "pressure": run.pressure });
    let all: Vec<Value> = runs.iter().map(run).collect();
    json!({ "about": about, "results": dataset.results(), "bytes": pieces.bytes(), "pieces": pieces.count(), "threads": lanes, "runs": all })
}

fn told_of_chain(pieces: &Pieces, runs: &[Run]) -> Value {
    let of = |figure: &dyn Fn(&Run) -> f64| median(runs.iter().map(figure));
    let each = f64::from(CHAIN_PASSES);
    println!(
        "  the chain alone {:.0} MB in {} pieces; means of {CHAIN_PASSES} passes in a row",
        pieces.bytes() as f64 / 1e6,
        pieces.count()
    );
    let line = |name: &str, seconds: f64, cpu_seconds: f64| {
        println!("  {name} {:.3} s, CPU {:.3} s", seconds / each, cpu_seconds / each);
    };
    line("  bare SHA-256 ", of(&|run| run.chain.bare.seconds), of(&|run| run.chain.bare.cpu_seconds));
    line("  bare reading ", of(&|run| run.chain.read.seconds), of(&|run| run.chain.read.cpu_seconds));
    line("  verify       ", of(&|run| run.chain_looked("seconds")), of(&|run| run.chain_looked("cpu_seconds")));
    println!("    entries/s     {:.0} by CPU time", of(&|run| each * run.chain_looked("entries") / run.chain_looked("cpu_seconds")));
    println!(
        "    ratio         to bare SHA-256 {:.2} by the clock and {:.2} by CPU time; to reading and hashing {:.2} by CPU time",
        of(&|run| run.chain.bare.seconds / run.chain_looked("seconds")),
        of(&|run| run.chain.bare.cpu_seconds / run.chain_looked("cpu_seconds")),
        of(&|run| (run.chain.bare.cpu_seconds + run.chain.read.cpu_seconds) / run.chain_looked("cpu_seconds"))
    );
    let took = |took: &Took| json!({ "seconds": took.seconds, "cpu_seconds": took.cpu_seconds });
    let run = |run: &Run| json!({ "bare": took(&run.chain.bare), "read": took(&run.chain.read), "verify": run.chain.looked });
    json!({ "bytes": pieces.bytes(), "pieces": pieces.count(), "passes": CHAIN_PASSES, "runs": runs.iter().map(run).collect::<Vec<_>>() })
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}
