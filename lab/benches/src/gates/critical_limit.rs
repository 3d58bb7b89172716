//! # Critical limit
//!
//! **What it checks.** The reported value against the critical limits of this test for this patient's sex and age at collection.
//!
//! **Why.** A value this far out treats or kills within the hour: somebody must see it and call.
//!
//! **When it holds.** The reported value is strictly below `low` or strictly above `high` (at the limit is not beyond it); a bound that
//! already lies beyond; a bound that does not say; a limit that hangs on a birth date or sex which is not known; no value.
//!
//! **Not established.** Where nothing holds but no director has signed the edition, the gate says so instead of passing.
//!
//! **Source.** Laboratory rules 5.1; limits: the edition named with the result.

use super::{finding, pass};
use crate::Context;
use catalogue::{Beyond, LimitChoice};
use kernel::{AgeAtCollection, Number, Value};
use workflow::{Because, Gate, GateFinding, Measured, Verdict};

/// Judges the reported value against the critical limits.
pub fn judge(measured: &Measured, context: &Context<'_>) -> GateFinding {
    let hold = |because| finding(Gate::CriticalLimit, Verdict::Hold, because);
    let patient = &context.work.patient;
    let collected = context.work.collected_or_ordered_at;
    let age = patient.birth.and_then(|birth| AgeAtCollection::from_birth_date(&birth, collected, context.zone));
    let age = age.unwrap_or(AgeAtCollection::unknown());
    match context.catalogue.critical_limits().choose(&context.test.code, patient.sex, age, &[]) {
        LimitChoice::Needs(fact) => hold(Because::PatientFactUnknown { fact: fact.words().to_owned() }),
        LimitChoice::None => no_limit_crossed(context),
        LimitChoice::Row(limit) => match reported_number(measured, context.test.decimals) {
            None => hold(Because::NothingToCompare),
            Some(reported) => match limit.beyond(&reported) {
                Beyond::Below(limit) => hold(Because::BelowCritical { reported: reported.to_string(), limit: limit.to_string() }),
                Beyond::Above(limit) => hold(Because::AboveCritical { reported: reported.to_string(), limit: limit.to_string() }),
                Beyond::NotSaid => hold(Because::Censored { sent: measured.sent.clone() }),
                Beyond::No => no_limit_crossed(context),
            },
        },
    }
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
fn reported_number(measured: &Measured, decimals: u32) -> Option<Number> {
    match &measured.value {
        Ok(Value::Number(number)) => number.rounded(decimals),
        Ok(_) | Err(_) => None,
    }
}
