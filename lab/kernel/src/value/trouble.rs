//! Why a text is no value.

use super::ValueKindExpected;
use crate::printable::excerpt;
use crate::words::Lang;
use std::fmt;

/// A text that cannot be read as the value expected of it. Nothing was guessed; the text stays with its reading.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ValueTrouble {
    /// What stood there, at most 64 characters of it.
    pub sent: String,
    /// What was expected; `None` where a stored value was read back.
    pub expected: Option<ValueKindExpected>,
    /// What is wrong with it.
    pub reason: ValueTroubleReason,
}

impl ValueTrouble {
    pub(super) fn new(sent: &str, expected: Option<ValueKindExpected>, reason: ValueTroubleReason) -> Self {
        Self { sent: excerpt(sent), expected, reason }
    }
}

impl fmt::Display for ValueTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = self.expected.map_or("a stored value", |kind| kind.words(Lang::English));
        write!(f, "{:?} cannot be read as {expected}: {}", self.sent, self.reason.words(Lang::English))
    }
}

/// What is wrong with a text that should be a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueTroubleReason {
    /// Nothing where something is needed.
    Empty,
    /// More characters than the kind allows.
    TooLong,
    /// A control character, such as NUL, or one that cannot be seen.
    HiddenCharacter,
    /// Letters or digits outside ASCII in a number.
    NotAscii,
    /// A comma where the link says point, a point where it says comma, or digits in groups.
    WrongDecimalMark,
    /// An exponent, as in `1e5`.
    Exponent,
    /// More than 28 significant digits or decimals.
    TooManyDigits,
    /// A number that ends in its decimal mark: digits may have been cut off.
    CutOff,
    /// Not a number.
    NotANumber,
    /// No step of the scale negative, trace, 1+ to 4+.
    NotAGrade,
    /// Not of the form `1:64`.
    NotATitre,
    /// No letter or digit in it, so that it may be a code or a mark for "no result".
    NotACode,
    /// Not a form that this system writes.
    NotAStoredForm,
}

impl ValueTroubleReason {
    /// Every reason.
    pub const ALL: [Self; 13] = [
        Self::Empty,
        Self::TooLong,
        Self::HiddenCharacter,
        Self::NotAscii,
        Self::WrongDecimalMark,
        Self::Exponent,
        Self::TooManyDigits,
        Self::CutOff,
        Self::NotANumber,
        Self::NotAGrade,
        Self::NotATitre,
        Self::NotACode,
        Self::NotAStoredForm,
    ];

    /// What is wrong and what to do next.
    pub const fn words(self, lang: Lang) -> &'static str {
        match lang {
            Lang::English => match self {
                Self::Empty => "nothing is there; give a text",
                Self::TooLong => "it is too long; check that the driver reads the right field",
                Self::HiddenCharacter => "it holds a control or invisible character; check the link's character set",
                Self::NotAscii => "it holds characters that are no ASCII digits; check the link's character set or map them in the driver",
                Self::WrongDecimalMark => "its decimal mark is not the link's; set the link's decimal mark, digits are never grouped",
                Self::Exponent => "it has an exponent; map it to plain digits in the driver",
                Self::TooManyDigits => "it has more than 28 digits; nothing is rounded on reading",
                Self::CutOff => "it ends in its decimal mark, so digits may be missing; look at the transmission",
                Self::NotANumber => "it is not a number; check the expected kind of this test's value or map the text in the driver",
                Self::NotAGrade => "it is none of negative, trace, 1+ to 4+; map it in the driver",
                Self::NotATitre => "it is not a titre like 1:64; map it in the driver",
                Self::NotACode => "it has no letter or digit and may mean a code or no result; map it in the driver",
                Self::NotAStoredForm => "this system does not write such a form; the row was changed or damaged",
            },
        }
    }
}
