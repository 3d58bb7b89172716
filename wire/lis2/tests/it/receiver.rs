//! The receiver: frame rules, timers, and the decision table for what a peer may send.

use lis2::{AbortReason, FrameFault, FrameOrder, LinkSettings, LinkWarning, TextCharacters};

use crate::support::*;
use std::time::Duration;

/// ENQ answered, header frame answered: in the middle of a message.
fn in_mid_message() -> Bench {
    let mut bench = Bench::new();
    assert_eq!(bench.give(ENQ), ACK);
    assert_eq!(bench.give(&framed(1, HEADER, ETB)), ACK);
    bench
}

#[test]
fn a_frame_with_the_next_number_is_acknowledged_and_appended() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, RESULTS, ETB)), ACK);
    assert_eq!(bench.give(&framed(3, TERMINATOR, ETX)), ACK);
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.contents(), [message()]);
    let wire = [framed(1, HEADER, ETB), framed(2, RESULTS, ETB), framed(3, TERMINATOR, ETX)].concat();
    assert_eq!(bench.wires(), [wire]);
    assert!(bench.message_warnings().is_empty() && bench.anomalies().is_empty() && bench.aborted().is_empty());
}

#[test]
fn the_checksum_of_a_known_frame_is_as_computed_by_hand() {
    // "1" 0x31 + "L" 0x4C + "|" 0x7C + "1" 0x31 + CR 0x0D + ETX 0x03 = 0x13A, so 3A
    assert_eq!(framed(1, "L|1\r", ETX), b"\x021L|1\r\x033A\r\n");
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.give(b"\x021L|1\r\x033A\r\n"), ACK);
    assert_eq!(bench.contents(), ["L|1\r"]);
    assert_eq!(bench.message_warnings(), [LinkWarning::MissingHeader]);
}

#[test]
fn a_lower_case_checksum_is_accepted() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.give(b"\x021L|1\r\x033a\r\n"), ACK);
}

#[test]
fn the_checksum_is_taken_over_bytes_of_the_wire_not_over_text() {
    // A Latin-1 E acute is one byte, 0xC9: 0x31 + 0xC9 + 0x0D + 0x17 = 0x11E
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.give(b"\x021\xC9\r\x171E\r\n"), ACK);
}

#[test]
fn frame_numbers_run_from_1_to_7_then_0() {
    let content = format!("{HEADER}{}{TERMINATOR}", "C|1|I|x\r".repeat(15));
    let frames = record_frames(&content);
    assert_eq!(frames.iter().map(|frame| frame[1]).collect::<Vec<_>>(), b"12345670123456701");
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.give_all(&frames), [6; 17]);
    assert_eq!(bench.contents(), [content]);
}

#[test]
fn frame_numbers_go_on_over_the_messages_of_a_session() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
    assert_eq!(bench.give(&framed(2, &message(), ETX)), ACK);
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.contents(), [message(), message()]);
}

#[test]
fn frame_numbers_start_at_1_in_each_session() {
    let mut bench = Bench::new();
    for _ in 0..2 {
        assert_eq!(bench.give(ENQ), ACK);
        assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
        assert_eq!(bench.give(EOT), b"");
    }
    assert_eq!(bench.contents().len(), 2);
    bench.give(ENQ);
    assert_eq!(bench.give(&framed(2, &message(), ETX)), NAK);
}

#[test]
fn a_repeated_frame_is_acknowledged_and_not_appended() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, RESULTS, ETB)), ACK);
    assert_eq!(bench.give(&framed(2, RESULTS, ETB)), ACK);
    assert_eq!(bench.anomalies(), [LinkWarning::DuplicateFrame { number: 2 }]);
    bench.give(&framed(3, TERMINATOR, ETX));
    assert_eq!(bench.contents(), [message()]);
    assert_eq!(bench.wires()[0], [framed(1, HEADER, ETB), framed(2, RESULTS, ETB), framed(3, TERMINATOR, ETX)].concat());
}

#[test]
fn a_repeat_of_the_last_frame_does_not_make_a_second_message() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), ACK);
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), ACK);
    assert_eq!(bench.contents().len(), 1);
}

