//! Orders, containers and examinations.

use super::patients::{PatientRecord, birth, patient, sex};
use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use catalogue::TestCode;
use kernel::{ContainerId, ExaminationId, OrderId, PatientId, PlacerOrderId, Timestamp};
use std::collections::HashMap;
use workflow::{ContainerState, Ended, Labelled, OpenExamination, OpenWork, PatientFacts, Priority};

sql! {
    /// A new order.
    pub ADD_ORDER = insert lab_order (id Blob, accession Text, patient_id Blob, priority Text, ordered_at Int, original_patient_id Blob);
    /// A new container.
    pub ADD_CONTAINER = insert container (id Blob, code Text, order_id Blob, specimen Text, collected_at Int, kind Text, row_version Int, due_at Int, collector Text, received_at Int, replaces Blob);
    /// New examinations.
    pub ADD_EXAMINATIONS = insert examination (id Blob, container_id Blob, test Text, placer_order_id Blob);
    /// The containers of these codes, with whose they are.
    pub CONTAINERS_BY_CODE = "SELECT c.id, c.code, c.order_id, c.collected_at, o.ordered_at, p.id, p.mrn, p.birth_date, p.sex, c.received_at, c.ended_at, c.ended_why FROM container c JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id WHERE c.code IN (?..)";
    /// The examinations on these containers, whatever results they have.
    pub EXAMINATIONS_ORDERED = "SELECT e.id, e.container_id, e.test, CAST(NULL AS BIGINT), e.cancelled_at FROM examination e WHERE e.container_id IN (?..)";
    /// The examinations on these containers, and whether each has a result.
    pub EXAMINATIONS_OF_CONTAINERS = "SELECT e.id, e.container_id, e.test, r.version, e.cancelled_at FROM examination e LEFT JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE e.container_id IN (?..)";
    /// Labels that hold no longer, with the code of the container they were for.
    pub VOIDED_LABELS = "SELECT v.code, c.code FROM voided_label v JOIN container c ON c.id = v.container_id WHERE v.code IN (?..)";
    /// An order by accession number, with its patient.
    pub ORDER_BY_ACCESSION = "SELECT o.id, o.accession, o.priority, o.ordered_at, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex FROM lab_order o JOIN patient p ON p.id = o.patient_id WHERE o.accession = ?1";
    /// Another priority.
    pub SET_PRIORITY = "UPDATE lab_order SET priority = ?2 WHERE id = ?1 AND priority <> ?2 RETURNING id, accession, patient_id, priority, ordered_at, original_patient_id";
    /// The newest order of a patient.
    pub NEWEST_ACCESSION_OF_PATIENT = "SELECT o.accession FROM lab_order o WHERE o.patient_id = ?1 ORDER BY o.ordered_at DESC, o.id DESC LIMIT 1";
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerRecord {
    /// The container.
    pub id: ContainerId,
    /// Its code.
    pub code: String,
    /// What is in it.
    pub specimen: String,
    /// The catalogue's code of what kind of vessel it is.
    pub kind: String,
}

/// A container as it begins.
#[derive(Debug, Clone)]
pub struct NewContainer {
    /// Which.
    pub record: ContainerRecord,
    /// When it should be collected.
    pub due_at: Timestamp,
    /// When it was collected, where it was already.
    pub collected_at: Option<Timestamp>,
    /// By whom, as far as it was said.
    pub collector: Option<String>,
    /// The container that this one is collected anew for.
    pub replaces: Option<ContainerId>,
    /// What is ordered on it, with the number another system ordered it by.
    pub examinations: Vec<(ExaminationId, TestCode, Option<PlacerOrderId>)>,
}

/// Reads a stored test code.
pub(crate) fn test(row: &Row, column: usize) -> Result<TestCode, Inconsistent> {
    row.parse(column, |code| TestCode::parse(code).ok_or_else(|| format!("“{code}” is no test code")))
}

/// An order as it begins.
#[derive(Debug, Clone)]
pub struct NewOrder {
    /// The order.
    pub id: OrderId,
    /// Its accession number.
    pub accession: String,
    /// For whom.
    pub patient: PatientId,
    /// Under whose number it was placed, where that was merged into the patient.
    pub original_patient: Option<PatientId>,
    /// How soon.
    pub priority: Priority,
}

/// Adds an order.
pub fn add_order(tx: &mut Tx<'_>, order: &NewOrder, now: Timestamp) -> Result<(), Trouble> {
    let row = params![order.id, &order.accession, order.patient, order.priority.name(), now, order.original_patient];
    tx.insert_one(&ADD_ORDER, &row).map(drop)
}

/// Adds a container and its examinations.
pub fn add_container(tx: &mut Tx<'_>, container: &NewContainer, order: OrderId) -> Result<(), Trouble> {
    let ContainerRecord { id, code, specimen, kind } = &container.record;
    let row = params![
        *id,
        code,
        order,
        specimen,
        container.collected_at,
        kind,
        1_i64,
        container.due_at,
        container.collector.as_deref(),
        None::<Timestamp>,
        container.replaces
    ];
    tx.insert_one(&ADD_CONTAINER, &row)?;
    let rows: Vec<_> = container.examinations.iter().map(|(exam, test, placer)| params![*exam, *id, test.as_str(), *placer]).collect();
    tx.insert_many(&ADD_EXAMINATIONS, &rows).map(drop)
}

/// Gives an order another priority; false if it has it already or is not there.
pub fn set_priority(tx: &mut Tx<'_>, order: OrderId, priority: Priority) -> Result<bool, Trouble> {
    tx.change_one(&SET_PRIORITY, &params![order, priority.name()], "an order")
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

/// What the labels with these codes lead to. A container whose rows make no sense is quarantined and left out.
pub fn open_work(reader: &mut Reader<'_>, codes: &[&str], former: Former) -> Result<HashMap<String, Labelled>, Trouble> {
    let params: Vec<_> = codes.iter().map(|code| crate::Param::from(*code)).collect();
    let rows = reader.query_in_list(&CONTAINERS_BY_CODE, &[], &params)?;
    let unknown: Vec<_> = if rows.len() < codes.len() { params } else { Vec::new() };
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
    let mut labelled: HashMap<String, Labelled> =
        work.into_values().map(|work| (work.container_code.clone(), Labelled::InForce(Box::new(work)))).collect();
    for (code, now) in voided_labels(reader, &unknown)? {
        labelled.entry(code).or_insert(Labelled::Voided { now });
    }
    Ok(labelled)
}

/// Of these codes the ones that hold no longer, with the code that each one's container bears now.
pub(super) fn voided_labels(reader: &mut Reader<'_>, codes: &[crate::Param<'_>]) -> Result<HashMap<String, String>, Trouble> {
    let rows = reader.query_in_list(&VOIDED_LABELS, &[], codes)?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned()))).collect()
}

