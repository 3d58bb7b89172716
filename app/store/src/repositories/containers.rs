//! The life of containers: collected, received, ended, labelled anew; and what happened to an order, in words.

use super::orders::{ContainerRecord, priority, state};
use super::patients::{PatientRecord, patient};
use super::{Stretch, stretch};
use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use kernel::{ContainerId, ExaminationId, OrderEventId, OrderId, PatientId, Timestamp};
use uuid::Uuid;
use workflow::{ContainerState, Ended, Priority};

sql! {
    /// A container by the code of the label that holds.
    pub CONTAINER_BY_CODE = "SELECT c.id, c.code, c.specimen, c.kind, c.order_id, c.row_version, c.due_at, c.collected_at, c.collector, c.printed_at, c.received_at, c.ended_at, c.ended_why, c.replaces, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex FROM container c JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id WHERE c.code = ?1";
    /// The containers of an order, as they stand.
    pub CONTAINERS_AS_THEY_STAND = "SELECT c.id, c.code, c.specimen, c.kind, c.order_id, c.row_version, c.due_at, c.collected_at, c.collector, c.printed_at, c.received_at, c.ended_at, c.ended_why, c.replaces, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex FROM lab_order o JOIN container c ON c.order_id = o.id JOIN patient p ON p.id = o.patient_id WHERE o.id = ?1 ORDER BY c.id";
    /// Containers that nobody has collected, by when they are due.
    pub TO_COLLECT = "SELECT c.id, c.code, c.specimen, c.kind, c.order_id, c.row_version, c.due_at, c.collected_at, c.collector, c.printed_at, c.received_at, c.ended_at, c.ended_why, c.replaces, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex FROM container c JOIN lab_order o ON o.id = c.order_id JOIN patient p ON p.id = o.patient_id WHERE c.collected_at IS NULL AND c.received_at IS NULL AND c.ended_at IS NULL AND (c.due_at, c.id) > (?1, ?2) ORDER BY c.due_at, c.id LIMIT ?3";
    /// What nobody has collected of one patient yet, by when it is due.
    pub TO_COLLECT_OF_PATIENT = "SELECT c.id, c.code, c.specimen, c.kind, c.order_id, c.row_version, c.due_at, c.collected_at, c.collector, c.printed_at, c.received_at, c.ended_at, c.ended_why, c.replaces, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex FROM lab_order o JOIN container c ON c.order_id = o.id JOIN patient p ON p.id = o.patient_id WHERE o.patient_id = ?1 AND c.collected_at IS NULL AND c.received_at IS NULL AND c.ended_at IS NULL ORDER BY c.due_at, c.id LIMIT ?2";
    /// What a label that holds no longer was for.
    pub VOIDED_LABEL = "SELECT v.code, v.voided_at, v.voided_by, v.reason, c.code FROM voided_label v JOIN container c ON c.id = v.container_id WHERE v.code = ?1";
    /// When a container was collected and by whom.
    pub SET_COLLECTED = "UPDATE container SET collected_at = ?3, collector = ?4, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id, code, order_id, specimen, collected_at, kind, row_version, due_at, collector, printed_at, received_at, ended_at, ended_why, replaces";
    /// When a container came into the laboratory.
    pub SET_RECEIVED = "UPDATE container SET received_at = ?3, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id, code, order_id, specimen, collected_at, kind, row_version, due_at, collector, printed_at, received_at, ended_at, ended_why, replaces";
    /// That nothing more is done on a container.
    pub SET_ENDED = "UPDATE container SET ended_at = ?3, ended_why = ?4, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id, code, order_id, specimen, collected_at, kind, row_version, due_at, collector, printed_at, received_at, ended_at, ended_why, replaces";
    /// When the label was first printed.
    pub SET_PRINTED = "UPDATE container SET printed_at = ?3, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id, code, order_id, specimen, collected_at, kind, row_version, due_at, collector, printed_at, received_at, ended_at, ended_why, replaces";
    /// Another label.
    pub SET_CODE = "UPDATE container SET code = ?3, printed_at = ?4, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id, code, order_id, specimen, collected_at, kind, row_version, due_at, collector, printed_at, received_at, ended_at, ended_why, replaces";
    /// A label that holds no longer.
    pub ADD_VOIDED_LABEL = insert voided_label (id Blob, code Text, container_id Blob, voided_at Int, voided_by Text, reason Text);
    /// What is open on one container is to be done on another.
    pub MOVE_EXAMINATIONS = "UPDATE examination SET container_id = ?2 WHERE container_id = ?1 AND cancelled_at IS NULL AND NOT EXISTS (SELECT 1 FROM result r WHERE r.examination_id = examination.id) RETURNING id, container_id, test, cancelled_at, held_at, placer_order_id";
    /// Nobody wants an examination any more.
    pub SET_CANCELLED = "UPDATE examination SET cancelled_at = ?2 WHERE id = ?1 AND cancelled_at IS NULL RETURNING id, container_id, test, cancelled_at, held_at, placer_order_id";
    /// What happened.
    pub ADD_ORDER_EVENT = insert order_event (id Blob, order_id Blob, at Int, actor Text, kind Text, note Text, container_id Blob, examination_id Blob);
    /// What happened to an order, oldest first.
    pub EVENTS_OF_ORDER = "SELECT v.id, v.at, v.actor, v.kind, v.note, c.code FROM order_event v LEFT JOIN container c ON c.id = v.container_id WHERE v.order_id = ?1 ORDER BY v.at, v.id LIMIT ?2";
}

