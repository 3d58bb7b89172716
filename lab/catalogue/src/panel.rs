//! Panels: tests that are asked for together by one code. Ordering one is ordering its tests.

use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use std::collections::BTreeMap;

/// A panel of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    /// Its code. Panels and tests share one set of codes: whoever types one means one thing.
    pub code: TestCode,
    /// The name people read.
    pub name: String,
    /// The bench that owns it.
    pub bench: String,
    /// Its tests, in the order in which they are reported.
    pub tests: Vec<TestCode>,
}

pub(crate) const COLUMNS: [&str; 5] = ["code", "name", "bench", "tests", "source"];

/// Reads `panels.csv` against the tests it speaks of.
pub(crate) fn read(text: &str, tests: &BTreeMap<TestCode, Test>, troubles: &mut Vec<ContentTrouble>) -> BTreeMap<TestCode, Panel> {
    let mut panels = BTreeMap::new();
    for row in table::read("panels.csv", text, &COLUMNS, troubles) {
        match read_row(&row, tests) {
            Ok(panel) => {
                let code = panel.code.clone();
                if panels.insert(code.clone(), panel).is_some() {
                    troubles.push(row.trouble(format!("panel {code} stands here a second time")));
                }
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    panels
}

fn read_row(row: &TableRow<'_>, tests: &BTreeMap<TestCode, Test>) -> Result<Panel, ContentTrouble> {
    let code = TestCode::parse(row.cell("code"))
        .ok_or_else(|| row.trouble(format!("“{}” is no code of a panel (1 to 16 of A-Z, 0-9, _)", row.cell("code"))))?;
    if tests.contains_key(&code) {
        return Err(row.trouble(format!("{code} is a test; a panel needs a code of its own")));
    }
    for column in ["name", "bench", "source"] {
        if row.cell(column).is_empty() {
            return Err(row.trouble(format!("panel {code} has no {column}")));
        }
    }
    let mut members = Vec::new();
    for name in row.cell("tests").split('|') {
        let test = TestCode::parse(name).filter(|test| tests.contains_key(test));
        let test = test.ok_or_else(|| row.trouble(format!("test “{name}” of panel {code} is not in tests.csv")))?;
        if members.contains(&test) {
            return Err(row.trouble(format!("test {test} of panel {code} stands here twice")));
        }
        members.push(test);
    }
    Ok(Panel { name: row.cell("name").to_owned(), bench: row.cell("bench").to_owned(), tests: members, code })
}
