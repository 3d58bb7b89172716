//! Rows that make no sense: set aside, named, never guessed, and never at the cost of their neighbours.

use crate::engine::Engine;
use crate::house::{House, orderer, request};
use crate::messages::{message, potassium};
use actions::views::{self, Page, ResultLine};
use std::time::{Duration, Instant};
use uuid::Uuid;

on_both!(
    an_impossible_result_is_set_aside_and_its_neighbours_are_shown,
    impossible_rows_end_no_page_early,
    a_page_of_nothing_but_impossible_rows_leads_on,
    a_task_closed_in_part_ends_no_page_early,
    a_result_without_readable_evidence_is_never_shown_as_passed,
    an_impossible_patient_stops_neither_filing_nor_other_orders,
);

async fn potassiums(house: &House, count: usize) -> Vec<String> {
    let containers = house.containers(count).await;
    for (number, container) in containers.iter().enumerate() {
        house.keep(&house.first, message(&[(container, &[potassium("4.1")])], number)).await;
    }
    house.file(&house.first).await;
    containers
}

/// All held results, page after page, and how many rows the pages said they left out.
async fn all_held(house: &House) -> (Vec<ResultLine>, usize) {
    let (mut lines, mut left_out, mut after) = (Vec::new(), 0, None);
    loop {
        let Page { rows, next, set_aside } =
            views::held_results(&house.lab, &kernel::Actor::System("test".to_owned()), after).await.unwrap();
        lines.extend(rows);
        left_out += set_aside;
        after = next;
        if after.is_none() {
            return (lines, left_out);
        }
    }
}

/// The store records impossible rows by itself, a moment after they were met.
async fn quarantined(house: &House, expected: i64) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while house.count("SELECT COUNT(*) FROM quarantine").await < expected {
        assert!(Instant::now() < deadline, "never recorded");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM quarantine").await, expected);
}

async fn an_impossible_result_is_set_aside_and_its_neighbours_are_shown(engine: &Engine) {
    let house = House::production(engine);
    potassiums(&house, 4).await;
    let (lines, _) = all_held(&house).await;
    let id = |at: usize| lines[at].examination.uuid();
    let changes = [
        ("UPDATE result SET verifier = 'rules:gates-1' WHERE examination_id = ?1", id(0)),
        ("UPDATE result SET value = 'four' WHERE examination_id = ?1", id(1)),
        (
            "UPDATE patient SET sex = 'X' WHERE id IN (SELECT o.patient_id FROM lab_order o JOIN container c ON c.order_id = o.id JOIN examination e ON e.container_id = c.id WHERE e.id = ?1)",
            id(2),
        ),
    ];
    for (change, id) in changes {
        assert_eq!(house.change(change, &[id]).await, 1);
    }
    for _ in 0..2 {
        let page = views::held_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap();
        assert_eq!((page.rows.len(), page.set_aside), (1, 3));
        assert_eq!(page.rows[0].examination, lines[3].examination);
        quarantined(&house, 3).await;
    }
    let broken = house.broken().await;
    let named = |id: Uuid| broken.iter().any(|(invariant, what)| *invariant == "quarantine" && what.contains(&id.to_string()));
    assert!((0..3).all(|at| named(id(at))), "{broken:?}");
}

async fn impossible_rows_end_no_page_early(engine: &Engine) {
    let house = House::production(engine);
    potassiums(&house, 120).await;
    let (lines, _) = all_held(&house).await;
    // The first of the first page, the last of it, and the one that only tells that there is more.
    for at in [0, 49, 50] {
        let id = lines[at].examination.uuid();
        assert_eq!(house.change("UPDATE result SET verifier = 'rules:gates-1' WHERE examination_id = ?1", &[id]).await, 1);
    }
    let (shown, left_out) = all_held(&house).await;
    assert_eq!((shown.len(), left_out), (117, 3));
    let expected: Vec<_> = lines.iter().enumerate().filter(|(at, _)| ![0, 49, 50].contains(at)).map(|(_, line)| line.examination).collect();
    assert_eq!(shown.iter().map(|line| line.examination).collect::<Vec<_>>(), expected);
}

async fn a_page_of_nothing_but_impossible_rows_leads_on(engine: &Engine) {
    let house = House::production(engine);
    potassiums(&house, 60).await;
    let (lines, _) = all_held(&house).await;
    for line in &lines[..55] {
        house.change("UPDATE result SET verifier = 'rules:gates-1' WHERE examination_id = ?1", &[line.examination.uuid()]).await;
    }
    let (shown, left_out) = all_held(&house).await;
    assert_eq!(left_out, 55);
    assert_eq!(
        shown.iter().map(|line| line.examination).collect::<Vec<_>>(),
        lines[55..].iter().map(|line| line.examination).collect::<Vec<_>>()
    );
}

