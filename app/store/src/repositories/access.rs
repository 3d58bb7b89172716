//! Who saw what of whom. Only ever added to.

use super::{Stretch, stretch};
use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use kernel::{PatientId, Timestamp};
use uuid::Uuid;

sql! {
    /// New lookings.
    pub ADD_ACCESS = insert access (id Blob, at Int, actor Text, what Text, subject Text, patient_id Blob);
    /// Who looked at a patient, newest first.
    pub ACCESS_OF_PATIENT = "SELECT a.id, a.at, a.actor, a.what, a.subject FROM access a WHERE a.patient_id = ?1 AND (a.at, a.id) < (?2, ?3) ORDER BY a.at DESC, a.id DESC LIMIT ?4";
}

/// A looking to be written.
#[derive(Debug, Clone)]
pub struct NewAccess {
    /// Its id.
    pub id: Uuid,
    /// When it began.
    pub at: Timestamp,
    /// Who, as the journal names actors.
    pub by: String,
    /// At what: "order", "results", "container", "transmission".
    pub what: &'static str,
    /// Which one: an accession number, a container code, an id; empty for a list.
    pub subject: String,
    /// At whom, where that is known.
    pub patient: Option<PatientId>,
}

/// A looking as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// Its id.
    pub id: Uuid,
    /// When it began.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// At what.
    pub what: String,
    /// Which one.
    pub subject: String,
}

/// Adds lookings.
pub fn add(tx: &mut Tx<'_>, lookings: &[NewAccess]) -> Result<(), Trouble> {
    let rows: Vec<[Param<'_>; 6]> =
        lookings.iter().map(|new| params![new.id, new.at, &new.by, new.what, &new.subject, new.patient]).collect();
    tx.insert_many(&ADD_ACCESS, &rows).map(drop)
}

/// Who looked at the patient of this record, newest first, before this moment and id.
pub fn of_patient(
    reader: &mut Reader<'_>,
    patient: PatientId,
    before: (Timestamp, Uuid),
    limit: u32,
) -> Result<Stretch<AccessRecord>, Trouble> {
    let rows = reader.query(&ACCESS_OF_PATIENT, &params![patient, before.0, before.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (1, 0), looking))
}

fn looking(row: &Row) -> Result<AccessRecord, Inconsistent> {
    Ok(AccessRecord {
        id: row.decode(0, Uuid::from_slice)?,
        at: row.timestamp(1)?,
        by: row.text(2)?.to_owned(),
        what: row.text(3)?.to_owned(),
        subject: row.text(4)?.to_owned(),
    })
}
