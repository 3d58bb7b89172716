//! Orders over MLLP: placed, repeated, cancelled, changed, held, replaced; each message as a whole or not at all.

use crate::engine::Engine;
use crate::hl7_hospital::{Hospital, Sender, text};
use actions::{Hl7Link, RepeatedOrder};
use kernel::Realm;

on_both!(
    an_order_is_placed_and_answered_with_accession_and_container_codes,
    orders_of_one_group_share_an_accession_and_others_do_not,
    collection_details_priority_answers_and_requester_are_kept,
    the_same_number_again_is_refused_or_answered_as_before,
    an_unknown_code_is_refused_with_a_task_and_nothing_is_placed,
    a_message_is_taken_as_a_whole_or_not_at_all,
    an_order_is_cancelled_and_its_container_is_not_collected,
    what_was_collected_or_measured_is_not_cancelled_and_says_why,
    an_order_is_held_released_changed_and_noted,
    an_order_is_replaced,
    an_order_of_another_patient_is_not_touched,
    a_patient_who_differs_from_the_record_is_a_task_and_keeps_the_facts,
    an_order_message_sent_again_places_nothing_again,
);

fn order_message(kind: &str, number: &str, rest: &str) -> String {
    format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||{kind}|{number}|P|2.5.1\nPID|1||4711^^^HOSP^MR||Lovelace^Ada||19151210|F\n{rest}")
}

fn orm(number: &str, rest: &str) -> String {
    order_message("ORM^O01", number, rest)
}

fn oml(number: &str, rest: &str) -> String {
    order_message("OML^O21", number, rest)
}

const EXAMINATIONS: &str = "SELECT p.number || ' ' || e.test || CASE WHEN e.cancelled_at IS NULL THEN '' ELSE ' cancelled' END || CASE WHEN e.held_at IS NULL THEN '' ELSE ' held' END FROM examination e JOIN placer_order p ON p.id = e.placer_order_id ORDER BY p.number, e.test";
const ACCESSIONS: &str = "SELECT accession FROM lab_order ORDER BY accession";
const CODES: &str = "SELECT code FROM container ORDER BY code";

/// The segments of an answer that begin with this.
fn segments<'a>(answer: &'a str, name: &str) -> Vec<&'a str> {
    answer.split('\r').filter(|segment| segment.starts_with(name)).collect()
}

async fn an_order_is_placed_and_answered_with_accession_and_container_codes(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut watching = hospital.lab.orders_placed();
    let mut sender = Sender::connect(hospital.address).await;
    let answer = sender.ask(&orm("1", "ORC|NW|P-1^HIS\nOBR|1|P-1^HIS||K^Potassium^L")).await;
    assert!(
        answer.starts_with("MSH|^~\\&|LIS|LAB|HIS|HOSP|") && answer.contains("|ORR^O02^ORR_O02|") && answer.contains("MSA|AA|1\r"),
        "{answer}"
    );
    let (accession, code) = (text(&hospital, ACCESSIONS).await.remove(0), text(&hospital, CODES).await.remove(0));
    assert_eq!(segments(&answer, "ORC"), [format!("ORC|OK|P-1^HIS|{accession}^BENCHSIDE")]);
    assert_eq!(segments(&answer, "OBR"), [format!("OBR|1|P-1^HIS|{accession}^BENCHSIDE|K^Potassium^L||||||||||||||||{code}")]);
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 K"]);
    assert_eq!(text(&hospital, "SELECT mrn || ' ' || family_name || ' ' || birth_date FROM patient").await, ["4711 Lovelace 1915-12-10"]);
    assert_eq!(text(&hospital, "SELECT source FROM requisition").await, ["his"]);
    // Whoever watches for orders sees it, as from a page.
    assert_eq!(watching.try_recv().unwrap().accession, accession);
    hospital.is_sound().await;
}

