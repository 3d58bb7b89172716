//! The stages of the everyday loop: looks, then the fast tests on both engines.

use std::process::Command;

use crate::edges;
use crate::outcome::{Failure, Outcome, Tally};
use crate::packages;
use crate::postgres::ADDRESS_VARIABLE;
use crate::process;
use crate::stages::{Budget, Stage, Workshop};
use crate::tidy;

/// `cargo xtask check`.
pub(crate) const STAGES: &[Stage] = &[FORMAT, TIDY, EDGES, CLIPPY, PAGES, TESTS];

/// Every file is written as rustfmt writes it.
pub(crate) const FORMAT: Stage =
    Stage { name: "format", budget: Budget::Build, run: |_| process::run(process::cargo(&["fmt", "--all", "--check"])).into() };
/// The repository's own rules.
pub(crate) const TIDY: Stage = Stage { name: "tidy", budget: Budget::Build, run: |workshop| tidy::stage(&workshop.repository).into() };
/// Dependencies point down only.
pub(crate) const EDGES: Stage = Stage { name: "edges", budget: Budget::Build, run: |workshop| look_at_edges(workshop).into() };
/// Clippy, warnings denied.
pub(crate) const CLIPPY: Stage = Stage { name: "clippy", budget: Budget::Build, run: |_| process::run(clippy()).into() };
/// The page modules that need no browser.
pub(crate) const PAGES: Stage = Stage { name: "modules", budget: Budget::Tests, run: page_modules };
/// All of cargo's tests, the store's on both engines.
pub(crate) const TESTS: Stage = Stage { name: "tests", budget: Budget::Tests, run: fast_tests };

fn fast_tests(workshop: &mut Workshop) -> Outcome {
    // The readers of labels are other people's programs, which the everyday loop does not ask for.
    let without: &[&str] = if packages::reads_labels() { &[] } else { &["--exclude", "labels"] };
    if !without.is_empty() {
        println!("skipped: tests of drawn labels, whose readers are not installed (cargo xtask test installs them)");
    }
    cargo_tests(workshop, without, &[])
}

fn clippy() -> Command {
    process::cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

fn look_at_edges(workshop: &Workshop) -> Result<(), Failure> {
    let forbidden = edges::forbidden(&workshop.repository.packages);
    if forbidden.is_empty() {
        println!("{} crates, every edge points down", workshop.repository.packages.len());
        return Ok(());
    }
    forbidden.iter().for_each(|edge| eprintln!("{edge}"));
    Err(Failure::DoesNotHold(format!("{} edges are not on the list of the architecture", forbidden.len())))
}

/// Runs `cargo test` over the workspace with the throwaway PostgreSQL standing; `which` goes to cargo, `more` to the test programs.
pub(crate) fn cargo_tests(workshop: &mut Workshop, which: &[&str], more: &[&str]) -> Outcome {
    let address = match workshop.postgres() {
        Ok(address) => address,
        Err(failure) => return failure.into(),
    };
    let mut command = process::cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.args(which);
    if !more.is_empty() {
        command.arg("--").args(more);
    }
    command.env(ADDRESS_VARIABLE, address);
    counted(command, "tests")
}

/// Runs a command that prints a test runner's closing lines.
pub(crate) fn counted(command: Command, what: &str) -> Outcome {
    match process::run_counting(command) {
        Ok(counted) => {
            let outcome = Outcome::counted(counted.tally, what);
            Outcome { failure: outcome.failure.or(counted.failure), tally: counted.tally }
        }
        Err(failure) => failure.into(),
    }
}

fn page_modules(workshop: &mut Workshop) -> Outcome {
    let files = match tidy::tree::page_tests(&workshop.repository.root) {
        Ok(files) => files,
        Err(failure) => return failure.into(),
    };
    if files.is_empty() {
        return Outcome::default();
    }
    if !packages::is_installed("node") {
        println!("skipped: node is not installed (cargo xtask test installs it)");
        return Outcome { tally: Tally { passed: 0, failed: 0, skipped: u64::try_from(files.len()).unwrap_or(u64::MAX) }, failure: None };
    }
    let mut command = process::command("node", &["--test", "--test-reporter=spec"]);
    command.args(files).current_dir(&workshop.repository.root);
    counted(command, "page modules' tests")
}
