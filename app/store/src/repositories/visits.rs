//! Stays and visits, as hospital systems number and tell them.

use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use kernel::{PatientId, Timestamp, VisitId};

sql! {
    /// A visit by its number and who gave it.
    pub VISIT_BY_NUMBER = "SELECT id, number, authority, patient_id, state, class, ward, room, bed, facility, told_at, row_version FROM visit WHERE number = ?1 AND authority = ?2";
    /// The visits of a patient, told of last first.
    pub VISITS_OF_PATIENT = "SELECT id, number, authority, patient_id, state, class, ward, room, bed, facility, told_at, row_version FROM visit WHERE patient_id = ?1 ORDER BY told_at DESC, id DESC LIMIT ?2";
    /// A new visit.
    pub ADD_VISIT = insert visit (id Blob, number Text, authority Text, patient_id Blob, state Text, class Text, ward Text, room Text, bed Text, facility Text, told_at Int, row_version Int);
    /// What was told of a visit since.
    pub SET_VISIT = "UPDATE visit SET state = ?3, class = ?4, ward = ?5, room = ?6, bed = ?7, facility = ?8, told_at = ?9, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id, number, authority, patient_id, state, class, ward, room, bed, facility, told_at, row_version, original_patient_id";
}

/// Where a visit stands. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitState {
    /// Announced.
    Expected,
    /// The patient is there.
    Present,
    /// The patient has left.
    Left,
    /// It did not take place.
    Cancelled,
}

impl VisitState {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Expected, Self::Present, Self::Left, Self::Cancelled];

    /// The stored word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Expected => "expected",
            Self::Present => "present",
            Self::Left => "left",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state stored under this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A visit as stored. Texts are empty where nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRecord {
    /// The visit.
    pub id: VisitId,
    /// Its number.
    pub number: String,
    /// Who gave the number.
    pub authority: String,
    /// Whose it is.
    pub patient: PatientId,
    /// Where it stands.
    pub state: VisitState,
    /// `I` inpatient, `O` outpatient, `E` emergency (HL7 table 0004).
    pub class: String,
    /// Ward, clinic or department.
    pub ward: String,
    /// Room.
    pub room: String,
    /// Bed.
    pub bed: String,
    /// Facility.
    pub facility: String,
    /// When the newest of what was told of it happened.
    pub told_at: Timestamp,
    /// The version a change must name.
    pub row_version: i64,
}

/// The visit with this number.
pub fn by_number(reader: &mut Reader<'_>, number: &str, authority: &str) -> Result<Option<VisitRecord>, Trouble> {
    Ok(reader.query_opt(&VISIT_BY_NUMBER, &params![number, authority])?.map(|row| visit(&row)).transpose()?)
}

/// The visits of a patient, told of last first, at most `limit`.
pub fn of_patient(reader: &mut Reader<'_>, patient: PatientId, limit: u32) -> Result<Vec<VisitRecord>, Trouble> {
    let rows = reader.query(&VISITS_OF_PATIENT, &params![patient, limit])?;
    Ok(reader.sound(&rows, visit))
}

fn visit(row: &Row) -> Result<VisitRecord, Inconsistent> {
    Ok(VisitRecord {
        id: row.decode(0, VisitId::from_slice)?,
        number: row.text(1)?.to_owned(),
        authority: row.text(2)?.to_owned(),
        patient: row.decode(3, PatientId::from_slice)?,
        state: row.parse(4, |name| VisitState::from_name(name).ok_or_else(|| format!("“{name}” is no state of a visit")))?,
        class: row.text(5)?.to_owned(),
        ward: row.text(6)?.to_owned(),
        room: row.text(7)?.to_owned(),
        bed: row.text(8)?.to_owned(),
        facility: row.text(9)?.to_owned(),
        told_at: row.timestamp(10)?,
        row_version: row.int(11)?,
    })
}

/// Adds a visit whose number nobody has used.
pub fn add(tx: &mut Tx<'_>, visit: &VisitRecord) -> Result<(), Trouble> {
    let VisitRecord { id, number, authority, patient, state, class, ward, room, bed, facility, told_at, row_version } = visit;
    let row = params![*id, number, authority, *patient, state.name(), class, ward, room, bed, facility, *told_at, *row_version];
    tx.insert_one(&ADD_VISIT, &row).map(drop)
}

/// Writes what was told of a visit; false if somebody changed it since it was seen.
pub fn change(tx: &mut Tx<'_>, visit: &VisitRecord) -> Result<bool, Trouble> {
    let VisitRecord { id, state, class, ward, room, bed, facility, told_at, row_version, .. } = visit;
    let changed = params![*id, *row_version, state.name(), class, ward, room, bed, facility, *told_at];
    tx.change_one(&SET_VISIT, &changed, "a visit")
}
