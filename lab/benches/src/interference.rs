//! Haemolysis, icterus and lipaemia: what an index of the specimen means for one test by one method and reagent.
//!
//! A block is a hold on that number: the record keeps the value, the report says why, and a person may release it with a coded comment.
//! A number is never corrected for an index. Source: laboratory rules 2.3.

use kernel::{Decimal, Quantity, Unit};

/// What an index counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// H: free haemoglobin.
    Haemolysis,
    /// I: bilirubin.
    Icterus,
    /// L: turbidity.
    Lipaemia,
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
