//! What devices send for a unit.

use super::measure::{parse, unlikely_part};
use super::{UNIT_BYTES_MAX, Unit, UnitTrouble};
use crate::printable::excerpt;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Columns: as sent, UCUM code, source. No field holds a comma or a quote.
const TABLE: &str = include_str!("../unit_aliases.csv");

/// The table by what is sent, and its UCUM codes by themselves. Each code is one shared text, so that equal units are the same allocation
/// and the units of everyday traffic are looked up, not parsed.
static ALIASES: LazyLock<HashMap<&'static str, Unit>> = LazyLock::new(|| {
    let mut units: HashMap<&str, Unit> = rows().map(|[_, code, _]| (code, Unit(code.into()))).collect();
    let aliases: Vec<_> = rows().filter_map(|[sent, code, _]| Some((sent, units.get(code)?.clone()))).collect();
    units.extend(aliases);
    units
});

/// The rows of the table, without its heading.
fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    TABLE.lines().skip(1).filter_map(|line| {
        let mut fields = line.split(',');
        Some([fields.next()?, fields.next()?, fields.next()?])
    })
}

/// The shared text of a UCUM code that the table knows.
pub(super) fn shared(code: &str) -> Option<Unit> {
    ALIASES.get(code).filter(|unit| unit.as_str() == code).cloned()
}

/// A unit as a device sends it; see [`Unit::from_device`].
pub(super) fn from_device(sent: &str) -> Result<Unit, UnitTrouble> {
    let text = sent.trim_matches(' ');
    if text.is_empty() {
        return Err(UnitTrouble::Missing);
    }
    if text.len() > UNIT_BYTES_MAX {
        return Err(UnitTrouble::unknown(text));
    }
    let text = with_plain_micro(text);
    if let Some(unit) = ALIASES.get(text.as_ref()) {
        return Ok(unit.clone());
    }
    let (expression, _) = parse(&text)?;
    match unlikely_part(&expression) {
        Some(atom) => Err(UnitTrouble::Unlikely { sent: excerpt(&text), atom }),
        None => Ok(Unit(text.as_ref().into())),
    }
}

/// The micro sign U+00B5 and the Greek mu U+03BC are both UCUM's `u`.
fn with_plain_micro(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { text.into() } else { text.replace(['\u{b5}', '\u{3bc}'], "u").into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete_sorted_valid_and_needed() {
        let sent_all: Vec<_> = rows().map(|[sent, _, _]| sent).collect();
        assert_eq!(sent_all.len() + 1, TABLE.lines().count(), "a line without three fields");
        assert!(sent_all.is_sorted_by(|a, b| a < b), "sorted by bytes, no row twice");
        for [sent, code, source] in rows() {
            assert!(!source.is_empty(), "{sent} has no source");
            assert_ne!(sent, code, "no alias is needed for UCUM itself");
            assert!(sent_all.binary_search(&code).is_err(), "{code} stands on both sides of the table");
            let (expression, _) = parse(code).unwrap_or_else(|trouble| panic!("{sent}: {trouble}"));
            assert_eq!(unlikely_part(&expression), None, "{sent}");
            assert!(!sent.contains(['\u{b5}', '\u{3bc}']), "{sent}: micro signs are replaced before the look-up");
        }
    }

    #[test]
    fn equal_units_of_the_table_share_one_text() {
        let (one, other) = (from_device("K/uL").unwrap(), from_device("10^3/uL").unwrap());
        assert!(std::ptr::eq(one.as_str(), other.as_str()));
    }
}
