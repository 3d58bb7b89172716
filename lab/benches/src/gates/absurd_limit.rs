//! # Absurd limit
//!
//! **What it checks.** The value, before it is rounded, against the absurd limits of this test for this patient. Asked of what a person typed.
//!
//! **Why.** A potassium of 41 is a slip of the finger more often than a patient.
//!
//! **When it holds.** The number lies beyond a limit that may hold, or is a bound that may lie beyond it. At the limit is not beyond it.
//! Such a value is taken only when it was typed a second time without looking at the first.
//!
//! **Source.** Laboratory rules 2.5, gate 8; limits: the edition named with the result.

use super::{finding, pass};
use crate::Context;
use catalogue::{AbsurdLimit, Beyond, LimitChoice};
use kernel::Number;
use workflow::{Because, Gate, GateFinding, Measured, Verdict};

/// Judges the value against the absurd limits.
pub fn judge(measured: &Measured, context: &Context<'_>) -> GateFinding {
    let nothing = GateFinding { gate: Gate::AbsurdLimit, verdict: Verdict::NotApplicable, because: None };
    let Some(number) = measured.value.as_ref().ok().and_then(|value| value.number()) else { return nothing };
    match context.catalogue.absurd_limits().choose(&context.test.code, &context.selection()) {
        LimitChoice::None => nothing,
        LimitChoice::Row(limit) => judged(number, &[limit]),
        // Whichever of them holds: one that is crossed is reason enough to look again.
        LimitChoice::Several { limits, .. } => judged(number, &limits),
    }
}

fn judged(number: &Number, limits: &[&AbsurdLimit]) -> GateFinding {
    let typed = number.to_string();
    let because = limits.iter().find_map(|limit| match limit.beyond(number) {
        Beyond::Below(limit) => Some(Because::BelowAbsurd { typed: typed.clone(), limit: limit.to_string() }),
        Beyond::Above(limit) => Some(Because::AboveAbsurd { typed: typed.clone(), limit: limit.to_string() }),
        Beyond::Found | Beyond::No | Beyond::NotSaid => None,
    });
    because.map_or_else(|| pass(Gate::AbsurdLimit), |because| finding(Gate::AbsurdLimit, Verdict::Hold, because))
}
