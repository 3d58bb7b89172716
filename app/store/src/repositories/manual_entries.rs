//! Results typed by people: what was typed, what waits to be done by hand, what waits for somebody to vouch for it, and former results.

use super::orders::priority;
use super::patients::{PatientRecord, patient};
use super::results::{self, NewResult, ResultRecord, ResultText, result};
use super::{Stretch, stretch};
use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use catalogue::TestCode;
use kernel::{ExaminationId, ManualEntryId, PatientId, StaffId, Timestamp, TransmissionId, Value};
use uuid::Uuid;
use workflow::{ContainerState, Priority};

sql! {
    /// What was typed.
    pub ADD_ENTRY = insert manual_entry (id Blob, examination_id Blob, typed Text, staff_id Blob, entered_at Int, edition Text, needs_second Int);
    /// What was typed and nobody has vouched for takes the place of what was typed before, as it was seen.
    pub TYPE_ANEW = "UPDATE result SET transmission_id = ?3, sent = ?4, sent_unit = ?5, value = ?6, reported = ?7, unit = ?8, filed_at = ?9, row_version = row_version + 1 WHERE examination_id = ?1 AND version = 1 AND row_version = ?2 AND state = 'held' AND EXISTS (SELECT 1 FROM manual_entry m WHERE m.id = result.transmission_id) RETURNING examination_id, version, transmission_id, sent, sent_unit, value, reported, unit, flags, stated_at, reported_at, filed_at, state, verified_at, verifier, row_version";
    /// Typed results that nobody has vouched for, newest first.
    pub TYPED_AND_HELD = "SELECT r.examination_id, r.version, r.transmission_id, r.sent, r.sent_unit, r.value, r.reported, r.unit, r.flags, r.stated_at, r.filed_at, r.state, r.verified_at, r.verifier, e.test, c.code, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, r.row_version, m.staff_id, m.needs_second, (SELECT s.display_name FROM staff s WHERE s.id = m.staff_id) FROM result r JOIN manual_entry m ON m.id = r.transmission_id JOIN examination e ON e.id = r.examination_id JOIN container c ON c.id = e.container_id JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id WHERE r.state = 'held' AND (r.filed_at, r.examination_id) < (?1, ?2) ORDER BY r.filed_at DESC, r.examination_id DESC LIMIT ?3";
    /// Examinations of a test without a result, from this id on, oldest first, on containers that are still of use.
    pub WAITING_OF_TEST = "SELECT e.id, e.test, c.code, c.specimen, c.collected_at, c.received_at, o.accession, o.priority, o.ordered_at, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex FROM examination e JOIN container c ON c.id = e.container_id JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id LEFT JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE e.test = ?1 AND e.id >= ?2 AND e.cancelled_at IS NULL AND c.ended_at IS NULL AND r.examination_id IS NULL ORDER BY e.id LIMIT ?3";
    /// The last verified results of one test of a patient.
    pub FORMER_RESULTS = "SELECT r.examination_id, r.value, r.reported, r.unit, c.collected_at, o.ordered_at FROM lab_order o JOIN container c ON c.order_id = o.id JOIN examination e ON e.container_id = c.id AND e.test = ?2 JOIN result r ON r.examination_id = e.id WHERE o.patient_id = ?1 AND r.state = 'verified' AND e.id <> ?3 ORDER BY o.ordered_at DESC, r.examination_id DESC, r.version DESC LIMIT ?4";
}

/// What somebody typed.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Its id.
    pub id: ManualEntryId,
    /// For which examination.
    pub examination: ExaminationId,
    /// What was typed.
    pub typed: String,
    /// By whom.
    pub by: StaffId,
    /// The edition it was measured by.
    pub edition: String,
    /// Somebody else must vouch for it.
    pub needs_second: bool,
}

/// Where results and assessments name the message they came of, an entry names itself.
const fn source(entry: ManualEntryId) -> TransmissionId {
    TransmissionId::from_uuid(entry.uuid())
}

fn keep(tx: &mut Tx<'_>, entry: &NewEntry, evidence: &str, now: Timestamp) -> Result<(), Trouble> {
    let row = params![entry.id, entry.examination, &entry.typed, entry.by, now, &entry.edition, entry.needs_second];
    tx.insert_one(&ADD_ENTRY, &row)?;
    results::add_assessment(tx, source(entry.id), evidence, now)
}

