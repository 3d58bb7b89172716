//! Who saw what of whom. Noted as a view is read, written together a moment later: a page of fifty patients is one command, not fifty.
//!
//! Within a quarter of an hour the same person looking at the same patient on the same kind of page is one looking: pages refresh by themselves.

use crate::Laboratory;
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use kernel::{Actor, PatientId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub use store::repositories::access::AccessRecord as Looking;
use store::repositories::access::{self, NewAccess};
use store::repositories::patients;
use store::{Outcome, Store, Tx};
use tokio::sync::Notify;
use uuid::Uuid;

/// How long one looking lasts, in microseconds.
const LOOKING_MICROS: i64 = 15 * 60 * 1_000_000;
/// So many unwritten are written before the view is shown: who sees must be known, also when the database is slow.
const UNWRITTEN_MAX: usize = 512;
/// So many lookings are remembered; then all are forgotten, which costs a few rows more.
const REMEMBERED_MAX: usize = 50_000;

#[derive(Debug, Default)]
struct State {
    unwritten: Vec<NewAccess>,
    /// When each looking began.
    lookings: HashMap<(String, &'static str, Option<PatientId>, String), i64>,
}

/// What was seen and is not written yet.
#[derive(Debug, Default)]
pub(crate) struct AccessLog {
    state: Mutex<State>,
    noted: Notify,
}

impl AccessLog {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a looking; how many are not written yet.
    fn note(&self, by: &str, what: &'static str, subject: &str, patients: impl Iterator<Item = Option<PatientId>>, at: Timestamp) -> usize {
        let mut state = self.state();
        if state.lookings.len() > REMEMBERED_MAX {
            state.lookings.clear();
        }
        for patient in patients {
            // On a list the patient matters; what has no patient is told apart by its subject.
            let about = if patient.is_some() { String::new() } else { subject.to_owned() };
            let began = state.lookings.entry((by.to_owned(), what, patient, about)).or_insert(i64::MIN);
            if at.micros().saturating_sub(*began) < LOOKING_MICROS {
                continue;
            }
            *began = at.micros();
            state.unwritten.push(NewAccess { id: new_uuid(), at, by: by.to_owned(), what, subject: subject.to_owned(), patient });
        }
        let unwritten = state.unwritten.len();
        drop(state);
        if unwritten > 0 {
            self.noted.notify_one();
        }
        unwritten
    }

    fn take(&self) -> Vec<NewAccess> {
        std::mem::take(&mut self.state().unwritten)
    }

    fn put_back(&self, mut taken: Vec<NewAccess>) {
        let mut state = self.state();
        taken.append(&mut state.unwritten);
        state.unwritten = taken;
    }
}

impl Laboratory {
    /// Notes that somebody is about to see these patients. Fails only where too much is unwritten and cannot be written: then nothing is shown.
    pub(crate) async fn note_seen(
        &self,
        by: &Actor,
        what: &'static str,
        subject: &str,
        patients: impl Iterator<Item = Option<PatientId>>,
    ) -> Result<(), ActTrouble> {
        if self.access_log().note(&by.to_string(), what, subject, patients, now()) >= UNWRITTEN_MAX {
            self.write_access_log().await?;
        }
        Ok(())
    }

    /// Writes what was seen and is not written yet.
    pub async fn write_access_log(&self) -> Result<(), ActTrouble> {
        let taken = self.access_log().take();
        if taken.is_empty() {
            return Ok(());
        }
        let rows: Arc<[NewAccess]> = taken.clone().into();
        let act = move |tx: &mut Tx<'_>| {
            access::add(tx, &rows)?;
            Ok(Outcome { act: "note_access", accepted: true, subject: None, note: format!("{} lookings", rows.len()) })
        };
        let written = self.store().append(&Actor::System("access".to_owned()), new_command(), now(), act).await;
        if let Err(trouble) = written {
            // Perhaps it was written all the same: two rows of one looking are better than none.
            let renamed = taken.into_iter().map(|looking| NewAccess { id: new_uuid(), ..looking }).collect();
            self.access_log().put_back(renamed);
            return Err(trouble.into());
        }
        Ok(())
    }

    /// Returns when something was seen since the last time.
    pub async fn seen(&self) {
        self.access_log().noted.notified().await;
    }
}

/// Lookings read at once.
const PAGE: u32 = 1_000;
/// Lookings handed out at once; the rest is asked for from where they end.
pub const LOOKINGS_MAX: usize = 20_000;

/// A stretch of the list of who saw a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookings {
    /// Newest first.
    pub lookings: Vec<Looking>,
    /// Where to go on, if there are more.
    pub next: Option<SeenBefore>,
}

/// A place in that list: behind it stand the lookings before this moment, and those of this moment with a lesser id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenBefore {
    /// The moment.
    pub at: Timestamp,
    /// The id, as a number.
    pub id: u128,
}

impl SeenBefore {
    /// In front of all.
    const NOW: Self = Self { at: Timestamp::from_micros(i64::MAX), id: u128::MAX };
}

/// Who looked at the record with this medical record number, newest first, from a place in the list on or from its beginning; at most
/// [`LOOKINGS_MAX`]. `None` if nobody has that number. A record that was merged into another keeps its own lookings: ask for both numbers.
pub async fn who_saw(store: &Store, mrn: &str, from: Option<SeenBefore>) -> Result<Option<Lookings>, ActTrouble> {
    let asked = mrn.to_owned();
    let Some(record) = store.read(move |reader| patients::entry_by_number(reader, &asked, "")).await? else { return Ok(None) };
    let patient = record.patient.id;
    let (mut lookings, mut before): (Vec<Looking>, _) = (Vec::new(), from.unwrap_or(SeenBefore::NOW));
    while lookings.len() < LOOKINGS_MAX {
        let page = store.read(move |reader| access::of_patient(reader, patient, (before.at, Uuid::from_u128(before.id)), PAGE)).await?;
        lookings.extend(page.records);
        let Some((at, id)) = page.next else { return Ok(Some(Lookings { lookings, next: None })) };
        before = SeenBefore { at, id: id.as_u128() };
    }
    Ok(Some(Lookings { lookings, next: Some(before) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_looking_is_noted_once_and_again_after_a_quarter_of_an_hour() {
        let log = AccessLog::default();
        let patient = |number| Some(PatientId::from_uuid(uuid::Uuid::from_u128(number)));
        let note = |by: &str, what, patients: &[Option<PatientId>], minutes: i64| {
            log.note(by, what, "26-1", patients.iter().copied(), Timestamp::from_micros(minutes * 60_000_000));
            log.take().len()
        };
        assert_eq!(note("person:a", "order", &[patient(1), patient(2)], 0), 2);
        assert_eq!(note("person:a", "order", &[patient(1), patient(3)], 1), 1, "only the third is new");
        assert_eq!(note("person:b", "order", &[patient(1)], 1), 1, "another person");
        assert_eq!(note("person:a", "results", &[patient(1)], 1), 1, "another kind of page");
        assert_eq!(note("person:a", "order", &[patient(1)], 14), 0);
        assert_eq!(note("person:a", "order", &[patient(1)], 15), 1);
        assert_eq!(note("person:a", "transmission", &[None], 15), 1, "what has no patient is noted by its subject");
    }
}
