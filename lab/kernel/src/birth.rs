//! When a person was born, as far as it is known, and how old that makes them.

use crate::day::Day;
use crate::printable::excerpt;
use crate::timestamp::Timestamp;
use crate::zone::Zone;
use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// The years a birth may lie in. Nobody born earlier gives blood; later is a slip of the keyboard.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2200;

/// A date of birth: the day, with the time of day where that is known, or only the month, or only the year. Never more than is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BirthDate {
    year: i16,
    /// Month and, within it, day.
    month: Option<(i8, Option<i8>)>,
    /// Minutes of that day on the clocks of the site; newborns have limits by the hour.
    minute: Option<i16>,
}

/// A text that is no date of birth.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date of birth; write 1980-03-21, 1980-03 or 1980; with the time of day, 2026-11-22 01:05")]
pub struct BirthDateTrouble(pub String);

/// How old somebody was, as far as the date of birth tells: at least and at most, the same where the day is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age<T> {
    /// No younger than this.
    pub at_least: T,
    /// No older than this.
    pub at_most: T,
}

impl<T: Copy + PartialEq> Age<T> {
    /// The age, where there is no doubt.
    pub fn certain(&self) -> Option<T> {
        (self.at_least == self.at_most).then_some(self.at_least)
    }
}

impl BirthDate {
    /// Reads `YYYYMMDD`, `YYYYMM`, `YYYY` (LIS2, HL7 v2) or the same with hyphens (ISO 8601); behind a whole day also the time of day, as
    /// `YYYYMMDDHHMM`, `YYYY-MM-DD HH:MM` or with a `T` between.
    pub fn parse(text: &str) -> Result<Self, BirthDateTrouble> {
        Self::read(text.trim_matches(' ')).ok_or_else(|| BirthDateTrouble(excerpt(text)))
    }

    fn read(text: &str) -> Option<Self> {
        let (date, hour, minute) = match text.len() {
            12 => (text.get(..8)?, text.get(8..10)?, text.get(10..)?),
            16 => {
                let (hour, minute) = text.get(10..)?.strip_prefix([' ', 'T'])?.split_once(':')?;
                (text.get(..10)?, hour, minute)
            }
            _ => return Self::read_date(text),
        };
        let two = |digits: &str, below: i16| number(digits).filter(|number| digits.len() == 2 && *number < below);
        Some(Self { minute: Some(two(hour, 24)? * 60 + two(minute, 60)?), ..Self::read_date(date)? })
    }

    fn read_date(text: &str) -> Option<Self> {
        let (year, month, day) = match text.len() {
            4 => (text, None, None),
            6 => (text.get(..4)?, text.get(4..), None),
            7 => (text.get(..4)?, text.get(4..)?.strip_prefix('-'), None),
            8 => (text.get(..4)?, text.get(4..6), text.get(6..)),
            10 => (text.get(..4)?, text.get(4..7)?.strip_prefix('-'), text.get(7..)?.strip_prefix('-')),
            _ => return None,
        };
        // A part whose hyphen is missing must not turn a full date into a vaguer one.
        if (text.len() >= 6 && month.is_none()) || (text.len() >= 8 && day.is_none()) {
            return None;
        }
        let year = number(year)?;
        let day = day.map(|day| number(day)?.try_into().ok());
        let month = match (month, day) {
            (None, _) => None,
            (Some(month), None) => Some((i8::try_from(number(month)?).ok()?, None)),
            (Some(month), Some(day)) => Some((i8::try_from(number(month)?).ok()?, Some(day?))),
        };
        let birth = Self { year, month, minute: None };
        (YEARS.contains(&year) && birth.first_day().is_some()).then_some(birth)
    }

    /// The year.
    pub const fn year(&self) -> i16 {
        self.year
    }

    /// Whether the day is known.
    pub const fn is_full(&self) -> bool {
        matches!(self.month, Some((_, Some(_))))
    }

    /// Whether the time of day is known.
    pub const fn has_time(&self) -> bool {
        self.minute.is_some()
    }

    /// The same without the time of day.
    #[must_use]
    pub const fn day_alone(self) -> Self {
        Self { minute: None, ..self }
    }

    fn first_day(&self) -> Option<Date> {
        let (month, day) = self.month.unwrap_or((1, None));
        Date::new(self.year, month, day.unwrap_or(1)).ok()
    }

    fn last_day(&self) -> Option<Date> {
        match self.month {
            None => Date::new(self.year, 12, 31).ok(),
            Some((month, None)) => Some(Date::new(self.year, month, 1).ok()?.last_of_month()),
            Some((_, Some(_))) => self.first_day(),
        }
    }

    /// The earliest and the latest moment of the birth on the clocks of a zone. With a time of day both are the same, unless it came twice that day;
    /// without, the latest is where the day, month or year ends.
    pub fn moments(&self, zone: &Zone) -> Option<(Timestamp, Timestamp)> {
        if let Some(minute) = self.minute {
            let at = self.first_day()?.at(i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?, 0, 0);
            let zoned = zone.rules().to_ambiguous_zoned(at);
            let moment = |zoned: jiff::Zoned| Timestamp::from_micros(zoned.timestamp().as_microsecond());
            let (one, other) = (moment(zoned.clone().earlier().ok()?), moment(zoned.later().ok()?));
            return Some((one.min(other), one.max(other)));
        }
        Some((Day::of(self.first_day()?).begins(zone)?, Day::of(self.last_day()?).next()?.begins(zone)?))
    }

