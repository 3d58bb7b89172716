//! All results and all orders of one patient, newest first.

use super::results::{ResultRecord, result};
use super::{Stretch, stretch};
use crate::{Inconsistent, Reader, Row, Trouble, params, sql};
use kernel::{OrderId, PatientId, Timestamp};
use uuid::Uuid;

sql! {
    /// A patient's results, newest first. By way of the indexes from patient to order, container and examination: what it costs grows with what this
    /// patient has, not with what the laboratory has.
    pub RESULTS_OF_PATIENT = "SELECT r.examination_id, r.version, r.transmission_id, r.sent, r.sent_unit, r.value, r.reported, r.unit, r.flags, r.stated_at, r.filed_at, r.state, r.verified_at, r.verifier, e.test, c.code, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, r.row_version, m.staff_id, m.needs_second, (SELECT s.display_name FROM staff s WHERE s.id = m.staff_id) FROM patient p JOIN lab_order o ON o.patient_id = p.id JOIN container c ON c.order_id = o.id JOIN examination e ON e.container_id = c.id JOIN result r ON r.examination_id = e.id LEFT JOIN manual_entry m ON m.id = r.transmission_id WHERE p.id = ?1 AND (r.filed_at, r.examination_id) < (?2, ?3) ORDER BY r.filed_at DESC, r.examination_id DESC LIMIT ?4";
    /// A patient's orders, newest first.
    pub ORDERS_OF_PATIENT = "SELECT o.id, o.accession, o.priority, o.ordered_at, o.original_patient_id FROM lab_order o WHERE o.patient_id = ?1 AND (o.ordered_at, o.id) < (?2, ?3) ORDER BY o.ordered_at DESC, o.id DESC LIMIT ?4";
}

/// An order in the list of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOrder {
    /// The order.
    pub id: OrderId,
    /// Its accession number.
    pub accession: String,
    /// How soon, as stored.
    pub priority: String,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// Under whose number it was placed, where a merge moved it.
    pub original: Option<PatientId>,
}

/// A page of a patient's orders, newest first, before this moment and order.
pub fn orders_of(
    reader: &mut Reader<'_>,
    patient: PatientId,
    before: (Timestamp, Uuid),
    limit: u32,
) -> Result<Stretch<ListedOrder>, Trouble> {
    let rows = reader.query(&ORDERS_OF_PATIENT, &params![patient, before.0, before.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (3, 0), listed_order))
}

fn listed_order(row: &Row) -> Result<ListedOrder, Inconsistent> {
    Ok(ListedOrder {
        id: row.decode(0, OrderId::from_slice)?,
        accession: row.text(1)?.to_owned(),
        priority: row.text(2)?.to_owned(),
        ordered_at: row.timestamp(3)?,
        original: row.optional_decode(4, PatientId::from_slice)?,
    })
}

/// A page of a patient's results, held and verified, newest first, after this moment and examination.
pub fn of_patient(
    reader: &mut Reader<'_>,
    patient: PatientId,
    after: (Timestamp, Uuid),
    limit: u32,
) -> Result<Stretch<ResultRecord>, Trouble> {
    let rows = reader.query(&RESULTS_OF_PATIENT, &params![patient, after.0, after.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (10, 0), result))
}
