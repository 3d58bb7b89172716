//! `ingest`: see `--help`. Prints tables; the raw numbers go into `bench` beside the build's profile directory.
#![allow(clippy::print_stdout, reason = "the tables are this program's output")]

use ingest::command_line::{Options, USAGE, Who};
use ingest::contestant::{Anchor, Contestant, Product, Work};
use ingest::measure::{Place, Sample, run};
use ingest::procfs::machine;
use ingest::program;
use ingest::report::{BYTES_MAX_POSTGRES, BYTES_MAX_SQLITE, raw, tables};
use ingest::storage::Database;
use peer::Packing;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;

const PACKINGS: [Packing; 3] = [Packing::RecordPerFrame, Packing::Bytes(240), Packing::Bytes(4096)];

fn main() -> ExitCode {
    program::run(USAGE, Options::read, |options, bench| program::in_work_directory(bench, |directory| measure(options, directory, bench)))
}

/// Both engines, as asked.
fn measure(options: &Options, directory: &Path, bench: &Path) -> Result<(), String> {
    if options.sqlite {
        engine(options, "SQLite", directory, None, bench)?;
    }
    options.postgres.as_ref().map_or(Ok(()), |server| engine(options, "PostgreSQL", directory, Some(server), bench))
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
    let about = json!({ "machine": machine, "engine": name, "links": links, "messages_a_link": messages });
    let all = json!({ "about": about, "runs": samples.iter().map(raw).collect::<Vec<_>>() });
    program::keep(bench, &format!("ingest-{}", name.to_lowercase()), &all)
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
