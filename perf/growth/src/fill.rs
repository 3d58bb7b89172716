//! Fills a database through the product's own store: what stands in it afterwards was written by the statements that write it in a laboratory.

use crate::dataset::{
    Dataset, RESULTS_PER_MESSAGE, accession, code, container_id, examination_id, filed_at, is_held, mrn, order_id, patient_id,
    transmission_id,
};
use catalogue::TestCode;
use kernel::{Actor, CommandId, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::time::Duration;
use store::repositories::orders::{ContainerRecord, NewContainer, NewOrder, add_container, add_order};
use store::repositories::patients::{PatientRecord, add_patient};
use store::repositories::results::{NewResult, ResultText, add_assessment, add_results};
use store::repositories::transmissions::{NewTransmission, keep, take_unfiled};
use store::{Done, Options, Outcome, Pending, Store, Trouble, Tx, WriteTrouble};
use uuid::Uuid;
use workflow::Priority;

/// Messages written by one command where only what stands in the tables matters: filling is quick.
pub const IN_BULK: u64 = 200;
/// Messages written by one command in a laboratory, so that the journal's entries are as long as there.
pub const ONE_BY_ONE: u64 = 1;
/// Patients written in one transaction.
const PATIENTS_AT_ONCE: u64 = 5_000;
/// Commands on their way at once, and messages on their way at once where commands are small.
const AT_ONCE: std::ops::RangeInclusive<u64> = 8..=256;
/// One such batch may take longer than any command of a laboratory.
const BATCH_LIMIT: Duration = Duration::from_secs(300);
/// The link everything came over; none of the links that are measured later.
const LINK: &str = "growth";
const CATALOGUE: &str = "starting-2026-11d";
const TESTS: [&str; RESULTS_PER_MESSAGE as usize] = [
    "NA", "K", "CL", "CO2", "BUN", "CREA", "GLU", "CA", "MG", "PHOS", "TP", "ALB", "ALP", "ALT", "AST", "GGT", "LDH", "TBIL", "DBIL",
    "AMY", "LIP", "CK", "URIC", "CHOL", "TRIG",
];

/// The store's limits while a database is filled.
#[must_use]
pub fn options() -> Options {
    Options { write_limit: BATCH_LIMIT, ..Options::default() }
}

/// Writes everything of this dataset, so many messages by one command.
///
/// # Errors
/// The store refuses.
pub fn fill(store: &Store, dataset: Dataset, messages_at_once: u64) -> Result<(), String> {
    let at_once = (AT_ONCE.end() / messages_at_once).clamp(*AT_ONCE.start(), *AT_ONCE.end()) as usize;
    let mut batches = Batches { store, at_once, next: 0, waiting: VecDeque::new() };
    for from in (0..dataset.patients).step_by(PATIENTS_AT_ONCE as usize) {
        let patients = from..(from + PATIENTS_AT_ONCE).min(dataset.patients);
        batches.write(move |tx| patients.clone().try_for_each(|patient| write_patient(tx, patient)))?;
    }
    // Orders name patients.
    batches.finish()?;
    for from in (0..dataset.messages).step_by(messages_at_once as usize) {
        let messages = from..(from + messages_at_once).min(dataset.messages);
        batches.write(move |tx| messages.clone().try_for_each(|message| write_message(tx, dataset, message)))?;
    }
    batches.finish()
}

/// Transactions on their way, so many and no more.
struct Batches<'s> {
    store: &'s Store,
    at_once: usize,
    next: u128,
    waiting: VecDeque<Pending<Result<Done, WriteTrouble>>>,
}

impl Batches<'_> {
    fn write(&mut self, batch: impl Fn(&mut Tx<'_>) -> Result<(), Trouble> + Send + 'static) -> Result<(), String> {
        if self.waiting.len() >= self.at_once {
            self.wait_for_one()?;
        }
        self.next += 1;
        // Version 7, as the store expects of command ids, and none that a laboratory would make.
        let id = CommandId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | self.next));
        let actor = Actor::System("growth".to_owned());
        self.waiting.push_back(self.store.append(&actor, id, filed_at(0), move |tx| {
            batch(tx)?;
            Ok(Outcome { act: "fill", accepted: true, subject: None, note: String::new() })
        }));
        Ok(())
    }

    fn wait_for_one(&mut self) -> Result<(), String> {
        self.waiting.pop_front().map_or(Ok(()), |batch| batch.wait().map(drop).map_err(|trouble| format!("filling: {trouble}")))
    }

    fn finish(&mut self) -> Result<(), String> {
        while !self.waiting.is_empty() {
            self.wait_for_one()?;
        }
        Ok(())
    }
}

