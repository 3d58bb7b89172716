//! Patients as the hospital system tells them: registered, updated, moved, merged; never silently where specimens are here.

use crate::engine::Engine;
use crate::hl7_hospital::{Hospital, Sender, text};
use actions::OrderRequest;
use kernel::Actor;

on_both!(
    an_admission_registers_patient_numbers_and_visit,
    what_is_not_said_stays_and_what_is_deleted_goes,
    what_is_older_than_what_is_known_is_left_out,
    a_changed_identity_with_specimens_is_a_task_with_before_and_after,
    a_visit_follows_its_events,
    a_merge_joins_two_records_and_both_numbers_lead_there,
    a_merge_of_an_unknown_number_is_noted_and_of_an_unknown_survivor_registers,
    what_cannot_be_one_person_is_refused_and_nothing_is_done,
    a_number_of_another_patient_is_left_there_with_a_task,
    working_on_it_fails_without_losing_it,
    the_captures_of_others_are_answered_as_they_should_be,
);

fn adt(event: &str, number: &str, recorded: &str, rest: &str) -> String {
    format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||ADT^{event}|{number}|P|2.5.1\nEVN|{event}|{recorded}\n{rest}")
}

async fn taken(sender: &mut Sender, message: &str) -> String {
    let answer = sender.ask(message).await;
    assert!(answer.contains("MSA|AA|"), "{answer}");
    answer
}

const FACTS: &str = "SELECT mrn || '|' || authority || '|' || family_name || '|' || given_name || '|' || birth_date || '|' || sex FROM patient ORDER BY mrn";
const VISITS: &str = "SELECT number || '|' || state || '|' || class || '|' || ward || '|' || room || '|' || bed FROM visit ORDER BY number";
const ADA: &str = "PID|1||4711^^^HOSP^MR~99-1^^^INS^SS||Lovelace^Ada^Augusta||19151210|F\nPV1|1|I|W1^12^A||||||||||||||||V-1";

async fn an_admission_registers_patient_numbers_and_visit(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    taken(&mut sender, &adt("A01", "1", "20261122100000", ADA)).await;
    assert_eq!(text(&hospital, FACTS).await, ["4711|HOSP|Lovelace|Ada Augusta|1915-12-10|F"]);
    assert_eq!(text(&hospital, "SELECT value || '|' || authority || '|' || kind FROM patient_identifier").await, ["99-1|INS|SS"]);
    assert_eq!(text(&hospital, VISITS).await, ["V-1|present|I|W1|12|A"]);
    assert_eq!(hospital.states().await, ["accepted"]);
    hospital.is_sound().await;
}

async fn what_is_not_said_stays_and_what_is_deleted_goes(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    taken(&mut sender, &adt("A01", "1", "20261122100000", ADA)).await;
    taken(&mut sender, &adt("A08", "2", "20261122110000", "PID|1||4711^^^HOSP^MR\nPV1|1||||||||||||||||||V-1")).await;
    assert_eq!(text(&hospital, FACTS).await, ["4711|HOSP|Lovelace|Ada Augusta|1915-12-10|F"]);
    assert_eq!(text(&hospital, VISITS).await, ["V-1|present|I|W1|12|A"]);
    taken(
        &mut sender,
        &adt("A08", "3", "20261122120000", "PID|1||4711^^^HOSP^MR||Byron^Ada||\"\"|\"\"\nPV1|1|\"\"|\"\"||||||||||||||||V-1"),
    )
    .await;
    assert_eq!(text(&hospital, FACTS).await, ["4711|HOSP|Byron|Ada||U"]);
    assert_eq!(text(&hospital, VISITS).await, ["V-1|present||||"]);
    assert_eq!(
        text(&hospital, "SELECT family_name || '|' || birth_date || '|' || replaced_by FROM patient_former").await,
        ["Lovelace|1915-12-10|link:his"]
    );
    // A name cannot be taken away.
    let answer = taken(&mut sender, &adt("A08", "4", "20261122130000", "PID|1||4711^^^HOSP^MR||\"\"")).await;
    assert!(answer.contains("ERR||PID^1^5^1|101^") && answer.contains("|W|"), "{answer}");
    assert_eq!(text(&hospital, FACTS).await, ["4711|HOSP|Byron|Ada||U"]);
    // Nothing of the patient is here, so nobody has to look.
    assert_eq!(hospital.tasks().await, []);
}

