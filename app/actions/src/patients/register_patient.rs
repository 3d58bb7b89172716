//! A person registers a patient: with the hospital's number, or with one of ours for the newborn and the unknown. Who may be registered already is
//! shown first, and nobody is registered beside them unless somebody says that they are other people.

use super::alike::alike;
use super::register::{RegisterRefusal, register};
use crate::Laboratory;
use crate::codes::next_provisional_number;
use crate::new_ids::now;
use crate::orders::FieldTrouble;
use crate::patient_facts::{TypedPatient, read_patient};
use crate::trouble::ActTrouble;
use kernel::{Actor, CommandId, PatientId};
use store::Outcome;
use store::repositories::patients::{self, PatientEntry, PatientRecord, Registration};

const ACT: &str = "register_patient";
/// Children of one birth.
const BORN_TOGETHER_MAX: u8 = 9;

/// A patient as somebody typed one; nothing of it is trusted yet.
#[derive(Debug, Clone, Default)]
pub struct RegisterRequest {
    /// The number on the wristband; empty for a newborn or an unknown person gives one of ours.
    pub mrn: String,
    /// Family name; empty for a newborn is the mother's, for the unknown "Unknown".
    pub family_name: String,
    /// Given name; empty for a newborn is "Baby girl of" and the mother's.
    pub given_name: String,
    /// ISO date as far as known, for a newborn with the time of day.
    pub birth_date: String,
    /// F, M, O or U.
    pub sex: String,
    /// Nobody knows who this is.
    pub is_unknown: bool,
    /// The mother's number, of a newborn; empty otherwise.
    pub mother: String,
    /// Which child of a birth of several, from 1; empty for the only one.
    pub birth_order: String,
    /// The records that may be of this person, and are of other people as whoever registers says.
    pub others: Vec<PatientId>,
}

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterPatientRefusal {
    /// Fields cannot be taken.
    #[error("fields cannot be taken")]
    Invalid(Vec<FieldTrouble>),
    /// These records may be of the same person.
    #[error("there are records that may be of the same person: look at them first")]
    Alike(Vec<PatientEntry>),
    /// It cannot be.
    #[error("{0}")]
    Refused(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Registers a patient under a command id of the caller's; the number of the record.
pub async fn register_patient(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    request: RegisterRequest,
) -> Result<String, RegisterPatientRefusal> {
    let mother = mother(lab, &request.mother).await?;
    let (request, new) = read(lab, request, mother.as_ref()).await?;
    let with = Registration { is_unknown: request.is_unknown, mother: mother.map(|mother| mother.patient.id), ..Registration::default() };
    let (at, others, looked) = (now(), request.others, new.clone());
    let is_unknown = with.is_unknown;
    let act = move |tx: &mut store::Tx<'_>| {
        let outcome = |accepted, note| Ok(Outcome { act: ACT, accepted, subject: Some(new.id.uuid()), note });
        let taken = patients::entry_by_number(tx, &new.mrn, "")?.is_some();
        if !taken && alike(tx, &new, with.is_unknown)?.iter().any(|entry| !others.contains(&entry.patient.id)) {
            return outcome(false, ALIKE.to_owned());
        }
        match register(tx, &new, &with, at)? {
            Ok(()) => outcome(true, new.mrn.clone()),
            Err(refusal) => outcome(false, refusal.to_string()),
        }
    };
    let done = lab.store().write(actor, command, at, act).await.map_err(ActTrouble::from)?;
    if done.act != ACT {
        return Err(RegisterPatientRefusal::Refused(format!("this command id was used before, for {}; use a new one", done.act)));
    }
    if done.accepted {
        return Ok(done.note);
    }
    if done.note != ALIKE {
        return Err(RegisterPatientRefusal::Refused(done.note));
    }
    let found = lab.store().read(move |reader| alike(reader, &looked, is_unknown)).await.map_err(ActTrouble::from)?;
    lab.note_seen(actor, "alike patients", "", found.iter().map(|entry| Some(entry.patient.id))).await?;
    Err(RegisterPatientRefusal::Alike(found))
}

/// The journal's word for what was not registered because others may be the same person.
const ALIKE: &str = "records that may be of the same person were not looked at";

/// The record of the mother that goes on.
async fn mother(lab: &Laboratory, number: &str) -> Result<Option<PatientEntry>, RegisterPatientRefusal> {
    let number = number.trim().to_owned();
    if number.is_empty() {
        return Ok(None);
    }
    let found = lab.store().read(move |reader| patients::patient_by_number(reader, &number, "")).await.map_err(ActTrouble::from)?;
    let (field, what, next) = ("mother", RegisterRefusal::NoMother.to_string(), "scan her wristband".to_owned());
    found.map(Some).ok_or_else(|| RegisterPatientRefusal::Invalid(vec![FieldTrouble { field, what, next }]))
}

/// What was typed, with what follows for a newborn and for somebody unknown.
async fn read(
    lab: &Laboratory,
    mut request: RegisterRequest,
    mother: Option<&PatientEntry>,
) -> Result<(RegisterRequest, PatientRecord), RegisterPatientRefusal> {
    let mut troubles = Vec::new();
    if let Some(mother) = mother {
        match birth_order(&request.birth_order) {
            Ok(order) => name_newborn(&mut request, &mother.patient, order),
            Err(trouble) => troubles.push(trouble),
        }
        if request.birth_date.trim().len() < DAY_CHARS_MIN {
            let (what, next) =
                ("a newborn's day of birth is needed".to_owned(), "type the day, and the time of day where it is known".to_owned());
            troubles.push(FieldTrouble { field: "birth_date", what, next });
        }
    }
    let is_without_number = request.mrn.trim().is_empty() && (mother.is_some() || request.is_unknown);
    if is_without_number {
        request.mrn = next_provisional_number(lab).await?;
    }
    if request.is_unknown && request.family_name.trim().is_empty() {
        request.family_name = "Unknown".to_owned();
        request.given_name = request.mrn.clone();
    }
    let RegisterRequest { mrn, family_name, given_name, birth_date, sex, .. } = &request;
    match (read_patient(&TypedPatient { mrn, family_name, given_name, birth_date, sex }), troubles.is_empty()) {
        (Ok(new), true) => Ok((request, new)),
        (Ok(_), false) => Err(RegisterPatientRefusal::Invalid(troubles)),
        (Err(more), _) => {
            // A birth date that is missing and cannot be read is told once.
            troubles.retain(|trouble| more.iter().all(|other| other.field != trouble.field));
            troubles.extend(more);
            Err(RegisterPatientRefusal::Invalid(troubles))
        }
    }
}

/// `19800321`.
const DAY_CHARS_MIN: usize = 8;

/// 0 for the only child.
fn birth_order(typed: &str) -> Result<u8, FieldTrouble> {
    match typed.trim() {
        "" => Ok(0),
        text => text.parse().ok().filter(|order| (1..=BORN_TOGETHER_MAX).contains(order)).ok_or_else(|| FieldTrouble {
            field: "birth_order",
            what: format!("which child it is must be a number from 1 to {BORN_TOGETHER_MAX}"),
            next: "leave it empty for the only one".to_owned(),
        }),
    }
}

/// The name that a newborn bears until it has one: told apart from the mother's, and from that of its siblings.
fn name_newborn(request: &mut RegisterRequest, mother: &PatientRecord, order: u8) {
    if request.family_name.trim().is_empty() {
        request.family_name.clone_from(&mother.family_name);
    }
    if request.given_name.trim().is_empty() {
        let child = match request.sex.trim() {
            "F" => "Baby girl",
            "M" => "Baby boy",
            _ => "Baby",
        };
        let order = order.checked_sub(1).map(|before| format!(" {}", char::from(b'A' + before))).unwrap_or_default();
        let whose = if mother.given_name.is_empty() { &mother.family_name } else { &mother.given_name };
        request.given_name = format!("{child}{order} of {whose}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newborn_is_named_after_its_mother_until_it_has_a_name() {
        let mother = |given: &str| PatientRecord {
            id: PatientId::from_uuid(uuid::Uuid::from_u128(1)),
            mrn: "1".to_owned(),
            family_name: "Nguyễn".to_owned(),
            given_name: given.to_owned(),
            birth_date: String::new(),
            sex: "F".to_owned(),
        };
        let named = |given: &str, sex: &str, order: u8| {
            let mut request = RegisterRequest { sex: sex.to_owned(), ..RegisterRequest::default() };
            name_newborn(&mut request, &mother(given), order);
            format!("{}, {}", request.family_name, request.given_name)
        };
        assert_eq!(named("Lan", "F", 0), "Nguyễn, Baby girl of Lan");
        assert_eq!(
            (named("Lan", "M", 1), named("Lan", "M", 2)),
            ("Nguyễn, Baby boy A of Lan".to_owned(), "Nguyễn, Baby boy B of Lan".to_owned())
        );
        assert_eq!(named("", "U", 0), "Nguyễn, Baby of Nguyễn");
        let mut typed = RegisterRequest { family_name: "Lê".to_owned(), given_name: "Minh".to_owned(), ..RegisterRequest::default() };
        name_newborn(&mut typed, &mother("Lan"), 0);
        assert_eq!((typed.family_name.as_str(), typed.given_name.as_str()), ("Lê", "Minh"));
        for (order, wanted) in [("", Some(0)), (" 2 ", Some(2)), ("9", Some(9)), ("0", None), ("10", None), ("x", None), ("-1", None)] {
            assert_eq!(birth_order(order).ok(), wanted, "{order}");
        }
    }
}
