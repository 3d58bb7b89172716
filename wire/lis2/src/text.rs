//! Bytes to text: character set and escape sequences.

use std::borrow::Cow;

use crate::control;
use crate::record::Delimiters;

/// What the bytes of a message mean as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Charset {
    /// UTF-8 if the whole message is valid UTF-8, else Latin-1 with a trouble.
    #[default]
    Utf8OrLatin1,
    /// UTF-8; what is not valid is shown as U+FFFD, with a trouble.
    Utf8,
    /// ISO 8859-1.
    Latin1,
}

/// The character set settled for one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Latin1,
}

impl Encoding {
    /// Settles the character set of a message, and says whether the bytes contradict the expectation.
    pub(crate) fn settle(charset: Charset, content: &[u8]) -> (Self, bool) {
        let invalid = || std::str::from_utf8(content).is_err();
        match charset {
            Charset::Latin1 => (Self::Latin1, false),
            Charset::Utf8 => (Self::Utf8, invalid()),
            Charset::Utf8OrLatin1 if invalid() => (Self::Latin1, true),
            Charset::Utf8OrLatin1 => (Self::Utf8, false),
        }
    }

    /// The bytes as text, escapes untouched.
    pub(crate) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Utf8 => String::from_utf8_lossy(bytes),
            Self::Latin1 if bytes.is_ascii() => String::from_utf8_lossy(bytes),
            Self::Latin1 => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
        }
    }

    fn decode_owned(self, bytes: Vec<u8>) -> String {
        match self {
            // Escaped bytes may not fit the character set of the rest: then they are Latin-1.
            Self::Utf8 => String::from_utf8(bytes).unwrap_or_else(|wrong| wrong.into_bytes().into_iter().map(char::from).collect()),
            Self::Latin1 => bytes.into_iter().map(char::from).collect(),
        }
    }
}

/// The text of a field that has been split off already: escape sequences resolved, then the character set.
pub(crate) fn unescape<'a>(raw: &'a [u8], delimiters: &Delimiters, encoding: Encoding) -> Cow<'a, str> {
    if !raw.contains(&delimiters.escape) {
        return encoding.decode(raw);
    }
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(start) = rest.iter().position(|byte| *byte == delimiters.escape) {
        let (before, sequence) = rest.split_at(start);
        bytes.extend_from_slice(before);
        let length = sequence.iter().skip(1).position(|byte| *byte == delimiters.escape);
        let body = length.and_then(|length| sequence.get(1..=length));
        if let Some(resolved) = body.and_then(|body| resolve(body, delimiters)) {
            bytes.extend_from_slice(&resolved);
            rest = sequence.get(body.map_or(0, <[u8]>::len) + 2..).unwrap_or_default();
        } else {
            // Not a sequence we know: kept as it is, and its second escape character may begin the next one.
            bytes.push(delimiters.escape);
            rest = sequence.get(1..).unwrap_or_default();
        }
    }
    bytes.extend_from_slice(rest);
    Cow::Owned(encoding.decode_owned(bytes))
}

/// What stands between two escape characters; none if it means nothing.
fn resolve(body: &[u8], delimiters: &Delimiters) -> Option<Vec<u8>> {
    match body {
        b"F" => Some(vec![delimiters.field]),
        b"S" => Some(vec![delimiters.component]),
        b"R" => Some(vec![delimiters.repeat]),
        b"E" => Some(vec![delimiters.escape]),
        // Highlighting begins and ends: nothing to show.
        b"H" | b"N" => Some(Vec::new()),
        [b'X', digits @ ..] if !digits.is_empty() => {
            let (pairs, odd) = digits.as_chunks::<2>();
            if odd.is_empty() { pairs.iter().map(|[high, low]| control::read_hex(*high, *low)).collect() } else { None }
        }
        _ => None,
    }
}

/// Text made fit to stand in a field: delimiters and control characters are escaped.
pub(crate) fn escape(text: &str, delimiters: &Delimiters) -> String {
    let mark = char::from(delimiters.escape);
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let letter = match u8::try_from(character) {
            Ok(byte) if byte == delimiters.field => "F".to_owned(),
            Ok(byte) if byte == delimiters.component => "S".to_owned(),
            Ok(byte) if byte == delimiters.repeat => "R".to_owned(),
            Ok(byte) if byte == delimiters.escape => "E".to_owned(),
            Ok(byte) if byte < b' ' => format!("X{byte:02X}"),
            _ => {
                escaped.push(character);
                continue;
            }
        };
        escaped.extend([mark]);
        escaped.push_str(&letter);
        escaped.extend([mark]);
    }
    escaped
}
