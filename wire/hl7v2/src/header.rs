//! The header of a message, read from the bytes alone: enough to answer a message of which nothing else can be read.

use crate::delimiters::Delimiters;

/// Bytes of a header segment. The standard's fields come to far less.
pub const HEADER_BYTES_MAX: usize = 16 * 1024;
const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// MSH as received, its fields undecoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    message: &'a [u8],
    segment: &'a [u8],
    delimiters: Delimiters,
}

/// Why no header could be read. There is no control id to echo, so nothing can be answered: keep the bytes, tell a person, and close the
/// connection, so that the sender notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderTrouble {
    /// It begins with something else.
    #[error("the message does not begin with MSH; it cannot be answered: keep it, look at the sender's settings and close the connection")]
    NoHeader,
    /// MSH-1 and MSH-2 are not four or five different separators.
    #[error("MSH-1 and MSH-2 do not declare separators such as |^~\\&; it cannot be answered: keep it and close the connection")]
    NoDelimiters,
    /// Two bytes a character.
    #[error("the message is in UTF-16, which MLLP cannot carry; it cannot be answered: set the sender to UTF-8 and close the connection")]
    Utf16,
    /// MSH is longer than [`HEADER_BYTES_MAX`].
    #[error("MSH is longer than {HEADER_BYTES_MAX} bytes; it cannot be answered: keep it and close the connection")]
    TooLong,
}

impl<'a> Header<'a> {
    /// Reads the header at the beginning of a message. A byte order mark of UTF-8 in front is left out.
    pub fn read(bytes: &'a [u8]) -> Result<Self, HeaderTrouble> {
        let message = bytes.strip_prefix(UTF_8_MARK).unwrap_or(bytes);
        if matches!(message, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [b'M', 0, b'S', 0, ..] | [0, b'M', 0, b'S', ..]) {
            return Err(HeaderTrouble::Utf16);
        }
        if !message.starts_with(b"MSH") {
            return Err(HeaderTrouble::NoHeader);
        }
        // Also where this connection ends segments with CR alone: no field of a header holds a line feed, and an answer is better than
        // none.
        let end = message.iter().take(HEADER_BYTES_MAX + 1).position(|byte| matches!(byte, b'\r' | b'\n'));
        let length = end.unwrap_or(message.len());
        if length > HEADER_BYTES_MAX {
            return Err(HeaderTrouble::TooLong);
        }
        let segment = message.get(..length).unwrap_or(message);
        let delimiters = Delimiters::declared(segment).ok_or(HeaderTrouble::NoDelimiters)?;
        Ok(Self { message, segment, delimiters })
    }

    /// The bytes of the whole message, from `MSH` on.
    #[must_use]
    pub const fn message(&self) -> &'a [u8] {
        self.message
    }

    /// The separators it declares.
    #[must_use]
    pub const fn delimiters(&self) -> Delimiters {
        self.delimiters
    }

    /// A field as it stands there, from MSH-3 on; empty where there is none.
    #[must_use]
    pub fn field(&self, number: usize) -> &'a [u8] {
        let separator = self.delimiters.field;
        // MSH-1 is the separator itself, so what the first one ends is MSH-0, and MSH-2 is the second part.
        let index = number.checked_sub(1).filter(|index| *index > 0);
        index.and_then(|index| self.segment.split(|byte| *byte == separator).nth(index)).unwrap_or_default()
    }

    /// A component of a field, counted from 1.
    #[must_use]
    pub fn component(&self, field: usize, component: usize) -> &'a [u8] {
        let Delimiters { component: separator, repetition, .. } = self.delimiters;
        let first = self.field(field).split(|byte| *byte == repetition).next().unwrap_or_default();
        let index = component.checked_sub(1);
        index.and_then(|index| first.split(|byte| *byte == separator).nth(index)).unwrap_or_default()
    }

    /// MSH-10: the sender's name for the message, echoed byte for byte.
    #[must_use]
    pub fn control_id(&self) -> &'a [u8] {
        self.field(10)
    }

    /// MSH-9.1: `ADT`.
    #[must_use]
    pub fn message_type(&self) -> &'a [u8] {
        self.component(9, 1)
    }

    /// MSH-9.2: `A01`.
    #[must_use]
    pub fn event(&self) -> &'a [u8] {
        self.component(9, 2)
    }

    /// Whether the message is an answer itself: an ACK, or anything with an MSA segment.
    #[must_use]
    pub fn is_answer(&self) -> bool {
        let separator = self.delimiters.field;
        let is_msa = |line: &[u8]| line.strip_prefix(b"MSA").is_some_and(|rest| rest.first() == Some(&separator));
        self.message_type() == b"ACK" || self.message.split(|byte| matches!(byte, b'\r' | b'\n')).any(is_msa)
    }

    /// MSH-18, first repetition: the character set of everything that does not say otherwise.
    #[must_use]
    pub fn charset(&self) -> &'a [u8] {
        self.component(18, 1)
    }
}
