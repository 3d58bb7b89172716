//! A message as a list of segments over the received text. Fields are split when they are asked for; nothing is copied.

use std::collections::BTreeMap;

use crate::charset::Decoded;
use crate::escape::Syntax;
use crate::header::Header;
use crate::limits::{Limits, within};
use crate::location::{Location, SegmentName};
use crate::part::{Part, nth};
use crate::rejection::{ErrorCode, Rejection};

/// What ends a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnds {
    /// The standard: CR. A line feed is data.
    #[default]
    CarriageReturn,
    /// CR, LF or both, as files have it.
    Any,
}

/// What may differ from one connection to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ParseSettings {
    /// What ends a segment.
    pub line_ends: LineEnds,
    /// How much is read.
    pub limits: Limits,
}

/// A message taken apart into segments, in the order received; unknown ones and Z segments among them.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    segments: Vec<Segment<'a>>,
    syntax: Syntax,
    /// Of the text: for answers, read the bytes.
    header: Header<'a>,
}

/// One segment.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'a> {
    raw: &'a str,
    syntax: Syntax,
    /// The whole segment.
    location: Location,
}

impl<'a> Message<'a> {
    /// Takes a message apart. Refused only where it goes over a limit.
    ///
    /// ```
    /// use hl7v2::{Charsets, Message, ParseSettings, decode};
    ///
    /// let decoded = decode(b"MSH|^~\\&|HIS\rPID|1||4711^^^HOSP||Garc\\X26\\a^Maria\r", &Charsets::default()).unwrap();
    /// let message = Message::parse(&decoded, &ParseSettings::default()).unwrap();
    /// let family = message.first("PID").unwrap().field(5).component(1);
    /// assert_eq!((family.text().as_ref(), family.location().to_string().as_str()), ("Garc&a", "PID-5.1"));
    /// ```
    pub fn parse(decoded: &'a Decoded<'_>, settings: &ParseSettings) -> Result<Self, Rejection> {
        let limits = &settings.limits;
        let whole = Location::segment(SegmentName::MSH, 1);
        // Who made the text by hand may have left out the header.
        let header = Header::read(decoded.text.as_bytes())
            .map_err(|trouble| Rejection::new(whole, ErrorCode::SegmentSequence, trouble.to_string()))?;
        let syntax = Syntax { delimiters: header.delimiters(), charset: decoded.charset };
        within(decoded.text.len(), limits.message_bytes_max, whole, "bytes in a message")?;
        let is_end = |character: char| character == '\r' || character == '\n' && settings.line_ends == LineEnds::Any;
        let mut segments = Vec::new();
        let mut counts: BTreeMap<SegmentName, usize> = BTreeMap::new();
        for raw in decoded.text.split(is_end).filter(|raw| !raw.is_empty()) {
            let number = segments.len() + 1;
            within(number, limits.segments_max, Location::line(number), "segments in a message")?;
            let location = name_of(raw, &syntax).map_or(Location::line(number), |name| {
                let sequence = counts.entry(name).or_default();
                *sequence += 1;
                Location::segment(name, *sequence)
            });
            let segment = Segment { raw, syntax, location };
            limits.check(&segment)?;
            segments.push(segment);
        }
        Ok(Self { segments, syntax, header })
    }

    /// The segments in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> Segment<'a> {
        self.first("MSH").unwrap_or(Segment { raw: "", syntax: self.syntax, location: Location::segment(SegmentName::MSH, 1) })
    }

    pub(crate) const fn text_header(&self) -> &Header<'a> {
        &self.header
    }

    /// The first segment of a name.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<Segment<'a>> {
        self.segments.iter().find(|segment| segment.is(name)).copied()
    }

    /// Lines that begin with no segment's name: text with a carriage return in it, most often. They belong to nothing and are kept.
    pub fn nameless(&self) -> impl Iterator<Item = &Segment<'a>> {
        self.segments.iter().filter(|segment| segment.name().is_none())
    }
}

impl<'a> Segment<'a> {
    /// As it stands in the message, without its end.
    #[must_use]
    pub const fn raw(&self) -> &'a str {
        self.raw
    }

    /// The name; none if the line begins with none.
    #[must_use]
    pub const fn name(&self) -> Option<SegmentName> {
        self.location.segment
    }

    /// Whether it has this name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name().is_some_and(|own| own.as_str() == name)
    }

    /// Where it stands.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// A field, counted from 1 as HL7 does: in headers the first is the separator itself, and the second is never taken apart. Empty where
    /// there is none.
    #[must_use]
    pub fn field(&self, number: usize) -> Part<'a> {
        let separator = self.syntax.delimiters.field;
        let location = self.location.field(number);
        let raw = match (self.has_declaration(), number) {
            (_, 0) => "",
            (true, 1) => self.raw.get(3..4).unwrap_or_default(),
            (true, number) => nth(self.raw, separator, number),
            (false, number) => nth(self.raw, separator, number.saturating_add(1)),
        };
        Part::new(raw, self.syntax, location)
    }

    /// Headers of messages, files and batches declare the separators in their first two fields.
    pub(crate) fn has_declaration(&self) -> bool {
        matches!(self.name().as_ref().map(SegmentName::as_str), Some("MSH" | "FHS" | "BHS"))
    }

    pub(crate) const fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// A rejection for the whole segment.
    #[must_use]
    pub fn rejected(&self, code: ErrorCode, words: impl Into<String>) -> Rejection {
        Rejection::new(self.location, code, words)
    }
}

/// The name a line begins with, if a field or nothing follows it.
fn name_of(raw: &str, syntax: &Syntax) -> Option<SegmentName> {
    let (name, behind) = raw.split_at_checked(3)?;
    let ends = behind.is_empty() || behind.as_bytes().first() == Some(&syntax.delimiters.field);
    SegmentName::parse(name).filter(|_| ends)
}