async fn orders_of_one_group_share_an_accession_and_others_do_not(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    // LOINC 2951-2 is our NA; ELEC is a panel of NA, K, CL and CO2.
    let answer = sender
        .ask(&oml("1", "ORC|NW|P-1||G1\nOBR|1|P-1||2951-2^Sodium^LN\nORC|NW|P-2||G1\nOBR|2|P-2||99^Potassium^HIS^K^Potassium^L\nORC|NW|P-3||G2\nOBR|3|P-3||CREA\nORC|NW|P-4||G1\nOBR|4|P-4||ELEC"))
        .await;
    assert!(answer.contains("|ORL^O22^ORL_O22|") && answer.contains("MSA|AA|1"), "{answer}");
    let fillers: Vec<&str> = segments(&answer, "ORC").iter().map(|orc| orc.split('|').nth(3).unwrap()).collect();
    assert_eq!(fillers[0], fillers[1], "one group");
    assert_ne!(fillers[0], fillers[2], "another group");
    assert_ne!(fillers[0], fillers[3], "what is ordered twice is collected for itself");
    assert!(answer.contains("|205^") && answer.contains("a test is ordered twice"), "{answer}");
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 NA", "P-2 K", "P-3 CREA", "P-4 CL", "P-4 CO2", "P-4 K", "P-4 NA"]);
    assert_eq!(text(&hospital, ACCESSIONS).await.len(), 3);
}

async fn collection_details_priority_answers_and_requester_are_kept(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let collected = "PV1|1|I|W1^12^A||||||||||||||||V-9\n\
        ORC|NW|P-1||||||||||2345^Lund^Eva\nTQ1|1||||||||S\n\
        OBR|1|P-1||K|||20260101080000+0000|||331^Dahl^Per|O|||||||||||||\nNTE|1||drawn above a drip\n\
        OBX|1|ST|FAST^Fasting^L||yes||||||F\n\
        SPM|1|S-1||SER^Serum^HL70487|||||||||||||20260101081500+0000";
    assert!(sender.ask(&oml("1", collected)).await.contains("MSA|AA|1"));
    assert_eq!(text(&hospital, "SELECT priority FROM lab_order").await, ["stat"]);
    assert_eq!(
        text(&hospital, "SELECT collector || ' ' || CAST(collected_at AS TEXT) FROM container").await,
        ["Dahl, Per 1767255300000000"],
        "SPM-17, 2026-01-01T08:15Z"
    );
    let says = "SELECT requester || '|' || requester_identifier || '|' || location || '|' || clinical_information FROM requisition";
    assert_eq!(text(&hospital, says).await, ["Lund, Eva|2345|W1 12 A|drawn above a drip"]);
    assert_eq!(text(&hospital, "SELECT question || '=' || answer FROM order_answer").await, ["Fasting=yes"]);
    assert_eq!(text(&hospital, "SELECT v.number FROM requisition q JOIN visit v ON v.id = q.visit_id").await, ["V-9"]);
    // OBR-7 alone says when it should be done.
    assert!(sender.ask(&orm("2", "ORC|NW|P-2|||||^^^^^R\nOBR|1|P-2||NA|||20991231080000+0000")).await.contains("MSA|AA|2"));
    let due = "SELECT CAST(due_at AS TEXT) FROM container WHERE collected_at IS NULL AND collector IS NULL";
    assert_eq!(text(&hospital, due).await, ["4102387200000000"], "2099-12-31T08:00Z");
}

async fn the_same_number_again_is_refused_or_answered_as_before(engine: &Engine) {
    for repeated_order in [RepeatedOrder::Refuse, RepeatedOrder::EarlierAnswer] {
        let hospital = Hospital::open_with(engine, Realm::Demonstration, |link| Hl7Link { repeated_order, ..link });
        let mut sender = Sender::connect(hospital.address).await;
        let number = format!("{repeated_order:?}");
        let new = format!("ORC|NW|{number}\nOBR|1|{number}||K");
        let first = sender.ask(&orm(&format!("{number}-1"), &new)).await;
        let before = text(&hospital, ACCESSIONS).await.len();
        let second = sender.ask(&orm(&format!("{number}-2"), &new)).await;
        if repeated_order == RepeatedOrder::Refuse {
            assert!(second.contains("MSA|AE|") && second.contains("ERR||ORC^1^2^1|205^") && second.contains("ORC|UA|"), "{second}");
        } else {
            assert!(second.contains("MSA|AA|"), "{second}");
            assert_eq!(segments(&first, "OBR"), segments(&second, "OBR"), "the same accession and container");
            // Another test under the number is no repeat.
            let other = sender.ask(&orm(&format!("{number}-3"), &new.replace("||K", "||NA"))).await;
            assert!(other.contains("|205^"), "{other}");
        }
        assert_eq!(text(&hospital, ACCESSIONS).await.len(), before);
    }
}

