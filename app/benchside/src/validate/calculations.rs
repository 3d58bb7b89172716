//! `calculations.json`: a function by its name, its inputs, and what it gives unrounded and reported.

use super::ldl;
use super::printed::{Fields, Json, Printed};
use super::{Judged, Verdict, name_of};
use catalogue::Catalogue;
use catalogue::calculations::{Calculated, Calculation, Given, InputKind, Inputs, NotCalculated};
use kernel::value::{Comparator, DecimalMark, Value, ValueKindExpected};
use kernel::{Decimal, Lang, Number, Quantity, Sex, Unit};
use serde::Deserialize;
use serde_json::value::RawValue;

/// How close a calculation must come to its expectation.
const TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

#[derive(Deserialize)]
struct Case {
    id: Option<Box<RawValue>>,
    function: String,
    input: Fields,
    expected: Option<Box<RawValue>>,
    reported: Option<Box<RawValue>>,
    unit: Option<String>,
}

pub(super) fn judge_all(text: &str, catalogue: &Catalogue) -> Result<Vec<Judged>, String> {
    let cases: Vec<Case> = serde_json::from_str(text).map_err(|error| format!("not a list of calculations: {error}"))?;
    let judged = |(index, case): (usize, &Case)| Judged {
        case: format!("{} {}", name_of(case.id.as_deref(), index), case.function),
        verdict: judge(case, catalogue).unwrap_or_else(|trouble| failed(case, &trouble)),
    };
    Ok(cases.iter().enumerate().map(judged).collect())
}

fn failed(case: &Case, got: &str) -> Verdict {
    let text = |raw: &Option<Box<RawValue>>| raw.as_deref().map_or_else(|| "null".to_owned(), |raw| raw.get().to_owned());
    Verdict::Failed { expected: format!("{} (reported {})", text(&case.expected), text(&case.reported)), got: got.to_owned() }
}

/// The verdict, or what is wrong with the case or the result in words.
fn judge(case: &Case, catalogue: &Catalogue) -> Result<Verdict, String> {
    let outcome = if case.function == ldl::FUNCTION {
        ldl::calculate(&case.input, case.expected.as_deref(), catalogue)?
    } else {
        let Some(calculation) = Calculation::find(&case.function) else {
            return Ok(Verdict::NotRun(format!("no function {} yet", case.function)));
        };
        let inputs: Vec<(&str, Given)> =
            case.input.iter().map(|(name, raw)| given(calculation, name, raw)).collect::<Result<_, String>>()?;
        calculation.calculate(Inputs(&inputs))
    };
    let expected = case.expected.as_deref().map_or(Ok(Json::Null), Json::read)?;
    let reported = case.reported.as_deref().map_or(Ok(Json::Null), Json::read)?;
    let unit = case.unit.as_deref().unwrap_or_default();
    match meets(&expected, &reported, unit, &outcome) {
        true => Ok(Verdict::Passed),
        false => Ok(failed(case, &in_words(&outcome))),
    }
}

/// An input in the unit its name says, which is the calculation's own.
fn given<'a>(calculation: &Calculation, name: &'a str, raw: &RawValue) -> Result<(&'a str, Given), String> {
    let unknown = || {
        let names: Vec<&str> = calculation.inputs.iter().map(|input| input.name).collect();
        format!("{} has no input {name}; it takes {}", calculation.name, names.join(", "))
    };
    let input = calculation.inputs.iter().find(|input| input.name == name).ok_or_else(unknown)?;
    let given = match (input.kind, Json::read(raw)?) {
        (_, Json::Null) => Given::Missing,
        (InputKind::Quantity(unit), Json::Number(number)) => quantity(Number::exactly(number.value), unit)?,
        (InputKind::Quantity(unit), Json::Text(text)) => match Value::read(&text, ValueKindExpected::Number, DecimalMark::Point) {
            Ok(Value::Number(number)) => quantity(number, unit)?,
            Ok(Value::NotMeasured(mark)) => Given::NotMeasured(mark.reason()),
            Ok(_) => return Err(format!("input {name}: {text} is no number")),
            Err(trouble) => return Err(format!("input {name}: {trouble}")),
        },
        (InputKind::Sex, Json::Text(code)) => Given::Sex(Sex::from_code(&code).ok_or_else(|| format!("{code} is no sex: F, M, O or U"))?),
        (InputKind::Fact, Json::Bool(fact)) => Given::Fact(fact),
        (kind, _) => return Err(format!("input {name}: {} does not fit {kind:?}", raw.get())),
    };
    Ok((name, given))
}

