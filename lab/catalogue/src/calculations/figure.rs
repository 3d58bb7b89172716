//! Decimal arithmetic inside a formula: it never panics, and a step that does not fit makes the whole come to nothing.

use kernel::Decimal;
use rust_decimal::RoundingStrategy;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Significant digits that are kept of a power, a root or a logarithm. A float holds 15 for certain; platforms differ in the last.
const DIGITS_OF_A_POWER: u32 = 14;

/// A number on its way through a formula: nothing once a step overflowed or divided by zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure(Option<Decimal>);

impl Figure {
    /// A decimal to begin with.
    pub(super) const fn of(decimal: Decimal) -> Self {
        Self(Some(decimal))
    }

    /// A constant of a published equation, as the text of a literal: exact, however many digits it has. See [`number`].
    pub(super) fn constant(text: &str) -> Self {
        Self(text.parse().ok())
    }

    /// The number, if every step fitted.
    pub(super) const fn decimal(self) -> Option<Decimal> {
        self.0
    }

    /// The smaller of the two.
    pub(super) fn min(self, other: Self) -> Self {
        self.with(other, |a, b| Some(a.min(b)))
    }

    /// The larger of the two.
    pub(super) fn max(self, other: Self) -> Self {
        self.with(other, |a, b| Some(a.max(b)))
    }

    /// Whether it is less than the other. Nothing is not less than anything.
    pub(super) fn is_below(self, other: Self) -> bool {
        matches!((self.0, other.0), (Some(a), Some(b)) if a < b)
    }

    /// This to a power that need not be whole. Through a float, rounded to 14 digits.
    pub(super) fn to_the_power(self, exponent: Self) -> Self {
        self.with(exponent, |base, exponent| rounded(base.to_f64()?.powf(exponent.to_f64()?)))
    }

    /// The square root. Through a float, rounded to 14 digits.
    pub(super) fn square_root(self) -> Self {
        Self(self.0.and_then(|square| rounded(square.to_f64()?.sqrt())))
    }

    /// The natural logarithm. Through a float, rounded to 14 digits.
    pub(super) fn natural_logarithm(self) -> Self {
        Self(self.0.and_then(|number| rounded(number.to_f64()?.ln())))
    }

    fn with(self, other: Self, step: impl Fn(Decimal, Decimal) -> Option<Decimal>) -> Self {
        Self(self.0.zip(other.0).and_then(|(a, b)| step(a, b)))
    }
}

/// A float back among the decimals. What is no number, or too large for one, is nothing.
fn rounded(float: f64) -> Option<Decimal> {
    Decimal::from_f64(float)?.round_sf_with_strategy(DIGITS_OF_A_POWER, RoundingStrategy::MidpointAwayFromZero)
}

impl Add for Figure {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.with(other, Decimal::checked_add)
    }
}

impl Sub for Figure {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.with(other, Decimal::checked_sub)
    }
}

impl Mul for Figure {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.with(other, Decimal::checked_mul)
    }
}

impl Div for Figure {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        self.with(other, Decimal::checked_div)
    }
}

impl Neg for Figure {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.map(|number| -number))
    }
}

/// A constant of an equation with its digits as printed: `number!(0.9938)`.
macro_rules! number {
    ($literal:literal) => {
        $crate::calculations::figure::Figure::constant(stringify!($literal))
    };
}
pub(super) use number;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_stay_exact_and_constants_keep_their_digits() {
        // In floats 0.1 + 0.2 is not 0.3.
        assert_eq!(number!(0.1) + number!(0.2), number!(0.3));
        assert_eq!(number!(-1.200).decimal().unwrap().to_string(), "-1.200");
        assert_eq!((number!(1) / number!(8) - number!(0.5) * number!(0.25)).decimal().unwrap(), Decimal::ZERO);
    }

    #[test]
    fn what_does_not_fit_comes_to_nothing() {
        let large = Figure::of(Decimal::MAX);
        for nothing in [
            large * large,
            large + large,
            -large - large,
            number!(1) / number!(0),
            large / number!(0.0000001),
            number!(-1).square_root(),
            number!(0).natural_logarithm(),
            number!(-2).to_the_power(number!(0.5)),
            large.to_the_power(number!(9)),
        ] {
            assert_eq!(nothing.decimal(), None);
            assert_eq!((nothing + number!(1)).decimal(), None, "nothing stays nothing");
            assert!(!nothing.is_below(number!(1)) && !number!(1).is_below(nothing));
        }
    }

    #[test]
    fn powers_roots_and_logarithms_are_right_to_fourteen_digits() {
        // Square root of 2 and ln 2 from the tables: 1.41421356237309505 and 0.69314718055994531.
        assert_eq!(number!(2).square_root(), number!(1.4142135623731));
        assert_eq!(number!(2).natural_logarithm(), number!(0.69314718055995));
        assert_eq!(number!(9).to_the_power(number!(0.5)), number!(3));
    }
}
