//! Patients: their facts and numbers, what those were before, and records that were merged.

use super::patient_search;
use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use kernel::{BirthDate, PatientId, PatientIdentifierId, PatientMergeId, Sex, Timestamp};

sql! {
    /// A patient by record number and who gave it.
    pub PATIENT_BY_NUMBER = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at FROM patient p WHERE p.mrn = ?1 AND p.authority = ?2";
    /// A patient by id.
    pub PATIENT_BY_ID = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at FROM patient p WHERE p.id = ?1";
    /// A patient by a further number.
    pub PATIENT_BY_IDENTIFIER = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at FROM patient_identifier i JOIN patient p ON p.id = i.patient_id WHERE i.value = ?1 AND i.authority = ?2";
    /// The patients of these record numbers of the site.
    pub PATIENTS_BY_MRN = "SELECT id, mrn, family_name, given_name, birth_date, sex FROM patient WHERE authority = '' AND mrn IN (?..)";
    /// New patients.
    pub ADD_PATIENTS = insert patient (id Blob, mrn Text, authority Text, family_name Text, given_name Text, birth_date Text, sex Text, created_at Int, row_version Int, identity Text, mother_id Blob, told_at Int);
    /// Other facts, as long as nobody else has changed them.
    pub SET_FACTS = "UPDATE patient SET family_name = ?3, given_name = ?4, birth_date = ?5, sex = ?6, identity = ?7, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id, mrn, authority, family_name, given_name, birth_date, sex, created_at, row_version, identity, mother_id, merged_into, told_at";
    /// Until when a hospital system has told about a patient.
    pub SET_TOLD_AT = "UPDATE patient SET told_at = ?2 WHERE id = ?1 RETURNING id, mrn, authority, family_name, given_name, birth_date, sex, created_at, row_version, identity, mother_id, merged_into, told_at";
    /// Which record goes on, or none.
    pub SET_MERGED_INTO = "UPDATE patient SET merged_into = ?2, row_version = row_version + 1 WHERE id = ?1 RETURNING id, mrn, authority, family_name, given_name, birth_date, sex, created_at, row_version, identity, mother_id, merged_into, told_at";
    /// Facts as they stood before.
    pub ADD_FORMER = insert patient_former (patient_id Blob, version Int, family_name Text, given_name Text, birth_date Text, sex Text, identity Text, replaced_at Int, replaced_by Text);
    /// How a patient's facts stood before, newest first.
    pub FORMER_FACTS = "SELECT patient_id, version, family_name, given_name, birth_date, sex, identity, replaced_at, replaced_by FROM patient_former WHERE patient_id = ?1 ORDER BY version DESC LIMIT ?2";
    /// A further number.
    pub ADD_IDENTIFIER = insert patient_identifier (id Blob, value Text, authority Text, kind Text, patient_id Blob, recorded_at Int);
    /// The further numbers of a patient.
    pub IDENTIFIERS_OF_PATIENT = "SELECT id, value, authority, kind FROM patient_identifier WHERE patient_id = ?1 ORDER BY id LIMIT ?2";
    /// The records that were merged into this one.
    pub MERGED_INTO = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at FROM patient p WHERE p.merged_into = ?1 ORDER BY p.id LIMIT ?2";
    /// A merge.
    pub ADD_MERGE = insert patient_merge (id Blob, survivor_id Blob, retired_id Blob, merged_at Int, merged_by Text, confirmed_by Text, reason Text);
    /// The merge that retired a record, if it stands.
    pub MERGE_OF_RETIRED = "SELECT id, survivor_id, retired_id, merged_at, merged_by, confirmed_by, reason FROM patient_merge WHERE retired_id = ?1 AND undone_at IS NULL";
    /// A merge is undone.
    pub UNDO_MERGE = "UPDATE patient_merge SET undone_at = ?2, undone_by = ?3, undone_confirmed_by = ?4, undone_reason = ?5 WHERE id = ?1 AND undone_at IS NULL RETURNING id, survivor_id, retired_id, merged_at, merged_by, confirmed_by, reason, undone_at, undone_by, undone_confirmed_by, undone_reason";
    /// The orders of one record go to another, and remember whose they were.
    pub MOVE_ORDERS = "UPDATE lab_order SET original_patient_id = COALESCE(original_patient_id, patient_id), patient_id = ?2 WHERE patient_id = ?1 RETURNING id, accession, patient_id, priority, ordered_at, original_patient_id";
    /// The visits of one record go to another.
    pub MOVE_VISITS = "UPDATE visit SET original_patient_id = COALESCE(original_patient_id, patient_id), patient_id = ?2, row_version = row_version + 1 WHERE patient_id = ?1 RETURNING id, number, authority, patient_id, state, class, ward, room, bed, facility, told_at, row_version, original_patient_id";
    /// The dated facts of one record go to another.
    pub MOVE_DATED_FACTS = "UPDATE patient_fact SET original_patient_id = COALESCE(original_patient_id, patient_id), patient_id = ?2, row_version = row_version + 1 WHERE patient_id = ?1 RETURNING id, patient_id, kind, detail, from_day, until_day, recorded_at, recorded_by, row_version, withdrawn_at, withdrawn_by, original_patient_id";
    /// Orders that a merge brought here, recorded under this number, go back to it (?3) or to the record that it was merged into before (?2).
    pub RETURN_ORDERS = "UPDATE lab_order SET patient_id = ?2, original_patient_id = NULLIF(original_patient_id, ?2) WHERE patient_id = ?1 AND original_patient_id = ?3 RETURNING id, accession, patient_id, priority, ordered_at, original_patient_id";
    /// Visits likewise.
    pub RETURN_VISITS = "UPDATE visit SET patient_id = ?2, original_patient_id = NULLIF(original_patient_id, ?2), row_version = row_version + 1 WHERE patient_id = ?1 AND original_patient_id = ?3 RETURNING id, number, authority, patient_id, state, class, ward, room, bed, facility, told_at, row_version, original_patient_id";
    /// Dated facts likewise.
    pub RETURN_DATED_FACTS = "UPDATE patient_fact SET patient_id = ?2, original_patient_id = NULLIF(original_patient_id, ?2), row_version = row_version + 1 WHERE patient_id = ?1 AND original_patient_id = ?3 RETURNING id, patient_id, kind, detail, from_day, until_day, recorded_at, recorded_by, row_version, withdrawn_at, withdrawn_by, original_patient_id";
    /// Something of a patient that was collected, received or measured here.
    pub SPECIMEN_OF_PATIENT = "SELECT c.id FROM lab_order o JOIN container c ON c.order_id = o.id WHERE o.patient_id = ?1 AND (c.collected_at IS NOT NULL OR c.received_at IS NOT NULL OR EXISTS (SELECT 1 FROM examination e JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE e.container_id = c.id)) LIMIT 1";
}