async fn a_task_closed_in_part_ends_no_page_early(engine: &Engine) {
    let house = House::production(engine);
    let results: Vec<_> = (0..60).map(|_| potassium("4.1")).collect();
    house.keep(&house.first, message(&[("X", &results)], 1)).await;
    house.file(&house.first).await;
    let tasks = house.tasks().await;
    assert_eq!(house.change("UPDATE task SET closed_by = 'x' WHERE id = ?1", &[tasks[7].id.uuid()]).await, 1);
    let shown = house.tasks().await;
    assert_eq!(shown.len(), 59);
    assert!(shown.iter().all(|task| task.id != tasks[7].id));
}

async fn a_result_without_readable_evidence_is_never_shown_as_passed(engine: &Engine) {
    // Signed: with its evidence this result passed every gate.
    let house = House::signed(engine);
    let container = potassiums(&house, 1).await.remove(0);
    assert_eq!(house.results(&container).await[0].reasons, []);
    let said = "what the gates said of this result cannot be read; the row is in quarantine";
    for evidence in ["UPDATE assessment SET evidence = 'garbage'", "UPDATE assessment SET evidence = '{}'", "DELETE FROM assessment"] {
        assert_eq!(house.change(evidence, &[]).await, 1);
        let order =
            views::order_by_accession(&house.lab, &kernel::Actor::System("test".to_owned()), &house.results(&container).await[0].accession)
                .await
                .unwrap()
                .unwrap();
        let on_page = views::verified_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap().rows.remove(0);
        let on_order = order.examinations[0].result.clone().unwrap();
        for line in [house.results(&container).await.remove(0), on_page, on_order] {
            assert_eq!(line.reasons.len(), 1, "{evidence}");
            assert_eq!((line.reasons[0].words.as_str(), line.reasons[0].verdict.as_str()), (said, "held"), "{evidence}");
        }
    }
    assert!(house.broken().await.iter().any(|(invariant, _)| *invariant == "I2"));
}

async fn an_impossible_patient_stops_neither_filing_nor_other_orders(engine: &Engine) {
    let house = House::production(engine);
    let sick_row = house.container("M-1", &["K"]).await;
    let sound = house.container("M-2", &["K"]).await;
    assert_eq!(house.change("UPDATE patient SET birth_date = 'soon' WHERE mrn = 'M-1'", &[]).await, 1);
    house.keep(&house.first, message(&[(&sick_row, &[potassium("4.1")]), (&sound, &[potassium("4.2")])], 1)).await;
    assert_eq!(house.file(&house.first).await, 1);
    assert_eq!(house.results(&sound).await.len(), 1);
    assert_eq!(house.tasks().await.len(), 1, "whose it is cannot be read: a person must look");
    quarantined(&house, 1).await;
    let refused = actions::place_order(&house.lab, &orderer(), actions::new_command(), request("M-1", &["K"])).await;
    let words = refused.unwrap_err().to_string();
    assert!(words.contains("birth_date"), "{words}");
    quarantined(&house, 2).await;
    house.order("M-2", &["NA"]).await;
}

/// Text that is no text: only SQLite takes it.
#[tokio::test]
async fn a_page_of_lookings_that_make_no_sense_leads_on() {
    let engine = Engine::sqlite();
    let house = House::production(&engine);
    house.container("M-1", &["K"]).await;
    let add = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO access (id, at, actor, what, subject, patient_id)
        SELECT randomblob(16), i, CASE i WHEN 1 THEN 'system:first' ELSE CAST(x'ff' AS TEXT) END, 'order', 'x', p.id FROM n, patient p";
    assert_eq!(house.change(add, &[]).await, 1200);
    let seen = actions::who_saw(house.lab.store(), "M-1", None).await.unwrap().unwrap();
    assert_eq!(seen.lookings.iter().map(|looking| looking.by.as_str()).collect::<Vec<_>>(), ["system:first"]);
    assert_eq!(seen.next, None);
}

/// A patient behind thousands whose rows make no sense is looked for all the same.
#[tokio::test]
async fn a_log_is_swept_for_patients_behind_those_that_make_no_sense() {
    let engine = Engine::sqlite();
    let house = House::production(&engine);
    let add = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4500) INSERT INTO patient (id, mrn, family_name, given_name,
        birth_date, sex, created_at) SELECT CAST(CASE i WHEN 4500 THEN x'ff' ELSE x'00' END || randomblob(15) AS BLOB), 'MRN-' || (70000 + i),
        CASE i WHEN 4500 THEN 'Quillfeather' ELSE CAST(x'ff' AS TEXT) END, 'x', '', 'U', 1 FROM n";
    assert_eq!(house.change(add, &[]).await, 4500);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    std::fs::write(&log, "quiet\nrefused: Quillfeather, as typed\n").unwrap();
    let checked = actions::check_log(house.lab.store(), &log, &store::Cancel::default()).await.unwrap();
    let found: Vec<_> = checked.broken.iter().map(|broken| broken.what.rsplit('/').next().unwrap()).collect();
    assert_eq!(found, ["log, line 2: a patient's family name stands there"]);
}
