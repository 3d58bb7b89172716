//! `ingest`: see `--help`. Prints tables; the raw numbers go into `bench` beside the build's profile directory.
#![allow(clippy::print_stdout, reason = "the tables are this program's output")]

use ingest::command_line::{Options, USAGE, Who};
use ingest::contestant::{Anchor, Contestant, Product, Work};
use ingest::measure::{Place, Sample, run};
use ingest::procfs::machine;
use ingest::report::{BYTES_MAX_POSTGRES, BYTES_MAX_SQLITE, raw, tables};
use ingest::storage::Database;
use peer::Packing;
use peer::device_time::DeviceTime;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const PACKINGS: [Packing; 3] = [Packing::RecordPerFrame, Packing::Bytes(240), Packing::Bytes(4096)];

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

/// Both engines, as asked; the work directory is removed at the end, also of a failure.
fn measure(options: &Options, bench: &Path) -> Result<(), String> {
    let directory = bench.join(format!("work-{}", std::process::id()));
    fs::create_dir_all(&directory).map_err(|trouble| format!("{}: {trouble}", directory.display()))?;
    let mut done = Ok(());
    if options.sqlite {
        done = engine(options, "SQLite", &directory, None, bench);
    }
    if let (Ok(()), Some(server)) = (&done, &options.postgres) {
        done = engine(options, "PostgreSQL", &directory, Some(server), bench);
    }
    let removed = fs::remove_dir_all(&directory).map_err(|trouble| format!("{}: {trouble}", directory.display()));
    done.and(removed)
}

/// One engine: prepares, runs all framings, prints and keeps the numbers.
fn engine(options: &Options, name: &str, directory: &Path, server: Option<&String>, bench: &Path) -> Result<(), String> {
    let (links, messages) = (options.links, options.messages);
    println!("{name}: {links} links x {messages} messages x 25 results, {} runs", options.runs);
    let machine = machine(directory);
    let database = |name: &str| match server {
        None => Database::Sqlite(directory.join(name)),
        Some(server) => Database::Postgres { server: server.clone(), name: format!("ingest_{name}_{}", std::process::id()) },
    };
    let anchor = Anchor { binary: options.anchors.clone() };
    let (product, work) = match options.who {
        Who::Anchor => (None, Work::invented(links * messages)?),
        _ => {
            let (product, work) =
                Product::prepare(&options.binary, &directory.join("template"), database("template"), links, links * messages)?;
            (Some(product), work)
        }
    };
    let contestants: Vec<Contestant<'_>> =
        product.iter().map(Contestant::Product).chain((options.who != Who::Product).then_some(Contestant::Anchor(&anchor))).collect();
    let place = Place { directory: directory.join("run"), database: database("run"), links, messages };
    let samples = all_runs(&contestants, &place, &work, options.runs);
    if let Some(product) = &product {
        product.remove()?;
    }
    let samples = samples?;
    let bytes_max = if server.is_some() { BYTES_MAX_POSTGRES } else { BYTES_MAX_SQLITE };
    println!("{}", tables(name, bytes_max, &PACKINGS, &samples));
    let file = keep(bench, name, &json!({ "machine": machine, "engine": name, "links": links, "messages_a_link": messages }), &samples)?;
    println!("raw numbers: {}", file.display());
    Ok(())
}

fn all_runs(contestants: &[Contestant<'_>], place: &Place, work: &Work, runs: usize) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    for packing in PACKINGS {
        for number in 1..=runs {
            for contestant in contestants {
                let sample = run(*contestant, place, work, packing)?;
                println!("  {packing}, run {number}, {}: {:.0} messages/s", sample.who, sample.rate());
                samples.push(sample);
            }
        }
    }
    Ok(samples)
}

fn keep(bench: &Path, name: &str, about: &Value, samples: &[Sample]) -> Result<PathBuf, String> {
    let file = bench.join(format!("ingest-{}-{}.json", name.to_lowercase(), DeviceTime::now()));
    let all = json!({ "about": about, "runs": samples.iter().map(raw).collect::<Vec<_>>() });
    fs::write(&file, format!("{all:#}\n")).map_err(|trouble| format!("{}: {trouble}", file.display()))?;
    Ok(file)
}