/// A patient as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientRecord {
    /// The patient.
    pub id: PatientId,
    /// Medical record number.
    pub mrn: String,
    /// Family name.
    pub family_name: String,
    /// Given name.
    pub given_name: String,
    /// ISO birth date as far as known, with the time of day behind a space where that is known; or empty.
    pub birth_date: String,
    /// Stored code of the sex.
    pub sex: String,
}

/// A patient with everything that is on record of the record itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientEntry {
    /// Who it is.
    pub patient: PatientRecord,
    /// Who gave the record number; empty for the site.
    pub authority: String,
    /// The version a change must name.
    pub row_version: i64,
    /// Nobody knows yet who this is.
    pub is_unknown: bool,
    /// The mother, of a newborn.
    pub mother: Option<PatientId>,
    /// The record that goes on in place of this one.
    pub merged_into: Option<PatientId>,
    /// When the newest of what a hospital system told of the patient happened.
    pub told_at: Option<Timestamp>,
}

/// A merge as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRecord {
    /// The merge.
    pub id: PatientMergeId,
    /// Who goes on.
    pub survivor: PatientId,
    /// Whose number leads there now.
    pub retired: PatientId,
    /// When.
    pub merged_at: Timestamp,
    /// By whom.
    pub merged_by: String,
    /// The second person; empty where a message said it.
    pub confirmed_by: String,
    /// Why.
    pub reason: String,
}

/// A record is merged into one that was merged before, and so on: more than this is a fault of the data.
const MERGES_IN_A_ROW_MAX: usize = 64;
/// Records merged into one that are looked at.
const MERGED_RECORDS_MAX: u32 = 1_000;

/// Reads six patient columns beginning at `first`. What a gate would stumble over later is found here.
pub(crate) fn patient(row: &Row, first: usize) -> Result<PatientRecord, Inconsistent> {
    let record = PatientRecord {
        id: row.decode(first, PatientId::from_slice)?,
        mrn: row.text(first + 1)?.to_owned(),
        family_name: row.text(first + 2)?.to_owned(),
        given_name: row.text(first + 3)?.to_owned(),
        birth_date: row.text(first + 4)?.to_owned(),
        sex: row.text(first + 5)?.to_owned(),
    };
    birth(row, first + 4)?;
    sex(row, first + 5)?;
    Ok(record)
}