async fn an_unknown_code_is_refused_with_a_task_and_nothing_is_placed(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let answer = sender.ask(&orm("1", "ORC|NW|P-1\nOBR|1|P-1||K\nORC|NW|P-2\nOBR|2|P-2||NOSUCH^No such^L")).await;
    assert!(answer.contains("MSA|AE|1\rERR||OBR^2^4^1|204^Unknown key identifier^HL70357|E|"), "{answer}");
    assert_eq!(hospital.count("SELECT COUNT(*) FROM lab_order").await + hospital.count("SELECT COUNT(*) FROM patient").await, 0);
    let tasks = hospital.tasks().await;
    assert_eq!((tasks.len(), tasks[0].0.as_str(), tasks[0].1.as_str()), (1, "hl7_refused", "OBR|2|P-2||NOSUCH^No such^L"));
}

async fn a_message_is_taken_as_a_whole_or_not_at_all(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let answer = sender.ask(&orm("1", "ORC|NW|P-1\nOBR|1|P-1||K\nORC|CA|NOBODY")).await;
    assert!(answer.contains("MSA|AE|1\rERR||ORC^2^2^1|204^"), "{answer}");
    assert!(
        segments(&answer, "ORC")[0].starts_with("ORC|UA|P-1|")
            && segments(&answer, "ORC")[0].ends_with("^another order of this message was refused"),
        "{answer}"
    );
    assert!(segments(&answer, "ORC")[1].starts_with("ORC|UC|NOBODY|"), "{answer}");
    assert_eq!(hospital.count("SELECT COUNT(*) FROM lab_order").await + hospital.count("SELECT COUNT(*) FROM patient").await, 0);
    assert_eq!(hospital.tasks().await.len(), 1);
}

async fn an_order_is_cancelled_and_its_container_is_not_collected(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    sender.ask(&orm("1", "ORC|NW|P-1||G\nOBR|1|P-1||K\nORC|NW|P-2||G\nOBR|2|P-2||NA")).await;
    let answer = sender.ask(&orm("2", "ORC|CA|P-1")).await;
    assert!(answer.contains("MSA|AA|2") && answer.contains("ORC|CR|P-1|"), "{answer}");
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 K cancelled", "P-2 NA"]);
    let ended = "SELECT ended_why FROM container WHERE ended_at IS NOT NULL";
    assert_eq!(text(&hospital, ended).await, Vec::<String>::new(), "the other test is still wanted of it");
    assert!(sender.ask(&orm("3", "ORC|DC|P-2")).await.contains("ORC|DR|P-2|"));
    assert_eq!(text(&hospital, ended).await, ["not needed"]);
    assert!(sender.ask(&orm("4", "ORC|CA|P-2")).await.contains("MSA|AA|4"), "cancelled twice is cancelled");
    assert_eq!(text(&hospital, "SELECT kind FROM order_event ORDER BY at, id").await, ["placed", "cancelled", "cancelled"]);
    hospital.is_sound().await;
}

async fn what_was_collected_or_measured_is_not_cancelled_and_says_why(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    sender.ask(&orm("1", "ORC|NW|P-1\nOBR|1|P-1||K|||20260101080000+0000||||O")).await;
    for (number, control, refused) in [("2", "CA", "UC"), ("3", "DC", "UD"), ("4", "XO", "UX"), ("5", "RP", "UM")] {
        let answer = sender.ask(&orm(number, &format!("ORC|{control}|P-1"))).await;
        assert!(answer.contains(&format!("MSA|AE|{number}\rERR||ORC^1^2^1|206^")), "{answer}");
        let orc = segments(&answer, "ORC")[0].to_owned();
        assert!(orc.starts_with(&format!("ORC|{refused}|P-1|")) && orc.ends_with("^its specimen was collected"), "{answer}");
    }
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 K"]);
    let tasks = hospital.tasks().await;
    assert!(tasks.len() == 4 && tasks.iter().all(|task| task.0 == "hl7_refused"), "somebody wanted it cancelled: {tasks:?}");
}

