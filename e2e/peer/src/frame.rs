//! Frames of LIS01: `STX number text ETB|ETX checksum CR LF`.

use std::fmt;

/// Start of a frame.
pub const STX: u8 = 0x02;
/// End of the last frame of a message.
pub const ETX: u8 = 0x03;
/// End of the session; the line is neutral again.
pub const EOT: u8 = 0x04;
/// The sender asks for the line.
pub const ENQ: u8 = 0x05;
/// The frame, or the enquiry, is accepted.
pub const ACK: u8 = 0x06;
/// The frame is refused, or the receiver is busy.
pub const NAK: u8 = 0x15;
/// End of a frame that is not the last of its message.
pub const ETB: u8 = 0x17;
const CR: u8 = 0x0D;
const LF: u8 = 0x0A;

/// How the records of a message are laid into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Each record in a frame of its own, as the c 111 does.
    RecordPerFrame,
    /// Frames filled up to this many bytes of text, cut anywhere, also inside a record; 0 counts as 1.
    Bytes(usize),
}

impl fmt::Display for Packing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Packing::RecordPerFrame => out.write_str("one record a frame"),
            Packing::Bytes(most) => write!(out, "{most}-byte frames"),
        }
    }
}

/// One message laid into frames, ready to be written frame by frame. Numbers run 1..7, 0, 1.. from the enquiry on.
#[derive(Clone, Debug)]
pub struct Framed {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Framed {
    /// Lays `content`, records ending in CR, into frames: ETB on all but the last, ETX on the last.
    #[must_use]
    pub fn new(content: &[u8], packing: Packing) -> Framed {
        let texts: Vec<&[u8]> = match packing {
            Packing::RecordPerFrame => content.split_inclusive(|byte| *byte == CR).collect(),
            Packing::Bytes(most) => content.chunks(most.max(1)).collect(),
        };
        let mut framed = Framed { bytes: Vec::with_capacity(content.len() + texts.len() * 7), ends: Vec::with_capacity(texts.len()) };
        let last = texts.len().saturating_sub(1);
        for (position, text) in texts.iter().enumerate() {
            framed.push(text, position, if position == last { ETX } else { ETB });
        }
        framed
    }

    fn push(&mut self, text: &[u8], position: usize, terminator: u8) {
        // The remainder is below eight, so the digit always fits.
        let number = b'0' + u8::try_from((position + 1) % 8).unwrap_or(0);
        self.bytes.push(STX);
        let counted = self.bytes.len();
        self.bytes.push(number);
        self.bytes.extend_from_slice(text);
        self.bytes.push(terminator);
        let sum = checksum(self.bytes.get(counted..).unwrap_or_default());
        self.bytes.extend_from_slice(&sum);
        self.bytes.extend_from_slice(&[CR, LF]);
        self.ends.push(self.bytes.len());
    }

    /// How many frames the message has.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The wire bytes of the frame at `position`, from 0; `None` past the last.
    #[must_use]
    pub fn frame(&self, position: usize) -> Option<&[u8]> {
        let end = *self.ends.get(position)?;
        let start = position.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.get(start..end)
    }

    /// All frames one after the other, as they go over the wire when none is repeated.
    #[must_use]
    pub fn wire(&self) -> &[u8] {
        &self.bytes
    }
}

/// The two upper-case hexadecimal digits of the sum, modulo 256, of the bytes from the frame number through ETB or ETX.
#[must_use]
pub fn checksum(counted: &[u8]) -> [u8; 2] {
    let sum = counted.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    [hexadecimal(sum >> 4), hexadecimal(sum & 0x0F)]
}

fn hexadecimal(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }
}

/// Why stored bytes are not a sequence of whole frames. `at` is the offset of the frame's STX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameTrouble {
    /// The frame has no ETB or ETX, or ends before its checksum.
    Unfinished {
        /// Offset of the frame's STX in the bytes.
        at: usize,
    },
    /// The two digits after ETB or ETX are not the sum of the frame.
    WrongChecksum {
        /// Offset of the frame's STX in the bytes.
        at: usize,
    },
}

impl fmt::Display for FrameTrouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameTrouble::Unfinished { at } => write!(out, "the frame at byte {at} has no end"),
            FrameTrouble::WrongChecksum { at } => write!(out, "the frame at byte {at} has a wrong checksum"),
        }
    }
}

