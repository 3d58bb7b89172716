//! A decimal with its digits as given and its comparator.

use super::ValueTroubleReason as Reason;
use crate::rounding::round_half_away_from_zero;
use rust_decimal::Decimal;
use std::fmt;
use std::hash::{Hash, Hasher};

/// Significant digits, and decimals, that a number may have at the door. Every such number is exact in a [`Decimal`].
pub const SIGNIFICANT_DIGITS_MAX: u32 = 28;
/// Characters of a number at the door, with comparator, blanks and leading zeros.
const NUMBER_BYTES_MAX: usize = 64;

/// What a device says about where the value lies: on the number, or only on one side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Comparator {
    /// The number itself.
    Exact,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparator {
    /// Every comparator.
    pub const ALL: [Self; 5] = [Self::Exact, Self::Less, Self::LessOrEqual, Self::Greater, Self::GreaterOrEqual];

    /// As written before a number: empty, `<`, `<=`, `>`, `>=`.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// Takes the comparator off the front of a text. The two signs of Unicode are as clear as their ASCII spellings.
    pub(super) fn split(text: &str) -> (Self, &str) {
        // Nearly every value begins with a digit: one look settles it.
        if text.as_bytes().first().is_some_and(|first| first.is_ascii_digit()) {
            return (Self::Exact, text);
        }
        const SIGNS: [(&str, Comparator); 6] = [
            ("<=", Comparator::LessOrEqual),
            (">=", Comparator::GreaterOrEqual),
            ("<", Comparator::Less),
            (">", Comparator::Greater),
            ("\u{2264}", Comparator::LessOrEqual),
            ("\u{2265}", Comparator::GreaterOrEqual),
        ];
        SIGNS.iter().find_map(|(sign, comparator)| text.strip_prefix(sign).map(|rest| (*comparator, rest))).unwrap_or((Self::Exact, text))
    }
}

/// A decimal and its comparator. `13.20` stays `13.20`; `<3.0` is not `3.0`.
///
/// There is no ordering: a censored number is only comparable to a limit by a question that says what it wants to know.
/// ```
/// use kernel::value::{Comparator, Number};
/// let low = Number::new(Comparator::Less, "3.0".parse().unwrap());
/// assert!(low.definitely_below("3.5".parse().unwrap()));
/// assert!(!low.definitely_below("2.8".parse().unwrap()), "it may be 2.9");
/// assert!(low.may_be_below("2.8".parse().unwrap()));
/// assert_eq!(low.exact(), None);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Number {
    comparator: Comparator,
    decimal: Decimal,
}

impl Number {
    /// A number with its comparator. Zero has no sign.
    pub fn new(comparator: Comparator, mut decimal: Decimal) -> Self {
        if decimal.is_zero() {
            decimal.set_sign_positive(true);
        }
        Self { comparator, decimal }
    }

    /// A number without a comparator.
    pub fn exactly(decimal: Decimal) -> Self {
        Self::new(Comparator::Exact, decimal)
    }

    /// The comparator.
    pub const fn comparator(&self) -> Comparator {
        self.comparator
    }

    /// The digits, whatever the comparator says. For display and arithmetic that carries the comparator along; to compare with a
    /// limit, ask one of the questions below.
    pub const fn decimal(&self) -> Decimal {
        self.decimal
    }

    /// The number, if it is one and not only a bound.
    pub fn exact(&self) -> Option<Decimal> {
        (self.comparator == Comparator::Exact).then_some(self.decimal)
    }

    /// Whether it is only a bound.
    pub fn is_censored(&self) -> bool {
        self.comparator != Comparator::Exact
    }

    /// True only if every value it can stand for lies below the limit.
    pub fn definitely_below(&self, limit: Decimal) -> bool {
        match self.comparator {
            Comparator::Exact | Comparator::LessOrEqual => self.decimal < limit,
            Comparator::Less => self.decimal <= limit,
            Comparator::Greater | Comparator::GreaterOrEqual => false,
        }
    }

    /// True only if every value it can stand for lies above the limit.
    pub fn definitely_above(&self, limit: Decimal) -> bool {
        match self.comparator {
            Comparator::Exact | Comparator::GreaterOrEqual => self.decimal > limit,
            Comparator::Greater => self.decimal >= limit,
            Comparator::Less | Comparator::LessOrEqual => false,
        }
    }

    /// Whether some value it can stand for lies below the limit. Safety limits ask this: `<2.0` may be 1.0.
    pub fn may_be_below(&self, limit: Decimal) -> bool {
        match self.comparator {
            Comparator::Exact | Comparator::GreaterOrEqual => self.decimal < limit,
            // Just above the bound there is always room below a limit that is higher than the bound.
            Comparator::Greater => self.decimal < limit,
            Comparator::Less | Comparator::LessOrEqual => true,
        }
    }

    /// Whether some value it can stand for lies above the limit. A potassium of `>10.0` may be above 12.
    pub fn may_be_above(&self, limit: Decimal) -> bool {
        match self.comparator {
            Comparator::Exact | Comparator::LessOrEqual | Comparator::Less => self.decimal > limit,
            Comparator::Greater | Comparator::GreaterOrEqual => true,
        }
    }

