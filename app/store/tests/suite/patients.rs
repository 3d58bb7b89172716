//! Records of one person that were merged, and taken apart again, on both engines.

use crate::harness::*;
use kernel::{OrderId, PatientId, PatientMergeId};
use store::repositories::orders::{NewOrder, add_order, order_by_accession};
use store::repositories::patients::{
    self, MergeRecord, PatientEntry, PatientRecord, Undoing, add_patient, change_facts, entry_by_number, merge, merge_of_retired,
    patient_by_number, unmerge,
};
use store::{Store, Tx};
use uuid::Uuid;
use workflow::Priority;

on_both!(
    everything_follows_a_merge_and_finds_back,
    what_came_after_a_merge_goes_where_it_was_asked_for,
    merges_of_merges_come_apart_from_the_end,
    merges_of_merges_come_apart_from_the_middle,
    a_record_is_merged_once,
    facts_are_changed_as_they_were_seen_and_kept_as_they_were,
);

fn id(kind: u128, number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | kind << 32 | number)
}

fn patient_id(number: u128) -> PatientId {
    PatientId::from_uuid(id(1, number))
}

fn record(number: u128) -> PatientRecord {
    PatientRecord {
        id: patient_id(number),
        mrn: format!("M-{number}"),
        family_name: "Nguyễn".to_owned(),
        given_name: "Thị Lan".to_owned(),
        birth_date: "1980-03-21".to_owned(),
        sex: "F".to_owned(),
    }
}

/// Patients 1 to `count`, each with one order of the same number.
fn house(engine: &Engine, count: u128) -> Store {
    let store = engine.open();
    write(&store, move |tx| {
        for number in 1..=count {
            add_patient(tx, &record(number), NOW)?;
            order(tx, number, number, None)?;
        }
        done("")
    })
    .wait()
    .unwrap();
    store
}

fn order(tx: &mut Tx<'_>, number: u128, patient: u128, original: Option<u128>) -> Result<(), store::Trouble> {
    let new = NewOrder {
        id: OrderId::from_uuid(id(2, number)),
        accession: format!("A-{number}"),
        patient: patient_id(patient),
        original_patient: original.map(patient_id),
        priority: Priority::Routine,
    };
    add_order(tx, &new, NOW)
}

fn merging(number: u128, retired: u128, survivor: u128) -> MergeRecord {
    MergeRecord {
        id: PatientMergeId::from_uuid(id(3, number)),
        survivor: patient_id(survivor),
        retired: patient_id(retired),
        merged_at: NOW,
        merged_by: "person:one".to_owned(),
        confirmed_by: "person:two".to_owned(),
        reason: "same person".to_owned(),
    }
}

fn do_merge(store: &Store, number: u128, retired: u128, survivor: u128) {
    write(store, move |tx| {
        merge(tx, &merging(number, retired, survivor))?;
        done("")
    })
    .wait()
    .unwrap();
}

fn undo(store: &Store, retired: u128) -> bool {
    let done = write(store, move |tx| {
        let Some(merge) = merge_of_retired(tx, patient_id(retired))? else { return done("none") };
        let undoing = Undoing { by: "person:three", confirmed_by: "person:four", reason: "two people after all" };
        done(if unmerge(tx, &merge, undoing, NOW)? { "undone" } else { "undone before" })
    });
    done.wait().unwrap().note == "undone"
}

/// Whose each order is: the number of the patient for orders 1 to `count`.
fn whose(store: &Store, count: u128) -> Vec<String> {
    let find = move |reader: &mut store::Reader<'_>| {
        let mrn = |number| Ok(order_by_accession(reader, &format!("A-{number}"))?.unwrap().patient.mrn);
        (1..=count).map(mrn).collect::<Result<Vec<_>, store::Trouble>>()
    };
    read(store, find)
}

fn leads_to(store: &Store, number: u128) -> String {
    read(store, move |reader| Ok(patient_by_number(reader, &format!("M-{number}"), "")?.unwrap().patient.mrn))
}

fn as_it_is(store: &Store, number: u128) -> PatientEntry {
    read(store, move |reader| Ok(entry_by_number(reader, &format!("M-{number}"), "")?.unwrap()))
}

