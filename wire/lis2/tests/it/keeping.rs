//! The withheld acknowledgement: which frame's it is, and what happens while the message is being stored.

use lis2::LinkWarning;

use crate::support::*;

/// A bench on which one message has come in and waits to be kept.
fn waiting() -> Bench {
    let mut bench = Bench::slow_store();
    assert_eq!(bench.give(ENQ), ACK);
    assert_eq!(bench.give(&framed(1, HEADER, ETB)), ACK);
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), b"");
    assert_eq!(bench.contents().len(), 1);
    bench
}

#[test]
fn the_last_frame_is_acknowledged_only_when_the_message_is_kept() {
    let mut bench = waiting();
    let id = bench.ids()[0];
    assert_eq!(bench.wait(secs(11)), b"");
    assert_eq!(bench.kept(id), ACK);
    assert_eq!(bench.kept(id), b"", "once");
    assert_eq!(bench.give(EOT), b"");
}

#[test]
fn a_message_not_kept_is_refused_at_once_and_comes_again_under_a_new_id() {
    let mut bench = waiting();
    let first = bench.ids()[0];
    assert_eq!(bench.not_kept(first), NAK);
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), b"");
    assert_eq!(bench.contents(), [format!("{HEADER}{TERMINATOR}"), format!("{HEADER}{TERMINATOR}")]);
    assert_eq!(bench.wires()[0], bench.wires()[1]);
    let second = bench.ids()[1];
    assert_ne!(first, second);
    assert_eq!(bench.not_kept(first), b"");
    assert_eq!(bench.kept(second), ACK);
}

#[test]
fn a_message_not_kept_in_12_seconds_is_refused_before_the_sender_gives_up() {
    let mut bench = waiting();
    assert_eq!(bench.wake, Some(secs(12)));
    assert_eq!(bench.wait(secs(12)), NAK);
    assert_eq!(bench.anomalies(), [LinkWarning::NotKeptInTime { id: bench.ids()[0] }]);
}

#[test]
fn a_late_kept_does_not_acknowledge_another_frame() {
    let mut bench = waiting();
    let first = bench.ids()[0];
    bench.wait(secs(12));
    assert_eq!(bench.kept(first), b"", "already refused");
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), b"");
    assert_eq!(bench.kept(first), b"", "the new one is not stored by that");
    let second = bench.ids()[1];
    assert_eq!(bench.kept(second), ACK);
}

#[test]
fn a_repeat_while_waiting_is_answered_once_and_makes_no_second_message() {
    let mut bench = waiting();
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), b"");
    let mut damaged = framed(2, TERMINATOR, ETX);
    damaged[3] = b'!';
    assert_eq!(bench.give(&damaged), b"");
    assert_eq!(bench.contents().len(), 1);
    let id = bench.ids()[0];
    assert_eq!(bench.kept(id), ACK);
    // And a repeat afterwards is an ordinary one.
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), ACK);
    assert_eq!(bench.contents().len(), 1);
}

#[test]
fn eot_while_waiting_leaves_the_message_standing_and_the_link_neutral_after_the_answer() {
    let mut bench = waiting();
    assert_eq!(bench.give(EOT), b"");
    assert!(bench.aborted().is_empty());
    let id = bench.ids()[0];
    assert_eq!(bench.kept(id), ACK);
    assert!(bench.aborted().is_empty());
    assert_eq!(bench.give(&framed(3, TERMINATOR, ETX)), b"", "neutral");
    assert_eq!(bench.give(ENQ), ACK);
}

#[test]
fn a_peer_that_gave_up_and_asks_again_gets_one_answer_to_its_enq() {
    let mut bench = waiting();
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.give(ENQ), b"");
    let id = bench.ids()[0];
    // A second ACK here would be taken for that of the first frame.
    assert_eq!(bench.kept(id), ACK);
    assert_eq!(bench.give(&framed(1, &message(), ETX)), b"");
    let id = bench.ids()[1];
    assert_eq!(bench.kept(id), ACK);
}

#[test]
fn enq_alone_while_waiting_is_answered_once_too() {
    let mut bench = waiting();
    assert_eq!(bench.give(ENQ), b"");
    let id = bench.ids()[0];
    assert_eq!(bench.kept(id), b"");
    assert_eq!(bench.wait(secs(1)), ACK);
    assert!(bench.aborted().is_empty(), "the message was complete");
    assert_eq!(bench.give(&framed(1, HEADER, ETB)), ACK);
}