async fn what_is_older_than_what_is_known_is_left_out(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    taken(&mut sender, &adt("A01", "1", "20261122100000", ADA)).await;
    taken(&mut sender, &adt("A08", "2", "20261122095959", "PID|1||4711^^^HOSP^MR||Old^Name\nPV1|1|E|OLD||||||||||||||||V-1")).await;
    assert_eq!(text(&hospital, FACTS).await, ["4711|HOSP|Lovelace|Ada Augusta|1915-12-10|F"]);
    assert_eq!(text(&hospital, VISITS).await, ["V-1|present|I|W1|12|A"]);
    let noted = text(&hospital, "SELECT outcome FROM hl7_message WHERE control_id = '2'").await.remove(0);
    assert!(noted.contains("something newer was told of the patient before"), "{noted}");
    // A clock that is far ahead does not keep out what comes after it.
    taken(&mut sender, &adt("A08", "3", "20991231000000", "PID|1||4711^^^HOSP^MR||Ahead^Name")).await;
    taken(&mut sender, &adt("A08", "4", "20991231000000", "PID|1||4711^^^HOSP^MR||Later^Name")).await;
    assert_eq!(text(&hospital, FACTS).await, ["4711|HOSP|Later|Name|1915-12-10|F"]);
}

async fn a_changed_identity_with_specimens_is_a_task_with_before_and_after(engine: &Engine) {
    let hospital = Hospital::open_with(engine, kernel::Realm::Demonstration, |link| actions::Hl7Link {
        site_authority: Some("HOSP".to_owned()),
        ..link
    });
    let mut sender = Sender::connect(hospital.address).await;
    taken(&mut sender, &adt("A28", "1", "20261122100000", ADA)).await;
    let request = OrderRequest {
        mrn: "4711".to_owned(),
        family_name: "Lovelace".to_owned(),
        given_name: "Ada Augusta".to_owned(),
        birth_date: "1915-12-10".to_owned(),
        sex: "F".to_owned(),
        tests: vec!["K".to_owned()],
        priority: "routine".to_owned(),
        collected_at: Some("2026-11-22T10:00:00Z".to_owned()),
        ..OrderRequest::default()
    };
    // The number that people type is the site's, which the hospital system calls HOSP.
    actions::place_order(&hospital.lab, &Actor::System("suite".to_owned()), actions::new_command(), request).await.unwrap();
    taken(&mut sender, &adt("A31", "2", "20261122110000", "PID|1||4711^^^HOSP^MR||Lovelace^Grace")).await;
    let tasks = hospital.tasks().await;
    assert_eq!(tasks.len(), 1);
    let (kind, line, why) = &tasks[0];
    assert_eq!((kind.as_str(), line.as_str()), ("hl7_identity", "PID|1||4711^^^HOSP^MR||Lovelace^Grace"));
    assert!(why.contains("before Lovelace, Ada Augusta, 1915-12-10, F, now Lovelace, Grace, 1915-12-10, F"), "{why}");
    // The same again changes nothing and asks nobody.
    taken(&mut sender, &adt("A31", "3", "20261122120000", "PID|1||4711^^^HOSP^MR||Lovelace^Grace")).await;
    assert_eq!(hospital.tasks().await.len(), 1);
}

async fn a_visit_follows_its_events(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let visit = |place: &str| format!("PID|1||4711^^^HOSP^MR||Lovelace^Ada\nPV1|1|I|{place}||||||||||||||||V-1");
    for (number, (event, place, expected)) in [
        ("A05", "W1", "V-1|expected|I|W1||"),
        ("A01", "W2^1", "V-1|present|I|W2|1|"),
        ("A02", "W3^2^B", "V-1|present|I|W3|2|B"),
        ("A03", "", "V-1|left|I|W3|2|B"),
        ("A13", "", "V-1|present|I|W3|2|B"),
        ("A08", "W4", "V-1|present|I|W4||"),
        ("A11", "", "V-1|cancelled|I|W4||"),
        ("A04", "CLINIC", "V-1|present|I|CLINIC||"),
    ]
    .into_iter()
    .enumerate()
    {
        taken(&mut sender, &adt(event, &number.to_string(), &format!("202611221{number}0000"), &visit(place))).await;
        assert_eq!(text(&hospital, VISITS).await, [expected], "{event}");
    }
}

