//! Exact products and quotients of decimals, as a fraction in lowest terms times a power of ten.

use octofhir_ucum::Number;
use rust_decimal::Decimal;

/// `numerator / denominator * 10^exponent`, exactly. Both are positive; the denominator has no factor 2 or 5, so it is 1 wherever the
/// ratio is a terminating decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ratio {
    numerator: i128,
    denominator: i128,
    exponent: i32,
}

/// Digits a converted value may have.
const DIGITS_MAX: i128 = 10_i128.pow(28);
/// Decimals a value may have.
const SCALE_MAX: i32 = 28;

impl Ratio {
    pub(super) const ONE: Self = Self { numerator: 1, denominator: 1, exponent: 0 };

    /// A power of ten.
    pub(super) const fn power_of_ten(exponent: i32) -> Self {
        Self { numerator: 1, denominator: 1, exponent }
    }

    /// A whole number; `None` for 0.
    pub(super) fn whole(number: u32) -> Option<Self> {
        (number > 0).then(|| Self { numerator: i128::from(number), ..Self::ONE }.reduced()).flatten()
    }

    /// A factor of the UCUM tables.
    pub(super) fn of_number(number: Number) -> Option<Self> {
        let (numerator, exponent) = number.to_integer_and_exponent();
        (numerator > 0).then(|| Self { numerator, denominator: 1, exponent }.reduced()).flatten()
    }

    /// A positive decimal.
    pub(super) fn of_decimal(decimal: Decimal) -> Option<Self> {
        let exponent = -i32::try_from(decimal.scale()).ok()?;
        (decimal.mantissa() > 0).then(|| Self { numerator: decimal.mantissa(), denominator: 1, exponent }.reduced()).flatten()
    }

    pub(super) fn inverse(self) -> Option<Self> {
        let exponent = self.exponent.checked_neg()?;
        Self { numerator: self.denominator, denominator: self.numerator, exponent }.reduced()
    }

    /// The product; `None` where it overflows.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        // Crosswise first, so that what cancels never overflows: Avogadro's number, seconds in a day.
        let (left, right) = (gcd(self.numerator, other.denominator), gcd(other.numerator, self.denominator));
        Self {
            numerator: (self.numerator / left).checked_mul(other.numerator / right)?,
            denominator: (self.denominator / right).checked_mul(other.denominator / left)?,
            exponent: self.exponent.checked_add(other.exponent)?,
        }
        .reduced()
    }

    /// The power; `None` where it overflows. Units have small exponents, so multiplying in turn is quick; a large one is refused.
    pub(super) fn power(self, exponent: i32) -> Option<Self> {
        if self.numerator == 1 && self.denominator == 1 {
            return Some(Self::power_of_ten(self.exponent.checked_mul(exponent)?));
        }
        let base = if exponent < 0 { self.inverse()? } else { self };
        (exponent.unsigned_abs() <= 64).then_some(())?;
        (0..exponent.unsigned_abs()).try_fold(Self::ONE, |product, _| product.times(base))
    }

    /// Lowest terms, with every 10 in the exponent and no 2 or 5 below the line.
    fn reduced(self) -> Option<Self> {
        let common = gcd(self.numerator, self.denominator);
        let (mut numerator, mut denominator, mut exponent) = (self.numerator / common, self.denominator / common, self.exponent);
        for (factor, complement) in [(10, 1), (2, 5), (5, 2)] {
            while denominator % factor == 0 {
                denominator /= factor;
                numerator = numerator.checked_mul(complement)?;
                exponent = exponent.checked_sub(1)?;
            }
        }
        while numerator % 10 == 0 {
            numerator /= 10;
            exponent = exponent.checked_add(1)?;
        }
        Some(Self { numerator, denominator, exponent })
    }

    /// The decimal times this ratio and whether it is exact; `None` where it does not fit. Digits as given are kept: 13.20 times 10 is
    /// 132.0. An inexact result is rounded half away from zero at the 28th digit or decimal.
    pub(super) fn apply(&self, decimal: Decimal) -> Option<(Decimal, bool)> {
        let product = decimal.mantissa().unsigned_abs().checked_mul(self.numerator.unsigned_abs())?;
        let denominator = self.denominator.unsigned_abs();
        let mut exponent = self.exponent.checked_sub(i32::try_from(decimal.scale()).ok()?)?;
        let (mut quotient, mut remainder) = (product / denominator, product % denominator);
        let exact = remainder == 0;
        while remainder != 0 && quotient < DIGITS_MAX.unsigned_abs() / 10 && exponent > -SCALE_MAX {
            remainder = remainder.checked_mul(10)?;
            quotient = quotient * 10 + remainder / denominator;
            remainder %= denominator;
            exponent -= 1;
        }
        if remainder >= denominator - remainder && !exact {
            quotient += 1;
        }
        let magnitude = to_decimal(quotient, exponent, exact)?;
        Some((if decimal.is_sign_negative() { -magnitude } else { magnitude }, exact))
    }
}

/// `quotient * 10^exponent` as a decimal; zeros at the end give way where the scale is too long.
fn to_decimal(mut quotient: u128, mut exponent: i32, exact: bool) -> Option<Decimal> {
    while exponent > 0 && quotient != 0 {
        quotient = quotient.checked_mul(10)?;
        exponent -= 1;
    }
    while exponent < -SCALE_MAX && quotient.is_multiple_of(10) && exact {
        if quotient == 0 {
            return Some(Decimal::new(0, 28));
        }
        quotient /= 10;
        exponent += 1;
    }
    let scale = u32::try_from(-exponent.min(0)).ok()?;
    Decimal::try_from_i128_with_scale(i128::try_from(quotient).ok()?, scale).ok()
}

/// Greatest common divisor of two positive numbers.
const fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
