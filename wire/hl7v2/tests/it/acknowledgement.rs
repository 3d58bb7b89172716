//! Which answers are owed, and what stands in them.

use hl7v2::{
    Charsets, Condition, Content, ControlId, Envelope, ErrorCode, Header, Location, Message, Mode, ParseSettings, ReceivedAnswer,
    Rejection, SegmentName, Stage, Verdict, acknowledge, check_processing_id, decode, mllp, read,
};
use kernel::{Realm, Timestamp, Zone};
use proptest::prelude::*;

fn reason(code: ErrorCode) -> Rejection {
    let orc = SegmentName::parse("ORC").unwrap();
    Rejection::new(Location::segment(orc, 2).field(2).component(1), code, "the order number is missing")
}

fn answer(received: &[u8], stage: Stage, verdict: &Verdict) -> Vec<u8> {
    let id = ControlId::new("L-1").unwrap();
    let at: Timestamp = "2026-11-22T15:30:00.25Z".parse().unwrap();
    acknowledge(&Header::read(received).unwrap(), stage, verdict, &Envelope { control_id: &id, at })
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

const ADT: &[u8] = b"MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||ADT^A01^ADT_A01|a b-4711|P|2.5.1|||NE|AL||8859/1\rPID|1\xFC\r";

#[test]
fn an_answer_goes_back_with_what_the_standard_asks_for() {
    let verdict = Verdict::Error(vec![reason(ErrorCode::RequiredFieldMissing)]);
    assert_eq!(
        text(answer(ADT, Stage::Application, &verdict)),
        "MSH|^~\\&|LIS|LAB|HIS|HOSP|20261122153000+0000||ACK^A01^ACK|L-1|P|2.5.1|||NE|NE||8859/1\r\
         MSA|AE|a b-4711\r\
         ERR||ORC^2^2^1^1|101^Required field missing^HL70357|E|||ORC[2]-2.1: 101 Required field missing: the order number is missing|\
         the order number is missing\r"
    );
}

/// MSA-1 for every verdict, and what decides between reject and error.
#[test]
fn type_event_version_and_processing_id_reject_and_content_is_in_error() {
    for code in ErrorCode::ALL {
        let rejects = ["200", "201", "202", "203"].contains(&code.code());
        let verdict = Verdict::refused(reason(code));
        let expected = if rejects { ("AR", "CR") } else { ("AE", "CE") };
        assert_eq!((Stage::Application.code(&verdict), Stage::Accept.code(&verdict)), expected, "{code:?}");
    }
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.code()).collect();
    assert_eq!(codes, ["100", "101", "102", "103", "200", "201", "202", "203", "204", "205", "206", "207"]);
    let down = Verdict::Rejected(vec![reason(ErrorCode::Internal)]);
    assert_eq!(Stage::Application.code(&down), "AR", "down is a rejection whatever its code");
    let accepted = Verdict::Accepted(vec![reason(ErrorCode::TableValueNotFound)]);
    let text = text(answer(ADT, Stage::Accept, &accepted));
    assert!(text.contains("\rMSA|CA|a b-4711\rERR||ORC^2^2^1^1|103^Table value not found^HL70357|W|"), "{text}");
}

#[test]
fn msh_15_and_16_say_which_answers_are_owed() {
    let good = Verdict::Accepted(vec![]);
    let bad = Verdict::refused(reason(ErrorCode::DataType));
    for (fields, accept, application) in [
        ("|", (false, false), (true, true)),
        ("AL|AL", (true, true), (true, true)),
        ("AL|NE", (true, true), (false, false)),
        ("NE|AL", (false, false), (true, true)),
        ("ER|SU", (false, true), (true, false)),
        ("SU|ER", (true, false), (false, true)),
        ("AL|", (true, true), (false, false)),
        ("|AL", (false, false), (true, true)),
        // A device that counts its kinds of specimens there.
        ("|0", (false, false), (true, true)),
        ("|2", (false, false), (true, true)),
    ] {
        let bytes = format!("MSH|^~\\&|||||||ADT^A01|1|P|2.5|||{fields}\r");
        let mode = Mode::of(&Header::read(bytes.as_bytes()).unwrap());
        let owed = |stage| (mode.owes(stage, &good), mode.owes(stage, &bad));
        assert_eq!((owed(Stage::Accept), owed(Stage::Application)), (accept, application), "{fields}");
    }
}

