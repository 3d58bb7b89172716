//! Collecting a specimen: the label that was stuck on is scanned back, and from then on it is known who drew it and when.

use super::{bearing, subject};
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use crate::orders::{ActRefusal, Collector, Command, Judged, run};
use kernel::{Actor, CommandId, OrderEventId, Timestamp};
use std::time::Duration;
use store::repositories::containers::{self, ContainerEntry, NewOrderEvent};
use store::{Trouble, Tx};
use workflow::ContainerState;

/// How far the clock of a ward may be ahead of ours.
const CLOCK_AHEAD_MAX: Duration = Duration::from_secs(120);
/// Characters of a collector's name.
const NAME_CHARS_MAX: usize = 200;

/// A collection as it is told.
#[derive(Debug, Clone)]
pub struct Collection {
    /// The code of the label that was stuck on.
    pub code: String,
    /// The record number of the patient at whom it was drawn, where that was said: a label of somebody else's is refused.
    pub at_patient: Option<String>,
    /// Who drew it.
    pub collector: Collector,
    /// When; now where it is not said.
    pub at: Option<Timestamp>,
}

/// Notes that a container was collected; the answer is its code.
pub async fn collect(lab: &Laboratory, actor: &Actor, command: CommandId, collection: Collection) -> Result<String, ActRefusal> {
    let now = now();
    check(&collection, now).map_err(ActRefusal::Refused)?;
    let event = OrderEventId::from_uuid(new_uuid());
    let by = actor.to_string();
    let collection = Collection { code: collection.code.trim().to_uppercase(), ..collection };
    let command = Command { id: command, act: "collect", subject: subject(lab, &collection.code).await?, at: now };
    run(lab, actor, command, move |tx| act(tx, &collection, event, &by, now)).await
}

fn check(collection: &Collection, now: Timestamp) -> Result<(), String> {
    let latest = now.micros().saturating_add(i64::try_from(CLOCK_AHEAD_MAX.as_micros()).unwrap_or(i64::MAX));
    if collection.at.is_some_and(|at| at.micros() > latest) {
        return Err("the time of collection lies in the future: say when it was collected".to_owned());
    }
    if let Collector::Named(name) = &collection.collector {
        let is_plain = name.chars().any(char::is_alphabetic) && name.chars().all(kernel::is_printable);
        if !is_plain || name.chars().nth(NAME_CHARS_MAX).is_some() || Collector::is_mistakable(name) {
            return Err("say who collected it: a name in plain letters".to_owned());
        }
    }
    Ok(())
}

fn act(tx: &mut Tx<'_>, collection: &Collection, event: OrderEventId, by: &str, now: Timestamp) -> Judged<String> {
    let entry = match bearing(tx, &collection.code)? {
        Ok(entry) => entry,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(why) = refusal(&entry, collection) {
        return Ok(Err(why));
    }
    let at = collection.at.unwrap_or(now);
    let collector = collection.collector.stored();
    let done = match entry.state {
        // It came before anybody said so: who drew it is told later.
        ContainerState::Received { .. } | ContainerState::ToCollect => containers::set_collected(tx, &entry, at, Some(&collector))?,
        ContainerState::Collected { .. } | ContainerState::Ended { .. } => false,
    };
    if !done {
        return Err(Trouble::because("a container was there a moment ago in another state"));
    }
    let told = match &collection.collector {
        Collector::Named(name) => format!("container {} was collected by {name}", entry.record.code),
        Collector::Staff(_) => format!("container {} was collected, its label scanned back", entry.record.code),
    };
    let event = NewOrderEvent {
        id: event,
        order: entry.order,
        container: Some(entry.record.id),
        examination: None,
        by,
        kind: "collected",
        note: &told,
    };
    containers::add_event(tx, &event, now)?;
    Ok(Ok(entry.record.code))
}

fn refusal(entry: &ContainerEntry, collection: &Collection) -> Option<String> {
    let code = &entry.record.code;
    let patient = &entry.patient;
    if collection.at_patient.as_ref().is_some_and(|mrn| *mrn != patient.mrn) {
        return Some(format!(
            "STOP: the label {code} is for {} {} ({}), not for the patient you are with",
            patient.given_name, patient.family_name, patient.mrn
        ));
    }
    match entry.state {
        ContainerState::ToCollect | ContainerState::Received { collected_at: None, .. } => None,
        ContainerState::Collected { .. } | ContainerState::Received { .. } => Some(format!("container {code} was collected already")),
        ContainerState::Ended { .. } => Some(format!("container {code} is {}", entry.state.words(kernel::Lang::English))),
    }
}
