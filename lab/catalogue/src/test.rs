//! Tests: what can be ordered and reported.

use crate::choice::Choice;
use crate::container_kind::ContainerKindCode;
use crate::loinc::{self, LoincCheck};
use crate::normal_finding;
use crate::table::{self, ContentTrouble, TableRow};
use crate::test_container::TestContainer;
use kernel::{Substance, Unit, Value, ValueKindExpected};
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
    /// LOINC code (see the LOINC notice); none where nobody found the right one.
    pub loinc: Option<String>,
    /// How far the code was looked up.
    pub loinc_check: LoincCheck,
    /// What is to be drawn.
    pub specimen: String,
    /// The containers it accepts, best first.
    pub containers: Vec<TestContainer>,
    /// What a result of it is: a number, a code, a grade, a titre or words.
    pub kind: ValueKindExpected,
    /// The unit results are reported in; a number has one.
    pub unit: Option<Unit>,
    /// Digits after the decimal point on the report; 0 where it is no number.
    pub decimals: u32,
    /// What conversion between kinds of unit may assume of the substance.
    pub substance: Substance,
    /// The findings that are normal; empty where none is flagged.
    pub(crate) normal_findings: Vec<Value>,
    /// What a person who types a result may choose from, in this order; a text may say something else.
    pub choices: Vec<Choice>,
    /// Its row has a fault: it stands here while the other files are read, so that a row that names it is not told as well. No edition has one.
    pub(crate) is_stand_in: bool,
}

impl Test {
    /// What it needs of this container, if it accepts it.
    pub fn in_container(&self, container: &ContainerKindCode) -> Option<&TestContainer> {
        self.containers.iter().find(|accepted| accepted.container == *container)
    }

    fn stand_in(code: TestCode) -> Self {
        Self {
            code,
            name: String::new(),
            bench: String::new(),
            loinc: None,
            loinc_check: LoincCheck::Unverified,
            specimen: String::new(),
            containers: Vec::new(),
            kind: ValueKindExpected::Number,
            unit: None,
            decimals: DECIMALS_MAX,
            substance: Substance::default(),
            normal_findings: Vec::new(),
            choices: Vec::new(),
            is_stand_in: true,
        }
    }
}

const FILE: &str = "tests.csv";
/// Digits after the decimal point.
const DECIMALS_MAX: u32 = 6;
pub(crate) const COLUMNS: [&str; 14] = [
    "code",
    "name",
    "bench",
    "loinc",
    "loinc_name",
    "loinc_check",
    "specimen",
    "unit",
    "decimals",
    "kind",
    "valence",
    "normal",
    "note",
    "source",
];

/// Reads `tests.csv`. Their containers are read later; a test with a fault has a stand-in.
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
    for code in table::names(text).iter().filter_map(|name| TestCode::parse(name)) {
        tests.entry(code.clone()).or_insert_with(|| Test::stand_in(code));
    }
    tests
}

fn read_row(row: &TableRow<'_>) -> Result<Test, ContentTrouble> {
    let code = TestCode::parse(row.cell("code"))
        .ok_or_else(|| row.trouble(format!("“{}” is no test code (1 to 16 of A-Z, 0-9, _)", row.cell("code"))))?;
    for column in ["name", "bench", "specimen", "source"] {
        if row.cell(column).is_empty() {
            return Err(row.trouble(format!("test {code} has no {column}")));
        }
    }
    let kind = kind(row.cell("kind"))
        .ok_or_else(|| row.trouble(format!("kind of {code} must be number, coded, grade, titre or text, not “{}”", row.cell("kind"))))?;
    let unit = unit(row, &code, kind)?;
    let (loinc, loinc_check) = loinc::read(row, &code, kind, unit.as_ref())?;
    Ok(Test {
        name: row.cell("name").to_owned(),
        bench: row.cell("bench").to_owned(),
        loinc,
        loinc_check,
        specimen: row.cell("specimen").to_owned(),
        containers: Vec::new(),
        kind,
        decimals: decimals(row, &code, kind)?,
        // A test reported in enzyme units measures an enzyme: its IU is the same unit under another name.
        substance: Substance {
            valence: valence(row, &code)?,
            enzyme: unit.as_ref().is_some_and(|unit| unit.as_str() == "U/L"),
            arbitrary: unit.as_ref().is_some_and(|unit| unit.as_str().starts_with("[arb'U]/")),
            ..Substance::default()
        },
        normal_findings: normal_finding::read(row, &code, kind)?,
        choices: Vec::new(),
        is_stand_in: false,
        unit,
        code,
    })
}

fn kind(name: &str) -> Option<ValueKindExpected> {
    Some(match name {
        "number" => ValueKindExpected::Number,
        "coded" => ValueKindExpected::Coded,
        "grade" => ValueKindExpected::SemiQuantitative,
        "titre" => ValueKindExpected::Titre,
        "text" => ValueKindExpected::Text,
        _ => return None,
    })
}

fn unit(row: &TableRow<'_>, code: &TestCode, kind: ValueKindExpected) -> Result<Option<Unit>, ContentTrouble> {
    match (row.cell("unit"), kind) {
        ("", ValueKindExpected::Number) => Err(row.trouble(format!("{code} is a number and has no unit"))),
        ("", _) => Ok(None),
        (text, _) => Unit::ucum(text).map(Some).map_err(|trouble| row.trouble(format!("unit of {code}: {trouble}"))),
    }
}

fn decimals(row: &TableRow<'_>, code: &TestCode, kind: ValueKindExpected) -> Result<u32, ContentTrouble> {
    let text = row.cell("decimals");
    match kind {
        ValueKindExpected::Number => {
            let decimals = text.parse().ok().filter(|decimals| *decimals <= DECIMALS_MAX);
            decimals.ok_or_else(|| row.trouble(format!("decimals of {code} must be 0 to {DECIMALS_MAX}, not “{text}”")))
        }
        _ if text.is_empty() => Ok(0),
        _ => Err(row.trouble(format!("{code} is no number and has decimals"))),
    }
}

fn valence(row: &TableRow<'_>, code: &TestCode) -> Result<Option<u8>, ContentTrouble> {
    match row.cell("valence") {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| row.trouble(format!("valence of {code} must be a small whole number, not “{text}”"))),
    }
}
