//! What records of patients may become, on both engines: each refusal, and that it leaves everything as it was.

use crate::engine::Engine;
use crate::house::{House, orderer};
use actions::patients::{
    FactsChanged, FactsRefusal, MergeRefusal, Merging, NewFacts, RegisterRefusal, UnmergeRefusal, Unmerging, change_facts, merge_records,
    register, unmerge_records,
};
use kernel::{PatientId, PatientMergeId};
use std::sync::{Arc, Mutex};
use store::repositories::patients::{self, PatientEntry, PatientRecord, Registration};
use store::{Outcome, Trouble, Tx};
use uuid::Uuid;

on_both!(
    a_number_is_given_once_and_a_merged_one_stays_taken,
    a_newborn_needs_a_mother_who_is_there_goes_on_and_is_older,
    facts_change_as_they_were_seen_and_of_records_that_go_on,
    two_records_are_merged_only_where_they_can_be_of_one_person,
    what_changed_since_it_was_seen_is_not_merged,
    a_merge_is_undone_as_it_was_seen_and_once,
    of_two_who_merge_crosswise_at_once_one_does,
    orders_that_come_in_during_a_merge_follow_it_and_find_back,
);

/// Runs one of the acts as a command; what it answered. The answer is kept aside: this is a test's command, not one that is repeated.
async fn act<A: Clone + Send + 'static>(house: &House, f: impl Fn(&mut Tx<'_>) -> Result<A, Trouble> + Send + 'static) -> A {
    let answer = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&answer);
    let command = move |tx: &mut Tx<'_>| {
        *kept.lock().unwrap() = Some(f(tx)?);
        Ok(Outcome { act: "try", accepted: true, subject: None, note: String::new() })
    };
    house.lab.store().write(&orderer(), actions::new_command(), actions::now(), command).await.unwrap();
    let answer = answer.lock().unwrap().clone();
    answer.unwrap()
}

fn id(number: u128) -> PatientId {
    PatientId::from_uuid(Uuid::from_u128(number))
}

fn record(number: u128) -> PatientRecord {
    PatientRecord {
        id: id(number),
        mrn: format!("M-{number}"),
        family_name: "Nguyễn".to_owned(),
        given_name: "Lan".to_owned(),
        birth_date: "1990-05-06".to_owned(),
        sex: "F".to_owned(),
    }
}

async fn registered(house: &House, record: PatientRecord, with: Registration) -> Result<(), RegisterRefusal> {
    act(house, move |tx| register(tx, &record, &with, actions::now())).await
}

/// Registers these, all of one name and birth date.
async fn several(house: &House, count: u128) {
    for number in 1..=count {
        registered(house, record(number), Registration::default()).await.unwrap();
    }
}

fn merging(retired: u128, survivor: u128) -> Merging {
    Merging {
        id: PatientMergeId::from_uuid(Uuid::from_u128(retired << 64 | survivor)),
        survivor: id(survivor),
        retired: id(retired),
        seen: None,
        by: "person:one".to_owned(),
        confirmed_by: "person:two".to_owned(),
        reason: "same person".to_owned(),
    }
}

async fn merged(house: &House, merging: Merging) -> Result<(), MergeRefusal> {
    act(house, move |tx| merge_records(tx, &merging, actions::now())).await
}

async fn entry(house: &House, number: u128) -> PatientEntry {
    house.lab.store().read(move |reader| patients::entry_by_id(reader, id(number))).await.unwrap().unwrap()
}

fn of_mother(number: u128) -> Registration {
    Registration { mother: Some(id(number)), ..Registration::default() }
}

async fn a_number_is_given_once_and_a_merged_one_stays_taken(engine: &Engine) {
    let house = House::signed(engine);
    several(&house, 2).await;
    let taken = |number: &str| Err(RegisterRefusal::NumberTaken(number.to_owned()));
    let again = PatientRecord { id: id(9), ..record(1) };
    assert_eq!(registered(&house, again.clone(), Registration::default()).await, taken("M-1"));
    merged(&house, merging(1, 2)).await.unwrap();
    assert_eq!(registered(&house, again.clone(), Registration::default()).await, taken("M-1"), "its number leads on for ever");
    let elsewhere = Registration { authority: "CLINIC".to_owned(), ..Registration::default() };
    assert_eq!(
        registered(&house, again.clone(), elsewhere.clone()).await,
        Ok(()),
        "the same number of another authority is another number"
    );
    let again = PatientRecord { id: id(10), ..again };
    assert_eq!(registered(&house, again, elsewhere).await, taken("M-1 of CLINIC"));
    assert_eq!(house.count("SELECT COUNT(*) FROM patient").await, 3);
}

