//! What went wrong in something that came from outside, said so that a person can act on it.

use crate::reading::RawLine;
use std::fmt;

/// One thing that could not be read, and where. It never costs the readings around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Where: `record 4, field R.4`.
    pub place: String,
    /// What is wrong there, and what to do.
    pub what: String,
    /// The line it stands in, where there is one, so that a person can see it.
    pub line: Option<RawLine>,
}

impl Trouble {
    /// A trouble at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into(), line: None }
    }

    /// The same trouble with the line it stands in.
    #[must_use]
    pub fn about(mut self, line: RawLine) -> Self {
        self.line = Some(line);
        self
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
