//! The sender: timers and counters, contention in both roles, and what is refused before it is sent.

use lis2::{Framing, LinkSettings, LinkWarning, Role, SendTrouble};

use crate::support::*;
use std::time::Duration;

/// A bench that has been told to send a three-frame message, and has sent ENQ.
fn enquiring(settings: LinkSettings) -> Bench {
    let mut bench = Bench::with(LinkSettings { one_record_per_frame: true, ..settings });
    assert_eq!(bench.send(7, "H|\\^&\rP|1\rL|1|N\r"), ENQ);
    bench
}

fn host() -> Bench {
    enquiring(LinkSettings::default())
}

fn first() -> Vec<u8> {
    framed(1, "H|\\^&\r", ETB)
}

fn second() -> Vec<u8> {
    framed(2, "P|1\r", ETB)
}

fn third() -> Vec<u8> {
    framed(3, "L|1|N\r", ETX)
}

#[test]
fn a_message_goes_out_frame_by_frame_and_is_sent_when_the_last_is_acknowledged() {
    let mut bench = host();
    assert_eq!(bench.give(ACK), first());
    assert_eq!(bench.give(ACK), second());
    assert_eq!(bench.give(ACK), third());
    assert!(bench.sent().is_empty());
    assert_eq!(bench.give(ACK), EOT);
    assert_eq!(bench.sent(), [7]);
}

#[test]
fn messages_wait_their_turn() {
    let mut bench = host();
    assert_eq!(bench.send(8, "H|\\^&\rL|1\r"), b"");
    for _ in 0..3 {
        bench.give(ACK);
    }
    // EOT of the first, ENQ of the second.
    assert_eq!(bench.give(ACK), b"\x04\x05");
    assert_eq!(bench.give(ACK), framed(1, "H|\\^&\r", ETB));
}

#[test]
fn no_answer_to_enq_in_15_seconds_ends_the_attempt_and_it_is_made_again() {
    let mut bench = host();
    assert_eq!(bench.wait(Duration::from_millis(14_999)), b"");
    assert_eq!(bench.wait(Duration::from_millis(1)), EOT);
    assert_eq!(bench.anomalies(), [LinkWarning::SendAbandoned { attempt: 1, why: SendTrouble::NoAnswer }]);
    assert_eq!(bench.wait(secs(9)), b"");
    assert_eq!(bench.wait(secs(1)), ENQ);
    assert_eq!(bench.give(ACK), first(), "from the beginning");
}

#[test]
fn a_peer_that_never_answers_is_given_up_after_six_attempts() {
    let mut bench = host();
    let written = bench.wait(secs(3600));
    assert_eq!(written.iter().filter(|byte| **byte == 5).count(), 5);
    assert_eq!(bench.failed(), [(7, SendTrouble::NoAnswer)]);
    assert_eq!(bench.wait(secs(3600)), b"");
}

#[test]
fn the_wait_between_attempts_doubles() {
    let mut bench = host();
    let mut enquiries = Vec::new();
    for second in 1..=400_u64 {
        if bench.wait(secs(1)) == ENQ {
            enquiries.push(second);
        }
    }
    // Each attempt takes 15 s; then 10, 20, 40, 80 and 160 s.
    assert_eq!(enquiries, [25, 60, 115, 210, 385]);
}

#[test]
fn nak_to_enq_means_busy_and_is_not_asked_again_for_10_seconds() {
    let mut bench = host();
    assert_eq!(bench.give(NAK), b"");
    assert_eq!(bench.wait(Duration::from_millis(9_999)), b"");
    assert_eq!(bench.wait(Duration::from_millis(1)), ENQ);
    assert_eq!(bench.give(ACK), first());
}

#[test]
fn no_reply_to_a_frame_in_15_seconds_abandons_and_the_whole_message_is_sent_again() {
    let mut bench = host();
    bench.give(ACK);
    assert_eq!(bench.give(ACK), second());
    assert_eq!(bench.wait(Duration::from_millis(14_999)), b"");
    assert_eq!(bench.wait(Duration::from_millis(1)), EOT);
    assert_eq!(bench.anomalies(), [LinkWarning::SendAbandoned { attempt: 1, why: SendTrouble::NoReply }]);
    assert_eq!(bench.wait(secs(10)), ENQ);
    assert_eq!(bench.give(ACK), first());
}

