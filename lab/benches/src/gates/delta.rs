//! # Delta
//!
//! **What it checks.** The change since the last verified result of the same test of this patient, against the limits of change. Asked of what a
//! person typed.
//!
//! **Why.** Two tubes that were swapped show as two patients who changed overnight.
//!
//! **When it holds.** The change is strictly more than a limit that is to find a specimen of somebody else. One that helps a reader flags and never
//! holds. Nothing is compared where there is no former number, where one of the two is only a bound, or beyond the window of the limit.
//!
//! **Source.** Laboratory rules 2.1 and 2.5, gate 10; limits: the edition named with the result.

use super::{finding, pass};
use crate::Context;
use catalogue::limits::delta::{Change, NoChange};
use catalogue::{DeltaLimit, DeltaUse, LimitChoice};
use kernel::{Decimal, Timestamp, Value};
use workflow::{Because, Gate, GateFinding, Measured, Verdict};

/// The last verified result of the same test of the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerResult {
    /// Its value.
    pub value: Value,
    /// As it was printed.
    pub reported: String,
    /// Its unit.
    pub unit: String,
    /// When its specimen was collected, or ordered where that is not known.
    pub collected_at: Timestamp,
}

/// Judges the change since the former result.
pub fn judge(measured: &Measured, context: &Context<'_>, former: Option<&FormerResult>) -> GateFinding {
    let nothing = |because| GateFinding { gate: Gate::Delta, verdict: Verdict::NotApplicable, because };
    let because = |why: &str| Some(Because::NoFormer { why: why.to_owned() });
    let Some(number) = measured.value.as_ref().ok().and_then(|value| value.number()) else { return nothing(None) };
    let Some(former) = former else { return nothing(because("no former verified result of this test")) };
    let Some(before) = former.value.number().filter(|_| former.unit == measured.unit) else {
        return nothing(because("the former result is no number in the same unit"));
    };
    let change = match Change::between(before, number, hours(former.collected_at, context.work.collected_or_ordered_at)) {
        Ok(change) => change,
        Err(none) => return nothing(because(&none.to_string())),
    };
    let changed = || Because::Changed { former: former.reported.clone(), by: signed(change.absolute), hours: tenths(change.hours) };
    match (fires(DeltaUse::Identity, &change, context), fires(DeltaUse::Interpretive, &change, context)) {
        (Fired::Yes, _) => finding(Gate::Delta, Verdict::Hold, changed()),
        (_, Fired::Yes) => finding(Gate::Delta, Verdict::Flag, changed()),
        (Fired::No, _) | (_, Fired::No) => pass(Gate::Delta),
        (Fired::NotAsked(none), _) => nothing(none.map(|none| Because::NoFormer { why: none.to_string() })),
    }
}

enum Fired {
    Yes,
    No,
    /// There is no limit, or it says nothing of such a change.
    NotAsked(Option<NoChange>),
}

/// Whether a limit for this purpose that may hold for the patient lets the change not pass.
fn fires(purpose: DeltaUse, change: &Change, context: &Context<'_>) -> Fired {
    let limits: Vec<&DeltaLimit> = match context.catalogue.delta_limits().choose(&context.test.code, purpose, &context.selection()) {
        LimitChoice::None => Vec::new(),
        LimitChoice::Row(limit) => vec![limit],
        LimitChoice::Several { limits, .. } => limits,
    };
    let mut said = Fired::NotAsked(None);
    for limit in limits {
        match limit.fires(change) {
            Ok(true) => return Fired::Yes,
            Ok(false) => said = Fired::No,
            Err(none) if matches!(said, Fired::NotAsked(_)) => said = Fired::NotAsked(Some(none)),
            Err(_) => {}
        }
    }
    said
}

/// Microseconds in an hour.
const HOUR_MICROS: i64 = 3_600_000_000;

fn hours(from: Timestamp, to: Timestamp) -> Decimal {
    Decimal::from(to.micros().saturating_sub(from.micros())) / Decimal::from(HOUR_MICROS)
}

fn signed(change: Decimal) -> String {
    if change > Decimal::ZERO { format!("+{change}") } else { change.to_string() }
}

fn tenths(hours: Decimal) -> String {
    kernel::Number::exactly(hours).rounded(1).map_or_else(|| hours.to_string(), |hours| hours.to_string())
}
