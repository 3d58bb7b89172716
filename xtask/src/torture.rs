//! `cargo xtask torture`: what `test` does with few faults, done with many, and each time with others.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::check;
use crate::outcome::Outcome;
use crate::process;
use crate::stages::{Budget, Stage};

/// `cargo xtask torture`.
pub(crate) const STAGES: &[Stage] = &[
    Stage { name: "disk", budget: Budget::Tests, run: |_| disk(&many(DISK_SEED, DISK_MANY)) },
    Stage { name: "simulation", budget: Budget::Tests, run: |_| simulation(&many(SIMULATION_SEED, SIMULATION_MANY)) },
];

/// Where the faults of a run begin. Set it to what a run printed to have the same again.
const DISK_SEED: &str = "BENCHSIDE_DISK_SEED";
/// How many of each fault, unless the environment says so itself.
const DISK_MANY: &[(&str, &str)] = &[
    ("BENCHSIDE_DISK_POINTS", "20000"),
    ("BENCHSIDE_DISK_FAULTS", "1000"),
    ("BENCHSIDE_DISK_FLIPS", "10000"),
    ("BENCHSIDE_DISK_OPENINGS", "200"),
];
/// The first simulated world.
const SIMULATION_SEED: &str = "BENCHSIDE_SIMULATION_SEED";
const SIMULATION_COUNT: &str = "BENCHSIDE_SIMULATION_SEEDS";
const SIMULATION_MANY: &[(&str, &str)] = &[(SIMULATION_COUNT, "20000")];
/// Worlds of `cargo xtask test`, always the same.
const SIMULATION_FEW: &str = "1000";

/// The store on a disk that loses power, fails, fills up and rots.
pub(crate) fn disk(counts: &[(&str, String)]) -> Outcome {
    faulty("disk", !counts.is_empty(), counts, "tests on a faulty disk")
}

/// The server in a few simulated worlds.
pub(crate) fn simulation_of_few() -> Outcome {
    faulty("simulation", false, &[(SIMULATION_COUNT, SIMULATION_FEW.to_owned())], "simulated worlds' tests")
}

fn simulation(counts: &[(&str, String)]) -> Outcome {
    faulty("simulation", true, counts, "simulated worlds' tests")
}

/// All tests of a crate that is not the product's, which is built for this alone; many of them are worth a release build.
fn faulty(package: &str, many: bool, counts: &[(&str, String)], what: &str) -> Outcome {
    let mut command = process::cargo(&["test", "-p", package, "--no-fail-fast"]);
    if many {
        command.arg("--release");
    }
    for (name, count) in counts {
        println!("{name}={count}");
        command.env(name, count);
    }
    command.args(["--", "--include-ignored", "--nocapture"]);
    check::counted(command, what)
}

fn many(seed: &'static str, counts: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let given = |name: &str| std::env::var(name).ok();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    let counts = counts.iter().map(|(name, count)| (*name, given(name).unwrap_or_else(|| (*count).to_owned())));
    counts.chain([(seed, given(seed).unwrap_or_else(|| now.to_string()))]).collect()
}
