//! One potassium, from kept bytes to verified or held with its reasons.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::{message, potassium};
use actions::views::{self, ResultLine};

on_both!(
    a_potassium_verifies_itself_in_the_demonstration,
    the_same_potassium_waits_in_production_while_nobody_signed,
    a_signed_edition_lets_it_verify_itself_in_production,
    critical_values_wait_with_the_limit_in_words,
    another_patient_named_by_the_analyser_is_blocked,
    two_containers_in_one_message_each_get_their_own,
    the_page_of_a_transmission_shows_what_came_of_it,
    whatever_characters_a_device_sends_nothing_is_lost,
);

/// Verdict and words of the reasons, gravest first.
fn reasons(line: &ResultLine) -> Vec<(&str, &str, &str)> {
    line.reasons.iter().map(|reason| (reason.gate.as_str(), reason.verdict.as_str(), reason.words.as_str())).collect()
}

const UNSIGNED: (&str, &str, &str) =
    ("Critical limit", "not established", "edition starting-2026-11d of the critical limits is not signed by a laboratory director");

async fn one_potassium(house: &House, value: &str) -> ResultLine {
    let container = house.container("M-1", &["K"]).await;
    house.measure(&container, &[potassium(value)], 1).await;
    let mut results = house.results(&container).await;
    assert_eq!(results.len(), 1);
    results.remove(0)
}

async fn a_potassium_verifies_itself_in_the_demonstration(engine: &Engine) {
    let house = House::demonstration(engine);
    let line = one_potassium(&house, "4.12").await;
    assert!(!line.held && !line.critical);
    assert_eq!(line.verifier.as_deref(), Some("rules:gates-3"));
    assert!(line.verified_at.is_some());
    // Printed to the catalogue's one decimal, kept as sent.
    assert_eq!(
        (line.reported.as_str(), line.unit.as_str(), line.sent.as_str(), line.sent_unit.as_str()),
        ("4.1", "mmol/L", "4.12", "mmol/L")
    );
    assert_eq!((line.test.as_str(), line.test_name.as_str(), line.version), ("K", "Potassium", 1));
    assert_eq!((line.patient.mrn.as_str(), line.patient.family_name.as_str()), ("M-1", "Lovelace"));
    assert_eq!(line.gates, "gates-3, starting-2026-11d");
    assert_eq!(reasons(&line), [UNSIGNED]);
    assert_eq!(house.tasks().await.len(), 0);
    let verified = views::verified_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap();
    assert_eq!((verified.rows.len(), verified.next, verified.set_aside), (1, None, 0));
    assert!(views::held_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap().rows.is_empty());
    assert_eq!(house.broken().await, []);
}

async fn the_same_potassium_waits_in_production_while_nobody_signed(engine: &Engine) {
    let house = House::production(engine);
    let line = one_potassium(&house, "4.12").await;
    assert!(line.held && !line.critical);
    assert_eq!((line.verifier.clone(), line.verified_at), (None, None));
    assert_eq!(reasons(&line), [UNSIGNED]);
    assert_eq!(views::held_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap().rows.len(), 1);
    assert!(views::verified_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap().rows.is_empty());
    assert_eq!(house.broken().await, []);
}

async fn a_signed_edition_lets_it_verify_itself_in_production(engine: &Engine) {
    let house = House::signed(engine);
    let line = one_potassium(&house, "4.12").await;
    assert!(!line.held);
    assert_eq!(line.reasons, []);
    assert_eq!(line.gates, "gates-3, signed-2026-11");
}

async fn critical_values_wait_with_the_limit_in_words(engine: &Engine) {
    let house = House::signed(engine);
    // Limits of an adult: 2.8 and 6.2 mmol/L; at the limit is not beyond it.
    let values = [
        ("2.7", Some("2.7 is below the critical limit 2.8")),
        ("2.8", None),
        ("6.2", None),
        ("6.3", Some("6.3 is above the critical limit 6.2")),
    ];
    for (at, (value, expected)) in values.into_iter().enumerate() {
        let container = house.container("M-1", &["K"]).await;
        house.measure(&container, &[potassium(value)], at).await;
        let line = house.results(&container).await.remove(0);
        assert_eq!((line.held, line.critical), (expected.is_some(), expected.is_some()), "{value}");
        let words: Vec<_> = expected.into_iter().map(|words| ("Critical limit", "held", words)).collect();
        assert_eq!(reasons(&line), words, "{value}");
    }
}

