//! What a test may err by: limits of proficiency testing and whatever else a laboratory takes as its goal, each with its source.
//!
//! A rule that is no number ("80 % consensus", "2 dilutions") is kept in its own words; no limit is made of it.

use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::{Conversion, Unit};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Total allowable error, with no limit below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowableError(Allowed);

/// How an allowable error is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// In per cent of the value.
    Percent(Decimal),
    /// In the unit of the test.
    Absolute(Decimal),
    /// Whichever of both is greater.
    Greater {
        /// In per cent of the value.
        percent: Decimal,
        /// In the unit of the test.
        absolute: Decimal,
    },
}

/// Why two numbers are no allowable error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllowableErrorTrouble {
    /// Neither a percentage nor an absolute limit.
    #[error("the allowable error states neither per cent nor an absolute limit")]
    NoLimit,
    /// A limit below zero.
    #[error("the allowable error is below zero")]
    NegativeLimit,
}

impl AllowableError {
    /// A criterion with a limit in per cent, an absolute limit, or both.
    pub fn new(percent: Option<Decimal>, absolute: Option<Decimal>) -> Result<Self, AllowableErrorTrouble> {
        if percent.into_iter().chain(absolute).any(|limit| limit < Decimal::ZERO) {
            return Err(AllowableErrorTrouble::NegativeLimit);
        }
        match (percent, absolute) {
            (None, None) => Err(AllowableErrorTrouble::NoLimit),
            (Some(percent), None) => Ok(Self(Allowed::Percent(percent))),
            (None, Some(absolute)) => Ok(Self(Allowed::Absolute(absolute))),
            (Some(percent), Some(absolute)) => Ok(Self(Allowed::Greater { percent, absolute })),
        }
    }

    /// How it is stated.
    pub const fn allowed(&self) -> Allowed {
        self.0
    }
}

/// What a result is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Criterion {
    /// A limit that an error is compared with.
    Limit(AllowableError),
    /// A rule that is no number, in its own words.
    Words(String),
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PerformanceLimit {
    /// The section of the regulation, or whatever tells it from others.
    pub section: String,
    /// The analyte as the source names it.
    pub analyte: String,
    /// Our test; nothing where the catalogue has none.
    pub test: Option<TestCode>,
    /// What is allowed.
    pub criterion: Criterion,
    /// What the source says beside a limit, such as "or positive or negative".
    pub remark: Option<String>,
    /// Where it comes from and how far it was checked.
    pub source: String,
}

const FILE: &str = "allowable_errors.csv";
pub(crate) const COLUMNS: [&str; 9] = ["section", "analyte", "test", "percent", "absolute", "absolute_unit", "rule", "words", "source"];
/// In per cent; more says nothing.
const PERCENT_MAX: i64 = 100;

