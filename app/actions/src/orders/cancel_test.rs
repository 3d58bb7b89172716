//! Cancelling a test: before it has a result, and with a reason once its specimen was collected.

use super::act::{ActRefusal, Command, Judged, run};
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use kernel::{Actor, CommandId, ExaminationId, OrderEventId, Reason, Timestamp};
use store::repositories::containers::{self, NewOrderEvent};
use store::repositories::examinations::{self, ExaminationEntry};
use store::{Trouble, Tx};
use workflow::{ContainerState, Ended};

/// Cancels a test of an order.
pub async fn cancel_test(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    examination: ExaminationId,
    reason: Option<Reason>,
) -> Result<(), ActRefusal> {
    let at = now();
    let cancel = CancelTest { examination, reason, by: actor.to_string(), event: OrderEventId::from_uuid(new_uuid()), at };
    let command = Command { id: command, act: "cancel_test", subject: Some(examination.uuid()), at };
    run(lab, actor, command, move |tx| cancel.run(tx)).await.map(drop)
}

/// A cancellation, everything of it fixed before its command runs.
#[derive(Debug, Clone)]
pub(crate) struct CancelTest {
    pub(crate) examination: ExaminationId,
    pub(crate) reason: Option<Reason>,
    pub(crate) by: String,
    /// The id of the note of it.
    pub(crate) event: OrderEventId,
    pub(crate) at: Timestamp,
}

impl CancelTest {
    /// Cancels it, or says why not; what was cancelled, in words.
    pub(crate) fn run(&self, tx: &mut Tx<'_>) -> Judged<String> {
        let Some(entry) = examinations::examination(tx, self.examination)? else { return Ok(Err("there is no such test".to_owned())) };
        let ExaminationEntry { test, container, .. } = &entry;
        if entry.resulted {
            return Ok(Err(format!("{test} has a result already: what was measured stays; correct the result if it is wrong")));
        }
        if entry.cancelled_at.is_some() {
            return Ok(Err(format!("{test} was cancelled before")));
        }
        let was_collected = !matches!(container.state, ContainerState::ToCollect);
        if was_collected && self.reason.is_none() {
            return Ok(Err(format!("{test} was collected already: say why it is cancelled")));
        }
        containers::cancel_examination(tx, self.examination, self.at)?;
        let ended = self.end_if_nothing_is_left(tx, &entry)?;
        let because = self.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        let left = if ended { format!("; container {} is not needed any more", container.record.code) } else { String::new() };
        let note = format!("{test} was cancelled{because}{left}");
        let event = NewOrderEvent {
            id: self.event,
            order: container.order,
            container: Some(container.record.id),
            examination: Some(self.examination),
            by: &self.by,
            kind: "cancelled",
            note: &note,
        };
        containers::add_event(tx, &event, self.at)?;
        Ok(Ok(note))
    }

    /// Ends a container on which everything was cancelled.
    fn end_if_nothing_is_left(&self, tx: &mut Tx<'_>, entry: &ExaminationEntry) -> Result<bool, Trouble> {
        let container = &entry.container;
        let mut of_order = examinations::examination_states(tx, container.order)?.into_iter();
        let is_wanted = of_order.any(|other| other.container == container.record.id && other.cancelled_at.is_none());
        if is_wanted || !container.state.is_open() {
            return Ok(false);
        }
        if !containers::set_ended(tx, container, self.at, Ended::NotNeeded)? {
            return Err(Trouble::because("a container was there a moment ago in another state"));
        }
        Ok(true)
    }
}
