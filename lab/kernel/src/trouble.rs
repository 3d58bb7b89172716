//! What went wrong in something that came from outside, said so that a person can act on it.

use std::fmt;

/// One thing that could not be read, and where. It never costs the readings around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Where: `record 4, field R.4`.
    pub place: String,
    /// What is wrong there, and what to do.
    pub what: String,
}

impl Trouble {
    /// A trouble at a place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
