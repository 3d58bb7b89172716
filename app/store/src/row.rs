//! What a statement hands back, and what is said of a row that makes no sense.

use crate::audit::image::CellRef;
use crate::session::Cell as Given;
use kernel::Timestamp;
use std::fmt::{self, Display};
use std::sync::Arc;

/// A row that makes no sense: it is quarantined and reported, never guessed at.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("table {table}, column {column}, row {id}: {what}; the row is in quarantine, the other rows are not affected")]
pub struct Inconsistent {
    /// The table.
    pub table: String,
    /// The column that makes no sense.
    pub column: String,
    /// Which row: its id in words.
    pub id: String,
    /// What is wrong with it.
    pub what: String,
}

/// What all rows of one statement share.
#[derive(Debug, Default)]
pub(crate) struct Heading {
    /// The first table named after FROM: the one whose rows these are.
    pub(crate) table: String,
    pub(crate) columns: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum Cell {
    Null,
    Int(i64),
    Text {
        start: u32,
        end: u32,
    },
    Blob {
        start: u32,
        end: u32,
    },
    /// A type no column of ours has; the statement lacks a CAST.
    Foreign(&'static str),
}

/// One row, its texts and bytes each in one piece. By convention column 0 is the row's id.
#[derive(Debug, Clone)]
pub struct Row {
    heading: Arc<Heading>,
    cells: Vec<Cell>,
    text: String,
    blob: Vec<u8>,
}

impl Row {
    pub(crate) fn new(heading: &Arc<Heading>, text_bytes: usize, blob_bytes: usize) -> Self {
        Self {
            heading: Arc::clone(heading),
            cells: Vec::with_capacity(heading.columns.len()),
            text: String::with_capacity(text_bytes),
            blob: Vec::with_capacity(blob_bytes),
        }
    }
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.text.len(), self.blob.len())
    }
    pub(crate) fn push(&mut self, given: Given<'_>) {
        self.cells.push(match given {
            Ok(CellRef::Null) => Cell::Null,
            Ok(CellRef::Int(value)) => Cell::Int(value),
            Ok(CellRef::Text(value)) => {
                let start = position(self.text.len());
                self.text.push_str(value);
                Cell::Text { start, end: position(self.text.len()) }
            }
            Ok(CellRef::Blob(value)) => {
                let start = position(self.blob.len());
                self.blob.extend_from_slice(value);
                Cell::Blob { start, end: position(self.blob.len()) }
            }
            Err(kind) => Cell::Foreign(kind),
        });
    }