fn quantity(number: Number, unit: &str) -> Result<Given, String> {
    let unit = Unit::ucum(unit).map_err(|trouble| trouble.to_string())?;
    Ok(Given::Quantity(Quantity::new(number, unit)))
}

/// Whether an outcome meets its expectation.
fn meets(expected: &Json, reported: &Json, unit: &str, outcome: &Result<Calculated, NotCalculated>) -> bool {
    match (expected, outcome) {
        (Json::Null, Err(reason)) => is_a_reason_for_null(reason) && matches!(reported, Json::Null),
        (Json::Text(text), Err(reason)) => names_null(text) && is_a_reason_for_null(reason) && matches!(reported, Json::Null),
        (Json::Number(number), Ok(calculated)) => {
            let close = calculated.unrounded.exact().is_some_and(|found| number.is_within(TOLERANCE, found));
            close && reported_meets(reported, calculated) && unit_meets(unit, calculated.unit)
        }
        (Json::Text(text), Ok(calculated)) => bound_meets(text, calculated) && unit_meets(unit, calculated.unit),
        (Json::Object(parts), Ok(calculated)) => parts_meet(parts, calculated) && reported_meets(reported, calculated),
        _ => false,
    }
}

/// What the leading code of an expectation in words may be where no result is expected.
fn names_null(text: &str) -> bool {
    const CODES: [&str; 7] = ["blocked", "null", "none", "missing", "undefined", "not calculated", "not"];
    let text = text.trim().to_ascii_lowercase();
    let code = text.split([':', ' ', ',']).next().unwrap_or_default();
    CODES.contains(&code) || text.starts_with("not calculated")
}

/// An input in a unit or of a kind that the calculation does not take is a fault of the case, never the null that was expected.
const fn is_a_reason_for_null(reason: &NotCalculated) -> bool {
    !matches!(reason, NotCalculated::WrongKind { .. } | NotCalculated::Unit { .. } | NotCalculated::TooManyDigits)
}

fn reported_meets(reported: &Json, calculated: &Calculated) -> bool {
    match reported {
        Json::Null => true,
        Json::Number(number) => calculated.reported.exact().is_some_and(|found| number.agrees_with(found)),
        Json::Text(text) => is_bound(text, &calculated.reported),
        _ => false,
    }
}

/// An expectation such as `<30`: the bound as reported or as computed.
fn bound_meets(text: &str, calculated: &Calculated) -> bool {
    is_bound(text, &calculated.reported) || is_bound(text, &calculated.unrounded)
}

fn is_bound(text: &str, found: &Number) -> bool {
    match Value::read(text, ValueKindExpected::Number, DecimalMark::Point) {
        Ok(Value::Number(number)) => {
            let printed = Printed { value: number.decimal() };
            number.comparator() == found.comparator() && found.is_censored() && printed.agrees_with(found.decimal())
        }
        _ => false,
    }
}

fn parts_meet(parts: &Fields, calculated: &Calculated) -> bool {
    parts.iter().all(|(name, raw)| {
        let found = calculated.parts.iter().find(|(part, _)| part == name).map(|(_, found)| *found);
        matches!((Json::read(raw), found), (Ok(Json::Number(number)), Some(found)) if number.is_within(TOLERANCE, found))
    })
}

/// Whether the unit of a case is ours. What stands in braces has no meaning in UCUM, and a text that is no unit only explains.
fn unit_meets(unit: &str, ours: &str) -> bool {
    fn bare(unit: &str) -> String {
        unit.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect()
    }
    unit.is_empty() || Unit::ucum(unit).is_err() || bare(unit) == bare(ours)
}

fn in_words(outcome: &Result<Calculated, NotCalculated>) -> String {
    match outcome {
        Err(reason) => format!("null: {}", reason.words(Lang::English)),
        Ok(calculated) => {
            let parts: String = calculated.parts.iter().map(|(name, part)| format!("{name} {part}, ")).collect();
            let sign = if calculated.unrounded.comparator() == Comparator::Exact { "" } else { "a bound, " };
            format!("{parts}{sign}{} (reported {}) {}", calculated.unrounded, calculated.reported, calculated.unit)
        }
    }
}
