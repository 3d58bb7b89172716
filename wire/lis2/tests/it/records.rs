//! Records: delimiters, fields, escapes, character sets, the tree, and what is said about records that do not fit.

use lis2::{Charset, Delimiters, Message, ParseSettings, Record, RecordKind, RecordTroubleKind as Trouble, parse, parse_with, render};

use crate::support::{message, text};

fn troubles_of(content: &[u8]) -> Vec<(usize, Trouble)> {
    parse(content).1.into_iter().map(|trouble| (trouble.line_number, trouble.what)).collect()
}

fn lines_of<'a>(records: impl IntoIterator<Item = &'a Record<'a>>) -> Vec<usize> {
    records.into_iter().map(|record| record.line_number).collect()
}

#[test]
fn fields_are_counted_from_the_letter_as_the_standard_does() {
    let content = b"H|\\^&|id|pw|name^version^serial|||||host||P|E1394-97|20230803131713\rL|1|N\r";
    let (message, troubles) = parse(content);
    assert!(troubles.is_empty());
    let header = message.header().unwrap();
    assert_eq!(header.field(1).text(), "H");
    assert_eq!(header.field(2).raw(), b"\\^&");
    assert_eq!(header.field(3).text(), "id");
    assert_eq!(header.field(5).component(1).text(), "name");
    assert_eq!(header.field(5).component(3).text(), "serial");
    assert_eq!(header.field(10).text(), "host");
    assert_eq!(header.field(12).text(), "P");
    assert_eq!(header.field(13).text(), "E1394-97");
    assert_eq!(header.field(14).text(), "20230803131713");
}

#[test]
fn what_is_not_there_is_empty() {
    let (message, _) = parse(b"H|\\^&\rL|1|N\r");
    let terminator = message.records()[1];
    for number in [0, 4, 1_000_000] {
        assert!(terminator.field(number).is_empty());
        assert!(terminator.field(3).component(number + 2).is_empty());
    }
    assert_eq!(terminator.field(3).component(0).text(), "");
}

#[test]
fn delimiters_come_from_the_header_only() {
    // As GeneXpert declares them: repeat @, component ^, escape \.
    let (message, troubles) = parse(b"H|@^\\|\rP|1\rO|1||a@b^c@d\rL|1\r");
    assert!(troubles.is_empty());
    let field = message.records()[2].field(4);
    let repeats: Vec<_> = field.repeats().map(|repeat| repeat.text().into_owned()).collect();
    assert_eq!(repeats, ["a", "b^c", "d"]);
    let second = field.repeats().nth(1).unwrap();
    assert_eq!(second.component(2).text(), "c");
    assert_eq!(field.component(1).text(), "a");

    let (message, troubles) = parse(b"H!~:%\rP!1!a:b~c|d\rL!1\r");
    assert!(troubles.is_empty());
    assert_eq!(message.records()[1].field(3).component(2).text(), "b");
    assert_eq!(message.records()[1].field(3).repeats().nth(1).unwrap().text(), "c|d");
}

#[test]
fn unusable_delimiters_are_named_and_the_usual_ones_assumed() {
    for header in ["H", "H|", "H|\\^", "H|\\\\^&", "H|||||", "H|AB&", "H|\\^ "] {
        let content = format!("{header}\rP|1|a^b\rL|1\r");
        assert_eq!(troubles_of(content.as_bytes()), [(1, Trouble::BadDelimiters)], "{header}");
        let (message, _) = parse(content.as_bytes());
        assert_eq!(message.records()[1].field(3).component(2).text(), "b", "{header}");
    }
}

#[test]
fn escapes_are_resolved_after_splitting_with_the_declared_escape_character() {
    let cases = [
        ("a&F&b", "a|b"),
        ("a&S&b", "a^b"),
        ("a&R&b", "a\\b"),
        ("a&E&b", "a&b"),
        ("&H&bold&N&", "bold"),
        ("&X41&&X4243&", "ABC"),
        ("&X3C3D&", "<="),
        // Unknown or unfinished: kept as it is.
        ("&Z&", "&Z&"),
        ("&X4&", "&X4&"),
        ("&XZZ&", "&XZZ&"),
        ("&X&", "&X&"),
        ("R&D", "R&D"),
        ("a&", "a&"),
        ("&&", "&&"),
        ("R&D &F&", "R&D |"),
        ("&f&", "&f&"),
    ];
    for (sent, meant) in cases {
        let content = format!("H|\\^&\rP|1|{sent}\rL|1\r");
        let (message, _) = parse(content.as_bytes());
        assert_eq!(message.records()[1].field(3).text(), meant, "{sent}");
    }
    let (message, _) = parse(b"H|@^\\\rP|1|a\\F\\b&F&\\R\\\rL|1\r");
    assert_eq!(message.records()[1].field(3).text(), "a|b&F&@");
}

