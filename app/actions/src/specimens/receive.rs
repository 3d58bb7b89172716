//! Receiving a container: each scan answers at once with PASS, CHECK or STOP and in words why; what is no container changes nothing.

use super::bearing;
use super::names::{Names, names_of};
use super::scan::{Scanned, what_is};
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use crate::orders::{ActRefusal, Command, Judged, run};
use crate::trouble::ActTrouble;
use crate::views::{EVENTS_MAX, PatientLine};
use catalogue::Catalogue;
use kernel::{Actor, CommandId, OrderEventId, Timestamp};
use std::time::Duration;
use store::repositories::containers::{self, ContainerEntry, LabelFound, NewOrderEvent, OrderEvent};
use store::repositories::examinations::{self, ExaminationState};
use store::{Reader, Trouble, Tx};
use workflow::{ContainerState, Priority};

/// What a scan at the receiving bench comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is received.
    Pass,
    /// A specimen for the blood bank: label, collector and time are looked at before it is received.
    Check,
    /// It is not received.
    Stop,
}

/// The specimen that was scanned.
#[derive(Debug, Clone)]
pub struct SpecimenLine {
    /// The container's code.
    pub code: String,
    /// What is in it, and what kind of container.
    pub specimen: String,
    /// The order's accession number.
    pub accession: String,
    /// How soon.
    pub priority: Priority,
    /// Whose it is.
    pub patient: PatientLine,
    /// The codes of the tests that are wanted from it.
    pub tests: Vec<String>,
    /// When it was collected.
    pub collected_at: Option<Timestamp>,
    /// By whom, as people read it.
    pub collector: Option<String>,
    /// Time since the collection.
    pub age: Option<Duration>,
}

/// The answer to a scan.
#[derive(Debug, Clone)]
pub struct ReceiveAnswer {
    /// What it came to.
    pub verdict: Verdict,
    /// Why, or what else to know.
    pub words: String,
    /// The specimen, where the code is a container's.
    pub specimen: Option<Box<SpecimenLine>>,
}

/// Receives what was scanned. `checked` says that of a specimen for the blood bank label, collector and time were looked at.
pub async fn receive(lab: &Laboratory, actor: &Actor, command: CommandId, code: &str, checked: bool) -> Result<ReceiveAnswer, ActTrouble> {
    let scanned = what_is(lab, code).await?;
    let Scanned::Container { container, code, .. } = &scanned else {
        let words = scanned.is_no_container(code.trim()).unwrap_or_default();
        return Ok(ReceiveAnswer { verdict: Verdict::Stop, words, specimen: None });
    };
    let (catalogue, at, event) = (lab.catalogue(), now(), OrderEventId::from_uuid(new_uuid()));
    let (label, by, asked) = (code.clone(), actor.to_string(), catalogue.clone());
    let command = Command { id: command, act: "receive", subject: Some(container.uuid()), at };
    let done = run(lab, actor, command, move |tx| act(tx, &label, checked, &asked, event, &by, at)).await;
    let (verdict, words) = match done {
        Ok(words) => (Verdict::Pass, words),
        Err(ActRefusal::Refused(why)) => match why.strip_prefix(CHECK) {
            Some(what) => (Verdict::Check, what.to_owned()),
            None => (Verdict::Stop, why),
        },
        Err(ActRefusal::Trouble(trouble)) => return Err(trouble),
    };
    let label = code.clone();
    let found = lab.store().read(move |reader| read(reader, &label)).await?;
    let Some((entry, states, names)) = found else { return Ok(ReceiveAnswer { verdict, words, specimen: None }) };
    lab.note_seen(actor, "specimen", code, std::iter::once(Some(entry.patient.id))).await?;
    Ok(ReceiveAnswer { verdict, words, specimen: Some(Box::new(line(entry, &states, &names, at))) })
}

/// Before a refusal that asks for a look rather than for another specimen.
const CHECK: &str = "CHECK ";

