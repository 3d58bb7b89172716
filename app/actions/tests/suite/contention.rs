//! Two at the same moment: exactly one wins, and nothing is doubled or lost.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::{message, potassium};
use actions::{Analyser, InTray, file_next};
use std::collections::BTreeSet;

on_both!(
    two_filers_of_one_link_double_nothing,
    two_links_with_one_examination_make_one_result_and_one_task,
    the_same_message_kept_twice_at_once_is_one_original,
    results_on_one_container_from_many_messages_at_once_all_arrive,
);

async fn two_filers_of_one_link_double_nothing(engine: &Engine) {
    let house = House::signed(engine);
    let containers = house.containers(20).await;
    for (counter, container) in containers.iter().enumerate() {
        house.keep(&house.first, message(&[(container, &[potassium("4.1"), ("777", "1", "mg/dL")])], counter)).await;
    }
    // As in another process, which knows nothing of what this one kept.
    let elsewhere = Analyser { in_tray: InTray::default(), ..house.first.clone() };
    let (one, other) = tokio::join!(house.file(&house.first), house.file(&elsewhere));
    assert!(one >= 16 && other >= 16, "both saw the same work: {one} and {other}");
    for container in &containers {
        assert_eq!(house.results(container).await.len(), 1);
    }
    assert_eq!(house.tasks().await.len(), 20);
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'file_readings' AND accepted = 1").await, 20);
    assert_eq!(house.broken().await, []);
}

async fn two_links_with_one_examination_make_one_result_and_one_task(engine: &Engine) {
    let house = House::signed(engine);
    for counter in 0..20 {
        let container = house.container(&format!("M-{counter}"), &["K"]).await;
        house.keep(&house.first, message(&[(&container, &[potassium("4.1")])], counter)).await;
        house.keep(&house.second, message(&[(&container, &[potassium("4.9")])], counter)).await;
        let (one, other) = tokio::join!(file_next(&house.lab, &house.first), file_next(&house.lab, &house.second));
        assert_eq!((one.unwrap(), other.unwrap()), (1, 1));
        let results = house.results(&container).await;
        assert_eq!(results.len(), 1);
        let tasks = house.tasks().await;
        assert_eq!(tasks.len(), counter + 1);
        let task = tasks.last().unwrap();
        assert!(task.why.ends_with("has a result already"), "{}", task.why);
        let (won, lost) = if results[0].reported == "4.1" { ("4.1", "4.9") } else { ("4.9", "4.1") };
        assert_eq!(results[0].reported, won);
        assert!(task.raw_line.contains(&format!("|{lost}|")), "{}", task.raw_line);
    }
    assert_eq!(house.broken().await, []);
}

async fn the_same_message_kept_twice_at_once_is_one_original(engine: &Engine) {
    let house = House::signed(engine);
    for counter in 0..20 {
        let content = message(&[("X", &[potassium("4.1")])], counter);
        let (one, other) = tokio::join!(house.keep(&house.first, content.clone()), house.keep(&house.first, content.clone()));
        let originals: Vec<_> = [one, other].into_iter().filter(|kept| kept.duplicate_of.is_none()).collect();
        assert_eq!(originals.len(), 1);
        let repeat = if one == originals[0] { other } else { one };
        assert_eq!(repeat.duplicate_of, Some(originals[0].id));
    }
    house.file(&house.first).await;
    assert_eq!(house.tasks().await.len(), 20);
    assert_eq!(house.broken().await, []);
}

async fn results_on_one_container_from_many_messages_at_once_all_arrive(engine: &Engine) {
    let house = House::signed(engine);
    let tests =
        [("K", "990", "4.1", "mmol/L"), ("NA", "989", "140", "mmol/L"), ("CL", "991", "100", "mmol/L"), ("TP", "678", "7.1", "g/dL")];
    let container = house.container("M-1", &tests.map(|(test, ..)| test)).await;
    for (counter, (_, code, value, unit)) in tests.into_iter().enumerate() {
        let analyser = if counter % 2 == 0 { &house.first } else { &house.second };
        house.keep(analyser, message(&[(&container, &[(code, value, unit)])], counter)).await;
    }
    tokio::join!(house.file(&house.first), house.file(&house.second));
    let arrived: BTreeSet<String> = house.results(&container).await.into_iter().map(|line| line.test).collect();
    assert_eq!(arrived, tests.map(|(test, ..)| test.to_owned()).into());
    assert_eq!(house.tasks().await.len(), 0);
}
