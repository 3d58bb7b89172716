//! Chance from a seed, so that a demonstration can be repeated.

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same on every machine.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Chance that always runs the same for the same seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Thousandths of a standard deviation around zero: twelve uniform numbers summed, near enough to normal for a simulator.
    pub fn normal_thousandths(&mut self) -> i64 {
        let sum: i64 = (0..12).map(|_| i64::try_from(self.bits() % 1_001).unwrap_or(500)).sum();
        sum - 6_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of SplitMix64 for seed 0, as its authors' reference gives them.
    #[test]
    fn the_first_numbers_are_those_of_the_published_generator() {
        let mut chance = Chance::new(0);
        assert_eq!(chance.bits(), 0xE220_A839_7B1D_CDAF);
        assert_eq!(chance.bits(), 0x6E78_9E6A_A1B9_65F4);
    }

    #[test]
    fn normal_numbers_lie_around_zero_and_never_beyond_six_deviations() {
        let mut chance = Chance::new(7);
        let drawn: Vec<i64> = (0..10_000).map(|_| chance.normal_thousandths()).collect();
        assert!(drawn.iter().all(|value| value.abs() <= 6_000));
        assert!((drawn.iter().sum::<i64>() / 10_000).abs() < 50);
    }
}
