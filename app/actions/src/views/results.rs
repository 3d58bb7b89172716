//! Results as pages show them: the value, and what every gate said of it in words.

use super::{Cursor, PAGE_ROWS, Page, PatientLine};
use crate::Laboratory;
use crate::trouble::ActTrouble;
use catalogue::{Catalogue, TestCode};
use kernel::{Actor, ExaminationId, Lang, PatientId, Timestamp, TransmissionId};
use std::collections::HashMap;
use store::repositories::patients::PatientRecord;
use store::repositories::results::{self, ResultRecord, StoredState};
use store::{Reader, Trouble};
use uuid::Uuid;
use workflow::{Assessment, Evidence, GateFinding, Verdict};

/// What one gate said, where it did not plainly pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonLine {
    /// The gate.
    pub gate: String,
    /// Its verdict.
    pub verdict: String,
    /// Why.
    pub words: String,
    /// It says that something is not established: that lies in the edition, not in the result.
    pub not_established: bool,
}

/// Who typed a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredLine {
    /// The name of whoever typed it.
    pub by: String,
    /// Somebody else must vouch for it.
    pub needs_second: bool,
}

/// A result as a line of a page.
#[derive(Debug, Clone)]
pub struct ResultLine {
    /// The examination.
    pub examination: ExaminationId,
    /// The version of its result.
    pub version: i64,
    /// The test's code.
    pub test: String,
    /// The test's name.
    pub test_name: String,
    /// The value as printed.
    pub reported: String,
    /// Its unit.
    pub unit: String,
    /// The value as sent.
    pub sent: String,
    /// The unit as sent.
    pub sent_unit: String,
    /// Flags as sent.
    pub flags: String,
    /// It waits for a person.
    pub held: bool,
    /// It lies beyond a critical limit.
    pub critical: bool,
    /// What did not plainly pass, gravest first; empty where every gate passed.
    pub reasons: Vec<ReasonLine>,
    /// Under which editions it was judged.
    pub gates: String,
    /// Who vouched for it.
    pub verifier: Option<String>,
    /// When.
    pub verified_at: Option<Timestamp>,
    /// Time as the device stated it.
    pub stated_at: String,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// The container's code.
    pub container: String,
    /// The order's accession number.
    pub accession: String,
    /// How soon.
    pub priority: String,
    /// For whom.
    pub patient: PatientLine,
    /// The message it came in; none where a person typed it.
    pub transmission: Option<TransmissionId>,
    /// Who typed it.
    pub entered: Option<EnteredLine>,
    /// The version of its row: whoever vouches for it says which they saw.
    pub row_version: i64,
}

impl From<PatientRecord> for PatientLine {
    fn from(record: PatientRecord) -> Self {
        Self {
            mrn: record.mrn,
            family_name: record.family_name,
            given_name: record.given_name,
            birth_date: record.birth_date,
            sex: record.sex,
        }
    }
}

/// Results that wait for a person, newest first. Whoever looks is noted, as in every view of a patient.
pub async fn held_results(lab: &Laboratory, by: &Actor, after: Option<Cursor>) -> Result<Page<ResultLine>, ActTrouble> {
    page(lab, by, true, after).await
}

/// Results somebody vouched for, newest first.
pub async fn verified_results(lab: &Laboratory, by: &Actor, after: Option<Cursor>) -> Result<Page<ResultLine>, ActTrouble> {
    page(lab, by, false, after).await
}

async fn page(lab: &Laboratory, by: &Actor, held: bool, after: Option<Cursor>) -> Result<Page<ResultLine>, ActTrouble> {
    let after = after.map_or((Timestamp::from_micros(i64::MAX), Uuid::max()), |cursor| (cursor.at, cursor.id));
    let (stretch, evidence, set_aside) = lab
        .store()
        .read(move |reader| {
            let stretch = results::page(reader, held, after, PAGE_ROWS)?;
            let evidence = results::evidence_of(reader, &stretch.records)?;
            Ok((stretch, evidence, reader.quarantined()))
        })
        .await?;
    lab.note_seen(by, "results", "", patients(&stretch.records)).await?;
    let catalogue = lab.catalogue();
    Ok(super::page(stretch, set_aside, |record| of_record(&catalogue, record, &evidence)))
}

