//! Other facts for a record: a name spelled better, an unknown person who is known now. What they were before stays.

use super::number;
use kernel::{PatientId, Timestamp};
use store::repositories::patients::{self, PatientRecord};
use store::{Trouble, Tx};

/// Facts that take the place of those on record. The number of a record never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFacts {
    /// Whose.
    pub patient: PatientId,
    /// The version that was seen; none where a message says how things stand, whatever stood before.
    pub seen_version: Option<i64>,
    /// The names, birth date and sex; id and number in it do not count.
    pub facts: PatientRecord,
    /// Whether it is still not known who this is.
    pub is_unknown: bool,
    /// Who says so, as an actor is written: a person, or the link of a message.
    pub by: String,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactsChanged {
    /// They are on record now, those of before among the former ones.
    Changed,
    /// They were on record already.
    AsTheyWere,
}

/// Why the facts stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsRefusal {
    /// There is no such record.
    #[error("there is no such patient")]
    NoSuch,
    /// It leads to another record.
    #[error("record {0} was merged into another: change the record that goes on")]
    Merged(String),
    /// Somebody changed it since.
    #[error("somebody changed this record since you saw it: look at it again")]
    Changed,
}

/// Gives a record other facts.
pub fn change_facts(tx: &mut Tx<'_>, new: &NewFacts, at: Timestamp) -> Result<Result<FactsChanged, FactsRefusal>, Trouble> {
    let Some(entry) = patients::entry_by_id(tx, new.patient)? else { return Ok(Err(FactsRefusal::NoSuch)) };
    if entry.merged_into.is_some() {
        return Ok(Err(FactsRefusal::Merged(number(&entry))));
    }
    if new.seen_version.is_some_and(|seen| seen != entry.row_version) {
        return Ok(Err(FactsRefusal::Changed));
    }
    let facts = PatientRecord { id: entry.patient.id, mrn: entry.patient.mrn.clone(), ..new.facts.clone() };
    if facts == entry.patient && new.is_unknown == entry.is_unknown {
        return Ok(Ok(FactsChanged::AsTheyWere));
    }
    let changed = patients::change_facts(tx, &entry, &facts, new.is_unknown, &new.by, at)?;
    Ok(if changed { Ok(FactsChanged::Changed) } else { Err(FactsRefusal::Changed) })
}