pub(crate) fn birth(row: &Row, column: usize) -> Result<Option<BirthDate>, Inconsistent> {
    if row.text(column)?.is_empty() {
        return Ok(None);
    }
    row.parse(column, BirthDate::parse).map(Some)
}

pub(crate) fn sex(row: &Row, column: usize) -> Result<Sex, Inconsistent> {
    row.parse(column, |code| Sex::from_code(code).ok_or_else(|| format!("“{code}” is no sex code (F, M, O, U)")))
}

/// Columns that [`entry`] reads.
pub(super) const PATIENT_COLUMNS: usize = 12;

/// Reads the twelve columns of a patient.
pub(super) fn entry(row: &Row) -> Result<PatientEntry, Inconsistent> {
    let is_unknown = match row.optional_text(8)? {
        None => false,
        Some("unknown") => true,
        Some(other) => return Err(row.inconsistent(8, format!("holds “{other}” where 'unknown' or nothing is expected"))),
    };
    Ok(PatientEntry {
        patient: patient(row, 0)?,
        authority: row.text(6)?.to_owned(),
        row_version: row.int(7)?,
        is_unknown,
        mother: row.optional_decode(9, PatientId::from_slice)?,
        merged_into: row.optional_decode(10, PatientId::from_slice)?,
        told_at: row.optional_timestamp(11)?,
    })
}

/// The record under this number of this authority (empty for the site), as it is: perhaps merged into another.
pub fn entry_by_number(reader: &mut Reader<'_>, number: &str, authority: &str) -> Result<Option<PatientEntry>, Trouble> {
    for statement in [&PATIENT_BY_NUMBER, &PATIENT_BY_IDENTIFIER] {
        if let Some(row) = reader.query_opt(statement, &params![number, authority])? {
            return Ok(Some(entry(&row)?));
        }
    }
    Ok(None)
}

/// The record with this id, as it is.
pub fn entry_by_id(reader: &mut Reader<'_>, id: PatientId) -> Result<Option<PatientEntry>, Trouble> {
    Ok(reader.query_opt(&PATIENT_BY_ID, &params![id])?.map(|row| entry(&row)).transpose()?)
}

/// The record that goes on in place of this one: itself, unless it was merged.
pub fn survivor(reader: &mut Reader<'_>, mut entry: PatientEntry) -> Result<PatientEntry, Trouble> {
    for _ in 0..MERGES_IN_A_ROW_MAX {
        let Some(next) = entry.merged_into else { return Ok(entry) };
        entry = entry_by_id(reader, next)?.ok_or_else(|| Trouble::because(format!("patient {next}, merged into, is not there")))?;
    }
    Err(Trouble::because(format!("patient {}: more than {MERGES_IN_A_ROW_MAX} merges lead on from it", entry.patient.id)))
}

/// The patient a number of this authority leads to, merges followed.
pub fn patient_by_number(reader: &mut Reader<'_>, number: &str, authority: &str) -> Result<Option<PatientEntry>, Trouble> {
    match entry_by_number(reader, number, authority)? {
        Some(entry) => survivor(reader, entry).map(Some),
        None => Ok(None),
    }
}

/// The patient a record number of the site leads to, merges followed.
pub fn patient_by_mrn(reader: &mut Reader<'_>, mrn: &str) -> Result<Option<PatientRecord>, Trouble> {
    Ok(patient_by_number(reader, mrn, "")?.map(|entry| entry.patient))
}

/// The records of these numbers of the site, as far as there are any; merged ones as they are.
pub fn patients_by_mrn(reader: &mut Reader<'_>, numbers: &[&str]) -> Result<Vec<PatientRecord>, Trouble> {
    let numbers: Vec<Param<'_>> = numbers.iter().map(|number| Param::from(*number)).collect();
    let rows = reader.query_in_list(&PATIENTS_BY_MRN, &[], &numbers)?;
    Ok(reader.sound(&rows, |row| patient(row, 0)))
}

/// What a new record says beside who it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registration {
    /// Who gave the number; empty for the site.
    pub authority: String,
    /// Nobody knows yet who this is.
    pub is_unknown: bool,
    /// The mother, of a newborn.
    pub mother: Option<PatientId>,
    /// When what a hospital system told happened.
    pub told_at: Option<Timestamp>,
}

/// Registers patients whose numbers nobody has, all with the same registration.
pub fn add_patients(tx: &mut Tx<'_>, patients: &[&PatientRecord], with: &Registration, now: Timestamp) -> Result<(), Trouble> {
    let identity = with.is_unknown.then_some("unknown");
    let rows: Vec<_> = patients.iter().map(|one| new_row(one, with, identity, now)).collect();
    tx.insert_many(&ADD_PATIENTS, &rows)?;
    patient_search::add_names(tx, patients)
}

