//! The LOINC code of a test: that it is one, how far it was looked up, and that it says what the test measures.

mod property;

use crate::table::{ContentTrouble, TableRow};
use crate::test::TestCode;
use kernel::{Unit, ValueKindExpected};

/// How far the LOINC code of a test was looked up. What was not is to be, by the laboratory, before the test is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoincCheck {
    /// Its name stands in the public table.
    Name,
    /// Its component and unit do; the name was not seen.
    ComponentAndUnit,
    /// Nobody looked.
    Unverified,
}

impl LoincCheck {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "name-verified" => Some(Self::Name),
            "component+unit-verified" => Some(Self::ComponentAndUnit),
            "unverified" => Some(Self::Unverified),
            _ => None,
        }
    }
}

/// Reads the columns `loinc`, `loinc_name` and `loinc_check` of a test of this kind and unit.
pub(crate) fn read(
    row: &TableRow<'_>,
    code: &TestCode,
    kind: ValueKindExpected,
    unit: Option<&Unit>,
) -> Result<(Option<String>, LoincCheck), ContentTrouble> {
    let loinc = Some(row.cell("loinc")).filter(|loinc| !loinc.is_empty());
    if let Some(loinc) = loinc.filter(|loinc| !has_check_digit(loinc)) {
        return Err(row.trouble(format!("“{loinc}” of {code} is no LOINC code: its check digit does not fit")));
    }
    let check = LoincCheck::from_name(row.cell("loinc_check")).ok_or_else(|| {
        row.trouble(format!(
            "loinc_check of {code} must be name-verified, component+unit-verified or unverified, not “{}”",
            row.cell("loinc_check")
        ))
    })?;
    let name = row.cell("loinc_name");
    match (loinc, name, check) {
        (None, _, LoincCheck::Name | LoincCheck::ComponentAndUnit) => {
            Err(row.trouble(format!("{code} has no loinc, so loinc_check must be unverified")))
        }
        (None, "", LoincCheck::Unverified) => Ok((None, check)),
        (None, _, LoincCheck::Unverified) => Err(row.trouble(format!("{code} has a loinc_name and no loinc"))),
        (Some(_), "", LoincCheck::Name) => Err(row.trouble(format!("loinc_check of {code} is name-verified, and loinc_name is empty"))),
        (Some(loinc), "", _) => Ok((Some(loinc.to_owned()), check)),
        (Some(loinc), name, _) => {
            property::check(code, name, kind, unit).map_err(|what| row.trouble(what))?;
            Ok((Some(loinc.to_owned()), check))
        }
    }
}

/// LOINC's own check digit: from the right every other digit is doubled, and all digits add up, with the last, to a multiple of ten.
fn has_check_digit(code: &str) -> bool {
    let Some((number, check)) = code.split_once('-') else { return false };
    let digits: Option<Vec<u32>> = number.chars().rev().map(|digit| digit.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| (1..=8).contains(&digits.len())) else { return false };
    let sum: u32 =
        digits.iter().enumerate().map(|(place, digit)| if place % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { *digit }).sum();
    check.len() == 1 && check.parse() == Ok((10 - sum % 10) % 10)
}
