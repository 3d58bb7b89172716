//! Whatever comes: no panic, no growth, and the cutting of the bytes changes nothing.

use std::time::Duration;

use lis2::{FrameOrder, Framing, Link, LinkEvent, LinkSettings, MessageId, Role, TextCharacters, parse, render, unframe};
use proptest::prelude::*;

use crate::support::*;

const FRAME_MAX: usize = 64;
const MESSAGE_MAX: usize = 512;

fn settings() -> impl Strategy<Value = LinkSettings> {
    let framing = prop_oneof![3 => Just(Framing::Framed), 1 => Just(Framing::StxEtx), 1 => Just(Framing::Raw)];
    (framing, any::<[bool; 4]>()).prop_map(|(framing, [lenient, any_text, instrument, ignore_nul])| LinkSettings {
        framing,
        frame_order: if lenient { FrameOrder::Lenient } else { FrameOrder::Strict },
        text_characters: if any_text { TextCharacters::Lenient } else { TextCharacters::Strict },
        role: if instrument { Role::Instrument } else { Role::Host },
        ignore_nul,
        frame_text_max: FRAME_MAX,
        message_bytes_max: MESSAGE_MAX,
        ..LinkSettings::default()
    })
}

/// Bytes that look like a link's more often than chance would have it.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let record = prop_oneof![
        Just("H|\\^&\r".to_owned()),
        Just("P|1\r".to_owned()),
        Just("O|1||S1\r".to_owned()),
        Just("R|1|^^^K|4.1".to_owned()),
        Just("L|1|N\r".to_owned()),
        Just("L|1".to_owned()),
        Just("H|\\^&\rL|1\rH|\\^&\rP|1\r".to_owned()),
        "[ -~\r]{0,80}",
    ];
    let good =
        (0_u8..8, record.clone(), prop::bool::ANY).prop_map(|(number, text, etx)| framed(number, &text, if etx { ETX } else { ETB }));
    prop_oneof![
        3 => Just(ENQ.to_vec()),
        2 => Just(EOT.to_vec()),
        2 => Just(ACK.to_vec()),
        1 => Just(NAK.to_vec()),
        8 => good,
        1 => record.prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..40),
        1 => proptest::collection::vec(0_u8..32, 0..20),
    ]
}

#[derive(Debug, Clone)]
enum Act {
    Bytes(Vec<u8>),
    Wait(u64),
    Keep(u64),
    Refuse(u64),
    Send(Vec<u8>),
    Close,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        12 => piece().prop_map(Act::Bytes),
        2 => (0_u64..40_000).prop_map(Act::Wait),
        3 => (0_u64..3).prop_map(Act::Keep),
        1 => (0_u64..3).prop_map(Act::Refuse),
        1 => piece().prop_map(Act::Send),
        1 => Just(Act::Close),
    ]
}

/// Plays the acts, cutting the bytes into pieces of these sizes, and checks the limits on the way.
fn play(settings: &LinkSettings, acts: &[Act], sizes: &[usize]) -> Vec<LinkEvent> {
    let mut link = Link::new(settings.clone());
    let mut now = Duration::ZERO;
    let mut events: Vec<LinkEvent> = Vec::new();
    let mut cut = sizes.iter().copied().cycle();
    // What the link holds: a frame in four places, a message as received and as content, and what came too early; vectors may double.
    let held_max = 2 * (4 * (FRAME_MAX + 16) + 3 * MESSAGE_MAX);
    for act in acts {
        match act {
            Act::Bytes(bytes) => {
                let mut rest = &bytes[..];
                while !rest.is_empty() {
                    let (chunk, after) = rest.split_at(cut.next().unwrap().clamp(1, rest.len()));
                    events.extend(link.receive(chunk, now));
                    assert!(link.held_bytes() <= held_max, "{} bytes held", link.held_bytes());
                    rest = after;
                }
            }
            Act::Wait(millis) => {
                now += Duration::from_millis(*millis);
                events.extend(link.tick(now));
            }
            Act::Keep(back) => {
                if let Some(id) = recent(&events, *back) {
                    events.extend(link.kept(id, now));
                }
            }
            Act::Refuse(back) => {
                if let Some(id) = recent(&events, *back) {
                    events.extend(link.not_kept(id, now));
                }
            }
            Act::Send(content) => {
                events.extend(link.send(lis2::OutgoingMessage { id: lis2::OutgoingId(1), content: content.clone() }, now));
            }
            Act::Close => events.extend(link.closed(now)),
        }
    }
    flat(&events)
}

