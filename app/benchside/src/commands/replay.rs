//! `benchside replay`: what a driver makes of a captured transmission. Debugger, demonstration and regression test in one.

use super::say;
use crate::failure::Failure;
use actions::Analyser;
use catalogue::InstrumentMapping;
use kernel::{Reading, Trouble, Zone};
use serde::Serialize;
use std::path::PathBuf;

/// What `replay` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The transmission: framed bytes, or bare records.
    file: PathBuf,
    /// The driver that reads it.
    #[arg(long, value_name = "NAME")]
    driver: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A transmission larger than this is refused.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Serialize)]
struct Replayed {
    readings: Vec<ReplayedReading>,
    troubles: Vec<ReplayedTrouble>,
    /// Without orders and patients there is nothing to decide on.
    decisions: Vec<String>,
}

#[derive(Serialize)]
struct ReplayedReading {
    kind: &'static str,
    specimen: String,
    code: String,
    test: Option<String>,
    value: String,
    unit: String,
    flags: Vec<String>,
    at: Option<String>,
}

#[derive(Serialize)]
struct ReplayedTrouble {
    #[serde(rename = "where")]
    place: String,
    what: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let driver = Analyser::find_driver("replay", &arguments.driver).map_err(Failure::wrong_use)?;
    let unreadable = |error| Failure::Environment(format!("cannot read {}: {error}", arguments.file.display()));
    let length = std::fs::metadata(&arguments.file).map_err(unreadable)?.len();
    if length > FILE_BYTES_MAX {
        return Err(Failure::Use(format!("{} has {length} bytes; at most {FILE_BYTES_MAX} are read", arguments.file.display())));
    }
    let bytes = std::fs::read(&arguments.file).map_err(unreadable)?;
    let catalogue = actions::starting_catalogue().map_err(Failure::environment)?;
    let mapping = actions::default_mapping(driver.name, &catalogue).map_err(Failure::environment)?.unwrap_or_default();
    // The zone only serves to find instants; times are shown as the device stated them.
    let (readings, troubles) = instruments::read_transmission(driver, &bytes, &Zone::utc());
    let replayed = Replayed {
        readings: readings.into_iter().map(|reading| show(reading, &mapping)).collect(),
        troubles: troubles.into_iter().map(show_trouble).collect(),
        decisions: Vec::new(),
    };
    if arguments.json {
        say(serde_json::to_string_pretty(&replayed).map_err(Failure::environment)?);
    } else {
        print(&replayed);
    }
    Ok(())
}

fn show(reading: Reading, mapping: &InstrumentMapping) -> ReplayedReading {
    ReplayedReading {
        kind: reading.kind.name(),
        test: mapping.test(&reading.code).map(ToString::to_string),
        specimen: reading.specimen,
        code: reading.code,
        value: reading.sent,
        unit: reading.unit,
        flags: reading.flags,
        at: reading.stated_at.map(|stated| stated.iso()),
    }
}

fn show_trouble(trouble: Trouble) -> ReplayedTrouble {
    ReplayedTrouble { place: trouble.place, what: trouble.what }
}

fn print(replayed: &Replayed) {
    for reading in &replayed.readings {
        let test = reading.test.as_deref().unwrap_or("unmapped");
        let at = reading.at.as_deref().unwrap_or("no time stated");
        let flags = if reading.flags.is_empty() { String::new() } else { format!("  [{}]", reading.flags.join(", ")) };
        let (kind, code, value) = (reading.kind, &reading.code, &reading.value);
        say(format!("{kind}  {}  {code} ({test})  {value} {}  {at}{flags}", reading.specimen, reading.unit));
    }
    for trouble in &replayed.troubles {
        say(format!("trouble  {}: {}", trouble.place, trouble.what));
    }
    say(format!("{} readings, {} troubles", replayed.readings.len(), replayed.troubles.len()));
}
