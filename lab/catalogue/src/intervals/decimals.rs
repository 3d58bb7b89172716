//! With how many decimals tests are reported that have intervals before the catalogue holds them. It goes once `tests.csv` holds every
//! test.

use crate::table::{self, ContentTrouble};
use crate::test::TestCode;
use std::collections::BTreeMap;

const COLUMNS: [&str; 3] = ["test", "decimals", "source"];
/// More decimals are a slip.
const DECIMALS_MAX: u32 = 6;

/// Decimals by test.
#[derive(Debug, Clone, Default)]
pub struct ReportedDecimals(BTreeMap<TestCode, u32>);

impl ReportedDecimals {
    /// Reads the table.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<ContentTrouble>> {
        let (mut troubles, mut decimals) = (Vec::new(), BTreeMap::new());
        for row in table::read(file, text, &COLUMNS, &mut troubles) {
            let (test, count) =
                (TestCode::parse(row.cell("test")), row.cell("decimals").parse().ok().filter(|count| *count <= DECIMALS_MAX));
            match test.zip(count) {
                None => troubles.push(row.trouble(format!("a test code and 0 to {DECIMALS_MAX} decimals are needed"))),
                Some((test, count)) => {
                    if decimals.insert(test, count).is_some() {
                        troubles.push(row.trouble(format!("test {} stands here a second time", row.cell("test"))));
                    }
                }
            }
        }
        if troubles.is_empty() { Ok(Self(decimals)) } else { Err(troubles) }
    }

    /// The decimals of a test.
    pub fn of(&self, test: &TestCode) -> Option<u32> {
        self.0.get(test).copied()
    }
}
