//! The control characters of the link and the rules that hold for single bytes (E1381, LIS01-A2).

/// Start of header: not used by the link, forbidden in text.
pub const SOH: u8 = 0x01;
/// Start of text: begins a frame.
pub const STX: u8 = 0x02;
/// End of text: ends the last frame of a message.
pub const ETX: u8 = 0x03;
/// End of transmission: the sender is done, or gives up; the link is neutral again.
pub const EOT: u8 = 0x04;
/// Enquiry: the sender asks for the line.
pub const ENQ: u8 = 0x05;
/// Positive acknowledgement.
pub const ACK: u8 = 0x06;
/// Line feed: ends a frame after CR.
pub const LF: u8 = 0x0A;
/// Carriage return: ends a record, and begins the end of a frame.
pub const CR: u8 = 0x0D;
/// Negative acknowledgement: send it again.
pub const NAK: u8 = 0x15;
/// End of transmission block: ends a frame that is not the last of its message.
pub const ETB: u8 = 0x17;

const DLE: u8 = 0x10;
const DC1: u8 = 0x11;
const DC4: u8 = 0x14;
const SYN: u8 = 0x16;

/// The checksum of a frame: the sum, modulo 256, of the bytes from the frame number through ETB or ETX, both included.
///
/// Taken over the bytes of the wire, never over decoded text.
/// ```
/// // STX "1" "A" ETX: 0x31 + 0x41 + 0x03 = 0x75
/// assert_eq!(lis2::control::checksum(b"1A\x03"), 0x75);
/// ```
#[must_use]
pub fn checksum(from_number_through_end: &[u8]) -> u8 {
    from_number_through_end.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// Whether the standard forbids this character in the text of a frame.
///
/// CR is allowed as the end of a record. LF is forbidden; received after CR it is tolerated, see [`crate::LinkSettings`].
#[must_use]
pub fn is_forbidden_in_text(byte: u8) -> bool {
    matches!(byte, SOH | STX | ETX | EOT | ENQ | ACK | LF | DLE..=DC4 | NAK | SYN | ETB)
}

// DLE and DC1 to DC4 are neighbours, which the range above relies on.
const _: () = assert!(DLE + 1 == DC1 && DC1 + 3 == DC4 && DC4 + 1 == NAK);

/// The two hexadecimal digits, upper case, that carry a checksum on the wire.
#[must_use]
pub(crate) fn checksum_digits(sum: u8) -> [u8; 2] {
    [digit(sum >> 4), digit(sum & 0x0F)]
}

fn digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'A' + (value & 0x0F) - 10,
    }
}

/// Reads two hexadecimal digits; lower case is accepted, because some devices send it.
#[must_use]
pub(crate) fn read_hex(high: u8, low: u8) -> Option<u8> {
    let value = |byte: u8| char::from(byte).to_digit(16).and_then(|v| u8::try_from(v).ok());
    Some(value(high)? << 4 | value(low)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_digits_read_back_and_are_upper_case() {
        for sum in 0..=255_u8 {
            let [high, low] = checksum_digits(sum);
            assert_eq!(format!("{sum:02X}").as_bytes(), [high, low]);
            assert_eq!(read_hex(high, low), Some(sum));
            assert_eq!(read_hex(high.to_ascii_lowercase(), low.to_ascii_lowercase()), Some(sum));
        }
        assert_eq!(read_hex(b'G', b'0'), None);
        assert_eq!(read_hex(b'0', 0xFF), None);
    }

    #[test]
    fn the_forbidden_characters_are_those_of_the_standard() {
        let forbidden: Vec<u8> = (0..=255).filter(|b| is_forbidden_in_text(*b)).collect();
        assert_eq!(forbidden, [1, 2, 3, 4, 5, 6, 0x0A, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17]);
    }
}
