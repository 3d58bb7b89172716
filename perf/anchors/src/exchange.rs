//! The receiver's half of LIS01, only as much as an honest sender needs: checksums are verified, the last frame of a message is
//! answered when the message is kept.

use std::io::{self, BufRead, ErrorKind, Read, Write};

const STX: u8 = 0x02;
const ETX: u8 = 0x03;
const ENQ: u8 = 0x05;
const ACK: u8 = 0x06;
const NAK: u8 = 0x15;
const ETB: u8 = 0x17;
const LF: u8 = 0x0A;
/// The longest frame read, in bytes.
const FRAME_BYTES_MAX: u64 = 64 * 1024;

/// A whole message as it came.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// The frames as received.
    pub wire: Vec<u8>,
    /// The records, framing removed.
    pub content: Vec<u8>,
}

/// Talks with one sender until it closes. `keep` says whether the message is now safe: ACK, or else NAK, follows.
///
/// # Errors
/// The socket fails, or a frame is longer than 64 KiB.
pub fn converse(reader: &mut impl BufRead, writer: &mut impl Write, mut keep: impl FnMut(Received) -> bool) -> io::Result<()> {
    let mut message = Received::default();
    let mut frame = Vec::with_capacity(4 * 1024);
    loop {
        frame.clear();
        frame.resize(1, 0);
        match reader.read_exact(&mut frame) {
            Ok(()) => {}
            Err(end) if end.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            Err(trouble) => return Err(trouble),
        }
        match frame.as_slice() {
            [ENQ] => {
                message = Received::default();
                writer.write_all(&[ACK])?;
            }
            [STX] => {
                let answer = take_frame(reader, &mut frame, &mut message, &mut keep)?;
                writer.write_all(&[answer])?;
            }
            _ => {}
        }
    }
}

/// Reads the frame whose STX is in `frame` and says how to answer it.
fn take_frame(
    reader: &mut impl BufRead,
    frame: &mut Vec<u8>,
    message: &mut Received,
    keep: &mut impl FnMut(Received) -> bool,
) -> io::Result<u8> {
    reader.take(FRAME_BYTES_MAX).read_until(LF, frame)?;
    if frame.last() != Some(&LF) {
        return Err(io::Error::new(ErrorKind::InvalidData, "a frame does not end within 64 KiB"));
    }
    let Some((text, terminator)) = open_frame(frame) else { return Ok(NAK) };
    message.content.extend_from_slice(text);
    message.wire.extend_from_slice(frame);
    if terminator == ETB || keep(std::mem::take(message)) { Ok(ACK) } else { Ok(NAK) }
}

/// The text and the terminator of `STX number text terminator checksum CR LF`, if the checksum is right.
fn open_frame(frame: &[u8]) -> Option<(&[u8], u8)> {
    let [STX, counted @ .., high, low, b'\r', LF] = frame else { return None };
    let [_number, text @ .., terminator @ (ETX | ETB)] = counted else { return None };
    let sum = counted.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    let stated = digit(*high)? << 4 | digit(*low)?;
    (sum == stated).then_some((text, *terminator))
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(bytes: &[u8], safe: bool) -> (Vec<u8>, Vec<Received>) {
        let (mut answers, mut kept) = (vec![], vec![]);
        converse(&mut &*bytes, &mut answers, |message| {
            kept.push(message);
            safe
        })
        .unwrap();
        (answers, kept)
    }

    // 0x31+0x41+0x0D+0x17 = 0x96; 0x32+0x42+0x0D+0x03 = 0x84.
    const SESSION: &[u8] = b"\x05\x021A\r\x1796\r\n\x022B\r\x0384\r\n\x04";

    #[test]
    fn a_message_is_kept_at_its_last_frame() {
        let (answers, kept) = run(SESSION, true);
        assert_eq!(answers, [ACK, ACK, ACK]);
        assert_eq!(kept, [Received { wire: SESSION[1..SESSION.len() - 1].to_vec(), content: b"A\rB\r".to_vec() }]);
    }

    #[test]
    fn what_cannot_be_kept_is_not_acknowledged() {
        assert_eq!(run(SESSION, false).0, [ACK, ACK, NAK]);
    }

    #[test]
    fn a_wrong_checksum_is_refused_and_the_repeat_taken() {
        let session = b"\x05\x021A\r\x0383\r\n\x021A\r\x0382\r\n\x04";
        let (answers, kept) = run(session, true);
        assert_eq!(answers, [ACK, NAK, ACK]);
        assert_eq!(kept[0].content, b"A\r");
    }
}
