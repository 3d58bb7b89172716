//! Critical limits: beyond them somebody must see the result and call. Strict: critical is below `low` or above `high`, never at it.
//! Source of the rule: the laboratory's critical value policy, laboratory rules 5.1; the rows carry their own source.

use super::{LimitChoice, Limits, Patients};
use crate::intervals::{High, Interval, Intervals};
use crate::method::Methods;
use crate::selection::{PatientFact, Scope, Selection};
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::value::{Coded, Grade};
use kernel::{Lang, Number, Value, ValueKindExpected};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What is critical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalLimit {
    /// Critical below this, in the test's unit.
    pub low: Option<Decimal>,
    /// Critical above this, in the test's unit.
    pub high: Option<Decimal>,
    /// Of a test that is no number: the critical finding. It has no `low` and no `high`.
    pub finding: Option<CriticalFinding>,
}

/// A finding that is critical by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CriticalFinding {
    /// This code of a coded test.
    Code(Coded),
    /// Any grade above negative of a graded test.
    Positive,
    /// What the words of a test may say. Only a person can read whether they do.
    Words(String),
}

/// Where a value lies by a critical limit, with the limit it crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// Strictly below this.
    Below(Decimal),
    /// Strictly above this.
    Above(Decimal),
    /// It is the critical finding.
    Found,
    /// Neither.
    No,
    /// It is not said: a bound that does not say on which side of the limit the value lies, words, or a value of another kind than the
    /// limit.
    NotSaid,
}

/// All critical limits of an edition.
#[derive(Debug, Clone, Default)]
pub struct CriticalLimits {
    limits: Limits<CriticalLimit>,
}

impl CriticalLimits {
    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.limits.count()
    }

    /// The limit that holds for a test and what is known.
    pub fn choose(&self, test: &TestCode, selection: &Selection<'_>) -> LimitChoice<'_, CriticalLimit> {
        self.limits.choose(test, selection)
    }

    /// Every finding of a test that is critical for somebody.
    pub(crate) fn findings(&self, test: &TestCode) -> impl Iterator<Item = &CriticalFinding> {
        self.limits.of_test(test).filter_map(|limit| limit.finding.as_ref())
    }

    /// Every limit of a test that may hold for one of these patients.
    pub(super) fn meeting<'a>(&'a self, test: &TestCode, patients: &'a Patients) -> impl Iterator<Item = &'a CriticalLimit> {
        self.limits.meeting(test, patients)
    }
}

impl LimitChoice<'_, CriticalLimit> {
    /// Where a reported value lies, if all limits that may hold say alike; of several the one that is crossed last. Otherwise the fact that would tell.
    pub fn judge(&self, reported: &Value) -> Result<Beyond, PatientFact> {
        match self {
            Self::None => Ok(Beyond::No),
            Self::Row(limit) => Ok(limit.judge(reported)),
            Self::Several { limits, or_none, missing } => {
                let mut said = limits.iter().map(|limit| limit.judge(reported)).chain(or_none.then_some(Beyond::No));
                let first = said.next().unwrap_or(Beyond::No);
                said.try_fold(first, Beyond::alike).ok_or(*missing)
            }
        }
    }
}

impl Beyond {
    /// What both say, if they say the same of a value: by the limit that lies further out.
    fn alike(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Below(one), Self::Below(other)) => Some(Self::Below(one.min(other))),
            (Self::Above(one), Self::Above(other)) => Some(Self::Above(one.max(other))),
            (one, other) => (one == other).then_some(one),
        }
    }
}

impl CriticalLimit {
    /// Where a reported value lies, whatever its kind.
    pub fn judge(&self, reported: &Value) -> Beyond {
        match (reported, &self.finding) {
            (Value::Number(number), _) => self.beyond(number),
            // A hold too many is looked at; a call that nobody makes because the analyser spells in small letters is not.
            (Value::Coded(code), Some(CriticalFinding::Code(critical))) if code.as_str().eq_ignore_ascii_case(critical.as_str()) => {
                Beyond::Found
            }
            (Value::SemiQuantitative(grade), Some(CriticalFinding::Positive)) if *grade > Grade::Negative => Beyond::Found,
            (Value::Coded(_), Some(CriticalFinding::Code(_))) | (Value::SemiQuantitative(_), Some(CriticalFinding::Positive)) => Beyond::No,
            _ => Beyond::NotSaid,
        }
    }

    /// Where a reported number lies: at the limit is not beyond it.
    pub fn beyond(&self, reported: &Number) -> Beyond {
        if self.finding.is_some() {
            return Beyond::NotSaid;
        }
        let may_be = self.low.is_some_and(|low| reported.may_be_below(low)) || self.high.is_some_and(|high| reported.may_be_above(high));
        match (self.low.filter(|low| reported.definitely_below(*low)), self.high.filter(|high| reported.definitely_above(*high))) {
            (Some(low), _) => Beyond::Below(low),
            (None, Some(high)) => Beyond::Above(high),
            (None, None) if may_be => Beyond::NotSaid,
            (None, None) => Beyond::No,
        }
    }

