//! Words as a result.

use super::ValueTroubleReason as Reason;
use crate::printable::is_printable;
use std::fmt;

/// Characters of a text result.
pub const TEXT_CHARS_MAX: usize = 4_000;

/// A text result of 1 to [`TEXT_CHARS_MAX`] characters; line ends and tabs are the only control characters in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Text(Box<str>);

impl Text {
    /// A text, trimmed at both ends. An empty one is no text.
    pub fn new(text: &str) -> Result<Self, Reason> {
        let text = text.trim();
        if text.is_empty() {
            Err(Reason::Empty)
        } else if text.chars().nth(TEXT_CHARS_MAX).is_some() {
            Err(Reason::TooLong)
        } else if !text.chars().all(|character| is_printable(character) || matches!(character, '\n' | '\t')) {
            Err(Reason::HiddenCharacter)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
