//! A record for somebody who has none.

use super::number;
use kernel::{BirthDate, PatientId, Timestamp};
use store::repositories::patients::{self, PatientRecord, Registration};
use store::{Trouble, Tx};

/// Why no record was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegisterRefusal {
    /// The number leads to a record.
    #[error("number {0} belongs to a patient who is registered: look that record up, or check the number")]
    NumberTaken(String),
    /// The mother has no record.
    #[error("there is no record of the mother: register her first")]
    NoMother,
    /// The mother's record was merged.
    #[error("the mother's record {0} was merged into another: name the record that goes on")]
    MotherMerged(String),
    /// A child is not born before its mother.
    #[error("the mother, number {0}, is recorded as born on the same day or later: check both birth dates")]
    MotherYounger(String),
}

/// Registers a patient whose number nobody has. The caller made the id.
pub fn register(tx: &mut Tx<'_>, new: &PatientRecord, with: &Registration, at: Timestamp) -> Result<Result<(), RegisterRefusal>, Trouble> {
    if let Some(known) = patients::entry_by_number(tx, &new.mrn, &with.authority)? {
        return Ok(Err(RegisterRefusal::NumberTaken(number(&known))));
    }
    if let Some(mother) = with.mother
        && let Err(refusal) = check_mother(tx, mother, &new.birth_date)?
    {
        return Ok(Err(refusal));
    }
    patients::add_patients(tx, &[new], with, at)?;
    Ok(Ok(()))
}

fn check_mother(tx: &mut Tx<'_>, mother: PatientId, born: &str) -> Result<Result<(), RegisterRefusal>, Trouble> {
    let Some(mother) = patients::entry_by_id(tx, mother)? else { return Ok(Err(RegisterRefusal::NoMother)) };
    if mother.merged_into.is_some() {
        return Ok(Err(RegisterRefusal::MotherMerged(number(&mother))));
    }
    let day = |text: &str| BirthDate::parse(text).ok().filter(BirthDate::is_full).map(|birth| birth.day_alone());
    let younger = day(&mother.patient.birth_date).zip(day(born)).is_some_and(|(mother, child)| mother >= child);
    Ok(if younger { Err(RegisterRefusal::MotherYounger(number(&mother))) } else { Ok(()) })
}
