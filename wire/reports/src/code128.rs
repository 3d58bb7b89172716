//! Code 128 (ISO/IEC 15417) of container codes: the symbol's characters, its bars, and the same as label printers are told.
//!
//! Ours, and not left to the printer, because the width of the symbol decides where the rest of the label stands.

use kernel::ContainerCode;

/// Modules of the longest container code: start, two letters, a digit, to subset C, four pairs, to subset B, the check character, the
/// symbol's own check character: twelve characters of 11 modules; a stop of 13.
pub const MODULES_MAX: u32 = 12 * 11 + 13;
/// Modules that stay empty at each side.
pub const QUIET_MODULES: u32 = 10;

const CODE_C: u8 = 99;
const CODE_B: u8 = 100;
const START_B: u8 = 104;
const STOP: u8 = 106;

/// Widths of bars and spaces in turn, by value; the last is the stop.
const WIDTHS: [&[u8]; 107] = [
    b"212222", b"222122", b"222221", b"121223", b"121322", b"131222", b"122213", b"122312", b"132212", b"221213", b"221312", b"231212",
    b"112232", b"122132", b"122231", b"113222", b"123122", b"123221", b"223211", b"221132", b"221231", b"213212", b"223112", b"312131",
    b"311222", b"321122", b"321221", b"312212", b"322112", b"322211", b"212123", b"212321", b"232121", b"111323", b"131123", b"131321",
    b"112313", b"132113", b"132311", b"211313", b"231113", b"231311", b"112133", b"112331", b"132131", b"113123", b"113321", b"133121",
    b"313121", b"211331", b"231131", b"213113", b"213311", b"213131", b"311123", b"311321", b"331121", b"312113", b"312311", b"332111",
    b"314111", b"221411", b"431111", b"111224", b"111422", b"121124", b"121421", b"141122", b"141221", b"112214", b"112412", b"122114",
    b"122411", b"142112", b"142211", b"241211", b"221114", b"413111", b"241112", b"134111", b"111242", b"121142", b"121241", b"114212",
    b"124112", b"124211", b"411212", b"421112", b"421211", b"212141", b"214121", b"412121", b"111143", b"111341", b"131141", b"114113",
    b"114311", b"411113", b"411311", b"113141", b"114131", b"311141", b"411131", b"211412", b"211214", b"211232", b"2331112",
];

/// The code cut into what each subset spells: letters and an odd digit in B, pairs of digits in C, the rest in B.
struct Spelling<'a> {
    before: &'a str,
    pairs: &'a str,
    after: &'a str,
}

impl<'a> Spelling<'a> {
    fn of(code: &'a ContainerCode) -> Self {
        let text = code.as_str();
        let (letters, rest) = split(text, |character| character.is_ascii_alphabetic());
        let (digits, after) = split(rest, |character| character.is_ascii_digit());
        let odd = digits.len() % 2;
        let before = text.get(..letters.len() + odd).unwrap_or_default();
        Self { before, pairs: digits.get(odd..).unwrap_or_default(), after }
    }

    /// Values of the symbol's characters, without check and stop.
    fn values(&self) -> Vec<u8> {
        let mut values = vec![START_B];
        values.extend(self.before.bytes().map(in_subset_b));
        values.push(CODE_C);
        let digit = |byte: &u8| byte.saturating_sub(b'0');
        values.extend(self.pairs.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |number, byte| number * 10 + digit(byte))));
        if !self.after.is_empty() {
            values.push(CODE_B);
            values.extend(self.after.bytes().map(in_subset_b));
        }
        values
    }
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|character| !belongs(character)).unwrap_or(text.len()))
}

/// Subset B begins with the space.
fn in_subset_b(byte: u8) -> u8 {
    byte.saturating_sub(b' ')
}

/// One bar: where it begins and how wide it is, in modules from the symbol's left edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Modules before it.
    pub at: u32,
    /// Modules of its width.
    pub width: u32,
}

/// The bars of a container code. Quiet zones are the caller's.
pub fn bars(code: &ContainerCode) -> Vec<Bar> {
    let mut values = Spelling::of(code).values();
    let weighted = values.iter().enumerate().map(|(place, value)| place.max(1) * usize::from(*value));
    values.push(u8::try_from(weighted.sum::<usize>() % 103).unwrap_or_default());
    values.push(STOP);
    let widths = values.iter().filter_map(|value| WIDTHS.get(usize::from(*value))).flat_map(|widths| widths.iter());
    let mut at = 0;
    let mut bars = Vec::new();
    for (place, width) in widths.enumerate() {
        let width = u32::from(width.saturating_sub(b'0'));
        if place % 2 == 0 {
            bars.push(Bar { at, width });
        }
        at += width;
    }
    bars
}

/// Modules of the symbol, without quiet zones.
pub fn modules(code: &ContainerCode) -> u32 {
    bars(code).last().map_or(0, |bar| bar.at + bar.width)
}

/// The same symbol as field data of ZPL's `^BC`: `>:` starts in subset B, `>5` goes to C, `>6` to B. The printer adds the check character.
pub(crate) fn field_data(code: &ContainerCode) -> String {
    let Spelling { before, pairs, after } = Spelling::of(code);
    let back = if after.is_empty() { "" } else { ">6" };
    format!(">:{before}>5{pairs}{back}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> ContainerCode {
        ContainerCode::parse(text).unwrap()
    }

    #[test]
    fn every_character_has_eleven_modules_and_the_stop_thirteen() {
        for (value, widths) in WIDTHS.iter().enumerate() {
            let total: u32 = widths.iter().map(|width| u32::from(width - b'0')).sum();
            let bars: u32 = widths.iter().step_by(2).map(|width| u32::from(width - b'0')).sum();
            let stop = value == usize::from(STOP);
            assert_eq!(total, if stop { 13 } else { 11 }, "{value}");
            // The standard's self-check: the bars of a character add up to an even number of modules.
            assert!(stop || bars.is_multiple_of(2), "{value}");
            assert!(WIDTHS.iter().filter(|other| *other == widths).count() == 1, "{value}");
        }
    }

    #[test]
    fn a_code_is_spelled_in_pairs_of_digits() {
        // Start B, A (65 - 32), 0 (48 - 32), to C, 00 00 01, to B, S (83 - 32).
        assert_eq!(Spelling::of(&code("A0000001S")).values(), [104, 33, 16, 99, 0, 0, 1, 100, 51]);
        assert_eq!(field_data(&code("A0000001S")), ">:A0>5000001>6S");
    }

    #[test]
    fn the_longest_code_is_as_wide_as_said_and_none_is_wider() {
        for (prefix, number) in [("AB", 999_999_999), ("ZZ", 100_000_000), ("A", 12_345_678), ("Q", 7), ("AA", 12_345_678)] {
            let code = ContainerCode::compose(prefix, number).unwrap();
            assert!(modules(&code) <= MODULES_MAX, "{code}");
        }
        let longest = (100_000_000..).map(|number| ContainerCode::compose("AB", number).unwrap());
        let longest = longest.take(50).find(|code| code.as_str().ends_with(|last: char| last.is_ascii_alphabetic())).unwrap();
        assert_eq!(modules(&longest), MODULES_MAX);
    }
}
