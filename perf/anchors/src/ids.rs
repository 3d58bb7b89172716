//! Ids as the product makes them: UUID version 7, ordered by time.

use std::time::{SystemTime, UNIX_EPOCH};

/// Sixteen bytes of UUID version 7 (RFC 9562, 5.7).
pub type Id = [u8; 16];

/// A maker of ids for one thread. Within a millisecond a counter keeps their order.
#[derive(Debug)]
pub struct Ids {
    state: u64,
    millisecond: u64,
    counter: u16,
}

impl Ids {
    /// `seed` tells makers in one process apart; 0 counts as 1.
    #[must_use]
    pub fn new(seed: u64) -> Ids {
        let process = u64::from(std::process::id()) << 32;
        // Spread over all bits first: neighbouring seeds at neighbouring microseconds must not cancel each other out.
        let spread = seed.max(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Ids { state: (spread ^ process ^ now().unsigned_abs()).max(1), millisecond: 0, counter: 0 }
    }

    /// The next id.
    pub fn next_id(&mut self) -> Id {
        let millisecond = now().unsigned_abs() / 1_000;
        // Past 4,096 ids in a millisecond the next one is borrowed.
        (self.millisecond, self.counter) = match self.counter {
            _ if millisecond > self.millisecond => (millisecond, 0),
            0xFFF => (self.millisecond + 1, 0),
            counter => (self.millisecond, counter + 1),
        };
        let head = u128::from(self.millisecond) << 80 | 0x7 << 76 | u128::from(self.counter) << 64;
        (head | 0b10 << 62 | u128::from(self.random() >> 2)).to_be_bytes()
    }

    /// xorshift64: these ids need to differ, not to be secret.
    fn random(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}

/// Microseconds UTC since 1970; 0 if the machine's clock stands before it.
#[must_use]
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_seven_and_in_order() {
        let mut ids = Ids::new(1);
        let made: Vec<Id> = (0..10_000).map(|_| ids.next_id()).collect();
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id[6] >> 4 == 7 && id[8] >> 6 == 0b10));
    }

    #[test]
    fn two_makers_do_not_make_the_same_ids() {
        // Often, because the clock takes part: two seeds once met at two of its ticks.
        for _ in 0..10_000 {
            assert_ne!(Ids::new(1).next_id()[8..], Ids::new(2).next_id()[8..]);
        }
    }
}
