//! Reading a CSV table of an edition: columns by name, troubles with file and line.

use kernel::Sex;
use std::collections::BTreeSet;
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
