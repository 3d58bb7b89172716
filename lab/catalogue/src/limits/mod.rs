//! Limits by test, scope and patient: one way to choose for critical, absurd and delta limits.
//!
//! Among the rows of the closest scope ([`Scope`](crate::Scope)) those of a known condition replace the others; then sex and age decide.
//! Where what is known admits several different limits, or a limit and none, all of them are given with the fact that would tell: nothing is guessed,
//! and what all of them say alike needs no more facts.

pub mod absurd;
pub mod critical;
pub mod delta;
mod patients;

use crate::selection::{PatientFact, Scope, Selection};
use crate::table::{ContentTrouble, TableRow};
use crate::test::TestCode;
use kernel::{AgeAtCollection, AgePoint, Decimal, Sex};
pub(crate) use patients::Patients;
use std::collections::BTreeMap;

/// What tells a row from the others of its file.
pub(crate) const KEYS: [&str; 8] = ["test", "sex", "age_min_days", "age_max_days", "condition", "specimen", "method", "instrument"];

/// Which limit holds for a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitChoice<'a, L> {
    /// This one.
    Row(&'a L),
    /// The test has no limit of this kind for such a patient.
    None,
    /// It depends on a fact that is not known.
    Several {
        /// The limits that may hold.
        limits: Vec<&'a L>,
        /// Whether there may also be none.
        or_none: bool,
        /// What would tell which of them holds.
        missing: PatientFact,
    },
}

/// A limit, and for whom it holds.
#[derive(Debug, Clone)]
struct LimitRow<L> {
    patients: Patients,
    limit: L,
}

/// All limits of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Limits<L> {
    rows: BTreeMap<TestCode, Vec<LimitRow<L>>>,
}

impl<L> Default for Limits<L> {
    fn default() -> Self {
        Self { rows: BTreeMap::new() }
    }
}

impl<L: PartialEq> Limits<L> {
    pub(crate) fn count(&self) -> usize {
        self.rows.values().map(Vec::len).sum()
    }

    /// Takes a row, unless somebody would have two: then the row is told as a trouble.
    pub(crate) fn put(
        &mut self,
        what: &str,
        row: &TableRow<'_>,
        test: TestCode,
        patients: Patients,
        limit: L,
    ) -> Result<(), ContentTrouble> {
        let of_test = self.rows.entry(test.clone()).or_default();
        if of_test.iter().any(|other| other.patients.same_as(&patients)) {
            return Err(
                row.trouble(format!("a second {what} of {test} for the same sex, age and condition, specimen, method and instrument"))
            );
        }
        of_test.push(LimitRow { patients, limit });
        Ok(())
    }

    /// Every limit of a test that may hold for somebody for whom another row holds.
    pub(crate) fn meeting<'a>(&'a self, test: &TestCode, patients: &'a Patients) -> impl Iterator<Item = &'a L> {
        let rows = self.rows.get(test).into_iter().flatten();
        rows.filter(move |row| row.patients.meets(patients)).map(|row| &row.limit)
    }

    /// Every limit of a test.
    pub(crate) fn of_test(&self, test: &TestCode) -> impl Iterator<Item = &L> {
        self.rows.get(test).into_iter().flatten().map(|row| &row.limit)
    }

    /// Patients who would lose their limit: another row holds for them, and those of this scope, which stand in for it, leave them out.
    /// In words.
    pub(crate) fn left_out(&self, test: &TestCode, scope: &Scope) -> Option<String> {
        let rows = || self.rows.get(test).into_iter().flatten().map(|row| &row.patients);
        let mut of_others =
            rows().filter(|other| scope.outranks(&other.scope)).flat_map(|other| other.sexes().map(move |sex| (other, sex)));
        of_others.find_map(|(other, sex)| {
            let own = rows().filter(|own| own.scope == *scope && own.condition == other.condition && own.admits_sex(sex));
            let reached = covered(own, other.age_min_minutes);
            let days = Decimal::from(reached) / Decimal::from(24 * 60);
            let condition = other.condition.as_ref().map_or_else(String::new, |condition| format!(", {condition}"));
            (reached < other.age_max_minutes).then(|| format!("sex {} from {} days of age{condition}", sex.code(), days.normalize()))
        })
    }