fn new_row<'p>(one: &'p PatientRecord, with: &'p Registration, identity: Option<&'p str>, now: Timestamp) -> [Param<'p>; 12] {
    params![
        one.id,
        &one.mrn,
        &with.authority,
        &one.family_name,
        &one.given_name,
        &one.birth_date,
        &one.sex,
        now,
        1_i64,
        identity,
        with.mother,
        with.told_at
    ]
}

/// Registers a patient of the site.
pub fn add_patient(tx: &mut Tx<'_>, record: &PatientRecord, now: Timestamp) -> Result<(), Trouble> {
    add_patients(tx, &[record], &Registration::default(), now)
}

/// Gives a patient other facts and keeps those of before; false if somebody else changed the record since it was seen. The number stays.
pub fn change_facts(
    tx: &mut Tx<'_>,
    seen: &PatientEntry,
    facts: &PatientRecord,
    is_unknown: bool,
    by: &str,
    now: Timestamp,
) -> Result<bool, Trouble> {
    let word = |is_unknown: bool| is_unknown.then_some("unknown");
    let (before, version) = (&seen.patient, seen.row_version);
    let changed = params![before.id, version, &facts.family_name, &facts.given_name, &facts.birth_date, &facts.sex, word(is_unknown)];
    if !tx.change_one(&SET_FACTS, &changed, "a patient")? {
        return Ok(false);
    }
    let former = params![
        before.id,
        version,
        &before.family_name,
        &before.given_name,
        &before.birth_date,
        &before.sex,
        word(seen.is_unknown),
        now,
        by
    ];
    tx.insert_one(&ADD_FORMER, &former)?;
    patient_search::change_name(tx, before, facts)?;
    Ok(true)
}

/// Notes until when a hospital system has told about a patient.
pub fn set_told_at(tx: &mut Tx<'_>, patient: PatientId, at: Timestamp) -> Result<(), Trouble> {
    tx.change_one(&SET_TOLD_AT, &params![patient, at], "a patient").map(drop)
}

/// A further number of a patient, which nobody may have yet.
pub fn add_identifier(
    tx: &mut Tx<'_>,
    id: PatientIdentifierId,
    (value, authority, kind): (&str, &str, &str),
    patient: PatientId,
    now: Timestamp,
) -> Result<(), Trouble> {
    tx.insert_one(&ADD_IDENTIFIER, &params![id, value, authority, kind, patient, now]).map(drop)
}

/// The records that were merged into one, itself first, merges of merges included.
fn with_merged(reader: &mut Reader<'_>, patient: PatientId) -> Result<Vec<PatientId>, Trouble> {
    let mut all = vec![patient];
    let mut at = 0;
    while let Some(&one) = all.get(at) {
        let rows = reader.query(&MERGED_INTO, &params![one, MERGED_RECORDS_MAX])?;
        for row in &rows {
            let found = row.decode(0, PatientId::from_slice)?;
            // A circle would be a fault of the data; it must not become an endless walk.
            if !all.contains(&found) {
                all.push(found);
            }
        }
        at += 1;
        if all.len() > MERGED_RECORDS_MAX as usize {
            return Err(Trouble::because(format!("patient {patient}: more than {MERGED_RECORDS_MAX} records were merged into it")));
        }
    }
    Ok(all)
}

/// Merges one record into another: what was recorded under it goes along, and its number leads to the survivor. Both must be records that go on.
pub fn merge(tx: &mut Tx<'_>, merge: &MergeRecord) -> Result<(), Trouble> {
    let MergeRecord { survivor, retired, .. } = merge;
    tx.change_one(&SET_MERGED_INTO, &params![*retired, *survivor], "a patient")?;
    for statement in [&MOVE_ORDERS, &MOVE_VISITS, &MOVE_DATED_FACTS] {
        tx.change_records(statement, &params![*retired, *survivor])?;
    }
    let row = params![merge.id, *survivor, *retired, merge.merged_at, &merge.merged_by, &merge.confirmed_by, &merge.reason];
    tx.insert_one(&ADD_MERGE, &row).map(drop)
}

/// The merge that retired a record, if it stands.
pub fn merge_of_retired(reader: &mut Reader<'_>, retired: PatientId) -> Result<Option<MergeRecord>, Trouble> {
    let row = reader.query_opt(&MERGE_OF_RETIRED, &params![retired])?;
    Ok(row.map(|row| merge_record(&row)).transpose()?)
}