#[test]
fn a_repeated_number_with_another_text_is_acknowledged_left_out_and_reported() {
    let mut bench = in_mid_message();
    bench.give(&framed(2, RESULTS, ETB));
    assert_eq!(bench.give(&framed(2, "R|9|^^^990|9.9\r", ETB)), ACK);
    assert_eq!(bench.anomalies(), [LinkWarning::DuplicateDiffers { number: 2, text: b"R|9|^^^990|9.9\r".to_vec() }]);
    bench.give(&framed(3, TERMINATOR, ETX));
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn another_frame_number_is_refused_on_a_strict_link() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(3, RESULTS, ETB)), NAK);
    assert_eq!(bench.anomalies(), [LinkWarning::FrameNumber { expected: 2, found: 3 }]);
    assert_eq!(bench.give(&framed(2, RESULTS, ETB)), ACK);
    bench.give(&framed(3, TERMINATOR, ETX));
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn another_frame_number_is_accepted_and_reported_on_a_lenient_link() {
    let mut bench = Bench::with(LinkSettings { frame_order: FrameOrder::Lenient, ..LinkSettings::default() });
    bench.give(ENQ);
    // A device that always sends 1.
    for (text, end) in [(HEADER, ETB), (RESULTS, ETB), (TERMINATOR, ETX)] {
        assert_eq!(bench.give(&framed(1, text, end)), ACK);
    }
    assert_eq!(bench.contents(), [message()]);
    assert_eq!(
        bench.anomalies(),
        [LinkWarning::FrameOrderIgnored { expected: 2, found: 1 }, LinkWarning::FrameOrderIgnored { expected: 2, found: 1 }]
    );
    // A true repeat is still one.
    assert_eq!(bench.give(&framed(1, TERMINATOR, ETX)), ACK);
    assert_eq!(bench.contents().len(), 1);
}

#[test]
fn a_wrong_checksum_is_refused_and_the_right_frame_then_taken() {
    let mut bench = in_mid_message();
    let mut damaged = framed(2, RESULTS, ETB);
    let sum = damaged[2..].iter().position(|byte| *byte == ETB).unwrap() + 3;
    damaged[sum] = if damaged[sum] == b'0' { b'1' } else { b'0' };
    assert_eq!(bench.give(&damaged), NAK);
    assert!(matches!(bench.anomalies()[..], [LinkWarning::FrameRefused { fault: FrameFault::WrongChecksum { .. } }]));
    assert_eq!(bench.give(&framed(2, RESULTS, ETB)), ACK);
}

#[test]
fn a_checksum_over_the_wrong_end_character_is_refused() {
    // One public implementation sums ETX for ETB frames as well.
    let mut bench = in_mid_message();
    let mut frame = framed(2, RESULTS, ETX);
    let end = frame.iter().position(|byte| *byte == ETX).unwrap();
    frame[end] = ETB;
    assert_eq!(bench.give(&frame), NAK);
}

#[test]
fn a_text_over_the_cap_is_refused_and_one_at_the_cap_taken() {
    let settings = LinkSettings { frame_text_max: 100, ..LinkSettings::default() };
    let fitting = format!("H{}\r", "|".repeat(98));
    let mut bench = Bench::with(settings);
    bench.give(ENQ);
    assert_eq!(bench.give(&framed(1, &format!("{fitting}x"), ETB)), NAK);
    assert_eq!(bench.anomalies(), [LinkWarning::FrameRefused { fault: FrameFault::TooLong { limit: 100 } }]);
    assert_eq!(fitting.len(), 100);
    assert_eq!(bench.give(&framed(1, &fitting, ETB)), ACK);
}

#[test]
fn the_default_cap_is_64_kib() {
    let text = |length: usize| format!("M|1|{}\r", "x".repeat(length - 5));
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, &text(65_537), ETB)), NAK);
    assert_eq!(bench.give(&framed(2, &text(65_536), ETB)), ACK);
}

#[test]
fn every_forbidden_character_is_refused_in_text() {
    // STX, ENQ and the frame ends change the frame itself and are tried elsewhere.
    for byte in [1, 6, 0x0A, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 2, 5] {
        let mut bench = in_mid_message();
        let text = format!("C|1|I|a{}b\r", char::from(byte));
        assert_eq!(bench.give(&framed(2, &text, ETB)), NAK, "{byte:#x}");
        assert_eq!(bench.anomalies(), [LinkWarning::FrameRefused { fault: FrameFault::ForbiddenCharacter { byte } }]);
    }
}

