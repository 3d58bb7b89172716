//! How a message is taken apart.

use hl7v2::{Delimiters, ErrorCode, Header, HeaderTrouble, Limits, LineEnds, Message, ParseSettings, Said};

use crate::support::*;

const HEADER: &str = "MSH|^~\\&|HIS|HOSP|LAB|LAB|20261122||ADT^A01|1|P|2.5.1";

fn names(bytes: &[u8], line_ends: LineEnds) -> Vec<String> {
    let decoded = decoded(bytes);
    let message = Message::parse(&decoded, &ParseSettings { line_ends, ..ParseSettings::default() }).unwrap();
    message.segments().iter().map(|segment| segment.location().to_string()).collect()
}

#[test]
fn segments_end_with_cr_and_with_lf_only_where_that_is_configured() {
    assert_eq!(names(b"MSH|^~\\&|A\rPID|1\rPV1|1\r", LineEnds::CarriageReturn), ["MSH", "PID", "PV1"]);
    for bytes in [&b"MSH|^~\\&|A\nPID|1\nPV1|1"[..], b"MSH|^~\\&|A\r\nPID|1\r\nPV1|1\r\n", b"MSH|^~\\&|A\n\nPID|1\rPV1|1"] {
        assert_eq!(names(bytes, LineEnds::Any), ["MSH", "PID", "PV1"], "{bytes:?}");
    }
    assert_eq!(names(b"MSH|^~\\&|A\nPID|1\r", LineEnds::CarriageReturn), ["MSH"], "a line feed is data");
}

#[test]
fn the_first_field_of_a_header_is_its_separator() {
    with(&format!("{HEADER}\nFHS|^~\\&|FILE\nPID|1"), |message| {
        let field = |number| message.header().field(number).raw().to_owned();
        assert_eq!([field(1), field(2), field(3), field(9), field(12)], ["|", "^~\\&", "HIS", "ADT^A01", "2.5.1"]);
        assert_eq!(message.header().field(0).raw(), "");
        assert_eq!(message.first("FHS").unwrap().field(3).raw(), "FILE");
        assert_eq!(message.first("PID").unwrap().field(1).raw(), "1");
    });
}

#[test]
fn the_separators_are_those_of_the_header() {
    let five = Delimiters { truncation: Some(b'#'), ..Delimiters::default() };
    let other = Delimiters { field: b'$', component: b'@', repetition: b'*', escape: b'!', subcomponent: b'%', truncation: None };
    for (header, expected) in [
        (&b"MSH|^~\\&|A"[..], Some(Delimiters::default())),
        (b"MSH|^~\\&#|A", Some(five)),
        (b"MSH$@*!%$A", Some(other)),
        (b"MSH|^~\\&\rPID", Some(Delimiters::default())),
        (b"MSH|^~\\|A", None),
        (b"MSH|^~\\&#!|A", None),
        (b"MSH|^^\\&|A", None),
        (b"MSH|^~\\||A", None),
        (b"MSH|^~A&|A", None),
        (b"MSH|^~\"&|A", None),
        (b"MSH ^~\\& A", None),
        (b"MSH", None),
        (b"", None),
    ] {
        assert_eq!(Delimiters::declared(header), expected, "{:?}", String::from_utf8_lossy(header));
    }
    let bytes = wire("MSH$@*!%$HIS$HOSP\nPID$1$$A@B%C@D*E!S!F$|^~\\&");
    let decoded = decoded(&bytes);
    let message = parsed(&decoded);
    let field = message.first("PID").unwrap().field(3);
    let texts = [field.component(1).text(), field.component(2).subcomponent(2).text(), field.repetitions().nth(1).unwrap().text()];
    assert_eq!(texts, ["A", "C", "E@F"]);
    assert_eq!(message.first("PID").unwrap().field(4).text(), "|^~\\&", "the usual ones are text here");
}