async fn a_newborn_needs_a_mother_who_is_there_goes_on_and_is_older(engine: &Engine) {
    let house = House::signed(engine);
    several(&house, 2).await;
    let baby = |number, born: &str| PatientRecord { birth_date: born.to_owned(), ..record(number) };
    let born = "2026-11-22 01:05";
    assert_eq!(registered(&house, baby(3, born), of_mother(7)).await, Err(RegisterRefusal::NoMother));
    for wrong in ["1990-05-06 23:00", "1980-01-01"] {
        let refused = registered(&house, baby(3, wrong), of_mother(1)).await;
        assert_eq!(refused, Err(RegisterRefusal::MotherYounger("M-1".to_owned())), "{wrong}");
    }
    assert_eq!(registered(&house, baby(3, born), of_mother(1)).await, Ok(()));
    assert_eq!(entry(&house, 3).await.mother, Some(id(1)));
    merged(&house, merging(1, 2)).await.unwrap();
    assert_eq!(registered(&house, baby(4, born), of_mother(1)).await, Err(RegisterRefusal::MotherMerged("M-1".to_owned())));
    assert_eq!(house.count("SELECT COUNT(*) FROM patient").await, 3);
}

async fn facts_change_as_they_were_seen_and_of_records_that_go_on(engine: &Engine) {
    let house = House::signed(engine);
    several(&house, 2).await;
    let change = async |number, seen_version, family: &str, is_unknown| {
        let facts = PatientRecord { family_name: family.to_owned(), ..record(77) };
        let new = NewFacts { patient: id(number), seen_version, facts, is_unknown, by: "link:adt".to_owned() };
        act(&house, move |tx| change_facts(tx, &new, actions::now())).await
    };
    assert_eq!(change(7, None, "Trần", false).await, Err(FactsRefusal::NoSuch));
    assert_eq!(change(1, Some(1), "Nguyễn", false).await, Ok(FactsChanged::AsTheyWere));
    assert_eq!(change(1, Some(1), "Trần", false).await, Ok(FactsChanged::Changed));
    assert_eq!(change(1, Some(1), "Lê", false).await, Err(FactsRefusal::Changed));
    assert_eq!(change(1, None, "Lê", true).await, Ok(FactsChanged::Changed), "a message names no version");
    let now = entry(&house, 1).await;
    assert_eq!((now.patient.mrn.as_str(), now.patient.family_name.as_str(), now.is_unknown, now.row_version), ("M-1", "Lê", true, 3));
    let former = house.texts("SELECT family_name || ' ' || replaced_by FROM patient_former ORDER BY version").await;
    assert_eq!(former, ["Nguyễn link:adt", "Trần link:adt"]);
    merged(&house, merging(1, 2)).await.unwrap();
    assert_eq!(change(1, None, "Võ", false).await, Err(FactsRefusal::Merged("M-1".to_owned())));
}

async fn two_records_are_merged_only_where_they_can_be_of_one_person(engine: &Engine) {
    let house = House::signed(engine);
    several(&house, 4).await;
    assert_eq!(merged(&house, merging(1, 1)).await, Err(MergeRefusal::SameRecord));
    assert_eq!(merged(&house, merging(1, 9)).await, Err(MergeRefusal::NoSuch));
    assert_eq!(merged(&house, merging(9, 1)).await, Err(MergeRefusal::NoSuch));

    let unknown = Registration { is_unknown: true, ..Registration::default() };
    registered(&house, record(5), unknown).await.unwrap();
    let refused = MergeRefusal::UnknownSurvivor { survivor: "M-5".to_owned(), retired: "M-1".to_owned() };
    assert_eq!(merged(&house, merging(1, 5)).await, Err(refused));
    assert_eq!(merged(&house, merging(5, 1)).await, Ok(()), "the unknown one is known now");

    for (number, born) in [(11, "2026-11-22 01:05"), (12, "2026-11-22 01:11"), (13, "2026-11-22")] {
        let newborn = PatientRecord { birth_date: born.to_owned(), ..record(number) };
        registered(&house, newborn, of_mother(2)).await.unwrap();
    }
    let family = |child: &str, mother: &str| MergeRefusal::MotherAndChild { child: child.to_owned(), mother: mother.to_owned() };
    assert_eq!(merged(&house, merging(11, 2)).await, Err(family("M-11", "M-2")));
    assert_eq!(merged(&house, merging(2, 11)).await, Err(family("M-11", "M-2")));
    assert_eq!(merged(&house, merging(11, 12)).await, Err(MergeRefusal::Siblings("M-12".to_owned(), "M-11".to_owned())), "twins");
    assert_eq!(merged(&house, merging(13, 11)).await, Ok(()), "one newborn, once without the hour");
    // The mother's record goes on under another number: still a mother.
    merged(&house, merging(2, 3)).await.unwrap();
    assert_eq!(merged(&house, merging(11, 3)).await, Err(family("M-11", "M-3")));

    let before = MergeRefusal::RetiredBefore { retired: "M-2".to_owned(), into: "M-3".to_owned() };
    assert_eq!(merged(&house, merging(2, 4)).await, Err(before));
    let gone = MergeRefusal::SurvivorMerged { survivor: "M-2".to_owned(), into: "M-3".to_owned() };
    assert_eq!(merged(&house, merging(4, 2)).await, Err(gone));
    assert_eq!(house.count("SELECT COUNT(*) FROM patient_merge").await, 3);
}

