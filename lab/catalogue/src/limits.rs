//! Critical limits: rows by test, sex and age, chosen for one patient. Strict: critical is below `low` or above `high`, never at it.
//! Source of the rule: the laboratory's critical value policy; the rows carry their own source.

use crate::intervals::{High, Interval, Intervals};
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::{AgeAtCollection, AgePoint, Number, Sex};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalLimit {
    /// `None` is any sex.
    pub sex: Option<Sex>,
    /// From this age in minutes (included).
    pub age_min_minutes: u32,
    /// To this age in minutes (not included).
    pub age_max_minutes: u32,
    /// A fact that must be known to hold, such as `trough`; such a row replaces the unconditioned one. `None` holds for everybody.
    pub condition: Option<String>,
    /// Critical below this, in the test's unit.
    pub low: Option<Decimal>,
    /// Critical above this, in the test's unit.
    pub high: Option<Decimal>,
}

/// A fact of the patient that a choice depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatientFact {
    /// The birth date (or an exact enough one).
    BirthDate,
    /// The moment of birth; newborns have intervals by the hour.
    BirthTime,
    /// The sex.
    Sex,
    /// Which of several conditions that hold at once decides.
    Condition,
}

impl PatientFact {
    /// What people read.
    pub const fn words(self) -> &'static str {
        match self {
            Self::BirthDate => "birth date",
            Self::BirthTime => "hour of birth",
            Self::Sex => "sex",
            Self::Condition => "condition",
        }
    }
}

/// Which limit holds for a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitChoice<'a> {
    /// This row.
    Row(&'a CriticalLimit),
    /// The test has no critical limit for such a patient.
    None,
    /// It depends on a fact that is not known.
    Needs(PatientFact),
}

/// Where a value lies by a critical limit, with the limit it crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// Strictly below this.
    Below(Decimal),
    /// Strictly above this.
    Above(Decimal),
    /// Neither.
    No,
    /// A bound that does not say on which side of the limit the value lies.
    NotSaid,
}

/// All critical limits of an edition.
#[derive(Debug, Clone, Default)]
pub struct CriticalLimits {
    rows: BTreeMap<TestCode, Vec<CriticalLimit>>,
}

impl CriticalLimits {
    /// How many rows there are.
    pub fn count(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// The limit that holds for a test, a sex, an age and the conditions known to hold. Where what is known admits several different limits,
    /// or a limit and none, the missing fact is named: nothing is guessed.
    pub fn choose(&self, test: &TestCode, sex: Sex, age: AgeAtCollection, conditions: &[&str]) -> LimitChoice<'_> {
        let Some(rows) = self.rows.get(test) else { return LimitChoice::None };
        let known: Vec<&CriticalLimit> = rows.iter().filter(|row| row.condition_may_hold(conditions)).collect();
        match sex {
            Sex::Female | Sex::Male => choose_for(&known, sex, age),
            Sex::Other | Sex::Unknown => choose_for_either(&known, age),
        }
    }
}

/// The choice for somebody on record neither as female nor as male: what holds for both, or the fact that would tell.
fn choose_for_either<'a>(rows: &[&'a CriticalLimit], age: AgeAtCollection) -> LimitChoice<'a> {
    match (choose_for(rows, Sex::Female, age), choose_for(rows, Sex::Male, age)) {
        (LimitChoice::Needs(fact), _) | (_, LimitChoice::Needs(fact)) => LimitChoice::Needs(fact),
        (LimitChoice::None, LimitChoice::None) => LimitChoice::None,
        (LimitChoice::Row(female), LimitChoice::Row(male)) if female.same_limit(male) => LimitChoice::Row(female),
        (LimitChoice::Row(_), _) | (_, LimitChoice::Row(_)) => LimitChoice::Needs(PatientFact::Sex),
    }
}

/// The choice where the sex is known: the age may be missing, or two conditions hold that have limits of their own.
fn choose_for<'a>(rows: &[&'a CriticalLimit], sex: Sex, age: AgeAtCollection) -> LimitChoice<'a> {
    let mut admitted: Vec<&CriticalLimit> = rows.iter().copied().filter(|row| row.admits_sex(sex) && row.admits_age(age)).collect();
    if admitted.iter().any(|row| row.condition.is_some()) {
        admitted.retain(|row| row.condition.is_some());
    }
    let Some(first) = admitted.first().copied() else { return LimitChoice::None };
    if admitted.iter().all(|row| row.same_limit(first)) && covers_age(&admitted, age) {
        LimitChoice::Row(first)
    } else if admitted.iter().any(|row| row.condition != first.condition) {
        LimitChoice::Needs(PatientFact::Condition)
    } else {
        LimitChoice::Needs(if age.is_known_to_the_day() { PatientFact::BirthTime } else { PatientFact::BirthDate })
    }
}

/// Whether rows that agree on the limit leave no part of the possible ages without one.
fn covers_age(rows: &[&CriticalLimit], age: AgeAtCollection) -> bool {
    let mut reached = age.youngest().minutes;
    let mut sorted: Vec<&&CriticalLimit> = rows.iter().collect();
    sorted.sort_by_key(|row| row.age_min_minutes);
    for row in sorted {
        if row.age_min_minutes <= reached && row.age_max_minutes > reached {
            reached = row.age_max_minutes;
        }
    }
    // Nobody gets older than the last row of a test, which ends where lives end.
    reached > age.oldest().minutes || reached >= AgePoint::OLDEST.minutes
}