    /// Says so if a value that is normal by this interval would be critical for somebody for whom both hold.
    fn within(&self, patients: &Patients, interval: &Interval) -> Option<String> {
        let ages = (interval.age_min.minutes(), interval.age_max.minutes());
        if !patients.meets_others(interval.sex, ages, interval.condition.as_deref(), &interval.scope) {
            return None;
        }
        let high = match interval.high {
            Some(High::Fixed(high)) => Some(high),
            Some(High::TenTimesAge) | None => None,
        };
        match (self.low.zip(interval.low), self.high.zip(high)) {
            (Some((critical, normal)), _) if critical > normal => {
                Some(format!("critical below {critical} lies inside the interval from {normal}"))
            }
            (_, Some((critical, normal))) if critical < normal => {
                Some(format!("critical above {critical} lies inside the interval up to {normal}"))
            }
            _ => None,
        }
    }
}

const FILE: &str = "critical_limits.csv";
pub(crate) const COLUMNS: [&str; 13] = [
    "test",
    "sex",
    "age_min_days",
    "age_max_days",
    "condition",
    "specimen",
    "method",
    "instrument",
    "low",
    "high",
    "text",
    "source",
    "reason",
];

/// Reads `critical_limits.csv` against the tests and methods it speaks of and the intervals. Unless the row says why (`reason`), what is
/// normal is not critical, and limits of an instrument or method leave nobody without one who had one before.
pub(crate) fn read(
    text: &str,
    (tests, methods): (&BTreeMap<TestCode, Test>, &Methods),
    intervals: &Intervals,
    troubles: &mut Vec<ContentTrouble>,
) -> CriticalLimits {
    let mut limits = Limits::default();
    let mut confined: Vec<(TableRow<'_>, TestCode, Scope)> = Vec::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row, tests, methods) {
            Ok((test, patients, limit)) => {
                let within = intervals.of_test(&test).iter().find_map(|interval| limit.within(&patients, interval));
                if let (Some(what), "") = (within, row.cell("reason")) {
                    troubles.push(row.trouble(format!("{what} of {test}: correct it, or state the reason in the column reason")));
                }
                let scope = patients.scope.clone();
                troubles.extend(limits.put("critical limit", &row, test.clone(), patients, limit).err());
                if scope != Scope::default() {
                    confined.push((row, test, scope));
                }
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    troubles.extend(left_out(&limits, &confined));
    CriticalLimits { limits }
}

/// The first row of each scope that takes somebody's limit away and gives none, unless a row of that scope says why.
fn left_out(limits: &Limits<CriticalLimit>, confined: &[(TableRow<'_>, TestCode, Scope)]) -> Vec<ContentTrouble> {
    let same = |one: &(TableRow<'_>, TestCode, Scope), other: &(TableRow<'_>, TestCode, Scope)| (&one.1, &one.2) == (&other.1, &other.2);
    let first = |index: usize, row| !confined.iter().take(index).any(|earlier| same(earlier, row));
    let explained = |row| confined.iter().any(|other| same(other, row) && !other.0.cell("reason").is_empty());
    let rows = confined.iter().enumerate().filter(|(index, row)| first(*index, *row) && !explained(*row));
    let told = rows.filter_map(|(_, (row, test, scope))| {
        let whom = limits.left_out(test, scope)?;
        let what = format!("limits of {test} confined like this one stand in for all others and leave out {whom}");
        Some(row.trouble(format!("{what}, for whom another row has one: add it, or state the reason in the column reason")))
    });
    told.collect()
}

fn read_row(
    row: &TableRow<'_>,
    tests: &BTreeMap<TestCode, Test>,
    methods: &Methods,
) -> Result<(TestCode, Patients, CriticalLimit), ContentTrouble> {
    let test = row.test(tests)?;
    row.source()?;
    let patients = Patients::read(row, methods)?;
    let finding = finding(row, test)?;
    let (low, high) = match (&finding, test.kind) {
        (None, ValueKindExpected::Number) => row.bounds()?,
        (None, _) => return Err(row.trouble(format!("{} is reported as {}: low and high are for numbers", test.code, words(test)))),
        (Some(_), _) if row.filled("low").or(row.filled("high")).is_some() => {
            return Err(row.trouble("a row with a text has neither low nor high"));
        }
        (Some(_), _) => (None, None),
    };
    let limit = CriticalLimit { low, high, finding };
    Ok((test.code.clone(), patients, limit))
}

const fn words(test: &Test) -> &'static str {
    test.kind.words(Lang::English)
}

/// The column `text`: what is critical of a test that is no number.
fn finding(row: &TableRow<'_>, test: &Test) -> Result<Option<CriticalFinding>, ContentTrouble> {
    let text = row.cell("text");
    if text.is_empty() {
        return Ok(None);
    }
    let kind = words(test);
    match test.kind {
        // Its own row is faulty, and says so: what kind it is, is not known.
        _ if test.is_stand_in => Ok(Some(CriticalFinding::Positive)),
        ValueKindExpected::Coded => match Coded::new(text) {
            Ok(code) => Ok(Some(CriticalFinding::Code(code))),
            Err(reason) => Err(row.trouble(format!("text “{text}” is no code: {}", reason.words(Lang::English)))),
        },
        ValueKindExpected::SemiQuantitative if text == "POS" => Ok(Some(CriticalFinding::Positive)),
        ValueKindExpected::SemiQuantitative => {
            Err(row.trouble(format!("text of {}, which is {kind}, must be POS (any grade above negative), not “{text}”", test.code)))
        }
        ValueKindExpected::Text => Ok(Some(CriticalFinding::Words(text.to_owned()))),
        ValueKindExpected::Number | ValueKindExpected::Titre => {
            Err(row.trouble(format!("{} is reported as {kind}: a text is for codes, grades and words", test.code)))
        }
    }
}
