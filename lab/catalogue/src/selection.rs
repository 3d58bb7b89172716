//! What is known when a row of a table is chosen, and what a row is confined to.
//!
//! One order for all tables, laboratory rules 3: the rows of the instrument before those of the method, these before those of the
//! specimen, these before the rows of everything. Where an instrument or a method has rows of its own for a test, they stand in for all
//! others: a row of another one is never used in place of a missing one.

use crate::method::{MethodCode, Methods};
use crate::table::{ContentTrouble, TableRow};
use kernel::{AgeAtCollection, Sex};

/// What is known of patient and specimen at the collection, and of how it was measured.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    /// The sex on record.
    pub sex: Sex,
    /// The age; [`AgeAtCollection::unknown`] where nothing is known.
    pub age: AgeAtCollection,
    /// Conditions known to hold: `pregnancy T2`, `fasting`.
    pub conditions: &'a [&'a str],
    /// The specimen.
    pub specimen: Option<&'a str>,
    /// The method that measured, by its code.
    pub method: Option<&'a str>,
    /// The instrument that measured, by the name of its link.
    pub instrument: Option<&'a str>,
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

    /// What of the age is missing.
    pub(crate) const fn of_age(age: AgeAtCollection) -> Self {
        if age.is_known_to_the_day() { Self::BirthTime } else { Self::BirthDate }
    }
}

/// Whether a text has the form of an instrument's name, which is that of its link: 1 to 32 characters a-z, 0-9, `_` or `-`. Whether there
/// is such a link is for the configuration to know.
pub fn is_instrument_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(allowed)
}

/// What a row is confined to; nothing of it is everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The specimen it is confined to.
    pub specimen: Option<String>,
    /// The method it is confined to.
    pub method: Option<MethodCode>,
    /// The instrument it is confined to.
    pub instrument: Option<String>,
}

impl Scope {
    /// The columns `specimen`, `method` and `instrument` of a row.
    pub(crate) fn read(row: &TableRow<'_>, methods: &Methods) -> Result<Self, ContentTrouble> {
        let instrument = row.filled("instrument");
        if let Some(name) = instrument.as_deref().filter(|name| !is_instrument_name(name)) {
            return Err(row.trouble(format!("instrument “{name}” is no name of a link (1 to 32 of a-z, 0-9, _, -)")));
        }
        Ok(Self { specimen: row.filled("specimen"), method: methods.of_row(row)?, instrument })
    }

    /// How closely the row is confined to what is at hand, each part counting more than all before it; `None` where it is confined to
    /// another. Two rows of a test that are equally close are confined to the same.
    pub(crate) fn closeness(&self, selection: &Selection<'_>) -> Option<u8> {
        let fits = |own: Option<&str>, given: Option<&str>| own.is_none() || own == given;
        let fit = fits(self.instrument.as_deref(), selection.instrument)
            && fits(self.method.as_ref().map(MethodCode::as_str), selection.method)
            && fits(self.specimen.as_deref(), selection.specimen);
        fit.then(|| self.weight())
    }

    /// Whether there are measurements that both fit, and of which this decides.
    pub(crate) fn outranks(&self, other: &Self) -> bool {
        self.weight() > other.weight() && self.meets(other)
    }

    fn weight(&self) -> u8 {
        let counts = [self.specimen.is_some(), self.method.is_some(), self.instrument.is_some()];
        counts.into_iter().zip([1, 2, 4]).map(|(confined, weight)| u8::from(confined) * weight).sum()
    }

    /// Whether both may fit the same measurement.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        fn meet<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        meet(&self.specimen, &other.specimen) && meet(&self.method, &other.method) && meet(&self.instrument, &other.instrument)
    }
}