async fn an_order_is_held_released_changed_and_noted(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    sender.ask(&orm("1", "ORC|NW|P-1\nOBR|1|P-1||K")).await;
    assert!(sender.ask(&orm("2", "ORC|HD|P-1")).await.contains("ORC|HR|P-1|"));
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 K held"]);
    assert!(sender.ask(&orm("3", "ORC|RL|P-1")).await.contains("ORC|OR|P-1|"));
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 K"]);
    assert!(sender.ask(&orm("4", "ORC|XO|P-1|||||^^^^^S\nOBR|1|P-1||K")).await.contains("ORC|XR|P-1|"));
    assert_eq!(text(&hospital, "SELECT priority FROM lab_order").await, ["stat"]);
    let other = sender.ask(&orm("5", "ORC|XO|P-1\nOBR|1|P-1||NA")).await;
    assert!(other.contains("ORC|UX|P-1|") && other.contains("another test is another order"), "{other}");
    assert!(sender.ask(&orm("6", "ORC|SC|P-1")).await.contains("ORC|OK|P-1|"));
    assert!(sender.ask(&orm("7", "ORC|SN|P-1")).await.contains("MSA|AE|7"));
}

async fn an_order_is_replaced(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    sender.ask(&orm("1", "ORC|NW|P-1\nOBR|1|P-1||K")).await;
    let answer = sender.ask(&orm("2", "ORC|RP|P-1\nORC|RO|P-2\nOBR|1|P-2||NA")).await;
    assert!(answer.contains("MSA|AA|2") && answer.contains("ORC|RQ|P-1|") && answer.contains("ORC|RO|P-2|"), "{answer}");
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 K cancelled", "P-2 NA"]);
}

async fn an_order_of_another_patient_is_not_touched(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    sender.ask(&orm("1", "ORC|NW|P-1\nOBR|1|P-1||K")).await;
    sender.ask(&orm("2", "ORC|NW|P-2\nOBR|1|P-2||K").replace("4711", "5000")).await;
    let answer = sender.ask(&orm("3", "ORC|CA|P-1").replace("4711", "5000")).await;
    assert!(answer.contains("MSA|AE|3") && answer.contains("another patient"), "{answer}");
    // Another sender's number is another order.
    let answer = sender.ask(&orm("4", "ORC|CA|P-1").replace("|HIS|HOSP|", "|ADM|HOSP|")).await;
    assert!(answer.contains("MSA|AE|4") && answer.contains("no order was placed under this number"), "{answer}");
    assert_eq!(text(&hospital, EXAMINATIONS).await, ["P-1 K", "P-2 K"]);
}

async fn a_patient_who_differs_from_the_record_is_a_task_and_keeps_the_facts(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    sender.ask(&orm("1", "ORC|NW|P-1\nOBR|1|P-1||K")).await;
    let answer = sender.ask(&orm("2", "ORC|NW|P-2\nOBR|1|P-2||K").replace("Lovelace^Ada||19151210", "Hopper^Grace||19061209")).await;
    assert!(answer.contains("MSA|AA|2") && answer.contains("ERR||PID^1^3"), "{answer}");
    assert_eq!(text(&hospital, "SELECT family_name FROM patient").await, ["Lovelace"]);
    let tasks = hospital.tasks().await;
    assert_eq!((tasks.len(), tasks[0].0.as_str()), (1, "hl7_identity"));
    assert!(tasks[0].2.contains("family name and given name and birth date"), "{}", tasks[0].2);
}

async fn an_order_message_sent_again_places_nothing_again(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut watching = hospital.lab.orders_placed();
    let mut sender = Sender::connect(hospital.address).await;
    let message = orm("1", "ORC|NW|P-1\nOBR|1|P-1||K");
    let first = sender.ask(&message).await;
    assert_eq!(sender.ask(&message).await, first, "byte for byte");
    assert_eq!(text(&hospital, ACCESSIONS).await.len(), 1);
    assert!(watching.try_recv().is_ok() && watching.try_recv().is_err(), "told of once");
}