#[test]
fn forbidden_characters_are_taken_on_a_lenient_link() {
    let mut bench = Bench::with(LinkSettings { text_characters: TextCharacters::Lenient, ..LinkSettings::default() });
    bench.give(ENQ);
    assert_eq!(bench.give(&framed(1, "H|\\^&\rC|1|a\x11b\rL|1\r", ETX)), ACK);
    assert_eq!(bench.contents(), ["H|\\^&\rC|1|a\x11b\rL|1\r"]);
}

#[test]
fn line_feed_after_carriage_return_is_tolerated_and_left_out_of_the_content() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    let text = message().replace('\r', "\r\n");
    assert_eq!(bench.give(&framed(1, &text, ETX)), ACK);
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn nul_is_left_out_only_where_the_link_says_so() {
    for (ignore_nul, content) in [(true, "H|\\^&\rC|1|ab\rL|1\r"), (false, "H|\\^&\rC|1|a\0b\rL|1\r")] {
        let mut bench = Bench::with(LinkSettings { ignore_nul, ..LinkSettings::default() });
        bench.give(ENQ);
        assert_eq!(bench.give(&framed(1, "H|\\^&\rC|1|a\0b\rL|1\r", ETX)), ACK);
        assert_eq!(bench.contents(), [content]);
    }
}

#[test]
fn a_frame_number_that_is_no_digit_from_0_to_7_is_refused() {
    for number in [8, 9, 17] {
        let mut bench = in_mid_message();
        assert_eq!(bench.give(&framed(number, RESULTS, ETB)), NAK);
        assert_eq!(bench.anomalies(), [LinkWarning::FrameRefused { fault: FrameFault::BadNumber }]);
    }
}

#[test]
fn a_checksum_not_followed_by_a_line_end_is_refused() {
    let mut bench = in_mid_message();
    let mut frame = framed(2, RESULTS, ETB);
    let carriage_return = frame.len() - 2;
    frame[carriage_return] = b'x';
    assert_eq!(bench.give(&frame), NAK);
    assert_eq!(bench.anomalies(), [LinkWarning::FrameRefused { fault: FrameFault::BadEnd }]);
    assert_eq!(bench.give(&framed(2, RESULTS, ETB)), ACK);
}

#[test]
fn noise_before_and_after_frames_is_ignored_and_counted() {
    let mut bench = Bench::new();
    assert_eq!(bench.give(b"\0\xFFxyz"), b"");
    assert_eq!(bench.give(ENQ), ACK);
    assert_eq!(bench.give(b"\x7F\x7F"), b"");
    assert_eq!(bench.give(&framed(1, HEADER, ETB)), ACK);
    assert_eq!(bench.give(b"\r\n"), b"");
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), ACK);
    assert_eq!(bench.anomalies(), [LinkWarning::Noise { bytes: 5 }, LinkWarning::Noise { bytes: 2 }]);
    assert_eq!(bench.contents(), [format!("{HEADER}{TERMINATOR}")]);
}

#[test]
fn a_frame_without_enq_is_noise() {
    let mut bench = Bench::new();
    let frame = framed(1, &message(), ETX);
    assert_eq!(bench.give(&frame), b"");
    assert_eq!(bench.give(ENQ), ACK);
    // All but CR and LF, of which the text has five.
    let noise = frame.iter().filter(|byte| !matches!(**byte, b'\r' | b'\n')).count();
    assert_eq!(bench.anomalies(), [LinkWarning::Noise { bytes: noise as u64 }]);
    assert_eq!(bench.give(&frame), ACK);
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn enq_in_mid_transfer_discards_the_partial_message_and_counts_from_1_again() {
    let mut bench = in_mid_message();
    // The answer waits for a moment of quiet: see the next test.
    assert_eq!(bench.give(ENQ), b"");
    assert_eq!(bench.wait(Duration::from_millis(250)), ACK);
    assert_eq!(bench.aborted(), [(HEADER.to_owned(), AbortReason::Restarted)]);
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn a_frame_whose_start_was_garbled_into_enq_is_refused_not_acknowledged() {
    let mut bench = in_mid_message();
    let mut frame = framed(2, &format!("{RESULTS}{TERMINATOR}"), ETX);
    frame[0] = 5;
    // ACK here would tell the sender that its last frame has arrived.
    assert_eq!(bench.give(&frame), NAK);
    frame[0] = 2;
    assert_eq!(bench.give(&frame), ACK);
    assert_eq!(bench.contents(), [message()]);
}

#[test]
fn enq_inside_a_frame_is_not_answered() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(b"\x022R|1|\x05"), b"");
    assert_eq!(bench.wait(secs(15)), b"");
    // The sender gives up, and its next attempt works.
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.give(ENQ), ACK);
}

