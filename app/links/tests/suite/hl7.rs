//! HL7 over MLLP: kept before it is answered, in order, and no message harms another.

use crate::engine::Engine;
use crate::hl7_hospital::{Hospital, Sender, framed};
use actions::Hl7Link;
use hl7v2::mllp::Settings;
use kernel::{Actor, Realm};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;
use store::Outcome;

on_both!(
    what_is_answered_is_on_disk_and_names_what_it_answers,
    nothing_is_answered_while_it_is_not_kept,
    what_cannot_be_kept_is_not_answered_and_the_connection_ends,
    the_same_message_again_gets_the_same_answer_and_does_nothing,
    a_number_used_again_for_another_message_is_worked_on_and_noted,
    several_messages_in_one_piece_are_answered_one_after_the_other,
    training_and_debugging_are_rejected_in_production_alone,
    enhanced_mode_gets_the_answers_it_asks_for,
    an_answer_is_kept_and_not_answered,
    a_message_without_a_header_is_kept_and_the_connection_ends,
    a_panic_costs_its_message_and_no_other,
    a_message_that_is_too_long_is_kept_and_the_connection_ends,
    a_message_that_never_ends_is_kept_and_the_connection_ends,
    a_message_that_was_cut_off_is_kept,
    a_silent_connection_ends,
    a_flood_of_what_is_not_taken_is_one_task,
    a_message_without_a_number_is_refused,
    a_message_in_no_known_character_set_is_read_all_the_same,
);

/// A message of a kind that is not taken, under this number.
fn unsupported(number: &str) -> String {
    format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||SIU^S12|{number}|P|2.5.1\nSCH|1")
}

async fn what_is_answered_is_on_disk_and_names_what_it_answers(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let answer = sender.ask(&unsupported("MSG-1")).await;
    let lines: Vec<&str> = answer.split('\r').collect();
    let msh: Vec<&str> = lines[0].split('|').collect();
    assert_eq!(msh[2..6], ["LIS", "LAB", "HIS", "HOSP"], "from the one it was sent to, to its sender");
    assert_eq!((msh[8], msh[9].len(), msh[10], msh[11]), ("ACK^S12^ACK", 20, "P", "2.5.1"));
    assert_eq!(lines[1], "MSA|AR|MSG-1");
    assert!(lines[2].starts_with("ERR||MSH^1^9^1^2|201^Unsupported event code^HL70357|E|"), "{answer}");
    assert_eq!(hospital.states().await, ["refused"]);
    let bytes = "SELECT COUNT(*) FROM hl7_message m JOIN hl7_message_bytes b ON b.message_id = m.id WHERE b.application_answer IS NOT NULL AND b.accept_answer IS NULL";
    assert_eq!(hospital.count(bytes).await, 1);
    let tasks = hospital.tasks().await;
    assert_eq!((tasks.len(), tasks[0].0.as_str()), (1, "hl7_not_taken"));
    assert!(tasks[0].1.starts_with("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||SIU^S12|MSG-1|P"), "the line as sent: {}", tasks[0].1);
    assert!(tasks[0].2.contains("201") && tasks[0].2.contains("SIU"), "{}", tasks[0].2);
    hospital.is_sound().await;
}

async fn nothing_is_answered_while_it_is_not_kept(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    // A command that occupies the only writer until it is told to go on.
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    let held = hospital.lab.store().write(&Actor::System("suite".to_owned()), actions::new_command(), actions::now(), move |_| {
        // An error means that it was let go.
        let _ = gone.lock().unwrap().recv_timeout(Duration::from_secs(20));
        Ok(Outcome { act: "try", accepted: true, subject: None, note: String::new() })
    });
    let held = tokio::spawn(held);
    tokio::task::yield_now().await;
    sender.write(&framed(&unsupported("1"))).await;
    sender.hears_nothing().await;
    drop(go);
    assert!(sender.answer().await.unwrap().contains("MSA|AR|1"));
    assert_eq!(hospital.states().await, ["refused"]);
    held.await.unwrap().unwrap();
}