#[test]
fn an_answer_is_not_answered_unless_it_asks_to_be() {
    for (bytes, expected) in [
        (&b"MSH|^~\\&|||||||ACK^A01^ACK|1|P|2.5\rMSA|AA|7\r"[..], Mode::Unanswered),
        (b"MSH|^~\\&|||||||ACK|1|P|2.5", Mode::Unanswered),
        (b"MSH|^~\\&|||||||ORR^O02|1|P|2.5\nMSA|AA|7\n", Mode::Unanswered),
        (
            b"MSH|^~\\&|||||||ORR^O02|1|P|2.5|||AL|NE\rMSA|AA|7\r",
            Mode::Enhanced { accept: Condition::Always, application: Condition::Never },
        ),
        (b"MSH|^~\\&|||||||ADT^A01|1|P|2.5\rMSAX|1\r", Mode::Original),
    ] {
        assert_eq!(Mode::of(&Header::read(bytes).unwrap()), expected, "{}", String::from_utf8_lossy(bytes));
    }
    // What we answer is never one that has to be answered, in either mode.
    for bytes in [ADT, b"MSH|^~\\&|||||||ADT^A01|1|P|2.5\r"] {
        let written = answer(bytes, Stage::Application, &Verdict::Accepted(vec![]));
        let mode = Mode::of(&Header::read(&written).unwrap());
        assert!([Stage::Accept, Stage::Application].iter().all(|stage| !mode.owes(*stage, &Verdict::Accepted(vec![]))), "{mode:?}");
    }
}

#[test]
fn the_control_id_comes_back_byte_for_byte() {
    for id in ["4711", " 1 ", "a^b&c~d\\e", "\\F\\", "12345678901234567890123456789"] {
        let bytes = format!("MSH|^~\\&|||||||ADT^A01|{id}|P|2.3\r");
        let text = text(answer(bytes.as_bytes(), Stage::Application, &Verdict::Accepted(vec![])));
        assert!(text.ends_with(&format!("\rMSA|AA|{id}\r")), "{text}");
    }
    let bytes = answer(b"MSH$@*!%$$$$$$$ADT@A01$x|\xFF\xE9$P$2.3\r", Stage::Application, &Verdict::Accepted(vec![]));
    assert!(bytes.ends_with(b"\rMSA$AA$x|\xFF\xE9\r"), "separators and bytes of the sender");
    // The one exception: an end byte before the carriage return would end our frame.
    let bytes = answer(b"MSH|^~\\&|||||||ADT^A01|7\x1C|P|2.3\r", Stage::Application, &Verdict::Accepted(vec![]));
    assert!(bytes.ends_with(b"\rMSA|AA|7\\X1C\\\r") && mllp::frame(&bytes).is_ok());
}

#[test]
fn what_is_missing_in_the_header_is_left_out_of_the_answer() {
    let verdict = Verdict::refused(reason(ErrorCode::UnsupportedVersion));
    let text = text(answer(b"MSH|^~\\&|HIS", Stage::Application, &verdict));
    assert!(text.starts_with("MSH|^~\\&|||HIS||20261122153000+0000||ACK|L-1\rMSA|AR\rERR||ORC"), "{text}");
}

#[test]
fn before_2_5_the_words_stand_in_msa_too() {
    let verdict = Verdict::refused(reason(ErrorCode::RequiredFieldMissing));
    for (version, shown) in [("2.1", true), ("2.3.1", true), ("2.4", true), ("2.5", false), ("2.5.1", false), ("2.8", false)] {
        let bytes = format!("MSH|^~\\&|||||||ADT^A01|1|P|{version}\r");
        let text = text(answer(bytes.as_bytes(), Stage::Application, &verdict));
        assert_eq!(text.contains("MSA|AE|1|ORC[2]-2.1: 101"), shown, "{text}");
    }
}

