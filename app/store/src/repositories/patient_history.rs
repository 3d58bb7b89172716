//! All results of one patient, newest first.

use super::results::{ResultRecord, result};
use super::{Stretch, stretch};
use crate::{Reader, Trouble, params, sql};
use kernel::{PatientId, Timestamp};
use uuid::Uuid;

sql! {
    /// A patient's results, newest first. By way of the indexes from patient to order, container and examination: what it costs grows with what this
    /// patient has, not with what the laboratory has.
    pub RESULTS_OF_PATIENT = "SELECT r.examination_id, r.version, r.transmission_id, r.sent, r.sent_unit, r.value, r.reported, r.unit, r.flags, r.stated_at, r.filed_at, r.state, r.verified_at, r.verifier, e.test, c.code, o.accession, o.priority, p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, r.row_version, m.staff_id, m.needs_second, (SELECT s.display_name FROM staff s WHERE s.id = m.staff_id) FROM patient p JOIN lab_order o ON o.patient_id = p.id JOIN container c ON c.order_id = o.id JOIN examination e ON e.container_id = c.id JOIN result r ON r.examination_id = e.id LEFT JOIN manual_entry m ON m.id = r.transmission_id WHERE p.id = ?1 AND (r.filed_at, r.examination_id) < (?2, ?3) ORDER BY r.filed_at DESC, r.examination_id DESC LIMIT ?4";
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