async fn what_cannot_be_kept_is_not_answered_and_the_connection_ends(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    assert!(sender.ask(&unsupported("1")).await.contains("MSA|AR|1"));
    let store = hospital.lab.store().clone();
    std::thread::spawn(move || store.close()).join().unwrap();
    sender.write(&framed(&unsupported("2"))).await;
    assert_eq!(sender.answer().await, None);
}

async fn the_same_message_again_gets_the_same_answer_and_does_nothing(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let first = sender.ask(&unsupported("1")).await;
    assert_eq!(sender.ask(&unsupported("1")).await, first);
    // Also over another connection.
    let mut other = Sender::connect(hospital.address).await;
    assert_eq!(other.ask(&unsupported("1")).await, first);
    assert_eq!(hospital.states().await, ["refused", "repeat", "repeat"]);
    assert_eq!(hospital.count("SELECT COUNT(*) FROM hl7_message_bytes").await, 1);
    assert_eq!(hospital.tasks().await.len(), 1);
    // Another sender's number is another number.
    let of_another = unsupported("1").replace("HIS", "ADM");
    assert_ne!(sender.ask(&of_another).await, first);
    hospital.is_sound().await;
}

async fn a_number_used_again_for_another_message_is_worked_on_and_noted(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let first = sender.ask(&unsupported("1")).await;
    let second = sender.ask(&unsupported("1").replace("SCH|1", "SCH|2")).await;
    assert_ne!(first, second, "an answer of its own");
    assert_eq!(hospital.states().await, ["refused", "refused"]);
    assert_eq!(
        hospital
            .count(
                "SELECT COUNT(*) FROM hl7_message WHERE outcome >= 'its number was used before' AND outcome < 'its number was used beforf'"
            )
            .await,
        1
    );
    assert_eq!(hospital.lab.link_state("his").anomalies, 1);
    // Each of the two is still known by its bytes.
    assert_eq!(sender.ask(&unsupported("1")).await, first);
}

async fn several_messages_in_one_piece_are_answered_one_after_the_other(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let all: Vec<u8> = (1..=20).flat_map(|number| framed(&unsupported(&format!("N{number}")))).collect();
    sender.write(&all).await;
    for number in 1..=20 {
        assert!(sender.answer().await.unwrap().contains(&format!("MSA|AR|N{number}\r")));
    }
    assert_eq!(hospital.lab.link_state("his").kept, 20);
}

async fn training_and_debugging_are_rejected_in_production_alone(engine: &Engine) {
    let hospital = Hospital::open_with(engine, Realm::Production, |link| link);
    let mut sender = Sender::connect(hospital.address).await;
    for id in ["T", "D"] {
        // A kind that would be taken: the processing id is judged before anything is read.
        let message = format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||ADT^A08|{id}|{id}|2.5.1\nPID|1||7^^^HOSP");
        let answer = sender.ask(&message).await;
        assert!(answer.contains(&format!("MSA|AR|{id}\rERR||MSH^1^11^1|202^")), "{answer}");
    }
    assert_eq!(hospital.states().await, ["refused", "refused"]);
    assert_eq!(hospital.count("SELECT COUNT(*) FROM patient").await, 0);
}

