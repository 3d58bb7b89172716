//! However the bytes are cut on their way, the events are the same; and every damage to a frame costs one refusal, never a message.

use lis2::{LinkEvent, LinkWarning};

use crate::support::*;

/// A session of two messages, c 111 style, with noise, a repeat, a damaged frame and its repetition, as its pieces.
fn transmission() -> Vec<Vec<u8>> {
    let mut pieces = vec![b"?".to_vec(), ENQ.to_vec()];
    pieces.extend(record_frames(&message()));
    let header = framed(6, HEADER, ETB);
    let mut damaged = framed(7, RESULTS, ETB);
    damaged[5] ^= 1;
    pieces.extend([header.clone(), header, damaged, framed(7, RESULTS, ETB), framed(0, TERMINATOR, ETX), EOT.to_vec()]);
    pieces
}

fn events_of(pieces: &[Vec<u8>]) -> Vec<LinkEvent> {
    let mut bench = Bench::new();
    bench.give_all(pieces);
    flat(&bench.events)
}

#[test]
fn every_split_in_two_gives_the_same_events() {
    let whole = transmission().concat();
    let expected = events_of(&transmission());
    assert_eq!(expected.iter().filter(|event| matches!(event, LinkEvent::Message { .. })).count(), 2);
    for at in 0..=whole.len() {
        let (before, after) = whole.split_at(at);
        assert_eq!(events_of(&[before.to_vec(), after.to_vec()]), expected, "cut at {at}");
    }
}

#[test]
fn byte_by_byte_and_everything_in_one_read_give_the_same_events() {
    let whole = transmission().concat();
    let expected = events_of(&transmission());
    let bytes: Vec<Vec<u8>> = whole.iter().map(|byte| vec![*byte]).collect();
    assert_eq!(events_of(&bytes), expected);
    assert_eq!(events_of(&[whole]), expected);
}

#[test]
fn every_frame_damaged_once_is_refused_once_and_then_taken() {
    let frames = record_frames(&message());
    for damaged in 0..frames.len() {
        let mut bench = Bench::new();
        bench.give(ENQ);
        for (index, frame) in frames.iter().enumerate() {
            if index == damaged {
                let mut wrong = frame.clone();
                wrong[4] ^= 0x10;
                assert_eq!(bench.give(&wrong), NAK);
            }
            assert_eq!(bench.give(frame), ACK);
        }
        assert_eq!(bench.contents(), [message()]);
    }
}

/// Any byte of any frame, replaced by any other: the frame is answered at most once, and never with ACK unless the text is still right.
#[test]
fn no_single_wrong_byte_gets_a_frame_acknowledged_that_was_not_read() {
    let frames = record_frames(&message());
    let last = frames.last().unwrap();
    for place in 0..last.len() {
        for byte in 0..=255_u8 {
            if byte == last[place] {
                continue;
            }
            let mut wrong = last.clone();
            wrong[place] = byte;
            let mut bench = Bench::new();
            bench.give(ENQ);
            bench.give_all(&frames[..frames.len() - 1]);
            let answer = bench.give(&wrong);
            assert!(answer.len() <= 1, "place {place}, byte {byte:#x}: {answer:?}");
            if answer == ACK {
                // A damaged line end, or a checksum digit in lower case.
                assert_eq!(bench.contents(), [message()], "place {place}, byte {byte:#x}");
            } else {
                assert!(bench.contents().is_empty(), "place {place}, byte {byte:#x}");
            }
        }
    }
}

#[test]
fn a_lost_acknowledgement_costs_a_repeat_and_nothing_else() {
    let frames = record_frames(&message());
    for lost in 0..frames.len() {
        let mut bench = Bench::new();
        bench.give(ENQ);
        for (index, frame) in frames.iter().enumerate() {
            assert_eq!(bench.give(frame), ACK);
            if index == lost {
                assert_eq!(bench.give(frame), ACK);
            }
        }
        bench.give(EOT);
        assert_eq!(bench.contents(), [message()]);
        assert_eq!(bench.anomalies().len(), 1);
    }
}

#[test]
fn a_frame_damaged_six_times_is_refused_six_times_and_the_message_given_up() {
    let mut bench = Bench::new();
    bench.give(ENQ);
    bench.give(&framed(1, HEADER, ETB));
    let mut damaged = framed(2, TERMINATOR, ETX);
    damaged[2] = b'X';
    for _ in 0..6 {
        assert_eq!(bench.give(&damaged), NAK);
    }
    assert_eq!(bench.give(EOT), b"");
    assert!(bench.contents().is_empty());
    assert_eq!(bench.aborted().len(), 1);
    assert!(bench.anomalies().iter().all(|what| matches!(what, LinkWarning::FrameRefused { .. })));
}