#[test]
fn a_closed_connection_while_waiting_aborts_nothing() {
    let mut bench = waiting();
    assert_eq!(bench.close(), b"");
    assert!(bench.aborted().is_empty());
    let id = bench.ids()[0];
    assert_eq!(bench.kept(id), b"", "nobody is there to be answered");
    assert_eq!(bench.not_kept(id), b"");
}

#[test]
fn the_withheld_acknowledgement_is_that_of_the_frame_with_the_terminator_etb_or_etx() {
    for end in [ETB, ETX] {
        let mut bench = Bench::slow_store();
        bench.give(ENQ);
        // Ending every frame with ETX only ends frames.
        assert_eq!(bench.give(&framed(1, HEADER, end)), ACK);
        assert_eq!(bench.give(&framed(2, RESULTS, end)), ACK);
        assert_eq!(bench.give(&framed(3, TERMINATOR, end)), b"");
        let id = bench.ids()[0];
        assert_eq!(bench.kept(id), ACK);
        bench.give(EOT);
        assert_eq!(bench.contents(), [message()]);
        assert!(bench.aborted().is_empty() && bench.message_warnings().is_empty());
    }
}

#[test]
fn two_messages_in_one_frame_are_acknowledged_when_both_are_kept() {
    let mut bench = Bench::slow_store();
    bench.give(ENQ);
    let other = message().replace("S1", "S2");
    let frame = framed(1, &format!("{}{other}", message()), ETX);
    assert_eq!(bench.give(&frame), b"");
    assert_eq!(bench.contents(), [message(), other]);
    assert_eq!(bench.wires(), [frame.clone(), frame.clone()]);
    let ids = bench.ids();
    assert_eq!(bench.kept(ids[1]), b"");
    assert_eq!(bench.kept(ids[0]), ACK);
}

#[test]
fn one_of_two_messages_not_kept_refuses_the_frame() {
    let mut bench = Bench::slow_store();
    bench.give(ENQ);
    let frame = framed(1, &format!("{}{}", message(), message()), ETX);
    bench.give(&frame);
    let ids = bench.ids();
    assert_eq!(bench.kept(ids[0]), b"");
    assert_eq!(bench.not_kept(ids[1]), NAK);
    bench.give(&frame);
    assert_eq!(bench.ids().len(), 4);
}

#[test]
fn a_frame_with_the_end_of_one_message_and_the_start_of_the_next_belongs_to_both() {
    let mut bench = Bench::slow_store();
    bench.give(ENQ);
    let frames = [framed(1, HEADER, ETB), framed(2, &format!("{RESULTS}{TERMINATOR}{HEADER}"), ETB), framed(3, TERMINATOR, ETX)];
    assert_eq!(bench.give(&frames[0]), ACK);
    assert_eq!(bench.give(&frames[1]), b"");
    let id = bench.ids()[0];
    assert_eq!(bench.kept(id), ACK);
    assert_eq!(bench.give(&frames[2]), b"");
    assert_eq!(bench.contents(), [message(), format!("{HEADER}{TERMINATOR}")]);
    assert_eq!(bench.wires(), [frames[..2].concat(), frames[1..].concat()]);
}

#[test]
fn not_kept_leaves_no_trace_of_the_frame_in_the_messages_around_it() {
    let mut bench = Bench::slow_store();
    bench.give(ENQ);
    bench.give(&framed(1, HEADER, ETB));
    let both = framed(2, &format!("{TERMINATOR}{HEADER}"), ETB);
    bench.give(&both);
    let id = bench.ids()[0];
    assert_eq!(bench.not_kept(id), NAK);
    bench.give(&both);
    let id = bench.ids()[1];
    assert_eq!(bench.kept(id), ACK);
    bench.give(&framed(3, TERMINATOR, ETX));
    let short = format!("{HEADER}{TERMINATOR}");
    assert_eq!(bench.contents(), [short.clone(), short.clone(), short]);
}

#[test]
fn a_terminator_without_carriage_return_ends_the_message_at_etx() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.give(&framed(1, "H|\\^&\rL|1|N", ETX)), ACK);
    assert_eq!(bench.contents(), ["H|\\^&\rL|1|N\r"]);
    assert!(bench.message_warnings().is_empty());
}

