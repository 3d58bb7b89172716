//! Holding a test because the requester asked to wait, and resuming it.

use super::act::{ActRefusal, Command, Judged, run};
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use kernel::{Actor, CommandId, ExaminationId, OrderEventId, Timestamp};
use store::Tx;
use store::repositories::containers::{self, NewOrderEvent};
use store::repositories::examinations;

/// Whether a test is to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It waits until somebody says otherwise.
    Held,
    /// It waits no longer.
    Resumed,
}

/// Holds a test, or resumes it.
pub async fn hold_test(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    examination: ExaminationId,
    hold: Hold,
) -> Result<(), ActRefusal> {
    let at = now();
    let act = HoldTest { examination, hold, by: actor.to_string(), event: OrderEventId::from_uuid(new_uuid()), at };
    let command = Command { id: command, act: "hold_test", subject: Some(examination.uuid()), at };
    run(lab, actor, command, move |tx| act.run(tx)).await.map(drop)
}

/// A hold or its end, everything of it fixed before its command runs.
#[derive(Debug, Clone)]
pub(crate) struct HoldTest {
    pub(crate) examination: ExaminationId,
    pub(crate) hold: Hold,
    pub(crate) by: String,
    /// The id of the note of it.
    pub(crate) event: OrderEventId,
    pub(crate) at: Timestamp,
}

impl HoldTest {
    /// Holds or resumes it, or says why not.
    pub(crate) fn run(&self, tx: &mut Tx<'_>) -> Judged<String> {
        let Some(entry) = examinations::examination(tx, self.examination)? else { return Ok(Err("there is no such test".to_owned())) };
        let test = &entry.test;
        let refusal = match (self.hold, entry.held_at) {
            _ if entry.cancelled_at.is_some() => Some(format!("{test} was cancelled: nothing waits")),
            _ if entry.resulted => Some(format!("{test} has a result already: nothing waits")),
            (Hold::Held, Some(_)) => Some(format!("{test} is on hold already")),
            (Hold::Resumed, None) => Some(format!("{test} is not on hold")),
            _ => None,
        };
        if let Some(refusal) = refusal {
            return Ok(Err(refusal));
        }
        let (held_at, kind, words) = match self.hold {
            Hold::Held => (Some(self.at), "held", "is on hold: the requester asked to wait"),
            Hold::Resumed => (None, "resumed", "is not on hold any more"),
        };
        examinations::set_held(tx, self.examination, held_at)?;
        let note = format!("{test} {words}");
        let event = NewOrderEvent {
            id: self.event,
            order: entry.container.order,
            container: Some(entry.container.record.id),
            examination: Some(self.examination),
            by: &self.by,
            kind,
            note: &note,
        };
        containers::add_event(tx, &event, self.at)?;
        Ok(Ok(note))
    }
}