impl CriticalLimit {
    /// Where a reported value lies: at the limit is not beyond it.
    pub fn beyond(&self, reported: &Number) -> Beyond {
        let may_be = self.low.is_some_and(|low| reported.may_be_below(low)) || self.high.is_some_and(|high| reported.may_be_above(high));
        match (self.low.filter(|low| reported.definitely_below(*low)), self.high.filter(|high| reported.definitely_above(*high))) {
            (Some(low), _) => Beyond::Below(low),
            (None, Some(high)) => Beyond::Above(high),
            (None, None) if may_be => Beyond::NotSaid,
            (None, None) => Beyond::No,
        }
    }

    fn condition_may_hold(&self, conditions: &[&str]) -> bool {
        self.condition.as_deref().is_none_or(|condition| conditions.contains(&condition))
    }

    fn admits_sex(&self, sex: Sex) -> bool {
        self.sex.is_none_or(|row| row == sex)
    }

    fn same_limit(&self, other: &Self) -> bool {
        (self.low, self.high) == (other.low, other.high)
    }

    fn admits_age(&self, age: AgeAtCollection) -> bool {
        self.age_min_minutes <= age.oldest().minutes && self.age_max_minutes > age.youngest().minutes
    }
}

const FILE: &str = "critical_limits.csv";
pub(crate) const COLUMNS: [&str; 9] = ["test", "sex", "age_min_days", "age_max_days", "condition", "low", "high", "source", "reason"];

/// Reads `critical_limits.csv` against the tests it speaks of and their intervals: what is normal is not critical, unless the row says why (`reason`).
pub(crate) fn read(
    text: &str,
    tests: &BTreeMap<TestCode, Test>,
    intervals: &Intervals,
    troubles: &mut Vec<ContentTrouble>,
) -> CriticalLimits {
    let mut rows: BTreeMap<TestCode, Vec<CriticalLimit>> = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row, tests) {
            Ok((test, limit)) => {
                let of_test = rows.entry(test.clone()).or_default();
                if of_test.iter().any(|other| other.overlaps(&limit)) {
                    troubles.push(row.trouble(format!("a second critical limit of {test} for the same sex, age and condition")));
                }
                let within = intervals.of_test(&test).iter().find_map(|interval| limit.within(interval));
                if let (Some(what), "") = (within, row.cell("reason")) {
                    troubles.push(row.trouble(format!("{what} of {test}: correct it, or state the reason in the column reason")));
                }
                of_test.push(limit);
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    CriticalLimits { rows }
}

impl CriticalLimit {
    /// Says so if a value that is normal by this interval would be critical for somebody for whom both hold.
    fn within(&self, interval: &Interval) -> Option<String> {
        let ages_meet = interval.age_min.minutes() < self.age_max_minutes && self.age_min_minutes < interval.age_max.minutes();
        let sexes_meet = self.sex.is_none() || interval.sex.is_none() || self.sex == interval.sex;
        let conditions_meet = self.condition.is_none() || interval.condition.is_none() || self.condition == interval.condition;
        if !(ages_meet && sexes_meet && conditions_meet) {
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

    fn overlaps(&self, other: &Self) -> bool {
        let same_sex = self.sex.is_none() || other.sex.is_none() || self.sex == other.sex;
        let ages_meet = self.age_min_minutes < other.age_max_minutes && other.age_min_minutes < self.age_max_minutes;
        same_sex && self.condition == other.condition && ages_meet
    }
}

fn read_row(row: &TableRow<'_>, tests: &BTreeMap<TestCode, Test>) -> Result<(TestCode, CriticalLimit), ContentTrouble> {
    let test = TestCode::parse(row.cell("test")).filter(|code| tests.contains_key(code));
    let test = test.ok_or_else(|| row.trouble(format!("test “{}” is not in tests.csv", row.cell("test"))))?;
    let sex = row.sex()?;
    if row.cell("source").is_empty() {
        return Err(row.trouble("every limit names its source"));
    }
    let number = |column: &str| match row.cell(column) {
        "" => Ok(None),
        text => text.parse::<Decimal>().map(Some).map_err(|_| row.trouble(format!("{column} must be a decimal number, not “{text}”"))),
    };
    let age = |column: &str| {
        let days = number(column)?.ok_or_else(|| row.trouble(format!("{column} is missing")))?;
        let minutes =
            days.checked_mul(Decimal::from(24 * 60)).filter(|minutes| minutes.fract().is_zero()).and_then(|minutes| minutes.to_u32());
        let minutes = minutes.filter(|minutes| *minutes <= AgePoint::OLDEST.minutes);
        minutes
            .ok_or_else(|| row.trouble(format!("{column} must be whole minutes, not negative and at most 150 years, in days: not {days}")))
    };
    let limit = CriticalLimit {
        sex,
        age_min_minutes: age("age_min_days")?,
        age_max_minutes: age("age_max_days")?,
        condition: Some(row.cell("condition")).filter(|condition| !condition.is_empty()).map(str::to_owned),
        low: number("low")?,
        high: number("high")?,
    };
    if limit.age_min_minutes >= limit.age_max_minutes {
        return Err(row.trouble("age_min_days must be below age_max_days"));
    }
    match (limit.low, limit.high) {
        (None, None) => Err(row.trouble("neither low nor high is given")),
        (Some(low), Some(high)) if low >= high => Err(row.trouble("low must be below high")),
        _ => Ok((test, limit)),
    }
}