const MERGE: &str = "PID|1||4711^^^HOSP^MR||Lovelace^Ada\nMRG|4712^^^HOSP^MR";

async fn a_merge_joins_two_records_and_both_numbers_lead_there(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    taken(&mut sender, &adt("A28", "1", "20261122100000", "PID|1||4711^^^HOSP^MR||Lovelace^Ada")).await;
    taken(&mut sender, &adt("A01", "2", "20261122100000", "PID|1||4712^^^HOSP^MR||Lovelace^A\nPV1|1|I|W1||||||||||||||||V-2")).await;
    taken(&mut sender, &adt("A40", "3", "20261122110000", MERGE)).await;
    let merged = "SELECT s.mrn || ' ' || r.mrn || ' ' || m.merged_by || ' ' || m.confirmed_by || '|' || m.reason FROM patient_merge m JOIN patient s ON s.id = m.survivor_id JOIN patient r ON r.id = m.retired_id AND r.merged_into = s.id";
    assert_eq!(text(&hospital, merged).await, ["4711 4712 link:his |ADT^A40 3 of HIS^HOSP"]);
    // The visit goes along, and what is told under the retired number is told of the survivor.
    let whose = "SELECT p.mrn FROM visit v JOIN patient p ON p.id = v.patient_id ORDER BY v.number";
    assert_eq!(text(&hospital, whose).await, ["4711"]);
    taken(&mut sender, &adt("A01", "4", "20261122120000", "PID|1||4712^^^HOSP^MR||Other^Name\nPV1|1|I|W1||||||||||||||||V-3")).await;
    assert_eq!(text(&hospital, whose).await, ["4711", "4711"]);
    assert_eq!(
        text(&hospital, FACTS).await,
        ["4711|HOSP|Lovelace|Ada||U", "4712|HOSP|Lovelace|A||U"],
        "neither record's facts were changed by it"
    );
    // Once more, and the other way round: they are one already.
    taken(&mut sender, &adt("A39", "5", "20261122130000", MERGE)).await;
    taken(&mut sender, &adt("A40", "6", "20261122130000", "PID|1||4712^^^HOSP^MR\nMRG|4711^^^HOSP^MR")).await;
    assert_eq!(text(&hospital, merged).await.len(), 1);
    hospital.is_sound().await;
}

async fn a_merge_of_an_unknown_number_is_noted_and_of_an_unknown_survivor_registers(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    taken(&mut sender, &adt("A28", "1", "20261122100000", "PID|1||4712^^^HOSP^MR||Lovelace^A")).await;
    let answer = taken(&mut sender, &adt("A40", "2", "20261122110000", "PID|1||4712^^^HOSP^MR\nMRG|NOBODY^^^HOSP^MR")).await;
    assert!(answer.contains("ERR||MRG^1^1") && answer.contains("|204^") && answer.contains("|W|"), "{answer}");
    taken(&mut sender, &adt("A40", "3", "20261122120000", MERGE)).await;
    assert_eq!(text(&hospital, "SELECT s.mrn || ' ' || r.mrn FROM patient r JOIN patient s ON s.id = r.merged_into").await, ["4711 4712"]);
}

async fn what_cannot_be_one_person_is_refused_and_nothing_is_done(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    // Nobody told the first one's name; the second is known.
    taken(&mut sender, &adt("A28", "1", "20261122100000", "PID|1||4711^^^HOSP^MR")).await;
    taken(&mut sender, &adt("A28", "2", "20261122100000", "PID|1||4712^^^HOSP^MR||Lovelace^A")).await;
    let answer = sender.ask(&adt("A40", "3", "20261122110000", "PID|1||4711^^^HOSP^MR|||1980\nMRG|4712^^^HOSP^MR")).await;
    assert!(answer.contains("MSA|AE|3\rERR||MRG^1^1") && answer.contains("let 4712 of HOSP go on"), "{answer}");
    assert_eq!(text(&hospital, FACTS).await, ["4711|HOSP|Unknown|||U", "4712|HOSP|Lovelace|A||U"]);
    assert_eq!(hospital.count("SELECT COUNT(*) FROM patient_merge").await, 0);
    let tasks = hospital.tasks().await;
    assert!(tasks.len() == 1 && tasks[0].0 == "hl7_refused" && tasks[0].1.starts_with("MRG|4712"), "{tasks:?}");
}

