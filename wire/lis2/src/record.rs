//! One record and its fields, read where they are asked for.

use std::borrow::Cow;

use crate::text::{self, Encoding};

/// The delimiters a message declares in its H record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    /// Between fields: `|`.
    pub field: u8,
    /// Between repeats of a field: `\`.
    pub repeat: u8,
    /// Between components: `^`.
    pub component: u8,
    /// Around an escape sequence: `&`.
    pub escape: u8,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self { field: b'|', repeat: b'\\', component: b'^', escape: b'&' }
    }
}

impl Delimiters {
    /// Reads them from a header record: the character after `H`, and the next three. None if they are missing, or not four different
    /// characters that text cannot contain.
    #[must_use]
    pub fn declared(header: &[u8]) -> Option<Self> {
        let [_, field, repeat, component, escape, ..] = *header else { return None };
        let all = [field, repeat, component, escape];
        let usable = |byte: &u8| byte.is_ascii_graphic() && !byte.is_ascii_alphanumeric();
        let distinct = all.iter().enumerate().all(|(index, byte)| !all.iter().skip(index + 1).any(|other| other == byte));
        (distinct && all.iter().all(usable)).then_some(Self { field, repeat, component, escape })
    }

    /// Text made fit to stand in a field of a message with these delimiters.
    /// ```
    /// assert_eq!(lis2::Delimiters::default().escape("A|B & C"), "A&F&B &E& C");
    /// ```
    #[must_use]
    pub fn escape(&self, text: &str) -> String {
        text::escape(text, self)
    }
}

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordKind {
    /// H: sender, receiver, mode, time.
    Header,
    /// P: patient.
    Patient,
    /// O: specimen and tests.
    Order,
    /// R: one result.
    Result,
    /// C: comment on the record before.
    Comment,
    /// Q: query.
    Request,
    /// M: of the manufacturer's own making.
    Manufacturer,
    /// S: scientific.
    Scientific,
    /// L: end of the message.
    Terminator,
    /// Anything else.
    Unknown,
}

impl RecordKind {
    pub(crate) fn of(name: &[u8]) -> Self {
        match name {
            b"H" => Self::Header,
            b"P" => Self::Patient,
            b"O" => Self::Order,
            b"R" => Self::Result,
            b"C" => Self::Comment,
            b"Q" => Self::Request,
            b"M" => Self::Manufacturer,
            b"S" => Self::Scientific,
            b"L" => Self::Terminator,
            _ => Self::Unknown,
        }
    }

    /// The level in the hierarchy; none for records that attach to whatever stands before them.
    pub(crate) fn level(self) -> Option<u8> {
        match self {
            Self::Header | Self::Terminator => Some(0),
            Self::Patient | Self::Request => Some(1),
            Self::Order => Some(2),
            Self::Result => Some(3),
            Self::Comment | Self::Manufacturer | Self::Scientific | Self::Unknown => None,
        }
    }
}

/// One record of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// What it is about.
    pub kind: RecordKind,
    /// The first character, as received: `R` for a result.
    pub letter: char,
    /// Its line in the message, counted from 1.
    pub line_number: usize,
    /// The record as received, without its line end.
    pub raw: &'a [u8],
    pub(crate) index: usize,
    pub(crate) parent: Option<usize>,
    pub(crate) delimiters: Delimiters,
    pub(crate) encoding: Encoding,
}

impl<'a> Record<'a> {
    /// A field, counted from 1 as the standard does: field 1 is the letter. A field that is not there is empty.
    ///
    /// Field 2 of the header is the delimiters themselves: read it with [`Field::raw`].
    #[must_use]
    pub fn field(&self, number: usize) -> Field<'a> {
        let raw = number.checked_sub(1).and_then(|skipped| self.raw.split(|byte| *byte == self.delimiters.field).nth(skipped));
        self.part(raw.unwrap_or_default())
    }

    /// All fields, the letter first.
    pub fn fields(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let record = *self;
        self.raw.split(move |byte| *byte == record.delimiters.field).map(move |raw| record.part(raw))
    }

    /// The first so many fields, split off in one go; `[0]` is field 1, the letter. Fields that are not there are empty.
    #[must_use]
    pub fn first_fields<const COUNT: usize>(&self) -> [Field<'a>; COUNT] {
        let mut first = [self.part(b""); COUNT];
        first.iter_mut().zip(self.fields()).for_each(|(place, field)| *place = field);
        first
    }

    /// The whole record as text, escape sequences untouched: for a person to look at.
    #[must_use]
    pub fn line(&self) -> Cow<'a, str> {
        self.encoding.decode(self.raw)
    }

    fn part(&self, raw: &'a [u8]) -> Field<'a> {
        Field { raw, delimiters: self.delimiters, encoding: self.encoding }
    }
}

/// A field, a repeat of it, or a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    raw: &'a [u8],
    delimiters: Delimiters,
    encoding: Encoding,
}

impl<'a> Field<'a> {
    /// As received.
    #[must_use]
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The text, escape sequences resolved. Blanks are kept: they may have to be sent back.
    #[must_use]
    pub fn text(&self) -> Cow<'a, str> {
        text::unescape(self.raw, &self.delimiters, self.encoding)
    }

    /// The text without blanks around it.
    #[must_use]
    pub fn trimmed(&self) -> Cow<'a, str> {
        match self.text() {
            Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    /// Nothing between the delimiters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// The repeats, at least one.
    pub fn repeats(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        self.split(self.delimiters.repeat)
    }

    /// The components of the first repeat, at least one.
    pub fn components(&self) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let first = self.raw.split(|byte| *byte == self.delimiters.repeat).next().unwrap_or_default();
        Field { raw: first, ..*self }.split(self.delimiters.component)
    }

    /// A component of the first repeat, counted from 1; empty if it is not there.
    #[must_use]
    pub fn component(&self, number: usize) -> Field<'a> {
        let found = number.checked_sub(1).and_then(|skipped| self.components().nth(skipped));
        found.unwrap_or(Field { raw: b"", ..*self })
    }

    fn split(&self, delimiter: u8) -> impl Iterator<Item = Field<'a>> + use<'a> {
        let field = *self;
        self.raw.split(move |byte| *byte == delimiter).map(move |raw| Field { raw, ..field })
    }
}