fn write_patient(tx: &mut Tx<'_>, patient: u64) -> Result<(), Trouble> {
    let record = PatientRecord {
        id: patient_id(patient),
        mrn: mrn(patient),
        family_name: format!("Family{:04}", patient % 7_919),
        given_name: format!("Given{:03}", patient % 997),
        birth_date: format!("{}-{:02}-{:02}", 1930 + patient % 90, 1 + patient % 12, 1 + patient % 28),
        sex: if patient.is_multiple_of(2) { "F" } else { "M" }.to_owned(),
    };
    add_patient(tx, &record, filed_at(patient))
}

fn write_message(tx: &mut Tx<'_>, dataset: Dataset, message: u64) -> Result<(), Trouble> {
    let at = filed_at(message);
    write_order(tx, dataset, message, at)?;
    write_transmission(tx, message, at)?;
    let texts: Vec<ResultText> = (0..RESULTS_PER_MESSAGE).map(|position| text(message, position)).collect();
    let verifier = format!("rules:{CATALOGUE}");
    let results: Vec<NewResult<'_>> = (0..RESULTS_PER_MESSAGE)
        .zip(&texts)
        .map(|(position, text)| NewResult {
            examination: examination_id(message, position),
            version: 1,
            text,
            verified: (!is_held(message, position)).then_some((at, verifier.as_str())),
        })
        .collect();
    add_results(tx, transmission_id(message), &results, at)?;
    add_assessment(tx, transmission_id(message), &evidence(message), at)
}

fn write_order(tx: &mut Tx<'_>, dataset: Dataset, message: u64, at: Timestamp) -> Result<(), Trouble> {
    let (patient, priority) = (patient_id(dataset.patient_of(message)), Priority::Routine);
    let order = NewOrder { id: order_id(message), accession: accession(message), patient, original_patient: None, priority };
    add_order(tx, &order, at)?;
    let (specimen, kind) = ("serum".to_owned(), "SST".to_owned());
    let record = ContainerRecord { id: container_id(message), code: code(message), specimen, kind };
    let tests = TESTS.iter().filter_map(|test| TestCode::parse(test));
    let examinations: Vec<_> = (0..).zip(tests).map(|(position, test)| (examination_id(message, position), test, None)).collect();
    let container = NewContainer { record, due_at: at, collected_at: Some(at), collector: None, replaces: None, examinations };
    add_container(tx, &container, order.id)
}

/// Kept and filed, as its analyser's records say it.
fn write_transmission(tx: &mut Tx<'_>, message: u64, at: Timestamp) -> Result<(), Trouble> {
    let mut raw =
        format!("H|\\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|20261121131713\rP|1||\rO|1||{}||S\r", code(message));
    for (position, test) in (0..).zip(TESTS) {
        let reading = text(message, position);
        raw += &format!("R|{}|^^^{test}|{}|{}||N||F||$SYS$||20261121131700\rC|1|I||I\r", position + 1, reading.sent, reading.sent_unit);
    }
    raw += "L|1|N\r";
    let hash: [u8; 32] = Sha256::digest(raw.as_bytes()).into();
    let arrival = i64::try_from(message).unwrap_or(i64::MAX - 1) + 1;
    let new = NewTransmission {
        id: transmission_id(message),
        link: LINK,
        arrival,
        received_at: at,
        content_hash: &hash,
        raw: raw.as_bytes(),
        waits: true,
    };
    keep(tx, &new)?;
    take_unfiled(tx, LINK, arrival).map(drop)
}

fn text(message: u64, position: u64) -> ResultText {
    let value = format!("{}.{}", 3 + (message + position) % 5, (message * 7 + position) % 10);
    ResultText {
        sent: value.clone(),
        sent_unit: "mmol/L".to_owned(),
        value: value.clone(),
        reported: value,
        unit: "mmol/L".to_owned(),
        flags: String::new(),
        stated_at: "20261121131700".to_owned(),
        reported_at: Some(filed_at(message)),
    }
}

/// What the gates said, in the stored form of `lab/workflow/src/evidence.rs`.
fn evidence(message: u64) -> String {
    let letters = |position: u64| if is_held(message, position) { "PPH" } else { "PPP" };
    let results: Vec<String> = (0..).zip(TESTS).map(|(position, test)| format!("{test}:{}", letters(position))).collect();
    format!(
        r#"{{"gates":"gates-1","catalogue":"{CATALOGUE}","not_established":"info","results":{{"{}":"{}"}}}}"#,
        code(message),
        results.join(" ")
    )
}
