//! Time zones by their IANA name, from the bundled database: the same on every machine.

use crate::printable::excerpt;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::fmt;
use std::sync::LazyLock;

/// The database compiled into the program. The machine's own is not asked: it may be older, newer or missing.
static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of a site or a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    name: Box<str>,
    rules: TimeZone,
}

/// A name that is no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time zone of the IANA database; write it like Europe/Berlin, America/New_York or UTC")]
pub struct ZoneTrouble(pub String);

impl Zone {
    /// Finds a zone by its IANA name: `Europe/Berlin`.
    pub fn named(name: &str) -> Result<Self, ZoneTrouble> {
        let known = (!name.is_empty() && name.len() <= 64).then(|| BUNDLED.get(name).ok()).flatten();
        let rules = known.ok_or_else(|| ZoneTrouble(excerpt(name)))?;
        // The name as the database spells it, so that "europe/berlin" and "Europe/Berlin" are one zone.
        let name = rules.iana_name().unwrap_or(name).into();
        Ok(Self { name, rules })
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self { name: "UTC".into(), rules: TimeZone::UTC }
    }

    /// The IANA name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rules, for this room only.
    pub(crate) const fn rules(&self) -> &TimeZone {
        &self.rules
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iana_names_are_found_and_others_named_in_the_trouble() {
        assert_eq!(Zone::named("Europe/Berlin").unwrap().name(), "Europe/Berlin");
        assert_eq!(Zone::named("UTC").unwrap(), Zone::utc());
        for name in ["", "Berlin", "CEST+1", "Europe/Atlantis", "../../etc/passwd", "Europe/Berlin\0"] {
            assert!(Zone::named(name).unwrap_err().to_string().contains("IANA"), "{name:?}");
        }
    }
}