#[test]
fn a_terminator_cut_in_two_by_etb_ends_the_message_with_its_second_half() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    bench.give(&framed(1, "H|\\^&\rL|", ETB));
    assert!(bench.contents().is_empty());
    bench.give(&framed(2, "1|N\r", ETX));
    assert_eq!(bench.contents(), ["H|\\^&\rL|1|N\r"]);
}

#[test]
fn an_l_inside_a_record_or_a_longer_name_is_no_terminator() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    let content = "H|\\^&\rLOT|7\rC|1|\\L|1\rL|1\r";
    bench.give(&framed(1, "H|\\^&\rLOT|7\rC|1|\\", ETB));
    bench.give(&framed(2, "L|1\r", ETB));
    assert!(bench.contents().is_empty());
    bench.give(&framed(3, "L|1\r", ETX));
    assert_eq!(bench.contents(), [content]);
}

#[test]
fn the_delimiters_of_the_header_decide_what_a_terminator_is() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    bench.give(&framed(1, "H!@^\\\rL|1\rL!1\r", ETX));
    assert_eq!(bench.contents(), ["H!@^\\\rL|1\rL!1\r"]);
}

#[test]
fn records_that_end_with_their_etx_frame_instead_of_a_carriage_return_stay_apart() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    for (number, text) in [(1, "H|\\^&"), (2, "P|1"), (3, "L|1")] {
        assert_eq!(bench.give(&framed(number, text, ETX)), ACK);
    }
    assert_eq!(bench.contents(), ["H|\\^&\rP|1\rL|1\r"]);
    assert_eq!(bench.message_warnings(), [LinkWarning::RecordEndGuessed, LinkWarning::RecordEndGuessed]);
}

#[test]
fn a_value_cut_in_two_by_etx_is_joined_again() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    bench.give(&framed(1, "H|\\^&\rP|1\rO|1|S1\rR|1|^^^K|4.", ETX));
    bench.give(&framed(2, "1|mmol/L\rL|1\r", ETX));
    assert_eq!(bench.contents(), ["H|\\^&\rP|1\rO|1|S1\rR|1|^^^K|4.1|mmol/L\rL|1\r"]);
    assert_eq!(bench.message_warnings(), [LinkWarning::RecordEndGuessed]);
}

#[test]
fn a_sender_that_does_not_wait_gets_every_message_through() {
    let mut bench = Bench::slow_store();
    let other = message().replace("S1", "S2");
    let mut everything = ENQ.to_vec();
    everything.extend(framed(1, &message(), ETX));
    everything.extend(framed(2, &other, ETX));
    everything.extend(EOT);
    assert_eq!(bench.give(&everything), ACK);
    let id = bench.ids()[0];
    assert_eq!(bench.kept(id), ACK);
    let id = bench.ids()[1];
    assert_eq!(bench.kept(id), ACK);
    assert_eq!(bench.contents(), [message(), other]);
    assert!(bench.aborted().is_empty());
    assert_eq!(bench.give(ENQ), ACK, "and EOT was seen");
}

#[test]
fn a_file_poured_in_and_closed_loses_nothing() {
    let mut bench = Bench::slow_store();
    let mut everything = ENQ.to_vec();
    everything.extend(framed(1, &message(), ETX));
    everything.extend(framed(2, &message().replace("S1", "S2"), ETX));
    everything.extend(EOT);
    bench.give(&everything);
    assert_eq!(bench.close(), b"");
    assert_eq!(bench.contents().len(), 2);
}

#[test]
fn a_frame_that_brings_no_more_than_the_end_of_the_last_record_is_kept_with_its_message() {
    let mut bench = Bench::new();
    let terminator = TERMINATOR.strip_suffix('\r').unwrap();
    for last in ["\r", ""] {
        let frames = [framed(1, HEADER, ETB), framed(2, terminator, ETB), framed(3, last, ETX)];
        bench.give(ENQ);
        bench.give_all(&frames);
        bench.give(EOT);
        assert_eq!(bench.contents().last(), Some(&format!("{HEADER}{TERMINATOR}")));
        assert_eq!(bench.wires().last(), Some(&frames.concat()), "{last:?}");
    }
}
