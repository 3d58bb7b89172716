//! What changed from one edition to another, row by row: what a director reads before signing.

use crate::calculations::martin_hopkins;
use crate::files::{EditionFile, EditionFiles};
use crate::table::{self, ContentTrouble};
use crate::{allowable_error, choice, container_kind, edition, interference, intervals, limits, measuring_range, method, panel};
use crate::{policies, rejection_reason, test, test_container};
use std::collections::BTreeMap;
use std::fmt;

/// One row that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The file it stands in.
    pub file: EditionFile,
    /// What tells the row from the others of its file: a code, or test, sex, ages and conditions.
    pub row: String,
    /// How it differs.
    pub change: Change,
}

/// How a row differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is new, with these cells.
    Added(Vec<(String, String)>),
    /// It is gone, with these cells.
    Removed(Vec<(String, String)>),
    /// These cells changed.
    Changed(Vec<CellChange>),
}

/// A cell that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// Its column.
    pub column: String,
    /// What stood there; empty if nothing.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

/// As a list for people: `+`, `-` or `~`, the row, and what of it.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = |cells: &[(String, String)]| {
            let filled = cells.iter().filter(|(_, cell)| !cell.is_empty());
            filled.map(|(column, cell)| format!("{column} {cell}")).collect::<Vec<_>>().join("; ")
        };
        match &self.change {
            Change::Added(row) => write!(f, "+ {}: {}", self.row, cells(row)),
            Change::Removed(row) => write!(f, "- {}: {}", self.row, cells(row)),
            Change::Changed(changes) => {
                let shown = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
                let change = |change: &CellChange| format!("{} {} → {}", change.column, shown(&change.before), shown(&change.after));
                write!(f, "~ {}: {}", self.row, changes.iter().map(change).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

/// A row: what tells it from others, its number among those of the same name, and its other cells.
type Rows = BTreeMap<(String, usize), Vec<(String, String)>>;

/// Every row that is not the same in both, file by file. Cells are compared as they are written: 2.8 and 2.80 differ, because somebody wrote them so.
/// Refused, with the faults, where one of the files cannot be taken apart.
pub fn differences(before: &EditionFiles, after: &EditionFiles) -> Result<Vec<Difference>, Vec<ContentTrouble>> {
    let mut troubles = Vec::new();
    let mut found = Vec::new();
    for file in EditionFile::ALL {
        let [before, after] = [before, after].map(|files| rows(file, files.get(file).unwrap_or_default(), &mut troubles));
        compare(file, &before, &after, &mut found);
    }
    if troubles.is_empty() { Ok(found) } else { Err(troubles) }
}

fn rows(file: EditionFile, text: &str, troubles: &mut Vec<ContentTrouble>) -> Rows {
    if text.is_empty() {
        return Rows::new();
    }
    let (columns, keys) = match file {
        EditionFile::Edition => return heading(text, troubles),
        EditionFile::Containers => (&container_kind::COLUMNS[..], &["code"][..]),
        EditionFile::Tests => (&test::COLUMNS[..], &["code"][..]),
        EditionFile::TestContainers => (&test_container::COLUMNS[..], &["test", "container"][..]),
        EditionFile::Panels => (&panel::COLUMNS[..], &["code"][..]),
        EditionFile::Methods => (&method::COLUMNS[..], &["code"][..]),
        EditionFile::CriticalLimits => (&limits::critical::COLUMNS[..], &limits::KEYS[..]),
        EditionFile::AbsurdLimits => (&limits::absurd::COLUMNS[..], &limits::KEYS[..]),
        EditionFile::DeltaLimits => (&limits::delta::COLUMNS[..], &limits::delta::KEYS[..]),
        EditionFile::MeasuringRanges => (&measuring_range::COLUMNS[..], &measuring_range::KEYS[..]),
        EditionFile::InterferenceLimits => (&interference::COLUMNS[..], &interference::KEYS[..]),
        EditionFile::ReferenceIntervals => (&intervals::COLUMNS[..], &intervals::KEYS[..]),
        EditionFile::LdlFactors => (&martin_hopkins::COLUMNS[..], &["tg_min", "tg_max"][..]),
        EditionFile::RejectionReasons => (&rejection_reason::COLUMNS[..], &["code"][..]),
        EditionFile::AllowableErrors => (&allowable_error::COLUMNS[..], &["section", "analyte"][..]),
        EditionFile::CodedChoices => (&choice::COLUMNS[..], &["test", "choice"][..]),
        EditionFile::Policies => (&policies::COLUMNS[..], &["name"][..]),
    };
    let mut rows = Rows::new();
    for row in table::read(file.name(), text, columns, troubles) {
        let key: Vec<&str> = keys.iter().map(|column| row.cell(column)).filter(|cell| !cell.is_empty()).collect();
        let cells =
            columns.iter().filter(|column| !keys.contains(column)).map(|column| ((*column).to_owned(), row.cell(column).to_owned()));
        put(&mut rows, key.join(" "), cells.collect());
    }
    rows
}

/// The fields of `edition.toml`, as one row.
fn heading(text: &str, troubles: &mut Vec<ContentTrouble>) -> Rows {
    let mut rows = Rows::new();
    match edition::fields(text) {
        Ok(fields) => put(&mut rows, "edition".to_owned(), fields),
        Err(trouble) => troubles.push(trouble),
    }
    rows
}

/// Rows that nothing tells apart are counted, and compared in their order.
fn put(rows: &mut Rows, key: String, cells: Vec<(String, String)>) {
    let number = rows.range((key.clone(), 0)..=(key.clone(), usize::MAX)).count();
    rows.insert((key, number), cells);
}

fn compare(file: EditionFile, before: &Rows, after: &Rows, found: &mut Vec<Difference>) {
    let difference = |row: &str, change| Difference { file, row: row.to_owned(), change };
    for (key, old) in before {
        match after.get(key) {
            None => found.push(difference(&key.0, Change::Removed(old.clone()))),
            Some(new) if new != old => found.push(difference(&key.0, Change::Changed(changed(old, new)))),
            Some(_) => {}
        }
    }
    let new_rows = after.iter().filter(|(key, _)| !before.contains_key(*key));
    found.extend(new_rows.map(|(key, new)| difference(&key.0, Change::Added(new.clone()))));
}

fn changed(old: &[(String, String)], new: &[(String, String)]) -> Vec<CellChange> {
    let pairs = old.iter().zip(new).filter(|(old, new)| old != new);
    pairs
        .map(|((column, before), (_, after))| CellChange { column: column.clone(), before: before.clone(), after: after.clone() })
        .collect()
}
