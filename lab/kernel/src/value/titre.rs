//! A titre: the last dilution that still reacts.

use super::{Comparator, Number};
use rust_decimal::Decimal;
use std::fmt;

/// Digits of a reciprocal dilution; 1:999,999,999 is far beyond any series.
const RECIPROCAL_DIGITS_MAX: usize = 9;

/// `1:64`, `>=1:1280`, `<1:8`. The comparator speaks of the reciprocal: `<1:8` did not react at 1:8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Titre {
    comparator: Comparator,
    reciprocal: u32,
}

impl Titre {
    /// A titre; `None` for a reciprocal of 0 or above 999,999,999.
    pub fn new(comparator: Comparator, reciprocal: u32) -> Option<Self> {
        (1..=999_999_999).contains(&reciprocal).then_some(Self { comparator, reciprocal })
    }

    /// The comparator.
    pub const fn comparator(&self) -> Comparator {
        self.comparator
    }

    /// 64 of `1:64`.
    pub const fn reciprocal(&self) -> u32 {
        self.reciprocal
    }

    /// The reciprocal as a number, to ask how it stands to a limit.
    pub fn as_number(&self) -> Number {
        Number::new(self.comparator, Decimal::from(self.reciprocal))
    }

    /// Reads `1:64`, `1/64`, `>= 1:1280`. A bare `64` is not read: it may be the reciprocal or a concentration.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (comparator, rest) = Comparator::split(text);
        let rest = rest.trim_start_matches(' ').strip_prefix('1')?.trim_start_matches(' ');
        let digits = rest.strip_prefix([':', '/'])?.trim_start_matches(' ');
        let plain = digits.len() <= RECIPROCAL_DIGITS_MAX && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten().and_then(|reciprocal| Self::new(comparator, reciprocal))
    }
}

impl fmt::Display for Titre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}1:{}", self.comparator.sign(), self.reciprocal)
    }
}
