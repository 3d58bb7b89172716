//! What an instrument can measure, and what is reported beyond it. Source: laboratory rules 2.5, gate 7.

use kernel::value::Comparator;
use kernel::{Decimal, Number};

/// The analytical measuring range of a test on an instrument, both ends included, in the test's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeasuringRange {
    /// The least that is measured.
    pub low: Option<Decimal>,
    /// The most that is measured without dilution.
    pub high: Option<Decimal>,
    /// The largest dilution that was validated; 1 where none was.
    pub dilution_max: Decimal,
}

/// What a measurement comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reportable {
    /// Report this: a value within the range, or a bound at the end of what can be reported.
    Report(Number),
    /// Above the range, and a larger dilution is validated: measure again, diluted by at most this.
    Dilute {
        /// The largest validated factor.
        factor_max: Decimal,
    },
    /// Diluted so far that it fell below the range: measure again with a smaller dilution.
    DiluteLess,
}

/// Why a measurement comes to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RangeTrouble {
    /// A factor below 1 is no dilution.
    #[error("a dilution factor is 1 or more")]
    NoDilution,
    /// Nobody validated so large a dilution.
    #[error("the dilution is larger than the largest validated one; measure again with a smaller one")]
    NotValidated,
    /// It does not fit.
    #[error("the result times its dilution has more digits than can be held")]
    TooManyDigits,
}

impl MeasuringRange {
    /// What to report of a value measured in a specimen that was diluted by a factor (1 where it was not): value times factor within the
    /// range, `<low` below it, and above it a larger dilution or, at the largest, `>` the highest reportable value.
    pub fn reportable(&self, measured: &Number, factor: Decimal) -> Result<Reportable, RangeTrouble> {
        if factor < Decimal::ONE {
            return Err(RangeTrouble::NoDilution);
        }
        if factor > self.dilution_max.max(Decimal::ONE) {
            return Err(RangeTrouble::NotValidated);
        }
        if let Some(low) = self.low.filter(|low| measured.definitely_below(*low)) {
            let neat = factor == Decimal::ONE;
            return Ok(if neat { Reportable::Report(Number::new(Comparator::Less, low)) } else { Reportable::DiluteLess });
        }
        if let Some(high) = self.high.filter(|high| measured.definitely_above(*high)) {
            return self.above(high, factor);
        }
        let undiluted = measured.decimal().checked_mul(factor).ok_or(RangeTrouble::TooManyDigits)?;
        Ok(Reportable::Report(Number::new(measured.comparator(), undiluted)))
    }

    fn above(&self, high: Decimal, factor: Decimal) -> Result<Reportable, RangeTrouble> {
        if factor < self.dilution_max {
            return Ok(Reportable::Dilute { factor_max: self.dilution_max });
        }
        let highest = high.checked_mul(factor).ok_or(RangeTrouble::TooManyDigits)?;
        Ok(Reportable::Report(Number::new(Comparator::Greater, highest)))
    }
}