#[test]
fn escaping_and_reading_back_gives_the_same_text() {
    for delimiters in [Delimiters::default(), Delimiters { field: b'|', repeat: b'@', component: b'^', escape: b'\\' }] {
        let sent = "a|b\\c^d&e\u{e9}@\rf\tg\u{7}";
        let head: Vec<u8> = vec![b'H', delimiters.field, delimiters.repeat, delimiters.component, delimiters.escape];
        let content = format!("{}\rP|1|{}\rL|1\r", text(&head), delimiters.escape(sent));
        let (message, troubles) = parse(content.as_bytes());
        assert!(troubles.is_empty());
        assert_eq!(message.records()[1].field(3).text(), sent);
    }
}

#[test]
fn text_is_utf8_and_else_latin_1_with_a_trouble() {
    let with = |name: &[u8]| [b"H|\\^&\rP|1|", name, b"\rL|1\r"].concat();
    let read = |content: &[u8], charset| {
        let (message, troubles) = parse_with(content, &ParseSettings { charset, ..ParseSettings::default() });
        (message.records()[1].field(3).text().into_owned(), troubles.iter().map(|trouble| trouble.what).collect::<Vec<_>>())
    };
    let (utf8, latin1) = (with(b"L\xC3\xA9a"), with(b"L\xE9a"));
    assert_eq!(read(&utf8, Charset::Utf8OrLatin1), ("L\u{e9}a".to_owned(), vec![]));
    assert_eq!(read(&latin1, Charset::Utf8OrLatin1), ("L\u{e9}a".to_owned(), vec![Trouble::Charset]));
    assert_eq!(read(&latin1, Charset::Latin1), ("L\u{e9}a".to_owned(), vec![]));
    assert_eq!(read(&utf8, Charset::Latin1), ("L\u{c3}\u{a9}a".to_owned(), vec![]));
    assert_eq!(read(&latin1, Charset::Utf8), ("L\u{fffd}a".to_owned(), vec![Trouble::Charset]));
    assert_eq!(read(&with(b"&XE9&"), Charset::Utf8).0, "\u{e9}", "escaped bytes that are no UTF-8 are Latin-1");
}

const TREE: &[u8] =
    b"H|\\^&\rC|1|of the header\rP|1|||A\rO|1||S1\rM|1|plot\rR|1|^^^K|4.1\rC|1|I|first\rC|2|I|second\rM|1|curve\rC|1|I|on the curve\r\
R|2|^^^Na|140\rO|2||S2\rR|1|^^^Cl|101\rP|2|||B\rO|1||S3\rR|1|^^^K|5\rL|1|N\r";

#[test]
fn results_know_their_patient_order_comments_and_manufacturer_records() {
    let (message, troubles) = parse(TREE);
    assert!(troubles.is_empty());
    let results: Vec<_> = message.results().collect();
    let line = |record: Option<&Record<'_>>| record.unwrap().line_number;
    let seen: Vec<_> = results.iter().map(|found| (found.result.line_number, line(found.patient), line(found.order))).collect();
    assert_eq!(seen, [(6, 3, 4), (11, 3, 4), (13, 3, 12), (16, 14, 15)]);
    assert_eq!(lines_of(results[0].comments.iter().copied()), [7, 8, 10]);
    assert_eq!(lines_of(results[0].manufacturer.iter().copied()), [9]);
    assert!(results[1..].iter().all(|found| found.comments.is_empty() && found.manufacturer.is_empty()));
    assert!(results.iter().all(|found| line(found.header) == 1));
}

#[test]
fn comments_attach_to_the_record_before_them() {
    let (message, _) = parse(TREE);
    let parents: Vec<_> = message.of_kind(RecordKind::Comment).map(|comment| message.parent(comment).unwrap().line_number).collect();
    assert_eq!(parents, [1, 6, 6, 9]);
    let order = message.of_kind(RecordKind::Order).next().unwrap();
    assert_eq!(lines_of(message.attached(order)), [5]);
    let header = message.header().unwrap();
    assert_eq!(lines_of(message.comments(header)), [2]);
}

#[test]
fn a_new_patient_does_not_inherit_the_order_of_the_one_before() {
    let content = b"H|\\^&\rP|1\rO|1||S1\rR|1|^^^K|4.1\rP|2\rR|1|^^^K|9.9\rL|1\r";
    let (message, troubles) = parse(content);
    let second = message.results().nth(1).unwrap();
    assert!(second.order.is_none());
    assert_eq!(second.patient.unwrap().line_number, 5);
    assert_eq!(troubles.len(), 1);
    assert_eq!((troubles[0].line_number, troubles[0].what), (6, Trouble::ResultWithoutOrder));
    assert_eq!(troubles[0].to_string(), "line 6: a result record (R) without an order record (O) before it");
}