async fn what_changed_since_it_was_seen_is_not_merged(engine: &Engine) {
    let house = House::signed(engine);
    several(&house, 2).await;
    for seen in [(2, 1), (1, 2)] {
        assert_eq!(merged(&house, Merging { seen: Some(seen), ..merging(1, 2) }).await, Err(MergeRefusal::Changed), "{seen:?}");
    }
    assert_eq!(merged(&house, Merging { seen: Some((1, 1)), ..merging(1, 2) }).await, Ok(()));
}

async fn a_merge_is_undone_as_it_was_seen_and_once(engine: &Engine) {
    let house = House::signed(engine);
    several(&house, 2).await;
    let undo = async |seen: Option<PatientMergeId>| {
        let (by, confirmed_by) = ("person:three".to_owned(), "person:four".to_owned());
        let unmerging = Unmerging { seen, retired: id(1), by, confirmed_by, reason: "two people after all".to_owned() };
        act(&house, move |tx| Ok(unmerge_records(tx, &unmerging, actions::now())?.map(|merge| merge.id))).await
    };
    assert_eq!(undo(None).await, Err(UnmergeRefusal::NotMerged));
    merged(&house, merging(1, 2)).await.unwrap();
    let another = PatientMergeId::from_uuid(Uuid::from_u128(5));
    assert_eq!(undo(Some(another)).await, Err(UnmergeRefusal::Changed));
    assert_eq!(undo(Some(merging(1, 2).id)).await, Ok(merging(1, 2).id));
    assert_eq!(undo(Some(merging(1, 2).id)).await, Err(UnmergeRefusal::NotMerged), "once");
    assert_eq!(entry(&house, 1).await.merged_into, None);
}

async fn of_two_who_merge_crosswise_at_once_one_does(engine: &Engine) {
    let house = House::signed(engine);
    several(&house, 2).await;
    let (one, other) = tokio::join!(merged(&house, merging(1, 2)), merged(&house, merging(2, 1)));
    assert_eq!([&one, &other].iter().filter(|answer| answer.is_ok()).count(), 1, "{one:?} {other:?}");
    let (retired, survivor) = if one.is_ok() { ("M-1", "M-2") } else { ("M-2", "M-1") };
    let lost = if one.is_ok() { other } else { one };
    assert_eq!(lost, Err(MergeRefusal::SurvivorMerged { survivor: retired.to_owned(), into: survivor.to_owned() }));
    assert_eq!(house.count("SELECT COUNT(*) FROM patient WHERE merged_into IS NULL").await, 1);
}

/// Orders under the retired number come in while it is merged: each ends under the survivor, and finds back.
async fn orders_that_come_in_during_a_merge_follow_it_and_find_back(engine: &Engine) {
    let house = House::signed(engine);
    house.order("M-A", &["K"]).await;
    let retired = house.lab.store().read(|reader| patients::entry_by_number(reader, "M-A", "")).await.unwrap().unwrap().patient.id;
    registered(&house, record(2), Registration::default()).await.unwrap();
    let merging = Merging { retired, survivor: id(2), ..merging(1, 2) };
    let orders = async {
        for _ in 0..10 {
            house.order("M-A", &["K"]).await;
        }
    };
    let ((), merge) = tokio::join!(orders, merged(&house, merging));
    merge.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order o JOIN patient p ON p.id = o.patient_id WHERE p.mrn = 'M-2'").await, 11);
    let unmerging = Unmerging { seen: None, retired, by: String::new(), confirmed_by: String::new(), reason: "two".to_owned() };
    act(&house, move |tx| Ok(unmerge_records(tx, &unmerging, actions::now())?.map(|merge| merge.id))).await.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order o JOIN patient p ON p.id = o.patient_id WHERE p.mrn = 'M-A'").await, 11);
}
