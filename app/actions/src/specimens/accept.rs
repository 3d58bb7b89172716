//! Accepting a specimen that cannot be had again although its label or its handling is wrong: by two people, with a caveat that goes on the report
//! (laboratory rules 5.5). Never for anything that a transfusion depends on.

use super::receive::is_for_blood_bank;
use super::{bearing, subject};
use crate::authority::person;
use crate::new_ids::{new_uuid, now};
use crate::orders::{ActRefusal, Command, Judged, run};
use crate::{Laboratory, StaffLine};
use catalogue::Catalogue;
use kernel::{Actor, CommandId, Lang, OrderEventId, Reason, Timestamp};
use people::acts::RelabelIrreplaceable;
use people::{Authority, Decision, Denial, Site, TwoPeople, authorise};
use store::repositories::containers::{self, NewOrderEvent};
use store::repositories::examinations;
use store::{Trouble, Tx};
use workflow::{ContainerState, is_irreplaceable};

/// Why it was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptRefusal {
    /// One of the two may not.
    #[error("{0}")]
    MayNot(String),
    /// The rules forbid it.
    #[error(transparent)]
    Act(#[from] ActRefusal),
}

/// Leave of a member of staff to be one of the two.
pub fn authority_to_accept(lab: &Laboratory, staff: &StaffLine) -> Result<Authority<RelabelIrreplaceable>, AcceptRefusal> {
    match authorise(&person(staff), RelabelIrreplaceable, None, &Site { privileges: lab.privileges() }, now(), lab.realm()) {
        Decision::Authority(authority) => Ok(authority),
        Decision::AllowWithSupervisor(_) => Err(AcceptRefusal::MayNot(format!("{} may do it only under supervision", staff.display_name))),
        Decision::Deny(denials) => {
            let words = denials.iter().map(|denial: &Denial| denial.words(Lang::English)).collect::<Vec<_>>().join("; ");
            Err(AcceptRefusal::MayNot(format!("{}: {words}", staff.display_name)))
        }
    }
}

/// Accepts a container that cannot be had again; it is received, and the caveat stands with its order.
pub async fn accept_irreplaceable(
    lab: &Laboratory,
    command: CommandId,
    two: TwoPeople<RelabelIrreplaceable>,
    code: &str,
    caveat: Reason,
) -> Result<(), AcceptRefusal> {
    let (catalogue, at, event) = (lab.catalogue(), now(), OrderEventId::from_uuid(new_uuid()));
    let actor = Actor::Person(two.first());
    let code = code.trim().to_uppercase();
    let command = Command { id: command, act: "accept_irreplaceable", subject: subject(lab, &code).await?, at };
    let act = move |tx: &mut Tx<'_>| act(tx, &code, &caveat, (&catalogue, &two), event, at);
    run(lab, &actor, command, act).await?;
    Ok(())
}

fn act(
    tx: &mut Tx<'_>,
    code: &str,
    caveat: &Reason,
    (catalogue, two): (&Catalogue, &TwoPeople<RelabelIrreplaceable>),
    event: OrderEventId,
    at: Timestamp,
) -> Judged<String> {
    let entry = match bearing(tx, code)? {
        Ok(entry) => entry,
        Err(why) => return Ok(Err(why)),
    };
    if !is_irreplaceable(&entry.record.specimen) {
        return Ok(Err(format!("{} can be collected again: reject it", entry.record.specimen)));
    }
    let states = examinations::states_on(tx, &[entry.record.id])?;
    if is_for_blood_bank(&entry, &states, catalogue) {
        return Ok(Err("a transfusion depends on it: reject it and collect again, from the infant where it is cord blood".to_owned()));
    }
    match entry.state {
        ContainerState::ToCollect | ContainerState::Collected { .. } => {
            if !containers::set_received(tx, &entry, at)? {
                return Err(Trouble::because("a container was there a moment ago in another state"));
            }
        }
        ContainerState::Received { .. } => {}
        ContainerState::Ended { .. } => return Ok(Err(format!("container {code} is {}", entry.state.words(Lang::English)))),
    }
    let second = Actor::Person(two.second());
    let note = format!("container {code} cannot be had again and was accepted by two people (second: {second}); caveat: {caveat}");
    let (order, container, by) = (entry.order, Some(entry.record.id), Actor::Person(two.first()).to_string());
    let event = NewOrderEvent { id: event, order, container, examination: None, by: &by, kind: "accepted with a caveat", note: &note };
    containers::add_event(tx, &event, at)?;
    Ok(Ok(note))
}
