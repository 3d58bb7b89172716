//! The change since the last result: how it is counted, and whether it is more than the laboratory lets pass unseen.
//!
//! Strictly more than the limit fires; at the limit does not. Only verified results of the same test, specimen class and unit are compared,
//! which is for the caller to see to. Source: laboratory rules 2.1, after CLSI EP33; the rows carry their own source.

use super::{LimitChoice, Limits, Patients};
use crate::method::Methods;
use crate::selection::Selection;
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::{Decimal, Number};
use std::collections::BTreeMap;

/// How the two arms of a limit go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeltaMode {
    /// Either arm.
    Any,
    /// Both arms, and there are two. Where the percentage is undefined, the absolute arm alone.
    All,
    /// Either arm, counted for each hour.
    Rate,
}

/// What a delta is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeltaUse {
    /// To find a specimen of somebody else: it may hold a result.
    Identity,
    /// To help a reader: it comments and never holds.
    Interpretive,
}

/// A limit of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeltaLimit {
    /// In the test's unit; in rate mode for each hour.
    pub absolute: Option<Decimal>,
    /// In per cent of the previous value; in rate mode for each hour.
    pub percent: Option<Decimal>,
    /// How the arms go together.
    pub mode: DeltaMode,
    /// Hours after which two results are not compared any more.
    pub window_hours: Decimal,
    /// What it is looked at for.
    pub purpose: DeltaUse,
}

/// The change between two results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Current less previous, in the test's unit.
    pub absolute: Decimal,
    /// The same in per cent of the previous one; `None`, undefined, where that was zero.
    pub percent: Option<Decimal>,
    /// Hours between the two collections.
    pub hours: Decimal,
}

/// Why there is no change to speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoChange {
    /// One of the two is only a bound: the comparison is skipped.
    #[error("one of the two results is a bound and not a value")]
    Censored,
    /// The current specimen is not later than the previous one.
    #[error("the previous result is not from an earlier collection")]
    NotLater,
    /// Too long ago.
    #[error("the previous result is older than the window of comparison")]
    OutsideWindow,
    /// It does not fit.
    #[error("the change has more digits than can be held; look at the two results")]
    TooManyDigits,
}

impl Change {
    /// The change from the previous to the current result, so many hours later.
    pub fn between(previous: &Number, current: &Number, hours: Decimal) -> Result<Self, NoChange> {
        let (previous, current) = previous.exact().zip(current.exact()).ok_or(NoChange::Censored)?;
        if hours <= Decimal::ZERO {
            return Err(NoChange::NotLater);
        }
        let absolute = current.checked_sub(previous).ok_or(NoChange::TooManyDigits)?;
        let hundredfold = absolute.checked_mul(Decimal::ONE_HUNDRED).ok_or(NoChange::TooManyDigits)?;
        let percent = match previous.is_zero() {
            true => None,
            false => Some(hundredfold.checked_div(previous).ok_or(NoChange::TooManyDigits)?),
        };
        Ok(Self { absolute, percent, hours })
    }

    /// The change for each hour, in the test's unit.
    pub fn rate(&self) -> Result<Decimal, NoChange> {
        self.absolute.checked_div(self.hours).ok_or(NoChange::TooManyDigits)
    }

    /// The change for each hour in per cent of the previous value; `None` where that is undefined.
    pub fn rate_percent(&self) -> Result<Option<Decimal>, NoChange> {
        self.percent.map(|percent| percent.checked_div(self.hours).ok_or(NoChange::TooManyDigits)).transpose()
    }
}

/// All delta limits of an edition. One that is to find a specimen of somebody else and one that helps a reader are chosen apart: a test
/// may have both.
#[derive(Debug, Clone, Default)]
pub struct DeltaLimits {
    identity: Limits<DeltaLimit>,
    interpretive: Limits<DeltaLimit>,
}

impl DeltaLimits {
    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.identity.count() + self.interpretive.count()
    }

    /// The limit for this purpose that holds for a test and what is known.
    pub fn choose(&self, test: &TestCode, purpose: DeltaUse, selection: &Selection<'_>) -> LimitChoice<'_, DeltaLimit> {
        match purpose {
            DeltaUse::Identity => self.identity.choose(test, selection),
            DeltaUse::Interpretive => self.interpretive.choose(test, selection),
        }
    }
}

