//! Bytes to text and back, by what MSH-18 says.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::header::{Header, HeaderTrouble};

/// A character set of messages. All have ASCII in its place; UTF-16 is none of them.
///
/// ISO 8859-1, -9 and -11 are read as the Windows sets that contain them: the codes in which they differ are control characters that no
/// message has, and senders that say 8859/1 often mean the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Default for Charset {
    fn default() -> Self {
        Self::UTF_8
    }
}

impl Charset {
    /// UTF-8.
    pub const UTF_8: Self = Self(UTF_8);
    /// ISO 8859-1, in which every byte has a meaning.
    pub const LATIN_1: Self = Self(WINDOWS_1252);

    /// The set MSH-18 names (table 0211): `8859/1` to `8859/16`, `UNICODE UTF-8`, `UNICODE`, also in the spellings senders use. `Ok(None)`
    /// for an empty field and for ASCII: the connection's default holds. Words for what is not supported.
    pub fn named(name: &str) -> Result<Option<Self>, CharsetTrouble> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
        match plain.as_str() {
            "" if name.trim().is_empty() => return Ok(None),
            "ASCII" | "ISOIR6" => return Ok(None),
            "UNICODE" | "UNICODEUTF8" | "UTF8" => return Ok(Some(Self::UTF_8)),
            _ => {}
        }
        let part = plain.strip_prefix("ISO").unwrap_or(&plain).strip_prefix("8859");
        let label = part.filter(|part| !part.is_empty()).map(|part| format!("iso-8859-{part}"));
        let encoding = label.and_then(|label| Encoding::for_label_no_replacement(label.as_bytes()));
        let trouble = || CharsetTrouble::Unsupported { named: name.chars().take(NAMED_CHARS_MAX).collect() };
        encoding.map(|encoding| Some(Self(encoding))).ok_or_else(trouble)
    }

    /// The set's usual name: `UTF-8`, `windows-1252`, `ISO-8859-2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The bytes as text; none if they are not of this set.
    pub(crate) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        self.0.decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// The text as bytes. A character the set lacks is written as its number, `<U+0416>`: seen, not lost.
    pub(crate) fn encode(self, text: &str, into: &mut Vec<u8>) {
        let (bytes, _, lacking) = self.0.encode(text);
        if !lacking {
            into.extend_from_slice(&bytes);
            return;
        }
        for character in text.chars() {
            let mut buffer = [0; 4];
            let (bytes, _, lacking) = self.0.encode(character.encode_utf8(&mut buffer));
            if lacking {
                into.extend_from_slice(format!("<U+{:04X}>", u32::from(character)).as_bytes());
            } else {
                into.extend_from_slice(&bytes);
            }
        }
    }
}

/// How much of an unknown name is repeated.
const NAMED_CHARS_MAX: usize = 40;

/// What a connection assumes where messages do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Charsets {
    /// Where MSH-18 is empty or says ASCII.
    pub default: Charset,
    /// Where bytes are not of the set they should be; none tries ISO 8859-1 at once.
    pub fallback: Option<Charset>,
}

/// What was wrong with the character set. The text was made all the same; the bytes have to be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CharsetTrouble {
    /// MSH-18 names a set we do not have, or UTF-16.
    #[error("MSH-18 names {named:?}, which is not supported; the connection's own character set was tried")]
    Unsupported {
        /// The name.
        named: String,
    },
    /// The bytes are not of the set.
    #[error(
        "the message is not valid {expected}; it was read as {used}, so letters beyond ASCII may be wrong: look at the bytes as received"
    )]
    Undecodable {
        /// What it should have been.
        expected: &'static str,
        /// What it was read as.
        used: &'static str,
    },
}

/// A message as text. Keep the bytes: they are what was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The text.
    pub text: Cow<'a, str>,
    /// The set it was read as, which answers are written in.
    pub charset: Charset,
    /// What was wrong, to be shown to a person.
    pub troubles: Vec<CharsetTrouble>,
}

/// Makes text of a message's bytes, as its MSH-18 says. Fails only where there is no header that could be read.
pub fn decode<'a>(bytes: &'a [u8], charsets: &Charsets) -> Result<Decoded<'a>, HeaderTrouble> {
    let header = Header::read(bytes)?;
    let mut troubles = Vec::new();
    let stated = match Charset::named(&String::from_utf8_lossy(header.charset())) {
        Ok(stated) => stated,
        Err(trouble) => {
            troubles.push(trouble);
            None
        }
    };
    let expected = stated.unwrap_or(charsets.default);
    let content = header.message();
    let fallback = charsets.fallback.unwrap_or(Charset::LATIN_1);
    // The last of these has a character for each byte, so that text is made of whatever came.
    for charset in [expected, fallback, Charset::LATIN_1] {
        if let Some(text) = charset.decode(content) {
            if charset != expected {
                troubles.push(CharsetTrouble::Undecodable { expected: expected.name(), used: charset.name() });
            }
            return Ok(Decoded { text, charset, troubles });
        }
    }
    let text = content.iter().copied().map(char::from).collect();
    Ok(Decoded { text: Cow::Owned(text), charset: Charset::LATIN_1, troubles })
}
