//! Patients as pages show them: found, in full, and two side by side. Who looks is noted, in every one of them.

use super::{PAGE_ROWS, PatientLine};
use crate::trouble::ActTrouble;
use crate::{Laboratory, StaffLine};
use kernel::{Actor, BirthDate, Lang, PatientId, Timestamp, asked_words};
use people::Role;
use std::collections::HashMap;
use store::repositories::dated_facts::{self, DatedFact};
use store::repositories::patient_history::{ListedOrder, orders_of};
use store::repositories::patient_search::{self, Asked};
use store::repositories::patients::{self, FormerFacts, IdentifierRecord, MergeRecord, PatientEntry};
use store::repositories::visits::{self, VisitRecord};
use store::{Reader, Trouble};
use uuid::Uuid;

/// Characters somebody may type to find a patient.
pub const TYPED_CHARS_MAX: usize = 200;
/// Of each kind of thing in a patient's record, so many are shown.
pub const SHOWN_MAX: u32 = 100;

/// A patient as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientFound {
    /// The record.
    pub id: PatientId,
    /// Who.
    pub line: PatientLine,
    /// Who gave the number; empty for the site.
    pub authority: String,
    /// Completed months of age at least, where the birth is known.
    pub age_months: Option<u32>,
    /// Nobody knows who this is.
    pub is_unknown: bool,
    /// The number of the record that goes on in place of this one.
    pub merged_into: Option<String>,
}

/// What a search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchAnswer {
    /// These; `more` fit or may fit.
    Found {
        /// At most fifty.
        patients: Vec<PatientFound>,
        /// More must be typed to see the others.
        more: bool,
    },
    /// It was not searched: what is missing, in words.
    Needs(&'static str),
}

/// Whether somebody finds patients only by two identifiers: a number, or a name and a birth date (people 4.1). So it is for phlebotomists and
/// laboratory assistants who hold no other role.
pub fn needs_two_identifiers(staff: &StaffLine) -> bool {
    let roles = crate::authority::roles(&staff.role);
    !roles.is_empty() && roles.iter().all(|role| matches!(role, Role::Phlebotomist | Role::LaboratoryAssistant))
}

/// Finds patients by number, parts of the name and birth date, in any order in one field.
pub async fn search_patients(lab: &Laboratory, staff: &StaffLine, typed: &str) -> Result<SearchAnswer, ActTrouble> {
    let pieces = match pieces(typed) {
        Ok(pieces) => pieces,
        Err(words) => return Ok(SearchAnswer::Needs(words)),
    };
    let two = needs_two_identifiers(staff);
    let (found, entries_into) = lab.store().read(move |reader| find(reader, &pieces, two)).await?;
    let Some(found) = found else {
        return Ok(SearchAnswer::Needs("type the number on the wristband, or the name and the whole birth date: two identifiers"));
    };
    lab.note_seen(&Actor::Person(staff.id), "patient search", typed, found.patients.iter().map(|entry| Some(entry.patient.id))).await?;
    let patients = found.patients.into_iter().map(|entry| line(lab, entry, &entries_into)).collect();
    Ok(SearchAnswer::Found { patients, more: found.more })
}

/// What was typed, piece by piece: what holds a digit may be a number or a date, the rest is of the name.
struct Pieces {
    words: Vec<String>,
    numbers: Vec<String>,
}

fn pieces(typed: &str) -> Result<Pieces, &'static str> {
    if typed.chars().nth(TYPED_CHARS_MAX).is_some() || typed.chars().any(char::is_control) {
        return Err("that is longer than any name with its number and date: type less");
    }
    let (numbers, words): (Vec<&str>, Vec<&str>) = typed
        .split([' ', ',', ';', '\u{a0}'])
        .filter(|piece| !piece.is_empty())
        .partition(|piece| piece.chars().any(|c| c.is_ascii_digit()));
    if numbers.len() > 3 {
        return Err("there are more numbers than a record number and a birth date: type less");
    }
    Ok(Pieces { words: asked_words(&words.join(" ")), numbers: numbers.into_iter().map(str::to_owned).collect() })
}

type FoundInto = (Option<patient_search::Found>, HashMap<PatientId, String>);