async fn enhanced_mode_gets_the_answers_it_asks_for(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    // An answer of the other side is taken and asks for nothing: what is owed hangs on MSH-15 and MSH-16 alone.
    let taken = |accept: &str, application: &str| {
        format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||ACK^A01|{accept}-{application}|P|2.5.1|||{accept}|{application}\nMSA|AA|77")
    };
    for (accept, application, expected) in [
        ("AL", "AL", &["CA", "AA"][..]),
        ("AL", "NE", &["CA"]),
        ("NE", "AL", &["AA"]),
        ("SU", "ER", &["CA"]),
        ("ER", "SU", &["AA"]),
        ("NE", "NE", &[]),
    ] {
        sender.write(&framed(&taken(accept, application))).await;
        for code in expected {
            let answer = sender.answer().await.unwrap();
            assert!(answer.contains(&format!("MSA|{code}|{accept}-{application}\r")), "{answer}");
        }
    }
    sender.hears_nothing().await;
    let not_taken = |accept: &str, application: &str| {
        format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||SIU^S12|n{accept}{application}|P|2.5.1|||{accept}|{application}\nSCH|1")
    };
    for (accept, application, expected) in [("AL", "AL", "CR"), ("NE", "ER", "AR"), ("NE", "AL", "AR")] {
        assert!(sender.ask(&not_taken(accept, application)).await.contains(&format!("MSA|{expected}|n{accept}{application}\r")));
    }
    sender.write(&framed(&not_taken("SU", "SU"))).await;
    sender.hears_nothing().await;
    hospital.is_sound().await;
}

async fn an_answer_is_kept_and_not_answered(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    sender.write(&framed("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||ACK^R01|1|P|2.5.1\nMSA|AA|77")).await;
    sender.hears_nothing().await;
    assert_eq!((hospital.states().await, hospital.tasks().await.len()), (vec!["unanswered"], 0));
    assert!(sender.ask(&unsupported("2")).await.contains("MSA|AR|2"), "the connection goes on");
}

async fn a_message_without_a_header_is_kept_and_the_connection_ends(engine: &Engine) {
    let hospital = Hospital::open(engine);
    for (number, content) in [(1, "PID|1||4711"), (2, "MSH"), (3, "M\0S\0H\0|\0")] {
        let mut sender = Sender::connect(hospital.address).await;
        sender.write(&framed(content)).await;
        assert_eq!(sender.answer().await, None, "{content}");
        assert_eq!(hospital.states().await, vec!["unreadable"; number]);
    }
    let tasks = hospital.tasks().await;
    assert_eq!(
        tasks.iter().map(|task| (task.0.as_str(), task.1.as_str())).collect::<Vec<_>>(),
        [("unreadable", "PID|1||4711"), ("unreadable", "MSH"), ("unreadable", "M␀S␀H␀|␀")]
    );
    hospital.is_sound().await;
}

async fn a_panic_costs_its_message_and_no_other(engine: &Engine) {
    let panics = |message: &hl7v2::Message<'_>, zone: &kernel::Zone| {
        assert!(message.first("ZPA").is_none(), "it cannot be read");
        hl7v2::read(message, zone)
    };
    let hospital = Hospital::open_with(engine, Realm::Demonstration, |link| Hl7Link { reader: panics, ..link });
    let mut sender = Sender::connect(hospital.address).await;
    let poison = format!("{}\nZPA|1", unsupported("poison"));
    let mut all = framed(&unsupported("before"));
    all.extend(framed(&poison));
    all.extend(framed(&unsupported("behind")));
    sender.write(&all).await;
    assert!(sender.answer().await.unwrap().contains("MSA|AR|before\r"));
    let answer = sender.answer().await.unwrap();
    assert!(answer.contains("MSA|AE|poison\rERR||MSH^1|207^Application internal error^HL70357|E|"), "{answer}");
    assert!(sender.answer().await.unwrap().contains("MSA|AR|behind\r"));
    assert_eq!(hospital.states().await, ["refused", "failed", "refused"]);
    let tasks = hospital.tasks().await;
    assert_eq!(tasks.iter().map(|task| task.0.as_str()).collect::<Vec<_>>(), ["hl7_not_taken", "hl7_failed"]);
    assert!(tasks[1].2.contains("it cannot be read"), "{}", tasks[1].2);
    // Nothing was done, so sent again it is tried again: after a repair it may succeed.
    assert!(sender.ask(&poison).await.contains("MSA|AE|poison\r"));
    assert_eq!(hospital.states().await, ["refused", "failed", "refused", "failed"]);
    hospital.is_sound().await;
}

