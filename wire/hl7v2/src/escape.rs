//! Escape sequences: what a sender wrote so that its own text cannot be taken for a separator.

use std::borrow::Cow;

use crate::charset::Charset;
use crate::delimiters::Delimiters;

/// How the text of one message is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syntax {
    pub(crate) delimiters: Delimiters,
    pub(crate) charset: Charset,
}

/// The text meant by what stands in a field.
///
/// `\F\ \S\ \T\ \R\ \E\ \P\` are separators, `\Xhh..\` bytes of the message's character set, `\.br\` a new line, `\H\` and `\N\`
/// highlighting, which has no text. `\Cxxyy\` and `\Mxxyyzz\` switch to character sets we do not have: they stay as they stand, whole,
/// except for the one that switches to ASCII. Any other backslash is kept.
pub(crate) fn unescape<'a>(raw: &'a str, syntax: &Syntax) -> Cow<'a, str> {
    let mark = char::from(syntax.delimiters.escape);
    if !raw.contains(mark) {
        return Cow::Borrowed(raw);
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, sequence)) = rest.split_once(mark) {
        text.push_str(before);
        let resolved = sequence.split_once(mark).and_then(|(body, after)| Some((resolve(body, syntax)?, after)));
        if let Some((meant, after)) = resolved {
            text.push_str(&meant);
            rest = after;
        } else {
            // Not a sequence: kept, and a second mark may begin the next one.
            text.push(mark);
            rest = sequence;
        }
    }
    text.push_str(rest);
    Cow::Owned(text)
}

/// What stands between two marks; none if it means nothing.
fn resolve(body: &str, syntax: &Syntax) -> Option<String> {
    match body.as_bytes() {
        [b'H' | b'N'] => Some(String::new()),
        [letter] => syntax.delimiters.of_letter(*letter).map(|separator| char::from(separator).to_string()),
        b".br" => Some("\n".to_owned()),
        // The sequence for ISO IR 6, which is ASCII.
        b"C2842" => Some(String::new()),
        [b'C', digits @ ..] if digits.len() == 4 && is_hex(digits) => Some(kept(body, syntax)),
        [b'M', digits @ ..] if matches!(digits.len(), 4 | 6) && is_hex(digits) => Some(kept(body, syntax)),
        [b'X', digits @ ..] => bytes(digits).and_then(|bytes| syntax.charset.decode(&bytes).map(Cow::into_owned)),
        _ => None,
    }
}

fn kept(body: &str, syntax: &Syntax) -> String {
    let mark = char::from(syntax.delimiters.escape);
    format!("{mark}{body}{mark}")
}

fn is_hex(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_hexdigit)
}

/// The bytes that pairs of hexadecimal digits stand for.
fn bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, odd) = digits.as_chunks::<2>();
    if pairs.is_empty() || !odd.is_empty() {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    pairs.iter().map(|[high, low]| Some(value(*high)? * 16 + value(*low)?)).collect()
}

/// Text made fit to stand in a field: separators and control characters are escaped, so that it reads back as it is.
pub(crate) fn escape(text: &str, delimiters: &Delimiters) -> String {
    let mark = char::from(delimiters.escape);
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let byte = u8::try_from(character).ok().filter(u8::is_ascii);
        match byte {
            Some(byte) if byte.is_ascii_control() => escaped.push_str(&format!("{mark}X{byte:02X}{mark}")),
            Some(byte) => match delimiters.letter_of(byte) {
                Some(letter) => escaped.extend([mark, letter, mark]),
                None => escaped.push(character),
            },
            None => escaped.push(character),
        }
    }
    escaped
}
