//! The stages of `cargo xtask test`: everything there is, from a bare machine to the crash runs.

use std::path::PathBuf;
use std::process::Command;

use crate::check::{self, CLIPPY, EDGES, FORMAT, PAGES, TIDY};
use crate::demonstration;
use crate::outcome::{Failure, Outcome, Tally};
use crate::packages;
use crate::postgres::ADDRESS_VARIABLE;
use crate::process;
use crate::stages::{Budget, Stage, Workshop};
use crate::torture;

/// `cargo xtask test`. The program of the crash runs' negative control is built by itself, so that it never lies where the real one does.
pub(crate) const STAGES: &[Stage] = &[
    Stage { name: "packages", budget: Budget::Install, run: |_| packages::install().into() },
    Stage { name: "browser-library", budget: Budget::Install, run: |workshop| browser_library(workshop).into() },
    Stage { name: "third-party-library", budget: Budget::Install, run: |workshop| third_party_library(workshop).into() },
    FORMAT,
    TIDY,
    EDGES,
    CLIPPY,
    Stage { name: "build", budget: Budget::Build, run: |_| process::run(process::cargo(&["test", "--workspace", "--no-run"])).into() },
    PAGES,
    Stage {
        name: "tests",
        budget: Budget::Tests,
        run: |workshop| check::cargo_tests(workshop, &["--exclude", "disk", "--exclude", "simulation"], &["--include-ignored"]),
    },
    Stage { name: "disk", budget: Budget::Tests, run: |_| torture::disk(&[]) },
    Stage { name: "simulation", budget: Budget::Tests, run: |_| torture::simulation_of_few() },
    Stage { name: "release", budget: Budget::Demonstration, run: |_| release().into() },
    Stage { name: "demo", budget: Budget::Demonstration, run: |workshop| demonstration::stage(&workshop.repository) },
    Stage { name: "browser", budget: Budget::Tests, run: browser },
    Stage { name: "third-party", budget: Budget::Tests, run: third_party },
    Stage { name: "crash-build", budget: Budget::Demonstration, run: |workshop| build_crash_runs(workshop).into() },
    Stage { name: "crash-sqlite", budget: Budget::Tests, run: |workshop| crash(workshop, "sqlite", Control::Product) },
    Stage { name: "crash-postgres", budget: Budget::Tests, run: |workshop| crash(workshop, "postgres", Control::Product) },
    Stage { name: "crash-control", budget: Budget::Tests, run: |workshop| crash(workshop, "sqlite", Control::Negative) },
    Stage { name: "crash-control-pg", budget: Budget::Tests, run: |workshop| crash(workshop, "postgres", Control::Negative) },
];

/// Where the build that acknowledges before it commits is kept apart.
const NEGATIVE_FOLDER: &str = "negative-control";
/// How often the server is killed in each crash run.
const KILLS: &str = "100";

/// Which program a crash run is held against.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    /// The product: nothing acknowledged may be lost.
    Product,
    /// The build that acknowledges before it commits: the checker must catch it.
    Negative,
}

fn browser_library(workshop: &Workshop) -> Result<(), Failure> {
    let mut command = process::command("npm", &["ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]);
    command.current_dir(workshop.repository.root.join("e2e/browser"));
    process::run(command).map_err(|failure| Failure::Environment(failure.to_string()))
}

/// Other people's clients are tried where they can be had: a machine without a way to them tests everything else.
fn third_party_library(workshop: &Workshop) -> Result<(), Failure> {
    let mut command = process::command("npm", &["ci", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]);
    command.current_dir(workshop.repository.root.join("e2e/third_party"));
    if let Err(failure) = process::run(command) {
        println!("node-hl7-client cannot be fetched, so that its test will be skipped: {failure}");
    }
    Ok(())
}

fn third_party(workshop: &mut Workshop) -> Outcome {
    let repository = &workshop.repository;
    let mut command = process::command("node", &["--test", "--test-reporter=spec", "e2e/third_party/suite.test.mjs"]);
    command.current_dir(&repository.root);
    command.env("BENCHSIDE_BINARY", repository.program("release", "benchside"));
    check::counted(command, "tests with other people's clients")
}

fn release() -> Result<(), Failure> {
    // The product by itself, as the README builds it: together with a tool it would be built with that tool's features as well.
    process::run(process::cargo(&["build", "--release"]))
}

fn browser(workshop: &mut Workshop) -> Outcome {
    let Some(chromium) = packages::browser() else {
        return Failure::Environment("Chromium was not found; install chromium".into()).into();
    };
    let repository = &workshop.repository;
    let mut command = process::command("node", &["--test", "--test-reporter=spec", "e2e/browser/suite.test.mjs"]);
    command.current_dir(&repository.root);
    command.env("BENCHSIDE_BINARY", repository.program("release", "benchside"));
    command.env("BENCHSIDE_SCREENSHOTS", repository.target.join("screenshots"));
    command.env("BENCHSIDE_CHROMIUM", chromium);
    check::counted(command, "browser tests")
}

fn negative_target(workshop: &Workshop) -> PathBuf {
    workshop.repository.target.join(NEGATIVE_FOLDER)
}

fn build_crash_runs(workshop: &Workshop) -> Result<(), Failure> {
    process::run(process::cargo(&["build", "--release", "-p", "crash"]))?;
    let mut command = process::cargo(&["build", "--release", "-p", "benchside", "--features", "acknowledge_before_commit", "--target-dir"]);
    command.arg(negative_target(workshop));
    process::run(command)
}

fn crash(workshop: &mut Workshop, engine: &str, control: Control) -> Outcome {
    let binary = match control {
        Control::Product => workshop.repository.program("release", "benchside"),
        Control::Negative => negative_target(workshop).join("release/benchside"),
    };
    let mut command = process::cargo(&["run", "--release", "-p", "crash", "--", "--engine", engine, "--kills", KILLS, "--binary"]);
    command.arg(binary);
    if control == Control::Negative {
        command.arg("--expect-loss");
    }
    if engine == "postgres" {
        match workshop.postgres() {
            Ok(address) => command.arg("--postgres").arg(&address).env(ADDRESS_VARIABLE, &address),
            Err(failure) => return failure.into(),
        };
    }
    one_test(command)
}

/// A crash run is one test: it holds or it does not.
fn one_test(command: Command) -> Outcome {
    let failure = process::run(command).err();
    Outcome { tally: Tally::one(failure.is_none()), failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_a_name_of_its_own() {
        let mut names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), STAGES.len());
    }

    #[test]
    fn whatever_check_looks_at_is_in_test_too() {
        let missing: Vec<&str> =
            check::STAGES.iter().map(|stage| stage.name).filter(|name| STAGES.iter().all(|stage| stage.name != *name)).collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn a_crash_run_counts_as_one_test() {
        let failed = one_test(process::command("sh", &["-c", "exit 1"]));
        assert_eq!(failed.tally, Tally { passed: 0, failed: 1, skipped: 0 });
        assert!(failed.failure.is_some());
        assert_eq!(one_test(process::command("true", &[])).tally, Tally { passed: 1, failed: 0, skipped: 0 });
    }
}
