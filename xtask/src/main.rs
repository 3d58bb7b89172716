//! The repository's own errands: `cargo xtask check | test | torture | tidy | edges | bench`.
//!
//! `check` is the everyday loop, `test` is everything from a bare machine on, and what continuous integration runs.

#![allow(clippy::print_stdout, reason = "a command-line tool speaks on standard output")]

mod bench;
mod check;
mod cleanup;
mod demonstration;
mod edges;
mod everything;
mod outcome;
mod packages;
mod postgres;
mod process;
mod repository;
mod stages;
mod tidy;
mod torture;

use std::process::ExitCode;

use outcome::Failure;
use repository::Repository;
use stages::{Report, Workshop};

const USAGE: &str = "cargo xtask check [--only STAGE]   format, tidy, edges, clippy, fast tests on both engines
cargo xtask test [--only STAGE]    everything; on Debian as root it installs what the tests need
cargo xtask torture [--only STAGE] the faults of `test`, many more of each and other ones each time
cargo xtask tidy                   the repository's own rules
cargo xtask edges                  dependencies point down only
cargo xtask bench [ARGUMENTS]      ingest against the bare anchor; arguments go to perf/ingest
cargo xtask bench --growth [...]   reads and start as the database grows; arguments go to perf/growth
cargo xtask bench --audit [...]    what `audit verify` costs against bare SHA-256
cargo xtask bench --rules [...]    loading the catalogue, and choosing interval, limit and flags
cargo xtask bench --names [...]    finding a patient among a million, whatever is typed";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match errand(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

fn errand(arguments: &[String]) -> Result<(), Failure> {
    let (verb, rest) = arguments.split_first().ok_or_else(|| Failure::WrongUse(USAGE.into()))?;
    let known = ["check", "test", "torture", "tidy", "edges", "bench"].contains(&verb.as_str());
    if !known {
        return Err(Failure::WrongUse(format!("there is no `cargo xtask {verb}`\n{USAGE}")));
    }
    cleanup::on_signals().map_err(|trouble| Failure::Environment(format!("signals cannot be handled: {trouble}")))?;
    let mut workshop = Workshop::new(Repository::find()?);
    if verb == "bench" {
        return bench::run(&mut workshop, rest).failure.map_or(Ok(()), Err);
    }
    let only = only(verb, rest)?;
    let report = match verb.as_str() {
        "check" => stages::run(verb, check::STAGES, only, &mut workshop),
        "test" => stages::run(verb, everything::STAGES, only, &mut workshop),
        "torture" => stages::run(verb, torture::STAGES, only, &mut workshop),
        // `tidy` and `edges` are stages of `check`.
        stage => stages::run("check", check::STAGES, Some(stage), &mut workshop),
    };
    drop(workshop);
    close(verb, report)
}

fn only<'a>(verb: &str, rest: &'a [String]) -> Result<Option<&'a str>, Failure> {
    match rest {
        [] => Ok(None),
        [flag, stage] if flag == "--only" && matches!(verb, "check" | "test" | "torture") => Ok(Some(stage)),
        _ => Err(Failure::WrongUse(format!("`{}` is not understood after `cargo xtask {verb}`\n{USAGE}", rest.join(" ")))),
    }
}

/// Prints where the time went and the closing line that continuous integration reads.
fn close(verb: &str, report: Report) -> Result<(), Failure> {
    if matches!(verb, "check" | "test" | "torture") {
        report.print_seconds(verb == "test");
        println!("\n{}", report.tally);
    }
    report.failure.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn wrong_use_is_told_from_right_use() {
        assert_eq!(only("test", &words("--only browser")), Ok(Some("browser")));
        assert_eq!(only("check", &[]), Ok(None));
        for (verb, rest) in [("test", "--only"), ("test", "browser"), ("tidy", "--only functions"), ("check", "--only a b")] {
            assert_eq!(only(verb, &words(rest)).unwrap_err().exit_code(), 2, "{verb} {rest}");
        }
        assert_eq!(errand(&words("chekc")).unwrap_err().exit_code(), 2);
        assert_eq!(errand(&[]).unwrap_err().exit_code(), 2);
    }
}
