//! How old somebody was when a specimen was collected, as intervals and limits ask: to the hour for newborns, by birthdays for
//! everybody else.

use crate::birth::BirthDate;
use crate::timestamp::Timestamp;
use crate::zone::Zone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

const MINUTES_OF_A_DAY: u32 = 24 * 60;
/// A month of 30.4375 days, twelve to a year of 365.25: what tables mean where they count months in days.
const MINUTES_OF_A_MONTH: u32 = 43_830;

/// One moment of a life: minutes since the birth, and months as birthdays count them.
///
/// Both are kept, because neither follows from the other: an 18th birthday comes after 6574 or 6575 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgePoint {
    /// Whole minutes since the birth.
    pub minutes: u32,
    /// Completed months; twelve make a year of age.
    pub months: u32,
}

impl AgePoint {
    /// The beginning of life.
    pub const BIRTH: Self = Self { minutes: 0, months: 0 };
    /// Nobody is older: 150 years.
    pub const OLDEST: Self = Self { minutes: 1800 * MINUTES_OF_A_MONTH, months: 1800 };

    /// Completed years.
    pub const fn years(self) -> u32 {
        self.months / 12
    }
}

/// How old somebody was, as far as is known: no younger than one point, no older than the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeAtCollection {
    youngest: AgePoint,
    oldest: AgePoint,
}

impl AgeAtCollection {
    /// By a date of birth: to the minute where the time of day is known; otherwise born at the last moment of it at the latest and at the first of it
    /// at the earliest, on the clocks of the zone: a baby born on the day before may be two hours old. `None` before the birth.
    pub fn from_birth_date(birth: &BirthDate, collected: Timestamp, zone: &Zone) -> Option<Self> {
        let months = birth.age_months(collected, zone)?;
        let (from, to) = birth.moments(zone)?;
        let since = |born: Timestamp| minutes_between(born, collected);
        Some(Self {
            youngest: AgePoint { minutes: since(to).unwrap_or(0), months: months.at_least },
            oldest: AgePoint { minutes: since(from)?, months: months.at_most },
        })
    }

    /// By a number of days, months and years being those of the calendar's average. `None` below zero and beyond any life.
    pub fn from_days(days: Decimal) -> Option<Self> {
        if days < Decimal::ZERO {
            return None;
        }
        let minutes = days.checked_mul(Decimal::from(MINUTES_OF_A_DAY))?.trunc().to_u32()?;
        Self::exactly(AgePoint { minutes, months: minutes / MINUTES_OF_A_MONTH })
    }

    /// No younger than one point and no older than another. `None` if they are the other way round, or beyond any life.
    pub fn between(youngest: AgePoint, oldest: AgePoint) -> Option<Self> {
        let is_in_order = youngest.minutes <= oldest.minutes && youngest.months <= oldest.months;
        let slack = AgePoint::OLDEST.minutes + MINUTES_OF_A_DAY;
        (is_in_order && oldest.minutes <= slack).then_some(Self { youngest, oldest })
    }

    /// Nothing is known: any age.
    pub const fn unknown() -> Self {
        Self { youngest: AgePoint::BIRTH, oldest: AgePoint::OLDEST }
    }

    fn exactly(point: AgePoint) -> Option<Self> {
        (point.minutes <= AgePoint::OLDEST.minutes).then_some(Self { youngest: point, oldest: point })
    }

    /// No younger than this.
    pub const fn youngest(&self) -> AgePoint {
        self.youngest
    }

    /// No older than this.
    pub const fn oldest(&self) -> AgePoint {
        self.oldest
    }

    /// Whether the day of birth is certain, so that only the hour may be missing. A day has up to 25 hours, when clocks are put back.
    pub const fn is_known_to_the_day(&self) -> bool {
        let slack = MINUTES_OF_A_DAY + 60;
        self.youngest.months == self.oldest.months && self.oldest.minutes.saturating_sub(self.youngest.minutes) <= slack
    }
}

