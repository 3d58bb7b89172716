//! Absurd limits: values rarely compatible with life, though seen in the living. Beyond them a result is held for a repeat or a second
//! specimen. Source of the rule: laboratory rules 2.5, gate 8; the rows carry their own source.

use super::critical::{Beyond, CriticalLimits};
use super::{LimitChoice, Limits, Patients};
use crate::method::Methods;
use crate::selection::Selection;
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::{Decimal, Number};
use std::collections::BTreeMap;

/// What is absurd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AbsurdLimit {
    /// Absurd below this, in the test's unit.
    pub low: Option<Decimal>,
    /// Absurd above this, in the test's unit.
    pub high: Option<Decimal>,
}

/// All absurd limits of an edition.
#[derive(Debug, Clone, Default)]
pub struct AbsurdLimits {
    limits: Limits<AbsurdLimit>,
}

impl AbsurdLimits {
    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.limits.count()
    }

    /// The limit that holds for a test and what is known.
    pub fn choose(&self, test: &TestCode, selection: &Selection<'_>) -> LimitChoice<'_, AbsurdLimit> {
        self.limits.choose(test, selection)
    }
}

impl AbsurdLimit {
    /// Where a value lies, before it is rounded: at the limit is not beyond it, and a bound that may lie beyond counts as beyond.
    pub fn beyond(&self, value: &Number) -> Beyond {
        match (self.low.filter(|low| value.may_be_below(*low)), self.high.filter(|high| value.may_be_above(*high))) {
            (Some(low), _) => Beyond::Below(low),
            (None, Some(high)) => Beyond::Above(high),
            (None, None) => Beyond::No,
        }
    }
}

const FILE: &str = "absurd_limits.csv";
pub(crate) const COLUMNS: [&str; 11] =
    ["test", "sex", "age_min_days", "age_max_days", "condition", "specimen", "method", "instrument", "low", "high", "source"];

/// Reads `absurd_limits.csv` against the tests and methods it speaks of and the critical limits: what is absurd lies outside them.
pub(crate) fn read(
    text: &str,
    (tests, methods): (&BTreeMap<TestCode, Test>, &Methods),
    critical: &CriticalLimits,
    troubles: &mut Vec<ContentTrouble>,
) -> AbsurdLimits {
    let mut limits = Limits::default();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row, tests, methods) {
            Ok((test, patients, limit)) => {
                let inside = critical.meeting(&test, &patients).find_map(|critical| limit.inside(critical.low, critical.high));
                troubles.extend(inside.map(|what| row.trouble(format!("{what} of {test}: correct one of them"))));
                troubles.extend(limits.put("absurd limit", &row, test, patients, limit).err());
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    AbsurdLimits { limits }
}

impl AbsurdLimit {
    /// Says so if a value would be absurd that is not even critical.
    fn inside(&self, critical_low: Option<Decimal>, critical_high: Option<Decimal>) -> Option<String> {
        match (self.low.zip(critical_low), self.high.zip(critical_high)) {
            (Some((absurd, critical)), _) if absurd >= critical => {
                Some(format!("absurd below {absurd} does not lie outside the critical limit {critical}"))
            }
            (_, Some((absurd, critical))) if absurd <= critical => {
                Some(format!("absurd above {absurd} does not lie outside the critical limit {critical}"))
            }
            _ => None,
        }
    }
}

fn read_row(
    row: &TableRow<'_>,
    tests: &BTreeMap<TestCode, Test>,
    methods: &Methods,
) -> Result<(TestCode, Patients, AbsurdLimit), ContentTrouble> {
    let test = row.numeric_test(tests)?;
    row.source()?;
    let patients = Patients::read(row, methods)?;
    let (low, high) = row.bounds()?;
    Ok((test.code.clone(), patients, AbsurdLimit { low, high }))
}
