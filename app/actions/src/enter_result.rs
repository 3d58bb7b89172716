//! Entering a result by hand: measured, judged and kept for whoever vouches for it. Nothing typed verifies itself.

use crate::entering::{AtHand, former};
use crate::file_readings::result_text;
use crate::new_ids::{new_uuid, now};
use crate::trouble::ActTrouble;
use crate::{Laboratory, StaffLine, person};
use benches::{TypedTrouble, measure_typed};
use catalogue::{Catalogue, TestCode};
use kernel::{Actor, CommandId, ExaminationId, Lang, ManualEntryId, Timestamp};
use people::action::acts::ModerateTest;
use people::{Decision, Denial, Scope, Site, authorise};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use store::repositories::manual_entries::{self, NewEntry};
use store::repositories::orders::{self, Former};
use store::repositories::results::{self, ResultRecord, StoredState};
use store::{Outcome, Trouble, Tx};
use workflow::{Because, Gate, Labelled, Measured, OpenWork, Unclaimed, Verdict, due};

/// A result as somebody typed it; nothing of it is trusted yet.
#[derive(Debug, Clone, Default)]
pub struct TypedResult {
    /// The code on the container's label.
    pub container: String,
    /// The test's code.
    pub test: String,
    /// The record number of the patient who was shown while it was typed.
    pub patient_seen: String,
    /// What was typed.
    pub typed: String,
    /// The same typed a second time without looking, where it was asked for.
    pub again: String,
    /// The version of what was typed before and nobody has vouched for, where this takes its place.
    pub replaces: Option<i64>,
}

