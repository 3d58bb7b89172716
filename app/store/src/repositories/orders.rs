//! Patients, orders, containers and examinations.

use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use catalogue::TestCode;
use kernel::{BirthDate, ContainerId, ExaminationId, OrderId, PatientId, Sex, Timestamp};
use std::collections::HashMap;
use workflow::{OpenExamination, OpenWork, PatientFacts, Priority};

sql! {
    /// A patient by medical record number.
    pub PATIENT_BY_MRN = "SELECT id, mrn, family_name, given_name, birth_date, sex FROM patient WHERE mrn = ?1";
    /// The patients of these medical record numbers.
    pub PATIENTS_BY_MRN = "SELECT id, mrn, family_name, given_name, birth_date, sex FROM patient WHERE mrn IN (?..)";
    /// New patients.
    pub ADD_PATIENTS = insert patient (id Blob, mrn Text, family_name Text, given_name Text, birth_date Text, sex Text, created_at Int);
    /// A new patient.
    pub ADD_PATIENT = insert patient (id Blob, mrn Text, family_name Text, given_name Text, birth_date Text, sex Text, created_at Int);
    /// When a patient was born, better known than before.
    pub SET_BIRTH_DATE = "UPDATE patient SET birth_date = ?2 WHERE id = ?1 RETURNING id, mrn, family_name, given_name, birth_date, sex, created_at";
    /// A new order.
    pub ADD_ORDER = insert lab_order (id Blob, accession Text, patient_id Blob, priority Text, ordered_at Int);
    /// A new container.
    pub ADD_CONTAINER = insert container (id Blob, code Text, order_id Blob, specimen Text, collected_at Int);
    /// New examinations.
    pub ADD_EXAMINATIONS = insert examination (id Blob, container_id Blob, test Text);
    /// The containers of these codes, with whose they are.
    pub CONTAINERS_BY_CODE = "SELECT c.id, c.code, c.order_id, c.collected_at, o.ordered_at, p.id, p.mrn, p.birth_date, p.sex FROM container c JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id WHERE c.code IN (?..)";
    /// The examinations on these containers, whatever results they have.
    pub EXAMINATIONS_ORDERED = "SELECT e.id, e.container_id, e.test, CAST(NULL AS BIGINT) FROM examination e WHERE e.container_id IN (?..)";
    /// The examinations on these containers, and whether each has a result.
    pub EXAMINATIONS_OF_CONTAINERS = "SELECT e.id, e.container_id, e.test, r.version FROM examination e LEFT JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE e.container_id IN (?..)";
    /// An order by accession number, with its patient.
    pub ORDER_BY_ACCESSION = "SELECT o.id, o.accession, o.priority, o.ordered_at, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex FROM lab_order o JOIN patient p ON p.id = o.patient_id WHERE o.accession = ?1";
    /// The containers of an order.
    pub CONTAINERS_OF_ORDER = "SELECT id, code, specimen FROM container WHERE order_id = ?1 ORDER BY code";
    /// The examinations of an order with the code of their container.
    pub EXAMINATIONS_OF_ORDER = "SELECT e.id, c.code, e.test FROM container c JOIN examination e ON e.container_id = c.id WHERE c.order_id = ?1 ORDER BY c.code, e.test";
    /// The accession number behind a container code.
    pub ACCESSION_OF_CONTAINER = "SELECT o.accession FROM container c JOIN lab_order o ON o.id = c.order_id WHERE c.code = ?1";
    /// The newest order of the patient with this medical record number.
    pub NEWEST_ACCESSION_OF_MRN = "SELECT o.accession FROM lab_order o WHERE o.patient_id = (SELECT id FROM patient WHERE mrn = ?1) ORDER BY o.ordered_at DESC, o.id DESC LIMIT 1";
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

/// An order as stored, with its patient.
#[derive(Debug, Clone)]
pub struct OrderRecord {
    /// The order.
    pub id: OrderId,
    /// Its accession number.
    pub accession: String,
    /// How soon.
    pub priority: Priority,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// For whom.
    pub patient: PatientRecord,
}

/// A container as stored.
#[derive(Debug, Clone)]
pub struct ContainerRecord {
    /// The container.
    pub id: ContainerId,
    /// Its code.
    pub code: String,
    /// What is in it.
    pub specimen: String,
}

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

fn birth(row: &Row, column: usize) -> Result<Option<BirthDate>, Inconsistent> {
    if row.text(column)?.is_empty() {
        return Ok(None);
    }
    row.parse(column, BirthDate::parse).map(Some)
}

fn sex(row: &Row, column: usize) -> Result<Sex, Inconsistent> {
    row.parse(column, |code| Sex::from_code(code).ok_or_else(|| format!("“{code}” is no sex code (F, M, O, U)")))
}

fn test(row: &Row, column: usize) -> Result<TestCode, Inconsistent> {
    row.parse(column, |code| TestCode::parse(code).ok_or_else(|| format!("“{code}” is no test code")))
}

/// A patient by medical record number.
pub fn patient_by_mrn(reader: &mut Reader<'_>, mrn: &str) -> Result<Option<PatientRecord>, Trouble> {
    Ok(reader.query_opt(&PATIENT_BY_MRN, &params![mrn])?.map(|row| patient(&row, 0)).transpose()?)
}

/// Adds a patient.
pub fn add_patient(tx: &mut Tx<'_>, record: &PatientRecord, now: Timestamp) -> Result<(), Trouble> {
    let values = params![record.id, &record.mrn, &record.family_name, &record.given_name, &record.birth_date, &record.sex, now];
    tx.insert_one(&ADD_PATIENT, &values).map(drop)
}

/// Keeps when a patient was born, in the stored form of a birth date.
pub fn set_birth_date(tx: &mut Tx<'_>, patient: PatientId, birth_date: &str) -> Result<(), Trouble> {
    tx.change_one(&SET_BIRTH_DATE, &params![patient, birth_date], "a patient").map(drop)
}

/// Adds an order.
pub fn add_order(
    tx: &mut Tx<'_>,
    id: OrderId,
    accession: &str,
    patient: PatientId,
    priority: Priority,
    now: Timestamp,
) -> Result<(), Trouble> {
    tx.insert_one(&ADD_ORDER, &params![id, accession, patient, priority.name(), now]).map(drop)
}

/// Adds a container and its examinations.
pub fn add_container(
    tx: &mut Tx<'_>,
    container: &ContainerRecord,
    order: OrderId,
    collected_at: Option<Timestamp>,
    examinations: &[(ExaminationId, TestCode)],
) -> Result<(), Trouble> {
    tx.insert_one(&ADD_CONTAINER, &params![container.id, &container.code, order, &container.specimen, collected_at])?;
    let rows: Vec<_> = examinations.iter().map(|(id, test)| params![*id, container.id, test.as_str()]).collect();
    tx.insert_many(&ADD_EXAMINATIONS, &rows).map(drop)
}

/// Whether the results that examinations already have are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Former {
    /// They are taken to have none. If one has, storing another first result fails, and nothing is changed: the caller then asks again with
    /// [`Former::Looked`]. Almost always there is none, and not looking is what keeps filings from getting into each other's way.
    Assumed,
    /// They are looked for.
    Looked,
}