/// Whole minutes from one moment to a later one. `None` if it is not later.
fn minutes_between(from: Timestamp, to: Timestamp) -> Option<u32> {
    let micros = to.micros().checked_sub(from.micros()).filter(|micros| *micros >= 0)?;
    u32::try_from(micros / 60_000_000).ok()
}

/// A bound of an age in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeBound {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: AgeUnit,
}

/// What an age is counted in, by its UCUM code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeUnit {
    /// `h`
    Hours,
    /// `d`: stretches of 24 hours since the birth.
    Days,
    /// `mo`: months as birthdays count them.
    Months,
    /// `a`: years as birthdays count them.
    Years,
}

impl AgeUnit {
    /// The unit of a UCUM code.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "h" => Some(Self::Hours),
            "d" => Some(Self::Days),
            "mo" => Some(Self::Months),
            "a" => Some(Self::Years),
            _ => None,
        }
    }
}

impl AgeBound {
    /// Whether somebody of this age has reached the bound.
    pub const fn is_reached(self, age: AgePoint) -> bool {
        match self.unit {
            AgeUnit::Hours => age.minutes >= self.count.saturating_mul(60),
            AgeUnit::Days => age.minutes >= self.count.saturating_mul(MINUTES_OF_A_DAY),
            AgeUnit::Months => age.months >= self.count,
            AgeUnit::Years => age.months >= self.count.saturating_mul(12),
        }
    }

    /// Whether birthdays decide on it, and not the clock.
    pub const fn is_of_the_calendar(self) -> bool {
        matches!(self.unit, AgeUnit::Months | AgeUnit::Years)
    }

    /// Minutes of life at the bound, months and years being those of the calendar's average: for the order of bounds.
    pub const fn minutes(self) -> u32 {
        self.count.saturating_mul(match self.unit {
            AgeUnit::Hours => 60,
            AgeUnit::Days => MINUTES_OF_A_DAY,
            AgeUnit::Months => MINUTES_OF_A_MONTH,
            AgeUnit::Years => 12 * MINUTES_OF_A_MONTH,
        })
    }

