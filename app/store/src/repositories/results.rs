//! Results and what the gates said of them.

use super::orders::{priority, voided_labels};
use super::patients::{PatientRecord, patient};
use super::{Stretch, stretch};
use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use kernel::{ExaminationId, StaffId, Timestamp, TransmissionId, Value};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;
use workflow::{Entered, Evidence, Priority};

sql! {
    /// New results.
    pub ADD_RESULTS = insert result (examination_id Blob, version Int, transmission_id Blob, sent Text, sent_unit Text, value Text, reported Text, unit Text, flags Text, stated_at Text, reported_at Int, filed_at Int, state Text, verified_at Int, verifier Text, row_version Int);
    /// What the gates said of one message.
    pub ADD_ASSESSMENT = insert assessment (transmission_id Blob, at Int, evidence Text);
    /// Results a person must look at, newest first.
    pub HELD = "SELECT r.examination_id, r.version, r.transmission_id, r.sent, r.sent_unit, r.value, r.reported, r.unit, r.flags, r.stated_at, r.filed_at, r.state, r.verified_at, r.verifier, e.test, c.code, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, r.row_version, m.staff_id, m.needs_second, (SELECT s.display_name FROM staff s WHERE s.id = m.staff_id) FROM result r JOIN examination e ON e.id = r.examination_id JOIN container c ON c.id = e.container_id JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id LEFT JOIN manual_entry m ON m.id = r.transmission_id WHERE r.state = 'held' AND (r.filed_at, r.examination_id) < (?1, ?2) ORDER BY r.filed_at DESC, r.examination_id DESC LIMIT ?3";
    /// Results that were vouched for, newest first.
    pub VERIFIED = "SELECT r.examination_id, r.version, r.transmission_id, r.sent, r.sent_unit, r.value, r.reported, r.unit, r.flags, r.stated_at, r.filed_at, r.state, r.verified_at, r.verifier, e.test, c.code, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, r.row_version, m.staff_id, m.needs_second, (SELECT s.display_name FROM staff s WHERE s.id = m.staff_id) FROM result r JOIN examination e ON e.id = r.examination_id JOIN container c ON c.id = e.container_id JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id LEFT JOIN manual_entry m ON m.id = r.transmission_id WHERE r.state = 'verified' AND (r.filed_at, r.examination_id) < (?1, ?2) ORDER BY r.filed_at DESC, r.examination_id DESC LIMIT ?3";
    /// The results on these containers.
    pub RESULTS_OF_CONTAINERS = "SELECT r.examination_id, r.version, r.transmission_id, r.sent, r.sent_unit, r.value, r.reported, r.unit, r.flags, r.stated_at, r.filed_at, r.state, r.verified_at, r.verifier, e.test, c.code, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, r.row_version, m.staff_id, m.needs_second, (SELECT s.display_name FROM staff s WHERE s.id = m.staff_id) FROM container c JOIN examination e ON e.container_id = c.id JOIN result r ON r.examination_id = e.id JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id LEFT JOIN manual_entry m ON m.id = r.transmission_id WHERE c.code IN (?..) ORDER BY c.code, e.test, r.version";
    /// The results of these examinations.
    pub RESULTS_OF_EXAMINATIONS = "SELECT r.examination_id, r.version, r.transmission_id, r.sent, r.sent_unit, r.value, r.reported, r.unit, r.flags, r.stated_at, r.filed_at, r.state, r.verified_at, r.verifier, e.test, c.code, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, r.row_version, m.staff_id, m.needs_second, (SELECT s.display_name FROM staff s WHERE s.id = m.staff_id) FROM result r JOIN examination e ON e.id = r.examination_id JOIN container c ON c.id = e.container_id JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id LEFT JOIN manual_entry m ON m.id = r.transmission_id WHERE r.examination_id IN (?..)";
    /// A result that was held is vouched for, as it was seen.
    pub SET_VERIFIED = "UPDATE result SET state = 'verified', verified_at = ?4, verifier = ?5, row_version = row_version + 1 WHERE examination_id = ?1 AND version = ?2 AND row_version = ?3 AND state = 'held' RETURNING examination_id, version, transmission_id, sent, sent_unit, value, reported, unit, flags, stated_at, reported_at, filed_at, state, verified_at, verifier, row_version";
    /// What the gates said of these messages.
    pub EVIDENCE = "SELECT transmission_id, evidence FROM assessment WHERE transmission_id IN (?..)";
}

/// A result to be stored.
#[derive(Debug, Clone)]
pub struct NewResult<'a> {
    /// The examination it answers.
    pub examination: ExaminationId,
    /// 1 for the first value, one more for each correction.
    pub version: i64,
    /// What the reading says.
    pub text: &'a ResultText,
    /// When and by whom it was vouched for ("rules:EDITION" or an actor); a result without is held.
    pub verified: Option<(Timestamp, &'a str)>,
}