#[test]
fn eot_after_etx_ends_the_session() {
    let mut bench = in_mid_message();
    bench.give(&framed(2, TERMINATOR, ETX));
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.contents(), [format!("{HEADER}{TERMINATOR}")]);
    assert!(bench.aborted().is_empty());
    assert_eq!(bench.give(&framed(3, TERMINATOR, ETX)), b"", "neutral");
}

#[test]
fn eot_after_etb_aborts_the_message_and_keeps_it_raw() {
    let mut bench = in_mid_message();
    bench.give(&framed(2, RESULTS, ETB));
    assert_eq!(bench.give(EOT), b"");
    assert!(bench.contents().is_empty());
    assert_eq!(bench.aborted(), [(format!("{HEADER}{RESULTS}"), AbortReason::EndedInMidMessage)]);
}

#[test]
fn eot_inside_a_frame_ends_the_session() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(b"\x022R|1\x04"), b"");
    assert_eq!(bench.anomalies(), [LinkWarning::FrameCutShort]);
    assert_eq!(bench.aborted().len(), 1);
    assert_eq!(bench.give(ENQ), ACK);
}

#[test]
fn eot_and_other_bytes_in_neutral_state_mean_nothing() {
    let mut bench = Bench::new();
    for bytes in [EOT, ACK, NAK, b"\x03", b"\x17", b"GET / HTTP/1.1\r\n"] {
        assert_eq!(bench.give(bytes), b"");
    }
    assert!(bench.contents().is_empty() && bench.aborted().is_empty());
}

#[test]
fn thirty_seconds_of_silence_end_the_transfer_and_29_do_not() {
    let mut bench = in_mid_message();
    assert_eq!(bench.wait(secs(29)), b"");
    assert_eq!(bench.give(&framed(2, RESULTS, ETB)), ACK);
    assert_eq!(bench.wait(secs(29)), b"");
    assert!(bench.aborted().is_empty());
    assert_eq!(bench.wait(secs(2)), b"");
    assert_eq!(bench.aborted(), [(format!("{HEADER}{RESULTS}"), AbortReason::Silence)]);
    assert_eq!(bench.give(&framed(3, TERMINATOR, ETX)), b"", "neutral: the frame is not acknowledged");
    assert_eq!(bench.give(ENQ), ACK);
}

#[test]
fn silence_is_noticed_even_if_nobody_ticked() {
    let mut bench = in_mid_message();
    bench.now = secs(31);
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), b"");
    assert_eq!(bench.aborted(), [(HEADER.to_owned(), AbortReason::Silence)]);
}

#[test]
fn silence_after_enq_returns_to_neutral() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.wake, Some(secs(30)));
    bench.wait(secs(30));
    assert_eq!(bench.give(&framed(1, &message(), ETX)), b"");
    assert!(bench.contents().is_empty());
}

#[test]
fn a_frame_that_never_ends_is_given_up() {
    let mut bench = in_mid_message();
    bench.give(b"\x022R|1|");
    for _ in 0..35 {
        bench.give(b"x");
        bench.wait(secs(1));
    }
    assert_eq!(bench.aborted(), [(HEADER.to_owned(), AbortReason::Silence)]);
    assert_eq!(bench.give(ENQ), ACK);
}

