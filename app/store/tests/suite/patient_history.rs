//! All results of one patient, newest first, page by page.

use crate::harness::*;
use catalogue::TestCode;
use kernel::{ContainerId, ExaminationId, OrderId, PatientId, Timestamp, TransmissionId};
use store::Store;
use store::repositories::orders::{ContainerRecord, NewContainer, NewOrder, add_container, add_order};
use store::repositories::patient_history::of_patient;
use store::repositories::patients::{PatientRecord, add_patient};
use store::repositories::results::{NewResult, ResultText, add_results};
use uuid::Uuid;
use workflow::Priority;

on_both!(the_pages_hold_the_patients_results_and_nobody_elses_newest_first);

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | kind << 32 | number)
}

fn patient_id(number: u128) -> PatientId {
    PatientId::from_uuid(id(1, number))
}

fn add_a_patient(store: &Store, number: u128) {
    let record = PatientRecord {
        id: patient_id(number),
        mrn: format!("M-{number}"),
        family_name: "Lovelace".to_owned(),
        given_name: "Ada".to_owned(),
        birth_date: String::new(),
        sex: "F".to_owned(),
    };
    write(store, move |tx| {
        add_patient(tx, &record, NOW)?;
        done("")
    })
    .wait()
    .unwrap();
}

/// An order with one container and these results, filed `seconds` after the beginning.
fn add_results_of(store: &Store, patient: u128, order: u128, values: &'static [&'static str], seconds: i64) {
    write(store, move |tx| {
        let filed_at = Timestamp::from_micros(NOW.micros() + seconds * 1_000_000);
        let code = format!("C-{order}");
        let (order_id, accession) = (OrderId::from_uuid(id(2, order)), format!("A-{order}"));
        let new = NewOrder { id: order_id, accession, patient: patient_id(patient), original_patient: None, priority: Priority::Routine };
        add_order(tx, &new, NOW)?;
        let (specimen, kind) = ("serum".to_owned(), "SST".to_owned());
        let record = ContainerRecord { id: ContainerId::from_uuid(id(3, order)), code, specimen, kind };
        let examination = |at: usize| ExaminationId::from_uuid(id(4, order * 100 + at as u128));
        let tests = ["NA", "K", "CL"].map(|code| TestCode::parse(code).unwrap());
        let examinations: Vec<_> =
            tests.into_iter().take(values.len()).enumerate().map(|(at, test)| (examination(at), test, None)).collect();
        let container = NewContainer { record, due_at: NOW, collected_at: None, collector: None, replaces: None, examinations };
        add_container(tx, &container, order_id)?;
        let texts: Vec<ResultText> = values.iter().map(|value| text(value)).collect();
        let results: Vec<_> =
            (0..).zip(&texts).map(|(at, text)| NewResult { examination: examination(at), version: 1, text, verified: None }).collect();
        add_results(tx, TransmissionId::from_uuid(id(5, order)), &results, filed_at)?;
        done("")
    })
    .wait()
    .unwrap();
}

fn text(value: &str) -> ResultText {
    let value = value.to_owned();
    ResultText {
        sent: value.clone(),
        sent_unit: "mmol/L".to_owned(),
        value: String::new(),
        reported: value,
        unit: "mmol/L".to_owned(),
        flags: String::new(),
        stated_at: String::new(),
        reported_at: None,
    }
}

fn the_pages_hold_the_patients_results_and_nobody_elses_newest_first(engine: &Engine) {
    let store = engine.open();
    (1..=3).for_each(|patient| add_a_patient(&store, patient));
    // The second order was filed before the first.
    add_results_of(&store, 1, 1, &["1.1", "1.2", "1.3"], 20);
    add_results_of(&store, 1, 2, &["2.1", "2.2"], 10);
    add_results_of(&store, 2, 3, &["3.1"], 15);
    add_results_of(&store, 1, 4, &["4.1"], 30);
    let pages = |patient: u128, limit: u32| {
        let mut pages = Vec::new();
        let mut after = (Timestamp::from_micros(i64::MAX), Uuid::max());
        loop {
            let stretch = read(&store, move |reader| of_patient(reader, patient_id(patient), after, limit));
            assert!(stretch.records.iter().all(|record| record.patient.id == patient_id(patient)));
            pages.push(stretch.records.into_iter().map(|record| record.sent).collect::<Vec<_>>());
            match stretch.next {
                Some(next) => after = next,
                None => return pages,
            }
        }
    };
    // Of one moment, by the id of the examination, the last first.
    assert_eq!(pages(1, 4), [vec!["4.1", "1.3", "1.2", "1.1"], vec!["2.2", "2.1"]]);
    assert_eq!(pages(1, 250), [["4.1", "1.3", "1.2", "1.1", "2.2", "2.1"]]);
    assert_eq!(pages(2, 250), [["3.1"]]);
    assert_eq!(pages(3, 250), [Vec::<String>::new()]);
}
