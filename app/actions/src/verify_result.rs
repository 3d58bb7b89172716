//! Vouching for a held result, typed or sent: by a person who may, as it was seen. What is critical opens the task to call in the same command.

use crate::new_ids::{new_uuid, now};
use crate::trouble::ActTrouble;
use crate::{Laboratory, StaffLine, person};
use catalogue::TestCode;
use kernel::{Actor, CommandId, ExaminationId, Lang, TaskId, Timestamp};
use people::action::acts::{ReleaseCritical, VerifyNormal, VerifyUnusual};
use people::{Site, authorise};
use serde::{Deserialize, Serialize};
use store::repositories::results::{self, ResultRecord, StoredState};
use store::repositories::{orders, tasks};
use store::{Outcome, Reader, Trouble, Tx};
use workflow::{Assessment, Because, Measured, Verifier, VerifyingPerson};

/// A result as somebody saw it.
#[derive(Debug, Clone)]
pub struct SeenResult {
    /// The examination.
    pub examination: ExaminationId,
    /// The version of its result.
    pub version: i64,
    /// The version of the row.
    pub row_version: i64,
    /// The record number of the patient who was shown.
    pub patient_seen: String,
}

/// Why a result was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyResultRefusal {
    /// There is none.
    #[error("there is no such result")]
    Unknown,
    /// A gate, the person, or a second person who is needed; in words.
    #[error("{0}")]
    Refused(String),
    /// Somebody vouched for it before.
    #[error("somebody verified this result before you: look at it again")]
    AlreadyVerified,
    /// Something of it changed since it was seen.
    #[error("{0}")]
    Changed(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// A result somebody vouched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifiedResult {
    /// It is critical: a task to call was opened.
    pub call: bool,
}

/// What the journal keeps.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Noted {
    Verified { examination: String, call: bool },
    Unknown,
    AlreadyVerified,
    Changed { words: String },
    Refused { words: String },
}

const ACT: &str = "verify_result";

/// Vouches for a held result that still stands as it was seen.
pub async fn verify_result(
    lab: &Laboratory,
    by: &StaffLine,
    command: CommandId,
    seen: SeenResult,
) -> Result<VerifiedResult, VerifyResultRefusal> {
    let at = now();
    let asked = seen.examination.to_string();
    let verifying = Verifying { lab: lab.clone(), by: by.clone(), seen, task: TaskId::from_uuid(new_uuid()), at };
    let done = lab.store().write(&Actor::Person(by.id), command, at, move |tx| verifying.verify(tx)).await.map_err(ActTrouble::from)?;
    let unreadable = |what: String| ActTrouble::Answer { act: ACT, what };
    if done.act != ACT {
        return Err(unreadable(format!("the command id was used before, for {}", done.act)).into());
    }
    match serde_json::from_str(&done.note).map_err(|error| unreadable(error.to_string()))? {
        Noted::Verified { examination, call } if examination == asked => {
            lab.live().results_changed();
            if call {
                lab.live().tasks_changed();
            }
            Ok(VerifiedResult { call })
        }
        // The command id vouched for another result: nothing was done to this one.
        Noted::Verified { .. } => Err(VerifyResultRefusal::Changed("this form was sent before for another result: look again".to_owned())),
        Noted::Unknown => Err(VerifyResultRefusal::Unknown),
        Noted::AlreadyVerified => Err(VerifyResultRefusal::AlreadyVerified),
        Noted::Changed { words } => Err(VerifyResultRefusal::Changed(words)),
        Noted::Refused { words } => Err(VerifyResultRefusal::Refused(words)),
    }
}

/// A person, with what the table of privileges says at this moment of vouching for results.
pub(crate) fn verifier(lab: &Laboratory, by: &StaffLine, at: Timestamp) -> Verifier {
    let (person, site) = (person(by), Site { privileges: lab.privileges() });
    Verifier::Person(VerifyingPerson {
        normal: authorise(&person, VerifyNormal, None, &site, at, lab.realm()),
        unusual: authorise(&person, VerifyUnusual, None, &site, at, lab.realm()),
        critical: authorise(&person, ReleaseCritical, None, &site, at, lab.realm()),
    })
}

