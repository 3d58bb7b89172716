//! Where a device says that there is no result.

use super::{ValueKindExpected, ValueTroubleReason};
use crate::printable::is_printable;
use crate::words::Lang;

/// Characters of a mark or word that stands for "no result".
const MARK_CHARS_MAX: usize = 64;

/// Words that devices send for a failed measurement, upper case.
const ERROR_WORDS: [&str; 12] = [
    "ERROR",
    "ERR",
    "INVALID",
    "NO RESULT",
    "NORESULT",
    "N/A",
    "VALUENOTSET",
    "NOT MEASURED",
    "FAILED",
    "ABORTED",
    "CANCELLED",
    "CANCELED",
];
/// Words for a signal outside the measuring range, upper case; `HI` and `LO` are the glucose meter's.
const OUT_OF_RANGE_WORDS: [&str; 10] =
    ["HI", "LO", "HIGH", "LOW", "OVER", "UNDER", "OVER RANGE", "UNDER RANGE", "OVERRANGE", "OUT OF RANGE"];

/// Why there is no result, as far as the device's mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotMeasuredReason {
    /// Nothing was sent.
    Empty,
    /// `----`
    Dashes,
    /// `+++`, `>>>>`, `HI`: a signal beyond what the device measures.
    OutOfRange,
    /// `ERROR`, `****`: the measurement failed.
    Error,
}

impl NotMeasuredReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Empty, Self::Dashes, Self::OutOfRange, Self::Error];

    /// As a person reads it.
    pub const fn words(self, lang: Lang) -> &'static str {
        match lang {
            Lang::English => match self {
                Self::Empty => "not measured (nothing sent)",
                Self::Dashes => "not measured (dashes)",
                Self::OutOfRange => "not measured (out of range)",
                Self::Error => "not measured (device error)",
            },
        }
    }

    /// The letter in the stored form.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::Empty => 'e',
            Self::Dashes => 'd',
            Self::OutOfRange => 'r',
            Self::Error => 'x',
        }
    }
}

/// No result: why, and the text that said so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NotMeasured {
    reason: NotMeasuredReason,
    text: Box<str>,
}

impl NotMeasured {
    /// No result for a reason, with the mark as sent (at most 64 printable characters).
    pub fn new(reason: NotMeasuredReason, text: &str) -> Result<Self, ValueTroubleReason> {
        if text.chars().nth(MARK_CHARS_MAX).is_some() {
            Err(ValueTroubleReason::TooLong)
        } else if !text.chars().all(is_printable) {
            Err(ValueTroubleReason::HiddenCharacter)
        } else {
            Ok(Self { reason, text: text.into() })
        }
    }

    /// Why.
    pub const fn reason(&self) -> NotMeasuredReason {
        self.reason
    }

    /// The mark or word as sent, trimmed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Recognises the marks that mean "no result" where this kind of value is expected. `+++` is a grade on a strip and
    /// `LOW` may be a code, so the kind decides; a text result may say anything but nothing.
    pub fn recognise(sent: &str, expected: ValueKindExpected) -> Option<Self> {
        use ValueKindExpected as Kind;
        let text = sent.trim_matches(' ');
        if text.len() > MARK_CHARS_MAX {
            return None;
        }
        let all = |marks: &str| text.chars().all(|character| marks.contains(character));
        let word = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
        let reason = if text.is_empty() {
            NotMeasuredReason::Empty
        } else if all("-") && (text.len() > 1 || matches!(expected, Kind::Number | Kind::Titre)) {
            NotMeasuredReason::Dashes
        } else if matches!(expected, Kind::Number | Kind::Titre) && (all("+") || all("<") || all(">") || word(&OUT_OF_RANGE_WORDS)) {
            NotMeasuredReason::OutOfRange
        } else if expected != Kind::Text && (all("*") || all("#") || all("?") || word(&ERROR_WORDS)) {
            NotMeasuredReason::Error
        } else {
            return None;
        };
        Self::new(reason, text).ok()
    }
}
