//! A person corrects the facts of a record, or says who somebody unknown is.

use super::change::{NewFacts, change_facts};
use crate::Laboratory;
use crate::new_ids::now;
use crate::orders::FieldTrouble;
use crate::patient_facts::{TypedPatient, read_patient};
use crate::trouble::ActTrouble;
use kernel::{Actor, CommandId, PatientId};
use store::Outcome;

const ACT: &str = "change_patient";

/// Facts as somebody typed them, of a record as it was seen.
#[derive(Debug, Clone)]
pub struct ChangeRequest {
    /// Whose.
    pub patient: PatientId,
    /// The version that was seen.
    pub seen_version: i64,
    /// Family name.
    pub family_name: String,
    /// Given name.
    pub given_name: String,
    /// ISO date as far as known.
    pub birth_date: String,
    /// F, M, O or U.
    pub sex: String,
    /// Still nobody knows who this is.
    pub is_unknown: bool,
}

/// Why the facts stay.
#[derive(Debug, thiserror::Error)]
pub enum ChangePatientRefusal {
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

/// Gives a record other facts; those of before are kept.
pub async fn change_patient(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    request: ChangeRequest,
) -> Result<(), ChangePatientRefusal> {
    let ChangeRequest { patient, seen_version, family_name, given_name, birth_date, sex, is_unknown } = request;
    // The number stays what it is: this one stands for any.
    let typed = TypedPatient { mrn: "0", family_name: &family_name, given_name: &given_name, birth_date: &birth_date, sex: &sex };
    let facts = read_patient(&typed).map_err(ChangePatientRefusal::Invalid)?;
    let (at, by) = (now(), actor.to_string());
    let new = NewFacts { patient, seen_version: Some(seen_version), facts, is_unknown, by };
    let act = move |tx: &mut store::Tx<'_>| {
        let changed = change_facts(tx, &new, at)?;
        let note = changed.as_ref().err().map_or_else(|| "changed".to_owned(), ToString::to_string);
        Ok(Outcome { act: ACT, accepted: changed.is_ok(), subject: Some(patient.uuid()), note })
    };
    let done = lab.store().write(actor, command, at, act).await.map_err(ActTrouble::from)?;
    if done.act != ACT || done.subject != Some(patient.uuid()) {
        return Err(ChangePatientRefusal::Refused("this form was sent before for something else: open the page again".to_owned()));
    }
    if !done.accepted {
        return Err(ChangePatientRefusal::Refused(done.note));
    }
    lab.live().results_changed();
    Ok(())
}