/// A stored result as it was measured. What has no value has the reason that its assessment names.
pub(crate) fn measured(record: &ResultRecord, assessment: &Assessment) -> Measured {
    let why = || assessment.findings.iter().find_map(|finding| finding.because.clone()).unwrap_or(Because::NothingToCompare);
    Measured {
        sent: record.sent.clone(),
        sent_unit: record.sent_unit.clone(),
        value: record.value.clone().ok_or_else(why),
        reported: record.reported.clone(),
        unit: record.unit.clone(),
        flags: record.flags.split(", ").filter(|flag| !flag.is_empty()).map(str::to_owned).collect(),
        entered: record.entered.as_ref().map(|entered| entered.entered),
    }
}

/// What the gates said of a stored result.
fn assessment(reader: &mut Reader<'_>, record: &ResultRecord) -> Result<Option<Assessment>, Trouble> {
    let evidence = results::evidence_of(reader, std::slice::from_ref(record))?;
    Ok(evidence.get(&record.transmission).and_then(|evidence| evidence.of(&record.container, &record.test)).cloned())
}

struct Verifying {
    lab: Laboratory,
    by: StaffLine,
    seen: SeenResult,
    task: TaskId,
    at: Timestamp,
}

impl Verifying {
    fn verify(&self, tx: &mut Tx<'_>) -> Result<Outcome, Trouble> {
        let noted = self.noted(tx)?;
        let accepted = matches!(noted, Noted::Verified { .. });
        let note = serde_json::to_string(&noted).map_err(|error| Trouble::because(error.to_string()))?;
        Ok(Outcome { act: ACT, accepted, subject: Some(self.seen.examination.uuid()), note })
    }

    fn noted(&self, tx: &mut Tx<'_>) -> Result<Noted, Trouble> {
        let found = results::of_examinations(tx, &[self.seen.examination])?;
        let Some(record) = found.into_iter().find(|record| record.version == self.seen.version) else { return Ok(Noted::Unknown) };
        if let StoredState::Verified { .. } = record.state {
            return Ok(Noted::AlreadyVerified);
        }
        if record.patient.mrn != self.seen.patient_seen {
            let words = format!(
                "this result belongs to record number {} now, not to {}: look at the patient again",
                record.patient.mrn, self.seen.patient_seen
            );
            return Ok(Noted::Changed { words });
        }
        if record.row_version != self.seen.row_version {
            return Ok(Noted::Changed { words: "it was typed anew since you saw it: look at it again".to_owned() });
        }
        let Some(assessment) = assessment(tx, &record)? else {
            return Ok(Noted::Refused { words: "what the gates said of it cannot be read, so nobody may vouch for it".to_owned() });
        };
        let (measured, verifier) = (measured(&record, &assessment), verifier(&self.lab, &self.by, self.at));
        let verified = match measured.verify(&verifier, &assessment, self.lab.policy(), self.at) {
            Ok(verified) => verified,
            Err(refusal) => return Ok(Noted::Refused { words: refusal.words(Lang::English) }),
        };
        let vouched = verified.verifier().stored().ok_or_else(|| Trouble::because("a result was verified by nobody"))?;
        if !results::set_verified(tx, &record, verified.at(), &vouched)? {
            return Ok(Noted::Changed { words: "somebody changed it since you saw it: look at it again".to_owned() });
        }
        let call = assessment.is_critical();
        if call {
            self.open_call(tx, &record, &assessment)?;
        }
        Ok(Noted::Verified { examination: record.examination.to_string(), call })
    }

    /// The task to call, of whoever released it.
    fn open_call(&self, tx: &mut Tx<'_>, record: &ResultRecord, assessment: &Assessment) -> Result<(), Trouble> {
        let order = orders::order_by_accession(tx, &record.accession)?.ok_or_else(|| Trouble::because("a result has no order"))?;
        let critical = assessment.findings.iter().find(|finding| finding.is_critical());
        let because =
            critical.and_then(|finding| finding.because.as_ref()).map_or_else(String::new, |because| because.words(Lang::English));
        let catalogue = self.lab.catalogue();
        let name = TestCode::parse(&record.test)
            .and_then(|code| catalogue.test(&code))
            .map_or_else(|| record.test.clone(), |test| test.name.clone());
        let task = tasks::NewTask {
            id: self.task,
            kind: "critical",
            about: tasks::About::Order(order.id),
            raw_line: String::new(),
            why: format!(
                "critical: call. {name} {} {}, specimen {}: {because}. Have it read back; note who took it and when",
                record.reported, record.unit, record.container
            ),
            owner: self.by.display_name.clone(),
        };
        tasks::add_tasks(tx, &[task], self.at)
    }
}
