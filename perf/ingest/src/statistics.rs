//! Medians, ranges and percentiles.

use std::fmt;
use std::time::Duration;

/// The middle of several measurements and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The least.
    pub least: f64,
    /// The median; of an even number, the mean of the middle two.
    pub median: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// `None` of nothing.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let upper = *values.get(middle)?;
        let lower = if values.len().is_multiple_of(2) { *values.get(middle.checked_sub(1)?)? } else { upper };
        Some(Spread { least: *values.first()?, median: f64::midpoint(lower, upper), most: *values.last()? })
    }
}

impl fmt::Display for Spread {
    /// `median (least-most)`, with as many decimals as asked for.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = out.precision().unwrap_or(0);
        write!(out, "{:.places$} ({:.places$}-{:.places$})", self.median, self.least, self.most)
    }
}

/// Waiting times, in order of size.
#[derive(Clone, Debug, Default)]
pub struct Waits(Vec<Duration>);

impl Waits {
    /// Sorts them.
    #[must_use]
    pub fn new(mut waits: Vec<Duration>) -> Waits {
        waits.sort_unstable();
        Waits(waits)
    }

    /// The wait in milliseconds that `percent` per cent do not exceed (nearest rank); 0 of none.
    #[must_use]
    pub fn percentile(&self, percent: f64) -> f64 {
        let rank = (percent / 100.0 * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1)).map_or(0.0, |wait| wait.as_secs_f64() * 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(Spread::of([3.0, 1.0, 10.0]), Some(Spread { least: 1.0, median: 3.0, most: 10.0 }));
        assert_eq!(Spread::of([4.0, 1.0]), Some(Spread { least: 1.0, median: 2.5, most: 4.0 }));
        assert_eq!(Spread::of([]), None);
        assert_eq!(format!("{:.1}", Spread::of([1.0, 2.0, 3.0]).unwrap()), "2.0 (1.0-3.0)");
    }

    #[test]
    fn percentiles_by_nearest_rank() {
        let waits = Waits::new((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!([50.0, 99.0, 100.0, 0.1].map(|percent| waits.percentile(percent)), [100.0, 198.0, 200.0, 1.0]);
        assert_eq!(Waits::default().percentile(50.0), 0.0);
    }
}