fn with_limits(settings: Settings) -> impl FnOnce(Hl7Link) -> Hl7Link {
    move |link| Hl7Link { mllp: settings, ..link }
}

async fn a_message_that_is_too_long_is_kept_and_the_connection_ends(engine: &Engine) {
    let limits = with_limits(Settings { message_bytes_max: 1_024, ..Settings::default() });
    let hospital = Hospital::open_with(engine, Realm::Demonstration, limits);
    let mut sender = Sender::connect(hospital.address).await;
    sender.write(&framed(&format!("{}\nNTE|1||{}", unsupported("1"), "x".repeat(2_000)))).await;
    assert_eq!(sender.answer().await, None);
    assert_eq!(hospital.states().await, ["incomplete"]);
    let tasks = hospital.tasks().await;
    assert_eq!((tasks.len(), tasks[0].0.as_str()), (1, "incomplete"));
    assert!(tasks[0].2.contains("1024 bytes"), "{}", tasks[0].2);
    hospital.is_sound().await;
}

async fn a_message_that_never_ends_is_kept_and_the_connection_ends(engine: &Engine) {
    let limits = with_limits(Settings { message_time_max: Duration::from_millis(200), ..Settings::default() });
    let hospital = Hospital::open_with(engine, Realm::Demonstration, limits);
    let mut sender = Sender::connect(hospital.address).await;
    let whole = framed(&unsupported("1"));
    sender.write(&whole[..whole.len() - 2]).await;
    assert_eq!(sender.answer().await, None);
    assert_eq!(hospital.states().await, ["incomplete"]);
}

async fn a_message_that_was_cut_off_is_kept(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let whole = framed(&unsupported("1"));
    sender.write(&whole[..whole.len() - 9]).await;
    drop(sender);
    hospital.until_kept(1).await;
    assert_eq!(hospital.states().await, ["incomplete"]);
    // Sent again whole, it is no repeat.
    let mut sender = Sender::connect(hospital.address).await;
    assert!(sender.ask(&unsupported("1")).await.contains("MSA|AR|1"));
    assert_eq!(hospital.states().await, ["incomplete", "refused"]);
}

async fn a_silent_connection_ends(engine: &Engine) {
    let hospital = Hospital::open_with(engine, Realm::Demonstration, |link| Hl7Link { idle_max: Duration::from_millis(200), ..link });
    let mut sender = Sender::connect(hospital.address).await;
    assert!(sender.ask(&unsupported("1")).await.contains("MSA|AR|1"));
    assert_eq!(sender.answer().await, None);
}

async fn a_flood_of_what_is_not_taken_is_one_task(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    for number in 1..=30 {
        sender.ask(&unsupported(&number.to_string())).await;
    }
    sender.ask(&unsupported("other").replace("SIU^S12", "MDM^T02")).await;
    let tasks = hospital.tasks().await;
    assert_eq!(tasks.iter().map(|task| task.0.as_str()).collect::<Vec<_>>(), ["hl7_not_taken"; 2], "one for each kind");
}

async fn a_message_without_a_number_is_refused(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    let answer = sender.ask(&unsupported("")).await;
    assert!(answer.contains("MSA|AE\rERR||MSH^1^10^1|101^"), "{answer}");
}

async fn a_message_in_no_known_character_set_is_read_all_the_same(engine: &Engine) {
    let hospital = Hospital::open(engine);
    let mut sender = Sender::connect(hospital.address).await;
    // 0xFC is no UTF-8; the answer is owed all the same.
    let mut bytes = framed(&unsupported("1"));
    let place = bytes.windows(3).position(|three| three == b"SCH").unwrap();
    bytes[place + 4] = 0xFC;
    sender.write(&bytes).await;
    assert!(sender.answer().await.unwrap().contains("MSA|AR|1\r"));
}
