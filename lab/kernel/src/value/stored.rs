//! The frozen stored form of a value: short, unambiguous, never changed once released.
//!
//! | first character | what | example |
//! |---|---|---|
//! | digit or `-` | exact number, its digits as given | `13.20` |
//! | `<` `>` | censored number, `=` after the sign where it includes the bound | `<0.1`, `>=1280` |
//! | `c` | code | `cPOS` |
//! | `s` | semi-quantitative grade | `s2+`, `sneg`, `strace` |
//! | `t` | titre | `t1:64`, `t>=1:1280` |
//! | `x` | text | `xNo growth` |
//! | `n` | not measured: `e`mpty, `d`ashes, out of `r`ange, error (`x`), then the mark as sent | `nd----` |
//!
//! Each value has exactly one stored form; reading any other is a trouble.

use super::ValueTroubleReason as Reason;
use super::{Coded, Comparator, Grade, NotMeasured, NotMeasuredReason, Number, Text, Titre, Value, ValueTrouble};
use rust_decimal::Decimal;

impl Value {
    /// The stored form; see the table above. An exact number costs no more than its digits.
    pub fn to_stored(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Coded(coded) => format!("c{coded}"),
            Self::SemiQuantitative(grade) => format!("s{}", grade.sign()),
            Self::Titre(titre) => format!("t{titre}"),
            Self::Text(text) => format!("x{text}"),
            Self::NotMeasured(none) => format!("n{}{}", none.reason().letter(), none.text()),
        }
    }

    /// Reads the stored form back. A trouble means that the row was changed or damaged.
    pub fn from_stored(stored: &str) -> Result<Self, ValueTrouble> {
        read_stored(stored).ok_or_else(|| ValueTrouble::new(stored, None, Reason::NotAStoredForm))
    }
}

/// Reads a stored form; nothing but what [`Value::to_stored`] writes.
fn read_stored(stored: &str) -> Option<Value> {
    let mut characters = stored.chars();
    let kind = characters.next()?;
    let rest = characters.as_str();
    match kind {
        '0'..='9' | '-' | '<' | '>' => read_number(stored).map(Value::Number),
        'c' => Coded::new(rest).ok().filter(|coded| coded.as_str() == rest).map(Value::Coded),
        's' => Grade::ALL.into_iter().find(|grade| grade.sign() == rest).map(Value::SemiQuantitative),
        't' => Titre::read(rest).filter(|titre| titre.to_string() == rest).map(Value::Titre),
        'x' => Text::new(rest).ok().filter(|text| text.as_str() == rest).map(Value::Text),
        'n' => read_not_measured(rest).map(Value::NotMeasured),
        _ => None,
    }
}

/// Reads a number that has no blank, no superfluous sign or zero and a point as its mark.
fn read_number(stored: &str) -> Option<Number> {
    let (comparator, digits) = Comparator::split(stored);
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let canonical = match unsigned.as_bytes() {
        [b'0', b'0'..=b'9', ..] => false,
        [first, .., last] => first.is_ascii_digit() && last.is_ascii_digit(),
        [only] => only.is_ascii_digit(),
        [] => false,
    };
    // A computed number may have a 29th digit, so the door's limit does not apply; the length still has one.
    let plain = unsigned.len() <= 31 && unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let decimal = if canonical && plain { Decimal::from_str_exact(digits).ok()? } else { return None };
    let negative_zero = decimal.is_zero() && digits.starts_with('-');
    let unicode_sign = !stored.is_ascii();
    (!negative_zero && !unicode_sign).then(|| Number::new(comparator, decimal))
}

fn read_not_measured(rest: &str) -> Option<NotMeasured> {
    let mut characters = rest.chars();
    let letter = characters.next()?;
    let reason = NotMeasuredReason::ALL.into_iter().find(|reason| reason.letter() == letter)?;
    NotMeasured::new(reason, characters.as_str()).ok()
}