#[test]
fn a_second_header_and_a_terminator_end_what_came_before() {
    let content = b"H|\\^&\rP|1\rO|1||S1\rL|1\rR|1|^^^K|1\rH|@^\\\rR|2|a@b\rL|1\r";
    let (message, troubles) = parse(content);
    let results: Vec<_> = message.results().collect();
    assert!(results.iter().all(|found| found.order.is_none() && found.patient.is_none()));
    assert_eq!(results[1].result.field(3).repeats().count(), 2);
    assert_eq!(results[1].header.unwrap().line_number, 6);
    let named: Vec<_> = troubles.iter().map(|trouble| (trouble.line_number, trouble.what)).collect();
    let expected = [
        (5, Trouble::AfterTerminator),
        (5, Trouble::ResultWithoutOrder),
        (6, Trouble::SecondHeader),
        (7, Trouble::AfterTerminator),
        (7, Trouble::ResultWithoutOrder),
        (8, Trouble::AfterTerminator),
    ];
    assert_eq!(named, expected);
}

#[test]
fn every_misplaced_record_is_kept_and_named() {
    type Case<'a> = (&'a [u8], &'a [(usize, Trouble)]);
    let cases: [Case<'_>; 6] = [
        (b"", &[(1, Trouble::Empty)]),
        (b"P|1\rO|1\rL|1\r", &[(1, Trouble::MissingHeader)]),
        (b"H|\\^&\rO|1\rR|1\rL|1\r", &[(2, Trouble::OrderWithoutPatient)]),
        (b"H|\\^&\rQ|1|^S1\rO|1\rL|1\r", &[(3, Trouble::OrderWithoutPatient)]),
        (
            b"H|\\^&\rX|1\rRES|1\r1\r|\rL|1\r",
            &[(2, Trouble::UnknownRecord), (3, Trouble::UnknownRecord), (4, Trouble::UnknownRecord), (5, Trouble::UnknownRecord)],
        ),
        (b"H|\\^&\rP|1\r", &[(2, Trouble::MissingTerminator)]),
    ];
    for (content, expected) in cases {
        assert_eq!(troubles_of(content), expected, "{}", text(content));
        assert_eq!(render(&parse(content).0), content);
    }
}

#[test]
fn limits_are_named_when_they_are_exceeded() {
    let settings = ParseSettings { records_max: 3, fields_max: 4, ..ParseSettings::default() };
    let troubles =
        |content: &[u8]| parse_with(content, &settings).1.iter().map(|trouble| (trouble.line_number, trouble.what)).collect::<Vec<_>>();
    assert_eq!(troubles(b"H|\\^&\rP|1|2|3\rL|1\r"), []);
    assert_eq!(troubles(b"H|\\^&\rP|1|2|3|4\rL|1\r"), [(2, Trouble::TooManyFields { limit: 4 })]);
    assert_eq!(troubles(b"H|\\^&\rP|1\rP|2\rP|3\rL|1\r"), [(4, Trouble::TooManyRecords { limit: 3 })]);
}

#[test]
fn lines_are_counted_as_a_person_would() {
    let (message, _) = parse(b"H|\\^&\r\n\r\nP|1\nO|1\r\rL|1");
    assert_eq!(lines_of(message.records()), [1, 3, 4, 6]);
}

#[test]
fn letters_and_lines_are_shown_as_received() {
    let (message, _) = parse("H|\\^&\r\u{e9}|1\rL|1\r".as_bytes());
    assert_eq!(message.records()[1].letter, '\u{e9}');
    assert_eq!(message.records()[1].line(), "\u{e9}|1");
    assert_eq!(message.records()[2].letter, 'L');
    assert_eq!(message.records()[2].fields().count(), 2);
}

#[test]
fn rendering_gives_back_what_was_parsed() {
    let content = message();
    let (message, troubles): (Message<'_>, _) = parse(content.as_bytes());
    assert!(troubles.is_empty());
    assert_eq!(text(&render(&message)), content);
}

#[test]
fn ten_thousand_comments_in_a_row_are_read_in_no_time() {
    // Quadratic reading would take minutes in a debug build.
    let content = format!("H|\\^&\rP|1\rO|1\rR|1\r{}L|1\r", "C|1|I|x\rM|1|y\r".repeat(9_000));
    let (message, troubles) = parse(content.as_bytes());
    assert!(troubles.is_empty());
    assert_eq!(message.results().next().unwrap().comments.len(), 9_000);
}