/// The open work on the containers of these codes. A container whose rows make no sense is quarantined and left out.
pub fn open_work(reader: &mut Reader<'_>, codes: &[&str], former: Former) -> Result<HashMap<String, OpenWork>, Trouble> {
    let codes: Vec<_> = codes.iter().map(|code| crate::Param::from(*code)).collect();
    let rows = reader.query_in_list(&CONTAINERS_BY_CODE, &[], &codes)?;
    let containers = reader.sound(&rows, container_work);
    let ids: Vec<_> = containers.iter().map(|work| crate::Param::from(work.container)).collect();
    let statement = match former {
        Former::Assumed => &EXAMINATIONS_ORDERED,
        Former::Looked => &EXAMINATIONS_OF_CONTAINERS,
    };
    let rows = reader.query_in_list(statement, &[], &ids)?;
    let examinations = reader.sound(&rows, open_examination);
    let mut work: HashMap<ContainerId, OpenWork> = containers.into_iter().map(|work| (work.container, work)).collect();
    for (container, examination) in examinations {
        if let Some(work) = work.get_mut(&container) {
            work.examinations.push(examination);
        }
    }
    Ok(work.into_values().map(|work| (work.container_code.clone(), work)).collect())
}

fn container_work(row: &Row) -> Result<OpenWork, Inconsistent> {
    let ordered_at = row.timestamp(4)?;
    Ok(OpenWork {
        container: row.decode(0, ContainerId::from_slice)?,
        container_code: row.text(1)?.to_owned(),
        order: row.decode(2, OrderId::from_slice)?,
        collected_or_ordered_at: row.optional_timestamp(3)?.unwrap_or(ordered_at),
        patient: PatientFacts {
            id: row.decode(5, PatientId::from_slice)?,
            mrn: row.text(6)?.to_owned(),
            birth: birth(row, 7)?,
            sex: sex(row, 8)?,
        },
        examinations: Vec::new(),
    })
}