/// Reads `allowable_errors.csv` against the tests it speaks of.
pub(crate) fn read(text: &str, tests: &BTreeMap<TestCode, Test>, troubles: &mut Vec<ContentTrouble>) -> Vec<PerformanceLimit> {
    let mut limits: Vec<PerformanceLimit> = Vec::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row, tests) {
            Ok(limit) => {
                if let Some(test) = limit.test.as_ref().filter(|test| limits.iter().any(|other| other.test.as_ref() == Some(test))) {
                    troubles.push(row.trouble(format!("a second allowable error of {test}")));
                }
                limits.push(limit);
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    limits
}

fn read_row(row: &TableRow<'_>, tests: &BTreeMap<TestCode, Test>) -> Result<PerformanceLimit, ContentTrouble> {
    for column in ["section", "analyte", "source"] {
        if row.cell(column).is_empty() {
            return Err(row.trouble(format!("an allowable error has no {column}")));
        }
    }
    let test = match row.cell("test") {
        "" => None,
        name => {
            let test = TestCode::parse(name).and_then(|code| tests.get(&code));
            Some(test.ok_or_else(|| row.trouble(format!("test “{name}” is not in tests.csv; leave it empty where there is none")))?)
        }
    };
    let words = Some(row.cell("words")).filter(|words| !words.is_empty()).map(str::to_owned);
    let (criterion, remark) = match (numbers(row, test)?, words) {
        (Some(limit), remark) => (Criterion::Limit(limit), remark),
        (None, Some(words)) => (Criterion::Words(words), None),
        (None, None) => return Err(row.trouble("a rule that is no number must be said in the column words")),
    };
    Ok(PerformanceLimit {
        section: row.cell("section").to_owned(),
        analyte: row.cell("analyte").to_owned(),
        test: test.map(|test| test.code.clone()),
        criterion,
        remark,
        source: row.cell("source").to_owned(),
    })
}

/// The limit that the rule says there is, and no number that it does not; nothing for a rule in words.
fn numbers(row: &TableRow<'_>, test: Option<&Test>) -> Result<Option<AllowableError>, ContentTrouble> {
    let (has_percent, has_absolute) = match row.cell("rule") {
        "percent" => (true, false),
        "absolute" => (false, true),
        "greater" => (true, true),
        "words" => (false, false),
        other => return Err(row.trouble(format!("rule must be percent, absolute, greater or words, not “{other}”"))),
    };
    let percent = limit(row, "percent", has_percent)?;
    if percent.is_some_and(|percent| percent > Decimal::from(PERCENT_MAX)) {
        return Err(row.trouble(format!("percent must be at most {PERCENT_MAX}, not {}", row.cell("percent"))));
    }
    let absolute = match (limit(row, "absolute", has_absolute)?, row.cell("absolute_unit")) {
        (Some(absolute), unit) => Some(in_unit_of(row, absolute, unit, test)?),
        (None, "") => None,
        (None, unit) => return Err(row.trouble(format!("absolute_unit {unit} stands without an absolute limit"))),
    };
    if !has_percent && !has_absolute {
        return Ok(None);
    }
    AllowableError::new(percent, absolute).map(Some).map_err(|trouble| row.trouble(trouble.to_string()))
}

fn limit(row: &TableRow<'_>, column: &str, is_expected: bool) -> Result<Option<Decimal>, ContentTrouble> {
    let (rule, text) = (row.cell("rule"), row.cell(column));
    match (text, is_expected) {
        ("", false) => Ok(None),
        ("", true) => Err(row.trouble(format!("rule {rule} needs a number in {column}"))),
        (_, false) => Err(row.trouble(format!("rule {rule} has no {column}, and {text} stands there"))),
        (_, true) => {
            let number = text.parse::<Decimal>().ok().filter(|number| *number > Decimal::ZERO);
            number.map(Some).ok_or_else(|| row.trouble(format!("{column} must be a number above 0, not “{text}”")))
        }
    }
}

/// The limit in the unit that the test is reported in; as it is written where there is no test.
fn in_unit_of(row: &TableRow<'_>, absolute: Decimal, unit: &str, test: Option<&Test>) -> Result<Decimal, ContentTrouble> {
    let unit = Unit::ucum(unit).map_err(|trouble| row.trouble(format!("absolute_unit: {trouble}")))?;
    // A stand-in's own row is told already.
    let Some(test) = test.filter(|test| !test.is_stand_in) else { return Ok(absolute) };
    let of_test = test.unit.as_ref().ok_or_else(|| row.trouble(format!("{} has no unit, so it has no absolute limit", test.code)))?;
    let conversion = Conversion::between(&unit, of_test, &test.substance);
    let converted = conversion.and_then(|conversion| conversion.apply(absolute));
    let converted = converted.map_err(|trouble| row.trouble(format!("absolute_unit of {}: {trouble}", test.code)))?;
    if converted.exact { Ok(converted.value) } else { Err(row.trouble(format!("{absolute} {unit} is no exact number of {of_test}"))) }
}
