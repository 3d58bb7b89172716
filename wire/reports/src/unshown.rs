//! Letters that a medium cannot show. Whoever prints is told; nobody finds out at the bedside.

use std::fmt;

/// Characters of one label that stand there as a sign or may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unshown {
    /// Which label, counted from 1.
    pub label: usize,
    /// The characters, each once.
    pub letters: Vec<char>,
}

/// Characters that are named; more than a name has are no name.
const NAMED_MAX: usize = 8;

impl Unshown {
    /// Nothing if nothing is lacking.
    pub fn new(label: usize, letters: Vec<char>) -> Option<Self> {
        if letters.is_empty() { None } else { Some(Self { label, letters }) }
    }
}

impl fmt::Display for Unshown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.letters.iter().take(NAMED_MAX).map(|letter| format!("{letter} (U+{:04X})", u32::from(*letter)));
        let more = match self.letters.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        write!(formatter, "label {}: {}{more}", self.label, named.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_named_with_their_numbers_and_the_rest_is_counted() {
        assert_eq!(Unshown::new(1, Vec::new()), None);
        let few = Unshown { label: 3, letters: vec!['京', '🧪'] };
        assert_eq!(few.to_string(), "label 3: 京 (U+4EAC), 🧪 (U+1F9EA)");
        let many = Unshown { label: 1, letters: ('a'..='j').collect() };
        assert!(many.to_string().ends_with("h (U+0068) and 2 more"), "{many}");
    }
}
