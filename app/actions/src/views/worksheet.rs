//! The worksheet: containers that wait for tests done by hand, a row each, a column for each test.

use super::{PatientLine, TypedTest};
use crate::Laboratory;
use crate::trouble::ActTrouble;
use catalogue::TestCode;
use kernel::{Actor, Lang, Timestamp};
use std::collections::BTreeMap;
use store::repositories::manual_entries::{self, WaitingExamination};
use workflow::Priority;

/// Tests on one worksheet: more columns than that nobody can read.
pub const WORKSHEET_TESTS_MAX: usize = 12;
/// Examinations of one test that are looked at.
const WAITING_MAX: u32 = 200;
/// Rows of one worksheet.
const ROWS_MAX: usize = 100;
/// What was ordered longer ago is looked for on the order's page.
const DAYS: i64 = 14;
const DAY_MICROS: i64 = 24 * 3_600_000_000;

/// A worksheet.
#[derive(Debug, Clone)]
pub struct Worksheet {
    /// Its columns.
    pub tests: Vec<TypedTest>,
    /// Its rows, the most urgent first, then the oldest.
    pub rows: Vec<WorksheetRow>,
    /// More containers wait than are shown.
    pub more: bool,
    /// Only what was ordered in so many days stands here.
    pub days: i64,
}

/// A container of a worksheet.
#[derive(Debug, Clone)]
pub struct WorksheetRow {
    /// Its code.
    pub container: String,
    /// What is in it.
    pub specimen: String,
    /// How far it has come, in words.
    pub state: &'static str,
    /// The order's accession number.
    pub accession: String,
    /// How soon.
    pub priority: String,
    /// For whom.
    pub patient: PatientLine,
    /// For each test of the worksheet, whether it waits here.
    pub waits: Vec<bool>,
}

/// What waits for these tests; codes that are no tests are left out.
pub async fn worksheet(lab: &Laboratory, by: &Actor, codes: &[String], now: Timestamp) -> Result<Worksheet, ActTrouble> {
    let catalogue = lab.catalogue();
    let mut tests: Vec<TypedTest> = Vec::new();
    for test in codes.iter().filter_map(|code| TestCode::parse(code)).flat_map(|code| catalogue.asked_for(&code)) {
        if tests.len() < WORKSHEET_TESTS_MAX && !tests.iter().any(|known| known.code == test.code.as_str()) {
            tests.push(test.into());
        }
    }
    let since = Timestamp::from_micros(now.micros().saturating_sub(DAYS * DAY_MICROS));
    let codes: Vec<TestCode> = tests.iter().filter_map(|test| TestCode::parse(&test.code)).collect();
    let read = move |reader: &mut store::Reader<'_>| {
        codes.iter().map(|code| manual_entries::waiting(reader, code, since, WAITING_MAX)).collect::<Result<Vec<_>, _>>()
    };
    let waiting = lab.store().read(read).await?;
    let mut more = waiting.iter().any(|waiting| waiting.len() >= WAITING_MAX as usize);
    let mut rows: BTreeMap<(Priority, Timestamp, String), (WaitingExamination, Vec<bool>)> = BTreeMap::new();
    for (column, examination) in
        waiting.into_iter().enumerate().flat_map(|(column, waiting)| waiting.into_iter().map(move |one| (column, one)))
    {
        let key = (examination.priority, examination.ordered_at, examination.container.clone());
        let (_, waits) = rows.entry(key).or_insert_with(|| (examination, vec![false; tests.len()]));
        if let Some(waits) = waits.get_mut(column) {
            *waits = true;
        }
    }
    more |= rows.len() > ROWS_MAX;
    let shown: Vec<_> = rows.into_values().take(ROWS_MAX).collect();
    lab.note_seen(by, "worksheet", "", shown.iter().map(|(examination, _)| Some(examination.patient.id))).await?;
    Ok(Worksheet { tests, rows: shown.into_iter().map(|(examination, waits)| row(examination, waits)).collect(), more, days: DAYS })
}

fn row(examination: WaitingExamination, waits: Vec<bool>) -> WorksheetRow {
    WorksheetRow {
        state: examination.state.words(Lang::English),
        container: examination.container,
        specimen: examination.specimen,
        accession: examination.accession,
        priority: examination.priority.words(Lang::English).to_owned(),
        patient: examination.patient.into(),
        waits,
    }
}
