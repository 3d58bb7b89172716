//! Haemolysis, icterus and lipaemia: what an index of the specimen means for one test by one method and reagent.
//!
//! A block is a hold on that number: the record keeps the value, the report says why, and a person may release it with a coded comment.
//! A number is never corrected for an index. Source: laboratory rules 2.3.

use crate::method::Methods;
use crate::selection::{Scope, Selection};
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::{Decimal, Quantity, Unit};
use std::collections::BTreeMap;

/// What an index counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Index {
    /// H: free haemoglobin.
    Haemolysis,
    /// I: bilirubin.
    Icterus,
    /// L: turbidity.
    Lipaemia,
}

impl Index {
    /// Every index.
    pub const ALL: [Self; 3] = [Self::Haemolysis, Self::Icterus, Self::Lipaemia];

    /// The letter it is known by.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::Haemolysis => "H",
            Self::Icterus => "I",
            Self::Lipaemia => "L",
        }
    }
}

/// The thresholds of one index for one test, method and reagent, in the unit of the instrument's index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexThresholds {
    /// Which index.
    pub index: Index,
    /// The unit of both thresholds.
    pub unit: Unit,
    /// Above this the result bears a comment.
    pub comment_above: Option<Decimal>,
    /// Above this the result is held.
    pub block_above: Option<Decimal>,
}

/// What an index does to a result; the worst of several counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interference {
    /// Nothing.
    None,
    /// It is commented.
    Comment,
    /// It is not known whether the index is too high: it was not measured, or in a unit that the thresholds are not in.
    NotEstablished,
    /// It is held.
    Block,
}

impl IndexThresholds {
    /// What the measured index means. A bound that may lie above a threshold counts as above it.
    pub fn judge(&self, measured: Option<&Quantity>) -> Interference {
        let Some(measured) = measured.filter(|measured| measured.unit == self.unit) else { return Interference::NotEstablished };
        let above = |threshold: Option<Decimal>| threshold.is_some_and(|threshold| measured.value.may_be_above(threshold));
        if above(self.block_above) {
            Interference::Block
        } else if above(self.comment_above) {
            Interference::Comment
        } else {
            Interference::None
        }
    }
}

/// What all indices of a specimen together mean for a result.
pub fn judge_all<'a>(thresholds: impl IntoIterator<Item = &'a IndexThresholds>, measured: &[(Index, Quantity)]) -> Interference {
    let one = |thresholds: &IndexThresholds| {
        let found = measured.iter().find(|(index, _)| *index == thresholds.index).map(|(_, quantity)| quantity);
        thresholds.judge(found)
    };
    thresholds.into_iter().map(one).max().unwrap_or(Interference::None)
}

/// All interference limits of an edition.
#[derive(Debug, Clone, Default)]
pub struct InterferenceLimits {
    rows: BTreeMap<(TestCode, Index), Vec<InterferenceRow>>,
}

/// Thresholds, and what they are confined to.
#[derive(Debug, Clone)]
struct InterferenceRow {
    scope: Scope,
    reagent: Option<String>,
    thresholds: IndexThresholds,
}

impl InterferenceRow {
    /// As [`Scope`] counts; the reagent counts more than all of it, because it is the reagent that is interfered with.
    fn closeness(&self, selection: &Selection<'_>, reagent: Option<&str>) -> Option<u8> {
        let fits = self.reagent.is_none() || self.reagent.as_deref() == reagent;
        let close = self.scope.closeness(selection).filter(|_| fits)?;
        Some(close + 8 * u8::from(self.reagent.is_some()))
    }
}

impl InterferenceLimits {
    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// The thresholds of a test as it was measured, by this reagent: for each index those of the closest scope.
    pub fn choose<'a>(
        &'a self,
        test: &'a TestCode,
        selection: &'a Selection<'_>,
        reagent: Option<&'a str>,
    ) -> impl Iterator<Item = &'a IndexThresholds> {
        let rows = Index::ALL.into_iter().filter_map(|index| self.rows.get(&(test.clone(), index)));
        rows.filter_map(move |rows| {
            let close = rows.iter().filter_map(|row| Some((row.closeness(selection, reagent)?, row)));
            close.max_by_key(|(close, _)| *close).map(|(_, row)| &row.thresholds)
        })
    }
}

const FILE: &str = "interference_limits.csv";
pub(crate) const COLUMNS: [&str; 10] =
    ["test", "specimen", "method", "instrument", "reagent", "index", "unit", "comment_above", "block_above", "source"];
/// What tells a row from the others.
pub(crate) const KEYS: [&str; 6] = ["test", "specimen", "method", "instrument", "reagent", "index"];

/// Reads `interference_limits.csv` against the tests and methods it speaks of.
pub(crate) fn read(
    text: &str,
    (tests, methods): (&BTreeMap<TestCode, Test>, &Methods),
    troubles: &mut Vec<ContentTrouble>,
) -> InterferenceLimits {
    let mut rows: BTreeMap<(TestCode, Index), Vec<InterferenceRow>> = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row, tests, methods) {
            Ok((test, read)) => {
                let index = read.thresholds.index;
                let of_index = rows.entry((test.clone(), index)).or_default();
                if of_index.iter().any(|other| (&other.scope, &other.reagent) == (&read.scope, &read.reagent)) {
                    let what = format!(
                        "a second limit of index {} of {test} for the same specimen, method, instrument and reagent",
                        index.letter()
                    );
                    troubles.push(row.trouble(what));
                }
                of_index.push(read);
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    InterferenceLimits { rows }
}

fn read_row(
    row: &TableRow<'_>,
    tests: &BTreeMap<TestCode, Test>,
    methods: &Methods,
) -> Result<(TestCode, InterferenceRow), ContentTrouble> {
    let test = row.test(tests)?;
    row.source()?;
    let index = Index::ALL.into_iter().find(|index| index.letter() == row.cell("index"));
    let thresholds = IndexThresholds {
        index: index.ok_or_else(|| row.trouble(format!("index must be H, I or L, not “{}”", row.cell("index"))))?,
        unit: Unit::ucum(row.cell("unit")).map_err(|trouble| row.trouble(format!("unit of the index: {trouble}")))?,
        comment_above: threshold(row, "comment_above")?,
        block_above: threshold(row, "block_above")?,
    };
    match (thresholds.comment_above, thresholds.block_above) {
        (None, None) => Err(row.trouble("neither comment_above nor block_above is given")),
        (Some(comment), Some(block)) if comment >= block => Err(row.trouble("comment_above must be below block_above")),
        _ => Ok((test.code.clone(), InterferenceRow { scope: Scope::read(row, methods)?, reagent: row.filled("reagent"), thresholds })),
    }
}

/// No index is below zero, so that no threshold is.
fn threshold(row: &TableRow<'_>, column: &str) -> Result<Option<Decimal>, ContentTrouble> {
    let number = row.decimal(column)?;
    match number.filter(|number| *number < Decimal::ZERO) {
        Some(number) => Err(row.trouble(format!("{column} must not be below zero, as {number} is"))),
        None => Ok(number),
    }
}