fn merge_record(row: &Row) -> Result<MergeRecord, Inconsistent> {
    Ok(MergeRecord {
        id: row.decode(0, PatientMergeId::from_slice)?,
        survivor: row.decode(1, PatientId::from_slice)?,
        retired: row.decode(2, PatientId::from_slice)?,
        merged_at: row.timestamp(3)?,
        merged_by: row.text(4)?.to_owned(),
        confirmed_by: row.text(5)?.to_owned(),
        reason: row.text(6)?.to_owned(),
    })
}

/// Who undoes a merge, and why.
#[derive(Debug, Clone, Copy)]
pub struct Undoing<'u> {
    /// Who.
    pub by: &'u str,
    /// The second person; empty where a message said it.
    pub confirmed_by: &'u str,
    /// Why.
    pub reason: &'u str,
}

/// Takes two records apart again: what was recorded under the retired number, or under one merged into it before, goes back to it. False if the merge
/// was undone before.
pub fn unmerge(tx: &mut Tx<'_>, merge: &MergeRecord, undoing: Undoing<'_>, now: Timestamp) -> Result<bool, Trouble> {
    let undone = params![merge.id, now, undoing.by, undoing.confirmed_by, undoing.reason];
    if !tx.change_one(&UNDO_MERGE, &undone, "a merge of patients")? {
        return Ok(false);
    }
    let of_retired = with_merged(tx, merge.retired)?;
    tx.change_one(&SET_MERGED_INTO, &params![merge.retired, None::<PatientId>], "a patient")?;
    // Where it all is now: with the survivor, or with whomever that was merged into since.
    let survivor = entry_by_id(tx, merge.survivor)?.ok_or_else(|| Trouble::because("the survivor of a merge is not there"))?;
    let here = self::survivor(tx, survivor)?.patient.id;
    for original in of_retired {
        for statement in [&RETURN_ORDERS, &RETURN_VISITS, &RETURN_DATED_FACTS] {
            tx.change_records(statement, &params![here, merge.retired, original])?;
        }
    }
    Ok(true)
}

/// A patient's facts as they stood before they were changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerFacts {
    /// As they stood; the number is the record's own.
    pub family_name: String,
    /// Given name.
    pub given_name: String,
    /// ISO birth date, or empty.
    pub birth_date: String,
    /// Stored code of the sex.
    pub sex: String,
    /// When they were replaced.
    pub replaced_at: Timestamp,
    /// By whom.
    pub replaced_by: String,
}

/// How a patient's facts stood before, newest first, at most `limit`.
pub fn former_facts(reader: &mut Reader<'_>, patient: PatientId, limit: u32) -> Result<Vec<FormerFacts>, Trouble> {
    let rows = reader.query(&FORMER_FACTS, &params![patient, limit])?;
    Ok(reader.sound(&rows, |row| {
        Ok(FormerFacts {
            family_name: row.text(2)?.to_owned(),
            given_name: row.text(3)?.to_owned(),
            birth_date: row.text(4)?.to_owned(),
            sex: row.text(5)?.to_owned(),
            replaced_at: row.timestamp(7)?,
            replaced_by: row.text(8)?.to_owned(),
        })
    }))
}

/// Who gave a patient which number, of what kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifierRecord {
    /// The number.
    pub value: String,
    /// Who gave it.
    pub authority: String,
    /// What kind of number, as it was told.
    pub kind: String,
}

/// The further numbers of a record, at most `limit`.
pub fn identifiers(reader: &mut Reader<'_>, patient: PatientId, limit: u32) -> Result<Vec<IdentifierRecord>, Trouble> {
    let rows = reader.query(&IDENTIFIERS_OF_PATIENT, &params![patient, limit])?;
    Ok(reader.sound(&rows, |row| {
        Ok(IdentifierRecord { value: row.text(1)?.to_owned(), authority: row.text(2)?.to_owned(), kind: row.text(3)?.to_owned() })
    }))
}

/// The records that were merged into this one directly, at most 1,000.
pub fn merged_into(reader: &mut Reader<'_>, patient: PatientId) -> Result<Vec<PatientEntry>, Trouble> {
    let rows = reader.query(&MERGED_INTO, &params![patient, MERGED_RECORDS_MAX])?;
    Ok(reader.sound(&rows, entry))
}

/// Whether anything of a patient was collected, received or measured here: then who the patient is matters to work that is done.
pub fn has_specimens(reader: &mut Reader<'_>, patient: PatientId) -> Result<bool, Trouble> {
    Ok(reader.query_opt(&SPECIMEN_OF_PATIENT, &params![patient])?.is_some())
}
