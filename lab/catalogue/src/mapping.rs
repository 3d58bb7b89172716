//! What an instrument calls our tests: data, an edition per instrument, never in a driver.

use crate::table::{self, ContentTrouble, TableRow};
use crate::{Catalogue, MethodCode, TestCode};
use std::collections::HashMap;

/// The mapping of one instrument's codes to tests.
#[derive(Debug, Clone, Default)]
pub struct InstrumentMapping {
    codes: HashMap<String, Mapped>,
}

/// What a code stands for.
#[derive(Debug, Clone)]
struct Mapped {
    test: TestCode,
    method: Option<MethodCode>,
}

const COLUMNS: [&str; 4] = ["code", "test", "method", "source"];

impl InstrumentMapping {
    /// Reads a mapping file against the catalogue.
    pub fn read(file: &str, text: &str, catalogue: &Catalogue) -> Result<Self, Vec<ContentTrouble>> {
        let mut troubles = Vec::new();
        let mut codes = HashMap::new();
        for row in table::read(file, text, &COLUMNS, &mut troubles) {
            match read_row(&row, catalogue) {
                Ok((code, mapped)) => {
                    if codes.insert(code.clone(), mapped).is_some() {
                        troubles.push(row.trouble(format!("code {code} is mapped a second time")));
                    }
                }
                Err(trouble) => troubles.push(trouble),
            }
        }
        if troubles.is_empty() { Ok(Self { codes }) } else { Err(troubles) }
    }

    /// The test an instrument's code stands for.
    pub fn test(&self, code: &str) -> Option<&TestCode> {
        self.codes.get(code).map(|mapped| &mapped.test)
    }

    /// The method by which the instrument measures what it gives under this code, as far as that is said.
    pub fn method(&self, code: &str) -> Option<&MethodCode> {
        self.codes.get(code).and_then(|mapped| mapped.method.as_ref())
    }

    /// A code of the instrument that stands for this test: the smallest, so that the answer is always the same.
    pub fn code_for(&self, test: &TestCode) -> Option<&str> {
        self.codes.iter().filter(|(_, mapped)| mapped.test == *test).map(|(code, _)| code.as_str()).min()
    }
}

fn read_row(row: &TableRow<'_>, catalogue: &Catalogue) -> Result<(String, Mapped), ContentTrouble> {
    let code = row.filled("code").ok_or_else(|| row.trouble("the instrument's code is missing"))?;
    if row.cell("source").is_empty() {
        return Err(row.trouble("every mapping names its source"));
    }
    let test = TestCode::parse(row.cell("test")).filter(|test| catalogue.test(test).is_some());
    let test = test.ok_or_else(|| row.trouble(format!("test “{}” is not in the catalogue", row.cell("test"))))?;
    Ok((code, Mapped { test, method: catalogue.methods().of_row(row)? }))
}
