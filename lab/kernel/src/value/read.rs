//! From the text an analyser sent to a value.

use super::{Coded, Grade, NotMeasured, Number, Text, Titre, Value, ValueTrouble, ValueTroubleReason as Reason};
use crate::words::Lang;

/// What kind of value a test gives; the catalogue says it, the text never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueKindExpected {
    /// A decimal, perhaps with a comparator.
    Number,
    /// A code.
    Coded,
    /// Negative, trace, 1+ to 4+.
    SemiQuantitative,
    /// `1:64`.
    Titre,
    /// Words.
    Text,
}

impl ValueKindExpected {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Number, Self::Coded, Self::SemiQuantitative, Self::Titre, Self::Text];

    /// As a person reads it.
    pub const fn words(self, lang: Lang) -> &'static str {
        match lang {
            Lang::English => match self {
                Self::Number => "a number",
                Self::Coded => "a code",
                Self::SemiQuantitative => "a grade",
                Self::Titre => "a titre",
                Self::Text => "a text",
            },
        }
    }
}

/// Which mark a link's numbers have; French and German sites often send a comma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DecimalMark {
    /// `7.41`
    #[default]
    Point,
    /// `7,41`
    Comma,
}

impl DecimalMark {
    /// The mark's byte.
    const fn byte(self) -> u8 {
        match self {
            Self::Point => b'.',
            Self::Comma => b',',
        }
    }
}

impl Value {
    /// Reads what an analyser sent, blanks around it aside, as the kind of value its test gives. A mark for "no result" is
    /// [`Value::NotMeasured`]; what is not certain is a trouble.
    /// ```
    /// use kernel::value::{DecimalMark, Value, ValueKindExpected};
    /// let read = |sent| Value::read(sent, ValueKindExpected::Number, DecimalMark::Point);
    /// assert_eq!(read(" > 15000.00 ").unwrap().to_stored(), ">15000.00");
    /// assert!(matches!(read("----"), Ok(Value::NotMeasured(_))));
    /// assert!(read("1,234").is_err());
    /// ```
    pub fn read(sent: &str, expected: ValueKindExpected, mark: DecimalMark) -> Result<Self, ValueTrouble> {
        let text = sent.trim_matches(' ');
        let read = match expected {
            // Numbers first: they are nearly all of the traffic, and no mark reads as one.
            ValueKindExpected::Number => Number::read(text, mark.byte()).map(Self::Number),
            ValueKindExpected::Titre => Titre::read(text).map(Self::Titre).ok_or(Reason::NotATitre),
            ValueKindExpected::SemiQuantitative => Grade::read(text).map(Self::SemiQuantitative).ok_or(Reason::NotAGrade),
            ValueKindExpected::Coded => no_mark(text, expected).and_then(Coded::new).map(Self::Coded),
            ValueKindExpected::Text => no_mark(text, expected).and_then(Text::new).map(Self::Text),
        };
        read.or_else(|reason| match NotMeasured::recognise(text, expected) {
            Some(not_measured) => Ok(Self::NotMeasured(not_measured)),
            None => Err(ValueTrouble::new(text, Some(expected), reason)),
        })
    }
}

/// Lets a text pass that is no mark for "no result"; the caller then recognises the mark that did not pass.
fn no_mark(text: &str, expected: ValueKindExpected) -> Result<&str, Reason> {
    if NotMeasured::recognise(text, expected).is_some() { Err(Reason::NotACode) } else { Ok(text) }
}