#[test]
fn nak_to_a_frame_repeats_it_with_the_same_number() {
    let mut bench = host();
    bench.give(ACK);
    bench.give(ACK);
    assert_eq!(bench.give(NAK), second());
    assert_eq!(bench.give(ACK), third());
}

#[test]
fn a_frame_refused_six_times_ends_the_message_with_an_alarm() {
    let mut bench = host();
    bench.give(ACK);
    for _ in 0..5 {
        assert_eq!(bench.give(NAK), first());
    }
    assert_eq!(bench.give(NAK), EOT);
    assert_eq!(bench.failed(), [(7, SendTrouble::Refused { frame: 1, refusals: 6 })]);
    assert_eq!(bench.wait(secs(600)), b"", "not tried again");
}

#[test]
fn refusals_are_counted_per_frame() {
    let mut bench = host();
    bench.give(ACK);
    for frame in [first(), second(), third()] {
        for _ in 0..5 {
            assert_eq!(bench.give(NAK), frame);
        }
        bench.give(ACK);
    }
    assert_eq!(bench.sent(), [7]);
}

#[test]
fn an_unreadable_reply_to_a_frame_repeats_it_after_a_moment() {
    let mut bench = host();
    bench.give(ACK);
    assert_eq!(bench.give(b"?"), b"");
    assert_eq!(bench.wait(secs(1)), first());
    assert_eq!(bench.give(ACK), second());
}

#[test]
fn noise_before_a_good_reply_does_no_harm() {
    let mut bench = host();
    bench.give(ACK);
    assert_eq!(bench.give(b"\xFF\x06"), second());
    assert_eq!(bench.wait(secs(2)), b"");
}

#[test]
fn eot_in_reply_to_a_frame_acknowledges_it_and_gives_the_peer_precedence_afterwards() {
    let mut bench = host();
    bench.give(ACK);
    assert_eq!(bench.give(EOT), second());
    bench.give(ACK);
    assert_eq!(bench.give(ACK), EOT);
    assert_eq!(bench.sent(), [7]);
    assert_eq!(bench.anomalies(), [LinkWarning::InterruptRequested]);
    assert_eq!(bench.send(8, "H|\\^&\rL|1\r"), b"");
    assert_eq!(bench.wait(Duration::from_millis(14_999)), b"");
    assert_eq!(bench.wait(Duration::from_millis(1)), ENQ);
}

#[test]
fn after_an_interrupt_request_the_peers_message_ends_the_wait() {
    let mut bench = host();
    for reply in [ACK, EOT, ACK, ACK] {
        bench.give(reply);
    }
    bench.send(8, "H|\\^&\rL|1\r");
    assert_eq!(bench.give(ENQ), ACK);
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
    assert_eq!(bench.give(EOT), ENQ);
}

#[test]
fn in_contention_the_host_yields_to_the_instruments_second_enq() {
    let mut bench = host();
    assert_eq!(bench.give(ENQ), b"", "the host stops");
    assert_eq!(bench.wait(secs(1)), b"");
    assert_eq!(bench.give(ENQ), ACK);
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
    // The line is free: now it is the host's turn.
    assert_eq!(bench.give(EOT), ENQ);
    assert_eq!(bench.contents(), [message()]);
    assert_eq!(bench.anomalies(), [LinkWarning::Contention]);
}

#[test]
fn in_contention_the_host_asks_again_when_the_instrument_stays_silent_for_20_seconds() {
    let mut bench = host();
    bench.give(ENQ);
    assert_eq!(bench.wait(Duration::from_millis(19_999)), b"");
    assert_eq!(bench.wait(Duration::from_millis(1)), ENQ);
}

#[test]
fn in_contention_the_instrument_asks_again_after_a_second() {
    let mut bench = enquiring(LinkSettings { role: Role::Instrument, ..LinkSettings::default() });
    assert_eq!(bench.give(ENQ), b"");
    assert_eq!(bench.wait(Duration::from_millis(999)), b"");
    assert_eq!(bench.wait(Duration::from_millis(1)), ENQ);
    assert_eq!(bench.give(ACK), first());
}

