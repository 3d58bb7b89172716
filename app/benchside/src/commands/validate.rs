//! `benchside validate`: verification cases through the production functions, with evidence that a laboratory can file.

use super::say;
use crate::edition_folder::{self, catalogue_of, told};
use crate::failure::Failure;
use crate::validate::{CaseFile, Judged, Ran, Verdict, read_folder, run as run_file, shipped};
use catalogue::Catalogue;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// What `validate` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// A folder of cases; without it, those that ship with the program are run.
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// The folder of the edition to run them by; without it, the one that ships with the program. `benchside edition export --data` writes a
    /// laboratory's.
    #[arg(long, value_name = "DIR")]
    edition: Option<PathBuf>,
    /// Print the evidence as JSON.
    #[arg(long)]
    json: bool,
    /// Who runs it; the name goes into the evidence.
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
}

/// What a laboratory files: what was run, with which program and edition, when, by whom, and how it ended.
#[derive(Serialize)]
struct Evidence<'a> {
    program: &'static str,
    edition: EditionLine<'a>,
    at: String,
    who: Option<&'a str>,
    cases: String,
    files: Vec<FileLine>,
    passed: usize,
    failed: usize,
    not_run: usize,
    /// Whether nothing failed. What was not run is not vouched for.
    holds: bool,
}

#[derive(Serialize)]
struct EditionLine<'a> {
    name: &'a str,
    effective_from: String,
    /// What a director signs: `benchside edition list` shows it beside the signature.
    sha256: String,
    signature: &'static str,
}

/// Files cannot say whether somebody vouches for them.
const SIGNED_ELSEWHERE: &str = "as `benchside edition list` shows it in the laboratory, for the edition with this sha256";

#[derive(Serialize)]
struct FileLine {
    file: String,
    sha256: String,
    passed: usize,
    failed: usize,
    /// Cases of this file that were not run; where the file has no rule yet, its cases are not counted and this is null.
    not_run: Option<usize>,
    failures: Vec<FailureLine>,
    not_run_because: Vec<String>,
}

#[derive(Serialize)]
struct FailureLine {
    case: String,
    expected: String,
    got: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let files = arguments.cases.as_deref().map_or_else(|| Ok(shipped()), read_folder)?;
    let edition = match &arguments.edition {
        Some(folder) => edition_folder::read(folder).map_err(told)?,
        None => actions::starting_edition().map_err(Failure::environment)?,
    };
    let catalogue = catalogue_of(&edition, "the edition")?;
    let lines = judge(&files, &catalogue)?;
    let sum = |count: fn(&FileLine) -> usize| lines.iter().map(count).sum();
    let evidence = Evidence {
        program: concat!("benchside ", env!("CARGO_PKG_VERSION")),
        edition: EditionLine {
            name: &catalogue.edition().name,
            effective_from: catalogue.edition().effective_from.to_string(),
            sha256: actions::edition_digest(&edition),
            signature: if arguments.edition.is_some() { SIGNED_ELSEWHERE } else { "unverified" },
        },
        at: actions::now().to_string(),
        who: arguments.who.as_deref(),
        cases: arguments.cases.as_ref().map_or_else(|| "shipped with the program".to_owned(), |folder| folder.display().to_string()),
        passed: sum(|line| line.passed),
        failed: sum(|line| line.failed),
        not_run: sum(|line| line.not_run.unwrap_or_default()),
        holds: lines.iter().all(|line| line.failed == 0),
        files: lines,
    };
    if arguments.json {
        say(serde_json::to_string_pretty(&evidence).map_err(Failure::environment)?);
    } else {
        print(&evidence);
    }
    match evidence.failed {
        0 => Ok(()),
        failed => Err(Failure::DoesNotHold(format!("{failed} of {} cases failed", evidence.passed.saturating_add(failed)))),
    }
}

/// Runs every file. Those that cannot be read are named all at once, and then nothing counts as evidence.
fn judge(files: &[CaseFile], catalogue: &Catalogue) -> Result<Vec<FileLine>, Failure> {
    let (mut lines, mut troubles) = (Vec::new(), Vec::new());
    for file in files {
        match run_file(file, catalogue) {
            Ok(ran) => lines.push(line(file, ran)),
            Err(trouble) => troubles.push(format!("{}: {trouble}", file.name)),
        }
    }
    if troubles.is_empty() { Ok(lines) } else { Err(Failure::Use(troubles.join("\n"))) }
}

fn line(file: &CaseFile, ran: Ran) -> FileLine {
    let mut line = FileLine {
        file: file.name.clone(),
        sha256: hex::encode(Sha256::digest(&file.bytes)),
        passed: 0,
        failed: 0,
        not_run: Some(0),
        failures: Vec::new(),
        not_run_because: Vec::new(),
    };
    let Ran::Judged(cases) = ran else {
        line.not_run = None;
        line.not_run_because.push("no rule of Benchside yet".to_owned());
        return line;
    };
    for Judged { case, verdict } in cases {
        match verdict {
            Verdict::Passed => line.passed = line.passed.saturating_add(1),
            Verdict::Failed { expected, got } => {
                line.failed = line.failed.saturating_add(1);
                line.failures.push(FailureLine { case, expected, got });
            }
            Verdict::NotRun(why) => {
                line.not_run = line.not_run.map(|count| count.saturating_add(1));
                line.not_run_because.push(format!("{case}: {why}"));
            }
        }
    }
    line
}

fn print(evidence: &Evidence<'_>) {
    let edition = &evidence.edition;
    say(format!("{}, edition {} ({}), {}", evidence.program, edition.name, edition.signature, evidence.at));
    for line in &evidence.files {
        match line.not_run {
            None => say(format!("{}: not run: no rule of Benchside yet", line.file)),
            Some(0) => say(format!("{}: {} passed, {} failed", line.file, line.passed, line.failed)),
            Some(not_run) => say(format!("{}: {} passed, {} failed, {not_run} not run", line.file, line.passed, line.failed)),
        }
        for failure in &line.failures {
            say(format!("  failed: {} {}: expected {}, got {}", line.file, failure.case, failure.expected, failure.got));
        }
        if line.not_run.is_some() {
            line.not_run_because.iter().for_each(|why| say(format!("  not run: {} {why}", line.file)));
        }
    }
    let no_rule = evidence.files.iter().filter(|line| line.not_run.is_none()).count();
    let (passed, failed, not_run) = (evidence.passed, evidence.failed, evidence.not_run);
    say(format!("{passed} passed, {failed} failed, {not_run} not run; {no_rule} files have no rule yet and were not run"));
}