/// What a reading says, as it is stored.
#[derive(Debug, Clone)]
pub struct ResultText {
    /// Text as sent.
    pub sent: String,
    /// Unit as sent.
    pub sent_unit: String,
    /// The value in its stored form; empty where the text as sent is no value.
    pub value: String,
    /// As printed.
    pub reported: String,
    /// Unit of the value.
    pub unit: String,
    /// Flags as sent, separated by commas.
    pub flags: String,
    /// Time as the device stated it.
    pub stated_at: String,
    /// The instant of that time, if a zone is known.
    pub reported_at: Option<Timestamp>,
}

/// Whether somebody vouched for a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredState {
    /// It waits for a person.
    Held,
    /// Somebody vouched for it.
    Verified {
        /// When.
        at: Timestamp,
        /// "rules:EDITION" or an actor.
        by: String,
    },
}

/// Who typed a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredRecord {
    /// Who, and whether somebody else must vouch for it.
    pub entered: Entered,
    /// The name of whoever typed it.
    pub name: String,
}

/// A result as stored, with whose it is.
#[derive(Debug, Clone)]
pub struct ResultRecord {
    /// The examination.
    pub examination: ExaminationId,
    /// The version.
    pub version: i64,
    /// The message it came in; of one that a person typed, the id of the entry in its place.
    pub transmission: TransmissionId,
    /// Who typed it, where no message brought it.
    pub entered: Option<EnteredRecord>,
    /// The version a change must name.
    pub row_version: i64,
    /// Text as sent.
    pub sent: String,
    /// Unit as sent.
    pub sent_unit: String,
    /// The value; `None` where the text as sent is none.
    pub value: Option<Value>,
    /// As printed.
    pub reported: String,
    /// Unit of the value.
    pub unit: String,
    /// Flags as sent.
    pub flags: String,
    /// Time as the device stated it.
    pub stated_at: String,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Held or verified.
    pub state: StoredState,
    /// The test's code.
    pub test: String,
    /// The container's code.
    pub container: String,
    /// The order's accession number.
    pub accession: String,
    /// How soon.
    pub priority: Priority,
    /// For whom.
    pub patient: PatientRecord,
}

/// Adds the results of one message.
pub fn add_results(tx: &mut Tx<'_>, transmission: TransmissionId, results: &[NewResult<'_>], now: Timestamp) -> Result<(), Trouble> {
    let rows: Vec<_> = results.iter().map(|new| new_row(new, transmission, now)).collect();
    tx.insert_many(&ADD_RESULTS, &rows).map(drop)
}

fn new_row<'a>(new: &NewResult<'a>, transmission: TransmissionId, now: Timestamp) -> [Param<'a>; 16] {
    let text = new.text;
    let (state, verified_at, verifier) = match new.verified {
        Some((at, by)) => ("verified", Some(at), Some(by)),
        None => ("held", None, None),
    };
    params![
        new.examination,
        new.version,
        transmission,
        &text.sent,
        &text.sent_unit,
        &text.value,
        &text.reported,
        &text.unit,
        &text.flags,
        &text.stated_at,
        text.reported_at,
        now,
        state,
        verified_at,
        verifier,
        1_i64,
    ]
}

/// Keeps what the gates said of one message.
pub fn add_assessment(tx: &mut Tx<'_>, transmission: TransmissionId, evidence: &str, now: Timestamp) -> Result<(), Trouble> {
    tx.insert_one(&ADD_ASSESSMENT, &params![transmission, now, evidence]).map(drop)
}

/// A page of held or verified results, newest first, after this moment and examination.
pub fn page(reader: &mut Reader<'_>, held: bool, after: (Timestamp, Uuid), limit: u32) -> Result<Stretch<ResultRecord>, Trouble> {
    let statement = if held { &HELD } else { &VERIFIED };
    let rows = reader.query(statement, &params![after.0, after.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (10, 0), result))
}

/// The results on these containers.
pub fn of_containers(reader: &mut Reader<'_>, codes: &[&str]) -> Result<Vec<ResultRecord>, Trouble> {
    let codes: Vec<_> = codes.iter().map(|code| Param::from(*code)).collect();
    let rows = reader.query_in_list(&RESULTS_OF_CONTAINERS, &[], &codes)?;
    Ok(reader.sound(&rows, result))
}

/// The results of these examinations, whatever versions they have.
pub fn of_examinations(reader: &mut Reader<'_>, examinations: &[ExaminationId]) -> Result<Vec<ResultRecord>, Trouble> {
    let ids: Vec<_> = examinations.iter().map(Param::from).collect();
    let rows = reader.query_in_list(&RESULTS_OF_EXAMINATIONS, &[], &ids)?;
    Ok(reader.sound(&rows, result))
}

/// Somebody vouches for a held result; false if it was changed since it was seen.
pub fn set_verified(tx: &mut Tx<'_>, seen: &ResultRecord, at: Timestamp, by: &str) -> Result<bool, Trouble> {
    tx.change_one(&SET_VERIFIED, &params![seen.examination, seen.version, seen.row_version, at, by], "a result")
}

