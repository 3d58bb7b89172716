//! What stands on the label of one specimen.

use kernel::words::Lang;
use kernel::{AccessionNumber, BirthDate, ContainerCode, Mrn, PersonName, Realm, Sex};
use workflow::Priority;

/// The label of one container. Times are words already, on the clocks of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What both symbols hold: the container's own code.
    pub code: ContainerCode,
    /// The number people say on the telephone.
    pub accession: AccessionNumber,
    /// Whose specimen it is.
    pub name: PersonName,
    /// The patient's medical record number.
    pub mrn: Mrn,
    /// The date of birth, as far as it is known.
    pub birth: Option<BirthDate>,
    /// The sex on record.
    pub sex: Sex,
    /// What is to be measured, in short words.
    pub tests: Vec<String>,
    /// Colour and kind of the tube: `light green, lithium heparin`.
    pub container: String,
    /// How much to draw: `4 mL`.
    pub volume: String,
    /// How urgent it is.
    pub priority: Priority,
    /// When and by whom it was collected; without it there is a line to write on.
    pub collected: Option<Collected>,
    /// Which label of how many.
    pub count: Count,
    /// Labels of every realm but production bear its name.
    pub realm: Realm,
}

/// A collection that took place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// `2026-11-22 07:10`.
    pub at: String,
    /// Who collected it.
    pub by: String,
}

/// Which container of an order this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// From 1.
    pub number: u16,
    /// How many there are.
    pub of: u16,
}

impl Label {
    /// What says that this label belongs to no patient; nothing in production.
    pub fn watermark(&self, lang: Lang) -> Option<&'static str> {
        let Lang::English = lang;
        match self.realm {
            Realm::Production => None,
            Realm::Training => Some("TRAINING - NOT A PATIENT"),
            Realm::Validation => Some("VALIDATION - NOT A PATIENT"),
            Realm::Demonstration => Some("DEMONSTRATION - NOT A PATIENT"),
        }
    }

    /// Glyph and word of the priority. The glyph is in every printer's font, and tells them apart without colour.
    pub fn priority_words(&self, lang: Lang) -> String {
        let glyph = match self.priority {
            Priority::Stat => "!! ",
            Priority::Urgent => "! ",
            Priority::Routine => "",
        };
        format!("{glyph}{}", self.priority.words(lang))
    }
}