/// The results on one container; `None` if there is no such container is told by an empty order elsewhere: here simply none.
pub async fn results_of_container(lab: &Laboratory, by: &Actor, code: &str) -> Result<Vec<ResultLine>, ActTrouble> {
    let asked = code.to_owned();
    let (records, evidence) = lab.store().read(move |reader| of_containers(reader, &[&asked])).await?;
    lab.note_seen(by, "container", code, patients(&records)).await?;
    Ok(lines(&lab.catalogue(), records, &evidence))
}

/// Whose results these are.
pub(super) fn patients(records: &[ResultRecord]) -> impl Iterator<Item = Option<PatientId>> {
    records.iter().map(|record| Some(record.patient.id))
}

pub(super) type EvidenceOf = HashMap<TransmissionId, Evidence>;

/// The results on these containers with their evidence.
pub(super) fn of_containers(reader: &mut Reader<'_>, codes: &[&str]) -> Result<(Vec<ResultRecord>, EvidenceOf), Trouble> {
    let records = results::of_containers(reader, codes)?;
    let evidence = results::evidence_of(reader, &records)?;
    Ok((records, evidence))
}

/// Records as lines.
pub(super) fn lines(catalogue: &Catalogue, records: Vec<ResultRecord>, evidence: &EvidenceOf) -> Vec<ResultLine> {
    records.into_iter().map(|record| of_record(catalogue, record, evidence)).collect()
}

fn of_record(catalogue: &Catalogue, record: ResultRecord, evidence: &EvidenceOf) -> ResultLine {
    let evidence = evidence.get(&record.transmission);
    line(catalogue, record, evidence)
}

/// A record as a line.
pub(super) fn line(catalogue: &Catalogue, record: ResultRecord, evidence: Option<&Evidence>) -> ResultLine {
    let assessment = evidence.and_then(|evidence| evidence.of(&record.container, &record.test));
    let name = TestCode::parse(&record.test).and_then(|code| catalogue.test(&code)).map(|test| test.name.clone());
    let (held, verified_at, verifier) = match record.state {
        StoredState::Held => (true, None, None),
        StoredState::Verified { at, by } => (false, Some(at), Some(by)),
    };
    ResultLine {
        examination: record.examination,
        version: record.version,
        test_name: name.unwrap_or_else(|| record.test.clone()),
        test: record.test,
        reported: record.reported,
        unit: record.unit,
        sent: record.sent,
        sent_unit: record.sent_unit,
        flags: record.flags,
        held,
        critical: assessment.is_some_and(Assessment::is_critical),
        reasons: assessment.map(reasons).unwrap_or_else(|| vec![evidence_missing()]),
        gates: evidence.map_or_else(String::new, |evidence| format!("{}, {}", evidence.gates, evidence.catalogue)),
        verifier,
        verified_at,
        stated_at: record.stated_at,
        filed_at: record.filed_at,
        container: record.container,
        accession: record.accession,
        priority: record.priority.words(Lang::English).to_owned(),
        patient: record.patient.into(),
        transmission: record.entered.is_none().then_some(record.transmission),
        row_version: record.row_version,
        entered: record.entered.map(|entered| EnteredLine { by: entered.name, needs_second: entered.entered.needs_second }),
    }
}

fn reasons(assessment: &Assessment) -> Vec<ReasonLine> {
    let mut findings: Vec<&GateFinding> =
        assessment.findings.iter().filter(|finding| !matches!(finding.verdict, Verdict::Pass | Verdict::NotApplicable)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    findings
        .into_iter()
        .map(|finding| ReasonLine {
            gate: finding.gate.words(Lang::English).to_owned(),
            verdict: finding.verdict.words(Lang::English).to_owned(),
            words: finding.because.as_ref().map_or_else(String::new, |because| because.words(Lang::English)),
            not_established: finding.verdict == Verdict::NotEstablished,
        })
        .collect()
}

/// A result without readable evidence is never shown as if every gate had passed.
fn evidence_missing() -> ReasonLine {
    ReasonLine {
        gate: "Assessment".to_owned(),
        verdict: Verdict::Hold.words(Lang::English).to_owned(),
        words: "what the gates said of this result cannot be read; the row is in quarantine".to_owned(),
        not_established: false,
    }
}
