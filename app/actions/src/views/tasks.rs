//! Tasks as pages show them.

use super::{Cursor, PAGE_ROWS, Page, page};
use crate::Laboratory;
use crate::trouble::ActTrouble;
use kernel::{Hl7MessageId, TaskId, Timestamp, TransmissionId};
use store::repositories::tasks::{self, TaskRecord};
use uuid::Uuid;

/// A task as a line of a page.
#[derive(Debug, Clone)]
pub struct TaskLine {
    /// The task.
    pub id: TaskId,
    /// What kind of work.
    pub kind: String,
    /// Why, in words.
    pub why: String,
    /// The device's record.
    pub raw_line: String,
    /// Whose work it is.
    pub owner: String,
    /// The link the message came over.
    pub link: String,
    /// Since when.
    pub opened_at: Timestamp,
    /// Closed when.
    pub closed_at: Option<Timestamp>,
    /// Closed by whom.
    pub closed_by: Option<String>,
    /// What was done about it.
    pub closing_note: Option<String>,
    /// The version a change must name.
    pub row_version: i64,
    /// The message it came of.
    pub transmission: Option<TransmissionId>,
    /// The accession number of the order it is about, or empty.
    pub accession: String,
    /// The record number of the patient it is about, or empty.
    pub mrn: String,
    /// The message of a hospital system it came of.
    pub hl7_message: Option<Hl7MessageId>,
}

impl From<TaskRecord> for TaskLine {
    fn from(record: TaskRecord) -> Self {
        let (closed_at, closed_by, closing_note) = match record.closed {
            Some((at, by, note)) => (Some(at), Some(by), Some(note)),
            None => (None, None, None),
        };
        Self {
            id: record.id,
            kind: record.kind,
            why: record.why,
            raw_line: record.raw_line,
            owner: record.owner,
            link: record.link,
            opened_at: record.opened_at,
            closed_at,
            closed_by,
            closing_note,
            row_version: record.row_version,
            transmission: record.transmission,
            accession: record.accession,
            mrn: record.mrn,
            hl7_message: record.hl7_message,
        }
    }
}

/// Open tasks, oldest first.
pub async fn open_tasks(lab: &Laboratory, after: Option<Cursor>) -> Result<Page<TaskLine>, ActTrouble> {
    let after = after.map_or((Timestamp::from_micros(i64::MIN), Uuid::nil()), |cursor| (cursor.at, cursor.id));
    let read = move |reader: &mut store::Reader<'_>| Ok((tasks::open_tasks(reader, after, PAGE_ROWS)?, reader.quarantined()));
    let (stretch, set_aside) = lab.store().read(read).await?;
    Ok(page(stretch, set_aside, TaskLine::from))
}

/// Closed tasks, newest first.
pub async fn closed_tasks(lab: &Laboratory, before: Option<Cursor>) -> Result<Page<TaskLine>, ActTrouble> {
    let before = before.map_or((Timestamp::from_micros(i64::MAX), Uuid::max()), |cursor| (cursor.at, cursor.id));
    let read = move |reader: &mut store::Reader<'_>| Ok((tasks::closed_tasks(reader, before, PAGE_ROWS)?, reader.quarantined()));
    let (stretch, set_aside) = lab.store().read(read).await?;
    Ok(page(stretch, set_aside, TaskLine::from))
}