/// A container as it stands, with whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerEntry {
    /// Which.
    pub record: ContainerRecord,
    /// Its order.
    pub order: OrderId,
    /// The order's accession number.
    pub accession: String,
    /// How soon it is wanted.
    pub priority: Priority,
    /// Whose it is now.
    pub patient: PatientRecord,
    /// How far it has come.
    pub state: ContainerState,
    /// When it was collected, as far as anybody said.
    pub collected_at: Option<Timestamp>,
    /// Who collected it.
    pub collector: Option<String>,
    /// When it should be collected.
    pub due_at: Option<Timestamp>,
    /// When its label was first printed.
    pub printed_at: Option<Timestamp>,
    /// The container it is collected anew for.
    pub replaces: Option<ContainerId>,
    /// The version a change must name.
    pub row_version: i64,
}

/// What a scanned container code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LabelFound {
    /// The label that holds, of this container.
    InForce(Box<ContainerEntry>),
    /// One that holds no longer.
    Voided {
        /// Since when.
        at: Timestamp,
        /// By whom.
        by: String,
        /// Why.
        reason: String,
        /// The code of the label that holds.
        now: String,
    },
}

fn entry(row: &Row) -> Result<ContainerEntry, Inconsistent> {
    Ok(ContainerEntry {
        record: ContainerRecord {
            id: row.decode(0, ContainerId::from_slice)?,
            code: row.text(1)?.to_owned(),
            specimen: row.text(2)?.to_owned(),
            kind: row.text(3)?.to_owned(),
        },
        order: row.decode(4, OrderId::from_slice)?,
        row_version: row.int(5)?,
        due_at: row.optional_timestamp(6)?,
        collected_at: row.optional_timestamp(7)?,
        collector: row.optional_text(8)?.map(str::to_owned),
        printed_at: row.optional_timestamp(9)?,
        state: state(row, 7, 10)?,
        replaces: row.optional_decode(13, ContainerId::from_slice)?,
        accession: row.text(14)?.to_owned(),
        priority: priority(row, 15)?,
        patient: patient(row, 16)?,
    })
}

/// What a container code leads to: the container that bears it, or what became of the label.
pub fn by_code(reader: &mut Reader<'_>, code: &str) -> Result<Option<LabelFound>, Trouble> {
    if let Some(row) = reader.query_opt(&CONTAINER_BY_CODE, &params![code])? {
        return Ok(Some(LabelFound::InForce(Box::new(entry(&row)?))));
    }
    let Some(row) = reader.query_opt(&VOIDED_LABEL, &params![code])? else { return Ok(None) };
    Ok(Some(LabelFound::Voided {
        at: row.timestamp(1)?,
        by: row.text(2)?.to_owned(),
        reason: row.text(3)?.to_owned(),
        now: row.text(4)?.to_owned(),
    }))
}

/// The containers of an order, in the order they were planned.
pub fn of_order(reader: &mut Reader<'_>, order: OrderId) -> Result<Vec<ContainerEntry>, Trouble> {
    let rows = reader.query(&CONTAINERS_AS_THEY_STAND, &params![order])?;
    Ok(reader.sound(&rows, entry))
}

/// A page of containers that nobody has collected yet, by when they are due, after this moment and id.
pub fn to_collect(reader: &mut Reader<'_>, after: (Timestamp, Uuid), limit: u32) -> Result<Stretch<ContainerEntry>, Trouble> {
    let rows = reader.query(&TO_COLLECT, &params![after.0, after.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (6, 0), entry))
}

/// What nobody has collected of one patient yet, by when it is due; at most `limit`.
pub fn to_collect_of_patient(reader: &mut Reader<'_>, patient: PatientId, limit: u32) -> Result<Vec<ContainerEntry>, Trouble> {
    let rows = reader.query(&TO_COLLECT_OF_PATIENT, &params![patient, limit])?;
    Ok(reader.sound(&rows, entry))
}

