//! Putting framing on and taking it off, for senders and captured files.

use lis2::{FrameFault, FrameOptions, FrameTrouble, UnframeTrouble, frame, looks_framed, split_messages, unframe};

use crate::support::*;

#[test]
fn frames_made_here_equal_those_made_by_the_rule() {
    let options = FrameOptions { one_record_per_frame: true, ..FrameOptions::default() };
    assert_eq!(frame(message().as_bytes(), &options), record_frames(&message()));
    assert_eq!(frame(message().as_bytes(), &FrameOptions::default()), [framed(1, &message(), ETX)]);
}

#[test]
fn a_record_longer_than_a_frame_takes_several() {
    let options = FrameOptions { text_max: 5, one_record_per_frame: true };
    assert_eq!(frame(b"H|\\^&\rL|1\r", &options), [framed(1, "H|\\^&", ETB), framed(2, "\r", ETB), framed(3, "L|1\r", ETX)]);
    assert_eq!(frame(b"H|\\^&\rL|1\r", &FrameOptions { one_record_per_frame: false, ..options }).concat(), {
        [framed(1, "H|\\^&", ETB), framed(2, "\rL|1\r", ETX)].concat()
    });
}

#[test]
fn degenerate_options_and_content_are_harmless() {
    assert!(frame(b"", &FrameOptions::default()).is_empty());
    assert_eq!(frame(b"ab", &FrameOptions { text_max: 0, one_record_per_frame: false }), [framed(1, "a", ETB), framed(2, "b", ETX)]);
}

/// The ways a capture may have been stored.
fn stored_forms() -> Vec<Vec<u8>> {
    let frames = record_frames(&message());
    let wire = frames.concat();
    let with_enq = [ENQ, &wire, EOT].concat();
    let line_feed_only: Vec<u8> = frames.iter().flat_map(|frame| [&frame[..frame.len() - 2], b"\n"].concat()).collect();
    let no_last_line_end = wire[..wire.len() - 2].to_vec();
    vec![wire, with_enq, line_feed_only, no_last_line_end]
}

#[test]
fn a_capture_is_read_however_it_was_stored() {
    for stored in stored_forms() {
        assert!(looks_framed(&stored));
        let unframed = unframe(&stored).unwrap();
        assert_eq!(text(&unframed.content), message());
        assert!(unframed.troubles.is_empty(), "{:?}", unframed.troubles);
    }
}

#[test]
fn bare_records_are_read_whatever_ends_their_lines() {
    for end in ["\r", "\n", "\r\n", "\n\n"] {
        let stored = message().replace('\r', end);
        assert!(!looks_framed(stored.as_bytes()));
        assert_eq!(text(&unframe(stored.as_bytes()).unwrap().content), message());
    }
    assert_eq!(unframe(b"\xEF\xBB\xBFH|\\^&\nL|1").unwrap().content, b"H|\\^&\rL|1\r");
}

#[test]
fn a_wrong_checksum_names_the_frame_and_its_text_is_shown() {
    let mut frames = record_frames(&message());
    let end = frames[3].len() - 4;
    let right = text(&frames[3][end..end + 2]);
    frames[3][end..end + 2].copy_from_slice(b"00");
    let unframed = unframe(&frames.concat()).unwrap();
    assert_eq!(text(&unframed.content), message());
    let computed = u8::from_str_radix(&right, 16).unwrap();
    assert_eq!(unframed.troubles, [FrameTrouble::Damaged { position: 4, fault: FrameFault::WrongChecksum { computed, received: *b"00" } }]);
    assert_eq!(
        unframed.troubles[0].to_string(),
        format!("frame 4: the checksum does not fit (computed {right}, received \"00\"); its text is shown as it is")
    );
}

#[test]
fn a_repeated_frame_in_a_file_is_left_out_and_a_missing_one_named() {
    let frames = record_frames(&message());
    let stored = [&frames[0], &frames[1], &frames[1], &frames[3], &frames[4]].map(Clone::clone).concat();
    let unframed = unframe(&stored).unwrap();
    assert_eq!(unframed.troubles, [FrameTrouble::Repeated { position: 3 }, FrameTrouble::Number { position: 4, expected: 3, found: 4 }]);
    assert_eq!(text(&unframed.content), message().replace("O|1||S1^^6||S\r", ""));
}

#[test]
fn a_message_cut_off_at_the_end_of_the_file_is_still_shown() {
    let frames = record_frames(&message());
    let unframed = unframe(&frames[..4].concat()).unwrap();
    assert_eq!(text(&unframed.content), format!("{HEADER}{RESULTS}"));
    let unframed = unframe(&[&frames[0][..], b"\x022P|1"].concat()).unwrap();
    assert_eq!(unframed.troubles, [FrameTrouble::CutShort { position: 1 }]);
}

#[test]
fn what_is_no_transmission_is_refused_with_a_reason() {
    assert_eq!(unframe(b""), Err(UnframeTrouble::Empty));
    assert_eq!(unframe(b"\r\n\r\n"), Err(UnframeTrouble::Empty));
    assert_eq!(unframe(b"\x02mtrsl|pi\x1Db0\n"), Err(UnframeTrouble::NoFrame));
}

#[test]
fn messages_are_split_at_their_headers() {
    let (one, two) = (message(), message().replace("S1", "S2"));
    let both = format!("{one}{two}");
    assert_eq!(split_messages(both.as_bytes()), [one.as_bytes(), two.as_bytes()]);
    assert_eq!(split_messages(RESULTS.as_bytes()), [RESULTS.as_bytes()]);
    assert!(split_messages(b"").is_empty());
}
