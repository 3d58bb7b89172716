//! Places in a message, in the words HL7 uses: `PID-5.1`.

use std::fmt;

/// The three characters a segment begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentName([u8; 3]);

impl SegmentName {
    /// The header.
    pub const MSH: Self = Self::known(*b"MSH");

    /// A name of a capital letter and two more letters or digits, as the standard and every Z segment has it.
    pub fn parse(text: &str) -> Option<Self> {
        let name: [u8; 3] = text.as_bytes().try_into().ok()?;
        let fits = matches!(name, [first, rest @ ..] if first.is_ascii_uppercase() && rest.iter().all(is_capital_or_digit));
        fits.then_some(Self(name))
    }

    /// A name written in this program.
    pub(crate) const fn known(name: [u8; 3]) -> Self {
        Self(name)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        // Only ASCII gets in.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

const fn is_capital_or_digit(byte: &u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

impl fmt::Display for SegmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in a message. Everything is counted from 1, as HL7 does; 0 stands for "the whole".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location {
    /// The segment's name; none where it has none, and then `sequence` counts all segments of the message.
    pub segment: Option<SegmentName>,
    /// Which of the segments with that name.
    pub sequence: usize,
    /// Which field.
    pub field: usize,
    /// Which repetition of the field.
    pub repetition: usize,
    /// Which component.
    pub component: usize,
    /// Which subcomponent.
    pub subcomponent: usize,
}

impl Location {
    /// A whole segment.
    pub const fn segment(name: SegmentName, sequence: usize) -> Self {
        Self { segment: Some(name), sequence, field: 0, repetition: 0, component: 0, subcomponent: 0 }
    }

    /// A line of the message that bears no segment's name.
    pub(crate) const fn line(number: usize) -> Self {
        Self { segment: None, sequence: number, field: 0, repetition: 0, component: 0, subcomponent: 0 }
    }

    /// A field of this segment.
    #[must_use]
    pub const fn field(self, field: usize) -> Self {
        Self { field, repetition: 0, component: 0, subcomponent: 0, ..self }
    }

    /// A component of this field or repetition.
    #[must_use]
    pub const fn component(self, component: usize) -> Self {
        Self { component, subcomponent: 0, ..self }
    }

    /// The place in the form of ERR-2: segment, sequence, field, repetition, component, subcomponent; as far as it goes.
    #[must_use]
    pub fn err_2(&self) -> Vec<String> {
        let Some(name) = self.segment else { return Vec::new() };
        let repetition = if self.field == 0 { 0 } else { self.repetition.max(1) };
        let numbers = [self.sequence, self.field, repetition, self.component, self.subcomponent];
        let known = numbers.iter().take_while(|number| **number > 0);
        std::iter::once(name.to_string()).chain(known.map(ToString::to_string)).collect()
    }
}

impl fmt::Display for Location {
    /// `PID-5.1`; a second repetition or segment is told: `OBR[2]-16[3].1`. A line without a name is `segment 7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.segment {
            None => return write!(f, "segment {}", self.sequence),
            Some(name) => write!(f, "{name}")?,
        }
        if self.sequence > 1 {
            write!(f, "[{}]", self.sequence)?;
        }
        if self.field > 0 {
            write!(f, "-{}", self.field)?;
        }
        if self.repetition > 1 {
            write!(f, "[{}]", self.repetition)?;
        }
        [self.component, self.subcomponent].iter().take_while(|number| **number > 0).try_for_each(|number| write!(f, ".{number}"))
    }
}