    /// The moment at which the bound is reached, within an age that is not certain.
    pub fn within(self, age: &AgeAtCollection) -> Option<AgePoint> {
        if self.is_reached(age.youngest) || !self.is_reached(age.oldest) {
            return None;
        }
        let months = (self.minutes() / MINUTES_OF_A_MONTH).clamp(age.youngest.months, age.oldest.months);
        Some(AgePoint { minutes: self.minutes().clamp(age.youngest.minutes, age.oldest.minutes), months })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(iso: &str) -> Timestamp {
        iso.parse().unwrap()
    }

    fn bound(count: u32, unit: AgeUnit) -> AgeBound {
        AgeBound { count, unit }
    }

    #[test]
    fn a_birthday_is_a_year_whatever_the_days() {
        let utc = Zone::utc();
        // 2001-03-01 to 2019-03-01 are 6574 days, 2000-01-01 to 2018-01-01 are 6575: both are 18 years.
        for (born, day_before, birthday) in [("2001-03-01", "2019-02-28", "2019-03-01"), ("2000-01-01", "2017-12-31", "2018-01-01")] {
            let born = BirthDate::parse(born).unwrap();
            let adult = |day: &str| {
                let age = AgeAtCollection::from_birth_date(&born, at(&format!("{day}T12:00:00Z")), &utc).unwrap();
                (bound(18, AgeUnit::Years).is_reached(age.youngest()), bound(18, AgeUnit::Years).is_reached(age.oldest()))
            };
            assert_eq!((adult(day_before), adult(birthday)), ((false, false), (true, true)), "{born}");
        }
    }

    #[test]
    fn the_hour_is_known_only_by_the_moment_of_birth() {
        let utc = Zone::utc();
        let collected = at("2026-03-02T07:59:59Z");
        let by_time = |birth: &str| AgeAtCollection::from_birth_date(&BirthDate::parse(birth).unwrap(), collected, &utc);
        let unborn = by_time("2026-03-02 08:00");
        let by_time = by_time("2026-03-01 20:00").unwrap();
        // Not yet 12 hours, though it is the day after.
        assert_eq!(by_time.youngest(), AgePoint { minutes: 719, months: 0 });
        assert!(!bound(12, AgeUnit::Hours).is_reached(by_time.oldest()) && !bound(1, AgeUnit::Days).is_reached(by_time.oldest()));
        let by_date = AgeAtCollection::from_birth_date(&"2026-03-01".parse().unwrap(), collected, &utc).unwrap();
        assert_eq!((by_date.youngest().minutes, by_date.oldest().minutes), (479, 1919), "born at midnight, or at the midnight before");
        assert!(by_date.is_known_to_the_day());
        assert_eq!(unborn, None, "born a second later");
    }

    /// Born at 23:00 and drawn at 01:00, it is two hours old, though its date of birth is yesterday's.
    #[test]
    fn a_baby_born_yesterday_may_be_two_hours_old() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let born = BirthDate::parse("2026-03-01").unwrap();
        let range = |collected: &str| {
            let age = AgeAtCollection::from_birth_date(&born, at(collected), &berlin).unwrap();
            (age.youngest().minutes, age.oldest().minutes, age.is_known_to_the_day())
        };
        // 01:00 of the next day in Berlin: born an hour ago at the latest, and 25 hours ago at the earliest.
        assert_eq!(range("2026-03-02T01:00:00+01:00"), (60, 25 * 60, true));
        // On the day itself it may have been born this minute.
        assert_eq!(range("2026-03-01T09:30:00+01:00"), (0, 9 * 60 + 30, true));
        // Clocks are put back on 25 October 2026: that day has 25 hours.
        let born = BirthDate::parse("2026-10-25").unwrap();
        let age = AgeAtCollection::from_birth_date(&born, at("2026-10-26T00:00:00+01:00"), &berlin).unwrap();
        assert_eq!((age.youngest().minutes, age.oldest().minutes, age.is_known_to_the_day()), (0, 25 * 60, true));
        // Known to the month: the day is not.
        let born = BirthDate::parse("2026-03").unwrap();
        assert!(!AgeAtCollection::from_birth_date(&born, at("2026-03-04T09:30:00+01:00"), &berlin).unwrap().is_known_to_the_day());
        assert_eq!(AgeAtCollection::from_birth_date(&born, at("2026-02-28T22:59:59Z"), &berlin), None, "the day before, in Berlin");
    }

    #[test]
    fn days_alone_count_average_months_and_years() {
        let of = |days: &str| AgeAtCollection::from_days(days.parse().unwrap()).map(|age| age.youngest());
        // 6574.5 days are 18 years of 365.25; a minute less is not. Half a day are 12 hours.
        assert_eq!(of("6574.5").unwrap().years(), 18);
        assert_eq!(of("6574.499").unwrap().years(), 17);
        assert_eq!(of("0.5"), Some(AgePoint { minutes: 720, months: 0 }));
        assert_eq!(of("30.4375").unwrap().months, 1);
        assert_eq!([of("-0.1"), of("54788"), of("1e20")].map(|age| age.is_some()), [false, false, false]);
        assert!(of("54787.5").is_some(), "150 years");
    }

    #[test]
    fn a_birth_known_to_the_year_reaches_a_bound_for_certain_or_within() {
        let born = BirthDate::parse("2006").unwrap();
        let age = AgeAtCollection::from_birth_date(&born, at("2024-07-01T12:00:00Z"), &Zone::utc()).unwrap();
        // 17 years and 6 months to 18 years and 6 months.
        assert!(!age.is_known_to_the_day());
        assert_eq!(bound(17, AgeUnit::Years).within(&age), None);
        assert_eq!(bound(18, AgeUnit::Years).within(&age).unwrap().months, 216);
        assert_eq!(bound(19, AgeUnit::Years).within(&age), None);
        assert_eq!(bound(1, AgeUnit::Days).within(&AgeAtCollection::unknown()), Some(AgePoint { minutes: 1440, months: 0 }));
    }
}
