//! What a hospital system tells of a patient: registered, updated, and never silently where specimens are here under the name.

use super::link::Hl7Link;
use super::numbers::{self, Number, field};
use super::outcome::Tasks;
use crate::patient_facts::differences;
use crate::patients::{self as records, NewFacts};
use hl7v2::{Birth, ErrorCode, Location, Patient, Rejection, Said};
use kernel::{PatientId, PatientIdentifierId, Sex, Timestamp};
use store::repositories::patients::{self, PatientEntry, PatientRecord, Registration};
use store::{Trouble, Tx};

/// What every change that one message makes is made with.
pub(super) struct Telling<'t> {
    pub(super) link: &'t Hl7Link,
    /// The link's account.
    pub(super) by: &'t str,
    /// When the command was made.
    pub(super) at: Timestamp,
    /// When what is told happened.
    pub(super) told_at: Timestamp,
    /// Which message says it: "A40 4711 of HIS^HOSP".
    pub(super) source: &'t str,
    /// The message's line about the patient, for tasks.
    pub(super) line: &'t str,
}

/// What was done, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Doing {
    pub(super) done: Vec<String>,
    pub(super) warnings: Vec<Rejection>,
}

/// Characters stand for somebody whose name nobody told.
const NO_NAME: &str = "Unknown";

impl Telling<'_> {
    /// The numbers of a patient: first the record number, which is the first of kind MR, or else the first of all.
    pub(super) fn numbers(&self, patient: &Patient) -> Result<Vec<Number>, Rejection> {
        let place = field("PID", 3);
        let mut numbers: Vec<Number> =
            patient.identifiers.iter().map(|identifier| numbers::of_patient(identifier, self.link, place)).collect::<Result<_, _>>()?;
        let record_number = numbers.iter().position(|number| number.kind == "MR").unwrap_or(0);
        if let Some(stretch) = numbers.get_mut(..=record_number) {
            stretch.rotate_right(1);
        }
        Ok(numbers)
    }

    /// Registers the patient or gives the record what is told of it, unless something newer was told before. The record that goes on.
    pub(super) fn tell(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        patient: &Patient,
        doing: &mut Doing,
    ) -> Result<Result<PatientEntry, Rejection>, Trouble> {
        let numbers = match self.numbers(patient) {
            Ok(numbers) => numbers,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some((first, further)) = numbers.split_first() else {
            return Ok(Err(Rejection::new(field("PID", 3), ErrorCode::RequiredFieldMissing, "a patient needs an identifier")));
        };
        let named = patients::entry_by_number(tx, &first.value, &first.authority)?;
        let entry = match named {
            None => self.register(tx, tasks, first, patient, doing)?,
            Some(named) if named.merged_into.is_some() => {
                doing
                    .warnings
                    .push(note(field("PID", 3), "the record of this number was merged into another; its facts were left as they are"));
                patients::survivor(tx, named)?
            }
            Some(known) => self.update(tx, tasks, known, patient, doing)?,
        };
        for number in further {
            self.add_number(tx, tasks, &entry, number, doing)?;
        }
        Ok(Ok(entry))
    }

    fn register(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        number: &Number,
        patient: &Patient,
        doing: &mut Doing,
    ) -> Result<PatientEntry, Trouble> {
        let blank = PatientRecord {
            id: PatientId::from_uuid(tasks.ids.next()),
            mrn: number.value.clone(),
            family_name: NO_NAME.to_owned(),
            given_name: String::new(),
            birth_date: String::new(),
            sex: Sex::Unknown.code().to_owned(),
        };
        let (facts, has_name) = facts(&blank, patient, doing);
        let registration =
            Registration { authority: number.authority.clone(), is_unknown: !has_name, mother: None, told_at: Some(self.told_at) };
        records::register(tx, &facts, &registration, self.at)?.map_err(|refusal| Trouble::because(refusal.to_string()))?;
        doing.done.push("a patient was registered".to_owned());
        patients::entry_by_id(tx, facts.id)?.ok_or_else(|| Trouble::because("a patient was registered and is not there"))
    }

    fn update(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        known: PatientEntry,
        patient: &Patient,
        doing: &mut Doing,
    ) -> Result<PatientEntry, Trouble> {
        if known.told_at.is_some_and(|told| told > self.told_at) {
            doing.done.push("something newer was told of the patient before, so that this was left out".to_owned());
            return Ok(known);
        }
        let (facts, has_name) = facts(&known.patient, patient, doing);
        let is_unknown = known.is_unknown && !has_name;
        let changes = facts != known.patient || is_unknown != known.is_unknown;
        if changes {
            let differ = differences(&known.patient, &facts);
            if !differ.is_empty() && patients::has_specimens(tx, known.patient.id)? {
                let why = format!(
                    "{} changed the {} of a patient of whom specimens are here: before {}, now {}; check the labels and the results",
                    self.source,
                    differ.join(" and "),
                    in_words(&known.patient),
                    in_words(&facts)
                );
                tasks.open_about("hl7_identity", Some(known.patient.id), self.line, &why);
            }
            let new = NewFacts { patient: known.patient.id, seen_version: None, facts, is_unknown, by: self.by.to_owned() };
            records::change_facts(tx, &new, self.at)?.map_err(|refusal| Trouble::because(refusal.to_string()))?;
            doing.done.push("a patient's facts were changed".to_owned());
        }
        patients::set_told_at(tx, known.patient.id, self.told_at)?;
        patients::entry_by_id(tx, known.patient.id)?.ok_or_else(|| Trouble::because("a patient was changed and is not there"))
    }

    /// A further number; where it leads to another record, two records may be of one person, which only people can say.
    fn add_number(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        entry: &PatientEntry,
        number: &Number,
        doing: &mut Doing,
    ) -> Result<(), Trouble> {
        let Some(known) = patients::patient_by_number(tx, &number.value, &number.authority)? else {
            let id = PatientIdentifierId::from_uuid(tasks.ids.next());
            return patients::add_identifier(tx, id, (&number.value, &number.authority, &number.kind), entry.patient.id, self.at);
        };
        if known.patient.id != entry.patient.id {
            let why = format!(
                "{} gives the patient with number {} a number that leads to the one with number {}: are they one person?",
                self.source, entry.patient.mrn, known.patient.mrn
            );
            tasks.open_about("hl7_identity", Some(entry.patient.id), self.line, &why);
            doing.warnings.push(note(field("PID", 3), "a further number belongs to another patient here and was left with that one"));
        }
        Ok(())
    }
}

