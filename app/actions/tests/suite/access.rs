//! Who saw what: noted with every view of a patient, written as one command, under the journal like everything else.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::{message, potassium};
use actions::{views, who_saw};
use kernel::{Actor, StaffId};

on_both!(every_view_of_a_patient_is_noted, what_nobody_saw_is_not);

fn person(number: u128) -> Actor {
    Actor::Person(StaffId::from_uuid(uuid::Uuid::from_u128(number)))
}

async fn seen(house: &House, mrn: &str) -> Vec<(String, String)> {
    house.lab.write_access_log().await.unwrap();
    who_saw(house.lab.store(), mrn, None).await.unwrap().unwrap().lookings.into_iter().map(|looking| (looking.by, looking.what)).collect()
}

async fn every_view_of_a_patient_is_noted(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    house.container("M-2", &["K"]).await;
    let kept = house.keep(&house.first, message(&[(&container, &[potassium("4.1")])], 1)).await;
    house.file(&house.first).await;
    let [one, two, three, four] = [1, 2, 3, 4].map(person);
    let line = views::results_of_container(&house.lab, &one, &container).await.unwrap().remove(0);
    views::order_by_accession(&house.lab, &two, &line.accession).await.unwrap().unwrap();
    views::verified_results(&house.lab, &three, None).await.unwrap();
    views::transmission(&house.lab, &four, kept.id).await.unwrap().unwrap();
    // Again at once is the same looking.
    views::order_by_accession(&house.lab, &two, &line.accession).await.unwrap().unwrap();
    let mut expected: Vec<(String, String)> = [(&one, "container"), (&two, "order"), (&three, "results"), (&four, "transmission")]
        .map(|(by, what)| (by.to_string(), what.to_owned()))
        .into();
    let mut found = seen(&house, "M-1").await;
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    assert_eq!(seen(&house, "M-2").await, []);
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'note_access'").await, 1, "together");
    assert_eq!(house.count("SELECT COUNT(*) FROM access WHERE patient_id IS NULL AND what = 'transmission'").await, 1);
}

async fn what_nobody_saw_is_not(engine: &Engine) {
    let house = House::signed(engine);
    views::order_by_accession(&house.lab, &person(1), "26-000099-1").await.unwrap();
    views::held_results(&house.lab, &person(1), None).await.unwrap();
    house.lab.write_access_log().await.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM access").await, 0);
}