    /// The value of a column; `None` if there is no such column, or its type is none of ours.
    pub(crate) fn cell(&self, index: usize) -> Option<CellRef<'_>> {
        match self.cells.get(index)? {
            Cell::Null => Some(CellRef::Null),
            Cell::Int(value) => Some(CellRef::Int(*value)),
            Cell::Text { start, end } => self.text.get(*start as usize..*end as usize).map(CellRef::Text),
            Cell::Blob { start, end } => self.blob.get(*start as usize..*end as usize).map(CellRef::Blob),
            Cell::Foreign(_) => None,
        }
    }
    /// The table whose rows these are and its columns, in the statement's order.
    pub(crate) fn heading(&self) -> (&str, &[String]) {
        (&self.heading.table, &self.heading.columns)
    }

    /// A whole number.
    pub fn int(&self, index: usize) -> Result<i64, Inconsistent> {
        self.optional_int(index)?.ok_or_else(|| self.inconsistent(index, "is null"))
    }
    /// A text.
    pub fn text(&self, index: usize) -> Result<&str, Inconsistent> {
        self.optional_text(index)?.ok_or_else(|| self.inconsistent(index, "is null"))
    }
    /// Bytes.
    pub fn blob(&self, index: usize) -> Result<&[u8], Inconsistent> {
        self.optional_blob(index)?.ok_or_else(|| self.inconsistent(index, "is null"))
    }
    /// A whole number, or nothing.
    pub fn optional_int(&self, index: usize) -> Result<Option<i64>, Inconsistent> {
        match self.cells.get(index) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Int(value)) => Ok(Some(*value)),
            other => Err(self.mismatch(index, "a whole number", other)),
        }
    }
    /// A text, or nothing.
    pub fn optional_text(&self, index: usize) -> Result<Option<&str>, Inconsistent> {
        match self.cells.get(index) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Text { start, end }) => Ok(self.text.get(*start as usize..*end as usize)),
            other => Err(self.mismatch(index, "a text", other)),
        }
    }
    /// Bytes, or nothing.
    pub fn optional_blob(&self, index: usize) -> Result<Option<&[u8]>, Inconsistent> {
        match self.cells.get(index) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Blob { start, end }) => Ok(self.blob.get(*start as usize..*end as usize)),
            other => Err(self.mismatch(index, "bytes", other)),
        }
    }
    /// A boolean: 0 or 1 and nothing else.
    pub fn flag(&self, index: usize) -> Result<bool, Inconsistent> {
        match self.int(index)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(self.inconsistent(index, format!("holds {other} where 0 or 1 is expected"))),
        }
    }
    /// An instant.
    pub fn timestamp(&self, index: usize) -> Result<Timestamp, Inconsistent> {
        self.int(index).map(Timestamp::from_micros)
    }
    /// An instant, or nothing.
    pub fn optional_timestamp(&self, index: usize) -> Result<Option<Timestamp>, Inconsistent> {
        Ok(self.optional_int(index)?.map(Timestamp::from_micros))
    }
    /// A text read by `read`, such as `str::parse::<Actor>`.
    pub fn parse<T, E: Display>(&self, index: usize, read: impl FnOnce(&str) -> Result<T, E>) -> Result<T, Inconsistent> {
        read(self.text(index)?).map_err(|trouble| self.inconsistent(index, trouble.to_string()))
    }
    /// Bytes read by `read`, such as `PatientId::from_slice`.
    pub fn decode<T, E: Display>(&self, index: usize, read: impl FnOnce(&[u8]) -> Result<T, E>) -> Result<T, Inconsistent> {
        read(self.blob(index)?).map_err(|trouble| self.inconsistent(index, trouble.to_string()))
    }
    /// Bytes read by `read`, or nothing.
    pub fn optional_decode<T, E: Display>(
        &self,
        index: usize,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Option<T>, Inconsistent> {
        match self.optional_blob(index)? {
            None => Ok(None),
            Some(bytes) => read(bytes).map(Some).map_err(|trouble| self.inconsistent(index, trouble.to_string())),
        }
    }

    /// What to say of this row when its column `index` makes no sense for a reason only the caller sees.
    pub fn inconsistent(&self, index: usize, what: impl Into<String>) -> Inconsistent {
        Inconsistent {
            table: self.heading.table.clone(),
            column: self.heading.columns.get(index).cloned().unwrap_or_else(|| format!("number {index}")),
            id: self.id_in_words(),
            what: what.into(),
        }
    }

    fn mismatch(&self, index: usize, expected: &str, found: Option<&Cell>) -> Inconsistent {
        let found = match found {
            None => "nothing: the statement has no such column".to_owned(),
            Some(Cell::Null) => "null".to_owned(),
            Some(Cell::Int(value)) => format!("the number {value}"),
            Some(Cell::Text { .. }) => "a text".to_owned(),
            Some(Cell::Blob { .. }) => "bytes".to_owned(),
            Some(Cell::Foreign(kind)) => format!("a {kind} (the statement lacks a CAST)"),
        };
        self.inconsistent(index, format!("holds {found} where {expected} is expected"))
    }

    /// Which row this is, in words: its first column.
    pub fn id_in_words(&self) -> String {
        const ID_IN_WORDS_CHARACTERS_MAX: usize = 80;
        match self.cells.first() {
            Some(Cell::Int(value)) => value.to_string(),
            Some(Cell::Text { .. }) => self.text(0).unwrap_or_default().chars().take(ID_IN_WORDS_CHARACTERS_MAX).collect(),
            Some(Cell::Blob { .. }) => bytes_in_words(self.blob(0).unwrap_or_default()),
            Some(Cell::Null | Cell::Foreign(_)) | None => "without id".to_owned(),
        }
    }
}

/// A UUID where the bytes are one, else hexadecimal of the first of them.
fn bytes_in_words(bytes: &[u8]) -> String {
    uuid::Uuid::from_slice(bytes).map_or_else(
        |_| {
            bytes.iter().take(32).fold(String::from("x"), |mut words, byte| {
                // Writing to a String cannot fail.
                let _ = fmt::write(&mut words, format_args!("{byte:02x}"));
                words
            })
        },
        |uuid| uuid.to_string(),
    )
}

/// Row buffers stay far below 4 GiB: both engines refuse larger rows (SQLite at 1 GB, PostgreSQL at 1 GiB a value).
fn position(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
