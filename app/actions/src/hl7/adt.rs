//! Admissions, moves, discharges, updates and merges, done as the hospital system tells them.

use super::numbers::{self, field};
use super::outcome::{Came, Tasks};
use super::patients::{Doing, Telling, note};
use crate::patients::{Merging, merge_records};
use hl7v2::adt::{AdtEvent, Merge, PatientVisit, Subject, Trigger};
use hl7v2::{ErrorCode, Patient, Rejection, Said, Visit};
use kernel::{PatientMergeId, VisitId};
use store::repositories::patients::{self, PatientEntry};
use store::repositories::visits::{self, VisitRecord, VisitState};
use store::{Trouble, Tx};

/// Does what the message tells.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    tasks: &mut Tasks<'_>,
    event: &AdtEvent,
    telling: &Telling<'_>,
) -> Result<Result<Came, Rejection>, Trouble> {
    let mut doing = Doing { warnings: event.warnings.clone(), ..Doing::default() };
    match &event.subject {
        Subject::Patient(about) => {
            let PatientVisit { patient, visit } = &**about;
            let entry = match telling.tell(tx, tasks, patient, &mut doing)? {
                Ok(entry) => entry,
                Err(reason) => return Ok(Err(reason)),
            };
            if let Some(visit) = visit {
                telling.tell_visit(tx, tasks, &entry, visit, event.trigger, &mut doing)?;
            }
        }
        Subject::Merges(merges) => {
            // Read before anything is written: a message is taken as a whole or not at all.
            for merge in merges {
                if let Err(reason) = telling.numbers(&merge.survivor).and_then(|_| telling.retired_numbers(merge)) {
                    return Ok(Err(reason));
                }
            }
            for merge in merges {
                let is_first = doing.done.is_empty();
                match telling.merge(tx, tasks, merge, &mut doing)? {
                    Ok(()) => {}
                    Err(reason) if is_first => return Ok(Err(reason)),
                    // What came before it is taken back with it.
                    Err(reason) => return Err(Trouble::because(reason.to_string())),
                }
            }
        }
    }
    let done = if doing.done.is_empty() { "nothing was new".to_owned() } else { doing.done.join(", ") };
    Ok(Ok(Came::accepted(done, doing.warnings)))
}

/// Where a visit stands after an event; nothing where the event does not say.
const fn state_after(trigger: Trigger) -> Option<VisitState> {
    match trigger {
        Trigger::A01 | Trigger::A02 | Trigger::A04 | Trigger::A13 => Some(VisitState::Present),
        Trigger::A03 => Some(VisitState::Left),
        Trigger::A05 => Some(VisitState::Expected),
        Trigger::A11 => Some(VisitState::Cancelled),
        Trigger::A08 | Trigger::A28 | Trigger::A31 | Trigger::A39 | Trigger::A40 => None,
    }
}

