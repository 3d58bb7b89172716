//! `reference_flags.json`: the interval chosen for a patient, and the flag of the reported value.
//!
//! An expectation leads with the flag, or with `reported VALUE ->` and then the flag; intervals that follow it (`40-129`) must be
//! among those shown. `L` and `H` speak of the interval, also where the value is critical besides; `LL` and `HH` of the critical limit.

use super::printed::{Fields, Json, Printed};
use super::{Judged, Verdict, name_of};
use catalogue::intervals::flag::union;
use catalogue::{Catalogue, CriticalLimit, Flag, Flagged, IntervalChoice, LimitChoice, NoFlag, Selection, TestCode};
use kernel::value::{DecimalMark, Value, ValueKindExpected};
use kernel::{AgeAtCollection, Decimal, Lang, Number, Sex};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Case {
    id: Option<Box<RawValue>>,
    input: Fields,
    expected: Option<Box<RawValue>>,
}

/// What a case may say of patient, specimen and value.
const INPUTS: [&str; 10] = ["test", "sex", "age_days", "age_hours", "age_years", "condition", "specimen", "method", "instrument", "value"];

/// An interval as shown: both bounds where it has them.
type Shown = (Option<Decimal>, Option<Decimal>);

pub(super) fn judge_all(text: &str, catalogue: &Catalogue) -> Result<Vec<Judged>, String> {
    let cases: Vec<Case> = serde_json::from_str(text).map_err(|error| format!("not a list of flag cases: {error}"))?;
    let judged = |(index, case): (usize, &Case)| {
        let expected = case.expected.as_deref().map_or("null", RawValue::get).to_owned();
        let verdict = judge(case, catalogue).map_or_else(|got| Verdict::Failed { expected, got }, |()| Verdict::Passed);
        Judged { case: name_of(case.id.as_deref(), index), verdict }
    };
    Ok(cases.iter().enumerate().map(judged).collect())
}

/// Nothing, or what was found otherwise than expected.
fn judge(case: &Case, catalogue: &Catalogue) -> Result<(), String> {
    let input = &case.input;
    if let Some(unknown) = input.keys().find(|name| !INPUTS.contains(&name.as_str())) {
        return Err(format!("a flag case has no input {unknown}; it takes {}", INPUTS.join(", ")));
    }
    let text = |name: &str| match input.get(name).map(|raw| Json::read(raw)) {
        None | Some(Ok(Json::Null)) => Ok(None),
        Some(Ok(Json::Text(text))) => Ok(Some(text)),
        Some(_) => Err(format!("{name} must be a text")),
    };
    let code = text("test")?.ok_or("the case names no test")?;
    let test = TestCode::parse(&code).ok_or_else(|| format!("{code} is no test code"))?;
    let decimals = catalogue.test(&test).map(|test| test.decimals).ok_or_else(|| format!("test {code} is not in the catalogue"))?;
    let sex = match text("sex")? {
        None => Sex::Unknown,
        Some(code) => Sex::from_code(&code).ok_or_else(|| format!("{code} is no sex: F, M, O or U"))?,
    };
    let (condition, specimen, method) = (text("condition")?, text("specimen")?, text("method")?);
    let conditions: Vec<&str> = condition.as_deref().into_iter().collect();
    let age = age(input)?;
    let instrument = text("instrument")?;
    let selection = Selection {
        sex,
        age,
        conditions: &conditions,
        specimen: specimen.as_deref(),
        method: method.as_deref(),
        instrument: instrument.as_deref(),
    };
    let choice = catalogue.intervals().choose(&test, &selection);
    let critical = catalogue.critical_limits().choose(&test, &selection);
    let flagged = flagged(input, decimals, &choice, &critical)?;
    let expected = case.expected.as_deref().map_or(Ok(Json::Null), Json::read)?;
    if meets(&expected, &flagged, &choice) { Ok(()) } else { Err(in_words(&flagged, &choice)) }
}

fn flagged(
    input: &Fields,
    decimals: u32,
    choice: &IntervalChoice<'_>,
    critical: &LimitChoice<'_, CriticalLimit>,
) -> Result<Flagged, String> {
    let value = match input.get("value").map(|raw| Json::read(raw)) {
        Some(Ok(Json::Number(number))) => Number::exactly(number.value),
        Some(Ok(Json::Text(text))) => match Value::read(&text, ValueKindExpected::Number, DecimalMark::Point) {
            Ok(Value::Number(number)) => number,
            _ => return Err(format!("the value {text} is no number")),
        },
        _ => return Err("the case states no value".to_owned()),
    };
    Flagged::of(&value, decimals, choice, critical).ok_or_else(|| "the value has more digits than can be reported".to_owned())
}