fn everything_follows_a_merge_and_finds_back(engine: &Engine) {
    let store = house(engine, 2);
    do_merge(&store, 1, 1, 2);
    assert_eq!(whose(&store, 2), ["M-2", "M-2"]);
    assert_eq!((leads_to(&store, 1), leads_to(&store, 2)), ("M-2".to_owned(), "M-2".to_owned()));
    assert!(undo(&store, 1));
    assert_eq!(whose(&store, 2), ["M-1", "M-2"]);
    assert_eq!(leads_to(&store, 1), "M-1");
    assert_eq!(as_it_is(&store, 1).merged_into, None);
    assert!(!undo(&store, 1), "it is undone once");
    store.close();
}

/// An order placed after the merge belongs to whom it was placed for: under the retired number to the retired record, under the survivor's to the
/// survivor.
fn what_came_after_a_merge_goes_where_it_was_asked_for(engine: &Engine) {
    let store = house(engine, 2);
    do_merge(&store, 1, 1, 2);
    write(&store, |tx| {
        order(tx, 3, 2, Some(1))?;
        order(tx, 4, 2, None)?;
        done("")
    })
    .wait()
    .unwrap();
    assert!(undo(&store, 1));
    assert_eq!(whose(&store, 4), ["M-1", "M-2", "M-1", "M-2"]);
    store.close();
}

/// 1 into 2, 2 into 3.
fn merges_of_merges_come_apart_from_the_end(engine: &Engine) {
    let store = house(engine, 3);
    do_merge(&store, 1, 1, 2);
    do_merge(&store, 2, 2, 3);
    assert_eq!(whose(&store, 3), ["M-3", "M-3", "M-3"]);
    assert_eq!(leads_to(&store, 1), "M-3");
    assert!(undo(&store, 2));
    assert_eq!(whose(&store, 3), ["M-2", "M-2", "M-3"], "1 is still 2");
    assert!(undo(&store, 1));
    assert_eq!(whose(&store, 3), ["M-1", "M-2", "M-3"]);
    store.close();
}

fn merges_of_merges_come_apart_from_the_middle(engine: &Engine) {
    let store = house(engine, 3);
    do_merge(&store, 1, 1, 2);
    do_merge(&store, 2, 2, 3);
    assert!(undo(&store, 1));
    assert_eq!(whose(&store, 3), ["M-1", "M-3", "M-3"], "2 is still 3");
    assert!(undo(&store, 2));
    assert_eq!(whose(&store, 3), ["M-1", "M-2", "M-3"]);
    store.close();
}

fn a_record_is_merged_once(engine: &Engine) {
    let store = house(engine, 3);
    do_merge(&store, 1, 1, 2);
    let again = write(&store, |tx| {
        merge(tx, &merging(2, 1, 3))?;
        done("")
    });
    assert!(again.wait().is_err(), "the index of merges that stand refuses it");
    assert_eq!(whose(&store, 3), ["M-2", "M-2", "M-3"]);
    store.close();
}

fn facts_are_changed_as_they_were_seen_and_kept_as_they_were(engine: &Engine) {
    let store = house(engine, 1);
    let seen = as_it_is(&store, 1);
    let change = |family: &'static str| {
        let seen = seen.clone();
        let done = write(&store, move |tx| {
            let facts = PatientRecord { family_name: family.to_owned(), ..seen.patient.clone() };
            done(if change_facts(tx, &seen, &facts, true, "link:adt", NOW)? { "changed" } else { "seen too early" })
        });
        done.wait().unwrap().note
    };
    assert_eq!(change("Trần"), "changed");
    assert_eq!(change("Lê"), "seen too early");
    let now = as_it_is(&store, 1);
    assert_eq!((now.patient.family_name.as_str(), now.is_unknown, now.row_version), ("Trần", true, 2));
    let former = read(&store, |reader| patients::former_facts(reader, patient_id(1), 10));
    assert_eq!(former.len(), 1);
    assert_eq!((former[0].family_name.as_str(), former[0].replaced_by.as_str()), ("Nguyễn", "link:adt"));
    store.close();
}
