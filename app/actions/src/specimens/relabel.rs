//! Labels: the first print is noted; another print is another label, and the one before holds no longer.

use super::{bearing, subject};
use crate::Laboratory;
use crate::codes::next_container_code;
use crate::new_ids::{new_uuid, now};
use crate::orders::{ActRefusal, Command, Judged, run};
use kernel::{Actor, CommandId, Lang, OrderEventId, OrderId, Reason, Timestamp};
use store::repositories::containers::{self, NewOrderEvent, Relabelling};
use store::{Trouble, Tx};
use uuid::Uuid;
use workflow::ContainerState;

/// Notes that the labels of an order are printed now, of those containers that had none; how many that were.
pub async fn note_printed(lab: &Laboratory, actor: &Actor, command: CommandId, order: OrderId) -> Result<u32, ActRefusal> {
    let at = now();
    let (event, by) = (OrderEventId::from_uuid(new_uuid()), actor.to_string());
    let command = Command { id: command, act: "print_labels", subject: Some(order.uuid()), at };
    let printed = run(lab, actor, command, move |tx| print(tx, order, event, &by, at)).await?;
    Ok(printed.parse().unwrap_or_default())
}

fn print(tx: &mut Tx<'_>, order: OrderId, event: OrderEventId, by: &str, at: Timestamp) -> Judged<String> {
    let fresh: Vec<_> = containers::of_order(tx, order)?;
    let fresh: Vec<_> = fresh.into_iter().filter(|entry| entry.printed_at.is_none() && entry.state.is_open()).collect();
    for entry in &fresh {
        if !containers::set_printed(tx, entry, at)? {
            return Err(Trouble::because("a container was there a moment ago in another state"));
        }
    }
    if !fresh.is_empty() {
        let codes: Vec<&str> = fresh.iter().map(|entry| entry.record.code.as_str()).collect();
        let note = format!("labels were printed: {}", codes.join(" "));
        let event = NewOrderEvent { id: event, order, container: None, examination: None, by, kind: "labels printed", note: &note };
        containers::add_event(tx, &event, at)?;
    }
    Ok(Ok(fresh.len().to_string()))
}

/// Gives a container another label with a code of its own; the one before holds no longer. The answer is the new code.
pub async fn relabel(lab: &Laboratory, actor: &Actor, command: CommandId, code: &str, reason: Reason) -> Result<String, ActRefusal> {
    let at = now();
    let (id, event) = (new_uuid(), OrderEventId::from_uuid(new_uuid()));
    let (code, new, by) = (code.trim().to_uppercase(), next_container_code(lab).await?.to_string(), actor.to_string());
    let command = Command { id: command, act: "relabel", subject: subject(lab, &code).await?, at };
    run(lab, actor, command, move |tx| replace(tx, (&code, &new), &reason, (id, event), &by, at)).await
}

fn replace(
    tx: &mut Tx<'_>,
    (code, new): (&str, &str),
    reason: &Reason,
    (id, event): (Uuid, OrderEventId),
    by: &str,
    at: Timestamp,
) -> Judged<String> {
    let entry = match bearing(tx, code)? {
        Ok(entry) => entry,
        Err(why) => return Ok(Err(why)),
    };
    if let ContainerState::Ended { .. } = entry.state {
        return Ok(Err(format!("container {code} is {}: it gets no label any more", entry.state.words(Lang::English))));
    }
    let with = Relabelling { id, code: new, by, reason: reason.as_str() };
    if !containers::relabel(tx, &entry, with, at)? {
        return Err(Trouble::because("a container was there a moment ago in another state"));
    }
    let note = format!("label {code} was replaced by {new}: {reason}");
    let (order, container) = (entry.order, Some(entry.record.id));
    let event = NewOrderEvent { id: event, order, container, examination: None, by, kind: "label replaced", note: &note };
    containers::add_event(tx, &event, at)?;
    Ok(Ok(new.to_owned()))
}
