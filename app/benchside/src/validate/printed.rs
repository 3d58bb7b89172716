//! Expectations as they are printed: a number keeps its digits, because they say how closely it is to be met.

use kernel::Decimal;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A JSON value with the digits of its numbers.
#[derive(Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Printed),
    Text(String),
    Object(Fields),
    List,
}

/// The fields of a JSON object.
pub(super) type Fields = BTreeMap<String, Box<RawValue>>;

impl Json {
    /// Takes a value apart; a number that is no decimal of 28 digits is refused.
    pub(super) fn read(raw: &RawValue) -> Result<Self, String> {
        let text = raw.get();
        let trouble = |error: serde_json::Error| format!("{text}: {error}");
        match text.bytes().next() {
            Some(b'n') => Ok(Self::Null),
            Some(b't') => Ok(Self::Bool(true)),
            Some(b'f') => Ok(Self::Bool(false)),
            Some(b'"') => serde_json::from_str(text).map(Self::Text).map_err(trouble),
            Some(b'{') => serde_json::from_str(text).map(Self::Object).map_err(trouble),
            Some(b'[') => Ok(Self::List),
            _ => Printed::read(text).map(Self::Number).ok_or_else(|| format!("{text} is no decimal of at most 28 digits")),
        }
    }
}

/// A number as printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Printed {
    pub(super) value: Decimal,
}

impl Printed {
    /// Reads `4.10` or `1e-7`, exactly.
    pub(super) fn read(text: &str) -> Option<Self> {
        let value = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()?;
        Some(Self { value })
    }

    /// Whether a number agrees with the digits printed: it lies within half a unit of the last one.
    pub(super) fn agrees_with(&self, found: Decimal) -> bool {
        let half_a_unit = Decimal::try_new(5, self.value.scale().saturating_add(1)).unwrap_or(Decimal::ZERO);
        self.is_within(half_a_unit, found)
    }

    /// Whether a number lies within so much of this one.
    pub(super) fn is_within(&self, tolerance: Decimal, found: Decimal) -> bool {
        self.value.checked_sub(found).is_some_and(|apart| apart.abs() <= tolerance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_printed_say_how_close_a_number_must_come() {
        let met = |printed: &str, found: &str| Printed::read(printed).unwrap().agrees_with(found.parse().unwrap());
        assert!(met("6.5714", "6.571428571428"));
        assert!(!met("6.5714", "6.5715"), "more than half of 0.0001 away");
        assert!(met("4.0", "4.05") && !met("4.0", "4.06"));
        assert!(met("4", "4.4") && !met("4.00", "4.4"), "4 and 4.00 are different statements");
        assert!(met("-1.5", "-1.5") && !met("-1.5", "1.5"));
        assert!(met("1e-3", "0.001") && !met("1e-3", "0.002"));
    }

    #[test]
    fn a_number_of_json_is_read_with_its_digits_or_refused() {
        let read = |text: &str| Json::read(&serde_json::from_str::<Box<RawValue>>(text).unwrap());
        assert!(matches!(read("4.10"), Ok(Json::Number(number)) if number.value.to_string() == "4.10"));
        assert!(matches!(read("null"), Ok(Json::Null)));
        assert!(matches!(read("\"<3\""), Ok(Json::Text(text)) if text == "<3"));
        assert!(read("1e99").is_err());
    }
}
