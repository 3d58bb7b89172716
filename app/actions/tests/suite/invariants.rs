//! `check`: silent on a sound database, and each thing that does not hold is named with its row.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::{message, potassium};
use actions::Kept;

on_both!(
    a_busy_day_leaves_nothing_to_find,
    bytes_that_were_changed_are_found,
    bytes_that_are_gone_are_found,
    a_filed_message_without_trace_is_found,
    a_message_the_journal_does_not_know_is_found,
    what_waits_to_be_filed_and_is_no_message_is_found,
    a_result_of_an_unfiled_message_is_found,
    a_result_of_a_repeat_is_found,
    a_result_without_assessment_is_found,
    what_names_something_that_is_not_there_is_found,
    a_repeat_that_repeats_nothing_is_found,
    a_missing_version_is_found,
    a_torn_state_is_found,
    many_faults_are_found_behind_each_other,
);

/// A laboratory with one result, and the message it came in.
async fn with_a_result(engine: &Engine) -> (House, Kept) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let kept = house.measure(&container, &[potassium("4.1")], 1).await;
    assert_eq!(house.broken().await, []);
    (house, kept)
}

/// Exactly these are found: the invariant, and the row named.
async fn finds(house: &House, expected: &[(&str, String)]) {
    let broken = house.broken().await;
    assert_eq!(broken.len(), expected.len(), "{broken:?}");
    for (invariant, row) in expected {
        assert!(broken.iter().any(|(found, what)| found == invariant && what.contains(row.as_str())), "{invariant} {row}: {broken:?}");
    }
}

async fn examination(house: &House) -> String {
    let page = actions::views::verified_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap();
    page.rows[0].examination.to_string()
}

async fn a_busy_day_leaves_nothing_to_find(engine: &Engine) {
    let house = House::production(engine);
    for counter in 0..30 {
        let container = house.container(&format!("M-{counter}"), &["K", "NA"]).await;
        let content = message(
            &[(&container, &[potassium("4.1"), ("989", "140", "mmol/L"), ("777", "1", "")]), ("NOBODY", &[potassium("7")])],
            counter,
        );
        house.keep(&house.first, content.clone()).await;
        house.keep(&house.first, content.clone()).await;
        let cut = house.received(content[..60 + counter].to_vec());
        actions::keep_incomplete(&house.lab, &house.first, cut, "the connection closed").await.unwrap();
    }
    // Before and after filing.
    assert_eq!(house.broken().await, []);
    assert_eq!(house.file(&house.first).await, 30);
    assert_eq!(house.broken().await, []);
}

async fn bytes_that_were_changed_are_found(engine: &Engine) {
    let (house, kept) = with_a_result(engine).await;
    let content = message(&[("OTHER", &[potassium("4.2")])], 2);
    let other = house.keep(&house.first, content).await;
    let swap = "UPDATE transmission_bytes SET raw = (SELECT b.raw FROM transmission_bytes b WHERE b.transmission_id = ?2) WHERE transmission_id = ?1";
    assert_eq!(house.change(swap, &[kept.id.uuid(), other.id.uuid()]).await, 1);
    finds(&house, &[("I3", kept.id.to_string())]).await;
}

async fn bytes_that_are_gone_are_found(engine: &Engine) {
    let (house, kept) = with_a_result(engine).await;
    assert_eq!(house.change("DELETE FROM transmission_bytes", &[]).await, 1);
    finds(&house, &[("I1", kept.id.to_string())]).await;
}

async fn a_filed_message_without_trace_is_found(engine: &Engine) {
    let (house, _) = with_a_result(engine).await;
    let lost = house.keep(&house.first, message(&[("X", &[potassium("4.1")])], 2)).await;
    assert_eq!(house.change("DELETE FROM unfiled WHERE transmission_id = ?1", &[lost.id.uuid()]).await, 1);
    finds(&house, &[("I1", lost.id.to_string())]).await;
}

async fn a_message_the_journal_does_not_know_is_found(engine: &Engine) {
    let (house, kept) = with_a_result(engine).await;
    assert_eq!(house.change("DELETE FROM journal WHERE act = 'keep_and_file'", &[]).await, 1);
    finds(&house, &[("I2", kept.id.to_string())]).await;
}

async fn what_waits_to_be_filed_and_is_no_message_is_found(engine: &Engine) {
    let (house, _) = with_a_result(engine).await;
    let stranger = uuid::Uuid::from_u128(9);
    let waits = "INSERT INTO unfiled (link, arrival, transmission_id) SELECT link, 99, ?1 FROM transmission";
    assert_eq!(house.change(waits, &[stranger]).await, 1);
    finds(&house, &[("I1", stranger.to_string())]).await;
}

async fn a_result_of_an_unfiled_message_is_found(engine: &Engine) {
    let (house, _) = with_a_result(engine).await;
    let examination = examination(&house).await;
    assert_eq!(
        house.change("INSERT INTO unfiled (link, arrival, transmission_id) SELECT link, arrival, id FROM transmission", &[]).await,
        1
    );
    finds(&house, &[("I2", examination)]).await;
}

