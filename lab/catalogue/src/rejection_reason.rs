//! Why a specimen is rejected, what may be done about it, and what must then be written down.

use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use std::collections::{BTreeMap, BTreeSet};

/// What may be done about a specimen that has this fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayOn {
    /// Nothing but another specimen.
    Recollect,
    /// It may be examined all the same if somebody answers for it and the report says so.
    Override,
    /// One that cannot be had again may be identified by whoever collected it; any other is collected again.
    Identify,
}

impl WayOn {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "recollect" => Some(Self::Recollect),
            "override" => Some(Self::Override),
            "identify" => Some(Self::Identify),
            _ => None,
        }
    }
}

/// A coded reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionReason {
    /// Its code: 1 to 16 characters A-Z, 0-9 or `-`.
    pub code: String,
    /// The name people read.
    pub name: String,
    /// What must be written down.
    pub documentation: String,
    way_on: WayOn,
    not_for: BTreeSet<String>,
}

impl RejectionReason {
    /// What may be done where a test of this bench was asked for. A bench for which the exception never applies gets another specimen.
    pub fn way_on(&self, bench: &str) -> WayOn {
        if self.not_for.contains(bench) { WayOn::Recollect } else { self.way_on }
    }
}

const FILE: &str = "rejection_reasons.csv";
pub(crate) const COLUMNS: [&str; 6] = ["code", "name", "way_on", "documentation", "not_for", "source"];

/// Reads `rejection_reasons.csv` against the benches of the tests.
pub(crate) fn read(text: &str, tests: &BTreeMap<TestCode, Test>, troubles: &mut Vec<ContentTrouble>) -> BTreeMap<String, RejectionReason> {
    let benches: BTreeSet<&str> = tests.values().map(|test| test.bench.as_str()).collect();
    // The bench of a test whose row is faulty may be the one that is named.
    let all_known = tests.values().all(|test| !test.is_stand_in);
    let mut reasons = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        let reason = read_row(&row).and_then(|reason| {
            let unknown = reason.not_for.iter().find(|bench| all_known && !benches.contains(bench.as_str()));
            unknown.map_or(Ok(()), |bench| Err(row.trouble(format!("not_for of {}: no test is of bench “{bench}”", reason.code))))?;
            Ok(reason)
        });
        match reason {
            Ok(reason) => {
                let code = reason.code.clone();
                if reasons.insert(code.clone(), reason).is_some() {
                    troubles.push(row.trouble(format!("rejection reason {code} stands here a second time")));
                }
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    reasons
}

fn read_row(row: &TableRow<'_>) -> Result<RejectionReason, ContentTrouble> {
    let code = row.cell("code").to_owned();
    let fits =
        (1..=16).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    if !fits {
        return Err(row.trouble(format!("“{code}” is no code of a rejection reason (1 to 16 of A-Z, 0-9, -)")));
    }
    for column in ["name", "documentation", "source"] {
        if row.cell(column).is_empty() {
            return Err(row.trouble(format!("rejection reason {code} has no {column}")));
        }
    }
    let way_on = WayOn::from_name(row.cell("way_on"));
    let way_on = way_on
        .ok_or_else(|| row.trouble(format!("way_on of {code} must be recollect, override or identify, not “{}”", row.cell("way_on"))))?;
    let mut not_for = BTreeSet::new();
    for bench in row.cell("not_for").split('|').filter(|_| !row.cell("not_for").is_empty()) {
        if !not_for.insert(bench.to_owned()) {
            return Err(row.trouble(format!("bench {bench} of {code} stands here twice")));
        }
    }
    if way_on == WayOn::Recollect && !not_for.is_empty() {
        return Err(row.trouble(format!("{code} is recollected for every bench: not_for must be empty")));
    }
    Ok(RejectionReason { name: row.cell("name").to_owned(), documentation: row.cell("documentation").to_owned(), way_on, not_for, code })
}