#[test]
fn the_host_waits_while_the_instrument_has_the_line() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    assert_eq!(bench.send(7, "H|\\^&\rL|1\r"), b"");
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
    assert_eq!(bench.give(EOT), ENQ);
}

#[test]
fn the_host_waits_while_a_message_is_being_stored() {
    let mut bench = Bench::slow_store();
    bench.give(ENQ);
    bench.send(7, "H|\\^&\rL|1\r");
    bench.give(&framed(1, &message(), ETX));
    assert_eq!(bench.give(EOT), b"");
    let id = bench.ids()[0];
    assert_eq!(bench.kept(id), b"\x06\x05");
}

#[test]
fn a_message_is_cut_into_frames_of_240_characters() {
    let mut bench = Bench::new();
    let content = format!("H|\\^&\rC|1|L{}\rL|1|N\r", "|".repeat(701));
    bench.send(7, &content);
    let mut texts = Vec::new();
    let mut written = bench.give(ACK);
    while written != EOT {
        texts.push(text(&written[2..written.len() - 5]));
        written = bench.give(ACK);
    }
    // 6 for the header, 5 + 701 + 1 for the comment, 6 for the terminator: 719
    assert_eq!(texts.iter().map(String::len).collect::<Vec<_>>(), [240, 240, 239]);
    assert_eq!(texts.concat(), content);
}

#[test]
fn a_missing_last_carriage_return_is_added() {
    let mut bench = Bench::new();
    bench.send(7, "H|\\^&\rL|1|N");
    assert_eq!(bench.give(ACK), framed(1, "H|\\^&\rL|1|N\r", ETX));
}

#[test]
fn what_may_not_be_sent_is_refused_with_its_place() {
    let mut bench = Bench::new();
    assert_eq!(bench.send(1, "H|\\^&\rC|1|a\x03b\r"), b"");
    assert_eq!(bench.send(2, "H|\\^&\r\nL|1\r"), b"");
    assert_eq!(bench.send(3, ""), b"");
    let forbidden = |byte, offset| SendTrouble::ForbiddenCharacter { byte, offset };
    assert_eq!(bench.failed(), [(1, forbidden(3, 11)), (2, forbidden(10, 6)), (3, SendTrouble::Empty)]);
}

#[test]
fn the_queue_has_limits() {
    let settings = LinkSettings { send_queue_max: 2, message_bytes_max: 100, ..LinkSettings::default() };
    let mut bench = Bench::with(settings);
    for id in 1..=3 {
        bench.send(id, "H|\\^&\rL|1\r");
    }
    bench.send(4, &"x".repeat(101));
    assert_eq!(bench.failed(), [(3, SendTrouble::QueueFull), (4, SendTrouble::TooLong { limit: 100 })]);
    let mut bench = Bench::with(LinkSettings { send_queue_bytes_max: 30, ..LinkSettings::default() });
    bench.send(1, "H|\\^&\rL|1\r");
    bench.send(2, "H|\\^&\rL|1\rC|1|I|long\r");
    assert_eq!(bench.failed(), [(2, SendTrouble::QueueFull)]);
}

#[test]
fn a_closed_connection_fails_what_was_not_acknowledged() {
    let mut bench = host();
    bench.send(8, "H|\\^&\rL|1\r");
    bench.give(ACK);
    assert_eq!(bench.close(), b"");
    assert_eq!(bench.failed(), [(7, SendTrouble::Closed), (8, SendTrouble::Closed)]);
    assert_eq!(bench.wait(secs(60)), b"");
}

#[test]
fn without_enq_frames_are_sent_at_once_and_the_peer_may_speak_in_between() {
    let mut bench = Bench::with(LinkSettings { framing: Framing::StxEtx, one_record_per_frame: true, ..LinkSettings::default() });
    assert_eq!(bench.send(7, "H|\\^&\rL|1|N\r"), framed(1, "H|\\^&\r", ETB));
    assert_eq!(bench.give(&framed(1, &message(), ETX)), ACK);
    assert_eq!(bench.give(ACK), framed(2, "L|1|N\r", ETX));
    assert_eq!(bench.give(ACK), b"");
    assert_eq!(bench.sent(), [7]);
    assert_eq!(bench.contents(), [message()]);
}
