//! Rounding as results are reported.

use rust_decimal::{Decimal, RoundingStrategy};

/// Rounds half away from zero to so many decimals and keeps trailing zeros: 3.95 to one decimal is `4.0`, -0.25 is `-0.3`.
///
/// `None` where the digits before and after the mark together do not fit a [`Decimal`] (28), so that no digit is lost unseen.
/// Source: the laboratory's convention for every reported value and calculation.
pub fn round_half_away_from_zero(value: Decimal, decimals: u32) -> Option<Decimal> {
    let mut rounded = value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(decimals);
    (rounded.scale() == decimals).then_some(rounded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    #[test]
    fn half_goes_away_from_zero_and_zeros_stay() {
        // Each by hand: the digit after the last kept one decides, 5 always outwards.
        let table = [
            ("3.95", 1, "4.0"),
            ("4", 1, "4.0"),
            ("4.04", 1, "4.0"),
            ("4.05", 1, "4.1"),
            ("2.5", 0, "3"),
            ("3.5", 0, "4"),
            ("-2.5", 0, "-3"),
            ("-0.25", 1, "-0.3"),
            ("0.05", 1, "0.1"),
            ("0.049999", 1, "0.0"),
            ("99.995", 2, "100.00"),
            ("1234567890.1234567890", 3, "1234567890.123"),
            ("0", 3, "0.000"),
        ];
        for (given, decimals, expected) in table {
            let rounded = round_half_away_from_zero(Decimal::from_str(given).unwrap(), decimals).unwrap();
            assert_eq!(rounded.to_string(), expected, "{given} to {decimals}");
        }
    }

    #[test]
    fn digits_that_do_not_fit_are_refused() {
        let long = Decimal::from_str("1234567890123456789012345678").unwrap();
        assert_eq!(round_half_away_from_zero(long, 0), Some(long));
        assert_eq!(round_half_away_from_zero(long, 2), None);
        assert_eq!(round_half_away_from_zero(Decimal::ONE, 29), None);
        assert_eq!(round_half_away_from_zero(Decimal::ONE, u32::MAX), None);
    }
}