#[test]
fn a_closed_connection_is_as_silence() {
    let mut bench = in_mid_message();
    assert_eq!(bench.close(), b"");
    assert_eq!(bench.aborted(), [(HEADER.to_owned(), AbortReason::Closed)]);
    assert_eq!(bench.give(ENQ), ACK, "and the link can be used again");
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
}

#[test]
fn a_message_complete_to_its_terminator_is_delivered_though_eot_never_comes() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, TERMINATOR, ETX)), ACK);
    bench.close();
    assert_eq!(bench.contents(), [format!("{HEADER}{TERMINATOR}")]);
    assert!(bench.aborted().is_empty());
}

#[test]
fn a_second_header_ends_a_message_without_terminator() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, RESULTS, ETX)), ACK);
    assert_eq!(bench.give(&framed(3, &message(), ETX)), ACK);
    assert_eq!(bench.contents(), [format!("{HEADER}{RESULTS}"), message()]);
    assert_eq!(bench.message_warnings(), [LinkWarning::MissingTerminator]);
    let first = [framed(1, HEADER, ETB), framed(2, RESULTS, ETX)].concat();
    assert_eq!(bench.wires(), [first, framed(3, &message(), ETX)]);
}

#[test]
fn a_missing_terminator_is_forgiven_when_etx_and_eot_are_there() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, RESULTS, ETX)), ACK);
    assert!(bench.contents().is_empty());
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.contents(), [format!("{HEADER}{RESULTS}")]);
    assert_eq!(bench.message_warnings(), [LinkWarning::MissingTerminator]);
}

/// The frame with the alarm was refused and never came again: what was accepted before it has a hole at its end and is not a whole message.
#[test]
fn a_message_whose_last_frame_was_refused_is_cut_off_whatever_ended_the_one_before() {
    let mut bench = in_mid_message();
    assert_eq!(bench.give(&framed(2, RESULTS, ETX)), ACK);
    let mut damaged = framed(3, "C|1|I|27|I\rL|1|N\r", ETX);
    damaged[5] ^= 1;
    assert_eq!(bench.give(&damaged), NAK);
    assert_eq!(bench.give(EOT), b"");
    assert!(bench.contents().is_empty(), "it must not be filed as if it were whole");
    assert_eq!(bench.aborted(), [(format!("{HEADER}{RESULTS}"), AbortReason::EndedInMidMessage)]);
}

#[test]
fn a_refused_frame_that_comes_again_leaves_no_hole() {
    let mut bench = in_mid_message();
    let mut damaged = framed(2, RESULTS, ETX);
    damaged[5] ^= 1;
    assert_eq!(bench.give(&damaged), NAK);
    assert_eq!(bench.give(&framed(2, RESULTS, ETX)), ACK);
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(bench.contents(), [format!("{HEADER}{RESULTS}")]);
}

#[test]
fn enq_and_eot_with_nothing_between_is_a_link_test() {
    let mut bench = Bench::new();
    assert_eq!(bench.give(ENQ), ACK);
    assert_eq!(bench.give(EOT), b"");
    assert_eq!(flat(&bench.events), [lis2::LinkEvent::Write(ACK.to_vec())]);
}

#[test]
fn a_message_over_the_cap_is_refused_and_aborted_not_lost_in_silence() {
    let settings = LinkSettings { message_bytes_max: 200, ..LinkSettings::default() };
    let mut bench = Bench::with(settings);
    bench.give(ENQ);
    assert_eq!(bench.give(&framed(1, HEADER, ETB)), ACK);
    assert_eq!(bench.give(&framed(2, &"C|1|I|x\r".repeat(30), ETB)), NAK);
    assert_eq!(bench.anomalies(), [LinkWarning::MessageTooLong { limit: 200 }]);
    bench.give(EOT);
    assert_eq!(bench.aborted(), [(HEADER.to_owned(), AbortReason::EndedInMidMessage)]);
}

#[test]
fn too_many_messages_in_one_frame_are_refused() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.give(&framed(1, &"H|\\^&\rL|1\r".repeat(17), ETX)), NAK);
    assert_eq!(bench.anomalies(), [LinkWarning::TooManyMessages { limit: 16 }]);
    assert_eq!(bench.give(&framed(1, &"H|\\^&\rL|1\r".repeat(16), ETX)), ACK);
    assert_eq!(bench.contents().len(), 16);
}