async fn a_result_of_a_repeat_is_found(engine: &Engine) {
    let (house, kept) = with_a_result(engine).await;
    let examination = examination(&house).await;
    let repeat = "INSERT INTO transmission (id, link, arrival, received_at, content_hash, duplicate_of) SELECT ?1, link, 99, received_at, content_hash, id FROM transmission WHERE id = ?2";
    let id = uuid::Uuid::from_u128(9);
    assert_eq!(house.change(repeat, &[id, kept.id.uuid()]).await, 1);
    assert_eq!(house.change("UPDATE result SET transmission_id = ?1", &[id]).await, 1);
    let broken = house.broken().await;
    assert!(broken.iter().any(|(invariant, what)| *invariant == "I2" && what.contains(&examination)), "{broken:?}");
}

async fn a_result_without_assessment_is_found(engine: &Engine) {
    let (house, kept) = with_a_result(engine).await;
    let examination = examination(&house).await;
    assert_eq!(house.change("DELETE FROM assessment", &[]).await, 1);
    finds(&house, &[("I1", kept.id.to_string()), ("I2", examination)]).await;
}

/// No foreign key holds what every message writes: `check` must.
async fn what_names_something_that_is_not_there_is_found(engine: &Engine) {
    let (house, _) = with_a_result(engine).await;
    house.measure("X", &[potassium("4.1")], 2).await;
    let examination = examination(&house).await;
    let task = house.tasks().await.remove(0).id.to_string();
    assert_eq!(house.change("UPDATE task SET transmission_id = ?1", &[uuid::Uuid::from_u128(1)]).await, 1);
    finds(&house, &[("I2", task.clone())]).await;
    assert_eq!(house.change("DELETE FROM examination", &[]).await, 1);
    finds(&house, &[("I2", task), ("I2", examination)]).await;
}

async fn a_repeat_that_repeats_nothing_is_found(engine: &Engine) {
    let (house, original) = with_a_result(engine).await;
    let content = message(&[("X", &[potassium("4.1")])], 2);
    house.keep(&house.first, content.clone()).await;
    let repeat = house.keep(&house.first, content).await;
    let changes = [
        ("UPDATE transmission SET duplicate_of = ?2 WHERE id = ?1", original.id.uuid()),
        ("UPDATE transmission SET duplicate_of = ?2 WHERE id = ?1", uuid::Uuid::from_u128(1)),
        ("UPDATE transmission SET duplicate_of = ?2 WHERE id = ?1", repeat.id.uuid()),
    ];
    for (change, of) in changes {
        assert_eq!(house.change(change, &[repeat.id.uuid(), of]).await, 1);
        finds(&house, &[("I3", repeat.id.to_string())]).await;
    }
}

async fn a_missing_version_is_found(engine: &Engine) {
    let (house, _) = with_a_result(engine).await;
    let examination = examination(&house).await;
    for version in ["UPDATE result SET version = 2", "UPDATE result SET version = 0"] {
        assert_eq!(house.change(version, &[]).await, 1);
        finds(&house, &[("I4", examination.clone())]).await;
    }
}

async fn a_torn_state_is_found(engine: &Engine) {
    let (house, _) = with_a_result(engine).await;
    let examination = examination(&house).await;
    let torn = [
        ("UPDATE result SET verifier = NULL", "UPDATE result SET verifier = 'rules:gates-1'"),
        ("UPDATE result SET state = 'held'", "UPDATE result SET state = 'verified'"),
        ("UPDATE result SET state = 'lost'", "UPDATE result SET state = 'verified'"),
        ("UPDATE result SET value = ''", "UPDATE result SET value = '4.1'"),
    ];
    for (tear, mend) in torn {
        assert_eq!(house.change(tear, &[]).await, 1);
        finds(&house, &[("I5", examination.clone())]).await;
        assert_eq!(house.change(mend, &[]).await, 1);
    }
}

async fn many_faults_are_found_behind_each_other(engine: &Engine) {
    // More messages than are read at once, with faults in the first and in the last.
    let house = House::signed(engine);
    let mut kept = Vec::new();
    for counter in 0..230 {
        kept.push(house.keep(&house.first, message(&[("X", &[potassium("4.1")])], counter)).await.id);
    }
    kept.sort_unstable_by_key(|id| id.uuid());
    for id in [kept[0], kept[229]] {
        let swap = "UPDATE transmission_bytes SET raw = (SELECT b.raw FROM transmission_bytes b WHERE b.transmission_id = ?2) WHERE transmission_id = ?1";
        assert_eq!(house.change(swap, &[id.uuid(), kept[100].uuid()]).await, 1);
    }
    finds(&house, &[("I3", kept[0].to_string()), ("I3", kept[229].to_string())]).await;
}
