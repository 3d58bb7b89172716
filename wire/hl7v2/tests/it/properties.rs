//! Whatever comes: no panic, and places within the message.

use hl7v2::orders::{Decision, answer};
use hl7v2::{
    Charsets, Content, ControlId, Decoded, Envelope, Header, LineEnds, Location, Message, ParseSettings, Stage, Verdict, acknowledge,
    decode, mllp, read,
};
use kernel::{Timestamp, Zone};
use proptest::prelude::*;

use crate::support::capture;

/// Text that looks like a message more often than chance would have it.
pub(crate) fn message() -> impl Strategy<Value = Vec<u8>> {
    let header = prop_oneof![
        6 => Just(b"MSH|^~\\&|HIS|HOSP|LAB|LAB|20261122||ADT^A01|1|P|2.5.1".to_vec()),
        1 => Just(b"MSH|^~\\&#|||||||ORM^O01|1|P|2.3||||||8859/2".to_vec()),
        1 => Just(b"MSH$@*!%$$$$$$$OML@O21$1$P$2.8".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..30),
    ];
    let piece = prop_oneof![
        4 => "(PID|PV1|ORC|OBR|OBX|MRG|EVN|ZZZ|MSH)".prop_map(String::into_bytes),
        8 => Just(b"|".to_vec()),
        2 => Just(b"\r".to_vec()),
        2 => "[\\^~&\\\\\"]{1,3}".prop_map(String::into_bytes),
        2 => "\\\\[FSTREXHNCM.]([0-9A-F]{0,6}|br)\\\\".prop_map(String::into_bytes),
        2 => "[ -~]{0,8}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    (header, proptest::collection::vec(piece, 0..60)).prop_map(|(header, pieces)| [header, b"\r".to_vec(), pieces.concat()].concat())
}

pub(crate) fn settings(any: bool) -> ParseSettings {
    ParseSettings { line_ends: if any { LineEnds::Any } else { LineEnds::CarriageReturn }, ..ParseSettings::default() }
}

const CAPTURES: [&str; 5] = ["adt_a01", "adt_a08_cleared", "adt_a40_two", "orm_o01", "oml_o21"];

/// What goes wrong between a sender's program and ours.
#[derive(Debug, Clone)]
enum Harm {
    Replace(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    /// A piece comes twice.
    Repeat(usize, usize),
    CutOff(usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    let place = 0_usize..1_500;
    let telling = prop_oneof![
        Just(b"|".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"~".to_vec()),
        Just(b"^".to_vec()),
        Just(b"&".to_vec()),
        Just(b"\"\"".to_vec()),
        Just(b"\\".to_vec()),
        Just(b"\rPID|".to_vec()),
        Just(b"\rOBR|".to_vec()),
        Just(b"\rORC|NW|".to_vec()),
        Just(b"\rMRG|".to_vec()),
        proptest::collection::vec(any::<u8>(), 1..4),
    ];
    prop_oneof![
        3 => (place.clone(), any::<u8>()).prop_map(|(at, byte)| Harm::Replace(at, byte)),
        3 => (place.clone(), telling).prop_map(|(at, bytes)| Harm::Insert(at, bytes)),
        2 => (place.clone(), 1_usize..40).prop_map(|(at, length)| Harm::Remove(at, length)),
        1 => (place.clone(), 1_usize..200).prop_map(|(at, length)| Harm::Repeat(at, length)),
        1 => place.prop_map(Harm::CutOff),
    ]
}

fn harmed(mut bytes: Vec<u8>, harms: &[Harm]) -> Vec<u8> {
    for harm in harms {
        let within = |at: &usize| at % (bytes.len() + 1);
        match harm {
            Harm::Replace(at, byte) => {
                let at = within(at);
                if let Some(place) = bytes.get_mut(at) {
                    *place = *byte;
                }
            }
            Harm::Insert(at, piece) => {
                let at = within(at);
                bytes.splice(at..at, piece.iter().copied());
            }
            Harm::Remove(at, length) => {
                let at = within(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Harm::Repeat(at, length) => {
                let at = within(at);
                let piece = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, piece);
            }
            Harm::CutOff(at) => {
                let at = within(at);
                bytes.truncate(at);
            }
        }
    }
    bytes
}

/// Whether a place is one of this message: a segment it has, or for what is missing, a name it could have.
fn is_within(place: Location, message: &Message<'_>) -> bool {
    let has = |segment: &hl7v2::Segment<'_>| (segment.location().segment, segment.location().sequence) == (place.segment, place.sequence);
    let of_name = |segment: &&hl7v2::Segment<'_>| segment.location().segment == place.segment;
    let is_missing_segment = place.field == 0 && place.segment.is_some() && place.sequence <= message.segments().len();
    message.segments().iter().any(has) && (place.field <= 40)
        || is_missing_segment && message.segments().iter().filter(of_name).count() < place.sequence
}

/// Everything that is done with a message that came.
fn work_on(bytes: &[u8]) {
    let Ok(header) = Header::read(bytes) else { return };
    let decoded = decode(bytes, &Charsets::default()).unwrap();
    let message = Message::parse(&decoded, &ParseSettings::default()).unwrap();
    let id = ControlId::new("L-1").unwrap();
    let envelope = Envelope { control_id: &id, at: Timestamp::from_micros(0) };
    let (verdict, orders) = match read(&message, &Zone::utc()) {
        Ok(Content::Orders(orders)) => (Verdict::Accepted(orders.warnings.clone()), Some(orders)),
        Ok(Content::Adt(event)) => (Verdict::Accepted(event.warnings), None),
        Ok(Content::Answer(_)) => return,
        Err(rejection) => (Verdict::refused(rejection), None),
    };
    for reason in verdict.reasons() {
        assert!(is_within(reason.location, &message), "{reason} is nowhere in {:?}", decoded.text);
        assert!(reason.words.is_ascii(), "{reason}");
    }
    let written = match &orders {
        Some(orders) => {
            let decisions = vec![Decision::NotDone { reason: "no" }; orders.orders.len()];
            answer(&header, &message, orders, &decisions, &verdict, &envelope)
        }
        None => acknowledge(&header, Stage::Application, &verdict, &envelope),
    };
    assert!(mllp::frame(&written).is_ok());
    let lines = written.split(|byte| *byte == b'\r').filter(|line| !line.is_empty());
    let known = [&b"MSH"[..], b"MSA", b"ERR", b"PID", b"ORC", b"OBR"];
    assert!(lines.clone().all(|line| known.contains(&&line[..3])), "{}", String::from_utf8_lossy(&written));
    let named = |name: &[u8]| lines.clone().filter(|line| line.starts_with(name)).count();
    assert_eq!((named(b"MSA"), named(b"ERR")), (1, verdict.reasons().len()));
    assert_eq!(named(b"ORC"), orders.map_or(0, |orders| orders.orders.len()));
}

fn look_at_everything(message: &Message<'_>) {
    for segment in message.segments() {
        for number in 0..8 {
            let field = segment.field(number);
            for repetition in field.repetitions() {
                for component in 0..4 {
                    let _ = repetition.component(component).subcomponent(2).text();
                }
            }
            let _ = (field.text(), field.said().map(|_| ()), field.is_truncated(), field.location().to_string());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in message(), any in any::<bool>()) {
        if let Ok(decoded) = decode(&bytes, &Charsets::default()) {
            let Decoded { text, .. } = &decoded;
            let message = Message::parse(&decoded, &settings(any)).unwrap();
            look_at_everything(&message);
            // Nothing is lost: segments and what divides them make up the text.
            let held: usize = message.segments().iter().map(|segment| segment.raw().len()).sum();
            let ends = text.chars().filter(|character| *character == '\r' || any && *character == '\n').count();
            prop_assert_eq!(held + ends, text.len());
        }
    }
    #[test]
    fn harmed_captures_are_read_or_refused_with_a_place_in_them(
        capture_index in 0..CAPTURES.len(),
        harms in proptest::collection::vec(harm(), 0..6),
    ) {
        work_on(&harmed(capture(CAPTURES[capture_index]), &harms));
    }

    #[test]
    fn made_up_messages_are_read_or_refused_with_a_place_in_them(bytes in message()) {
        work_on(&bytes);
    }
}

#[test]
fn our_captures_are_whole_without_harm() {
    for name in CAPTURES {
        let bytes = capture(name);
        let decoded = decode(&bytes, &Charsets::default()).unwrap();
        let message = Message::parse(&decoded, &ParseSettings::default()).unwrap();
        let content = read(&message, &Zone::utc()).unwrap();
        let warnings = match content {
            Content::Adt(event) => event.warnings,
            Content::Orders(orders) => orders.warnings,
            Content::Answer(_) => panic!("{name}"),
        };
        assert_eq!(warnings, [], "{name}");
    }
}
