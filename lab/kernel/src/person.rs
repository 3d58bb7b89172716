//! What a patient or a member of staff is called.

use crate::printable::{excerpt, is_printable};
use std::fmt;
use std::str::FromStr;

/// Characters of a medical record number.
const MRN_CHARS_MAX: usize = 32;
/// Characters of each part of a name.
const NAME_PART_CHARS_MAX: usize = 100;

/// A medical record number as the hospital gives it, its letters' case included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mrn(Box<str>);

/// A text that is no medical record number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a medical record number (1 to 32 printable characters)")]
pub struct MrnTrouble(pub String);

impl Mrn {
    /// A number of 1 to 32 printable characters, trimmed.
    pub fn parse(text: &str) -> Result<Self, MrnTrouble> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().nth(MRN_CHARS_MAX).is_none() && text.chars().all(is_printable);
        if fits { Ok(Self(text.into())) } else { Err(MrnTrouble(excerpt(text))) }
    }

    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Mrn {
    type Err = MrnTrouble;
    fn from_str(text: &str) -> Result<Self, MrnTrouble> {
        Self::parse(text)
    }
}

impl fmt::Display for Mrn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person's name. The family name is needed; many people have no other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName {
    family: Box<str>,
    given: Option<Box<str>>,
}

/// A name that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a {part} name (1 to 100 printable characters)")]
pub struct NameTrouble {
    /// Which part.
    pub part: &'static str,
    /// What stood there.
    pub found: String,
}

impl PersonName {
    /// A name of 1 to 100 printable characters each part, trimmed; an empty given name is none.
    pub fn new(family: &str, given: &str) -> Result<Self, NameTrouble> {
        let given = given.trim();
        let given = if given.is_empty() { None } else { Some(name_part("given", given)?) };
        Ok(Self { family: name_part("family", family.trim())?, given })
    }

    /// The family name.
    pub fn family(&self) -> &str {
        &self.family
    }

    /// The given names.
    pub fn given(&self) -> Option<&str> {
        self.given.as_deref()
    }
}

fn name_part(part: &'static str, text: &str) -> Result<Box<str>, NameTrouble> {
    let fits = !text.is_empty() && text.chars().nth(NAME_PART_CHARS_MAX).is_none() && text.chars().all(is_printable);
    if fits { Ok(text.into()) } else { Err(NameTrouble { part, found: excerpt(text) }) }
}

impl fmt::Display for PersonName {
    /// `Family, Given`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.family)?;
        self.given.iter().try_for_each(|given| write!(f, ", {given}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_numbers_are_trimmed_and_bounded() {
        assert_eq!(Mrn::parse(" 00-123 A ").unwrap().as_str(), "00-123 A");
        assert!(Mrn::parse(&"9".repeat(32)).is_ok());
        for text in ["", "  ", "12\x003", "12\n3", &"9".repeat(33), "12\u{200b}3"] {
            assert!(Mrn::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_family_name_is_needed_and_a_given_name_is_not() {
        assert_eq!(PersonName::new(" Müller ", "Åsa Maria").unwrap().to_string(), "Müller, Åsa Maria");
        assert_eq!(PersonName::new("Suharto", " ").unwrap().to_string(), "Suharto");
        assert_eq!(PersonName::new("", "Åsa").unwrap_err().part, "family");
        assert_eq!(PersonName::new("Müller", "a\u{202e}b").unwrap_err().part, "given");
        assert!(PersonName::new(&"x".repeat(101), "").is_err());
    }
}