/// Adds the first result of an examination as it was typed, with what the gates said of it. Nobody has vouched for it.
pub fn add(tx: &mut Tx<'_>, entry: &NewEntry, text: &ResultText, evidence: &str, now: Timestamp) -> Result<(), Trouble> {
    keep(tx, entry, evidence, now)?;
    let new = NewResult { examination: entry.examination, version: 1, text, verified: None };
    results::add_results(tx, source(entry.id), &[new], now)
}

/// Puts what was typed anew in the place of what was typed before; false, and nothing written, if that was changed since it was seen or somebody has
/// vouched for it.
pub fn type_anew(
    tx: &mut Tx<'_>,
    entry: &NewEntry,
    seen_version: i64,
    text: &ResultText,
    evidence: &str,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let row = params![entry.examination, seen_version, entry.id, &text.sent, &text.sent_unit, &text.value, &text.reported, &text.unit, now];
    if !tx.change_one(&TYPE_ANEW, &row, "a result")? {
        return Ok(false);
    }
    keep(tx, entry, evidence, now)?;
    Ok(true)
}

/// A page of typed results that nobody has vouched for, newest first, after this moment and examination.
pub fn typed_and_held(reader: &mut Reader<'_>, after: (Timestamp, Uuid), limit: u32) -> Result<Stretch<ResultRecord>, Trouble> {
    let rows = reader.query(&TYPED_AND_HELD, &params![after.0, after.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (10, 0), result))
}

/// An examination that waits to be done.
#[derive(Debug, Clone)]
pub struct WaitingExamination {
    /// Which.
    pub id: ExaminationId,
    /// Its test.
    pub test: String,
    /// The container's code.
    pub container: String,
    /// What is in it.
    pub specimen: String,
    /// How far the container has come.
    pub state: ContainerState,
    /// The order's accession number.
    pub accession: String,
    /// How soon.
    pub priority: Priority,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// For whom.
    pub patient: PatientRecord,
}

/// Examinations of a test that wait for a result, ordered from this moment on, oldest first, at most `limit`.
pub fn waiting(reader: &mut Reader<'_>, test: &TestCode, since: Timestamp, limit: u32) -> Result<Vec<WaitingExamination>, Trouble> {
    let rows = reader.query(&WAITING_OF_TEST, &params![test.as_str(), first_id_of(since), limit])?;
    Ok(reader.sound(&rows, waiting_examination))
}

/// The least id that was made at this moment or later: ids of version 7 begin with their milliseconds.
fn first_id_of(at: Timestamp) -> Uuid {
    let millis = u128::try_from(at.micros() / 1_000).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}

fn waiting_examination(row: &Row) -> Result<WaitingExamination, Inconsistent> {
    Ok(WaitingExamination {
        id: row.decode(0, ExaminationId::from_slice)?,
        test: row.text(1)?.to_owned(),
        container: row.text(2)?.to_owned(),
        specimen: row.text(3)?.to_owned(),
        state: ContainerState::of(row.optional_timestamp(4)?, row.optional_timestamp(5)?, None),
        accession: row.text(6)?.to_owned(),
        priority: priority(row, 7)?,
        ordered_at: row.timestamp(8)?,
        patient: patient(row, 9)?,
    })
}

/// A former result of a patient.
#[derive(Debug, Clone)]
pub struct FormerRecord {
    /// Its value.
    pub value: Value,
    /// As it was printed.
    pub reported: String,
    /// Its unit.
    pub unit: String,
    /// When its specimen was collected, or ordered where that is not known.
    pub collected_at: Timestamp,
}

/// The last verified results of a test of a patient, newest first, without those of this examination, at most `limit`.
pub fn former(
    reader: &mut Reader<'_>,
    patient: PatientId,
    test: &str,
    without: ExaminationId,
    limit: u32,
) -> Result<Vec<FormerRecord>, Trouble> {
    let rows = reader.query(&FORMER_RESULTS, &[Param::from(patient), test.into(), without.into(), limit.into()])?;
    Ok(reader.sound(&rows, |row| {
        Ok(FormerRecord {
            value: row.parse(1, Value::from_stored)?,
            reported: row.text(2)?.to_owned(),
            unit: row.text(3)?.to_owned(),
            collected_at: row.optional_timestamp(4)?.map_or_else(|| row.timestamp(5), Ok)?,
        })
    }))
}