/// What a piece with digits is: a number if somebody has it, else a date. `None` where two identifiers are needed and were not typed.
fn find(reader: &mut Reader<'_>, pieces: &Pieces, two: bool) -> Result<FoundInto, Trouble> {
    let mut asked = Asked { words: pieces.words.clone(), ..Asked::default() };
    for piece in &pieces.numbers {
        let is_number = asked.number.is_none() && !patient_search::numbered(reader, piece, 1)?.is_empty();
        match date(piece) {
            _ if is_number => asked.number = Some(piece.clone()),
            Some(born) if asked.born.is_none() => asked.born = Some(born),
            // Neither, with letters in it: a word of a name, as of the unknown, whose names are numbers of ours.
            _ if piece.chars().any(char::is_alphabetic) => asked.words.extend(asked_words(piece)),
            // Neither: nobody has such a number.
            _ => asked.number = Some(piece.clone()),
        }
    }
    let whole_day = asked.born.as_ref().is_some_and(|born| born.len() >= "1980-03-21".len());
    let is_named_and_born = whole_day && !asked.words.is_empty();
    if two && asked.number.is_none() && !is_named_and_born {
        return Ok((None, HashMap::new()));
    }
    let found = patient_search::search(reader, &asked, PAGE_ROWS)?;
    let into = merged_into(reader, &found.patients)?;
    Ok((Some(found), into))
}

/// A date in stored form: ISO, compact, or day first with points as much of the world writes it.
fn date(piece: &str) -> Option<String> {
    let iso = match piece.split('.').collect::<Vec<_>>().as_slice() {
        [day, month, year] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => piece.to_owned(),
    };
    BirthDate::parse(&iso).ok().map(|birth| birth.day_alone().to_string())
}

/// The numbers of the records that go on in place of these.
fn merged_into(reader: &mut Reader<'_>, entries: &[PatientEntry]) -> Result<HashMap<PatientId, String>, Trouble> {
    let mut into = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.merged_into.is_some()) {
        into.insert(entry.patient.id, patients::survivor(reader, entry.clone())?.patient.mrn);
    }
    Ok(into)
}

fn line(lab: &Laboratory, entry: PatientEntry, into: &HashMap<PatientId, String>) -> PatientFound {
    let born = BirthDate::parse(&entry.patient.birth_date).ok();
    PatientFound {
        id: entry.patient.id,
        age_months: born.and_then(|born| born.age_months(crate::now(), lab.zone())).map(|age| age.at_least),
        merged_into: into.get(&entry.patient.id).cloned(),
        authority: entry.authority,
        is_unknown: entry.is_unknown,
        line: entry.patient.into(),
    }
}

/// Where a scanned patient's number leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientCode {
    /// The record that goes on.
    pub patient: PatientId,
    /// Its number.
    pub mrn: String,
    /// Who gave the number; empty for the site.
    pub authority: String,
    /// When the record of the scanned number was merged into it, if it was.
    pub merged_at: Option<Timestamp>,
}

/// The patient a scanned or typed number of the site leads to, merges followed. Whoever shows the record notes who sees it.
pub async fn patient_by_code(lab: &Laboratory, code: &str) -> Result<Option<PatientCode>, ActTrouble> {
    let code = code.trim().to_owned();
    if code.is_empty() || code.contains('\0') {
        return Ok(None);
    }
    Ok(lab.store().read(move |reader| leads_to(reader, &code, "")).await?)
}

fn leads_to(reader: &mut Reader<'_>, number: &str, authority: &str) -> Result<Option<PatientCode>, Trouble> {
    let Some(named) = patients::entry_by_number(reader, number, authority)? else { return Ok(None) };
    let merged_at = match named.merged_into {
        Some(_) => patients::merge_of_retired(reader, named.patient.id)?.map(|merge| merge.merged_at),
        None => None,
    };
    let goes_on = patients::survivor(reader, named)?;
    Ok(Some(PatientCode { patient: goes_on.patient.id, mrn: goes_on.patient.mrn, authority: goes_on.authority, merged_at }))
}

/// A record with everything recorded under it.
#[derive(Debug, Clone)]
pub struct PatientView {
    /// Who.
    pub found: PatientFound,
    /// The version a change must name.
    pub row_version: i64,
    /// Further numbers.
    pub identifiers: Vec<IdentifierRecord>,
    /// The facts of before, newest first.
    pub former: Vec<FormerFacts>,
    /// What is and was true for a time.
    pub facts: Vec<DatedFact>,
    /// Stays and visits.
    pub visits: Vec<VisitRecord>,
    /// Orders, newest first, with the words of their priority.
    pub orders: Vec<ListedOrder>,
    /// There are more orders, or visits, or former facts than are shown.
    pub more: bool,
    /// The number of the mother, of a newborn.
    pub mother: Option<String>,
    /// Records merged into this one, with the merges that did it.
    pub merged: Vec<(PatientLine, MergeRecord)>,
    /// The merge that retired this record, and the number that goes on.
    pub merge: Option<(MergeRecord, String)>,
}

