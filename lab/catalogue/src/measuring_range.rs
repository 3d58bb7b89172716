//! What an instrument can measure, and what is reported beyond it. Source: laboratory rules 2.5, gate 7.

use crate::method::Methods;
use crate::selection::{Scope, Selection};
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::value::Comparator;
use kernel::{Decimal, Number};
use std::collections::BTreeMap;

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

/// All measuring ranges of an edition.
#[derive(Debug, Clone, Default)]
pub struct MeasuringRanges {
    rows: BTreeMap<TestCode, Vec<(Scope, MeasuringRange)>>,
}

impl MeasuringRanges {
    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// The range of a test as it was measured: that of the closest scope.
    pub fn choose(&self, test: &TestCode, selection: &Selection<'_>) -> Option<&MeasuringRange> {
        let rows = self.rows.get(test)?.iter();
        let (_, range) = rows.filter_map(|(scope, range)| Some((scope.closeness(selection)?, range))).max_by_key(|(close, _)| *close)?;
        Some(range)
    }
}

const FILE: &str = "measuring_ranges.csv";
pub(crate) const COLUMNS: [&str; 8] = ["test", "specimen", "method", "instrument", "low", "high", "dilution_max", "source"];
/// What tells a row from the others.
pub(crate) const KEYS: [&str; 4] = ["test", "specimen", "method", "instrument"];
/// Digits after the decimal point of a bound: as many as any test may have.
const DECIMALS_MAX: u32 = 6;

/// Reads `measuring_ranges.csv` against the tests and methods it speaks of.
pub(crate) fn read(
    text: &str,
    (tests, methods): (&BTreeMap<TestCode, Test>, &Methods),
    troubles: &mut Vec<ContentTrouble>,
) -> MeasuringRanges {
    let mut rows: BTreeMap<TestCode, Vec<(Scope, MeasuringRange)>> = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row, tests, methods) {
            Ok((test, scope, range)) => {
                let of_test = rows.entry(test.clone()).or_default();
                if of_test.iter().any(|(other, _)| *other == scope) {
                    troubles.push(row.trouble(format!("a second measuring range of {test} for the same specimen, method and instrument")));
                }
                of_test.push((scope, range));
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    MeasuringRanges { rows }
}

fn read_row(
    row: &TableRow<'_>,
    tests: &BTreeMap<TestCode, Test>,
    methods: &Methods,
) -> Result<(TestCode, Scope, MeasuringRange), ContentTrouble> {
    let test = row.numeric_test(tests)?;
    row.source()?;
    let scope = Scope::read(row, methods)?;
    let (low, high) = row.bounds()?;
    if let Some(bound) = low.into_iter().chain(high).find(|bound| bound.normalize().scale() > DECIMALS_MAX) {
        return Err(row.trouble(format!("{bound} has more than {DECIMALS_MAX} decimals")));
    }
    let dilution_max = row.decimal("dilution_max")?.filter(|dilution| *dilution >= Decimal::ONE);
    let dilution_max = dilution_max
        .ok_or_else(|| row.trouble(format!("dilution_max must be 1 (none validated) or more, not “{}”", row.cell("dilution_max"))))?;
    Ok((test.code.clone(), scope, MeasuringRange { low, high, dilution_max }))
}
