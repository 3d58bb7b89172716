//! A code out of a test's list.

use super::ValueTroubleReason as Reason;
use crate::printable::is_printable;
use std::fmt;

/// Characters of a code.
const CODE_CHARS_MAX: usize = 64;

/// A code as the device or the catalogue spells it: `POS`, `Reactive`, `B Pos`. Case is kept, because it matters (the antigens K and k).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Coded(Box<str>);

impl Coded {
    /// A code of 1 to 64 printable characters, trimmed, with at least one letter or digit: `-` alone may be a negative or no result.
    pub fn new(code: &str) -> Result<Self, Reason> {
        let code = code.trim_matches(' ');
        if code.chars().nth(CODE_CHARS_MAX).is_some() {
            Err(Reason::TooLong)
        } else if !code.chars().all(is_printable) {
            Err(Reason::HiddenCharacter)
        } else if !code.chars().any(char::is_alphanumeric) {
            Err(Reason::NotACode)
        } else {
            Ok(Self(code.into()))
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Coded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
