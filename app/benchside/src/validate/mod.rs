//! Verification cases through the production functions: the laboratory's own evidence that its calculations and rules work.
//!
//! What each file of cases holds and how its expectations are compared is said in `content/cases/README.md`.

mod calculations;
mod files;
mod ldl;
mod printed;
mod reference_flags;
mod sigma;

pub(crate) use files::{CaseFile, read_folder, shipped};

use catalogue::Catalogue;
use printed::Json;

/// How one case ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As expected.
    Passed,
    /// Otherwise than expected.
    Failed { expected: String, got: String },
    /// There is nothing here that it could be asked of.
    NotRun(String),
}

/// One case with its name, which is its id or its place in the file.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) case: String,
    pub(crate) verdict: Verdict,
}

/// Judges the cases of one file; a text that is not in the file's format is refused with the reason.
type Rule = fn(&str, &Catalogue) -> Result<Vec<Judged>, String>;

/// Files of cases by name. Those without a rule are known and not run.
const FORMATS: &[(&str, Option<Rule>)] = &[
    ("antibiogram_m39.json", None),
    ("ast_interpretation.json", None),
    ("bloodbank.json", None),
    ("calculations.json", Some(calculations::judge_all)),
    ("cusum_tabular.json", None),
    ("isbt128.json", None),
    ("ldl_martin_hopkins.json", Some(ldl::judge_all)),
    ("mdro_expert.json", None),
    ("molecular_ua.json", None),
    ("pbrtqc.json", None),
    ("qualification.json", None),
    ("reference_flags.json", Some(reference_flags::judge_all)),
    ("sigma.json", Some(sigma::judge_all)),
    ("specimen_integrity.json", None),
    ("westgard.json", None),
];

/// Folders of reference data that later rules will read.
const FOLDERS: &[&str] = &["nist-strd", "third-party"];

/// What became of one file.
pub(crate) enum Ran {
    /// Its cases were judged.
    Judged(Vec<Judged>),
    /// Benchside has no rule for it yet.
    NoRule,
}

/// Runs one file. A name or a text that is no known format is refused with the reason.
pub(crate) fn run(file: &CaseFile, catalogue: &Catalogue) -> Result<Ran, String> {
    if file.name.split_once('/').is_some_and(|(folder, _)| FOLDERS.contains(&folder)) {
        return Ok(Ran::NoRule);
    }
    match FORMATS.iter().find(|(name, _)| *name == file.name) {
        None => Err("no format of cases has this name; content/cases/README.md lists them".to_owned()),
        Some((_, None)) => Ok(Ran::NoRule),
        Some((_, Some(rule))) => {
            let text = std::str::from_utf8(&file.bytes).map_err(|error| format!("not UTF-8: {error}"))?;
            rule(text, catalogue).map(Ran::Judged)
        }
    }
}

/// The name of a case: its id, or its place in the file counted from 1.
fn name_of(id: Option<&serde_json::value::RawValue>, index: usize) -> String {
    match id.map(Json::read) {
        Some(Ok(Json::Text(id))) => id,
        Some(Ok(Json::Number(id))) => id.value.to_string(),
        _ => format!("#{}", index.saturating_add(1)),
    }
}
