//! What is written reads back, and nothing that is put in breaks it.

use hl7v2::{Charsets, Message, ParseSettings, Writer, decode, mllp};
use proptest::prelude::*;

use crate::support::*;

#[test]
fn empty_fields_and_components_at_the_end_are_left_out() {
    let mut writer = Writer::new();
    writer.segment("MSH").declaration().text("LAB").empty().text("").components(&["a", "", ""]).components(&["", ""]).end();
    writer.segment("ZZZ").end();
    assert_eq!(writer.finish(), b"MSH|^~\\&|LAB|||a\rZZZ\r");
}

#[test]
fn an_answer_keeps_the_separators_and_the_character_set_of_what_it_answers() {
    let bytes = b"MSH$@*!%$H\xF6$$$$$$$$$$$$$$$8859/1\rPID$x@\xFC\r";
    let decoded = decode(bytes, &Charsets::default()).unwrap();
    let message = parsed(&decoded);
    let mut writer = Writer::answering(&message);
    writer.segment("MSH").declaration().part(&message.header().field(3)).end();
    writer.segment("NTE").part(&message.first("PID").unwrap().field(1)).text("a$b ж ß |").end();
    assert_eq!(writer.finish(), b"MSH$@*!%$H\xF6\rNTE$x@\xFC$a!F!b <U+0436> \xDF |\r");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_reads_back(texts in proptest::collection::vec("[\\x00-\\x7F¡-ž]{0,12}", 1..6), odd in any::<bool>()) {
        let declared: &[u8] = if odd { b"MSH$@*!%#$A\r" } else { b"MSH|^~\\&|A\r" };
        let decoded_header = decoded(declared);
        let origin = parsed(&decoded_header);
        let mut writer = Writer::answering(&origin);
        writer.segment("MSH").declaration().text("A").end();
        let mut segment = writer.segment("ZZZ");
        for text in &texts {
            segment = segment.components(&[text, text]);
        }
        segment.end();
        let bytes = writer.finish();
        prop_assert!(mllp::frame(&bytes).is_ok());
        let read = decoded(&bytes);
        let message = Message::parse(&read, &ParseSettings::default()).unwrap();
        prop_assert_eq!(message.segments().len(), 2);
        for (number, text) in (1..).zip(&texts) {
            let field = message.segments()[1].field(number);
            prop_assert_eq!(field.component(1).text(), text.trim_matches(' '));
            prop_assert_eq!(field.component(2).text(), text.trim_matches(' '));
        }
    }

    #[test]
    fn raw_bytes_break_neither_segment_nor_frame(raw in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut writer = Writer::new();
        writer.segment("MSA").text("AA").raw(&raw).text("end").end();
        let bytes = writer.finish();
        prop_assert!(mllp::frame(&bytes).is_ok());
        prop_assert_eq!(bytes.iter().filter(|byte| **byte == b'|').count(), 3);
        prop_assert_eq!(bytes.iter().filter(|byte| byte.is_ascii_control()).count(), 1);
    }
}
