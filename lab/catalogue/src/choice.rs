//! What a person who types a coded result may choose from: the codes of a test, in the order in which they are offered.

use crate::limits::critical::{CriticalFinding, CriticalLimits};
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::value::Coded;
use kernel::{Lang, Value, ValueKindExpected};
use std::collections::BTreeMap;

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The code that is reported.
    pub code: Coded,
    /// What people read beside it, and may type as well.
    pub words: String,
}

impl Test {
    /// The choice that is normal: what an empty row of a worksheet may be filled with.
    pub fn normal_choice(&self) -> Option<String> {
        match self.kind {
            ValueKindExpected::Coded => {
                let is_normal = |choice: &&Choice| self.normal_findings.contains(&Value::Coded(choice.code.clone()));
                self.choices.iter().find(is_normal).map(|choice| choice.code.to_string())
            }
            ValueKindExpected::SemiQuantitative => self.normal_findings.first().map(|value| value.words(Lang::English).into_owned()),
            ValueKindExpected::Number | ValueKindExpected::Titre | ValueKindExpected::Text => None,
        }
    }
}

const FILE: &str = "coded_choices.csv";
pub(crate) const COLUMNS: [&str; 4] = ["test", "choice", "words", "source"];
/// Choices of one test; a list that nobody can look through helps nobody.
const CHOICES_MAX: usize = 100;

/// Reads `coded_choices.csv` into the tests it speaks of. A critical code that nobody could choose is a fault: it would never be found.
pub(crate) fn read(text: &str, tests: &mut BTreeMap<TestCode, Test>, critical: &CriticalLimits, troubles: &mut Vec<ContentTrouble>) {
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        if let Err(trouble) = read_row(&row, tests) {
            troubles.push(trouble);
        }
    }
    for test in tests.values().filter(|test| !test.choices.is_empty() && test.kind == ValueKindExpected::Coded) {
        for finding in critical.findings(&test.code) {
            if let CriticalFinding::Code(code) = finding
                && !test.choices.iter().any(|choice| choice.code == *code)
            {
                let what = format!("{code} of {} is critical and is not among its choices", test.code);
                troubles.push(ContentTrouble { file: FILE.to_owned(), line: 0, what });
            }
        }
    }
}

fn read_row(row: &TableRow<'_>, tests: &mut BTreeMap<TestCode, Test>) -> Result<(), ContentTrouble> {
    let test = row.test(tests)?.code.clone();
    row.source()?;
    let code = Coded::new(row.cell("choice")).map_err(|_| row.trouble(format!("“{}” is no code", row.cell("choice"))))?;
    if row.cell("words").is_empty() {
        return Err(row.trouble(format!("choice {code} of {test} has no words")));
    }
    let Some(test) = tests.get_mut(&test).filter(|test| !test.is_stand_in) else { return Ok(()) };
    if !matches!(test.kind, ValueKindExpected::Coded | ValueKindExpected::Text) {
        let kind = test.kind.words(Lang::English);
        return Err(row.trouble(format!("{} is reported as {kind}: only a code or a text has choices", test.code)));
    }
    let means = |choice: &Choice| [choice.code.as_str().to_lowercase(), choice.words.to_lowercase()];
    let choice = Choice { code, words: row.cell("words").to_owned() };
    if test.choices.iter().any(|other| means(other).iter().any(|spelling| means(&choice).contains(spelling))) {
        return Err(row.trouble(format!("choice {} of {} is spelt as another of its choices", choice.code, test.code)));
    }
    if test.choices.len() == CHOICES_MAX {
        return Err(row.trouble(format!("{} has more than {CHOICES_MAX} choices", test.code)));
    }
    test.choices.push(choice);
    Ok(())
}
