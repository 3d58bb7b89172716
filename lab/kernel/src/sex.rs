//! Sex as limits and intervals need it.

use crate::words::Lang;

/// Sex as stated to the laboratory. Where it is `Other` or `Unknown`, intervals that differ by sex are never chosen silently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
    /// Stated, and neither.
    Other,
    /// Not stated.
    Unknown,
}

impl Sex {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Female, Self::Male, Self::Other, Self::Unknown];

    /// The stored code, which is also that of LIS2 and HL7 v2 table 0001.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Female => "F",
            Self::Male => "M",
            Self::Other => "O",
            Self::Unknown => "U",
        }
    }

    /// The one of a stored code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sex| sex.code() == code)
    }

    /// As a person reads it.
    pub const fn words(self, lang: Lang) -> &'static str {
        match lang {
            Lang::English => match self {
                Self::Female => "female",
                Self::Male => "male",
                Self::Other => "other",
                Self::Unknown => "not known",
            },
        }
    }
}
