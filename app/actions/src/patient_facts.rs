//! What somebody typed or sent of a patient, read once and the same way wherever it comes from.

use crate::new_ids::new_uuid;
use crate::orders::FieldTrouble;
use kernel::{BirthDate, Mrn, PatientId, PersonName, Sex, Timestamp};
use store::repositories::patients::{self, PatientRecord};
use store::{Trouble, Tx};

/// A patient's facts as typed; nothing of them is trusted yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TypedPatient<'a> {
    pub(crate) mrn: &'a str,
    pub(crate) family_name: &'a str,
    pub(crate) given_name: &'a str,
    pub(crate) birth_date: &'a str,
    pub(crate) sex: &'a str,
}

/// A patient with a new id, or every field that cannot be taken.
pub(crate) fn read_patient(typed: &TypedPatient<'_>) -> Result<PatientRecord, Vec<FieldTrouble>> {
    let mut troubles = Vec::new();
    let mut note = |field, what: String, next: &str| troubles.push(FieldTrouble { field, what, next: next.to_owned() });
    let mrn = Mrn::parse(typed.mrn).map_err(|trouble| note("mrn", trouble.to_string(), "type the number on the wristband")).ok();
    let name = PersonName::new(typed.family_name, typed.given_name)
        .map_err(|trouble| {
            note(if trouble.part == "given" { "given_name" } else { "family_name" }, trouble.to_string(), "type the name as on the request")
        })
        .ok();
    let birth = match typed.birth_date.trim() {
        "" => Some(String::new()),
        text => BirthDate::parse(text)
            .map(|birth| birth.to_string())
            .map_err(|trouble| note("birth_date", trouble.to_string(), "leave it empty where it is not known"))
            .ok(),
    };
    let sex = Sex::from_code(typed.sex.trim());
    if sex.is_none() {
        note("sex", format!("“{}” is not F, M, O or U", excerpt(typed.sex)), "choose one; U where it is not known");
    }
    match (mrn, name, birth, sex) {
        (Some(mrn), Some(name), Some(birth_date), Some(sex)) => Ok(PatientRecord {
            id: PatientId::from_uuid(new_uuid()),
            mrn: mrn.to_string(),
            family_name: name.family().to_owned(),
            given_name: name.given().unwrap_or_default().to_owned(),
            birth_date,
            sex: sex.code().to_owned(),
        }),
        _ => Err(troubles),
    }
}

/// Which facts of a known patient differ from those typed. Names are compared without regard to case.
pub(crate) fn differences(known: &PatientRecord, asked: &PatientRecord) -> Vec<&'static str> {
    let folded = |text: &str| text.to_lowercase();
    let mut differ = Vec::new();
    if folded(&known.family_name) != folded(&asked.family_name) {
        differ.push("family name");
    }
    if folded(&known.given_name) != folded(&asked.given_name) {
        differ.push("given name");
    }
    if known.birth_date != asked.birth_date && !is_same_day_with_one_time(&known.birth_date, &asked.birth_date) {
        differ.push("birth date");
    }
    if known.sex != asked.sex {
        differ.push("sex");
    }
    differ
}

/// Keeps of a known patient what was not known before.
pub(crate) fn complete(tx: &mut Tx<'_>, known: &PatientRecord, asked: &PatientRecord, by: &str, now: Timestamp) -> Result<(), Trouble> {
    let Some(birth_date) = completed_birth(known, asked) else { return Ok(()) };
    let entry = patients::entry_by_id(tx, known.id)?.ok_or_else(|| Trouble::because("a patient was there a moment ago and is not now"))?;
    let facts = PatientRecord { birth_date, ..entry.patient.clone() };
    patients::change_facts(tx, &entry, &facts, entry.is_unknown, by, now).map(drop)
}

/// The birth to keep of a known patient whom somebody names again: with the time of day, where that was not known before.
pub(crate) fn completed_birth(known: &PatientRecord, asked: &PatientRecord) -> Option<String> {
    let adds_time = known.birth_date.len() < asked.birth_date.len() && is_same_day_with_one_time(&known.birth_date, &asked.birth_date);
    adds_time.then(|| asked.birth_date.clone())
}

/// Whether two births in stored form are on the same day, and only one of them says at what time.
fn is_same_day_with_one_time(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (BirthDate::parse(one), BirthDate::parse(other)) else { return false };
    one.has_time() != other.has_time() && one.day_alone() == other.day_alone()
}

/// As much of a text as an error repeats.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