fn recent(events: &[LinkEvent], back: u64) -> Option<MessageId> {
    let ids = events.iter().rev().filter_map(|event| if let LinkEvent::Message { id, .. } = event { Some(*id) } else { None });
    ids.take(usize::try_from(back).unwrap() + 1).last()
}

fn records() -> impl Strategy<Value = Vec<u8>> {
    // No line ends, no padding.
    let byte = prop_oneof![1_u8..10, 11_u8..13, 14_u8..=255];
    let raw = proptest::collection::vec(byte, 1..40);
    let likely = "[HPORCQMLSX]\\|[ -~]{0,40}".prop_map(String::into_bytes);
    proptest::collection::vec(prop_oneof![likely, raw], 0..30)
        .prop_map(|records| records.into_iter().flat_map(|record| [record, b"\r".to_vec()].concat()).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_makes_the_link_panic_or_grow_and_cutting_changes_nothing(
        settings in settings(),
        acts in proptest::collection::vec(act(), 0..60),
        sizes in proptest::collection::vec(1_usize..50, 1..20),
    ) {
        let whole = play(&settings, &acts, &[usize::MAX]);
        prop_assert_eq!(&play(&settings, &acts, &[1]), &whole);
        prop_assert_eq!(&play(&settings, &acts, &sizes), &whole);
    }

    #[test]
    fn messages_handed_over_are_records_that_came_in_their_frames(settings in settings(), acts in proptest::collection::vec(act(), 0..60)) {
        for event in play(&settings, &acts, &[usize::MAX]) {
            if let LinkEvent::Message { content, wire, .. } = event {
                prop_assert_eq!(content.last(), Some(&b'\r'));
                prop_assert!(wire.len() <= 2 * MESSAGE_MAX);
                prop_assert!(content.len() <= wire.len() + 1);
            }
        }
    }

    #[test]
    fn parsing_never_panics_and_rendering_gives_back_what_was_parsed(content in records()) {
        let (message, troubles) = parse(&content);
        prop_assert_eq!(&render(&message), &content);
        for record in message.records() {
            for number in 0..6 {
                let field = record.field(number);
                let _ = (field.text(), field.trimmed(), field.component(2).text(), field.repeats().count());
            }
            let joined: Vec<&[u8]> = record.fields().map(|field| field.raw()).collect();
            prop_assert!(joined.iter().map(|field| field.len() + 1).sum::<usize>() == record.raw.len() + 1);
        }
        let results = message.results().count();
        prop_assert_eq!(results, message.records().iter().filter(|record| record.kind == lis2::RecordKind::Result).count());
        let _ = troubles.iter().map(ToString::to_string).count();
    }

    #[test]
    fn any_file_is_read_or_refused(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), 0_u8..32], 0..300)) {
        if let Ok(unframed) = unframe(&bytes) {
            let _ = parse(&unframed.content);
        }
    }

    #[test]
    fn escaped_text_reads_back(sent in "\\PC*") {
        let content = format!("H|\\^&\rP|1|{}\rL|1\r", lis2::Delimiters::default().escape(&sent));
        let (message, _) = parse(content.as_bytes());
        prop_assert_eq!(message.records()[1].field(3).text(), sent);
    }
}

#[test]
fn a_hundred_megabytes_of_noise_cost_no_memory() {
    let chunk: Vec<u8> = (0..1_000_000_u32).map(|index| b"xyz\x7F \x15\x06"[index as usize % 7]).collect();
    // Outside a session, in one, and inside a frame.
    for (prelude, megabytes) in [(&b""[..], 33), (ENQ, 33), (b"\x05\x021H|", 34)] {
        let mut bench = Bench::new();
        bench.give(prelude);
        for _ in 0..megabytes {
            bench.give(&chunk);
            assert!(bench.link.held_bytes() <= 256 * 1024, "{}", bench.link.held_bytes());
        }
        assert!(bench.events.len() < 10);
    }
}

#[test]
fn floods_of_enq_and_of_empty_frames_cost_no_memory() {
    let mut bench = Bench::new();
    let written = bench.give(&[5; 1_000_000]);
    assert_eq!(written, ACK, "one answer, the rest waits for quiet");
    assert!(bench.link.held_bytes() < 1_024);

    let mut bench = Bench::new();
    bench.give(ENQ);
    for number in 0..100_000_u32 {
        bench.give(&framed(u8::try_from((number + 1) % 8).unwrap(), "", ETB));
    }
    assert!(bench.link.held_bytes() < 1_024);
}
