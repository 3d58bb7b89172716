//! What a device or a person stated about time: the text, how precise it is, and the instant where one is known.

use crate::finding::Finding;
use crate::printable::excerpt;
use crate::timestamp::Timestamp;
use crate::words::Lang;
use crate::zone::Zone;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset};

/// Characters of a stated time: 14 digits, a fraction of at most 9, an offset.
const STATED_BYTES_MAX: usize = 29;
/// No place on earth is further from UTC, in minutes.
const OFFSET_MINUTES_MAX: i32 = 14 * 60;

/// How much of a time was stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// `2024`
    Year,
    /// `202406`
    Month,
    /// `20240627`
    Day,
    /// `2024062713`
    Hour,
    /// `202406271354`
    Minute,
    /// `20240627135427`
    Second,
    /// `20240627135427.5`
    Fraction,
}

/// Whose clock it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimeSource {
    /// An analyser.
    Device,
    /// A member of staff.
    Person,
    /// This system.
    System,
    /// The hospital's system.
    HospitalSystem,
}

/// What the zone's clock changes do to a stated time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fold {
    /// Nothing.
    None,
    /// The hour came twice that night.
    Ambiguous,
    /// The hour did not come that night.
    Gap,
}

macro_rules! named {
    ($type:ident { $($variant:ident = $name:literal, $words:literal);+ $(;)? }) => {
        impl $type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// The name in stored rows.
            pub const fn name(self) -> &'static str { match self { $(Self::$variant => $name),+ } }
            /// The one of a stored name.
            pub fn from_name(name: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.name() == name) }
            /// As a person reads it.
            pub const fn words(self, lang: Lang) -> &'static str { match lang { Lang::English => match self { $(Self::$variant => $words),+ } } }
        }
    };
}
named! { Precision {
    Year = "year", "to the year"; Month = "month", "to the month"; Day = "day", "to the day"; Hour = "hour", "to the hour";
    Minute = "minute", "to the minute"; Second = "second", "to the second"; Fraction = "fraction", "to parts of a second";
} }
named! { TimeSource {
    Device = "device", "the analyser's clock"; Person = "person", "a person"; System = "system", "this system's clock";
    HospitalSystem = "hospital", "the hospital system's clock";
} }
named! { Fold {
    None = "none", "one instant"; Ambiguous = "ambiguous", "an hour that came twice when clocks went back";
    Gap = "gap", "an hour left out when clocks went forward";
} }

/// A time as stated. The text stays as sent; nothing more precise than it is ever shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    text: Box<str>,
    precision: Precision,
    source: TimeSource,
    instant: Option<Timestamp>,
    fold: Fold,
}

/// A text that is no time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sent:?} is not a time: {what}")]
pub struct TimeTrouble {
    /// What stood there.
    pub sent: String,
    /// What is wrong and what is expected.
    pub what: &'static str,
}

impl Stated {
    /// Reads `YYYY[MM[DD[HH[MM[SS[.f]]]]]]` with an optional offset `+HHMM` after a time of day (LIS2 and HL7 v2). Without an offset
    /// the zone of the link counts. An hour that came twice or not at all is no error: `fold` says so, and there is no instant.
    /// ```
    /// use kernel::{stated::{Stated, TimeSource}, zone::Zone};
    /// let berlin = Zone::named("Europe/Berlin").unwrap();
    /// let stated = Stated::read("20240627135427", &berlin, TimeSource::Device).unwrap();
    /// assert_eq!(stated.iso(), "2024-06-27T13:54:27");
    /// assert_eq!(stated.instant().unwrap().to_string(), "2024-06-27T11:54:27Z");
    /// ```
    pub fn read(sent: &str, zone: &Zone, source: TimeSource) -> Result<Self, TimeTrouble> {
        let text = sent.trim_matches(' ');
        let parts = Parts::read(text).map_err(|what| TimeTrouble { sent: excerpt(text), what })?;
        let (instant, fold) = parts.instant(zone);
        Ok(Self { text: text.into(), precision: parts.precision, source, instant, fold })
    }

    /// Puts a stored time together again. The instant is the one worked out when it was read: a zone's rules may have changed since.
    pub fn restore(text: &str, source: TimeSource, instant: Option<Timestamp>, fold: Fold) -> Result<Self, TimeTrouble> {
        let parts = Parts::read(text).map_err(|what| TimeTrouble { sent: excerpt(text), what })?;
        Ok(Self { text: text.into(), precision: parts.precision, source, instant, fold })
    }

    /// As sent, trimmed.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// How much of a time was stated.
    pub const fn precision(&self) -> Precision {
        self.precision
    }
    /// Whose clock it is.
    pub const fn source(&self) -> TimeSource {
        self.source
    }
    /// The first instant of what was stated; only from the hour on, and only where there is exactly one.
    pub const fn instant(&self) -> Option<Timestamp> {
        self.instant
    }
    /// What the zone's clock changes do to it.
    pub const fn fold(&self) -> Fold {
        self.fold
    }

    /// ISO 8601 at the stated precision; an offset only where one was stated.
    pub fn iso(&self) -> String {
        let (time, offset) = split_offset(&self.text);
        let mut iso = String::with_capacity(self.text.len() + 6);
        for (place, character) in time.chars().enumerate() {
            iso.push_str(match place {
                4 | 6 => "-",
                8 => "T",
                10 | 12 => ":",
                _ => "",
            });
            iso.push(character);
        }
        for (place, character) in offset.unwrap_or_default().chars().enumerate() {
            iso.push_str(if place == 3 { ":" } else { "" });
            iso.push(character);
        }
        iso
    }