/// Why a result was not entered.
#[derive(Debug, thiserror::Error)]
pub enum EnterResultRefusal {
    /// Whoever asks may not do tests.
    #[error("your account may not enter results: {0}")]
    MayNot(String),
    /// There is nothing to enter it for.
    #[error("{0}")]
    NothingWaits(String),
    /// What was typed is no value.
    #[error(transparent)]
    NotTaken(#[from] TypedTrouble),
    /// It is absurd: it must be typed a second time without looking at the first.
    #[error("{0}: type it a second time, reading it from the bench and not from the screen")]
    TypeAgain(String),
    /// Typed twice, and not the same.
    #[error("the two times do not say the same: type it once more, and then again")]
    NotTheSame,
    /// The examination belongs to another patient than the one who was shown.
    #[error("this specimen belongs to record number {now} now, not to {seen}: look at the patient, then type it again")]
    OtherPatient {
        /// Who was shown.
        seen: String,
        /// Whose it is.
        now: String,
    },
    /// Somebody was first.
    #[error("{0}")]
    Resulted(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// What the journal keeps of an entry or its refusal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Noted {
    Entered { examination: String, typed: String },
    NothingWaits { words: String },
    TypeAgain { words: String },
    NotTheSame,
    OtherPatient { seen: String, now: String },
    Resulted { words: String },
}

const ACT: &str = "enter_result";

/// Enters a result under a command id of the caller's: given again, it answers the same and does nothing.
pub async fn enter_result(
    lab: &Laboratory,
    by: &StaffLine,
    command: CommandId,
    typed: TypedResult,
) -> Result<ExaminationId, EnterResultRefusal> {
    let at = now();
    let needs_second = may_enter(lab, by, at)?;
    let catalogue = lab.catalogue();
    let code = TestCode::parse(&typed.test);
    let no_test = || EnterResultRefusal::NothingWaits(format!("there is no test {} in the catalogue", typed.test));
    let test = code.and_then(|code| catalogue.test(&code)).ok_or_else(no_test)?;
    let measured = measure_typed(&typed.typed, test, lab.decimal_mark())?;
    let again = match typed.again.trim() {
        "" => None,
        again => Some(measure_typed(again, test, lab.decimal_mark()).is_ok_and(|again| again.value == measured.value)),
    };
    let needs_second = needs_second || catalogue.policies().second_person_for_entries.unwrap_or(false);
    let code = test.code.clone();
    let id = ManualEntryId::from_uuid(new_uuid());
    let entering = Entering {
        lab: lab.clone(),
        catalogue: Arc::clone(&catalogue),
        by: by.clone(),
        id,
        typed,
        code,
        measured,
        again,
        needs_second,
        at,
    };
    let asked = entering.typed.typed.clone();
    let done = lab.store().write(&Actor::Person(by.id), command, at, move |tx| entering.enter(tx)).await.map_err(ActTrouble::from)?;
    let unreadable = |what: String| ActTrouble::Answer { act: ACT, what };
    if done.act != ACT {
        return Err(unreadable(format!("the command id was used before, for {}", done.act)).into());
    }
    match serde_json::from_str(&done.note).map_err(|error| unreadable(error.to_string()))? {
        Noted::Entered { examination, typed } if typed == asked => {
            lab.live().results_changed();
            Ok(examination.parse().map_err(|_| unreadable(done.note.clone()))?)
        }
        Noted::Entered { .. } => {
            Err(EnterResultRefusal::Resulted("this form was sent before with something else: look at what stands".to_owned()))
        }
        Noted::NothingWaits { words } => Err(EnterResultRefusal::NothingWaits(words)),
        Noted::TypeAgain { words } => Err(EnterResultRefusal::TypeAgain(words)),
        Noted::NotTheSame => Err(EnterResultRefusal::NotTheSame),
        Noted::OtherPatient { seen, now } => Err(EnterResultRefusal::OtherPatient { seen, now }),
        Noted::Resulted { words } => Err(EnterResultRefusal::Resulted(words)),
    }
}

/// Whether somebody else must vouch for what this person does; or why they may not do it. How complex a test is the catalogue does not say yet:
/// the row for tests of moderate complexity is asked.
pub(crate) fn may_enter(lab: &Laboratory, by: &StaffLine, at: Timestamp) -> Result<bool, EnterResultRefusal> {
    let words = |denials: &[Denial]| denials.iter().map(|denial| denial.words(Lang::English)).collect::<Vec<_>>().join("; ");
    match authorise(&person(by), ModerateTest, None, &Site { privileges: lab.privileges() }, at, lab.realm()) {
        Decision::Authority(authority) if authority.scope() == Scope::Whole => Ok(false),
        Decision::AllowWithSupervisor(_) => Ok(true),
        Decision::Authority(_) => Err(EnterResultRefusal::MayNot("only a part of it".to_owned())),
        Decision::Deny(denials) => Err(EnterResultRefusal::MayNot(words(&denials))),
    }
}

/// Why something must be typed a second time, without what was typed the first time.
fn blind(because: Option<&Because>) -> String {
    match because {
        Some(Because::BelowAbsurd { limit, .. }) => format!("what was typed is below {limit}, which is hardly ever seen in the living"),
        Some(Because::AboveAbsurd { limit, .. }) => format!("what was typed is above {limit}, which is hardly ever seen in the living"),
        _ => "what was typed is hardly ever seen in the living".to_owned(),
    }
}

/// Everything the command needs, fixed before it runs.
struct Entering {
    lab: Laboratory,
    catalogue: Arc<Catalogue>,
    by: StaffLine,
    id: ManualEntryId,
    typed: TypedResult,
    code: TestCode,
    measured: Measured,
    /// Whether it was typed a second time, and the same.
    again: Option<bool>,
    needs_second: bool,
    at: Timestamp,
}

impl Entering {
    fn enter(&self, tx: &mut Tx<'_>) -> Result<Outcome, Trouble> {
        let noted = self.noted(tx)?;
        let accepted = matches!(noted, Noted::Entered { .. });
        let note = serde_json::to_string(&noted).map_err(|error| Trouble::because(error.to_string()))?;
        Ok(Outcome { act: ACT, accepted, subject: Some(self.id.uuid()), note })
    }

    fn noted(&self, tx: &mut Tx<'_>) -> Result<Noted, Trouble> {
        let container = self.typed.container.as_str();
        let labels = if container.contains('\0') { HashMap::new() } else { orders::open_work(tx, &[container], Former::Looked)? };
        let label = labels.get(container);
        let (work, examination) = match due(container, &self.code, label, &self.catalogue) {
            Ok((work, examination, _)) if self.typed.replaces.is_none() => (work, examination),
            Ok(_) => return Ok(Noted::Resulted { words: "what was to be typed anew is not there any more: look again".to_owned() }),
            Err(Unclaimed::AlreadyResulted { .. }) => match (self.resulted(label), self.typed.replaces) {
                (Some(found), Some(_)) => found,
                (Some((_, examination)), None) => return self.stands(tx, examination),
                (None, _) => return Ok(Noted::NothingWaits { words: "there is no such examination".to_owned() }),
            },
            Err(why) => return Ok(Noted::NothingWaits { words: why.words(Lang::English) }),
        };
        if work.patient.mrn != self.typed.patient_seen {
            return Ok(Noted::OtherPatient { seen: self.typed.patient_seen.clone(), now: work.patient.mrn.clone() });
        }
        self.judged(tx, work, examination)
    }

    /// The examination that has a result.
    fn resulted<'w>(&self, label: Option<&'w Labelled>) -> Option<(&'w OpenWork, ExaminationId)> {
        let Some(Labelled::InForce(work)) = label else { return None };
        work.examinations.iter().find(|open| open.test == self.code).map(|open| (&**work, open.id))
    }

    fn judged(&self, tx: &mut Tx<'_>, work: &OpenWork, examination: ExaminationId) -> Result<Noted, Trouble> {
        let Some(test) = self.catalogue.test(&self.code) else { return Err(Trouble::because("a test of the catalogue is not there")) };
        let former = former(tx, work, self.code.as_str(), examination)?;
        let at_hand = AtHand { lab: &self.lab, catalogue: &self.catalogue, work, test, former: &former };
        let assessment = at_hand.assess(&self.measured, &self.typed.patient_seen);
        let absurd = assessment.findings.iter().find(|finding| finding.gate == Gate::AbsurdLimit && finding.verdict == Verdict::Hold);
        match (absurd, self.again) {
            (Some(_), Some(true)) | (None, None | Some(true)) => {}
            (_, Some(false)) => return Ok(Noted::NotTheSame),
            (Some(finding), None) => return Ok(Noted::TypeAgain { words: blind(finding.because.as_ref()) }),
        }
        let entry = NewEntry {
            id: self.id,
            examination,
            typed: self.typed.typed.clone(),
            by: self.by.id,
            edition: self.catalogue.edition().name.clone(),
            needs_second: self.needs_second,
        };
        let (text, evidence) = (result_text(None, &self.measured), at_hand.evidence(assessment)?);
        match self.typed.replaces {
            None => manual_entries::add(tx, &entry, &text, &evidence, self.at)?,
            Some(seen) => {
                if !manual_entries::type_anew(tx, &entry, seen, &text, &evidence, self.at)? {
                    return self.stands(tx, examination);
                }
            }
        }
        Ok(Noted::Entered { examination: examination.to_string(), typed: self.typed.typed.clone() })
    }

    /// What stands there already, in words: whoever comes second sees what was entered.
    fn stands(&self, tx: &mut Tx<'_>, examination: ExaminationId) -> Result<Noted, Trouble> {
        let found = results::of_examinations(tx, &[examination])?;
        let newest = found.iter().max_by_key(|record| record.version);
        let words = newest.map_or_else(|| "it has a result that cannot be read".to_owned(), stands_in_words);
        Ok(Noted::Resulted { words })
    }
}

fn stands_in_words(record: &ResultRecord) -> String {
    let who = record.entered.as_ref().map_or_else(|| "an analyser sent".to_owned(), |entered| format!("{} entered", entered.name));
    let next = match &record.state {
        StoredState::Held => "nobody has verified it: look at it there",
        StoredState::Verified { .. } => "it is verified: a correction is needed to change it, which cannot be done here yet",
    };
    format!("this examination has a result already: {who} {} {}; {next}", record.reported, record.unit)
}
