//! From what a person typed to a value of its test. What is no value is refused with the reason, at once and in words: whoever typed it is there.

use crate::measure::measure;
use catalogue::{Choice, Test};
use kernel::{DecimalMark, Lang, RawLine, Reading, ReadingKind, Value, ValueKindExpected};
use workflow::{Because, Measured};

/// Characters of what is typed for a result that is no text.
const TYPED_CHARS_MAX: usize = 64;

/// Why what was typed is not taken; shown beside the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypedTrouble {
    /// Nothing was typed.
    #[error("nothing is typed")]
    Empty,
    /// More than a value has.
    #[error("{found} characters are more than a value has ({TYPED_CHARS_MAX})")]
    TooLong {
        /// How many.
        found: usize,
    },
    /// It is a mark that says that nothing was measured.
    #[error("“{typed}” says that nothing was measured: leave it open, or cancel the examination on the order's page")]
    NotMeasured {
        /// What was typed.
        typed: String,
    },
    /// It is no value of the kind the test gives.
    #[error("{words}")]
    NotAValue {
        /// Why not.
        words: String,
    },
    /// The catalogue has no such choice.
    #[error("“{typed}” is none of {}", .choices.join(", "))]
    NotAChoice {
        /// What was typed.
        typed: String,
        /// The choices.
        choices: Vec<String>,
    },
    /// What was typed begins several choices.
    #[error("“{typed}” may be {}: type more", .choices.join(" or "))]
    SeveralChoices {
        /// What was typed.
        typed: String,
        /// The choices it begins.
        choices: Vec<String>,
    },
    /// The catalogue says nothing of what the test may find.
    #[error("the catalogue lists no choices for {test}: add them to coded_choices.csv of the next edition")]
    NoChoices {
        /// The test.
        test: String,
    },
}

/// Reads what a person typed for a test. A number may be followed by its unit; without one it is in the catalogue's.
pub fn measure_typed(typed: &str, test: &Test, mark: DecimalMark) -> Result<Measured, TypedTrouble> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(TypedTrouble::Empty);
    }
    let found = text.chars().count();
    if test.kind != ValueKindExpected::Text && found > TYPED_CHARS_MAX {
        return Err(TypedTrouble::TooLong { found });
    }
    match test.kind {
        ValueKindExpected::Number => number(text, test, mark),
        ValueKindExpected::Coded => choice(text, test).map(|choice| stated(text, Value::Coded(choice.code.clone()), test)),
        ValueKindExpected::SemiQuantitative => value(grade_spelt_out(text), text, test),
        ValueKindExpected::Titre | ValueKindExpected::Text => value(text, text, test),
    }
}

fn number(text: &str, test: &Test, mark: DecimalMark) -> Result<Measured, TypedTrouble> {
    let (sent, unit) = number_and_unit(text);
    let catalogues = || test.unit.as_ref().map_or_else(String::new, ToString::to_string);
    let measured = measure(&reading(sent, &unit.map_or_else(catalogues, str::to_owned), test), test, mark);
    match &measured.value {
        Ok(Value::Number(_)) => Ok(measured),
        Ok(_) => Err(TypedTrouble::NotMeasured { typed: text.to_owned() }),
        Err(Because::NotAValue { trouble, .. }) => Err(TypedTrouble::NotAValue { words: trouble.clone() }),
        Err(because) => Err(TypedTrouble::NotAValue { words: because.words(Lang::English) }),
    }
}

/// The unit begins behind the first blank that follows a digit.
fn number_and_unit(text: &str) -> (&str, Option<&str>) {
    let blank = text.bytes().zip(text.bytes().skip(1)).position(|(before, byte)| before.is_ascii_digit() && byte == b' ');
    match blank.and_then(|at| text.split_at_checked(at + 1)) {
        Some((number, unit)) => (number, Some(unit.trim())),
        None => (text, None),
    }
}

/// What was typed, in the form in which every value is measured.
fn reading(sent: &str, unit: &str, test: &Test) -> Reading {
    Reading {
        kind: ReadingKind::Patient,
        specimen: String::new(),
        code: test.code.to_string(),
        sent: sent.to_owned(),
        unit: unit.to_owned(),
        flags: Vec::new(),
        stated_at: None,
        line: RawLine::default(),
        patient: None,
        details: Vec::new(),
    }
}

fn value(text: &str, typed: &str, test: &Test) -> Result<Measured, TypedTrouble> {
    match Value::read(text, test.kind, DecimalMark::Point) {
        Ok(Value::NotMeasured(_)) => Err(TypedTrouble::NotMeasured { typed: typed.to_owned() }),
        Ok(value) => Ok(stated(typed, value, test)),
        Err(trouble) => Err(TypedTrouble::NotAValue { words: trouble.to_string() }),
    }
}

/// A value that is no number: as it was typed, and as it is printed.
fn stated(typed: &str, value: Value, test: &Test) -> Measured {
    let unit = test.unit.as_ref().map_or_else(String::new, ToString::to_string);
    let reported = value.words(Lang::English).into_owned();
    Measured { sent: typed.to_owned(), sent_unit: unit.clone(), value: Ok(value), reported, unit, flags: Vec::new(), entered: None }
}

/// The choice that was meant: by its code or its words, whole or as far as only one of them begins so.
fn choice<'t>(text: &str, test: &'t Test) -> Result<&'t Choice, TypedTrouble> {
    if test.choices.is_empty() {
        return Err(TypedTrouble::NoChoices { test: test.code.to_string() });
    }
    let folded = text.to_lowercase();
    let spellings = |choice: &Choice| [choice.code.as_str().to_lowercase(), choice.words.to_lowercase()];
    if let Some(whole) = test.choices.iter().find(|choice| spellings(choice).contains(&folded)) {
        return Ok(whole);
    }
    let begun: Vec<&Choice> =
        test.choices.iter().filter(|choice| spellings(choice).iter().any(|spelling| spelling.starts_with(&folded))).collect();
    let named = |choices: &[&Choice]| choices.iter().map(|choice| choice.code.to_string()).collect();
    match begun.as_slice() {
        [one] => Ok(one),
        [] => Err(TypedTrouble::NotAChoice { typed: text.to_owned(), choices: named(&test.choices.iter().collect::<Vec<_>>()) }),
        several => Err(TypedTrouble::SeveralChoices { typed: text.to_owned(), choices: named(several) }),
    }
}

/// One key for a grade: `2` is 2+, `n` negative, `t` trace.
fn grade_spelt_out(text: &str) -> &str {
    match text {
        "1" => "1+",
        "2" => "2+",
        "3" => "3+",
        "4" => "4+",
        "n" | "N" => "neg",
        "t" | "T" => "trace",
        other => other,
    }
}
