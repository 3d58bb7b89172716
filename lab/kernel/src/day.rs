//! A day of the calendar: what something holds from, in the zone of the site.

use crate::printable::excerpt;
use crate::timestamp::Timestamp;
use crate::zone::Zone;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// A day, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// A text that is no day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no day; write 2026-11-22")]
pub struct DayTrouble(pub String);

impl Day {
    pub(crate) const fn of(date: Date) -> Self {
        Self(date)
    }

    /// The day on the clocks of a zone at an instant. `None` outside the years 1 to 9999.
    pub fn at(instant: Timestamp, zone: &Zone) -> Option<Self> {
        instant.local(zone).map(|local| Self(local.date()))
    }

    /// Its first moment on the clocks of a zone; where they skip midnight, the first there is. `None` at the end of all days.
    pub fn begins(self, zone: &Zone) -> Option<Timestamp> {
        let zoned = self.0.to_zoned(zone.rules().clone()).ok()?;
        Some(Timestamp::from_micros(zoned.timestamp().as_microsecond()))
    }

    /// The day after it. `None` at the end of all days.
    pub fn next(self) -> Option<Self> {
        self.0.tomorrow().ok().map(Self)
    }
}

impl FromStr for Day {
    type Err = DayTrouble;
    /// Reads `YYYY-MM-DD` and nothing else.
    fn from_str(text: &str) -> Result<Self, DayTrouble> {
        let is_plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = if is_plain { text.parse::<Date>().ok() } else { None };
        date.map(Self).ok_or_else(|| DayTrouble(excerpt(text)))
    }
}

impl fmt::Display for Day {
    /// `YYYY-MM-DD`; also the stored form.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_reads_back_and_what_is_none_is_named() {
        assert_eq!("2026-11-22".parse::<Day>().unwrap().to_string(), "2026-11-22");
        for text in ["", "2026-02-29", "2026-11-22T00:00:00", "20261122", "22.11.2026", "+26-11-22", "2026-11-2x", " 2026-11-22"] {
            assert!(text.parse::<Day>().unwrap_err().to_string().contains("2026-11-22"), "{text}");
        }
    }

    #[test]
    fn a_day_begins_on_local_clocks_even_where_they_skip_midnight() {
        let begins = |day: &str, zone: &str| day.parse::<Day>().unwrap().begins(&Zone::named(zone).unwrap()).unwrap().to_string();
        assert_eq!(begins("2026-11-22", "UTC"), "2026-11-22T00:00:00Z");
        assert_eq!(begins("2026-11-22", "Europe/Berlin"), "2026-11-21T23:00:00Z");
        // Clocks go from midnight to one o'clock on 8 March 2026 in Havana, then four hours behind UTC.
        assert_eq!(begins("2026-03-08", "America/Havana"), "2026-03-08T05:00:00Z");
        let day = Day::at("2026-11-21T23:30:00Z".parse().unwrap(), &Zone::named("Europe/Berlin").unwrap()).unwrap();
        assert_eq!((day.to_string(), day.next().unwrap().to_string()), ("2026-11-22".to_owned(), "2026-11-23".to_owned()));
    }
}
