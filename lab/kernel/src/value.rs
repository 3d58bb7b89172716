//! Values that cannot lie: what an analyser or a person gave as a result, with its kind, digits and comparator kept.
//!
//! A value is read once, at the door ([`Value::read`]), and never guessed: a text that could mean two things is a
//! [`ValueTrouble`], and the text as sent stays with its reading. Nothing here is a binary float.

mod coded;
mod not_measured;
mod number;
mod read;
mod semi_quantitative;
mod stored;
mod text;
mod titre;
mod trouble;

pub use coded::Coded;
pub use not_measured::{NotMeasured, NotMeasuredReason};
pub use number::{Comparator, Number, SIGNIFICANT_DIGITS_MAX};
pub use read::{DecimalMark, ValueKindExpected};
pub use semi_quantitative::Grade;
pub use text::{TEXT_CHARS_MAX, Text};
pub use titre::Titre;
pub use trouble::{ValueTrouble, ValueTroubleReason};

use crate::words::Lang;
use std::borrow::Cow;

/// One result's value.
///
/// Two values are equal when they say the same with the same digits: `4.0` and `4.00` are different statements.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A decimal with its comparator: `4.1`, `<0.1`.
    Number(Number),
    /// One of a test's codes: `POS`, `NONREACTIVE`, `A POS`.
    Coded(Coded),
    /// A step on the scale negative, trace, 1+ to 4+.
    SemiQuantitative(Grade),
    /// The last dilution that still reacts: `1:64`.
    Titre(Titre),
    /// Words.
    Text(Text),
    /// The device said that there is no result, and how it said so.
    NotMeasured(NotMeasured),
}

impl Value {
    /// The value as a person reads it: `<0.1`, `1:64`, `2+`, `not measured (dashes)`.
    pub fn words(&self, lang: Lang) -> Cow<'_, str> {
        match self {
            Self::Number(number) => number.to_string().into(),
            Self::Coded(coded) => coded.as_str().into(),
            Self::SemiQuantitative(grade) => grade.words(lang).into(),
            Self::Titre(titre) => titre.to_string().into(),
            Self::Text(text) => text.as_str().into(),
            Self::NotMeasured(not_measured) => not_measured.reason().words(lang).into(),
        }
    }

    /// The number, where the value is one.
    pub fn number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }
}