#[test]
fn fields_repetitions_components_and_subcomponents_are_found_with_their_places() {
    with(&format!("{HEADER}\nPID|1||A^B^C&D~E^F\nOBX|1\nOBX|2||X"), |message| {
        let field = message.first("PID").unwrap().field(3);
        let second = field.repetitions().nth(1).unwrap();
        let missing = field.component(9);
        for (part, text, place) in [
            (field, "A^B^C&D~E^F", "PID-3"),
            (field.component(2), "B", "PID-3.2"),
            (field.component(3).subcomponent(2), "D", "PID-3.3.2"),
            (field.component(3), "C&D", "PID-3.3"),
            (second, "E^F", "PID-3[2]"),
            (second.component(2), "F", "PID-3[2].2"),
            (missing, "", "PID-3.9"),
            (message.first("PID").unwrap().field(40), "", "PID-40"),
            (message.segments()[3].field(3), "X", "OBX[2]-3"),
        ] {
            assert_eq!((part.text().as_ref(), part.location().to_string().as_str()), (text, place));
        }
        assert_eq!(field.repetitions().count(), 2);
    });
}

#[test]
fn empty_and_deleted_are_different_things() {
    with(&format!("{HEADER}\nPID|1||\"\"|x^\"\"^|^~^&^| |\"\"^A"), |message| {
        let pid = message.first("PID").unwrap();
        let said = |number: usize| pid.field(number).said().map(|part| part.text().into_owned());
        assert_eq!((said(2), said(3)), (Said::NotSaid, Said::Deleted));
        assert_eq!(said(5), Said::NotSaid, "separators alone say nothing");
        assert_eq!(said(6), Said::NotSaid, "nor do spaces");
        assert_eq!(said(30), Said::NotSaid, "nor what was left out at the end");
        assert_eq!(said(7), Said::Said("\"\"^A".to_owned()));
        let components = [pid.field(4).component(1), pid.field(4).component(2), pid.field(4).component(3)];
        assert_eq!(components.map(|part| part.said().map(|_| ())), [Said::Said(()), Said::Deleted, Said::NotSaid]);
    });
}

