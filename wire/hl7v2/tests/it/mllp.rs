//! Frames: what begins, ends and breaks them, and that the cutting of the bytes changes nothing.

use std::time::Duration;

use hl7v2::mllp::{AbortReason, Anomaly, Event, Receiver, Settings, frame};
use proptest::prelude::*;

const ZERO: Duration = Duration::ZERO;

fn message(content: &str) -> Event {
    Event::Message(content.as_bytes().to_vec())
}

fn aborted(content: &str, why: AbortReason) -> Event {
    Event::Aborted { content: content.as_bytes().to_vec(), why }
}

fn received(bytes: &[u8]) -> Vec<Event> {
    Receiver::new(Settings::default()).receive(bytes, ZERO)
}

/// Each sentence of the specification about the frame, with what must come of it.
#[test]
fn each_rule_of_the_frame_holds() {
    let noise = |bytes| Event::Anomaly(Anomaly::Noise { bytes });
    let no_return = Event::Anomaly(Anomaly::EndWithoutReturn);
    for (rule, bytes, expected) in [
        ("0B begins, 1C 0D ends", &b"\x0BMSH|A\r\x1C\r"[..], vec![message("MSH|A\r")]),
        ("many messages in one connection", b"\x0BA\x1C\r\x0BB\x1C\r", vec![message("A"), message("B")]),
        ("bytes outside are ignored and counted", b"xx\r\n\x0BA\x1C\r\n\x0BB\x1C\r", vec![noise(4), message("A"), noise(1), message("B")]),
        ("a lone 1C, then the next 0B", b"\x0BA\x1C\x0BB\x1C\r", vec![no_return, message("A"), message("B")]),
        ("the end is the pair: a lone 1C is data", b"\x0BA\x1CB\x1C\r", vec![message("A\x1CB")]),
        ("1C twice, then 0D", b"\x0BA\x1C\x1C\r", vec![message("A\x1C")]),
        ("0B inside is data", b"\x0BA\x0BB\x1C\r", vec![message("A\x0BB")]),
        ("unless a header follows", b"\x0BMSH|A\x0B\x0BMSH|B\x1C\r", vec![aborted("MSH|A\x0B", AbortReason::Restarted), message("MSH|B")]),
        ("almost a header is data", b"\x0BA\x0BMS\x0BMSX\x1C\r", vec![message("A\x0BMS\x0BMSX")]),
        ("an empty frame", b"\x0B\x1C\r", vec![Event::Anomaly(Anomaly::EmptyFrame)]),
        ("nothing at all", b"", vec![]),
    ] {
        assert_eq!(received(bytes), expected, "{rule}");
        let mut one_by_one = Receiver::new(Settings::default());
        let events: Vec<Event> = bytes.iter().flat_map(|byte| one_by_one.receive(&[*byte], ZERO)).collect();
        assert_eq!(events, expected, "{rule}, byte by byte");
    }
}

#[test]
fn a_message_may_be_as_long_as_the_limit_and_not_a_byte_longer() {
    let settings = Settings { message_bytes_max: 4, ..Settings::default() };
    assert_eq!(Receiver::new(settings).receive(b"\x0BABCD\x1C\r", ZERO), [message("ABCD")]);
    let mut receiver = Receiver::new(settings);
    assert_eq!(receiver.receive(b"\x0BABCDE", ZERO), [aborted("ABCD", AbortReason::TooLong { limit: 4 })]);
    // What is left of it is not taken for anything, and the next message is read: E F 1C 0D were ignored.
    assert_eq!(receiver.receive(b"F\x1C\r\x0BG\x1C\r", ZERO), [Event::Anomaly(Anomaly::Noise { bytes: 4 }), message("G")]);
    assert_eq!(Settings::default().message_bytes_max, 16 * 1024 * 1024, "the specification's limit");
}

#[test]
fn a_message_has_sixty_seconds_from_start_to_end() {
    let secs = Duration::from_secs;
    let mut receiver = Receiver::new(Settings::default());
    assert_eq!(receiver.deadline(), None);
    assert_eq!(receiver.receive(b"\x0BAB", secs(5)), []);
    assert_eq!(receiver.deadline(), Some(secs(65)), "bytes in between do not prolong it");
    assert_eq!(receiver.receive(b"C", secs(64)), []);
    assert_eq!(receiver.deadline(), Some(secs(65)));
    assert_eq!(receiver.tick(secs(65)), [aborted("ABC", AbortReason::TooSlow { seconds: 60 })]);
    assert_eq!(receiver.deadline(), None);
    // Late bytes count before what they belong to: the deadline is looked at first.
    let mut late = Receiver::new(Settings::default());
    late.receive(b"\x0BA", ZERO);
    assert_eq!(late.receive(b"\x1C\r", secs(60)), [aborted("A", AbortReason::TooSlow { seconds: 60 })]);
}

