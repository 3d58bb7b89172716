//! The change since the last result: how it is counted, and whether it is more than the laboratory lets pass unseen.
//!
//! Strictly more than the limit fires; at the limit does not. Only verified results of the same test, specimen class and unit are compared,
//! which is for the caller to see to. Source: laboratory rules 2.1, after CLSI EP33.

use kernel::{Decimal, Number};

/// How the two arms of a limit go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeltaMode {
    /// Either arm.
    Any,
    /// Both arms. Where the percentage is undefined, the absolute arm alone.
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
