//! Work with an owner.

use super::{Stretch, stretch};
use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use kernel::{Hl7MessageId, OrderId, PatientId, TaskId, Timestamp, TransmissionId};
use uuid::Uuid;

sql! {
    /// New tasks.
    pub ADD_TASKS = insert task (id Blob, kind Text, transmission_id Blob, raw_line Text, why Text, owner Text, opened_at Int, row_version Int, order_id Blob, patient_id Blob, hl7_message_id Blob);
    /// Open tasks, oldest first.
    pub OPEN_TASKS = "SELECT k.id, k.kind, k.transmission_id, k.raw_line, k.why, k.owner, k.opened_at, k.closed_at, k.closed_by, k.closing_note, k.row_version, COALESCE(t.link, h.link), o.accession, p.mrn, k.hl7_message_id FROM task k LEFT JOIN transmission t ON t.id = k.transmission_id LEFT JOIN hl7_message h ON h.id = k.hl7_message_id LEFT JOIN lab_order o ON o.id = k.order_id LEFT JOIN patient p ON p.id = k.patient_id WHERE k.closed_at IS NULL AND (k.opened_at, k.id) > (?1, ?2) ORDER BY k.opened_at, k.id LIMIT ?3";
    /// Closed tasks, newest first.
    pub CLOSED_TASKS = "SELECT k.id, k.kind, k.transmission_id, k.raw_line, k.why, k.owner, k.opened_at, k.closed_at, k.closed_by, k.closing_note, k.row_version, COALESCE(t.link, h.link), o.accession, p.mrn, k.hl7_message_id FROM task k LEFT JOIN transmission t ON t.id = k.transmission_id LEFT JOIN hl7_message h ON h.id = k.hl7_message_id LEFT JOIN lab_order o ON o.id = k.order_id LEFT JOIN patient p ON p.id = k.patient_id WHERE k.closed_at IS NOT NULL AND (k.closed_at, k.id) < (?1, ?2) ORDER BY k.closed_at DESC, k.id DESC LIMIT ?3";
    /// The tasks that came of a transmission.
    pub TASKS_OF_TRANSMISSION = "SELECT k.id, k.kind, k.transmission_id, k.raw_line, k.why, k.owner, k.opened_at, k.closed_at, k.closed_by, k.closing_note, k.row_version, COALESCE(t.link, h.link), o.accession, p.mrn, k.hl7_message_id FROM task k LEFT JOIN transmission t ON t.id = k.transmission_id LEFT JOIN hl7_message h ON h.id = k.hl7_message_id LEFT JOIN lab_order o ON o.id = k.order_id LEFT JOIN patient p ON p.id = k.patient_id WHERE k.transmission_id = ?1 ORDER BY k.opened_at, k.id";
    /// The tasks that came of an HL7 message.
    pub TASKS_OF_HL7_MESSAGE = "SELECT k.id, k.kind, k.transmission_id, k.raw_line, k.why, k.owner, k.opened_at, k.closed_at, k.closed_by, k.closing_note, k.row_version, COALESCE(t.link, h.link), o.accession, p.mrn, k.hl7_message_id FROM task k LEFT JOIN transmission t ON t.id = k.transmission_id LEFT JOIN hl7_message h ON h.id = k.hl7_message_id LEFT JOIN lab_order o ON o.id = k.order_id LEFT JOIN patient p ON p.id = k.patient_id WHERE k.hl7_message_id = ?1 ORDER BY k.opened_at, k.id";
    /// Closes a task as it was seen.
    pub CLOSE_TASK = "UPDATE task SET closed_at = ?1, closed_by = ?2, closing_note = ?3, row_version = row_version + 1 WHERE id = ?4 AND row_version = ?5 AND closed_at IS NULL RETURNING id, kind, transmission_id, raw_line, why, owner, opened_at, closed_at, closed_by, closing_note, row_version, order_id, patient_id, hl7_message_id";
    /// Whether a task is open.
    pub TASK_STATE = "SELECT id, closed_at FROM task WHERE id = ?1";
}

/// What a task is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A message of an analyser.
    Transmission(TransmissionId),
    /// An order.
    Order(OrderId),
    /// A patient.
    Patient(PatientId),
    /// A message of a hospital system, and the patient it is about, where that is what somebody has to look at.
    Hl7Message(Hl7MessageId, Option<PatientId>),
}

impl About {
    /// Transmission, order, patient, HL7 message.
    fn params(self) -> [Param<'static>; 4] {
        match self {
            Self::Transmission(id) => [id.into(), Param::Null, Param::Null, Param::Null],
            Self::Order(id) => [Param::Null, id.into(), Param::Null, Param::Null],
            Self::Patient(id) => [Param::Null, Param::Null, id.into(), Param::Null],
            Self::Hl7Message(id, patient) => [Param::Null, Param::Null, patient.into(), id.into()],
        }
    }
}

/// A task to be opened.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// Its id.
    pub id: TaskId,
    /// What kind of work: "unclaimed", "unreadable", "incomplete", "recollection".
    pub kind: &'static str,
    /// The message it came of, or what else it is about.
    pub about: About,
    /// The device's record.
    pub raw_line: String,
    /// Why, in words.
    pub why: String,
    /// Whose work it is.
    pub owner: String,
}

