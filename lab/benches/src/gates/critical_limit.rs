//! # Critical limit
//!
//! **What it checks.** The reported value against the critical limits of this test for this patient's sex and age at collection, and for
//! the specimen, method and instrument: those of the instrument before those of the method, these before those of the specimen.
//!
//! **Why.** A value this far out treats or kills within the hour: somebody must see it and call.
//!
//! **When it holds.** The reported number is strictly below `low` or strictly above `high` (at the limit is not beyond it); the code is the
//! critical one; the grade is above negative where that is critical; a bound that already lies beyond; a bound that does not say; words,
//! where they may say something critical; a birth date, hour of birth or sex that is not known, where the limits that may hold
//! do not say alike; no value.
//!
//! **Not established.** Where nothing holds but no director has signed the edition, the gate says so instead of passing.
//!
//! **Source.** Laboratory rules 5.1; limits: the edition named with the result.

use super::{finding, pass};
use crate::Context;
use catalogue::{Beyond, LimitChoice};
use kernel::Value;
use workflow::{Because, Gate, GateFinding, Measured, Verdict};

/// Judges the reported value against the critical limits.
pub fn judge(measured: &Measured, context: &Context<'_>) -> GateFinding {
    let selection = context.selection();
    let choice = context.catalogue.critical_limits().choose(&context.test.code, &selection);
    let because = match (&choice, reported(measured, context.test.decimals)) {
        (LimitChoice::None, _) => None,
        (_, None) => Some(Because::NothingToCompare),
        (choice, Some(reported)) => match choice.judge(&reported) {
            Ok(said) => beyond(said, &reported, measured),
            Err(fact) => Some(Because::PatientFactUnknown { fact: fact.words().to_owned() }),
        },
    };
    because.map_or_else(|| no_limit_crossed(context), |because| finding(Gate::CriticalLimit, Verdict::Hold, because))
}

/// Why a value that lies there needs eyes; nothing where it does not.
fn beyond(said: Beyond, reported: &Value, measured: &Measured) -> Option<Because> {
    let words = || reported.words(kernel::Lang::English).into_owned();
    Some(match (said, reported) {
        (Beyond::No, _) => return None,
        (Beyond::Below(limit), _) => Because::BelowCritical { reported: words(), limit: limit.to_string() },
        (Beyond::Above(limit), _) => Because::AboveCritical { reported: words(), limit: limit.to_string() },
        (Beyond::Found, _) => Because::CriticalFinding { reported: words() },
        (Beyond::NotSaid, Value::Number(number)) if number.is_censored() => Because::Censored { sent: measured.sent.clone() },
        (Beyond::NotSaid, Value::Text(_)) => Because::WordsToRead,
        (Beyond::NotSaid, _) => Because::NothingToCompare,
    })
}

/// Nothing was crossed: a pass, if somebody signed what was looked at.
fn no_limit_crossed(context: &Context<'_>) -> GateFinding {
    let edition = context.catalogue.edition();
    if edition.is_signed() {
        return pass(Gate::CriticalLimit);
    }
    finding(Gate::CriticalLimit, Verdict::NotEstablished, Because::EditionUnsigned { edition: edition.name.clone() })
}

/// The value as it is printed, so that the flag agrees with the paper.
pub(crate) fn reported(measured: &Measured, decimals: u32) -> Option<Value> {
    match measured.value.as_ref().ok()? {
        Value::Number(number) => number.rounded(decimals).map(Value::Number),
        Value::NotMeasured(_) => None,
        value => Some(value.clone()),
    }
}
