//! The reads that are measured: what the product asks of its store for a page, and the same statements prepared bare.

use crate::dataset::{self, Dataset, RESULTS_PER_MESSAGE};
use kernel::Timestamp;
use std::time::{Duration, Instant};
use store::repositories::{containers, orders, patient_history, patients, results};
use store::{ReadTrouble, Reader, Store, Trouble};
use uuid::Uuid;

/// Rows of a worklist page.
pub const PAGE: u32 = 50;
/// Rows of a page of history.
pub const HISTORY: u32 = 250;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The results on a scanned container.
    Container,
    /// The first page of held results.
    HeldFirst,
    /// A page of held results in the middle of the list.
    HeldMiddle,
    /// The first page of verified results.
    VerifiedFirst,
    /// A page of verified results in the middle of the list.
    VerifiedMiddle,
    /// The newest 250 results of a patient.
    History,
    /// An order by accession number.
    Accession,
    /// The newest order of a patient by medical record number.
    Mrn,
}

impl Probe {
    /// All of them, in the order of the tables.
    pub const ALL: [Probe; 8] = [
        Probe::Container,
        Probe::HeldFirst,
        Probe::HeldMiddle,
        Probe::VerifiedFirst,
        Probe::VerifiedMiddle,
        Probe::History,
        Probe::Accession,
        Probe::Mrn,
    ];

    /// Its name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Probe::Container => "results of a container",
            Probe::HeldFirst => "first page of held",
            Probe::HeldMiddle => "middle page of held",
            Probe::VerifiedFirst => "first page of verified",
            Probe::VerifiedMiddle => "middle page of verified",
            Probe::History => "250 results of a patient",
            Probe::Accession => "order by accession",
            Probe::Mrn => "newest order by MRN",
        }
    }

    /// A key to read, chosen by `number`.
    #[must_use]
    pub fn key(self, dataset: Dataset, number: u64) -> Key {
        let message = number % dataset.messages;
        match self {
            Probe::Container => Key::Container(dataset::code(message)),
            Probe::HeldFirst => Key::Page { held: true, before: dataset.messages },
            Probe::VerifiedFirst => Key::Page { held: false, before: dataset.messages },
            // Not among the oldest, where a page would not be full.
            Probe::HeldMiddle | Probe::VerifiedMiddle => {
                let oldest = dataset.messages / 10;
                Key::Page { held: self == Probe::HeldMiddle, before: oldest + number % (dataset.messages - oldest) }
            }
            Probe::History => Key::Patient(number % dataset.patients),
            Probe::Accession => Key::Accession(dataset::accession(message)),
            Probe::Mrn => Key::Mrn(number % dataset.patients),
        }
    }

    /// How many rows a read of this key must find.
    #[must_use]
    pub fn expected(self, dataset: Dataset, key: &Key) -> usize {
        let rows = match key {
            Key::Container(_) => RESULTS_PER_MESSAGE,
            Key::Page { held, before } => {
                let of_state =
                    if *held { dataset::held_before(*before) } else { *before * RESULTS_PER_MESSAGE - dataset::held_before(*before) };
                of_state.min(u64::from(PAGE))
            }
            Key::Patient(patient) => dataset.results_of_patient(*patient).min(u64::from(HISTORY)),
            Key::Accession(_) | Key::Mrn(_) => 1,
        };
        usize::try_from(rows).unwrap_or(usize::MAX)
    }
}

/// What a probe asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// A container's code.
    Container(String),
    /// A page of what was filed before a message.
    Page {
        /// Held results, or verified ones.
        held: bool,
        /// The message.
        before: u64,
    },
    /// The newest results of a patient.
    Patient(u64),
    /// An accession number.
    Accession(String),
    /// A medical record number.
    Mrn(u64),
}

/// Where a page of what was filed before a message begins.
#[must_use]
pub fn behind(message: u64) -> (Timestamp, Uuid) {
    (dataset::filed_at(message), Uuid::nil())
}

/// Reads through the store, on its reader threads, as a page does; how many rows came and how long the caller waited.
///
/// # Errors
/// The store refuses, or a row makes no sense.
pub fn through_the_store(store: &Store, key: Key) -> Result<(usize, Duration), String> {
    let began = Instant::now();
    let found: Result<usize, ReadTrouble> = store.read(move |reader| rows(reader, &key)).wait();
    let took = began.elapsed();
    found.map(|rows| (rows, took)).map_err(|trouble| format!("a read failed: {trouble}"))
}

fn rows(reader: &mut Reader<'_>, key: &Key) -> Result<usize, Trouble> {
    Ok(match key {
        Key::Container(code) => results::of_containers(reader, &[code])?.len(),
        Key::Page { held, before } => results::page(reader, *held, behind(*before), PAGE)?.records.len(),
        Key::Patient(patient) => {
            let newest = behind(u64::MAX / 2);
            patient_history::of_patient(reader, dataset::patient_id(*patient), newest, HISTORY)?.records.len()
        }
        Key::Accession(accession) => usize::from(orders::order_by_accession(reader, accession)?.is_some()),
        Key::Mrn(patient) => usize::from(scanned(reader, &dataset::mrn(*patient))?.is_some()),
    })
}

/// What a scan of a record number asks: is it a label, a replaced label, a patient; and of the patient the newest order.
fn scanned(reader: &mut Reader<'_>, number: &str) -> Result<Option<String>, Trouble> {
    if containers::by_code(reader, number)?.is_some() {
        return Ok(None);
    }
    match patients::patient_by_mrn(reader, number)? {
        Some(patient) => orders::newest_accession(reader, patient.id),
        None => Ok(None),
    }
}