    /// The number as reported: rounded half away from zero to so many decimals, trailing zeros kept, the comparator with it.
    /// `None` where 28 digits do not suffice.
    pub fn rounded(&self, decimals: u32) -> Option<Self> {
        Some(Self::new(self.comparator, round_half_away_from_zero(self.decimal, decimals)?))
    }

    /// Reads `4.1`, `<0.1`, `> 15000.00`. A leading plus is a sign (a base excess of `+2.3`).
    pub(super) fn read(text: &str, mark: u8) -> Result<Self, Reason> {
        if text.len() > NUMBER_BYTES_MAX {
            return Err(Reason::TooLong);
        }
        let (comparator, rest) = Comparator::split(text);
        Ok(Self::new(comparator, read_decimal(rest.trim_start_matches(' '), mark)?))
    }
}

/// Reads sign, digits, mark and digits; exact, or not at all.
fn read_decimal(text: &str, mark: u8) -> Result<Decimal, Reason> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let (mut mantissa, mut significant, mut decimals, mut any) = (0_i128, 0_u32, None::<u32>, false);
    for &byte in digits {
        if byte.is_ascii_digit() {
            any = true;
            significant += u32::from(significant > 0 || byte != b'0');
            decimals = decimals.map(|count| count + 1);
            if significant > SIGNIFICANT_DIGITS_MAX || decimals > Some(SIGNIFICANT_DIGITS_MAX) {
                return Err(Reason::TooManyDigits);
            }
            mantissa = mantissa * 10 + i128::from(byte - b'0');
        } else if byte == mark && decimals.is_none() {
            decimals = Some(0);
        } else {
            return Err(why_no_digit(byte, any));
        }
    }
    match (any, decimals) {
        (false, _) => Err(Reason::NotANumber),
        (true, Some(0)) => Err(Reason::CutOff),
        (true, decimals) => Decimal::try_from_i128_with_scale(if negative { -mantissa } else { mantissa }, decimals.unwrap_or(0))
            .map_err(|_| Reason::TooManyDigits),
    }
}

/// What a byte that is no digit does in a number.
const fn why_no_digit(byte: u8, after_digits: bool) -> Reason {
    match byte {
        b'.' | b',' if after_digits => Reason::WrongDecimalMark,
        b'e' | b'E' if after_digits => Reason::Exponent,
        0..0x20 | 0x7f => Reason::HiddenCharacter,
        0x80.. => Reason::NotAscii,
        _ => Reason::NotANumber,
    }
}

impl PartialEq for Number {
    /// The same statement: same comparator, same digits, same number of decimals.
    fn eq(&self, other: &Self) -> bool {
        self.comparator == other.comparator
            && self.decimal.mantissa() == other.decimal.mantissa()
            && self.decimal.scale() == other.decimal.scale()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.comparator, self.decimal.mantissa(), self.decimal.scale()).hash(state);
    }
}

impl fmt::Display for Number {
    /// `4.1`, `<0.1`, `>=1280`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.comparator.sign(), self.decimal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str(text).unwrap()
    }

    /// Below, above, may be below, may be above the limit 3.0: worked out by hand from the sets the signs stand for.
    #[test]
    fn what_is_known_against_a_limit_of_three() {
        let table = [
            (Comparator::Exact, "2.9", [true, false, true, false]),
            (Comparator::Exact, "3.00", [false, false, false, false]),
            (Comparator::Exact, "3.1", [false, true, false, true]),
            (Comparator::Less, "3.0", [true, false, true, false]),
            (Comparator::Less, "2.9", [true, false, true, false]),
            (Comparator::Less, "3.1", [false, false, true, true]),
            (Comparator::LessOrEqual, "3.0", [false, false, true, false]),
            (Comparator::LessOrEqual, "2.9", [true, false, true, false]),
            (Comparator::LessOrEqual, "3.1", [false, false, true, true]),
            (Comparator::Greater, "3.0", [false, true, false, true]),
            (Comparator::Greater, "2.9", [false, false, true, true]),
            (Comparator::Greater, "3.1", [false, true, false, true]),
            (Comparator::GreaterOrEqual, "3.0", [false, false, false, true]),
            (Comparator::GreaterOrEqual, "2.9", [false, false, true, true]),
            (Comparator::GreaterOrEqual, "3.1", [false, true, false, true]),
        ];
        let limit = decimal("3.0");
        for (comparator, digits, expected) in table {
            let number = Number::new(comparator, decimal(digits));
            let found =
                [number.definitely_below(limit), number.definitely_above(limit), number.may_be_below(limit), number.may_be_above(limit)];
            assert_eq!(found, expected, "{number} against {limit}");
        }
    }

    #[test]
    fn digits_are_part_of_the_statement_and_zero_has_no_sign() {
        assert_ne!(Number::exactly(decimal("4.0")), Number::exactly(decimal("4.00")));
        assert_eq!(Number::exactly(decimal("-0.0")).to_string(), "0.0");
        assert_eq!(Number::new(Comparator::GreaterOrEqual, decimal("1.20")).to_string(), ">=1.20");
        assert_eq!(Number::new(Comparator::Less, decimal("0.05")).rounded(1).unwrap().to_string(), "<0.1");
        assert_eq!(Number::new(Comparator::Less, decimal("0.05")).exact(), None);
    }
}