/// A task as stored.
#[derive(Debug, Clone)]
pub struct TaskRecord {
    /// Its id.
    pub id: TaskId,
    /// What kind of work.
    pub kind: String,
    /// The message it came of.
    pub transmission: Option<TransmissionId>,
    /// The device's record.
    pub raw_line: String,
    /// Why, in words.
    pub why: String,
    /// Whose work it is.
    pub owner: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Closed when, by whom, with what note.
    pub closed: Option<(Timestamp, String, String)>,
    /// The version a change must name.
    pub row_version: i64,
    /// The link the message came over, or empty.
    pub link: String,
    /// The accession number of the order it is about, or empty.
    pub accession: String,
    /// The record number of the patient it is about, or empty.
    pub mrn: String,
    /// The message of a hospital system it came of.
    pub hl7_message: Option<Hl7MessageId>,
}

/// Opens tasks.
pub fn add_tasks(tx: &mut Tx<'_>, tasks: &[NewTask], now: Timestamp) -> Result<(), Trouble> {
    let rows: Vec<[Param<'_>; 11]> = tasks
        .iter()
        .map(|task| {
            let [transmission, order, patient, hl7_message] = task.about.params();
            [
                task.id.into(),
                task.kind.into(),
                transmission,
                (&task.raw_line).into(),
                (&task.why).into(),
                (&task.owner).into(),
                now.into(),
                1_i64.into(),
                order,
                patient,
                hl7_message,
            ]
        })
        .collect();
    tx.insert_many(&ADD_TASKS, &rows).map(drop)
}

/// What became of closing a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closing {
    /// It is closed now.
    Closed,
    /// Somebody changed it since it was seen.
    Changed,
    /// It was closed before.
    ClosedBefore,
    /// There is no such task.
    Unknown,
}

/// Closes a task if it still stands as it was seen.
pub fn close_task(tx: &mut Tx<'_>, id: TaskId, seen_version: i64, by: &str, note: &str, now: Timestamp) -> Result<Closing, Trouble> {
    if tx.change_one(&CLOSE_TASK, &params![now, by, note, id, seen_version], "task")? {
        return Ok(Closing::Closed);
    }
    Ok(match tx.query_opt(&TASK_STATE, &params![id])? {
        None => Closing::Unknown,
        Some(row) if row.optional_timestamp(1)?.is_some() => Closing::ClosedBefore,
        Some(_) => Closing::Changed,
    })
}

/// A page of open tasks, oldest first, after this moment and id.
pub fn open_tasks(reader: &mut Reader<'_>, after: (Timestamp, Uuid), limit: u32) -> Result<Stretch<TaskRecord>, Trouble> {
    let rows = reader.query(&OPEN_TASKS, &params![after.0, after.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (6, 0), task))
}

/// A page of closed tasks, newest first, before this moment and id.
pub fn closed_tasks(reader: &mut Reader<'_>, before: (Timestamp, Uuid), limit: u32) -> Result<Stretch<TaskRecord>, Trouble> {
    let rows = reader.query(&CLOSED_TASKS, &params![before.0, before.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (7, 0), task))
}

/// The tasks that came of a transmission.
pub fn of_transmission(reader: &mut Reader<'_>, transmission: TransmissionId) -> Result<Vec<TaskRecord>, Trouble> {
    let rows = reader.query(&TASKS_OF_TRANSMISSION, &params![transmission])?;
    Ok(reader.sound(&rows, task))
}

/// The tasks that came of an HL7 message.
pub fn of_hl7_message(reader: &mut Reader<'_>, message: Hl7MessageId) -> Result<Vec<TaskRecord>, Trouble> {
    let rows = reader.query(&TASKS_OF_HL7_MESSAGE, &params![message])?;
    Ok(reader.sound(&rows, task))
}

fn task(row: &Row) -> Result<TaskRecord, Inconsistent> {
    let closed = match (row.optional_timestamp(7)?, row.optional_text(8)?, row.optional_text(9)?) {
        (None, None, None) => None,
        (Some(at), Some(by), Some(note)) => Some((at, by.to_owned(), note.to_owned())),
        _ => return Err(row.inconsistent(7, "is closed in part: closed_at, closed_by and closing_note stand together or not at all")),
    };
    Ok(TaskRecord {
        id: row.decode(0, TaskId::from_slice)?,
        kind: row.text(1)?.to_owned(),
        transmission: row.optional_decode(2, TransmissionId::from_slice)?,
        raw_line: row.text(3)?.to_owned(),
        why: row.text(4)?.to_owned(),
        owner: row.text(5)?.to_owned(),
        opened_at: row.timestamp(6)?,
        closed,
        row_version: row.int(10)?,
        link: row.optional_text(11)?.unwrap_or_default().to_owned(),
        accession: row.optional_text(12)?.unwrap_or_default().to_owned(),
        mrn: row.optional_text(13)?.unwrap_or_default().to_owned(),
        hl7_message: row.optional_decode(14, Hl7MessageId::from_slice)?,
    })
}