    /// Age in whole months, as birthdays count: somebody born on the 31st is a month older on the 1st after a month without one.
    pub fn age_months(&self, at: Timestamp, zone: &Zone) -> Option<Age<u32>> {
        self.age(at, zone, |born, today| {
            let years = i32::from(today.year()) - i32::from(born.year());
            let months = years * 12 + i32::from(today.month()) - i32::from(born.month()) - i32::from(today.day() < born.day());
            u32::try_from(months).ok()
        })
    }

    /// An age counted from the last and from the first day the birth may have been on.
    fn age(&self, at: Timestamp, zone: &Zone, count: impl Fn(Date, Date) -> Option<u32>) -> Option<Age<u32>> {
        let today = at.local(zone)?.date();
        let (first, last) = (self.first_day()?, self.last_day()?);
        if today < first {
            return None;
        }
        Some(Age { at_least: count(last.min(today), today)?, at_most: count(first, today)? })
    }
}

fn number(digits: &str) -> Option<i16> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

impl FromStr for BirthDate {
    type Err = BirthDateTrouble;
    fn from_str(text: &str) -> Result<Self, BirthDateTrouble> {
        Self::parse(text)
    }
}

impl fmt::Display for BirthDate {
    /// ISO 8601 as far as known; also the stored form, and sorting it as text sorts it by date.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some((month, day)) = self.month {
            write!(f, "-{month:02}")?;
            if let Some(day) = day {
                write!(f, "-{day:02}")?;
            }
        }
        if let Some(minute) = self.minute {
            write!(f, " {:02}:{:02}", minute / 60, minute % 60)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(iso: &str) -> Timestamp {
        Timestamp::from_micros(iso.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn dates_read_in_both_spellings_and_nonsense_does_not() {
        for (text, iso) in [
            ("19800321", "1980-03-21"),
            ("1980-03-21", "1980-03-21"),
            ("198003", "1980-03"),
            ("1980-03", "1980-03"),
            ("1980", "1980"),
            (" 20240229 ", "2024-02-29"),
            ("202611220105", "2026-11-22 01:05"),
            ("2026-11-22T23:59", "2026-11-22 23:59"),
            ("2026-11-22 00:00", "2026-11-22 00:00"),
        ] {
            let birth = BirthDate::parse(text).unwrap();
            assert_eq!(birth.to_string(), iso);
            assert_eq!(iso.parse::<BirthDate>().unwrap(), birth);
        }
        for text in [
            "",
            "0",
            "19801",
            "20230229",
            "19801301",
            "1980-3-21",
            "1980/03/21",
            "1980-0321",
            "00000000",
            "18490101",
            "+9800321",
            "198003212400",
            "198003211260",
            "1980-03-21 1200",
            "1980-03-21 1:05",
            "1980-03-21 01:5x",
            "1980-03-21x01:05",
            "1980-0321 01:050",
            "19800321+105",
            "1980-03-21 01:05:00",
            "19x0",
            "1980\u{b9}\u{b2}",
        ] {
            assert!(BirthDate::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ages_count_birthdays_on_local_days() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let months = |born: &str, when: &str| BirthDate::parse(born).unwrap().age_months(at(when), &berlin).and_then(|age| age.certain());
        // 23:30 UTC on 28 February 2025 is already 1 March in Berlin: a birthday.
        assert_eq!(months("2024-02-29", "2025-02-28T23:30:00Z"), Some(12));
        assert_eq!(months("2024-02-29", "2025-02-28T12:00:00Z"), Some(11));
        // On 28 March no month is complete, on 29 March one is.
        assert_eq!(months("2024-02-29", "2024-03-28T12:00:00Z"), Some(0));
        assert_eq!(months("2024-02-29", "2024-03-29T12:00:00Z"), Some(1));
        assert_eq!(months("2024-02-29", "2024-02-29T05:00:00Z"), Some(0));
        assert_eq!(months("2024-02-29", "2024-02-28T05:00:00Z"), None);
    }

    #[test]
    fn a_birth_known_only_to_the_year_gives_a_range() {
        let utc = Zone::utc();
        let now = at("2024-07-01T12:00:00Z");
        // Born 31 December 2006: 17 years and 6 months. Born 1 January 2006: 18 and 6.
        let age = BirthDate::parse("2006").unwrap().age_months(now, &utc).unwrap();
        assert_eq!((age, age.certain()), (Age { at_least: 210, at_most: 222 }, None));
        // Born this month: no month is complete either way.
        assert_eq!(BirthDate::parse("2024-07").unwrap().age_months(now, &utc).unwrap().certain(), Some(0));
    }

    #[test]
    fn a_date_of_birth_lasts_from_midnight_to_midnight_on_local_clocks() {
        let moments = |born: &str, zone: &str| BirthDate::parse(born).unwrap().moments(&Zone::named(zone).unwrap()).unwrap();
        assert_eq!(moments("2026-03-01", "UTC"), (at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z")));
        assert_eq!(moments("2024-02", "Europe/Berlin"), (at("2024-01-31T23:00:00Z"), at("2024-02-29T23:00:00Z")));
        assert_eq!(moments("2026-11-22 01:05", "Europe/Berlin"), (at("2026-11-22T00:05:00Z"), at("2026-11-22T00:05:00Z")));
        // Half past two comes twice on 25 October 2026 in Berlin, and not at all on 29 March.
        assert_eq!(moments("2026-10-25 02:30", "Europe/Berlin"), (at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z")));
        assert_eq!(moments("2026-03-29 02:30", "Europe/Berlin"), (at("2026-03-29T00:30:00Z"), at("2026-03-29T01:30:00Z")));
    }
}