/// Something that was left out, and why.
pub(super) fn note(place: Location, words: &str) -> Rejection {
    Rejection::new(place, ErrorCode::DuplicateKey, words)
}

/// The facts as they are after what is told, and whether a name was told. What cannot be kept is left as it is known.
fn facts(known: &PatientRecord, told: &Patient, doing: &mut Doing) -> (PatientRecord, bool) {
    let mut facts = known.clone();
    let mut has_name = false;
    match (told.legal_name().map(hl7v2::Name::person_name), &told.names) {
        (Some(Ok(name)), _) => {
            name.family().clone_into(&mut facts.family_name);
            name.given().unwrap_or_default().clone_into(&mut facts.given_name);
            has_name = true;
        }
        (Some(Err(trouble)), _) => {
            // The words would repeat the name.
            let words = format!("the {} name cannot be kept and was left as it is known", trouble.part);
            doing.warnings.push(Rejection::new(field("PID", 5), ErrorCode::DataType, words));
        }
        (None, Said::Deleted) => {
            let words = "a patient cannot be without a name; it was left as it is known";
            doing.warnings.push(Rejection::new(field("PID", 5), ErrorCode::RequiredFieldMissing, words));
        }
        (None, _) => {}
    }
    match &told.birth {
        Said::NotSaid => {}
        Said::Deleted => facts.birth_date.clear(),
        // A day is told again without the time of day that was known.
        Said::Said(Birth { date, .. }) if facts.birth_date.starts_with(&date.to_string()) => {}
        Said::Said(Birth { date, .. }) => facts.birth_date = date.to_string(),
    }
    match told.sex {
        Said::NotSaid => {}
        Said::Deleted => Sex::Unknown.code().clone_into(&mut facts.sex),
        Said::Said(sex) => sex.code().clone_into(&mut facts.sex),
    }
    (facts, has_name)
}

/// In what a message tells otherwise of a patient than the record does.
pub(super) fn differing(known: &PatientRecord, told: &Patient) -> Vec<&'static str> {
    let (facts, _) = facts(known, told, &mut Doing::default());
    differences(known, &facts)
}

/// A patient's facts for a task, which only those read who may see patients.
fn in_words(facts: &PatientRecord) -> String {
    let birth = if facts.birth_date.is_empty() { "birth not known" } else { &facts.birth_date };
    format!("{}, {}, {birth}, {}", facts.family_name, facts.given_name, facts.sex)
}