fn open_examination(row: &Row) -> Result<(ContainerId, OpenExamination), Inconsistent> {
    let examination =
        OpenExamination { id: row.decode(0, ExaminationId::from_slice)?, test: test(row, 2)?, resulted: row.optional_int(3)?.is_some() };
    Ok((row.decode(1, ContainerId::from_slice)?, examination))
}

/// An order by accession number.
pub fn order_by_accession(reader: &mut Reader<'_>, accession: &str) -> Result<Option<OrderRecord>, Trouble> {
    let row = reader.query_opt(&ORDER_BY_ACCESSION, &params![accession])?;
    Ok(row.map(|row| order(&row)).transpose()?)
}

fn order(row: &Row) -> Result<OrderRecord, Inconsistent> {
    Ok(OrderRecord {
        id: row.decode(0, OrderId::from_slice)?,
        accession: row.text(1)?.to_owned(),
        priority: priority(row, 2)?,
        ordered_at: row.timestamp(3)?,
        patient: patient(row, 4)?,
    })
}

/// Reads a stored priority.
pub(crate) fn priority(row: &Row, column: usize) -> Result<Priority, Inconsistent> {
    row.parse(column, |name| Priority::from_name(name).ok_or_else(|| format!("“{name}” is no priority")))
}

/// The containers of an order, by code.
pub fn containers_of_order(reader: &mut Reader<'_>, order: OrderId) -> Result<Vec<ContainerRecord>, Trouble> {
    let rows = reader.query(&CONTAINERS_OF_ORDER, &params![order])?;
    Ok(reader.sound(&rows, |row| {
        Ok(ContainerRecord {
            id: row.decode(0, ContainerId::from_slice)?,
            code: row.text(1)?.to_owned(),
            specimen: row.text(2)?.to_owned(),
        })
    }))
}

/// The examinations of an order: id, container code, test.
pub fn examinations_of_order(reader: &mut Reader<'_>, order: OrderId) -> Result<Vec<(ExaminationId, String, TestCode)>, Trouble> {
    let rows = reader.query(&EXAMINATIONS_OF_ORDER, &params![order])?;
    Ok(reader.sound(&rows, |row| Ok((row.decode(0, ExaminationId::from_slice)?, row.text(1)?.to_owned(), test(row, 2)?))))
}

/// The accession number a scanned code leads to: a container's, an order's own, or the newest order of a patient.
pub fn accession_for_code(reader: &mut Reader<'_>, code: &str) -> Result<Option<String>, Trouble> {
    for statement in [&ACCESSION_OF_CONTAINER, &NEWEST_ACCESSION_OF_MRN] {
        if let Some(row) = reader.query_opt(statement, &params![code])? {
            return Ok(Some(row.text(0)?.to_owned()));
        }
    }
    Ok(order_by_accession(reader, code)?.map(|order| order.accession))
}

/// The patients of these medical record numbers, as far as there are any.
pub fn patients_by_mrn(reader: &mut Reader<'_>, numbers: &[&str]) -> Result<Vec<PatientRecord>, Trouble> {
    let numbers: Vec<crate::Param<'_>> = numbers.iter().map(|number| crate::Param::from(*number)).collect();
    let rows = reader.query_in_list(&PATIENTS_BY_MRN, &[], &numbers)?;
    Ok(reader.sound(&rows, |row| patient(row, 0)))
}

/// Registers patients whose numbers nobody has.
pub fn add_patients(tx: &mut Tx<'_>, patients: &[&PatientRecord], now: Timestamp) -> Result<(), Trouble> {
    let rows: Vec<_> =
        patients.iter().map(|one| params![one.id, &one.mrn, &one.family_name, &one.given_name, &one.birth_date, &one.sex, now]).collect();
    tx.insert_many(&ADD_PATIENTS, &rows).map(drop)
}