fn container_work(row: &Row) -> Result<OpenWork, Inconsistent> {
    let ordered_at = row.timestamp(4)?;
    Ok(OpenWork {
        container: row.decode(0, ContainerId::from_slice)?,
        container_code: row.text(1)?.to_owned(),
        order: row.decode(2, OrderId::from_slice)?,
        state: state(row, 3, 9)?,
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

/// How far a container has come: when it was collected, and beginning at `first` when it was received, ended, and why.
pub(crate) fn state(row: &Row, collected: usize, first: usize) -> Result<ContainerState, Inconsistent> {
    let ended = match (row.optional_timestamp(first + 1)?, row.optional_text(first + 2)?) {
        (None, None) => None,
        (Some(at), Some(why)) => {
            let why = Ended::from_name(why).ok_or_else(|| row.inconsistent(first + 2, format!("“{why}” ends no container")))?;
            Some((at, why))
        }
        _ => return Err(row.inconsistent(first + 1, "is ended in part: ended_at and ended_why stand together or not at all")),
    };
    Ok(ContainerState::of(row.optional_timestamp(collected)?, row.optional_timestamp(first)?, ended))
}

fn open_examination(row: &Row) -> Result<(ContainerId, OpenExamination), Inconsistent> {
    let examination = OpenExamination {
        id: row.decode(0, ExaminationId::from_slice)?,
        test: test(row, 2)?,
        resulted: row.optional_int(3)?.is_some(),
        cancelled: row.optional_timestamp(4)?.is_some(),
    };
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

/// The accession number of the newest order of a patient.
pub fn newest_accession(reader: &mut Reader<'_>, patient: PatientId) -> Result<Option<String>, Trouble> {
    let row = reader.query_opt(&NEWEST_ACCESSION_OF_PATIENT, &params![patient])?;
    Ok(row.map(|row| row.text(0).map(str::to_owned)).transpose()?)
}
