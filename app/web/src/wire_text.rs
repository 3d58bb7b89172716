//! Bytes of a transmission as people read them: text as text, every control character by its name, nothing left out and nothing obeyed.

use maud::{Markup, html};

/// Bytes shown; a longer transmission says how much more there is.
pub(crate) const SHOWN_BYTES_MAX: usize = 64 * 1024;

/// One piece of a transmission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text as it is.
    Text(String),
    /// A character that is not printed, by its name ("STX", "U+202E", "0xFF").
    Control(String),
    /// Where the eye wants a new line; not part of the bytes.
    Break,
}

/// Names of the bytes 0 to 31, as the standards of the wire use them.
const NAMES: [&str; 32] = [
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "HT", "LF", "VT", "FF", "CR", "SO", "SI", "DLE", "DC1", "DC2", "DC3",
    "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
];

/// Takes bytes apart into pieces.
pub(crate) fn pieces(bytes: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for chunk in bytes.utf8_chunks() {
        let mut characters = chunk.valid().chars().peekable();
        while let Some(character) = characters.next() {
            push(&mut pieces, character);
            if ends_line(character, characters.peek().copied()) {
                pieces.push(Piece::Break);
            }
        }
        pieces.extend(chunk.invalid().iter().map(|byte| Piece::Control(format!("0x{byte:02X}"))));
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, character: char) {
    match control_name(character) {
        Some(name) => pieces.push(Piece::Control(name)),
        None => match pieces.last_mut() {
            Some(Piece::Text(text)) => text.push(character),
            _ => pieces.push(Piece::Text(character.to_string())),
        },
    }
}

fn control_name(character: char) -> Option<String> {
    let number = u32::from(character);
    if let Some(name) = usize::try_from(number).ok().and_then(|number| NAMES.get(number)) {
        return Some((*name).to_owned());
    }
    let hidden = matches!(number, 0x7F..=0x9F | 0xAD | 0x61C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF);
    hidden.then(|| if number == 0x7F { "DEL".to_owned() } else { format!("U+{number:04X}") })
}

/// A line ends with LF, and with a CR that ends a record: not one that is followed by the rest of its frame.
fn ends_line(character: char, next: Option<char>) -> bool {
    match character {
        '\n' => true,
        '\r' => !matches!(next, None | Some('\n' | '\u{3}' | '\u{17}')),
        _ => false,
    }
}

/// The bytes as a block of a page.
pub(crate) fn block(bytes: &[u8]) -> Markup {
    let shown = bytes.get(..SHOWN_BYTES_MAX).unwrap_or(bytes);
    html! {
        pre.wire tabindex="0" data-wire {
            @for piece in pieces(shown) {
                @match piece {
                    Piece::Text(text) => (text),
                    Piece::Control(name) => span.control { (name) },
                    Piece::Break => "\n",
                }
            }
        }
        @if bytes.len() > shown.len() {
            p.hint { (bytes.len() - shown.len()) " bytes more are kept and not shown here." }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }
    fn control(name: &str) -> Piece {
        Piece::Control(name.to_owned())
    }

    #[test]
    fn a_frame_shows_its_controls_by_name_and_one_line_each() {
        let frames = b"\x05\x021P|1\r\x17A0\r\n\x022L|1\r\x03B1\r\n\x04";
        assert_eq!(
            pieces(frames),
            [
                control("ENQ"),
                control("STX"),
                text("1P|1"),
                control("CR"),
                control("ETB"),
                text("A0"),
                control("CR"),
                control("LF"),
                Piece::Break,
                control("STX"),
                text("2L|1"),
                control("CR"),
                control("ETX"),
                text("B1"),
                control("CR"),
                control("LF"),
                Piece::Break,
                control("EOT"),
            ]
        );
    }

    #[test]
    fn bare_records_break_after_each_carriage_return() {
        assert_eq!(pieces(b"H|\rL|1\r"), [text("H|"), control("CR"), Piece::Break, text("L|1"), control("CR")]);
    }

    #[test]
    fn what_is_no_text_or_turns_text_around_is_named() {
        assert_eq!(pieces(b"a\xFF\xC3(b"), [text("a"), control("0xFF"), control("0xC3"), text("(b")]);
        assert_eq!(
            pieces("µg\u{202E}x\u{7F}\u{85}".as_bytes()),
            [text("µg"), control("U+202E"), text("x"), control("DEL"), control("U+0085")]
        );
        assert_eq!(pieces(b"\0\x1b\x1f"), [control("NUL"), control("ESC"), control("US")]);
    }

    #[test]
    fn markup_in_a_transmission_is_text_and_length_is_bounded() {
        let shown = block(b"<script>alert(1)</script>&").into_string();
        assert!(shown.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;"), "{shown}");
        let long = block(&vec![b'z'; SHOWN_BYTES_MAX + 7]).into_string();
        assert!(long.contains("7 bytes more"));
        assert_eq!(long.matches('z').count(), SHOWN_BYTES_MAX);
    }
}
