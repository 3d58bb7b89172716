//! Flags: where the reported value lies. Bounds belong to the interval; critical limits are strict; both judge the value as it is
//! printed, so that flag and paper agree. Source: laboratory rules 3 and 5.1; HL7 v2 table 0078.

use super::{Bounds, IntervalChoice};
use crate::limits::LimitChoice;
use crate::limits::critical::{Beyond, CriticalLimit};
use crate::selection::PatientFact;
use kernel::{Decimal, Lang, Number, Value};

/// A flag of HL7 v2 table 0078.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Within the interval.
    Normal,
    /// Below it.
    Low,
    /// Above it.
    High,
    /// Outside every possible interval, but not on the same side of all.
    Abnormal,
    /// Below the critical limit.
    CriticallyLow,
    /// Above the critical limit.
    CriticallyHigh,
}

impl Flag {
    /// The code in messages and on reports.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Normal => "N",
            Self::Low => "L",
            Self::High => "H",
            Self::Abnormal => "A",
            Self::CriticallyLow => "LL",
            Self::CriticallyHigh => "HH",
        }
    }
}

/// Why a value bears no flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoFlag {
    /// No interval is established for the patient.
    NoInterval,
    /// The interval is words only.
    OnlyWords,
    /// The value is a bound that does not say on which side of a limit it lies.
    BoundDoesNotSay,
    /// Outside some of the possible intervals and within others: these facts would tell.
    Depends(Vec<PatientFact>),
}

impl NoFlag {
    /// As a person reads it.
    pub fn words(&self, lang: Lang) -> String {
        match lang {
            Lang::English => match self {
                Self::NoInterval => "no reference interval established for age".to_owned(),
                Self::OnlyWords => "the interval is given in words".to_owned(),
                Self::BoundDoesNotSay => "the value is a bound that does not say on which side of the interval it lies".to_owned(),
                Self::Depends(facts) => {
                    let facts: Vec<&str> = facts.iter().map(|fact| fact.words()).collect();
                    format!("depends on the patient's {}", facts.join(" and "))
                }
            },
        }
    }
}

/// A value as it is reported, with its flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flagged {
    /// The value, rounded to the test's decimals.
    pub reported: Number,
    /// Its place in the interval, or why none is said.
    pub reference: Result<Flag, NoFlag>,
    /// Its place by the critical limits, which outrank the interval.
    pub critical: Option<Flag>,
    /// Whether the unrounded value would be flagged otherwise. It is said beside the flag, so that rounding never decides unseen.
    pub decided_by_rounding: bool,
}

impl Flagged {
    /// Flags a value against the interval and the critical limit chosen for it. `None` where it has more digits than can be reported.
    pub fn of(value: &Number, decimals: u32, choice: &IntervalChoice<'_>, critical: &LimitChoice<'_, CriticalLimit>) -> Option<Self> {
        let reported = value.rounded(decimals)?;
        let (reference, beyond) = (in_interval(&reported, choice), critical_flag(&reported, critical));
        let decided_by_rounding = reference != in_interval(value, choice) || beyond != critical_flag(value, critical);
        Some(Self { reported, reference, critical: beyond, decided_by_rounding })
    }

    /// The flag that is printed: a critical one is never suppressed.
    pub fn printed(&self) -> Option<Flag> {
        self.critical.or_else(|| self.reference.as_ref().ok().copied())
    }
}

fn critical_flag(number: &Number, critical: &LimitChoice<'_, CriticalLimit>) -> Option<Flag> {
    match critical.judge(&Value::Number(*number)) {
        Ok(Beyond::Below(_)) => Some(Flag::CriticallyLow),
        Ok(Beyond::Above(_)) => Some(Flag::CriticallyHigh),
        // A number is no finding; what is not said, or hangs on a fact, is for the gate to hold.
        Ok(Beyond::Found | Beyond::No | Beyond::NotSaid) | Err(_) => None,
    }
}

fn in_interval(number: &Number, choice: &IntervalChoice<'_>) -> Result<Flag, NoFlag> {
    match choice {
        IntervalChoice::None => Err(NoFlag::NoInterval),
        IntervalChoice::One(bounds) => place(number, bounds.low, bounds.high),
        IntervalChoice::Several { missing, or_none: true, .. } => Err(NoFlag::Depends(missing.clone())),
        // Only the hour of birth is missing: the union of the day's intervals holds.
        IntervalChoice::Several { bounds, missing, .. } if missing.as_slice() == [PatientFact::BirthTime] => {
            let (low, high) = union(bounds);
            place(number, low, high)
        }
        IntervalChoice::Several { bounds, missing, .. } => outside_all(number, bounds, missing),
    }
}

/// The least interval that holds all of these; open where one of them is.
pub fn union(bounds: &[Bounds<'_>]) -> (Option<Decimal>, Option<Decimal>) {
    let low = bounds.iter().map(|bounds| bounds.low).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().min());
    let high = bounds.iter().map(|bounds| bounds.high).collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
    (low, high)
}

fn place(number: &Number, low: Option<Decimal>, high: Option<Decimal>) -> Result<Flag, NoFlag> {
    if low.is_none() && high.is_none() {
        Err(NoFlag::OnlyWords)
    } else if low.is_some_and(|low| number.definitely_below(low)) {
        Ok(Flag::Low)
    } else if high.is_some_and(|high| number.definitely_above(high)) {
        Ok(Flag::High)
    } else if low.is_some_and(|low| number.may_be_below(low)) || high.is_some_and(|high| number.may_be_above(high)) {
        Err(NoFlag::BoundDoesNotSay)
    } else {
        Ok(Flag::Normal)
    }
}

/// Where several intervals are possible, only what all of them say is said, and what lies outside all of them.
fn outside_all(number: &Number, bounds: &[Bounds<'_>], missing: &[PatientFact]) -> Result<Flag, NoFlag> {
    let mut places = bounds.iter().map(|bounds| place(number, bounds.low, bounds.high));
    let first = places.next().unwrap_or(Err(NoFlag::NoInterval));
    places.try_fold(first, |known, place| match (known, place) {
        (known, place) if known == place => Ok(known),
        (Ok(Flag::Low | Flag::High | Flag::Abnormal), Ok(Flag::Low | Flag::High)) => Ok(Ok(Flag::Abnormal)),
        _ => Err(NoFlag::Depends(missing.to_vec())),
    })?
}