async fn a_number_of_another_patient_is_left_there_with_a_task(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    taken(&mut sender, &adt("A28", "1", "20261122100000", ADA)).await;
    let answer = taken(&mut sender, &adt("A28", "2", "20261122100000", "PID|1||5000^^^HOSP^MR~99-1^^^INS^SS||Hopper^Grace")).await;
    assert!(answer.contains("ERR||PID^1^3") && answer.contains("|205^"), "{answer}");
    let tasks = hospital.tasks().await;
    assert!(tasks.len() == 1 && tasks[0].2.contains("5000") && tasks[0].2.contains("4711"), "{tasks:?}");
    assert_eq!(hospital.count("SELECT COUNT(*) FROM patient_identifier").await, 1);
}

async fn working_on_it_fails_without_losing_it(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    // A circle of merges, which nothing but a fault could make.
    taken(&mut sender, &adt("A28", "1", "20261122100000", "PID|1||4711^^^HOSP^MR||Lovelace^Ada")).await;
    static CIRCLE: store::Sql = store::Sql::new("of a test", "UPDATE patient SET merged_into = id", None);
    let act = |tx: &mut store::Tx<'_>| {
        tx.execute(&CIRCLE, &[])?;
        Ok(store::Outcome { act: "try", accepted: true, subject: None, note: String::new() })
    };
    hospital.lab.store().write(&Actor::System("suite".to_owned()), actions::new_command(), actions::now(), act).await.unwrap();
    let answer = sender.ask(&adt("A08", "2", "20261122110000", "PID|1||4711^^^HOSP^MR||Byron^Ada")).await;
    assert!(answer.contains("MSA|AE|2\rERR||MSH^1|207^"), "{answer}");
    assert_eq!(hospital.states().await, ["accepted", "failed"]);
    let tasks = hospital.tasks().await;
    assert!(tasks.len() == 1 && tasks[0].0 == "hl7_failed" && tasks[0].2.contains("merges lead on"), "{tasks:?}");
    assert!(taken(&mut sender, &adt("A28", "3", "20261122110000", "PID|1||5000^^^HOSP^MR||Hopper^Grace")).await.contains("MSA|AA|3"));
}

/// What others wrote down of hospital systems; without the files this says that it was skipped.
async fn the_captures_of_others_are_answered_as_they_should_be(engine: &Engine) {
    let folder = std::env::var("BENCHSIDE_CAPTURES").unwrap_or_else(|_| "../shared/captures".to_owned());
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder).join("hl7");
    if !folder.is_dir() {
        #[allow(clippy::print_stdout)]
        let () = println!("skipped: no captures in {} (set BENCHSIDE_CAPTURES)", folder.display());
        return;
    }
    let hospital =
        Hospital::open_with(engine, kernel::Realm::Demonstration, |link| actions::Hl7Link { line_ends: hl7v2::LineEnds::Any, ..link });
    let mut sender = Sender::connect(hospital.address).await;
    for (name, code, error) in [
        ("adt_a01", "AA", ""),
        ("adt_a08", "AA", ""),
        ("adt_a39", "AA", "|204^"),
        ("orm_o01", "AE", "ERR||ORC^1^2^1|101^"),
        ("oml_o33", "AR", "|201^"),
        ("dft_p03", "AR", "|201^"),
        ("mdm_t02", "AR", "|201^"),
        ("oru_r30", "AR", "|201^"),
    ] {
        let bytes = std::fs::read(folder.join(format!("{name}.hl7"))).unwrap();
        sender.write(&hl7v2::mllp::frame(&bytes).unwrap()).await;
        let answer = sender.answer().await.unwrap();
        assert!(answer.contains(&format!("MSA|{code}|")) && answer.contains(error), "{name}: {answer}");
    }
    let known = text(&hospital, FACTS).await;
    assert_eq!(
        known,
        ["12345|MRN|Smith|John Q|1980-03-15|M", "30010|MRN|Lindqvist|Johan O|1984-05-21|M", "98765|MRN|Garcia|Maria L|1975-06-22|F"]
    );
    assert_eq!(text(&hospital, VISITS).await, ["1234|present|I|W|389|1"]);
    hospital.is_sound().await;
}