async fn another_patient_named_by_the_analyser_is_blocked(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let content = message(&[(&container, &[potassium("4.1")])], 1);
    let content = String::from_utf8(content).unwrap().replace("P|1||\r", "P|1||M-2\r").into_bytes();
    house.keep(&house.first, content).await;
    house.file(&house.first).await;
    let line = house.results(&container).await.remove(0);
    assert!(line.held);
    assert_eq!(reasons(&line), [("Identity", "blocked", "the analyser names patient M-2, the container belongs to patient M-1")]);
}

async fn two_containers_in_one_message_each_get_their_own(engine: &Engine) {
    let house = House::signed(engine);
    let one = house.container("M-1", &["K", "NA"]).await;
    let other = house.container("M-2", &["K"]).await;
    let kept =
        house.keep(&house.first, message(&[(&one, &[potassium("4.1"), ("989", "140", "mmol/L")]), (&other, &[potassium("3.9")])], 1)).await;
    house.file(&house.first).await;
    let said = |lines: Vec<ResultLine>| lines.into_iter().map(|line| (line.test, line.reported, line.patient.mrn)).collect::<Vec<_>>();
    let expected = |test: &str, value: &str, mrn: &str| (test.to_owned(), value.to_owned(), mrn.to_owned());
    assert_eq!(said(house.results(&one).await), [expected("K", "4.1", "M-1"), expected("NA", "140", "M-1")]);
    assert_eq!(said(house.results(&other).await), [expected("K", "3.9", "M-2")]);
    let view = views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), kept.id).await.unwrap().unwrap();
    assert_eq!(view.results.len(), 3);
}

async fn the_page_of_a_transmission_shows_what_came_of_it(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let content = message(&[(&container, &[potassium("4.1"), ("717", "90", "mg/dL")])], 1);
    let received = house.received(content);
    let wire = received.wire.clone();
    let kept = actions::keep_transmission(&house.lab, &house.first, received).await.unwrap();
    let before = views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), kept.id).await.unwrap().unwrap();
    assert_eq!((before.filing, before.results.len(), before.tasks.len()), (views::FilingState::Waiting, 0, 0));
    house.file(&house.first).await;
    let after = views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), kept.id).await.unwrap().unwrap();
    assert!(matches!(after.filing, views::FilingState::Filed(_)), "{:?}", after.filing);
    assert_eq!((after.link.as_str(), after.arrival, after.duplicate_of), ("c111", 1, None));
    assert_eq!(after.raw, wire, "the frames as they came");
    assert_eq!((after.results.len(), after.tasks.len()), (1, 1));
    assert_eq!(
        views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), kernel::TransmissionId::from_uuid(uuid::Uuid::nil()))
            .await
            .unwrap()
            .map(|_| ()),
        None
    );
    let health = views::health(&house.lab).await.unwrap();
    assert_eq!((health.unfiled, health.links[0].kept, health.links[1].kept), (0, 1, 0));
}

async fn whatever_characters_a_device_sends_nothing_is_lost(engine: &Engine) {
    let house = House::signed(engine);
    let mut sent = 0;
    // NUL, a character of four bytes, a lone continuation byte, and each of them in every field that is read.
    for odd in ["\0", "\u{1F9EA}", "\u{1}", "\u{202e}"] {
        for field in 0..8 {
            let container = house.container("M-1", &["K"]).await;
            let mut parts = ["P", &container, "990", "4.1", "mmol/L", "N", "20261121131700", "0"].map(str::to_owned);
            parts[field].push_str(odd);
            let [patient, specimen, code, value, unit, flag, time, alarm] = parts;
            let patient = if field == 0 { patient } else { String::new() };
            let content = format!(
                "H|\\^&|||c111\rP|1||{patient}\rO|1||{specimen}^^{sent}||S||||||N\r\
                 R|1|^^^{code}|{value}|{unit}||{flag}||F||$SYS$||{time}\rC|1|I|{alarm}|I\rL|1|N\r"
            );
            house.keep(&house.first, content.into_bytes()).await;
            assert_eq!(house.file(&house.first).await, 1);
            sent += 1;
            let came = house.count("SELECT COUNT(DISTINCT transmission_id) FROM (SELECT transmission_id FROM result UNION ALL SELECT transmission_id FROM task) AS t").await;
            assert_eq!(came, sent, "field {field} with {odd:?}");
        }
    }
    // Bytes that are no UTF-8 at all.
    let container = house.container("M-1", &["K"]).await;
    let mut content = message(&[(&container, &[potassium("4.1")])], 1_000);
    let at = content.windows(6).position(|window| window == b"mmol/L").unwrap();
    content[at] = 0xFF;
    house.keep(&house.first, content).await;
    assert_eq!(house.file(&house.first).await, 1);
    assert!(house.results(&container).await[0].held, "a unit that cannot be read is no unit");
    assert_eq!(house.broken().await, []);
}
