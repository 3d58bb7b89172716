//! # Format and unit
//!
//! **What it checks.** The text is an exact number within the digits we can hold, its unit is known and converts exactly to the
//! catalogue's, and the analyser itself did not doubt it.
//!
//! **Why.** A number in the wrong unit, or a bound taken for a value, reads as a plausible result and is not one.
//!
//! **When it holds.** No value, nothing measured, only a bound (`>15`), no unit, an unknown or inexact unit, a data alarm of the analyser.
//!
//! **Source.** Global conventions of the laboratory rules: refuse arithmetic across units without a registered conversion; a censored value
//! is not a number.

use super::{finding, pass};
use kernel::Value;
use workflow::{Because, Gate, GateFinding, Measured, Verdict};

/// Judges whether there is a value that can be reported as it stands.
pub fn judge(measured: &Measured) -> GateFinding {
    let hold = |because| finding(Gate::FormatAndUnit, Verdict::Hold, because);
    match &measured.value {
        Err(because) => hold(because.clone()),
        Ok(Value::Number(number)) if !number.is_censored() => {
            let doubts: Vec<&str> = measured.flags.iter().map(String::as_str).filter(|flag| !is_range_flag(flag)).collect();
            if doubts.is_empty() { pass(Gate::FormatAndUnit) } else { hold(Because::DeviceFlagged { flags: doubts.join(", ") }) }
        }
        Ok(Value::Number(_)) => hold(Because::Censored { sent: measured.sent.clone() }),
        Ok(Value::NotMeasured(_)) => hold(Because::NotMeasured { sent: measured.sent.clone() }),
        Ok(Value::Coded(_) | Value::SemiQuantitative(_) | Value::Titre(_) | Value::Text(_)) => {
            hold(Because::NotAValue { sent: measured.sent.clone(), trouble: "a number is expected".to_owned() })
        }
    }
}

/// The device's own comparison with its own ranges (LIS2 abnormal flags): it says nothing against the value.
fn is_range_flag(flag: &str) -> bool {
    matches!(flag, "N" | "L" | "H" | "LL" | "HH")
}
