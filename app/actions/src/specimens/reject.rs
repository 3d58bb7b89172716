//! Rejecting a specimen: with a coded reason, what is open on it moved to a container to be collected anew, and a task for the ward.

use super::not_collected::ward_of;
use super::receive::is_for_blood_bank;
use super::{bearing, subject};
use crate::Laboratory;
use crate::codes::next_container_code;
use crate::new_ids::{new_uuid, now};
use crate::orders::{ActRefusal, Command, Judged, run};
use crate::trouble::ActTrouble;
use catalogue::Catalogue;
use kernel::{Actor, CommandId, ContainerId, Lang, OrderEventId, TaskId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::repositories::containers::{self, ContainerEntry, NewOrderEvent};
use store::repositories::orders::{ContainerRecord, NewContainer, add_container};
use store::repositories::tasks::{self, About, NewTask};
use store::repositories::{examinations, requisitions};
use store::{Trouble, Tx};
use workflow::{Ended, is_irreplaceable};

/// A specimen that was rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The code of the rejected container.
    pub code: String,
    /// The accession number of its order.
    pub accession: String,
    /// The code of the container that is to be collected in its place; none where nothing was open on it.
    pub recollect: Option<String>,
    /// What must be written down.
    pub documentation: String,
}

/// Rejects a container for a reason of the catalogue.
pub async fn reject(lab: &Laboratory, actor: &Actor, command: CommandId, code: &str, reason: &str) -> Result<Rejected, ActRefusal> {
    let (catalogue, at) = (lab.catalogue(), now());
    let reason = reason.trim().to_uppercase();
    if catalogue.rejection_reason(&reason).is_none() {
        return Err(ActRefusal::Refused(format!("“{reason}” is no reason of the catalogue: choose one of the list")));
    }
    let act = Reject {
        code: code.trim().to_uppercase(),
        reason,
        catalogue,
        new: ContainerId::from_uuid(new_uuid()),
        new_code: next_container_code(lab).await?.to_string(),
        event: OrderEventId::from_uuid(new_uuid()),
        task: TaskId::from_uuid(new_uuid()),
        by: actor.to_string(),
        at,
    };
    let command = Command { id: command, act: "reject", subject: subject(lab, &act.code).await?, at };
    let note = run(lab, actor, command, move |tx| act.run(tx)).await?;
    lab.live().tasks_changed();
    Ok(serde_json::from_str(&note).map_err(|error| ActTrouble::Answer { act: "reject", what: error.to_string() })?)
}

/// A rejection, everything of it fixed before its command runs.
struct Reject {
    code: String,
    reason: String,
    catalogue: Arc<Catalogue>,
    new: ContainerId,
    new_code: String,
    event: OrderEventId,
    task: TaskId,
    by: String,
    at: Timestamp,
}

impl Reject {
    fn run(&self, tx: &mut Tx<'_>) -> Judged<String> {
        let entry = match bearing(tx, &self.code)? {
            Ok(entry) => entry,
            Err(why) => return Ok(Err(why)),
        };
        let Some(reason) = self.catalogue.rejection_reason(&self.reason) else { return Ok(Err("the reason is not known".to_owned())) };
        let states = examinations::states_on(tx, &[entry.record.id])?;
        if !entry.state.is_open() {
            return Ok(Err(format!("container {} is {}", self.code, entry.state.words(Lang::English))));
        }
        if is_irreplaceable(&entry.record.specimen) && !is_for_blood_bank(&entry, &states, &self.catalogue) {
            return Ok(Err(format!(
                "{} cannot be had again: it is not rejected; two people accept it with a caveat on the report",
                entry.record.specimen
            )));
        }
        let recollect = states.iter().any(|state| !state.resulted && state.cancelled_at.is_none());
        self.write(tx, &entry, recollect, &reason.name)?;
        let rejected = Rejected {
            code: self.code.clone(),
            accession: entry.accession,
            recollect: recollect.then(|| self.new_code.clone()),
            documentation: reason.documentation.clone(),
        };
        serde_json::to_string(&rejected).map(Ok).map_err(|error| Trouble::because(error.to_string()))
    }

    fn write(&self, tx: &mut Tx<'_>, entry: &ContainerEntry, recollect: bool, reason: &str) -> Result<(), Trouble> {
        if !containers::set_ended(tx, entry, self.at, Ended::Rejected)? {
            return Err(Trouble::because("a container was there a moment ago in another state"));
        }
        if recollect {
            let record = ContainerRecord { id: self.new, code: self.new_code.clone(), ..entry.record.clone() };
            let replaces = Some(entry.record.id);
            let new = NewContainer { record, due_at: self.at, collected_at: None, collector: None, replaces, examinations: Vec::new() };
            add_container(tx, &new, entry.order)?;
            containers::move_open_examinations(tx, entry.record.id, self.new)?;
        }
        let again = if recollect { format!("; to be collected again as {}", self.new_code) } else { String::new() };
        let note = format!("container {} was rejected: {reason}{again}", self.code);
        let (order, container) = (entry.order, Some(entry.record.id));
        let event = NewOrderEvent { id: self.event, order, container, examination: None, by: &self.by, kind: "rejected", note: &note };
        containers::add_event(tx, &event, self.at)?;
        let location = requisitions::requisition(tx, order)?.unwrap_or_default().location;
        let kind = if recollect { "recollection" } else { "rejected" };
        let (about, raw_line) = (About::Order(order), self.code.clone());
        let task = NewTask { id: self.task, kind, about, raw_line, why: note, owner: ward_of(&location) };
        tasks::add_tasks(tx, std::slice::from_ref(&task), self.at)
    }
}