/// The age in the unit the case states it in.
fn age(input: &Fields) -> Result<AgeAtCollection, String> {
    let stated = [("age_days", Decimal::ONE), ("age_hours", Decimal::from(24)), ("age_years", Decimal::new(36525, 2))];
    for (name, per) in stated {
        match input.get(name).map(|raw| Json::read(raw)) {
            None | Some(Ok(Json::Null)) => {}
            Some(Ok(Json::Number(number))) => {
                let days = if name == "age_hours" { number.value.checked_div(per) } else { number.value.checked_mul(per) };
                return days.and_then(AgeAtCollection::from_days).ok_or_else(|| format!("{name} {} is no age", number.value));
            }
            Some(_) => return Err(format!("{name} must be a number")),
        }
    }
    Ok(AgeAtCollection::unknown())
}

fn meets(expected: &Json, flagged: &Flagged, choice: &IntervalChoice<'_>) -> bool {
    let text = match expected {
        Json::Null => return flagged.printed().is_none(),
        Json::Text(text) => text.trim(),
        _ => return false,
    };
    let (reported, rest) = match text.strip_prefix("reported").and_then(|rest| rest.split_once("->")) {
        Some((reported, rest)) => (Some(reported.trim()), rest.trim()),
        None => (None, text),
    };
    let as_reported = reported.is_none_or(|reported| match Value::read(reported, ValueKindExpected::Number, DecimalMark::Point) {
        Ok(Value::Number(number)) => number.decimal() == flagged.reported.decimal() && number.comparator() == flagged.reported.comparator(),
        _ => false,
    });
    let (code, rest) = rest.split_once([' ', ':', ',', ';']).unwrap_or((rest, ""));
    as_reported && flag_meets(code, flagged, choice) && expected_intervals(rest).iter().all(|interval| shown(choice).contains(interval))
}

fn flag_meets(code: &str, flagged: &Flagged, choice: &IntervalChoice<'_>) -> bool {
    let reference = flagged.reference.as_ref();
    match code.to_ascii_uppercase().as_str() {
        // Neither outside all possible intervals nor within all of them: no flag is printed.
        "N" => matches!(reference, Ok(Flag::Normal) | Err(NoFlag::Depends(_))),
        "L" => reference == Ok(&Flag::Low),
        "H" => reference == Ok(&Flag::High),
        "A" => reference == Ok(&Flag::Abnormal),
        "LL" => flagged.critical == Some(Flag::CriticallyLow),
        "HH" => flagged.critical == Some(Flag::CriticallyHigh),
        "BOTH" => matches!(choice, IntervalChoice::Several { .. }),
        "NONE" | "NO" | "NULL" | "-" | "UNFLAGGED" => flagged.printed().is_none(),
        _ => false,
    }
}

/// The intervals that stand right behind the flag: `12.0-16.0`, `12.0-16.0 and 13.5-17.5`. What follows only explains.
fn expected_intervals(rest: &str) -> Vec<Shown> {
    let mut found = Vec::new();
    for word in rest.split([' ', '/', ',', ';']).filter(|word| !word.is_empty() && !matches!(*word, "and" | "or" | "both")) {
        match interval(word) {
            Some(interval) => found.push(interval),
            None => break,
        }
    }
    found
}

/// `13.5-17.5`, also with a low bound below zero.
fn interval(word: &str) -> Option<Shown> {
    let (sign, digits) = word.strip_prefix('-').map_or(("", word), |digits| ("-", digits));
    let (low, high) = digits.split_once('-')?;
    Some((Some(Printed::read(&format!("{sign}{low}"))?.value), Some(Printed::read(high)?.value)))
}

/// Every interval that is shown, and the union of several.
fn shown(choice: &IntervalChoice<'_>) -> Vec<Shown> {
    match choice {
        IntervalChoice::None => Vec::new(),
        IntervalChoice::One(bounds) => vec![(bounds.low, bounds.high)],
        IntervalChoice::Several { bounds, .. } => bounds.iter().map(|bounds| (bounds.low, bounds.high)).chain([union(bounds)]).collect(),
    }
}

fn in_words(flagged: &Flagged, choice: &IntervalChoice<'_>) -> String {
    let bound = |bound: &Option<Decimal>| bound.map_or_else(String::new, |bound| bound.to_string());
    let intervals: Vec<String> = shown(choice).iter().map(|(low, high)| format!("{}-{}", bound(low), bound(high))).collect();
    let flag = match (flagged.printed(), &flagged.reference) {
        (Some(flag), _) => flag.code().to_owned(),
        (None, Err(why)) => format!("no flag ({})", why.words(Lang::English)),
        (None, Ok(flag)) => flag.code().to_owned(),
    };
    format!("reported {} -> {flag} {}", flagged.reported, intervals.join(" / "))
}
