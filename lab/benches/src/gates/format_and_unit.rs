//! # Format and unit
//!
//! **What it checks.** The value is of the kind its test gives. A number is exact and within the digits we can hold, its unit is known and
//! converts exactly to the catalogue's, and the analyser itself did not doubt it.
//!
//! **Why.** A number in the wrong unit, or a bound taken for a value, reads as a plausible result and is not one.
//!
//! **When it holds.** No value, nothing measured, only a bound (`>15`), no unit, an unknown or inexact unit, a data alarm of the analyser.
//!
//! **Source.** Global conventions of the laboratory rules: refuse arithmetic across units without a registered conversion; a censored value
//! is not a number.

use super::{finding, pass};
use crate::Context;
use kernel::{Lang, Value, ValueKindExpected};
use workflow::{Because, Gate, GateFinding, Measured, Verdict};

/// Judges whether there is a value that can be reported as it stands.
pub fn judge(measured: &Measured, context: &Context<'_>) -> GateFinding {
    let hold = |because| finding(Gate::FormatAndUnit, Verdict::Hold, because);
    match &measured.value {
        Err(because) => hold(because.clone()),
        Ok(Value::Number(number)) if !number.is_censored() => {
            let doubts: Vec<&str> = measured.flags.iter().map(String::as_str).filter(|flag| !is_range_flag(flag)).collect();
            if doubts.is_empty() { pass(Gate::FormatAndUnit) } else { hold(Because::DeviceFlagged { flags: doubts.join(", ") }) }
        }
        Ok(Value::Number(_)) => hold(Because::Censored { sent: measured.sent.clone() }),
        Ok(Value::NotMeasured(_)) => hold(Because::NotMeasured { sent: measured.sent.clone() }),
        Ok(value) if is_of_kind(value, context.test.kind) => pass(Gate::FormatAndUnit),
        Ok(Value::Coded(_) | Value::SemiQuantitative(_) | Value::Titre(_) | Value::Text(_)) => {
            let trouble = format!("{} is expected", context.test.kind.words(Lang::English));
            hold(Because::NotAValue { sent: measured.sent.clone(), trouble })
        }
    }
}

/// Whether a value that is no number is what the test gives.
fn is_of_kind(value: &Value, kind: ValueKindExpected) -> bool {
    matches!(
        (value, kind),
        (Value::Coded(_), ValueKindExpected::Coded)
            | (Value::SemiQuantitative(_), ValueKindExpected::SemiQuantitative)
            | (Value::Titre(_), ValueKindExpected::Titre)
            | (Value::Text(_), ValueKindExpected::Text)
    )
}

/// The device's own comparison with its own ranges (LIS2 abnormal flags): it says nothing against the value.
fn is_range_flag(flag: &str) -> bool {
    matches!(flag, "N" | "L" | "H" | "LL" | "HH")
}
