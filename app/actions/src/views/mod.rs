//! What pages and the API show, read on one snapshot and paged by key. Nothing here changes anything.

mod collection;
mod entry;
mod health;
mod hl7_messages;
mod labels;
mod orders;
mod patients;
mod results;
mod tasks;
mod to_verify;
mod transmissions;
mod worksheet;

pub use collection::{DrawLine, DrawList, draw_list, draws_of_patient};
pub use entry::{EntryView, FormerLine, TypedLine, TypedTest, entry, look_at_typed};
pub use health::{HealthView, Hl7LinkView, LinkView, health};
pub use hl7_messages::{Hl7FieldView, Hl7MessageView, Hl7SegmentView, hl7_message, hl7_messages};
pub use labels::{LabelLine, labels_of_order};
pub(crate) use orders::EVENTS_MAX;
pub use orders::{OrderView, OrderedExamination, order_by_accession};
pub use patients::{
    PatientCode, PatientFound, PatientView, SHOWN_MAX, SearchAnswer, TYPED_CHARS_MAX, actor_names, lines_of, needs_two_identifiers,
    patient, patient_by_code, priority_words, search_patients,
};
pub use results::{EnteredLine, ReasonLine, ResultLine, held_results, results_of_container, verified_results};
pub use store::repositories::hl7_messages::Hl7MessageRecord;
pub use tasks::{TaskLine, closed_tasks, open_tasks};
pub use to_verify::{VerifyRow, held_result, typed_results};
pub use transmissions::{FilingState, TransmissionView, transmission};
pub use worksheet::{WORKSHEET_TESTS_MAX, Worksheet, WorksheetRow, worksheet};

pub use store::repositories::containers::{ContainerEntry, OrderEvent};
pub use store::repositories::requisitions::Requisition;

use kernel::Timestamp;
use store::repositories::Stretch;
use uuid::Uuid;

/// Rows on one page.
pub const PAGE_ROWS: u32 = 50;

/// Where the next page begins: after this moment and this id. Keyset paging: page 1000 costs what page 1 costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The moment of the last row shown.
    pub at: Timestamp,
    /// The id of the last row shown, which orders rows of one moment.
    pub id: Uuid,
}

impl Cursor {
    /// As it stands in an address: `MICROSECONDS-UUID`.
    pub fn to_text(self) -> String {
        format!("{}-{}", self.at.micros(), self.id.simple())
    }

    /// Reads what [`Cursor::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (at, id) = text.split_once('-')?;
        Some(Self { at: Timestamp::from_micros(at.parse().ok()?), id: Uuid::try_parse(id).ok()? })
    }
}

/// The page of a stretch of rows.
fn page<R, T>(stretch: Stretch<R>, set_aside: usize, line: impl FnMut(R) -> T) -> Page<T> {
    let next = stretch.next.map(|(at, id)| Cursor { at, id });
    Page { rows: stretch.records.into_iter().map(line).collect(), next, set_aside }
}

/// One page of rows.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, in order.
    pub rows: Vec<T>,
    /// Where the next page begins, if there is one.
    pub next: Option<Cursor>,
    /// Rows that made no sense and were set aside into quarantine instead of being shown.
    pub set_aside: usize,
}

/// Who a patient is, as a line shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientLine {
    /// Medical record number.
    pub mrn: String,
    /// Family name.
    pub family_name: String,
    /// Given name.
    pub given_name: String,
    /// ISO birth date as far as known, or empty.
    pub birth_date: String,
    /// "F", "M", "O" or "U".
    pub sex: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nonsense_is_refused() {
        let cursor = Cursor { at: Timestamp::from_micros(1_700_000_000_000_001), id: Uuid::from_u128(7) };
        assert_eq!(Cursor::parse(&cursor.to_text()), Some(cursor));
        for text in ["", "1", "x-00000000000000000000000000000007", "1-7", "1-2-3"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
