//! What an analyser said about one test on one specimen, in our words but not yet in our catalogue's.

use crate::stated::Stated;
use crate::words::Lang;

/// What was measured: a patient's specimen, a control or a calibrator. Drivers decide it before anything is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadingKind {
    /// A patient's specimen.
    Patient,
    /// A control.
    Control,
    /// A calibrator.
    Calibration,
}

impl ReadingKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Patient, Self::Control, Self::Calibration];

    /// The name in stored rows and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Control => "control",
            Self::Calibration => "calibration",
        }
    }

    /// The kind of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// As a person reads it.
    pub const fn words(self, lang: Lang) -> &'static str {
        match lang {
            Lang::English => self.name(),
        }
    }
}

/// A line of a transmission as it came, so that a person can see what a reading was made of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawLine {
    /// Which record of the message, from 1.
    pub number: u32,
    /// Its text, decoded.
    pub text: String,
}

/// One reportable result as the analyser stated it. Suspect messages, curves and raw signals are not readings: they are `flags` or
/// `details` of the reading they belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What was measured.
    pub kind: ReadingKind,
    /// The specimen's code as read by the device, trimmed.
    pub specimen: String,
    /// The analyser's code of the test.
    pub code: String,
    /// The value as sent, trimmed.
    pub sent: String,
    /// The unit as sent.
    pub unit: String,
    /// Flags and alarms as sent, in the device's order.
    pub flags: Vec<String>,
    /// When the device says it measured.
    pub stated_at: Option<Stated>,
    /// The line it was read from.
    pub line: RawLine,
    /// The patient's id as the device states it.
    pub patient: Option<String>,
    /// What else the device said of it: names and values, in the device's order.
    pub details: Vec<(String, String)>,
}
