//! What is true of patients for a time: recorded, ended, withdrawn; never deleted.

use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use kernel::{PatientFactId, PatientFactKind, PatientId, Timestamp};

sql! {
    /// Something true of a patient.
    pub ADD_DATED_FACT = insert patient_fact (id Blob, patient_id Blob, kind Text, detail Text, from_day Text, until_day Text, recorded_at Int, recorded_by Text, row_version Int);
    /// What is and was true of a patient, newest record first, withdrawn ones among it.
    pub DATED_FACTS_OF_PATIENT = "SELECT id, kind, detail, from_day, until_day, recorded_at, recorded_by, row_version, withdrawn_at, withdrawn_by FROM patient_fact WHERE patient_id = ?1 ORDER BY id DESC LIMIT ?2";
    /// A fact ends on a day.
    pub END_DATED_FACT = "UPDATE patient_fact SET until_day = ?4, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 AND patient_id = ?3 AND withdrawn_at IS NULL RETURNING id, patient_id, kind, detail, from_day, until_day, recorded_at, recorded_by, row_version, withdrawn_at, withdrawn_by, original_patient_id";
    /// A fact was recorded wrongly.
    pub WITHDRAW_DATED_FACT = "UPDATE patient_fact SET withdrawn_at = ?4, withdrawn_by = ?5, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 AND patient_id = ?3 AND withdrawn_at IS NULL RETURNING id, patient_id, kind, detail, from_day, until_day, recorded_at, recorded_by, row_version, withdrawn_at, withdrawn_by, original_patient_id";
}

/// A dated fact as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatedFact {
    /// The fact.
    pub id: PatientFactId,
    /// What kind.
    pub kind: PatientFactKind,
    /// What else there is to say, or empty.
    pub detail: String,
    /// ISO day it began, or empty where that is not known.
    pub from_day: String,
    /// ISO day it ended, or empty while it goes on.
    pub until_day: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// By whom.
    pub recorded_by: String,
    /// The version a change must name.
    pub row_version: i64,
    /// When it was found to be wrong, and by whom.
    pub withdrawn: Option<(Timestamp, String)>,
}

/// Records a fact of a patient; its version is 1.
pub fn add(tx: &mut Tx<'_>, patient: PatientId, fact: &DatedFact) -> Result<(), Trouble> {
    let DatedFact { id, kind, detail, from_day, until_day, recorded_at, recorded_by, .. } = fact;
    let row = params![*id, patient, kind.name(), detail, from_day, until_day, *recorded_at, recorded_by, 1_i64];
    tx.insert_one(&ADD_DATED_FACT, &row).map(drop)
}

/// The facts of a patient, newest record first, at most `limit`.
pub fn of_patient(reader: &mut Reader<'_>, patient: PatientId, limit: u32) -> Result<Vec<DatedFact>, Trouble> {
    let rows = reader.query(&DATED_FACTS_OF_PATIENT, &params![patient, limit])?;
    Ok(reader.sound(&rows, fact))
}

fn fact(row: &Row) -> Result<DatedFact, Inconsistent> {
    let withdrawn = match (row.optional_timestamp(8)?, row.optional_text(9)?) {
        (Some(at), Some(by)) => Some((at, by.to_owned())),
        (None, None) => None,
        _ => return Err(row.inconsistent(8, "withdrawn_at and withdrawn_by stand together or not at all")),
    };
    Ok(DatedFact {
        id: row.decode(0, PatientFactId::from_slice)?,
        kind: row.parse(1, |name| PatientFactKind::from_name(name).ok_or_else(|| format!("“{name}” is no kind of dated fact")))?,
        detail: row.text(2)?.to_owned(),
        from_day: row.text(3)?.to_owned(),
        until_day: row.text(4)?.to_owned(),
        recorded_at: row.timestamp(5)?,
        recorded_by: row.text(6)?.to_owned(),
        row_version: row.int(7)?,
        withdrawn,
    })
}

/// Ends a fact on a day, as it was seen; false if somebody changed it, or it is not this patient's.
pub fn end(tx: &mut Tx<'_>, (id, seen): (PatientFactId, i64), patient: PatientId, day: &str) -> Result<bool, Trouble> {
    tx.change_one(&END_DATED_FACT, &params![id, seen, patient, day], "a dated fact")
}

/// Withdraws a fact, as it was seen; false if somebody changed it, or it is not this patient's.
pub fn withdraw(tx: &mut Tx<'_>, (id, seen): (PatientFactId, i64), patient: PatientId, by: &str, at: Timestamp) -> Result<bool, Trouble> {
    tx.change_one(&WITHDRAW_DATED_FACT, &params![id, seen, patient, at, by], "a dated fact")
}