    /// What is noticed about it: `T-001` for an hour that came twice, `T-002` for one that did not come.
    pub fn finding(&self, lang: Lang) -> Option<Finding> {
        let code = match self.fold {
            Fold::None => return None,
            Fold::Ambiguous => "T-001",
            Fold::Gap => "T-002",
        };
        let Lang::English = lang;
        Some(Finding::new(code, format!("the stated time lies in {}", self.fold.words(lang))).with("stated", self.iso()))
    }

    /// `T-003` where the stated instant and the time we received it differ by more than the tolerance, in seconds.
    pub fn clock_disagreement(&self, received_at: Timestamp, tolerance_seconds: u32, lang: Lang) -> Option<Finding> {
        let Lang::English = lang;
        let apart_seconds = self.instant?.micros().abs_diff(received_at.micros()) / 1_000_000;
        let finding = || {
            let words = format!("{} and ours differ by {apart_seconds} s", self.source.words(lang));
            Finding::new("T-003", words).with("stated", self.iso()).with("received", received_at)
        };
        (apart_seconds > u64::from(tolerance_seconds)).then(finding)
    }
}

/// A stated time taken apart.
struct Parts {
    precision: Precision,
    start: DateTime,
    offset: Option<Offset>,
}

impl Parts {
    fn read(text: &str) -> Result<Self, &'static str> {
        if text.len() > STATED_BYTES_MAX || !text.is_ascii() {
            return Err("expected at most 14 digits, a fraction and an offset");
        }
        let (time, offset) = split_offset(text);
        let offset = match offset {
            Some(offset) => Some(read_offset(offset).ok_or("the offset must be like +0200, at most 14 hours")?),
            None => None,
        };
        let (digits, fraction) = match time.split_once('.') {
            Some((digits, fraction)) => (digits, Some(fraction)),
            None => (time, None),
        };
        let precision = precision(digits, fraction).ok_or("expected YYYYMMDD or YYYYMMDDHHMMSS")?;
        if offset.is_some() && precision < Precision::Hour {
            return Err("an offset belongs to a time of day");
        }
        let start = start(digits, fraction.unwrap_or_default()).ok_or("there is no such day or time")?;
        Ok(Self { precision, start, offset })
    }

    fn instant(&self, zone: &Zone) -> (Option<Timestamp>, Fold) {
        if self.precision < Precision::Hour {
            return (None, Fold::None);
        }
        if let Some(offset) = self.offset {
            return (self.at(offset), Fold::None);
        }
        match zone.rules().to_ambiguous_timestamp(self.start).offset() {
            AmbiguousOffset::Unambiguous { offset } => (self.at(offset), Fold::None),
            AmbiguousOffset::Fold { .. } => (None, Fold::Ambiguous),
            AmbiguousOffset::Gap { .. } => (None, Fold::Gap),
        }
    }

    fn at(&self, offset: Offset) -> Option<Timestamp> {
        offset.to_timestamp(self.start).ok().map(|instant| Timestamp::from_micros(instant.as_microsecond()))
    }
}

/// The time, and the offset with its sign where there is one.
fn split_offset(text: &str) -> (&str, Option<&str>) {
    match text.find(['+', '-']).and_then(|place| text.split_at_checked(place)) {
        Some((time, offset)) => (time, Some(offset)),
        None => (text, None),
    }
}

fn precision(digits: &str, fraction: Option<&str>) -> Option<Precision> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let precision = match digits.len() {
        4 => Precision::Year,
        6 => Precision::Month,
        8 => Precision::Day,
        10 => Precision::Hour,
        12 => Precision::Minute,
        14 => Precision::Second,
        _ => return None,
    };
    match fraction {
        _ if !plain(digits) => None,
        None => Some(precision),
        Some(fraction) => {
            (precision == Precision::Second && (1..=9).contains(&fraction.len()) && plain(fraction)).then_some(Precision::Fraction)
        }
    }
}

/// The first moment of what was stated. Year 0 is refused: devices send zeros for a clock that was never set.
fn start(digits: &str, fraction: &str) -> Option<DateTime> {
    let part = |from: usize, to: usize, missing: i8| digits.get(from..to).map_or(Some(missing), |text| text.parse::<i8>().ok());
    let year: i16 = digits.get(..4)?.parse().ok().filter(|year| *year > 0)?;
    let nanoseconds: i32 = if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").parse().ok()? };
    let (month, day) = (part(4, 6, 1)?, part(6, 8, 1)?);
    DateTime::new(year, month, day, part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?, nanoseconds).ok()
}

/// `+0200`, `-0530`.
fn read_offset(text: &str) -> Option<Offset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let plain = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: i32 = plain.then(|| digits.parse().ok()).flatten()?;
    let (hours, minutes) = (number / 100, number % 100);
    let total = hours * 60 + minutes;
    let seconds = if sign == "-" { -total * 60 } else { total * 60 };
    (minutes < 60 && total <= OFFSET_MINUTES_MAX).then(|| Offset::from_seconds(seconds).ok()).flatten()
}