/// What the gates said of one message, its containers under the labels that hold now.
pub fn evidence_of_message(reader: &mut Reader<'_>, transmission: TransmissionId) -> Result<Option<Evidence>, Trouble> {
    let mut found = evidence(reader, &[transmission])?;
    under_labels_in_force(reader, &mut found)?;
    Ok(found.remove(&transmission))
}

/// What the gates said of the messages that these results came in. It names containers by the labels they bore then: where a result is
/// not found under the label that holds, one more statement looks up which labels became which.
pub fn evidence_of(reader: &mut Reader<'_>, results: &[ResultRecord]) -> Result<HashMap<TransmissionId, Evidence>, Trouble> {
    let messages: BTreeSet<TransmissionId> = results.iter().map(|result| result.transmission).collect();
    let messages: Vec<TransmissionId> = messages.into_iter().collect();
    let mut found = evidence(reader, &messages)?;
    let is_missing = |result: &ResultRecord| {
        found.get(&result.transmission).is_some_and(|evidence| evidence.of(&result.container, &result.test).is_none())
    };
    if results.iter().any(is_missing) {
        under_labels_in_force(reader, &mut found)?;
    }
    Ok(found)
}

fn evidence(reader: &mut Reader<'_>, transmissions: &[TransmissionId]) -> Result<HashMap<TransmissionId, Evidence>, Trouble> {
    let ids: Vec<_> = transmissions.iter().map(Param::from).collect();
    let rows = reader.query_in_list(&EVIDENCE, &[], &ids)?;
    let read = reader.sound(&rows, |row| Ok((row.decode(0, TransmissionId::from_slice)?, row.parse(1, Evidence::from_stored)?)));
    Ok(read.into_iter().collect())
}

fn under_labels_in_force(reader: &mut Reader<'_>, found: &mut HashMap<TransmissionId, Evidence>) -> Result<(), Trouble> {
    let named: BTreeSet<&str> = found.values().flat_map(|evidence| &evidence.results).map(|(code, _, _)| code.as_str()).collect();
    let named: Vec<_> = named.into_iter().map(Param::from).collect();
    let now = voided_labels(reader, &named)?;
    if !now.is_empty() {
        *found = std::mem::take(found).into_iter().map(|(id, evidence)| (id, evidence.relabelled(&now))).collect();
    }
    Ok(())
}

pub(super) fn result(row: &Row) -> Result<ResultRecord, Inconsistent> {
    Ok(ResultRecord {
        examination: row.decode(0, ExaminationId::from_slice)?,
        version: row.int(1)?,
        transmission: row.decode(2, TransmissionId::from_slice)?,
        entered: entered(row, 25)?,
        row_version: row.int(24)?,
        sent: row.text(3)?.to_owned(),
        sent_unit: row.text(4)?.to_owned(),
        value: value(row, 5)?,
        reported: row.text(6)?.to_owned(),
        unit: row.text(7)?.to_owned(),
        flags: row.text(8)?.to_owned(),
        stated_at: row.text(9)?.to_owned(),
        filed_at: row.timestamp(10)?,
        state: state(row)?,
        test: row.text(14)?.to_owned(),
        container: row.text(15)?.to_owned(),
        accession: row.text(16)?.to_owned(),
        priority: priority(row, 17)?,
        patient: patient(row, 18)?,
    })
}

/// Who typed it: staff, whether a second person is needed, and the name, from this column on.
fn entered(row: &Row, first: usize) -> Result<Option<EnteredRecord>, Inconsistent> {
    let Some(by) = row.optional_decode(first, StaffId::from_slice)? else { return Ok(None) };
    let needs_second = row.optional_int(first + 1)?.is_none_or(|needed| needed != 0);
    let name = row.optional_text(first + 2)?.unwrap_or_default().to_owned();
    Ok(Some(EnteredRecord { entered: Entered { by, needs_second }, name }))
}

fn value(row: &Row, column: usize) -> Result<Option<Value>, Inconsistent> {
    if row.text(column)?.is_empty() {
        return Ok(None);
    }
    row.parse(column, Value::from_stored).map(Some)
}

/// The state column must agree with who vouched and when: a result half verified is no result.
fn state(row: &Row) -> Result<StoredState, Inconsistent> {
    match (row.text(11)?, row.optional_timestamp(12)?, row.optional_text(13)?) {
        ("held", None, None) => Ok(StoredState::Held),
        ("verified", Some(at), Some(by)) if value(row, 5)?.is_some() => Ok(StoredState::Verified { at, by: by.to_owned() }),
        (state, at, by) => {
            let what = format!("state “{state}” with verified_at {at:?} and verifier {by:?} does not fit together");
            Err(row.inconsistent(11, what))
        }
    }
}
