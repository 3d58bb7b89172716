//! Reference intervals, decision limits and therapeutic ranges: rows by test, scope, condition, sex and age, chosen for one patient.
//!
//! Source of the order: laboratory rules 3. The rows of the closest scope ([`Scope`](crate::Scope)) first; then a condition that is known
//! of patient or specimen, otherwise the unconditioned row; then the row of the sex before the row of both; age bounds are half-open.
//! Where what is known admits several intervals, all are shown and nothing is assumed.

pub mod flag;
mod read;

pub(crate) use read::{COLUMNS, KEYS};

use crate::selection::{PatientFact, Scope, Selection};
use crate::test::TestCode;
use kernel::{AgeBound, AgePoint, Decimal, Sex};
use std::collections::BTreeMap;

/// What an interval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntervalKind {
    /// Where the values of healthy people lie.
    Reference,
    /// A limit that a decision hangs on.
    DecisionLimit,
    /// Where a drug works.
    Therapeutic,
}

/// The upper bound of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum High {
    /// A number, in the test's unit.
    Fixed(Decimal),
    /// Ten times the age in years: the age-adjusted cut-off of D-dimer.
    TenTimesAge,
}

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    /// What it is.
    pub kind: IntervalKind,
    /// What the limit is for; never a selector.
    pub purpose: String,
    /// `None` is both sexes.
    pub sex: Option<Sex>,
    /// From this age on.
    pub age_min: AgeBound,
    /// Up to this age, which is not included.
    pub age_max: AgeBound,
    /// A fact of patient or specimen that must be known to hold: a trimester, fasting, a clock time. `None` holds for everybody.
    pub condition: Option<String>,
    /// The specimen, method and instrument it is confined to.
    pub scope: Scope,
    /// Normal from here, in the test's unit.
    pub low: Option<Decimal>,
    /// Normal up to here.
    pub high: Option<High>,
    /// Words printed with it, or in its place.
    pub text: String,
    /// Where it comes from.
    pub source: String,
}

/// An interval with its bounds for this patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds<'a> {
    /// Normal from here.
    pub low: Option<Decimal>,
    /// Normal up to here.
    pub high: Option<Decimal>,
    /// The row.
    pub interval: &'a Interval,
}

impl Bounds<'_> {
    /// Whether both say the same to a reader.
    fn says_the_same(&self, other: &Self) -> bool {
        (self.low, self.high, self.interval.kind, &self.interval.text) == (other.low, other.high, other.interval.kind, &other.interval.text)
    }
}

/// Which interval holds for a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntervalChoice<'a> {
    /// This one.
    One(Bounds<'a>),
    /// What is known admits all of these: they are shown together, with what is missing.
    Several {
        /// The intervals, in the order of the table.
        bounds: Vec<Bounds<'a>>,
        /// What would tell which of them holds.
        missing: Vec<PatientFact>,
        /// Whether the patient may also be one for whom there is none.
        or_none: bool,
    },
    /// No interval is established for such a patient: nothing is flagged, and the report says so.
    None,
}

/// All intervals of an edition.
#[derive(Debug, Clone, Default)]
pub struct Intervals {
    rows: BTreeMap<TestCode, Vec<Interval>>,
}

impl Intervals {
    /// The interval that holds for a test and a patient.
    pub fn choose(&self, test: &TestCode, selection: &Selection<'_>) -> IntervalChoice<'_> {
        let Some(rows) = self.rows.get(test) else { return IntervalChoice::None };
        let scope = rows.iter().filter_map(|row| row.scope.closeness(selection)).max();
        let scoped = Scoped { rows, scope, selection };
        match (selection.sex, selection.age.youngest() == selection.age.oldest()) {
            (Sex::Female | Sex::Male, true) => scoped.certain(selection.sex, selection.age.youngest()),
            _ => scoped.possible(),
        }
    }

    /// Every row of a test.
    pub fn of_test(&self, test: &TestCode) -> &[Interval] {
        self.rows.get(test).map_or(&[], Vec::as_slice)
    }

    /// Every test that has intervals.
    pub fn tests(&self) -> impl Iterator<Item = &TestCode> {
        self.rows.keys()
    }
}

impl Interval {
    fn admits_sex(&self, sex: Sex) -> bool {
        self.sex.is_none_or(|own| own == sex)
    }

    fn covers(&self, age: AgePoint) -> bool {
        self.age_min.is_reached(age) && !self.age_max.is_reached(age)
    }

    fn condition_is_known(&self, selection: &Selection<'_>) -> bool {
        self.condition.as_deref().is_some_and(|condition| selection.conditions.contains(&condition))
    }