/// Each escape sequence of the specification.
#[test]
fn escape_sequences_mean_what_the_standard_says() {
    for (raw, text) in [
        (r"\F\\S\\T\\R\\E\", r"|^&~\"),
        (r"a\X41\b", "aAb"),
        (r"\XC3A9\", "é"),
        (r"\X0d0A\", "\r\n"),
        (r"a\.br\b", "a\nb"),
        (r"\H\bold\N\", "bold"),
        (r"\C2842\x", "x"),
        (r"\C2D41\x", r"\C2D41\x"),
        (r"\M244200\x\F\", r"\M244200\x|"),
        (r"\C2D41\F\", r"\C2D41\F\"),
        (r"\M244200\F\", r"\M244200\F\"),
        (r"\M2442\F\", r"\M2442\F\"),
        (r"C:\dir", r"C:\dir"),
        (r"a\b\c", r"a\b\c"),
        (r"\", r"\"),
        (r"\\", r"\\"),
        (r"\X4\", r"\X4\"),
        (r"\XFF\", r"\XFF\"),
        (r"\Q\F\", r"\Q|"),
        (r"\E\F\E\", r"\F\"),
        (r"\P\", r"\P\"),
        ("", ""),
    ] {
        with(&format!("{HEADER}\nNTE|{raw}"), |message| assert_eq!(message.first("NTE").unwrap().field(1).text(), text, "{raw}"));
    }
    with("MSH|^~\\&#|A\nNTE|\\P\\|cut#", |message| {
        let note = message.first("NTE").unwrap();
        assert_eq!(note.field(1).text(), "#");
        assert!(note.field(2).is_truncated() && !note.field(1).is_truncated());
    });
}

#[test]
fn unknown_segments_are_kept_and_lines_without_a_name_are_told() {
    with(&format!("{HEADER}\nZPI|1|x\nXYZ|2\nand so on\npid|1\nPIDX|1\nPI\nZ99"), |message| {
        let places: Vec<String> = message.segments().iter().map(|segment| segment.location().to_string()).collect();
        assert_eq!(places, ["MSH", "ZPI", "XYZ", "segment 4", "segment 5", "segment 6", "segment 7", "Z99"]);
        assert_eq!(message.segments()[3].raw(), "and so on");
        assert_eq!(message.nameless().count(), 4);
        assert_eq!(message.first("ZPI").unwrap().field(2).text(), "x");
    });
}

#[test]
fn whatever_has_no_header_says_so_and_that_nothing_can_be_answered() {
    let long = [b"MSH|^~\\&|".to_vec(), vec![b'x'; 20_000]].concat();
    for (bytes, expected) in [
        (&b""[..], HeaderTrouble::NoHeader),
        (b"PID|1", HeaderTrouble::NoHeader),
        (b" MSH|^~\\&|", HeaderTrouble::NoHeader),
        (b"MSH|^~\\|A", HeaderTrouble::NoDelimiters),
        (b"\xFF\xFEM\0S\0H\0|\0", HeaderTrouble::Utf16),
        (b"\xFE\xFF\0M\0S\0H\0|", HeaderTrouble::Utf16),
        (b"M\0S\0H\0|\0", HeaderTrouble::Utf16),
        (b"\0M\0S\0H\0|", HeaderTrouble::Utf16),
        (&long, HeaderTrouble::TooLong),
    ] {
        assert_eq!(Header::read(bytes), Err(expected));
        assert!(expected.to_string().contains("cannot be answered") && expected.to_string().contains("close the connection"));
    }
    let header = Header::read(b"\xEF\xBB\xBFMSH|^~\\&|A\xFF|B\nPID|1").unwrap();
    assert_eq!((header.field(3), header.field(4), header.field(5), header.field(1)), (&b"A\xFF"[..], &b"B"[..], &b""[..], &b""[..]));
}

#[test]
fn each_limit_is_named_with_its_place() {
    let limits = Limits {
        message_bytes_max: 100,
        segments_max: 3,
        fields_max: 12,
        field_bytes_max: 20,
        repetitions_max: 2,
        components_max: 3,
        subcomponents_max: 2,
    };
    let outcome = |lines: &str| {
        let bytes = wire(lines);
        let decoded = decoded(&bytes);
        Message::parse(&decoded, &ParseSettings { limits, ..ParseSettings::default() }).map(|_| ()).map_err(|rejection| {
            assert_eq!(rejection.code, ErrorCode::Internal);
            rejection.to_string()
        })
    };
    let just_fits = "MSH|^~\\&|A\nPID|1|A^B^C&D~E^F|3|4|5|6|7|8|9|10|11|aaaaaaaaaaaaaaaaaaaa\nPV1|1";
    assert_eq!(outcome(just_fits), Ok(()));
    for (lines, place, limit) in [
        ("MSH|^~\\&|A\nPID|1\nPV1|1\nOBX|1", "segment 4", "more than 3 segments"),
        ("MSH|^~\\&|A\nPID|1|2|3|4|5|6|7|8|9|10|11|12|13", "PID", "more than 12 fields"),
        ("MSH|^~\\&|A\nPID|1|aaaaaaaaaaaaaaaaaaaaa", "PID-2", "more than 20 bytes in a field"),
        ("MSH|^~\\&|A\nPID|A~B~C", "PID-1", "more than 2 repetitions"),
        ("MSH|^~\\&|A\nPID|A~B^C^D^E", "PID-1", "more than 3 components"),
        ("MSH|^~\\&|A\nPID|A^B&C&D", "PID-1", "more than 2 subcomponents"),
        (
            "MSH|^~\\&|A\nPID|aaaaaaaaaaaaaaaaaaaa|aaaaaaaaaaaaaaaaaaaa|aaaaaaaaaaaaaaaaaaaa|aaaaaaaaaaaaaaaaaaaa|1",
            "MSH",
            "100 bytes in a message",
        ),
    ] {
        let words = outcome(lines).unwrap_err();
        assert!(words.starts_with(&format!("{place}: 207")) && words.contains(limit), "{words}");
    }
}
