//! `ldl_martin_hopkins.json`: factor, LDL and what is reported, each to the digits printed.

use super::printed::{Fields, Json};
use super::{Judged, Verdict, name_of};
use catalogue::Catalogue;
use catalogue::calculations::martin_hopkins::{HighTriglycerides, ldl_martin_hopkins};
use catalogue::calculations::{Amount, Calculated, MgPerDl, NotCalculated, Outcome};
use kernel::Lang;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The name of the function in files of calculations.
pub(super) const FUNCTION: &str = "ldl_martin_hopkins";
/// The inputs.
const INPUTS: [&str; 3] = ["total", "hdl", "trig"];

#[derive(Deserialize)]
struct Case {
    id: Option<Box<RawValue>>,
    input: Fields,
    expected: Box<RawValue>,
}

pub(super) fn judge_all(text: &str, catalogue: &Catalogue) -> Result<Vec<Judged>, String> {
    let cases: Vec<Case> = serde_json::from_str(text).map_err(|error| format!("not a list of LDL cases: {error}"))?;
    let judged = |(index, case): (usize, &Case)| {
        let verdict = judge(case, catalogue).unwrap_or_else(|got| Verdict::Failed { expected: case.expected.get().to_owned(), got });
        Judged { case: name_of(case.id.as_deref(), index), verdict }
    };
    Ok(cases.iter().enumerate().map(judged).collect())
}

fn judge(case: &Case, catalogue: &Catalogue) -> Result<Verdict, String> {
    let outcome = calculate(&case.input, Some(&case.expected), catalogue)?;
    match (Json::read(&case.expected)?, outcome) {
        (Json::Text(_) | Json::Null, Err(reason)) if reason.is_blocked() => Ok(Verdict::Passed),
        (Json::Object(fields), Ok(found)) => {
            fields.iter().try_for_each(|(name, raw)| part_meets(name, raw, &found)).map(|()| Verdict::Passed)
        }
        (_, Ok(found)) => Err(in_words(&found)),
        (_, Err(reason)) => Err(format!("null: {}", reason.words(Lang::English))),
    }
}

fn part_meets(name: &str, raw: &RawValue, found: &Calculated) -> Result<(), String> {
    let part = match name {
        "reported" => found.reported.exact(),
        _ => found.parts.iter().find(|(part, _)| *part == name).map(|(_, value)| *value),
    };
    match (Json::read(raw)?, part) {
        (Json::Number(number), Some(part)) if number.agrees_with(part) => Ok(()),
        _ => Err(in_words(found)),
    }
}

fn in_words(found: &Calculated) -> String {
    let parts: Vec<String> = found.parts.iter().map(|(name, part)| format!("{name} {part}")).collect();
    format!("{} (reported {})", parts.join(", "), found.reported)
}

/// Calculates for a case. From TG 400 on, the expectation says which of the two policies a director may choose is tried: blocked where
/// it is in words, else the last row of the table (`content/cases/README.md`); a case without one is judged by the edition's own policy.
pub(super) fn calculate(
    input: &Fields,
    expected: Option<&RawValue>,
    catalogue: &Catalogue,
) -> Result<Result<Calculated, NotCalculated>, String> {
    if let Some(unknown) = input.keys().find(|name| !INPUTS.contains(&name.as_str())) {
        return Err(format!("{FUNCTION} has no input {unknown}; it takes {}", INPUTS.join(", ")));
    }
    let amount = |name: &str| match input.get(name).map(|raw| Json::read(raw)) {
        Some(Ok(Json::Number(number))) => Ok(Amount::<MgPerDl>::new(number.value)),
        _ => Err(format!("input {name} must be a number")),
    };
    let [total, hdl, trig] = INPUTS;
    let (total, hdl, trig) = (amount(total)?, amount(hdl)?, amount(trig)?);
    let policy = match expected.map(Json::read) {
        Some(Ok(Json::Text(_) | Json::Null)) => HighTriglycerides::Blocked,
        Some(_) => HighTriglycerides::LastRow,
        None => return Ok(catalogue.ldl_martin_hopkins(total, hdl, trig).and_then(|found| found.calculated(0))),
    };
    let factors = catalogue.ldl_factors().ok_or("the edition has no factors of Martin and Hopkins")?;
    let found = ldl_martin_hopkins(total, hdl, trig, factors, policy);
    Ok(found.and_then(|found| found.calculated(0)))
}