/// Notes that a container was collected; false if somebody changed it since it was seen.
pub fn set_collected(tx: &mut Tx<'_>, seen: &ContainerEntry, at: Timestamp, collector: Option<&str>) -> Result<bool, Trouble> {
    tx.change_one(&SET_COLLECTED, &params![seen.record.id, seen.row_version, at, collector], "a container")
}

/// Notes that a container came into the laboratory; false if somebody changed it since it was seen.
pub fn set_received(tx: &mut Tx<'_>, seen: &ContainerEntry, at: Timestamp) -> Result<bool, Trouble> {
    tx.change_one(&SET_RECEIVED, &params![seen.record.id, seen.row_version, at], "a container")
}

/// Notes that nothing more is done on a container; false if somebody changed it since it was seen.
pub fn set_ended(tx: &mut Tx<'_>, seen: &ContainerEntry, at: Timestamp, why: Ended) -> Result<bool, Trouble> {
    tx.change_one(&SET_ENDED, &params![seen.record.id, seen.row_version, at, why.name()], "a container")
}

/// Notes that a container's label was printed for the first time; false if somebody changed it since it was seen.
pub fn set_printed(tx: &mut Tx<'_>, seen: &ContainerEntry, at: Timestamp) -> Result<bool, Trouble> {
    tx.change_one(&SET_PRINTED, &params![seen.record.id, seen.row_version, at], "a container")
}

/// Why a label is replaced, by whom, and by what.
#[derive(Debug, Clone, Copy)]
pub struct Relabelling<'r> {
    /// The id of the note of it.
    pub id: Uuid,
    /// The new code.
    pub code: &'r str,
    /// By whom.
    pub by: &'r str,
    /// Why.
    pub reason: &'r str,
}

/// Gives a container another label, just printed; the one before holds no longer. False if somebody changed it since it was seen.
pub fn relabel(tx: &mut Tx<'_>, seen: &ContainerEntry, with: Relabelling<'_>, now: Timestamp) -> Result<bool, Trouble> {
    if !tx.change_one(&SET_CODE, &params![seen.record.id, seen.row_version, with.code, now], "a container")? {
        return Ok(false);
    }
    tx.insert_one(&ADD_VOIDED_LABEL, &params![with.id, &seen.record.code, seen.record.id, now, with.by, with.reason])?;
    Ok(true)
}

/// Moves what is open on one container, neither resulted nor cancelled, to another; how much that was.
pub fn move_open_examinations(tx: &mut Tx<'_>, from: ContainerId, to: ContainerId) -> Result<u64, Trouble> {
    tx.change_records(&MOVE_EXAMINATIONS, &params![from, to])
}

/// Cancels an examination; false if it was cancelled before.
pub fn cancel_examination(tx: &mut Tx<'_>, examination: ExaminationId, now: Timestamp) -> Result<bool, Trouble> {
    tx.change_one(&SET_CANCELLED, &params![examination, now], "an examination")
}

/// Something that happened to an order, as people read it.
#[derive(Debug, Clone)]
pub struct NewOrderEvent<'e> {
    /// Its id.
    pub id: OrderEventId,
    /// To which order.
    pub order: OrderId,
    /// To which of its containers.
    pub container: Option<ContainerId>,
    /// To which of its examinations.
    pub examination: Option<ExaminationId>,
    /// By whom.
    pub by: &'e str,
    /// What: "collected", "received", "rejected", "cancelled".
    pub kind: &'static str,
    /// In words.
    pub note: &'e str,
}

/// Notes what happened to an order.
pub fn add_event(tx: &mut Tx<'_>, event: &NewOrderEvent<'_>, now: Timestamp) -> Result<(), Trouble> {
    let row = params![event.id, event.order, now, event.by, event.kind, event.note, event.container, event.examination];
    tx.insert_one(&ADD_ORDER_EVENT, &row).map(drop)
}

/// Something that happened to an order, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEvent {
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// What.
    pub kind: String,
    /// In words.
    pub note: String,
    /// The code of the container it happened to, or empty.
    pub container: String,
}

/// What happened to an order, oldest first, at most `limit`.
pub fn events(reader: &mut Reader<'_>, order: OrderId, limit: u32) -> Result<Vec<OrderEvent>, Trouble> {
    let rows = reader.query(&EVENTS_OF_ORDER, &params![order, limit])?;
    Ok(reader.sound(&rows, |row| {
        Ok(OrderEvent {
            at: row.timestamp(1)?,
            by: row.text(2)?.to_owned(),
            kind: row.text(3)?.to_owned(),
            note: row.text(4)?.to_owned(),
            container: row.optional_text(5)?.unwrap_or_default().to_owned(),
        })
    }))
}
