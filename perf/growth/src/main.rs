//! `growth`: see `--help`. Prints a table; the raw numbers go into `bench` beside the build's profile directory.
#![allow(clippy::print_stdout, reason = "the table is this program's output")]

use growth::bare::Bare;
use growth::command_line::{Options, USAGE};
use growth::dataset::Dataset;
use growth::drawing::svg;
use growth::report::{Measured, raw, table};
use growth::{fill, sampling, starting};
use ingest::measure::wait_for_calm;
use ingest::procfs::machine;
use ingest::storage::{Database, sqlite_file};
use kernel::Realm;
use peer::device_time::DeviceTime;
use peer::laboratory::Laboratory;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use store::{Opening, Store, Target};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some(beside) = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned)) else {
        eprintln!("this program's own path cannot be told");
        return ExitCode::from(3);
    };
    match Options::read(words.into_iter(), &beside, std::env::var("BENCHSIDE_TEST_POSTGRES").ok()) {
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(2)
        }
        Ok(options) => match measure(&options, &beside.with_file_name("bench")) {
            Ok(()) => ExitCode::SUCCESS,
            Err(trouble) => {
                eprintln!("{trouble}");
                ExitCode::from(3)
            }
        },
    }
}

/// All sizes; the work directory is removed at the end, also of a failure.
fn measure(options: &Options, bench: &Path) -> Result<(), String> {
    let directory = bench.join(format!("work-{}", std::process::id()));
    fs::create_dir_all(&directory).map_err(|trouble| format!("{}: {trouble}", directory.display()))?;
    let about = machine(&directory);
    let measured: Result<Vec<Measured>, String> = options.sizes.iter().map(|size| one_size(options, &directory, *size)).collect();
    let removed = fs::remove_dir_all(&directory).map_err(|trouble| format!("{}: {trouble}", directory.display()));
    let measured = measured?;
    let engine = if options.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{}", table(engine, &measured));
    let all = json!({
        "about": { "machine": about, "engine": engine, "probes_a_run": options.probes, "runs": options.runs },
        "sizes": measured.iter().map(raw).collect::<Vec<_>>(),
    });
    let file = bench.join(format!("growth-{}-{}.json", engine.to_lowercase(), DeviceTime::now()));
    write(&file, &format!("{all:#}\n"))?;
    println!("raw numbers: {}", file.display());
    if let Some(picture) = &options.draw {
        write(picture, &svg(engine, &measured))?;
    }
    removed
}

fn write(file: &Path, text: &str) -> Result<(), String> {
    file.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(file, text))
        .map_err(|trouble| format!("{}: {trouble}", file.display()))
}

/// One database: made by the product, filled, measured, removed.
fn one_size(options: &Options, directory: &Path, size: u64) -> Result<Measured, String> {
    let dataset = Dataset::of_results(size);
    let directory = directory.join(size.to_string());
    let database = match &options.postgres {
        None => Database::Sqlite(directory.clone()),
        Some(server) => Database::Postgres { server: server.clone(), name: format!("growth_{size}_{}", std::process::id()) },
    };
    database.create(None)?;
    let measured = on(options, &Place { directory, database: database.clone() }, dataset);
    let removed = database.remove();
    let measured = measured?;
    removed.map(|()| measured)
}

struct Place {
    directory: PathBuf,
    database: Database,
}

impl Place {
    /// The SQLite file, if it is one.
    fn file(&self) -> Result<Option<PathBuf>, String> {
        if self.database.url().is_some() { Ok(None) } else { sqlite_file(&self.directory).map(Some) }
    }

    fn open(&self, store: store::Options) -> Result<Store, String> {
        let target = match (self.database.url(), self.file()?) {
            (Some(url), _) => Target::Postgres(url),
            (None, Some(file)) => Target::Sqlite(file),
            (None, None) => return Err("there is no database".to_owned()),
        };
        Store::open(&target, Realm::Demonstration, Opening::Existing, store).map_err(|trouble| trouble.to_string())
    }
}

fn on(options: &Options, place: &Place, dataset: Dataset) -> Result<Measured, String> {
    let laboratory = Laboratory { binary: options.binary.clone(), directory: place.directory.clone(), database: place.database.url() };
    laboratory.init("demonstration", starting::LINKS)?;
    let began = Instant::now();
    let store = place.open(fill::options())?;
    fill::fill(&store, dataset)?;
    store.close();
    settle(&place.database)?;
    let fill_seconds = began.elapsed().as_secs_f64();
    println!("  {} results filled in {fill_seconds:.0} s", dataset.results());
    let bytes = place.database.bytes()?;
    let pressure = wait_for_calm();
    let file = place.file()?;
    let store = place.open(store::Options::default())?;
    let mut bare = Bare::open(file.as_deref().unwrap_or(&place.directory), &place.database)?;
    let curves = sampling::measure(&store, &mut bare, dataset, options.probes, options.runs)?;
    store.close();
    drop(bare);
    println!("  {} results: reads measured", dataset.results());
    let starts = starting::measure(&laboratory, file.as_deref(), options.runs)?;
    Ok(Measured { results: dataset.results(), bytes, fill_seconds, pressure, curves, starts })
}

/// PostgreSQL's own housekeeping, done now and not in the middle of the measurement.
fn settle(database: &Database) -> Result<(), String> {
    let Some(url) = database.url() else { return Ok(()) };
    let settled = postgres::Client::connect(&url, postgres::NoTls).and_then(|mut client| client.batch_execute("VACUUM ANALYZE"));
    settled.map_err(|trouble| format!("VACUUM ANALYZE: {trouble}"))
}
