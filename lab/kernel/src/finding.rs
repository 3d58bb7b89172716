//! Something a check noticed: a code to look it up by, words to read, and what it saw.

use std::fmt;

/// A finding. It judges nothing; what follows from it is the business of whoever asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The code on screens and in the rule book: `T-001`. Once given, a code keeps its meaning.
    pub code: &'static str,
    /// What was noticed, in words a technologist uses.
    pub words: String,
    /// What it was noticed on: names and values.
    pub evidence: Vec<(&'static str, String)>,
}

impl Finding {
    /// A finding without evidence yet.
    pub fn new(code: &'static str, words: impl Into<String>) -> Self {
        Self { code, words: words.into(), evidence: Vec::new() }
    }

    /// The same finding with one more piece of evidence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.evidence.push((name, value.to_string()));
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.words)?;
        self.evidence.iter().try_for_each(|(name, value)| write!(f, "; {name} {value}"))
    }
}
