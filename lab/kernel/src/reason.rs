//! The reason a person gives for what the rules alone would not do.

use crate::printable::is_printable;
use std::fmt;

/// Characters of a reason.
pub const REASON_CHARS_MAX: usize = 500;

/// A reason in words; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reason(Box<str>);

/// A text that is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReasonTrouble {
    /// Nothing, or nothing but marks.
    #[error("a reason is needed: say in words why")]
    Missing,
    /// Too long.
    #[error("a reason has at most {REASON_CHARS_MAX} characters")]
    TooLong,
    /// A control or invisible character.
    #[error("a reason is plain text on one line")]
    HiddenCharacter,
}

impl Reason {
    /// A reason of 1 to [`REASON_CHARS_MAX`] printable characters, trimmed, with at least one letter: a full stop is no reason.
    pub fn new(text: &str) -> Result<Self, ReasonTrouble> {
        let text = text.trim();
        if text.chars().nth(REASON_CHARS_MAX).is_some() {
            Err(ReasonTrouble::TooLong)
        } else if !text.chars().all(is_printable) {
            Err(ReasonTrouble::HiddenCharacter)
        } else if !text.chars().any(char::is_alphabetic) {
            Err(ReasonTrouble::Missing)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The reason.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_has_words_in_it() {
        assert_eq!(Reason::new("  clotted  ").unwrap().as_str(), "clotted");
        assert_eq!(Reason::new(&"a".repeat(500)).unwrap().as_str().len(), 500);
        for nothing in ["", "   ", ".", "--", "1"] {
            assert_eq!(Reason::new(nothing), Err(ReasonTrouble::Missing), "{nothing:?}");
        }
        assert_eq!(Reason::new(&"a".repeat(501)), Err(ReasonTrouble::TooLong));
        assert_eq!(Reason::new("a\0b"), Err(ReasonTrouble::HiddenCharacter));
    }
}
