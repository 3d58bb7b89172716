//! What lies in a database of a given size. Everything follows from its number, so that a probe knows what it must find.

use kernel::{ContainerId, ExaminationId, OrderId, PatientId, Timestamp, TransmissionId};
use uuid::Uuid;

/// Results of one message: one container with as many examinations.
pub const RESULTS_PER_MESSAGE: u64 = 25;
/// Messages of one patient: so many results that a page of history is full.
pub const MESSAGES_PER_PATIENT: u64 = 12;
/// One of so many results is held.
pub const ONE_HELD_IN: u64 = 200;
/// So many messages hold one held result.
const MESSAGES_PER_HELD: u64 = ONE_HELD_IN / RESULTS_PER_MESSAGE;
/// When the first message was filed: 2026-01-01 UTC.
const BEGIN_MICROS: i64 = 1_767_225_600_000_000;
/// Between two messages.
const BETWEEN_MICROS: i64 = 250_000;

/// A database of so many results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Messages, one order each.
    pub messages: u64,
    /// Patients.
    pub patients: u64,
}

#[derive(Clone, Copy)]
enum Kind {
    Patient,
    Order,
    Container,
    Examination,
    Transmission,
}

impl Dataset {
    /// At least so many results, in whole messages.
    #[must_use]
    pub fn of_results(results: u64) -> Self {
        let messages = results.div_ceil(RESULTS_PER_MESSAGE).max(1);
        Self { messages, patients: (messages / MESSAGES_PER_PATIENT).max(1) }
    }

    /// Results in it.
    #[must_use]
    pub fn results(&self) -> u64 {
        self.messages * RESULTS_PER_MESSAGE
    }

    /// Whose message it is. One after the other, so that the results of a patient lie all over the tables, as they do after years.
    #[must_use]
    pub fn patient_of(&self, message: u64) -> u64 {
        message % self.patients
    }

    /// How many results a patient has.
    #[must_use]
    pub fn results_of_patient(&self, patient: u64) -> u64 {
        let messages = self.messages / self.patients + u64::from(patient < self.messages % self.patients);
        messages * RESULTS_PER_MESSAGE
    }
}

/// When a message was filed.
#[must_use]
pub fn filed_at(message: u64) -> Timestamp {
    let since = i64::try_from(message).unwrap_or(i64::MAX).saturating_mul(BETWEEN_MICROS);
    Timestamp::from_micros(BEGIN_MICROS.saturating_add(since))
}

/// Whether a result is held; `position` within its message.
#[must_use]
pub fn is_held(message: u64, position: u64) -> bool {
    // One in each stretch of eight messages, in the next at the next place.
    (message * RESULTS_PER_MESSAGE + position) % ONE_HELD_IN == message / MESSAGES_PER_HELD % ONE_HELD_IN
}

/// How many results are held of those filed before a message.
#[must_use]
pub fn held_before(message: u64) -> u64 {
    let stretches = message / MESSAGES_PER_HELD;
    let begun = stretches * MESSAGES_PER_HELD..message;
    let held = begun.flat_map(|message| (0..RESULTS_PER_MESSAGE).map(move |position| is_held(message, position))).filter(|held| *held);
    stretches + held.count() as u64
}

/// The code on a message's container.
#[must_use]
pub fn code(message: u64) -> String {
    format!("G{message:09}")
}

/// The accession number of a message's order.
#[must_use]
pub fn accession(message: u64) -> String {
    format!("G-26-{message:09}")
}

/// A patient's medical record number.
#[must_use]
pub fn mrn(patient: u64) -> String {
    format!("G-{patient:08}")
}

/// A patient's id.
#[must_use]
pub fn patient_id(patient: u64) -> PatientId {
    PatientId::from_uuid(id(Kind::Patient, patient, patient))
}

/// The id of a message's order.
#[must_use]
pub fn order_id(message: u64) -> OrderId {
    OrderId::from_uuid(id(Kind::Order, message, message))
}

/// The id of a message's container.
#[must_use]
pub fn container_id(message: u64) -> ContainerId {
    ContainerId::from_uuid(id(Kind::Container, message, message))
}

/// The id of one of its examinations.
#[must_use]
pub fn examination_id(message: u64, position: u64) -> ExaminationId {
    ExaminationId::from_uuid(id(Kind::Examination, message, message * RESULTS_PER_MESSAGE + position))
}

/// The id of the message itself.
#[must_use]
pub fn transmission_id(message: u64) -> TransmissionId {
    TransmissionId::from_uuid(id(Kind::Transmission, message, message))
}

/// A UUID of version 7: the millisecond of the message, then what kind of thing and its number.
fn id(kind: Kind, message: u64, number: u64) -> Uuid {
    let millis = filed_at(message).micros().unsigned_abs() / 1_000;
    let kind = kind as u128 + 1;
    Uuid::from_u128(u128::from(millis) << 80 | 0x7 << 76 | kind << 68 | 0x2 << 62 | u128::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_hundred_thousand_results_are_four_thousand_messages_of_three_hundred_and_thirty_three_patients() {
        let dataset = Dataset::of_results(100_000);
        assert_eq!((dataset.messages, dataset.patients, dataset.results()), (4_000, 333, 100_000));
        assert_eq!((dataset.results_of_patient(0), dataset.results_of_patient(332)), (325, 300));
        let all: u64 = (0..dataset.patients).map(|patient| dataset.results_of_patient(patient)).sum();
        assert_eq!(all, 100_000);
    }

    #[test]
    fn one_in_two_hundred_is_held() {
        let held = (0..4_000).flat_map(|message| (0..25).map(move |position| is_held(message, position))).filter(|held| *held).count();
        assert_eq!(held, 500);
        for message in [0, 7, 8, 12, 1_601, 4_000] {
            let counted = (0..message).flat_map(|message| (0..25).map(move |position| is_held(message, position))).filter(|held| *held);
            assert_eq!(held_before(message), counted.count() as u64, "{message}");
        }
    }

    #[test]
    fn ids_are_of_version_7_each_once_and_grow_with_time() {
        let ids: Vec<Uuid> = (0..1_000).flat_map(|message| (0..25).map(move |position| examination_id(message, position).uuid())).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        assert!(ids.is_sorted());
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 25_000);
        assert_ne!(order_id(1).uuid(), container_id(1).uuid());
    }
}
