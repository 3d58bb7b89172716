//! A specimen that could not be collected: said with a coded reason, and somebody has to see to it.

use super::{bearing, subject};
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use crate::orders::{ActRefusal, Command, Judged, run};
use kernel::{Actor, CommandId, Lang, OrderEventId, TaskId, Timestamp};
use store::Tx;
use store::repositories::containers::{self, NewOrderEvent};
use store::repositories::requisitions;
use store::repositories::tasks::{self, About, NewTask};
use workflow::{ContainerState, NotCollected};

/// Notes that a container could not be collected, and opens a task for the ward; it stays to be collected.
pub async fn not_collected(lab: &Laboratory, actor: &Actor, command: CommandId, code: &str, why: NotCollected) -> Result<(), ActRefusal> {
    let at = now();
    let (event, task) = (OrderEventId::from_uuid(new_uuid()), TaskId::from_uuid(new_uuid()));
    let (code, by) = (code.trim().to_uppercase(), actor.to_string());
    let command = Command { id: command, act: "not_collected", subject: subject(lab, &code).await?, at };
    run(lab, actor, command, move |tx| act(tx, &code, why, (event, task), &by, at)).await?;
    lab.live().tasks_changed();
    Ok(())
}

fn act(tx: &mut Tx<'_>, code: &str, why: NotCollected, (event, task): (OrderEventId, TaskId), by: &str, at: Timestamp) -> Judged<String> {
    let entry = match bearing(tx, code)? {
        Ok(entry) => entry,
        Err(why) => return Ok(Err(why)),
    };
    if entry.state != ContainerState::ToCollect {
        return Ok(Err(format!("container {code} is {}", entry.state.words(Lang::English))));
    }
    let note = format!("container {code} could not be collected: {}", why.words(Lang::English));
    let (order, container) = (entry.order, Some(entry.record.id));
    let event = NewOrderEvent { id: event, order, container, examination: None, by, kind: "not collected", note: &note };
    containers::add_event(tx, &event, at)?;
    let task = NewTask {
        id: task,
        kind: "not collected",
        about: About::Order(order),
        raw_line: entry.record.code.clone(),
        why: note,
        owner: ward_of(&requisitions::requisition(tx, order)?.unwrap_or_default().location),
    };
    tasks::add_tasks(tx, std::slice::from_ref(&task), at)?;
    Ok(Ok(entry.record.code))
}

/// Whose work it is to see to a collection: the ward that asked, or whoever collects.
pub(super) fn ward_of(location: &str) -> String {
    if location.is_empty() { "collection".to_owned() } else { format!("ward:{location}") }
}
