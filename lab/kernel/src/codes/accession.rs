//! The number of a request, as people say it on the telephone.

use super::iso7064::check_mod_11_10;
use crate::printable::excerpt;
use std::fmt;
use std::str::FromStr;

/// Highest number in a year.
const NUMBER_MAX: u32 = 99_999_999;

/// An accession number: two digits of the year, a number of 6 to 8 digits, an ISO 7064 MOD 11,10 check digit: `26-004217-4`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessionNumber {
    year: u8,
    number: u32,
}

/// A text that is no accession number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccessionTrouble {
    /// Not year, number and check digit.
    #[error("{0:?} is not an accession number (year, 6 to 8 digits, check digit, such as {example})", example = EXAMPLE)]
    Form(String),
    /// The check digit is wrong.
    #[error("the check digit of accession number {0:?} is wrong; read it again")]
    Check(String),
    /// A year or number out of range.
    #[error("there is no accession number {number} of year {year} (two digits of the year; 1 to 99999999)")]
    Range {
        /// The year given.
        year: u8,
        /// The number given.
        number: u32,
    },
}

/// An accession number for messages.
const EXAMPLE: &str = "26-004217-4";

impl AccessionNumber {
    /// The accession number of a year's last two digits and a number.
    pub const fn compose(year: u8, number: u32) -> Result<Self, AccessionTrouble> {
        if year > 99 || number == 0 || number > NUMBER_MAX {
            return Err(AccessionTrouble::Range { year, number });
        }
        Ok(Self { year, number })
    }

    /// Reads `26-004217-4`, or the same without hyphens as a bar code holds it.
    pub fn parse(text: &str) -> Result<Self, AccessionTrouble> {
        let text = text.trim_matches(' ');
        let (accession, check) = Self::read(text).ok_or_else(|| AccessionTrouble::Form(excerpt(text)))?;
        if accession.to_string().ends_with(check) { Ok(accession) } else { Err(AccessionTrouble::Check(excerpt(text))) }
    }

    /// Year and number, and the check digit that stands there.
    fn read(text: &str) -> Option<(Self, &str)> {
        let mut parts = text.split('-');
        let (year, number, check) = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(year), Some(number), Some(check), None) => (year, number, check),
            (Some(digits), None, None, None) => {
                let (year, rest) = digits.split_at_checked(2)?;
                let (number, check) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
                (year, number, check)
            }
            _ => return None,
        };
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let lengths = year.len() == 2 && (6..=8).contains(&number.len()) && check.len() == 1;
        // One number has one spelling: zeros only fill up to six digits.
        let canonical = number.len() == 6 || !number.starts_with('0');
        if !lengths || !canonical || ![year, number, check].into_iter().all(plain) {
            return None;
        }
        Some((Self::compose(year.parse().ok()?, number.parse().ok()?).ok()?, check))
    }

    /// Two digits of the year.
    pub const fn year(&self) -> u8 {
        self.year
    }

    /// The number within the year.
    pub const fn number(&self) -> u32 {
        self.number
    }
}

impl FromStr for AccessionNumber {
    type Err = AccessionTrouble;
    fn from_str(text: &str) -> Result<Self, AccessionTrouble> {
        Self::parse(text)
    }
}

impl fmt::Display for AccessionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let check = check_mod_11_10(&format!("{:02}{:06}", self.year, self.number)).unwrap_or('?');
        write!(f, "{:02}-{:06}-{check}", self.year, self.number)
    }
}
