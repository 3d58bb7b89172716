//! Instants as people read them: in the laboratory's zone, to the minute, the seconds and the zone on demand.

use crate::Web;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use kernel::Timestamp;
use maud::{Markup, html};

/// An instant on a page.
pub(crate) fn moment(web: &Web, at: Timestamp) -> Markup {
    let words = Words::of(&web.zone, at, actions::now());
    html! { time datetime=(at) title=(words.whole) { (words.short) } }
}

/// The same as words alone, where a tag may not stand.
pub(crate) fn clock(web: &Web, at: Timestamp) -> String {
    Words::of(&web.zone, at, actions::now()).short
}

/// An instant that may not have come yet.
pub(crate) fn moment_or_never(web: &Web, at: Option<Timestamp>) -> Markup {
    at.map_or_else(|| html! { "never" }, |at| moment(web, at))
}

/// The zone of this name. The kernel has checked the name against the same database; where it is not there all the same, times are shown in UTC,
/// and say so.
pub(crate) fn zone_named(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap_or(TimeZone::UTC)
}

impl Web {
    /// The instant that somebody means who types a date and a time on the laboratory's clock (`2026-11-22T07:10`, as the browser's field gives it).
    /// An hour that the clock skips or strikes twice is refused: nobody knows which is meant.
    pub(crate) fn instant(&self, typed: &str) -> Result<Timestamp, String> {
        instant_in(&self.zone, typed)
    }
}

fn instant_in(zone: &TimeZone, typed: &str) -> Result<Timestamp, String> {
    let what = || format!("“{}” is no date and time; type them like 2026-11-22 07:10", typed.chars().take(32).collect::<String>());
    let local: jiff::civil::DateTime = typed.trim().replacen(' ', "T", 1).parse().map_err(|_| what())?;
    let instant = zone.to_ambiguous_zoned(local).unambiguous().map_err(|_| {
        format!("the clock strikes {typed} twice or never, because it is put back or forward: state it to the next clear minute")
    })?;
    Ok(Timestamp::from_micros(instant.timestamp().as_microsecond()))
}

#[derive(Debug, PartialEq, Eq)]
struct Words {
    /// The clock time; with the date where it is not today.
    short: String,
    /// Date, time to the second, and the zone.
    whole: String,
}

impl Words {
    fn of(zone: &TimeZone, at: Timestamp, now: Timestamp) -> Self {
        let local =
            |instant: Timestamp| jiff::Timestamp::from_microsecond(instant.micros()).ok().map(|instant| instant.to_zoned(zone.clone()));
        match local(at) {
            Some(when) => {
                let is_today = local(now).is_some_and(|today| today.date() == when.date());
                let short = if is_today { when.strftime("%H:%M") } else { when.strftime("%Y-%m-%d %H:%M") };
                Self { short: short.to_string(), whole: when.strftime("%Y-%m-%d %H:%M:%S %Z").to_string() }
            }
            // Beyond the calendar: shown as it is stored rather than not at all.
            None => Self { short: at.to_string(), whole: at.to_string() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    #[test]
    fn an_instant_is_shown_in_the_laboratorys_zone() {
        let berlin = zone_named("Europe/Berlin");
        // Winter is one hour before UTC, summer two; half past eleven UTC on a winter evening is already tomorrow.
        let words = |instant, now| Words::of(&berlin, at(instant), at(now));
        assert_eq!(words("2026-11-21T12:17:03Z", "2026-11-21T20:00:00Z").short, "13:17");
        assert_eq!(words("2026-07-21T12:17:03Z", "2026-11-21T20:00:00Z").short, "2026-07-21 14:17");
        assert_eq!(words("2026-11-20T23:30:00Z", "2026-11-21T20:00:00Z").short, "00:30");
        assert_eq!(words("2026-11-21T23:30:00Z", "2026-11-21T20:00:00Z").short, "2026-11-22 00:30");
        assert_eq!(words("2026-11-21T12:17:03Z", "2026-11-21T20:00:00Z").whole, "2026-11-21 13:17:03 CET");
        assert_eq!(words("2026-07-21T12:17:03Z", "2026-11-21T20:00:00Z").whole, "2026-07-21 14:17:03 CEST");
    }

    #[test]
    fn an_instant_beyond_the_calendar_is_shown_as_stored() {
        let far = Timestamp::from_micros(i64::MAX);
        assert_eq!(Words::of(&TimeZone::UTC, far, at("2026-11-21T20:00:00Z")).short, format!("{} us", i64::MAX));
    }

    #[test]
    fn a_typed_time_is_on_the_laboratorys_clock_and_a_doubtful_one_is_refused() {
        let berlin = zone_named("Europe/Berlin");
        assert_eq!(instant_in(&berlin, "2026-11-22T07:10").unwrap(), at("2026-11-22T06:10:00Z"));
        assert_eq!(instant_in(&berlin, " 2026-07-22 07:10 ").unwrap(), at("2026-07-22T05:10:00Z"));
        // The last Sunday of October and of March 2026.
        for doubtful in ["2026-10-25T02:30", "2026-03-29T02:30", "", "now", "22.11.2026 07:10"] {
            assert!(instant_in(&berlin, doubtful).is_err(), "{doubtful}");
        }
    }
}
