//! `growth`: see `--help`. Prints a table; the raw numbers go into `bench` beside the build's profile directory.
#![allow(clippy::print_stdout, reason = "the table is this program's output")]

use growth::bare::Bare;
use growth::command_line::{Options, USAGE};
use growth::dataset::Dataset;
use growth::drawing::svg;
use growth::report::{Measured, raw, table};
use growth::sampling::Sampler;
use growth::{fill, starting};
use ingest::measure::wait_for_calm;
use ingest::procfs::machine;
use ingest::program;
use ingest::storage::{Database, sqlite_file};
use kernel::Realm;
use peer::laboratory::Laboratory;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use store::{Opening, Store, Target};

fn main() -> ExitCode {
    program::run(USAGE, Options::read, |options, bench| program::in_work_directory(bench, |directory| measure(options, directory, bench)))
}

/// All sizes.
fn measure(options: &Options, directory: &Path, bench: &Path) -> Result<(), String> {
    let about = machine(directory);
    let measured = all_sizes(options, directory)?;
    let engine = if options.postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{}", table(engine, &measured));
    let all = json!({
        "about": { "machine": about, "engine": engine, "probes_a_run": options.probes, "runs": options.runs },
        "sizes": measured.iter().map(raw).collect::<Vec<_>>(),
    });
    program::keep(bench, &format!("growth-{}", engine.to_lowercase()), &all)?;
    options.draw.as_ref().map_or(Ok(()), |picture| program::write(picture, &svg(engine, &measured)))
}

/// All databases, removed at the end.
fn all_sizes(options: &Options, directory: &Path) -> Result<Vec<Measured>, String> {
    let places: Vec<Place> = options.sizes.iter().map(|size| Place::of(options, directory, *size)).collect();
    let measured = at(options, &places);
    for place in &places {
        place.database.remove()?;
    }
    measured
}

/// Fills all, reads from them in turns, and starts the product on each.
fn at(options: &Options, places: &[Place]) -> Result<Vec<Measured>, String> {
    let filled = places.iter().map(|place| Filled::make(options, place)).collect::<Result<Vec<_>, _>>()?;
    let pressure = wait_for_calm();
    let mut samplers = places.iter().map(Place::sampler).collect::<Result<Vec<_>, _>>()?;
    for run in 1..=options.runs {
        samplers.iter_mut().try_for_each(|sampler| sampler.run(options.probes))?;
        println!("  run {run} of the reads measured");
    }
    let curves = samplers.into_iter().map(Sampler::finish);
    let mut all = Vec::new();
    for ((place, filled), curves) in places.iter().zip(filled).zip(curves) {
        let starts = starting::measure(&filled.laboratory, place.file()?.as_deref(), options.runs)?;
        println!("  {} results: starts measured", place.dataset.results());
        let (results, Filled { bytes, seconds, .. }) = (place.dataset.results(), filled);
        all.push(Measured { results, bytes, fill_seconds: seconds, pressure, curves, starts });
    }
    Ok(all)
}

/// A database that was filled.
struct Filled {
    laboratory: Laboratory,
    bytes: u64,
    seconds: f64,
}

impl Filled {
    /// Made by the product, filled through its store.
    fn make(options: &Options, place: &Place) -> Result<Self, String> {
        place.database.create(None)?;
        let laboratory = Laboratory { binary: options.binary.clone(), directory: place.directory.clone(), database: place.database.url() };
        laboratory.init("demonstration", starting::LINKS)?;
        let began = Instant::now();
        let store = place.open(fill::options())?;
        fill::fill(&store, place.dataset, fill::IN_BULK)?;
        store.close();
        settle(&place.database)?;
        let seconds = began.elapsed().as_secs_f64();
        println!("  {} results filled in {seconds:.0} s", place.dataset.results());
        Ok(Self { laboratory, bytes: place.database.bytes()?, seconds })
    }
}

struct Place {
    dataset: Dataset,
    directory: PathBuf,
    database: Database,
}

impl Place {
    fn of(options: &Options, directory: &Path, size: u64) -> Self {
        let directory = directory.join(size.to_string());
        let database = match &options.postgres {
            None => Database::Sqlite(directory.clone()),
            Some(server) => Database::Postgres { server: server.clone(), name: format!("growth_{size}_{}", std::process::id()) },
        };
        Self { dataset: Dataset::of_results(size), directory, database }
    }

    fn sampler(&self) -> Result<Sampler, String> {
        let store = self.open(store::Options::default())?;
        let bare = Bare::open(self.file()?.as_deref().unwrap_or(&self.directory), &self.database)?;
        Ok(Sampler::new(store, bare, self.dataset))
    }

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

/// PostgreSQL's own housekeeping, done now and not in the middle of the measurement.
fn settle(database: &Database) -> Result<(), String> {
    let Some(url) = database.url() else { return Ok(()) };
    let settled = postgres::Client::connect(&url, postgres::NoTls).and_then(|mut client| client.batch_execute("VACUUM ANALYZE"));
    settled.map_err(|trouble| format!("VACUUM ANALYZE: {trouble}"))
}
