//! Records that may be of the same person: shown before another one is made.

use kernel::{BirthDate, PatientId, name_words, names_alike};
use store::repositories::patient_search::{self, Asked};
use store::repositories::patients::{PatientEntry, PatientRecord};
use store::{Reader, Trouble};

/// Records shown to whoever registers somebody; people who look at more see nothing.
const ALIKE_MAX: usize = 10;
/// Records of the same name that are looked at, where the birth date tells nothing.
const NAMED_MAX: u32 = 50;
/// Records looked at. In a million patients thirty are born on a day.
const LOOKED_AT_MAX: u32 = 500;

/// Records that may be of this person, at most ten: the same number elsewhere, the same birth date and a like name, or the same name where the
/// birth date is not known. Records that were merged are left out; those they were merged into stand for them.
pub(crate) fn alike(reader: &mut Reader<'_>, new: &PatientRecord, is_unknown: bool) -> Result<Vec<PatientEntry>, Trouble> {
    let mut found = patient_search::numbered(reader, &new.mrn, LOOKED_AT_MAX)?;
    // Of somebody unknown nothing tells apart but the number.
    if !is_unknown {
        let words = name_words(&new.family_name, &new.given_name);
        let day = BirthDate::parse(&new.birth_date).ok().filter(BirthDate::is_full).map(|birth| birth.day_alone().to_string());
        match day {
            Some(day) => {
                let mut born = patient_search::born(reader, &day, false, LOOKED_AT_MAX)?;
                for vaguer in [day.get(..7), day.get(..4)].into_iter().flatten() {
                    born.extend(patient_search::born(reader, vaguer, true, LOOKED_AT_MAX)?);
                }
                found.extend(born.into_iter().filter(|entry| names_alike(&words, &words_of(&entry.patient))));
            }
            None => {
                let named = patient_search::search(reader, &Asked { words: words.clone(), ..Asked::default() }, NAMED_MAX)?;
                found.extend(named.patients.into_iter().filter(|entry| is_same_name(&words, entry) && is_one_birth(&entry.patient, new)));
            }
        }
    }
    let mut seen: Vec<PatientId> = Vec::new();
    found.retain(|entry| {
        let first = entry.merged_into.is_none() && entry.patient.id != new.id && !seen.contains(&entry.patient.id);
        if first {
            seen.push(entry.patient.id);
        }
        first
    });
    found.truncate(ALIKE_MAX);
    Ok(found)
}

fn words_of(patient: &PatientRecord) -> Vec<String> {
    name_words(&patient.family_name, &patient.given_name)
}

fn is_same_name(words: &[String], entry: &PatientEntry) -> bool {
    let other = words_of(&entry.patient);
    words.len() == other.len() && words.iter().all(|word| other.contains(word))
}

/// Whether two births may be one: the same as far as both are known.
fn is_one_birth(one: &PatientRecord, other: &PatientRecord) -> bool {
    one.birth_date.starts_with(&other.birth_date) || other.birth_date.starts_with(&one.birth_date)
}
