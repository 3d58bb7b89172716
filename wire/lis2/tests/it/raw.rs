//! Links without ENQ, and links without any framing.

use lis2::{AbortReason, Framing, LinkSettings, LinkWarning};

use crate::support::*;

fn raw() -> Bench {
    Bench::with(LinkSettings { framing: Framing::Raw, ..LinkSettings::default() })
}

fn stxetx() -> Bench {
    Bench::with(LinkSettings { framing: Framing::StxEtx, ..LinkSettings::default() })
}

#[test]
fn bare_records_make_a_message_whatever_ends_their_lines() {
    for end in ["\r", "\n", "\r\n"] {
        let mut bench = raw();
        assert_eq!(bench.give(message().replace('\r', end).as_bytes()), b"");
        assert_eq!(bench.contents(), [message()], "{end:?}");
        assert!(bench.message_warnings().is_empty());
    }
}

#[test]
fn bare_messages_follow_one_another() {
    let mut bench = raw();
    bench.give(format!("{}\r\n{HEADER}{RESULTS}{}", message(), message()).as_bytes());
    assert_eq!(bench.contents(), [message(), format!("{HEADER}{RESULTS}"), message()]);
    assert_eq!(bench.message_warnings(), [LinkWarning::MissingTerminator]);
}

#[test]
fn a_bare_message_without_terminator_ends_with_silence_or_the_connection() {
    for closing in [false, true] {
        let mut bench = raw();
        bench.give(format!("{HEADER}{RESULTS}").as_bytes());
        assert!(bench.contents().is_empty());
        let written = if closing { bench.close() } else { bench.wait(secs(31)) };
        assert_eq!(written, b"");
        assert_eq!(bench.contents(), [format!("{HEADER}{RESULTS}")]);
    }
}

#[test]
fn a_bare_message_cut_in_the_middle_of_a_record_is_aborted() {
    let mut bench = raw();
    bench.give(format!("{HEADER}R|1|^^^K|4.").as_bytes());
    bench.close();
    assert_eq!(bench.aborted(), [(format!("{HEADER}R|1|^^^K|4."), AbortReason::Closed)]);
}

#[test]
fn a_bare_terminator_needs_no_line_end_when_the_connection_closes() {
    let mut bench = raw();
    bench.give(b"H|\\^&\rL|1|N");
    bench.close();
    assert_eq!(bench.contents(), ["H|\\^&\rL|1|N\r"]);
}

#[test]
fn a_bare_message_over_the_cap_is_aborted_and_the_next_one_read() {
    let mut bench = Bench::with(LinkSettings { framing: Framing::Raw, message_bytes_max: 200, ..LinkSettings::default() });
    bench.give(format!("{HEADER}C|1|I|{}\rR|1|x\r{}", "y".repeat(500), message()).as_bytes());
    assert_eq!(bench.aborted(), [(HEADER.to_owned(), AbortReason::TooLong)]);
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn on_a_raw_link_sending_is_writing() {
    let mut bench = raw();
    assert_eq!(bench.send(7, "H|\\^&\rL|1|N\r"), b"H|\\^&\rL|1|N\r");
    assert_eq!(bench.sent(), [7]);
}

#[test]
fn frames_without_enq_are_acknowledged_and_counted_from_anywhere() {
    let mut bench = stxetx();
    assert_eq!(bench.give(&framed(5, HEADER, ETB)), ACK);
    assert_eq!(bench.give(&framed(6, &format!("{RESULTS}{TERMINATOR}"), ETX)), ACK);
    assert_eq!(bench.contents(), [message()]);
    // Middleware that always sends 1.
    for specimen in ["S2", "S3"] {
        assert_eq!(bench.give(&framed(1, &message().replace("S1", specimen), ETX)), ACK);
    }
    assert_eq!(bench.contents().len(), 3);
    assert_eq!(bench.give(&framed(1, &message().replace("S1", "S3"), ETX)), ACK, "a repeat");
    assert_eq!(bench.contents().len(), 3);
}

#[test]
fn frames_without_enq_take_enq_and_eot_all_the_same() {
    let mut bench = stxetx();
    assert_eq!(bench.give(ENQ), ACK);
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn without_sessions_silence_ends_a_message_without_terminator() {
    let mut bench = stxetx();
    bench.give(&framed(1, &format!("{HEADER}{RESULTS}"), ETX));
    bench.wait(secs(31));
    assert_eq!(bench.contents(), [format!("{HEADER}{RESULTS}")]);
    bench.give(&framed(1, HEADER, ETB));
    bench.wait(secs(31));
    assert_eq!(bench.aborted(), [(HEADER.to_owned(), AbortReason::Silence)]);
}