/// The records within `wire`: the texts of its frames, joined. Bytes between frames (ENQ, EOT, noise) are passed over.
///
/// # Errors
/// A frame without an end or with a wrong checksum.
pub fn deframe(wire: &[u8]) -> Result<Vec<u8>, FrameTrouble> {
    let mut content = Vec::with_capacity(wire.len());
    let mut at = 0;
    while let Some(skipped) = wire.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == STX)) {
        at += skipped;
        let body = wire.get(at + 1..).unwrap_or_default();
        let end = body.iter().position(|byte| matches!(*byte, ETB | ETX)).ok_or(FrameTrouble::Unfinished { at })?;
        let (Some(counted), Some(digits)) = (body.get(..=end), body.get(end + 1..end + 3)) else {
            return Err(FrameTrouble::Unfinished { at });
        };
        if !digits.eq_ignore_ascii_case(&checksum(counted)) {
            return Err(FrameTrouble::WrongChecksum { at });
        }
        content.extend_from_slice(body.get(1..end).unwrap_or_default());
        at += 1 + end + 3;
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_summed_from_its_number_through_its_terminator() {
        // '1' 0x31 + 'A' 0x41 + CR 0x0D + ETX 0x03 = 0x82.
        let framed = Framed::new(b"A\r", Packing::RecordPerFrame);
        assert_eq!(framed.wire(), b"\x021A\r\x0382\r\n");
    }

    #[test]
    fn the_sum_wraps_at_256() {
        // 255 + 255 + 2 = 512 = 2 * 256.
        assert_eq!(checksum(&[255, 255, 2]), *b"00");
        // 0xFF + 0xAB = 0x1AA.
        assert_eq!(checksum(&[0xFF, 0xAB]), *b"AA");
    }

    #[test]
    fn one_record_a_frame_ends_in_etb_but_the_last() {
        let framed = Framed::new(b"H|\r\nP|1\rL|1\r".as_slice(), Packing::RecordPerFrame);
        assert_eq!(framed.count(), 3);
        assert_eq!(framed.frame(0).unwrap()[..5], *b"\x021H|\r");
        assert_eq!(framed.frame(0).unwrap()[5], ETB);
        assert_eq!(framed.frame(1).unwrap()[1], b'2');
        assert!(framed.frame(2).unwrap().contains(&ETX));
        assert_eq!(framed.frame(3), None);
    }

    #[test]
    fn numbers_run_one_to_seven_then_zero() {
        let framed = Framed::new(&[b'x'; 10], Packing::Bytes(1));
        let numbers: Vec<u8> = (0..framed.count()).map(|position| framed.frame(position).unwrap()[1]).collect();
        assert_eq!(numbers, b"1234567012");
    }

    #[test]
    fn packed_frames_hold_no_more_text_than_asked() {
        let framed = Framed::new(&[b'x'; 500], Packing::Bytes(240));
        // 240 + 240 + 20, each with STX, number, terminator, two digits, CR, LF.
        assert_eq!((0..3).map(|position| framed.frame(position).unwrap().len()).collect::<Vec<_>>(), [247, 247, 27]);
        assert_eq!(framed.count(), 3);
        assert_eq!(Framed::new(b"ab", Packing::Bytes(0)).count(), 2);
    }

    #[test]
    fn deframing_gives_back_the_records_whatever_the_packing() {
        let content = b"H|\\^&\rP|1\rO|1||S^^1\rR|1|^^^990|4.1|mmol/L\rL|1|N\r";
        for packing in [Packing::RecordPerFrame, Packing::Bytes(1), Packing::Bytes(7), Packing::Bytes(4096)] {
            let framed = Framed::new(content, packing);
            let session = [&[ENQ], framed.wire(), &[EOT]].concat();
            assert_eq!(deframe(&session).unwrap(), content, "{packing}");
        }
        assert_eq!(deframe(b"").unwrap(), b"");
    }

    #[test]
    fn deframing_says_what_is_wrong_and_where() {
        let mut wire = Framed::new(b"A\rB\r", Packing::RecordPerFrame).wire().to_vec();
        assert_eq!(deframe(&wire[..wire.len() - 3]), Err(FrameTrouble::Unfinished { at: 9 }));
        assert_eq!(deframe(&wire[..10]), Err(FrameTrouble::Unfinished { at: 9 }));
        wire[2] ^= 1;
        assert_eq!(deframe(&wire), Err(FrameTrouble::WrongChecksum { at: 0 }));
    }
}