#[test]
fn a_lone_end_is_an_end_when_nothing_more_comes() {
    let expected = [Event::Anomaly(Anomaly::EndWithoutReturn), message("A")];
    let mut waiting = Receiver::new(Settings::default());
    assert_eq!(waiting.receive(b"\x0BA\x1C", ZERO), []);
    assert_eq!(waiting.tick(Duration::from_secs(60)), expected);
    let mut closing = Receiver::new(Settings::default());
    closing.receive(b"\x0BA\x1C", ZERO);
    assert_eq!(closing.closed(), expected);
}

#[test]
fn a_closed_connection_hands_over_what_there_was() {
    let mut receiver = Receiver::new(Settings::default());
    receiver.receive(b"\x0BABC", ZERO);
    assert_eq!(receiver.closed(), [aborted("ABC", AbortReason::Closed)]);
    receiver.receive(b"noise", ZERO);
    assert_eq!(receiver.closed(), [Event::Anomaly(Anomaly::Noise { bytes: 5 })]);
    assert_eq!(receiver.receive(b"\x0BA\x1C\r", ZERO), [message("A")], "it may be used again");
}

#[test]
fn a_frame_reads_back_and_one_that_would_break_is_refused() {
    assert_eq!(received(&frame(b"MSH|A\r").unwrap()), [message("MSH|A\r")]);
    for (content, offset) in [(&b"AB\x1C\r"[..], 2), (b"\x0BAB", 0)] {
        assert_eq!(frame(content).unwrap_err().offset, offset);
    }
}

#[test]
fn floods_cost_no_memory() {
    let settings = Settings { message_bytes_max: 64 * 1024, ..Settings::default() };
    for prelude in [&b""[..], b"\x0B", b"\x0BMSH|A\x0B"] {
        for chunk in [&b"abcdefg"[..], b"\x1C", b"\x0B", b"\x0BMSH", b"\x1Cx", b"\x0B\x1C\r"] {
            let mut receiver = Receiver::new(settings);
            receiver.receive(prelude, ZERO);
            let chunk = chunk.repeat(100_000);
            for _ in 0..4 {
                receiver.receive(&chunk, ZERO);
                assert!(receiver.held_bytes() <= 2 * 64 * 1024, "{prelude:?} {}", receiver.held_bytes());
            }
        }
    }
}

/// Bytes that look like a connection's more often than chance would have it.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        3 => Just(b"\x0B".to_vec()),
        3 => Just(b"\x1C\r".to_vec()),
        1 => Just(b"\x1C".to_vec()),
        1 => Just(b"\r".to_vec()),
        2 => Just(b"MSH".to_vec()),
        1 => Just(b"M".to_vec()),
        2 => Just(b"\x0BMSH|^~\\&|A\r\x1C\r".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn play(bytes: &[u8], sizes: &[usize]) -> Vec<Event> {
    let mut receiver = Receiver::new(Settings { message_bytes_max: 24, ..Settings::default() });
    let mut events = Vec::new();
    let (mut rest, mut cut) = (bytes, sizes.iter().copied().cycle());
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(cut.next().unwrap().clamp(1, rest.len()));
        events.extend(receiver.receive(chunk, ZERO));
        assert!(receiver.held_bytes() <= 48, "{} bytes held", receiver.held_bytes());
        rest = after;
    }
    events.extend(receiver.closed());
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cutting_changes_nothing(bytes in stream(), sizes in proptest::collection::vec(1_usize..9, 1..12)) {
        let whole = play(&bytes, &[usize::MAX]);
        prop_assert_eq!(&play(&bytes, &[1]), &whole);
        prop_assert_eq!(&play(&bytes, &sizes), &whole);
    }

    /// Nothing is dropped unseen: framing, contents and counted noise make up the stream.
    #[test]
    fn every_byte_is_accounted_for(bytes in stream()) {
        let mut counted = 0_isize;
        for event in play(&bytes, &[usize::MAX]) {
            let bytes = match event {
                // Start, end and return belong to it; a start byte begins what is cut short.
                Event::Message(content) => content.len() + 3,
                Event::Aborted { content, .. } => content.len() + 1,
                Event::Anomaly(Anomaly::Noise { bytes }) => usize::try_from(bytes).unwrap(),
                Event::Anomaly(Anomaly::EmptyFrame) => 3,
                // The return that did not come is counted with its message.
                Event::Anomaly(Anomaly::EndWithoutReturn) => {
                    counted -= 1;
                    0
                }
            };
            counted += isize::try_from(bytes).unwrap();
        }
        prop_assert_eq!(counted, isize::try_from(bytes.len()).unwrap());
    }

    #[test]
    fn what_is_framed_comes_out(contents in proptest::collection::vec("[ -~\r]{1,24}", 1..5)) {
        let bytes: Vec<u8> = contents.iter().flat_map(|content| frame(content.as_bytes()).unwrap()).collect();
        let expected: Vec<Event> = contents.iter().map(|content| message(content)).collect();
        prop_assert_eq!(play(&bytes, &[usize::MAX]), expected);
    }
}