    /// The limit that holds for a test and what is known.
    pub(crate) fn choose(&self, test: &TestCode, selection: &Selection<'_>) -> LimitChoice<'_, L> {
        let Some(rows) = self.rows.get(test) else { return LimitChoice::None };
        let closeness = |row: &LimitRow<L>| row.patients.scope.closeness(selection);
        let Some(closest) = rows.iter().filter_map(closeness).max() else { return LimitChoice::None };
        let may_hold = |row: &&LimitRow<L>| closeness(row) == Some(closest) && row.patients.condition_may_hold(selection.conditions);
        let known: Vec<&LimitRow<L>> = rows.iter().filter(may_hold).collect();
        match selection.sex {
            Sex::Female | Sex::Male => choose_for(&known, selection.sex, selection.age),
            Sex::Other | Sex::Unknown => choose_for_either(&known, selection.age),
        }
    }
}

/// The choice for somebody on record neither as female nor as male: what holds for both, or the fact that would tell.
fn choose_for_either<'a, L: PartialEq>(rows: &[&'a LimitRow<L>], age: AgeAtCollection) -> LimitChoice<'a, L> {
    let (female, male) = (choose_for(rows, Sex::Female, age), choose_for(rows, Sex::Male, age));
    match (&female, &male) {
        (LimitChoice::None, LimitChoice::None) => LimitChoice::None,
        (LimitChoice::Row(one), LimitChoice::Row(other)) if one == other => female,
        _ => {
            let missing = female.missing().or(male.missing()).unwrap_or(PatientFact::Sex);
            let or_none = female.may_be_none() || male.may_be_none();
            LimitChoice::Several { limits: [female.into_limits(), male.into_limits()].concat(), or_none, missing }
        }
    }
}

impl<'a, L> LimitChoice<'a, L> {
    fn missing(&self) -> Option<PatientFact> {
        match self {
            Self::Several { missing, .. } => Some(*missing),
            Self::Row(_) | Self::None => None,
        }
    }

    fn may_be_none(&self) -> bool {
        matches!(self, Self::None | Self::Several { or_none: true, .. })
    }

    fn into_limits(self) -> Vec<&'a L> {
        match self {
            Self::Row(limit) => vec![limit],
            Self::None => Vec::new(),
            Self::Several { limits, .. } => limits,
        }
    }
}

/// The choice where the sex is known: the age may be missing, or two conditions hold that have limits of their own.
fn choose_for<'a, L: PartialEq>(rows: &[&'a LimitRow<L>], sex: Sex, age: AgeAtCollection) -> LimitChoice<'a, L> {
    let admitted: Vec<&LimitRow<L>> = rows.iter().copied().filter(|row| row.patients.admit(sex, age)).collect();
    let conditioned: Vec<&LimitRow<L>> = admitted.iter().copied().filter(|row| row.patients.condition.is_some()).collect();
    // Where the rows of a known condition leave a possible age out, the others may still hold.
    let replaces = !conditioned.is_empty() && covers_age(&conditioned, age);
    let possible = if replaces { &conditioned } else { &admitted };
    let Some(first) = possible.first().copied() else { return LimitChoice::None };
    let or_none = !covers_age(possible, age);
    if possible.iter().all(|row| row.limit == first.limit) && !or_none {
        return LimitChoice::Row(&first.limit);
    }
    let conditions_differ =
        conditioned.windows(2).any(|pair| matches!(pair, [one, other] if one.patients.condition != other.patients.condition));
    let missing = if conditions_differ { PatientFact::Condition } else { PatientFact::of_age(age) };
    LimitChoice::Several { limits: possible.iter().map(|row| &row.limit).collect(), or_none, missing }
}

/// Whether rows that agree on the limit leave no part of the possible ages without one.
fn covers_age<L>(rows: &[&LimitRow<L>], age: AgeAtCollection) -> bool {
    let reached = covered(rows.iter().map(|row| &row.patients), age.youngest().minutes);
    // Nobody gets older than the last row of a test, which ends where lives end.
    reached > age.oldest().minutes || reached >= AgePoint::OLDEST.minutes
}

/// The age up to which rows hold without a gap, from this age on.
fn covered<'a>(rows: impl Iterator<Item = &'a Patients>, from: u32) -> u32 {
    let mut ages: Vec<(u32, u32)> = rows.map(|row| (row.age_min_minutes, row.age_max_minutes)).collect();
    ages.sort_unstable();
    ages.into_iter().fold(from, |reached, (from, to)| if from <= reached { reached.max(to) } else { reached })
}
