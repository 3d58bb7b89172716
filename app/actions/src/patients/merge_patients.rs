//! Two people merge two records, or take them apart again. With one person on shift it waits as a task, and each record keeps its own results.

use super::merge::{Merging, Unmerging, merge_records, unmerge_records};
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use crate::trouble::ActTrouble;
use kernel::{Actor, CommandId, PatientId, PatientMergeId, TaskId};
use people::TwoPeople;
use people::action::acts::MergePatients;
use store::repositories::patients;
use store::repositories::tasks::{About, NewTask, add_tasks};
use store::{Done, Outcome};

/// Characters of a reason.
const REASON_CHARACTERS_MAX: usize = 1_000;
/// Whose work a proposal is until two people have looked at it.
const OWNER: &str = "patient records";

/// Two records as both people saw them side by side.
#[derive(Debug, Clone)]
pub struct MergeRequest {
    /// The record that goes on.
    pub survivor: PatientId,
    /// The record whose number will lead there.
    pub retired: PatientId,
    /// The versions of both that were seen.
    pub seen: (i64, i64),
    /// Why.
    pub reason: String,
}

/// Why records stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum MergePatientsRefusal {
    /// Why must be said.
    #[error("say why (1 to {REASON_CHARACTERS_MAX} characters): how is it known?")]
    ReasonMissing,
    /// It cannot be.
    #[error("{0}")]
    Refused(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Merges two records: two people say so.
pub async fn merge_patients(
    lab: &Laboratory,
    people: &TwoPeople<MergePatients>,
    command: CommandId,
    request: MergeRequest,
) -> Result<(), MergePatientsRefusal> {
    const ACT: &str = "merge_patients";
    let MergeRequest { survivor, retired, seen, reason } = request;
    let (first, second) = (Actor::Person(people.first()), Actor::Person(people.second()).to_string());
    let id = PatientMergeId::from_uuid(new_uuid());
    let merging =
        Merging { id, survivor, retired, seen: Some(seen), by: first.to_string(), confirmed_by: second, reason: read_reason(&reason)? };
    let at = now();
    let act = move |tx: &mut store::Tx<'_>| {
        let merged = merge_records(tx, &merging, at)?;
        let note = merged.as_ref().err().map_or_else(|| format!("into {survivor}"), ToString::to_string);
        Ok(Outcome { act: ACT, accepted: merged.is_ok(), subject: Some(retired.uuid()), note })
    };
    let done = lab.store().write(&first, command, at, act).await.map_err(ActTrouble::from)?;
    settle(lab, &done, ACT, retired)
}

/// Takes a record out of the one it was merged into: two people say so.
pub async fn unmerge_patients(
    lab: &Laboratory,
    people: &TwoPeople<MergePatients>,
    command: CommandId,
    (retired, seen): (PatientId, PatientMergeId),
    reason: &str,
) -> Result<(), MergePatientsRefusal> {
    const ACT: &str = "unmerge_patients";
    let (first, second) = (Actor::Person(people.first()), Actor::Person(people.second()).to_string());
    let unmerging = Unmerging { seen: Some(seen), retired, by: first.to_string(), confirmed_by: second, reason: read_reason(reason)? };
    let at = now();
    let act = move |tx: &mut store::Tx<'_>| {
        let undone = unmerge_records(tx, &unmerging, at)?;
        let note = undone.as_ref().map_or_else(ToString::to_string, |merge| format!("out of {}", merge.survivor));
        Ok(Outcome { act: ACT, accepted: undone.is_ok(), subject: Some(retired.uuid()), note })
    };
    let done = lab.store().write(&first, command, at, act).await.map_err(ActTrouble::from)?;
    settle(lab, &done, ACT, retired)
}

/// Leaves it to two people: a task names both records. Whoever may merge as one of two may propose alone.
pub async fn propose_merge(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    (survivor, retired): (PatientId, PatientId),
    reason: &str,
) -> Result<(), MergePatientsRefusal> {
    const ACT: &str = "propose_merge";
    let (reason, at, id) = (read_reason(reason)?, now(), TaskId::from_uuid(new_uuid()));
    let act = move |tx: &mut store::Tx<'_>| {
        let outcome = |accepted, note: &str| Ok(Outcome { act: ACT, accepted, subject: Some(retired.uuid()), note: note.to_owned() });
        let (one, other) = (patients::entry_by_id(tx, survivor)?, patients::entry_by_id(tx, retired)?);
        let (Some(one), Some(other)) = (one, other) else { return outcome(false, "one of the records is not there: look both up again") };
        if survivor == retired {
            return outcome(false, "both numbers lead to the same record: there is nothing to merge");
        }
        let why = format!("Records {} and {} may be of one person: {reason}", one.patient.mrn, other.patient.mrn);
        let about = About::Patient(retired);
        let task = NewTask { id, kind: "merge_proposed", about, raw_line: String::new(), why, owner: OWNER.to_owned() };
        add_tasks(tx, &[task], at)?;
        outcome(true, "proposed")
    };
    let done = lab.store().write(actor, command, at, act).await.map_err(ActTrouble::from)?;
    settle(lab, &done, ACT, retired)?;
    lab.live().tasks_changed();
    Ok(())
}

fn read_reason(reason: &str) -> Result<String, MergePatientsRefusal> {
    let reason = reason.trim().replace('\0', "");
    let fits = !reason.is_empty() && reason.chars().nth(REASON_CHARACTERS_MAX).is_none();
    if fits { Ok(reason) } else { Err(MergePatientsRefusal::ReasonMissing) }
}

/// What became of a command about a record.
fn settle(lab: &Laboratory, done: &Done, act: &'static str, retired: PatientId) -> Result<(), MergePatientsRefusal> {
    if done.act != act || done.subject != Some(retired.uuid()) {
        return Err(MergePatientsRefusal::Refused("this form was sent before for something else: open the page again".to_owned()));
    }
    if !done.accepted {
        return Err(MergePatientsRefusal::Refused(done.note.clone()));
    }
    lab.live().results_changed();
    Ok(())
}
