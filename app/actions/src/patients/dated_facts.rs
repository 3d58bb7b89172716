//! What is true of a patient for a time: recorded, ended, and withdrawn where it was wrong. Nothing is deleted.

use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use crate::orders::FieldTrouble;
use crate::trouble::ActTrouble;
use kernel::{Actor, BirthDate, CommandId, PatientFactId, PatientFactKind, PatientId};
use store::repositories::dated_facts::{self, DatedFact};
use store::repositories::patients;
use store::{Done, Outcome};

/// Characters of what else there is to say.
const DETAIL_CHARACTERS_MAX: usize = 200;

/// A fact as somebody typed it.
#[derive(Debug, Clone, Default)]
pub struct FactRequest {
    /// Its kind, as stored.
    pub kind: String,
    /// What else there is to say.
    pub detail: String,
    /// ISO day it began, or empty.
    pub from_day: String,
    /// ISO day it ended or will end, or empty.
    pub until_day: String,
}

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum FactRefusal {
    /// Fields cannot be taken.
    #[error("fields cannot be taken")]
    Invalid(Vec<FieldTrouble>),
    /// It cannot be.
    #[error("{0}")]
    Refused(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// What is done to a fact that was seen.
#[derive(Debug, Clone)]
pub enum FactChange {
    /// It ends on this ISO day.
    End(String),
    /// It was recorded wrongly.
    Withdraw,
}

/// Records something true of a patient.
pub async fn add_fact(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    patient: PatientId,
    request: &FactRequest,
) -> Result<(), FactRefusal> {
    const ACT: &str = "add_patient_fact";
    let at = now();
    let fact = DatedFact { recorded_at: at, recorded_by: actor.to_string(), ..read(request).map_err(FactRefusal::Invalid)? };
    let act = move |tx: &mut store::Tx<'_>| {
        let outcome = |accepted, note: &str| Ok(Outcome { act: ACT, accepted, subject: Some(patient.uuid()), note: note.to_owned() });
        match patients::entry_by_id(tx, patient)? {
            None => outcome(false, "there is no such patient"),
            Some(entry) if entry.merged_into.is_some() => outcome(false, "this record was merged into another: record it there"),
            Some(_) => {
                dated_facts::add(tx, patient, &fact)?;
                outcome(true, fact.kind.name())
            }
        }
    };
    let done = lab.store().write(actor, command, at, act).await.map_err(ActTrouble::from)?;
    settle(lab, &done, ACT, patient)
}

/// Ends or withdraws a fact of a patient as it was seen.
pub async fn change_fact(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    patient: PatientId,
    (fact, seen_version): (PatientFactId, i64),
    change: FactChange,
) -> Result<(), FactRefusal> {
    const ACT: &str = "change_patient_fact";
    let (by, at) = (actor.to_string(), now());
    let change = match change {
        FactChange::End(day) => FactChange::End(read_day("until_day", &day).map_err(|trouble| FactRefusal::Invalid(vec![trouble]))?),
        FactChange::Withdraw => FactChange::Withdraw,
    };
    let act = move |tx: &mut store::Tx<'_>| {
        let seen = (fact, seen_version);
        let changed = match &change {
            FactChange::End(day) => dated_facts::end(tx, seen, patient, day)?,
            FactChange::Withdraw => dated_facts::withdraw(tx, seen, patient, &by, at)?,
        };
        let note = if changed { "changed" } else { "somebody changed this fact since you saw it: look at the patient again" };
        Ok(Outcome { act: ACT, accepted: changed, subject: Some(patient.uuid()), note: note.to_owned() })
    };
    let done = lab.store().write(actor, command, at, act).await.map_err(ActTrouble::from)?;
    settle(lab, &done, ACT, patient)
}

fn settle(lab: &Laboratory, done: &Done, act: &'static str, patient: PatientId) -> Result<(), FactRefusal> {
    if done.act != act || done.subject != Some(patient.uuid()) {
        return Err(FactRefusal::Refused("this form was sent before for something else: open the page again".to_owned()));
    }
    if !done.accepted {
        return Err(FactRefusal::Refused(done.note.clone()));
    }
    lab.live().results_changed();
    Ok(())
}

/// A fact with a new id, or every field that cannot be taken.
fn read(request: &FactRequest) -> Result<DatedFact, Vec<FieldTrouble>> {
    let mut troubles = Vec::new();
    let kind = PatientFactKind::from_name(request.kind.trim());
    if kind.is_none() {
        troubles.push(FieldTrouble { field: "kind", what: "no kind is chosen".to_owned(), next: "choose one".to_owned() });
    }
    let detail = request.detail.trim();
    if detail.chars().nth(DETAIL_CHARACTERS_MAX).is_some() || detail.chars().any(char::is_control) {
        let what = format!("more than {DETAIL_CHARACTERS_MAX} characters, or some that cannot be seen");
        troubles.push(FieldTrouble { field: "detail", what, next: "say it shorter".to_owned() });
    }
    let mut day = |field, typed: &str| match typed.trim() {
        "" => String::new(),
        text => read_day(field, text).map_err(|trouble| troubles.push(trouble)).unwrap_or_default(),
    };
    let (from_day, until_day) = (day("from_day", &request.from_day), day("until_day", &request.until_day));
    if !from_day.is_empty() && !until_day.is_empty() && until_day < from_day {
        let (what, next) = ("it would end before it begins".to_owned(), "check both days".to_owned());
        troubles.push(FieldTrouble { field: "until_day", what, next });
    }
    match (kind, troubles.is_empty()) {
        (Some(kind), true) => Ok(DatedFact {
            id: PatientFactId::from_uuid(new_uuid()),
            kind,
            detail: detail.to_owned(),
            from_day,
            until_day,
            recorded_at: kernel::Timestamp::from_micros(0),
            recorded_by: String::new(),
            row_version: 1,
            withdrawn: None,
        }),
        _ => Err(troubles),
    }
}

/// An ISO day.
fn read_day(field: &'static str, typed: &str) -> Result<String, FieldTrouble> {
    let day = BirthDate::parse(typed).ok().filter(|day| day.is_full() && !day.has_time()).map(|day| day.to_string());
    day.ok_or_else(|| FieldTrouble {
        field,
        what: format!("“{}” is no day", crate::patient_facts::excerpt(typed)),
        next: "write it as 2026-11-22".to_owned(),
    })
}