impl DeltaLimit {
    /// Whether the change is more than the limit lets pass.
    pub fn fires(&self, change: &Change) -> Result<bool, NoChange> {
        if change.hours > self.window_hours {
            return Err(NoChange::OutsideWindow);
        }
        let (absolute, percent) = match self.mode {
            DeltaMode::Any | DeltaMode::All => (change.absolute, change.percent),
            DeltaMode::Rate => (change.rate()?, change.rate_percent()?),
        };
        let over = |limit: Decimal, change: Decimal| change.abs() > limit;
        let by_amount = self.absolute.map(|limit| over(limit, absolute));
        let by_percent = self.percent.zip(percent).map(|(limit, percent)| over(limit, percent));
        Ok(match (self.mode, by_amount, by_percent) {
            (DeltaMode::All, Some(by_amount), Some(by_percent)) => by_amount && by_percent,
            (_, by_amount, by_percent) => by_amount.unwrap_or(false) || by_percent.unwrap_or(false),
        })
    }
}

const FILE: &str = "delta_limits.csv";
pub(crate) const COLUMNS: [&str; 14] = [
    "test",
    "sex",
    "age_min_days",
    "age_max_days",
    "condition",
    "specimen",
    "method",
    "instrument",
    "use",
    "absolute",
    "percent",
    "mode",
    "window_h",
    "source",
];
/// What tells a row from the others.
pub(crate) const KEYS: [&str; 9] = ["test", "sex", "age_min_days", "age_max_days", "condition", "specimen", "method", "instrument", "use"];

/// Reads `delta_limits.csv` against the tests and methods it speaks of.
pub(crate) fn read(text: &str, (tests, methods): (&BTreeMap<TestCode, Test>, &Methods), troubles: &mut Vec<ContentTrouble>) -> DeltaLimits {
    let mut limits = DeltaLimits::default();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        let read = read_row(&row, tests, methods).and_then(|(test, patients, limit)| match limit.purpose {
            DeltaUse::Identity => limits.identity.put("delta limit for identity", &row, test, patients, limit),
            DeltaUse::Interpretive => limits.interpretive.put("interpretive delta limit", &row, test, patients, limit),
        });
        troubles.extend(read.err());
    }
    limits
}

fn read_row(
    row: &TableRow<'_>,
    tests: &BTreeMap<TestCode, Test>,
    methods: &Methods,
) -> Result<(TestCode, Patients, DeltaLimit), ContentTrouble> {
    let test = row.numeric_test(tests)?;
    row.source()?;
    let patients = Patients::read(row, methods)?;
    let limit = DeltaLimit {
        absolute: above_zero(row, "absolute")?,
        percent: above_zero(row, "percent")?,
        mode: match row.cell("mode") {
            "any" => DeltaMode::Any,
            "all" => DeltaMode::All,
            "rate" => DeltaMode::Rate,
            other => return Err(row.trouble(format!("mode must be any, all or rate, not “{other}”"))),
        },
        window_hours: above_zero(row, "window_h")?.ok_or_else(|| row.trouble("window_h is missing"))?,
        purpose: match row.cell("use") {
            "identity" => DeltaUse::Identity,
            "interpretive" => DeltaUse::Interpretive,
            other => return Err(row.trouble(format!("use must be identity or interpretive, not “{other}”"))),
        },
    };
    match (limit.absolute, limit.percent, limit.mode) {
        (None, None, _) => Err(row.trouble("neither absolute nor percent is given")),
        (None, _, DeltaMode::All) | (_, None, DeltaMode::All) => {
            Err(row.trouble("mode all means both arms: give absolute and percent, or write any"))
        }
        _ => Ok((test.code.clone(), patients, limit)),
    }
}

/// A limit of change counts both ways, so it is a number above zero.
fn above_zero(row: &TableRow<'_>, column: &str) -> Result<Option<Decimal>, ContentTrouble> {
    let number = row.decimal(column)?;
    match number.filter(|number| *number <= Decimal::ZERO) {
        Some(number) => Err(row.trouble(format!("{column} must be above zero, not {number}"))),
        None => Ok(number),
    }
}
