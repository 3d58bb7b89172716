//! Labels in ZPL II, the language most label printers understand.
//!
//! Rules from Zebra's ZPL II Programming Guide: `^CI28` reads field data as UTF-8; `^FH` makes `_` and two digits of hexadecimal one byte of
//! it. Everything but letters, digits, blanks and a few harmless marks goes that way, so that no text can hold a command (`^`, `~`), a control
//! character of `^FB` (`\`) or the escape itself, and a printer's cable may be of seven bits.

use crate::code128;
use crate::fit::{Face, Ruler};
use crate::label::Label;
use crate::layout::{Mark, lay_out};
use crate::stock::Stock;
use std::fmt::Write;

/// The label as one ZPL II format. The same label gives the same text.
pub fn zpl(label: &Label, stock: &Stock) -> String {
    let mut format = format!("^XA\n^CI28\n^PW{}\n^LL{}\n^LH0,0\n", stock.width_dots(), stock.height_dots());
    for mark in lay_out(label, stock, &BuiltInFont) {
        format.push_str(&field(&mark, label));
        format.push('\n');
    }
    format.push_str("^PQ1\n^XZ\n");
    format
}

/// Letters of the label that the font of a label printer may not have, each once: it was measured with Latin letters only, and printers leave
/// out, or print as a box, what theirs lacks. Whoever prints is told, and looks at the first label.
pub fn doubtful_letters(label: &Label, stock: &Stock) -> Vec<char> {
    let mut doubtful = Vec::new();
    for mark in lay_out(label, stock, &BuiltInFont) {
        let Mark::Text { text, .. } = mark else { continue };
        let letters = text.chars().filter(|letter| !LATIN.contains(letter));
        letters.for_each(|letter| {
            if !doubtful.contains(&letter) {
                doubtful.push(letter)
            }
        });
    }
    doubtful
}

/// Basic Latin, Latin-1 and Latin Extended-A: what the printers' own scalable font is documented to have under `^CI28`.
const LATIN: std::ops::RangeInclusive<char> = ' '..='\u{17f}';

fn field(mark: &Mark, label: &Label) -> String {
    match mark {
        Mark::Text { x, y, height, text, white, .. } => {
            // ^FR prints white where it is black already.
            let reversed = if *white { "^FR" } else { "" };
            format!("^FO{x},{y}^A0N,{height},{height}{reversed}^FH^FD{}^FS", escaped(text))
        }
        Mark::Bars { x, y, module, height } => {
            format!("^FO{x},{y}^BY{module}^BCN,{height},N,N,N,N^FD{}^FS", code128::field_data(&label.code))
        }
        Mark::Matrix { x, y, module } => format!("^FO{x},{y}^BXN,{module},200,14,14^FD{}^FS", label.code),
        // A block whose line is as thick as its smaller side is filled.
        Mark::Block { x, y, width, height } => format!("^FO{x},{y}^GB{width},{height},{}^FS", width.min(height)),
        Mark::Tick { x, y, width } => format!("^FO{x},{y}{}^FS", tick(*width)),
    }
}

/// The triangle as a picture (`^GFA`: bytes, bytes, bytes a row, hexadecimal): row by row, black from its slanted edge to the right.
fn tick(width: u32) -> String {
    let row_bytes = width.div_ceil(8);
    let mut rows = String::new();
    for row in 0..2 * width {
        // The point lies in the middle of the height.
        let black = if row < width { row + 1 } else { 2 * width - row };
        for byte in 0..row_bytes {
            let bits = (0..8).map(|bit| byte * 8 + bit).map(|column| u32::from(column < width && column >= width - black));
            write!(rows, "{:02X}", bits.fold(0, |byte, bit| byte * 2 + bit)).unwrap_or_default();
        }
    }
    let bytes = row_bytes * 2 * width;
    format!("^GFA,{bytes},{bytes},{row_bytes},{rows}")
}

/// Field data behind `^FH`.
fn escaped(text: &str) -> String {
    let mut data = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b" .,-+:/()!'".contains(&byte) {
            data.push(char::from(byte));
        } else {
            write!(data, "_{byte:02X}").unwrap_or_default();
        }
    }
    data
}

/// The scalable font 0 that every printer has, measured too wide rather than too narrow: its letters are condensed, and printers differ.
pub(crate) struct BuiltInFont;

impl Ruler for BuiltInFont {
    fn width(&self, text: &str, _: Face) -> u32 {
        text.chars().map(width_of).fold(0, u32::saturating_add)
    }

    /// Three dots: not every printer's font has the one character.
    fn ellipsis(&self) -> &'static str {
        "..."
    }
}

fn width_of(character: char) -> u32 {
    match character {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 300,
        'f' | 'r' | 't' | '(' | ')' | '[' | ']' | '-' | '/' => 400,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 850,
        'a'..='z' | '0'..='9' => 530,
        'A'..='Z' => 620,
        // Combining marks stand above the letter before them.
        '\u{300}'..='\u{36f}' => 0,
        '\u{80}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => 700,
        _ => 1000,
    }
}
