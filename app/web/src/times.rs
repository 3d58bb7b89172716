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
}