impl Telling<'_> {
    fn retired_numbers(&self, merge: &Merge) -> Result<Vec<numbers::Number>, Rejection> {
        merge.retired.iter().map(|retired| numbers::of_patient(retired, self.link, merge.location)).collect()
    }

    /// Notes where the patient is. A visit without a number is no record.
    pub(super) fn tell_visit(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        entry: &PatientEntry,
        visit: &Visit,
        trigger: Trigger,
        doing: &mut Doing,
    ) -> Result<Option<VisitId>, Trouble> {
        let Said::Said(identifier) = &visit.number else { return Ok(None) };
        let number = match numbers::of_visit(identifier, self.link, field("PV1", 19)) {
            Ok(number) => number,
            Err(warning) => {
                doing.warnings.push(warning);
                return Ok(None);
            }
        };
        let known = visits::by_number(tx, &number.value, &number.authority)?;
        let mut record = match known {
            Some(known) if known.patient != entry.patient.id => {
                let why = format!(
                    "{} tells of a visit of the patient with number {}, which is another patient's here",
                    self.source, entry.patient.mrn
                );
                tasks.open_about("hl7_identity", Some(entry.patient.id), self.line, &why);
                doing.warnings.push(note(field("PV1", 19), "the visit is another patient's here and was left with that one"));
                return Ok(None);
            }
            Some(known) if known.told_at > self.told_at => {
                doing.done.push("something newer was told of the visit before, so that this was left out".to_owned());
                return Ok(Some(known.id));
            }
            Some(known) => known,
            None => VisitRecord {
                id: VisitId::from_uuid(tasks.ids.next()),
                number: number.value,
                authority: number.authority,
                patient: entry.patient.id,
                state: VisitState::Present,
                class: String::new(),
                ward: String::new(),
                room: String::new(),
                bed: String::new(),
                facility: String::new(),
                told_at: self.told_at,
                // Not there yet.
                row_version: 0,
            },
        };
        self.tell_place(&mut record, visit);
        record.state = state_after(trigger).unwrap_or(record.state);
        if record.row_version == 0 {
            visits::add(tx, &VisitRecord { row_version: 1, ..record.clone() })?;
            doing.done.push("a visit was noted".to_owned());
        } else if visits::change(tx, &record)? {
            doing.done.push("a visit was changed".to_owned());
        } else {
            return Err(Trouble::because("a visit was changed by somebody else in the same command"));
        }
        Ok(Some(record.id))
    }

    fn tell_place(&self, record: &mut VisitRecord, visit: &Visit) {
        record.told_at = self.told_at;
        match &visit.class {
            Said::NotSaid => {}
            Said::Deleted => record.class.clear(),
            Said::Said(class) => class.clone_into(&mut record.class),
        }
        let place = match &visit.place {
            Said::NotSaid => return,
            Said::Deleted => None,
            Said::Said(place) => Some(place),
        };
        let text = |part: Option<&String>| part.map(|text| crate::keep_transmission::printable(text)).unwrap_or_default();
        record.ward = text(place.and_then(|place| place.point_of_care.as_ref()));
        record.room = text(place.and_then(|place| place.room.as_ref()));
        record.bed = text(place.and_then(|place| place.bed.as_ref()));
        record.facility = text(place.and_then(|place| place.facility.as_ref()));
    }

    /// Makes one record of two. Numbers that nobody has here have nothing to merge; a survivor whom nobody knows is registered. What is refused has
    /// changed nothing.
    fn merge(&self, tx: &mut Tx<'_>, tasks: &mut Tasks<'_>, merge: &Merge, doing: &mut Doing) -> Result<Result<(), Rejection>, Trouble> {
        let retired_numbers = match self.retired_numbers(merge) {
            Ok(numbers) => numbers,
            Err(reason) => return Ok(Err(reason)),
        };
        let mut retired = Vec::new();
        for number in retired_numbers {
            match patients::patient_by_number(tx, &number.value, &number.authority)? {
                Some(entry) => retired.push(entry),
                None => {
                    let words = "no record has this number here; there was nothing to merge";
                    doing.warnings.push(Rejection::new(merge.location, ErrorCode::UnknownKey, words));
                }
            }
        }
        // Before the facts are told: what is refused has changed nothing.
        if let Some(known) = self.known(tx, &merge.survivor)? {
            if let Err(reason) = self.merge_records(tx, tasks, &known, &retired, merge, doing)? {
                return Ok(Err(reason));
            }
            retired.clear();
        }
        let survivor = match self.tell(tx, tasks, &merge.survivor, doing)? {
            Ok(survivor) => survivor,
            Err(reason) => return Ok(Err(reason)),
        };
        if let Err(reason) = self.merge_records(tx, tasks, &survivor, &retired, merge, doing)? {
            // The survivor was registered a moment ago.
            return Err(Trouble::because(reason.to_string()));
        }
        if let Some(visit) = &merge.visit {
            self.tell_visit(tx, tasks, &survivor, visit, Trigger::A40, doing)?;
        }
        Ok(Ok(()))
    }

    /// The record that goes on of this patient, if there is one.
    fn known(&self, tx: &mut Tx<'_>, patient: &Patient) -> Result<Option<PatientEntry>, Trouble> {
        let Some(number) = self.numbers(patient).ok().and_then(|numbers| numbers.into_iter().next()) else { return Ok(None) };
        patients::patient_by_number(tx, &number.value, &number.authority)
    }

    fn merge_records(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        survivor: &PatientEntry,
        retired: &[PatientEntry],
        merge: &Merge,
        doing: &mut Doing,
    ) -> Result<Result<(), Rejection>, Trouble> {
        for retired in retired {
            if retired.patient.id == survivor.patient.id {
                doing.done.push("the two numbers led to one record before".to_owned());
                continue;
            }
            // Whose work is here may have been judged against the wrong person's former results.
            let has_specimens = patients::has_specimens(tx, retired.patient.id)?;
            let merging = Merging {
                id: PatientMergeId::from_uuid(tasks.ids.next()),
                survivor: survivor.patient.id,
                retired: retired.patient.id,
                seen: None,
                by: self.by.to_owned(),
                confirmed_by: String::new(),
                reason: self.source.to_owned(),
            };
            if let Err(refusal) = merge_records(tx, &merging, self.at)? {
                return Ok(Err(Rejection::new(merge.location, ErrorCode::Internal, refusal.to_string())));
            }
            if has_specimens {
                let why = format!(
                    "{} made one record of {} and {}, of which specimens are here: check results that are held, and labels",
                    self.source, survivor.patient.mrn, retired.patient.mrn
                );
                tasks.open_about("hl7_merge", Some(survivor.patient.id), self.line, &why);
            }
            doing.done.push("two records were merged".to_owned());
        }
        Ok(Ok(()))
    }
}
