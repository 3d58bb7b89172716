//! `crash`: see `--help`. Exit codes: 0 as it should be, 1 not, 2 wrong use, 3 the run could not be made.
#![allow(clippy::print_stdout, reason = "the counts are this program's output")]

use crash::check::{Invariant, Report};
use crash::command_line::{Options, USAGE};
use crash::run::{Outcome, run};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// How many findings are printed in full.
const FINDINGS_SHOWN: usize = 20;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| u64::from(since.subsec_nanos()));
    match Options::read(words.into_iter(), std::env::var("BENCHSIDE_TEST_POSTGRES").ok(), seed) {
        Ok(options) => checked(&options),
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(2)
        }
    }
}

fn checked(options: &Options) -> ExitCode {
    println!("seed {}", options.seed);
    let outcome = match directory().and_then(|directory| run(options, &directory)) {
        Ok(outcome) => outcome,
        Err(trouble) => {
            eprintln!("{trouble}");
            return ExitCode::from(3);
        }
    };
    print_outcome(&outcome);
    let fine = outcome.is_as_expected(options.expect_loss);
    println!("{}", if fine { "as it should be" } else { "NOT as it should be" });
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Beside the program, which stands in the build directory: on a real disk, unlike perhaps the system's directory for temporary files.
fn directory() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|trouble| format!("this program's own path: {trouble}"))?;
    let beside = program.parent().ok_or("this program has no directory")?;
    Ok(beside.join(format!("crash-{}", std::process::id())))
}

fn print_outcome(outcome: &Outcome) {
    let Report { acknowledged, stored, duplicates, results, held, tasks, findings } = &outcome.report;
    let count = |invariant| outcome.report.count(invariant);
    println!("kills {} in {:.1} s", outcome.kills, outcome.took.as_secs_f64());
    println!("messages sent {}, acknowledged {acknowledged}, sent again {}", outcome.sent, outcome.resends);
    println!("stored {stored}, duplicates linked {duplicates}; results {results} ({held} held), tasks {tasks}");
    println!("lost {}, doubled {}, findings {}", count(Invariant::Lost), count(Invariant::Doubled), findings.len());
    for finding in findings.iter().take(FINDINGS_SHOWN) {
        println!("  {}: {}", finding.invariant, finding.what);
    }
    if let Some(kept) = &outcome.kept {
        println!("kept to be looked at: {kept}");
    }
}
