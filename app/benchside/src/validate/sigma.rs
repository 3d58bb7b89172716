//! `sigma.json`: the allowable error in per cent and the sigma, each to the digits printed.
//!
//! Where a case states an absolute limit (`tea_abs`), its `tea_pct` is what the conversion is to give, and `tea_pct_rule` the
//! percentage arm of the criterion; otherwise `tea_pct` is the criterion itself.

use super::printed::{Fields, Json, Printed};
use super::{Judged, Verdict, name_of};
use catalogue::AllowableError;
use catalogue::Catalogue;
use kernel::Decimal;
use quality::sigma::{allowable_percent, bias_percent, critical_shift, cv_percent, sigma, total_error_percent};
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    cases: Vec<Fields>,
}

/// Fields a case may have; another one is a case we do not understand.
const KNOWN: [&str; 16] = [
    "id",
    "analyte",
    "source",
    "note",
    "tea_pct",
    "tea_pct_rule",
    "tea_abs",
    "mean",
    "target",
    "sd",
    "bias_pct",
    "cv_pct",
    "sigma",
    "total_error_pct",
    "critical_shift",
    "unit",
];

pub(super) fn judge_all(text: &str, _catalogue: &Catalogue) -> Result<Vec<Judged>, String> {
    let file: File = serde_json::from_str(text).map_err(|error| format!("not a file of sigma cases: {error}"))?;
    let judged = |(index, case): (usize, &Fields)| Judged {
        case: name_of(case.get("id").map(|id| &**id), index),
        verdict: judge(case).unwrap_or_else(|got| Verdict::Failed { expected: expected(case), got }),
    };
    Ok(file.cases.iter().enumerate().map(judged).collect())
}

fn expected(case: &Fields) -> String {
    let fields = ["tea_pct", "sigma", "total_error_pct", "critical_shift"];
    let found: Vec<String> = fields.iter().filter_map(|name| case.get(*name).map(|raw| format!("{name} {}", raw.get()))).collect();
    found.join(", ")
}

fn judge(case: &Fields) -> Result<Verdict, String> {
    if let Some(unknown) = case.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(format!("a sigma case has no field {unknown}"));
    }
    let number = |name: &str| match case.get(name).map(|raw| Json::read(raw)) {
        None | Some(Ok(Json::Null)) => Ok(None),
        Some(Ok(Json::Number(number))) => Ok(Some(number)),
        Some(_) => Err(format!("{name} must be a number")),
    };
    let value = |name: &str| number(name).map(|number| number.map(|number| number.value));
    let missing = |name: &str| format!("the case states no {name}");
    let (absolute, mean, target) = (value("tea_abs")?, value("mean")?, value("target")?);
    let percent = if absolute.is_some() { value("tea_pct_rule")? } else { value("tea_pct")?.or(value("tea_pct_rule")?) };
    let words = |trouble: quality::sigma::SigmaTrouble| format!("no sigma: {trouble}");
    let outcome = || -> Result<(Decimal, Decimal, Decimal), String> {
        let tea = AllowableError::new(percent, absolute).map_err(|trouble| format!("no sigma: {trouble}"))?;
        let tea = allowable_percent(&tea, mean).map_err(words)?;
        let bias = match (value("bias_pct")?, mean, target) {
            (Some(bias), ..) => bias,
            (None, Some(mean), Some(target)) => bias_percent(mean, target).map_err(words)?,
            _ => return Err(missing("bias_pct, nor mean and target")),
        };
        let cv = match (value("cv_pct")?, value("sd")?, mean) {
            (Some(cv), ..) => cv,
            (None, Some(sd), Some(mean)) => cv_percent(sd, mean).map_err(words)?,
            _ => return Err(missing("cv_pct, nor sd and mean")),
        };
        Ok((tea, bias, cv))
    };
    let ((tea, bias, cv), wanted) = match (outcome(), case.get("sigma").map(|raw| Json::read(raw))) {
        (Ok(facts), Some(Ok(wanted))) => (facts, wanted),
        (Err(trouble), Some(Ok(Json::Text(_) | Json::Null))) if trouble.starts_with("no sigma") => return Ok(Verdict::Passed),
        (Err(trouble), _) => return Err(trouble),
        (Ok(_), _) => return Err(missing("sigma")),
    };
    let found = match (sigma(tea, bias, cv), &wanted) {
        (Ok(found), Json::Number(_)) => found,
        (Err(_), Json::Text(_) | Json::Null) => return Ok(Verdict::Passed),
        (Ok(found), _) => return Err(format!("tea_pct {tea}, sigma {found}")),
        (Err(trouble), _) => return Err(words(trouble)),
    };
    let total = total_error_percent(bias, cv).map_err(words)?;
    let shift = critical_shift(found).map_err(words)?;
    let agrees = |printed: Option<Printed>, found: Decimal| printed.is_none_or(|printed| printed.agrees_with(found));
    let all = agrees(number("sigma")?, found)
        && agrees(number("tea_pct")?, tea)
        && agrees(number("total_error_pct")?, total)
        && agrees(number("critical_shift")?, shift);
    if all { Ok(Verdict::Passed) } else { Err(format!("tea_pct {tea}, sigma {found}, total_error_pct {total}, critical_shift {shift}")) }
}
