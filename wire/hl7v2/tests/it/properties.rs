//! Whatever comes: no panic, and places within the message.

use hl7v2::{Charsets, Decoded, LineEnds, Message, ParseSettings, decode};
use proptest::prelude::*;

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
}
