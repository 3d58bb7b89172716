//! `cargo xtask torture`: what `test` does with few faults, done with many, and each time with others.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::check;
use crate::outcome::Outcome;
use crate::process;
use crate::stages::{Budget, Stage};

/// `cargo xtask torture`.
pub(crate) const STAGES: &[Stage] = &[Stage { name: "disk", budget: Budget::Tests, run: |_| disk(&many()) }];

/// Where the faults of a run begin. Set it to what a run printed to have the same again.
const SEED: &str = "BENCHSIDE_DISK_SEED";
/// How many of each fault, unless the environment says so itself.
const MANY: [(&str, &str); 4] = [
    ("BENCHSIDE_DISK_POINTS", "20000"),
    ("BENCHSIDE_DISK_FAULTS", "1000"),
    ("BENCHSIDE_DISK_FLIPS", "10000"),
    ("BENCHSIDE_DISK_OPENINGS", "200"),
];

/// The store on a disk that loses power, fails, fills up and rots. The library is not the product's, so all of it is built for this alone.
pub(crate) fn disk(counts: &[(&str, String)]) -> Outcome {
    let mut command = process::cargo(&["test", "-p", "disk", "--no-fail-fast"]);
    if !counts.is_empty() {
        command.arg("--release");
    }
    for (name, count) in counts {
        println!("{name}={count}");
        command.env(name, count);
    }
    command.args(["--", "--include-ignored", "--nocapture"]);
    check::counted(command, "tests on a faulty disk")
}

fn many() -> Vec<(&'static str, String)> {
    let given = |name: &str| std::env::var(name).ok();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
    let counts = MANY.iter().map(|(name, count)| (*name, given(name).unwrap_or_else(|| (*count).to_owned())));
    counts.chain([(SEED, given(SEED).unwrap_or_else(|| now.to_string()))]).collect()
}