#[test]
fn a_control_id_of_ours_has_at_most_twenty_characters() {
    assert!(ControlId::new("ABCDEFGHIJ-123456.89").is_ok());
    for text in ["", "ABCDEFGHIJ-123456.890", "a b", "a|b", "é", "a\r"] {
        assert!(ControlId::new(text).is_err(), "{text:?}");
    }
}

#[test]
fn training_and_debugging_stay_out_of_production() {
    use ErrorCode::{RequiredFieldMissing, UnsupportedProcessingId};
    for (id, realm, expected) in [
        ("P", Realm::Production, None),
        ("P^T", Realm::Production, None),
        ("T", Realm::Production, Some(UnsupportedProcessingId)),
        ("D", Realm::Production, Some(UnsupportedProcessingId)),
        ("T^A", Realm::Production, Some(UnsupportedProcessingId)),
        ("T", Realm::Training, None),
        ("D", Realm::Validation, None),
        ("P", Realm::Demonstration, None),
        ("X", Realm::Training, Some(UnsupportedProcessingId)),
        ("p", Realm::Production, Some(UnsupportedProcessingId)),
        ("", Realm::Production, Some(RequiredFieldMissing)),
    ] {
        let bytes = format!("MSH|^~\\&|||||||ADT^A01|1|{id}|2.3\r");
        let outcome = check_processing_id(&Header::read(bytes.as_bytes()).unwrap(), realm);
        assert_eq!(outcome.as_ref().err().map(|rejection| rejection.code), expected, "{id} {realm}");
        assert!(outcome.is_ok() || outcome.unwrap_err().location.to_string() == "MSH-11");
    }
}

#[test]
fn an_answer_lists_a_hundred_errors_and_counts_the_rest() {
    let reasons = |count| Verdict::Accepted(vec![reason(ErrorCode::DataType); count]);
    let errors = |count| text(answer(ADT, Stage::Application, &reasons(count))).matches("\rERR|").count();
    assert_eq!((errors(99), errors(100), errors(101), errors(5_000)), (99, 100, 101, 101));
    let text = text(answer(ADT, Stage::Application, &reasons(5_000)));
    assert!(text.ends_with("|4900 more were found and are not listed\r"), "{}", text.len());
}

#[test]
fn what_a_peer_answered_is_read() {
    let written = answer(ADT, Stage::Application, &Verdict::Accepted(vec![]));
    let decoded = decode(&written, &Charsets::default()).unwrap();
    let message = Message::parse(&decoded, &ParseSettings::default()).unwrap();
    let expected = ReceivedAnswer { code: "AA".into(), control_id: "a b-4711".into() };
    assert_eq!(ReceivedAnswer::read(&message).as_ref(), Some(&expected));
    // Of whatever type it is, an answer is never refused: the refusal would be answered in turn.
    assert_eq!(read(&message, &Zone::utc()), Ok(Content::Answer(expected)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever stands in a header, the answer has our segments and no more, fits a frame, and reads back.
    #[test]
    fn nothing_a_sender_wrote_breaks_an_answer(
        fields in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..8), 0..20),
        words in "\\PC{0,20}|[\\x00-\\x7F]{0,20}",
    ) {
        let bytes = [b"MSH|^~\\&|".to_vec(), fields.join(&b'|')].concat();
        let rejection = Rejection { words, ..reason(ErrorCode::Internal) };
        let written = answer(&bytes, Stage::Application, &Verdict::refused(rejection));
        prop_assert!(mllp::frame(&written).is_ok());
        let starts: Vec<&[u8]> = written.split(|byte| *byte == b'\r').map(|line| line.get(..4).unwrap_or_default()).collect();
        prop_assert_eq!(starts, [&b"MSH|"[..], b"MSA|", b"ERR|", b""]);
        let header = Header::read(&bytes).unwrap();
        if !header.control_id().iter().any(u8::is_ascii_control) {
            let msa = written.split(|byte| *byte == b'\r').nth(1).unwrap();
            prop_assert_eq!(msa.split(|byte| *byte == b'|').nth(2).unwrap_or_default(), header.control_id());
        }
    }
}