fn act(tx: &mut Tx<'_>, code: &str, checked: bool, catalogue: &Catalogue, event: OrderEventId, by: &str, at: Timestamp) -> Judged<String> {
    let entry = match bearing(tx, code)? {
        Ok(entry) => entry,
        Err(why) => return Ok(Err(why)),
    };
    let states = examinations::states_on(tx, &[entry.record.id])?;
    if let Some(why) = before(tx, &entry)? {
        return Ok(Err(why));
    }
    if is_for_blood_bank(&entry, &states, catalogue) {
        if entry.collected_at.is_none() || entry.collector.is_none() {
            let what = "for the blood bank, and nobody said who collected it and when: record that, or reject it";
            // Who says that they looked cannot have seen what nobody wrote down.
            return Ok(Err(if checked { format!("container {code} is {what}") } else { format!("{CHECK}{what}") }));
        }
        if !checked {
            return Ok(Err(format!("{CHECK}for the blood bank: compare the label with the request, the collector and the time")));
        }
    }
    if !containers::set_received(tx, &entry, at)? {
        return Err(Trouble::because("a container was there a moment ago in another state"));
    }
    let note = if checked {
        format!("container {code} was received, label, collector and time compared")
    } else {
        format!("container {code} was received")
    };
    let (order, container) = (entry.order, Some(entry.record.id));
    let event = NewOrderEvent { id: event, order, container, examination: None, by, kind: "received", note: &note };
    containers::add_event(tx, &event, at)?;
    let unsaid = if entry.collected_at.is_none() { "nobody said when it was collected" } else { "" };
    Ok(Ok(unsaid.to_owned()))
}

/// Why it cannot be received any more: it was, or it ended; with who did it.
fn before(reader: &mut Reader<'_>, entry: &ContainerEntry) -> Result<Option<String>, Trouble> {
    let (kind, at) = match entry.state {
        ContainerState::ToCollect | ContainerState::Collected { .. } => return Ok(None),
        ContainerState::Received { at, .. } => ("received", at),
        ContainerState::Ended { at, why: workflow::Ended::Rejected } => ("rejected", at),
        ContainerState::Ended { at, why: workflow::Ended::NotNeeded } => ("cancelled", at),
    };
    let code = &entry.record.code;
    let of_it = |event: &OrderEvent| event.kind == kind && event.container == *code;
    let event = containers::events(reader, entry.order, EVENTS_MAX)?.into_iter().rfind(of_it);
    let by = event.as_ref().map_or("", |event| event.by.as_str());
    let name = names_of(reader, [by])?.of(by);
    let by = if by.is_empty() { String::new() } else { format!(" by {name}") };
    Ok(Some(match kind {
        "received" => format!("container {code} was received before{by}{MOMENT}{}", at.micros()),
        "rejected" => format!("container {code} was rejected{by}{MOMENT}{}", at.micros()),
        _ => format!("container {code} is not needed any more: its tests were cancelled{by}{MOMENT}{}", at.micros()),
    }))
}

/// Stands before an instant in a stored refusal, which is told on the reader's clock.
const MOMENT: &str = " @";

impl ReceiveAnswer {
    /// The words, and the instant they speak of, which the page tells on its clock.
    pub fn words_and_moment(&self) -> (&str, Option<Timestamp>) {
        let split = self.words.rsplit_once(MOMENT).and_then(|(words, at)| Some((words, at.parse().ok()?)));
        split.map_or((self.words.as_str(), None), |(words, at)| (words, Some(Timestamp::from_micros(at))))
    }
}

/// Whether transfusion depends on it: a container of the blood bank's own, or a test of its bench.
pub(super) fn is_for_blood_bank(entry: &ContainerEntry, states: &[ExaminationState], catalogue: &Catalogue) -> bool {
    let of_bench = |state: &ExaminationState| catalogue.test(&state.test).is_some_and(|test| test.bench == "BB");
    entry.record.kind == "EDTA-BB" || states.iter().filter(|state| state.cancelled_at.is_none()).any(of_bench)
}

type Found = (ContainerEntry, Vec<ExaminationState>, Names);

fn read(reader: &mut Reader<'_>, code: &str) -> Result<Option<Found>, Trouble> {
    let Some(LabelFound::InForce(entry)) = containers::by_code(reader, code)? else { return Ok(None) };
    let states = examinations::states_on(reader, &[entry.record.id])?;
    let names = names_of(reader, entry.collector.as_deref())?;
    Ok(Some((*entry, states, names)))
}

fn line(entry: ContainerEntry, states: &[ExaminationState], names: &Names, now: Timestamp) -> SpecimenLine {
    let mut tests: Vec<String> = states.iter().filter(|state| state.cancelled_at.is_none()).map(|state| state.test.to_string()).collect();
    tests.sort();
    let since = |at: Timestamp| u64::try_from(now.micros().saturating_sub(at.micros())).ok().map(Duration::from_micros);
    SpecimenLine {
        code: entry.record.code,
        specimen: entry.record.specimen,
        accession: entry.accession,
        priority: entry.priority,
        patient: entry.patient.into(),
        tests,
        collected_at: entry.collected_at,
        collector: entry.collector.map(|collector| names.of(&collector)),
        age: entry.collected_at.and_then(since),
    }
}

impl SpecimenLine {
    /// How old the specimen is, in words.
    pub fn age_words(&self) -> Option<String> {
        self.age.map(workflow::add_on::in_hours)
    }
}
