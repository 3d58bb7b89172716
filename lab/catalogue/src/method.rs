//! Methods: how a test is measured. Limits and intervals may be confined to one, because two methods do not give the same numbers.

use crate::table::{self, ContentTrouble, TableRow};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The laboratory's own code of a method: 1 to 32 characters A-Z, 0-9, `_` or `-`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodCode(Arc<str>);

impl MethodCode {
    /// Reads a code at the door.
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        let fits = (1..=32).contains(&text.len()) && text.bytes().all(allowed);
        fits.then(|| Self(text.into()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MethodCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// Its code.
    pub code: MethodCode,
    /// The name people read.
    pub name: String,
    /// What is measured, and by which reaction.
    pub principle: String,
}

/// All methods of an edition.
#[derive(Debug, Clone, Default)]
pub struct Methods {
    methods: BTreeMap<MethodCode, Method>,
}

impl Methods {
    /// The method of this code.
    pub fn get(&self, code: &MethodCode) -> Option<&Method> {
        self.methods.get(code)
    }

    /// Every method, by code.
    pub fn iter(&self) -> impl Iterator<Item = &Method> {
        self.methods.values()
    }

    /// The column `method` of a row; empty is no method.
    pub(crate) fn of_row(&self, row: &TableRow<'_>) -> Result<Option<MethodCode>, ContentTrouble> {
        match row.cell("method") {
            "" => Ok(None),
            text => {
                let known = MethodCode::parse(text).filter(|code| self.methods.contains_key(code));
                known.map(Some).ok_or_else(|| row.trouble(format!("method “{text}” is not in {FILE}")))
            }
        }
    }
}

const FILE: &str = "methods.csv";
pub(crate) const COLUMNS: [&str; 4] = ["code", "name", "principle", "source"];

/// Reads `methods.csv`.
pub(crate) fn read(text: &str, troubles: &mut Vec<ContentTrouble>) -> Methods {
    let mut methods = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row) {
            Ok(method) => {
                let code = method.code.clone();
                if methods.insert(code.clone(), method).is_some() {
                    troubles.push(row.trouble(format!("method {code} stands here a second time")));
                }
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    Methods { methods }
}

fn read_row(row: &TableRow<'_>) -> Result<Method, ContentTrouble> {
    let code = MethodCode::parse(row.cell("code"))
        .ok_or_else(|| row.trouble(format!("“{}” is no code of a method (1 to 32 of A-Z, 0-9, _, -)", row.cell("code"))))?;
    for column in ["name", "principle", "source"] {
        if row.cell(column).is_empty() {
            return Err(row.trouble(format!("method {code} has no {column}")));
        }
    }
    Ok(Method { name: row.cell("name").to_owned(), principle: row.cell("principle").to_owned(), code })
}
