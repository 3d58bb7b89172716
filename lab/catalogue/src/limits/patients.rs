//! For whom a limit holds: sex, age, condition, and the scope its row is confined to.

use crate::method::Methods;
use crate::selection::Scope;
use crate::table::{ContentTrouble, TableRow};
use kernel::{AgeAtCollection, AgePoint, Sex};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// For whom a row of limits holds.
#[derive(Debug, Clone)]
pub(crate) struct Patients {
    /// `None` is any sex.
    pub(crate) sex: Option<Sex>,
    /// From this age in minutes (included).
    pub(crate) age_min_minutes: u32,
    /// To this age in minutes (not included).
    pub(crate) age_max_minutes: u32,
    /// A fact that must be known to hold, such as `trough`; such a row replaces the unconditioned one. `None` holds for everybody.
    pub(crate) condition: Option<String>,
    /// The specimen, method and instrument it is confined to.
    pub(crate) scope: Scope,
}

impl Patients {
    /// The columns `sex`, `age_min_days`, `age_max_days`, `condition`, `specimen`, `method` and `instrument` of a row.
    pub(crate) fn read(row: &TableRow<'_>, methods: &Methods) -> Result<Self, ContentTrouble> {
        let patients = Self {
            sex: row.sex()?,
            age_min_minutes: age(row, "age_min_days")?,
            age_max_minutes: age(row, "age_max_days")?,
            condition: row.filled("condition"),
            scope: Scope::read(row, methods)?,
        };
        if patients.age_min_minutes >= patients.age_max_minutes {
            return Err(row.trouble("age_min_days must be below age_max_days"));
        }
        Ok(patients)
    }

    pub(crate) fn condition_may_hold(&self, conditions: &[&str]) -> bool {
        self.condition.as_deref().is_none_or(|condition| conditions.contains(&condition))
    }

    pub(crate) fn admit(&self, sex: Sex, age: AgeAtCollection) -> bool {
        let of_age = self.age_min_minutes <= age.oldest().minutes && self.age_max_minutes > age.youngest().minutes;
        of_age && self.admits_sex(sex)
    }

    pub(crate) fn admits_sex(&self, sex: Sex) -> bool {
        self.sex.is_none_or(|own| own == sex)
    }

    /// The sexes it holds for.
    pub(crate) fn sexes(&self) -> impl Iterator<Item = Sex> {
        [Sex::Female, Sex::Male].into_iter().filter(|sex| self.admits_sex(*sex))
    }

    /// Whether somebody would have two limits by the same scope and condition.
    pub(crate) fn same_as(&self, other: &Self) -> bool {
        let [from, to] = [other.age_min_minutes, other.age_max_minutes];
        self.sexes_meet(other.sex) && self.ages_meet(from, to) && self.condition == other.condition && self.scope == other.scope
    }

    /// Whether both may hold for the same patient and measurement.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.meets_others(other.sex, (other.age_min_minutes, other.age_max_minutes), other.condition.as_deref(), &other.scope)
    }

    /// The same of a row of another table, with its ages in minutes.
    pub(crate) fn meets_others(&self, sex: Option<Sex>, (from, to): (u32, u32), condition: Option<&str>, scope: &Scope) -> bool {
        let conditions_meet = self.condition.is_none() || condition.is_none() || self.condition.as_deref() == condition;
        self.sexes_meet(sex) && self.ages_meet(from, to) && conditions_meet && self.scope.meets(scope)
    }

    fn sexes_meet(&self, sex: Option<Sex>) -> bool {
        self.sex.is_none() || sex.is_none() || self.sex == sex
    }

    fn ages_meet(&self, from: u32, to: u32) -> bool {
        self.age_min_minutes < to && from < self.age_max_minutes
    }
}

/// An age in days that comes to whole minutes.
fn age(row: &TableRow<'_>, column: &str) -> Result<u32, ContentTrouble> {
    let days = row.decimal(column)?.ok_or_else(|| row.trouble(format!("{column} is missing")))?;
    let minutes = days.checked_mul(Decimal::from(24 * 60)).filter(|minutes| minutes.fract().is_zero()).and_then(|minutes| minutes.to_u32());
    let minutes = minutes.filter(|minutes| *minutes <= AgePoint::OLDEST.minutes);
    minutes.ok_or_else(|| row.trouble(format!("{column} must be whole minutes, not negative and at most 150 years, in days: not {days}")))
}
