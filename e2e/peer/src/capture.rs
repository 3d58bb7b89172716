//! Messages out of a captured transmission, so that it can be sent once more.

use crate::frame::{FrameTrouble, STX, deframe};

const CR: u8 = 0x0D;
const LF: u8 = 0x0A;

/// The messages in the bytes of a capture, in order, each its records ending in CR. Frames are opened; bytes without any frame are taken
/// as bare records, one a line. A message ends with its terminator record (`L`); what follows the last of them is a message, too.
///
/// # Errors
/// A frame without an end or with a wrong checksum.
pub fn messages(bytes: &[u8]) -> Result<Vec<Vec<u8>>, FrameTrouble> {
    let content = if bytes.contains(&STX) { deframe(bytes)? } else { bare(bytes) };
    let mut messages = Vec::new();
    let mut message = Vec::new();
    for record in content.split_inclusive(|byte| *byte == CR) {
        message.extend_from_slice(record);
        if record.first() == Some(&b'L') {
            messages.push(std::mem::take(&mut message));
        }
    }
    if !message.is_empty() {
        messages.push(message);
    }
    Ok(messages)
}

/// Lines, however they end, as records ending in CR; empty ones are left out.
fn bare(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split(|byte| matches!(*byte, CR | LF)).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, &[CR]].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{ENQ, EOT, Framed, Packing};

    const ONE: &[u8] = b"H|\\^&\rP|1\rL|1|N\r";
    const OTHER: &[u8] = b"H|\\^&\rP|2\rL|1|N\r";

    #[test]
    fn frames_are_opened_whatever_the_packing() {
        for packing in [Packing::RecordPerFrame, Packing::Bytes(5)] {
            let frames = Framed::new(ONE, packing);
            assert_eq!(messages(frames.wire()).unwrap(), [ONE], "{packing}");
            assert_eq!(messages(&[&[ENQ], frames.wire(), &[EOT]].concat()).unwrap(), [ONE], "{packing}");
        }
    }

    #[test]
    fn lines_of_a_text_file_are_records() {
        for text in ["H|\\^&\nP|1\nL|1|N\n", "H|\\^&\r\nP|1\r\n\r\nL|1|N", "H|\\^&\rP|1\rL|1|N\r"] {
            assert_eq!(messages(text.as_bytes()).unwrap(), [ONE], "{text:?}");
        }
    }

    #[test]
    fn a_message_ends_with_its_terminator_record() {
        assert_eq!(messages(&[ONE, OTHER].concat()).unwrap(), [ONE, OTHER]);
        assert_eq!(messages(&[ONE, b"H|\r"].concat()).unwrap(), [ONE, b"H|\r"], "one that was cut off is a message all the same");
        assert!(messages(b"").unwrap().is_empty());
    }

    #[test]
    fn a_broken_frame_is_named() {
        assert_eq!(messages(b"\x021H|\r\x0300\r\n"), Err(FrameTrouble::WrongChecksum { at: 0 }));
    }
}
