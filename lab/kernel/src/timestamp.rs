//! Instants in microseconds UTC, the only form in which a time is stored and compared.

use crate::zone::Zone;
use std::fmt;
use std::str::FromStr;

/// An instant, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970 UTC, as stored.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
    /// Microseconds since 1970 UTC, as stored.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant on a wall clock of the zone, to the minute, as pages show it: `2024-06-27 13:54`. `None` outside the years 1 to 9999.
    pub fn on_wall_clock(self, zone: &Zone) -> Option<String> {
        self.local(zone).map(|local| local.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// Day and time of day in a zone.
    pub(crate) fn local(self, zone: &Zone) -> Option<jiff::civil::DateTime> {
        let instant = jiff::Timestamp::from_microsecond(self.0).ok()?;
        Some(zone.rules().to_datetime(instant))
    }
}

/// A text that is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an instant (write 2026-11-21T10:00:00Z or with an offset such as +01:00)")]
pub struct TimestampTrouble(pub String);

impl FromStr for Timestamp {
    type Err = TimestampTrouble;
    /// Reads an ISO 8601 instant with its offset; a time without one is not an instant.
    fn from_str(text: &str) -> Result<Self, TimestampTrouble> {
        let instant = text.trim().parse::<jiff::Timestamp>();
        instant.map(|instant| Self(instant.as_microsecond())).map_err(|_| TimestampTrouble(crate::printable::excerpt(text)))
    }
}

impl fmt::Display for Timestamp {
    /// ISO 8601 in UTC, to the microsecond where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(instant) => instant.fmt(f),
            Err(_) => write!(f, "{} us", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_with_its_offset_and_not_without() {
        let instant: Timestamp = "2024-06-27T13:54:27+02:00".parse().unwrap();
        assert_eq!(instant.to_string(), "2024-06-27T11:54:27Z");
        for text in ["", "2024-06-27T13:54:27", "2024-06-27", "27.06.2024 13:54", "now"] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_instant_shows_in_utc_and_on_the_wall_clock_of_a_zone() {
        // 2024-06-27T11:54:27Z: 19901 days of 86400 s after 1970, plus 42867 s.
        let instant = Timestamp::from_micros((19_901 * 86_400 + 42_867) * 1_000_000);
        assert_eq!(instant.to_string(), "2024-06-27T11:54:27Z");
        assert_eq!(instant.on_wall_clock(&Zone::named("Europe/Berlin").unwrap()).unwrap(), "2024-06-27 13:54");
        assert_eq!(Timestamp::from_micros(i64::MAX).on_wall_clock(&Zone::utc()), None);
        assert_eq!(Timestamp::from_micros(i64::MAX).to_string(), format!("{} us", i64::MAX));
    }
}
