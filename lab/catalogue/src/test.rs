//! Tests: what can be ordered and reported.

use crate::table::{self, ContentTrouble, TableRow};
use kernel::{Substance, Unit};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The laboratory's own code of a test: 1 to 16 characters A-Z, 0-9 or `_`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestCode(Arc<str>);

impl TestCode {
    /// Reads a code at the door.
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        fits.then(|| Self(text.into()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TestCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One test of the catalogue.
#[derive(Debug, Clone)]
pub struct Test {
    /// The laboratory's code.
    pub code: TestCode,
    /// The name people read.
    pub name: String,
    /// The bench that owns it.
    pub bench: String,
    /// LOINC code (see the LOINC notice).
    pub loinc: String,
    /// What is to be drawn.
    pub specimen: String,
    /// Acceptable containers, best first.
    pub containers: Vec<String>,
    /// The unit results are reported in.
    pub unit: Unit,
    /// Digits after the decimal point on the report.
    pub decimals: u32,
    /// What conversion between kinds of unit may assume of the substance.
    pub substance: Substance,
}

const FILE: &str = "tests.csv";
const COLUMNS: [&str; 12] =
    ["code", "name", "bench", "loinc", "loinc_name", "specimen", "containers", "unit", "decimals", "result_type", "valence", "source"];

/// Reads `tests.csv`.
pub(crate) fn read(text: &str, troubles: &mut Vec<ContentTrouble>) -> BTreeMap<TestCode, Test> {
    let mut tests = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row) {
            Ok(test) => {
                let code = test.code.clone();
                if tests.insert(code.clone(), test).is_some() {
                    troubles.push(row.trouble(format!("test {code} stands here a second time")));
                }
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    tests
}

fn read_row(row: &TableRow<'_>) -> Result<Test, ContentTrouble> {
    let code = TestCode::parse(row.cell("code"))
        .ok_or_else(|| row.trouble(format!("“{}” is no test code (1 to 16 of A-Z, 0-9, _)", row.cell("code"))))?;
    for column in ["name", "bench", "loinc", "specimen", "containers", "source"] {
        if row.cell(column).is_empty() {
            return Err(row.trouble(format!("test {code} has no {column}")));
        }
    }
    if row.cell("result_type") != "NM" {
        return Err(row.trouble(format!("result type “{}” of {code} is not supported yet (NM, numeric, is)", row.cell("result_type"))));
    }
    let unit = Unit::ucum(row.cell("unit")).map_err(|trouble| row.trouble(format!("unit of {code}: {trouble}")))?;
    let decimals = row.cell("decimals").parse().ok().filter(|decimals| *decimals <= 6);
    let decimals = decimals.ok_or_else(|| row.trouble(format!("decimals of {code} must be 0 to 6, not “{}”", row.cell("decimals"))))?;
    let valence = match row.cell("valence") {
        "" => None,
        text => Some(text.parse().map_err(|_| row.trouble(format!("valence of {code} must be a small whole number, not “{text}”")))?),
    };
    Ok(Test {
        name: row.cell("name").to_owned(),
        bench: row.cell("bench").to_owned(),
        loinc: row.cell("loinc").to_owned(),
        specimen: row.cell("specimen").to_owned(),
        containers: row.cell("containers").split('|').map(str::to_owned).collect(),
        decimals,
        // A test reported in enzyme units measures an enzyme: its IU is the same unit under another name.
        substance: Substance { valence, enzyme: unit.as_str() == "U/L", ..Substance::default() },
        unit,
        code,
    })
}
