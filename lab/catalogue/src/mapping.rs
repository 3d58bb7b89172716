//! What an instrument calls our tests: data, an edition per instrument, never in a driver.

use crate::table::{self, ContentTrouble};
use crate::{Catalogue, TestCode};
use std::collections::HashMap;

/// The mapping of one instrument's codes to tests.
#[derive(Debug, Clone, Default)]
pub struct InstrumentMapping {
    tests: HashMap<String, TestCode>,
}

const COLUMNS: [&str; 3] = ["code", "test", "source"];

impl InstrumentMapping {
    /// Reads a mapping file against the catalogue.
    pub fn read(file: &str, text: &str, catalogue: &Catalogue) -> Result<Self, Vec<ContentTrouble>> {
        let mut troubles = Vec::new();
        let mut tests = HashMap::new();
        for row in table::read(file, text, &COLUMNS, &mut troubles) {
            let code = row.cell("code");
            let test = TestCode::parse(row.cell("test")).filter(|test| catalogue.test(test).is_some());
            match test {
                _ if code.is_empty() => troubles.push(row.trouble("the instrument's code is missing")),
                _ if row.cell("source").is_empty() => troubles.push(row.trouble("every mapping names its source")),
                None => troubles.push(row.trouble(format!("test “{}” is not in the catalogue", row.cell("test")))),
                Some(test) => {
                    if tests.insert(code.to_owned(), test).is_some() {
                        troubles.push(row.trouble(format!("code {code} is mapped a second time")));
                    }
                }
            }
        }
        if troubles.is_empty() { Ok(Self { tests }) } else { Err(troubles) }
    }

    /// The test an instrument's code stands for.
    pub fn test(&self, code: &str) -> Option<&TestCode> {
        self.tests.get(code)
    }

    /// A code of the instrument that stands for this test: the smallest, so that the answer is always the same.
    pub fn code_for(&self, test: &TestCode) -> Option<&str> {
        self.tests.iter().filter(|(_, mapped)| *mapped == test).map(|(code, _)| code.as_str()).min()
    }
}
