//! Where a value lies: its flag, and the interval it is read against, in words.

use crate::Context;
use crate::gates::critical_limit::reported;
use catalogue::intervals::Bounds;
use catalogue::{Flag, Flagged, IntervalChoice};
use kernel::{Lang, Value};
use workflow::Measured;

/// Where a value lies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Its flag: `N`, `L`, `H`, `A`, `LL`, `HH`; empty where none is said.
    pub flag: &'static str,
    /// Why none is said, or what rounding did to it; empty where there is nothing to say.
    pub why: String,
    /// The interval in words; empty where there is none.
    pub interval: String,
}

/// The place of a measured value, or with none the interval alone.
pub fn place(measured: Option<&Measured>, context: &Context<'_>) -> Place {
    let selection = context.selection();
    let choice = context.catalogue.intervals().choose(&context.test.code, &selection);
    let interval = interval_words(&choice, context);
    match measured.and_then(|measured| Some((measured, measured.value.as_ref().ok()?))) {
        None => Place { interval, ..Place::default() },
        Some((_, Value::Number(number))) => {
            let critical = context.catalogue.critical_limits().choose(&context.test.code, &selection);
            let Some(flagged) = Flagged::of(number, context.test.decimals, &choice, &critical) else {
                return Place { interval, ..Place::default() };
            };
            let why = match &flagged.reference {
                Err(none) if flagged.critical.is_none() => none.words(Lang::English),
                _ if flagged.decided_by_rounding => "unrounded it would be flagged otherwise".to_owned(),
                _ => String::new(),
            };
            Place { flag: flagged.printed().map_or("", Flag::code), why, interval }
        }
        Some((measured, _)) => {
            let flag = reported(measured, context.test.decimals).and_then(|value| context.test.flag_of_finding(&value));
            Place { flag: flag.map_or("", Flag::code), why: String::new(), interval }
        }
    }
}

fn interval_words(choice: &IntervalChoice<'_>, context: &Context<'_>) -> String {
    match choice {
        IntervalChoice::None => String::new(),
        IntervalChoice::One(bounds) => bounds_words(bounds),
        IntervalChoice::Several { bounds, or_none, missing } => {
            let all: Vec<String> = bounds.iter().map(bounds_words).collect();
            let none = if *or_none { " or none" } else { "" };
            let missing: Vec<&str> = missing.iter().map(|fact| fact.words()).collect();
            format!("{}{none}: depends on {} of patient {}", all.join(" or "), missing.join(" and "), context.work.patient.mrn)
        }
    }
}

fn bounds_words(bounds: &Bounds<'_>) -> String {
    let text = bounds.interval.text.as_str();
    match (bounds.low, bounds.high) {
        (Some(low), Some(high)) => format!("{low} to {high}"),
        (Some(low), None) => format!("from {low}"),
        (None, Some(high)) => format!("up to {high}"),
        (None, None) => text.to_owned(),
    }
}
