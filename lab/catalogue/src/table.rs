//! Reading a CSV table of an edition: columns by name, troubles with file and line.

use crate::test::{Test, TestCode};
use kernel::{Decimal, Lang, Sex, ValueKindExpected};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// A fault in a content file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {what}", if *line == 0 { String::new() } else { format!(", line {line}") })]
pub struct ContentTrouble {
    /// The file's name.
    pub file: String,
    /// The line, counted from 1; 0 where the whole file is meant.
    pub line: u64,
    /// What is wrong and what is expected.
    pub what: String,
}

/// Rows in one table; more is refused, so that a wrong file cannot fill the memory.
const ROWS_MAX: usize = 100_000;

/// One row. Rows share the names of their columns: a table has thousands of rows and a dozen columns.
pub(crate) struct TableRow<'a> {
    file: &'a str,
    /// The line in the file.
    pub(crate) line: u64,
    columns: Rc<[String]>,
    cells: csv::StringRecord,
}

impl TableRow<'_> {
    /// The cell of a column, trimmed; empty where the column is.
    pub(crate) fn cell(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|name| name == column);
        place.and_then(|place| self.cells.get(place)).unwrap_or_default()
    }

    /// The cell of a column, if something stands in it.
    pub(crate) fn filled(&self, column: &str) -> Option<String> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty()).map(str::to_owned)
    }

    /// The number in a column, if one stands in it.
    pub(crate) fn decimal(&self, column: &str) -> Result<Option<Decimal>, ContentTrouble> {
        let text = self.cell(column);
        let number = Some(text).filter(|text| !text.is_empty()).map(str::parse).transpose();
        number.map_err(|_| self.trouble(format!("{column} must be a decimal number, not “{text}”")))
    }

    /// The test that the column `test` names.
    pub(crate) fn test<'t>(&self, tests: &'t BTreeMap<TestCode, Test>) -> Result<&'t Test, ContentTrouble> {
        let test = TestCode::parse(self.cell("test")).and_then(|code| tests.get(&code));
        test.ok_or_else(|| self.trouble(format!("test “{}” is not in tests.csv", self.cell("test"))))
    }

    /// The same, where it must be a number.
    pub(crate) fn numeric_test<'t>(&self, tests: &'t BTreeMap<TestCode, Test>) -> Result<&'t Test, ContentTrouble> {
        let test = self.test(tests)?;
        let wrong = || self.trouble(format!("{} is reported as {}, not as a number", test.code, test.kind.words(Lang::English)));
        if test.kind == ValueKindExpected::Number { Ok(test) } else { Err(wrong()) }
    }

    /// The columns `low` and `high`: at least one of them, and in order.
    pub(crate) fn bounds(&self) -> Result<(Option<Decimal>, Option<Decimal>), ContentTrouble> {
        match (self.decimal("low")?, self.decimal("high")?) {
            (None, None) => Err(self.trouble("neither low nor high is given")),
            (Some(low), Some(high)) if low >= high => Err(self.trouble("low must be below high")),
            bounds => Ok(bounds),
        }
    }

    /// Nothing without the column `source`: who signs must see where it comes from.
    pub(crate) fn source(&self) -> Result<(), ContentTrouble> {
        if self.cell("source").is_empty() { Err(self.trouble("every row names its source")) } else { Ok(()) }
    }

    /// The column `sex`; `A` is both sexes.
    pub(crate) fn sex(&self) -> Result<Option<Sex>, ContentTrouble> {
        match self.cell("sex") {
            "A" => Ok(None),
            "F" => Ok(Some(Sex::Female)),
            "M" => Ok(Some(Sex::Male)),
            other => Err(self.trouble(format!("sex must be A, F or M, not “{other}”"))),
        }
    }

    /// A fault of this row.
    pub(crate) fn trouble(&self, what: impl Into<String>) -> ContentTrouble {
        ContentTrouble { file: self.file.to_owned(), line: self.line, what: what.into() }
    }
}

/// Reads a table whose header must name exactly these columns.
pub(crate) fn read<'a>(file: &'a str, text: &str, columns: &[&str], troubles: &mut Vec<ContentTrouble>) -> Vec<TableRow<'a>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let trouble = |line: u64, what: String| ContentTrouble { file: file.to_owned(), line, what };
    let header: Rc<[String]> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            troubles.push(trouble(1, error.to_string()));
            return Vec::new();
        }
    };
    if *header != *columns {
        troubles.push(trouble(1, format!("the header must be {}; it is {}", columns.join(","), header.join(","))));
        return Vec::new();
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        match record {
            Ok(_) if rows.len() == ROWS_MAX => {
                troubles.push(trouble(0, format!("more than {ROWS_MAX} rows")));
                break;
            }
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                rows.push(TableRow { file, line, columns: Rc::clone(&header), cells: record });
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                troubles.push(trouble(line, error.to_string()));
            }
        }
    }
    rows
}

/// What the first column of a table names, in sound rows and in faulty ones: whoever names it too has not made a second fault.
pub(crate) fn names(text: &str) -> BTreeSet<String> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
    let first = |record: csv::StringRecord| record.get(0).map(str::to_owned);
    reader.records().filter_map(Result::ok).take(ROWS_MAX).filter_map(first).collect()
}