/// A record as it is, merged or not.
pub async fn patient(lab: &Laboratory, by: &Actor, number: &str, authority: &str) -> Result<Option<PatientView>, ActTrouble> {
    if number.contains('\0') || authority.contains('\0') {
        return Ok(None);
    }
    let (asked, of) = (number.to_owned(), authority.to_owned());
    let read = lab
        .store()
        .read(move |reader| {
            let Some(entry) = patients::entry_by_number(reader, &asked, &of)? else { return Ok(None) };
            let into = merged_into(reader, std::slice::from_ref(&entry))?;
            Ok(Some((in_full(reader, &entry, &into)?, entry, into)))
        })
        .await?;
    let Some((view, entry, into)) = read else { return Ok(None) };
    lab.note_seen(by, "patient", number, std::iter::once(Some(entry.patient.id))).await?;
    let found = line(lab, entry, &into);
    Ok(Some(PatientView { found, ..view }))
}

fn in_full(reader: &mut Reader<'_>, entry: &PatientEntry, into: &HashMap<PatientId, String>) -> Result<PatientView, Trouble> {
    let id = entry.patient.id;
    let orders = orders_of(reader, id, (Timestamp::from_micros(i64::MAX), Uuid::max()), SHOWN_MAX)?;
    let (former, visits) = (patients::former_facts(reader, id, SHOWN_MAX)?, visits::of_patient(reader, id, SHOWN_MAX)?);
    let facts = dated_facts::of_patient(reader, id, SHOWN_MAX)?;
    let is_full = |length: usize| length >= SHOWN_MAX as usize;
    let mut merged = Vec::new();
    for one in patients::merged_into(reader, id)?.into_iter().take(SHOWN_MAX as usize) {
        if let Some(merge) = patients::merge_of_retired(reader, one.patient.id)? {
            merged.push((one.patient.into(), merge));
        }
    }
    let mother = match entry.mother {
        Some(mother) => patients::entry_by_id(reader, mother)?,
        None => None,
    };
    let mother = mother.map(|mother| patients::survivor(reader, mother)).transpose()?.map(|mother| mother.patient.mrn);
    let merge = patients::merge_of_retired(reader, id)?.zip(into.get(&id).cloned());
    Ok(PatientView {
        found: bare(entry),
        row_version: entry.row_version,
        identifiers: patients::identifiers(reader, id, SHOWN_MAX)?,
        more: orders.next.is_some() || is_full(former.len()) || is_full(visits.len()) || is_full(facts.len()),
        orders: orders.records,
        former,
        facts,
        visits,
        mother,
        merged,
        merge,
    })
}

/// The line without what needs the laboratory's clock.
fn bare(entry: &PatientEntry) -> PatientFound {
    PatientFound {
        id: entry.patient.id,
        line: entry.patient.clone().into(),
        authority: entry.authority.clone(),
        age_months: None,
        is_unknown: entry.is_unknown,
        merged_into: None,
    }
}

/// Records shown to whoever registers somebody like them, as lines.
pub fn lines_of(lab: &Laboratory, entries: Vec<PatientEntry>) -> Vec<PatientFound> {
    entries.into_iter().map(|entry| line(lab, entry, &HashMap::new())).collect()
}

/// A stored priority in words.
pub fn priority_words(name: &str) -> &str {
    workflow::Priority::from_name(name).map_or(name, |priority| priority.words(Lang::English))
}

/// Names of staff by the actors that are written in records; what is not of a member of staff stands as it is.
pub async fn actor_names(lab: &Laboratory, actors: Vec<String>) -> Result<HashMap<String, String>, ActTrouble> {
    let listed = crate::list_staff(lab.store()).await?;
    let names: HashMap<String, String> =
        listed.into_iter().map(|listed| (Actor::Person(listed.staff.id).to_string(), listed.staff.display_name)).collect();
    Ok(actors.into_iter().map(|actor| (actor.clone(), names.get(&actor).cloned().unwrap_or(actor))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_in_one_field_is_told_apart() {
        let read = |typed| pieces(typed).map(|pieces| (pieces.words, pieces.numbers));
        let texts = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(read("Nguyễn, lan 21.03.1980"), Ok((texts(&["nguyen", "lan"]), texts(&["21.03.1980"]))));
        assert_eq!(read(" 4711 "), Ok((vec![], texts(&["4711"]))));
        let long = "x".repeat(201);
        assert!(read("1 2 3 4").is_err() && read(&long).is_err() && read("a\0").is_err());
        for (typed, wanted) in [
            ("1980-03-21", Some("1980-03-21")),
            ("19800321", Some("1980-03-21")),
            ("21.3.1980", Some("1980-03-21")),
            ("1980", Some("1980")),
            ("1980-03", Some("1980-03")),
            ("21/03/1980", None),
            ("31.02.1980", None),
            ("4711x", None),
        ] {
            assert_eq!(date(typed).as_deref(), wanted, "{typed}");
        }
    }
}
