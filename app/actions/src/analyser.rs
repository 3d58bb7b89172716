//! An analyser as it is configured: its link, its driver, what it calls our tests.

use crate::in_tray::InTray;
use catalogue::InstrumentMapping;
use instruments::Driver;
use kernel::{DecimalMark, Zone};
use std::sync::Arc;

/// One configured analyser. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Analyser {
    /// The link's name: 1 to 32 characters `a-z 0-9 _ -`, never reused for another instrument.
    pub name: Arc<str>,
    /// The driver that reads it.
    pub driver: &'static Driver,
    /// Its codes.
    pub mapping: Arc<InstrumentMapping>,
    /// The zone of its clock.
    pub zone: Zone,
    /// How it writes decimals.
    pub decimal_mark: DecimalMark,
    /// Who owns what it sends that nobody ordered.
    pub owner: Arc<str>,
    /// What of this link waits to be filed.
    pub in_tray: InTray,
}

/// A configured analyser that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnalyserTrouble {
    /// The name has other characters or another length.
    #[error("link name “{0}” must have 1 to 32 characters of a-z, 0-9, _ and -")]
    Name(String),
    /// No driver has this name.
    #[error("link {link}: there is no driver “{driver}”; known are {known}")]
    Driver {
        /// The link.
        link: String,
        /// The name given.
        driver: String,
        /// The drivers there are.
        known: String,
    },
}

impl Analyser {
    /// Checks a link's name at the door.
    pub fn check_name(name: &str) -> Result<Arc<str>, AnalyserTrouble> {
        if catalogue::is_instrument_name(name) { Ok(name.into()) } else { Err(AnalyserTrouble::Name(name.chars().take(64).collect())) }
    }

    /// Reads a test's code as its mapping knows it.
    pub fn test_code(&self, test: &str) -> Option<catalogue::TestCode> {
        catalogue::TestCode::parse(test)
    }

    /// Finds a driver by name.
    pub fn find_driver(link: &str, driver: &str) -> Result<&'static Driver, AnalyserTrouble> {
        instruments::find(driver).ok_or_else(|| AnalyserTrouble::Driver {
            link: link.to_owned(),
            driver: driver.chars().take(64).collect(),
            known: instruments::DRIVERS.iter().map(|driver| driver.name).collect::<Vec<_>>().join(", "),
        })
    }
}
