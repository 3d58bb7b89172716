//! Another priority for an order: whoever works through a list sees it at once.

use super::act::{ActRefusal, Command, Judged, run};
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use kernel::{Actor, CommandId, OrderEventId, OrderId, Timestamp};
use store::Tx;
use store::repositories::containers::{self, NewOrderEvent};
use store::repositories::orders;
use workflow::Priority;

/// Gives an order another priority.
pub async fn change_priority(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    order: OrderId,
    priority: Priority,
) -> Result<(), ActRefusal> {
    let at = now();
    let act = ChangePriority { order, priority, by: actor.to_string(), event: OrderEventId::from_uuid(new_uuid()), at };
    let command = Command { id: command, act: "change_priority", subject: Some(order.uuid()), at };
    run(lab, actor, command, move |tx| act.run(tx)).await.map(drop)
}

/// A change of priority, everything of it fixed before its command runs.
#[derive(Debug, Clone)]
pub(crate) struct ChangePriority {
    pub(crate) order: OrderId,
    pub(crate) priority: Priority,
    pub(crate) by: String,
    /// The id of the note of it.
    pub(crate) event: OrderEventId,
    pub(crate) at: Timestamp,
}

impl ChangePriority {
    /// Changes it, or says why not.
    pub(crate) fn run(&self, tx: &mut Tx<'_>) -> Judged<String> {
        if !orders::set_priority(tx, self.order, self.priority)? {
            return Ok(Err(format!("there is no such order, or it is {} already", self.priority.name())));
        }
        let note = format!("the order is {} now", self.priority.name());
        let (id, order) = (self.event, self.order);
        let event = NewOrderEvent { id, order, container: None, examination: None, by: &self.by, kind: "priority", note: &note };
        containers::add_event(tx, &event, self.at)?;
        Ok(Ok(note))
    }
}
