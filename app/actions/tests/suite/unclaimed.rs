//! What nobody ordered becomes a task with its raw line and its owner.

use crate::engine::Engine;
use crate::house::{House, OWNER};
use crate::messages::{content, header, message, order, potassium, result_record};
use actions::views::TaskLine;
use instruments::Driver;
use kernel::{RawLine, Reading, ReadingKind, Trouble, Zone};

on_both!(
    every_kind_of_unclaimed_reading_becomes_a_task,
    a_calibration_becomes_a_task,
    the_same_test_twice_in_one_message_is_one_result_and_one_task,
    what_cannot_be_read_becomes_a_task_beside_what_can,
);

async fn only_task(house: &House) -> TaskLine {
    let mut tasks = house.tasks().await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    tasks.remove(0)
}

async fn every_kind_of_unclaimed_reading_becomes_a_task(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let cases = [
        ("Q", container.as_str(), potassium("4.1"), "a control; no control plan is established for it yet".to_owned()),
        ("N", "", potassium("4.1"), "the analyser sent no specimen identification".to_owned()),
        ("N", "B0000001X", potassium("4.1"), "no container carries the code “B0000001X”".to_owned()),
        ("N", &container, ("777", "1.5", "mg/dL"), "the analyser's code 777 is mapped to no test".to_owned()),
        ("N", &container, ("989", "140", "mmol/L"), format!("NA was not ordered on container {container}")),
    ];
    for (at, (action, specimen, result, words)) in cases.into_iter().enumerate() {
        let record = result_record(1, result);
        let records = [header("P"), "P|1||".to_owned(), order(1, specimen, at, action), record.clone(), "L|1|N".to_owned()];
        let kept = house.keep(&house.first, content(&records)).await;
        house.file(&house.first).await;
        let task = only_task(&house).await;
        assert_eq!((task.kind.as_str(), task.raw_line.as_str(), task.owner.as_str()), ("unclaimed", record.as_str(), OWNER));
        assert_eq!((task.link.as_str(), task.transmission, task.row_version), ("c111", Some(kept.id), 1));
        let (code, value, unit) = result;
        assert_eq!(task.why, format!("{code} {value} {unit} (specimen “{specimen}”): {words}"));
        let closed = actions::close_task(&house.lab, &crate::house::orderer(), actions::new_command(), task.id, 1, "looked at").await;
        closed.unwrap();
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM result").await, 0);
    assert_eq!(house.broken().await, []);
}

fn calibrations(_: &lis2::Message<'_>, _: &Zone) -> (Vec<Reading>, Vec<Trouble>) {
    let line = RawLine { number: 4, text: "R|1|^^^990|1.02||".to_owned() };
    let reading = Reading {
        kind: ReadingKind::Calibration,
        specimen: "CAL1".to_owned(),
        code: "990".to_owned(),
        sent: "1.02".to_owned(),
        unit: String::new(),
        flags: Vec::new(),
        stated_at: None,
        line,
        patient: None,
        details: Vec::new(),
    };
    (vec![reading], Vec::new())
}

static CALIBRATING: Driver = Driver { name: "calibrating", title: "A calibrator", protocol: "lis2", read: calibrations };

async fn a_calibration_becomes_a_task(engine: &Engine) {
    let house = House::signed(engine);
    let analyser = house.read_by(&CALIBRATING);
    house.keep(&analyser, message(&[("CAL1", &[potassium("1.02")])], 1)).await;
    house.file(&analyser).await;
    let task = only_task(&house).await;
    assert_eq!(task.raw_line, "R|1|^^^990|1.02||");
    assert_eq!(task.why, "990 1.02 (specimen “CAL1”): a calibration; no calibration record is established for it yet");
}

async fn the_same_test_twice_in_one_message_is_one_result_and_one_task(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    house.measure(&container, &[potassium("4.1"), potassium("4.3")], 1).await;
    let results = house.results(&container).await;
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].reported, "4.1", "the first stands");
    let task = only_task(&house).await;
    assert_eq!(task.raw_line, result_record(2, potassium("4.3")));
    assert!(task.why.ends_with(&format!("K on container {container} has a result already")), "{}", task.why);
    // So does a repeat in a later message, and another code of the same test.
    house.measure(&container, &[potassium("4.4")], 2).await;
    assert_eq!((house.results(&container).await.len(), house.tasks().await.len()), (1, 2));
    assert_eq!(house.broken().await, []);
}

async fn what_cannot_be_read_becomes_a_task_beside_what_can(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K", "NA"]).await;
    let not_measured = ("989", "-----", "mmol/L");
    house.measure(&container, &[not_measured, potassium("4.1")], 1).await;
    assert_eq!(house.results(&container).await.len(), 1);
    let task = only_task(&house).await;
    assert_eq!((task.kind.as_str(), task.owner.as_str()), ("unreadable", OWNER));
    assert_eq!(task.raw_line, result_record(1, not_measured));
    assert!(task.why.contains("989 was not measured"), "{}", task.why);
}