    fn at(&self, age: AgePoint) -> Bounds<'_> {
        let high = self.high.map(|high| match high {
            High::Fixed(high) => high,
            High::TenTimesAge => Decimal::from(age.years().saturating_mul(10)),
        });
        Bounds { low: self.low, high, interval: self }
    }
}

/// The rows of one test, of which only those of one scope count: an interval of another method is never used in place of a missing one.
struct Scoped<'a, 's> {
    rows: &'a [Interval],
    scope: Option<u8>,
    selection: &'s Selection<'s>,
}

impl<'a> Scoped<'a, '_> {
    /// What holds for a patient of whom sex and age are certain: one row, unless two known conditions hold at once.
    fn certain(&self, sex: Sex, age: AgePoint) -> IntervalChoice<'a> {
        let mut held = self.held(sex, age);
        match (held.next(), held.next()) {
            (None, _) => IntervalChoice::None,
            (Some(row), None) => IntervalChoice::One(row.at(age)),
            (Some(_), Some(_)) => self.possible(),
        }
    }

    /// The rows that hold at one moment for one sex: those of a known condition before the others, those of the sex before those of both.
    fn held(&self, sex: Sex, age: AgePoint) -> impl Iterator<Item = &'a Interval> {
        let fits = move |row: &&Interval| {
            row.covers(age) && row.admits_sex(sex) && row.scope.closeness(self.selection).is_some_and(|own| Some(own) == self.scope)
        };
        let conditioned = self.rows.iter().any(|row| fits(&row) && row.condition_is_known(self.selection));
        let on_condition = move |row: &Interval| if conditioned { row.condition_is_known(self.selection) } else { row.condition.is_none() };
        let of_the_sex = self.rows.iter().any(|row| fits(&row) && on_condition(row) && row.sex.is_some());
        self.rows.iter().filter(move |row| fits(row) && on_condition(row) && (!of_the_sex || row.sex.is_some()))
    }

    /// Every interval that a patient of whom no more is known may have.
    fn possible(&self) -> IntervalChoice<'a> {
        let sexes: &[Sex] = match &self.selection.sex {
            Sex::Female => &[Sex::Female],
            Sex::Male => &[Sex::Male],
            Sex::Other | Sex::Unknown => &[Sex::Female, Sex::Male],
        };
        let moments = self.moments();
        let of_sex = |sex: &Sex| -> Vec<Vec<Bounds<'a>>> {
            moments.iter().map(|age| self.held(*sex, *age).map(|row| row.at(*age)).collect()).collect()
        };
        let by_sex: Vec<Vec<Vec<Bounds<'a>>>> = sexes.iter().map(of_sex).collect();
        let all = || by_sex.iter().flatten();
        let mut bounds: Vec<Bounds<'a>> = Vec::new();
        for found in all().flatten() {
            if !bounds.iter().any(|known| known.says_the_same(found)) {
                bounds.push(*found);
            }
        }
        let or_none = all().any(Vec::is_empty);
        match bounds.as_slice() {
            [] => IntervalChoice::None,
            [one] if !or_none => IntervalChoice::One(*one),
            _ => IntervalChoice::Several { missing: self.missing(&by_sex), bounds, or_none },
        }
    }

    /// The moments of an uncertain age at which something may change: its ends and every bound between.
    fn moments(&self) -> Vec<AgePoint> {
        let age = self.selection.age;
        if age.youngest() == age.oldest() {
            return vec![age.youngest()];
        }
        let bounds = self.rows.iter().flat_map(|row| [row.age_min, row.age_max]).filter_map(|bound| bound.within(&age));
        let mut moments = vec![age.youngest()];
        for moment in bounds.chain([age.oldest()]) {
            if !moments.contains(&moment) {
                moments.push(moment);
            }
        }
        moments
    }

    /// What would tell: the facts along which the found intervals differ.
    fn missing(&self, by_sex: &[Vec<Vec<Bounds<'a>>>]) -> Vec<PatientFact> {
        let same = |one: &[Bounds<'_>], other: &[Bounds<'_>]| {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.says_the_same(other))
        };
        let by_age = by_sex.iter().any(|moments| moments.windows(2).any(|pair| matches!(pair, [one, other] if !same(one, other))));
        let of_sex = by_sex.windows(2).any(|pair| match pair {
            [one, other] => one.iter().zip(other).any(|(one, other)| !same(one, other)),
            _ => false,
        });
        let conditions = by_sex.iter().flatten().any(|held| held.len() > 1);
        let mut missing = Vec::new();
        if by_age {
            missing.push(PatientFact::of_age(self.selection.age));
        }
        if of_sex {
            missing.push(PatientFact::Sex);
        }
        if conditions {
            missing.push(PatientFact::Condition);
        }
        missing
    }
}
