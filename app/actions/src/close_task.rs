//! Closing a task: with a note, and only as it was seen.

use crate::Laboratory;
use crate::new_ids::now;
use crate::trouble::ActTrouble;
use kernel::{Actor, CommandId, TaskId};
use store::Outcome;
use store::repositories::tasks::{self, Closing};

/// Characters of a closing note.
const NOTE_CHARACTERS_MAX: usize = 1_000;

/// Why a task was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseTaskRefusal {
    /// What was done about it must be said.
    #[error("say what was done about it (1 to {NOTE_CHARACTERS_MAX} characters)")]
    NoteMissing,
    /// Somebody changed it since it was seen.
    #[error("somebody changed this task since you saw it: look at it again")]
    Changed,
    /// It was closed before.
    #[error("somebody closed this task before you")]
    AlreadyClosed,
    /// There is none.
    #[error("there is no such task")]
    Unknown,
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Closes a task that still stands as `seen_version` showed it.
pub async fn close_task(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    task: TaskId,
    seen_version: i64,
    note: &str,
) -> Result<(), CloseTaskRefusal> {
    let note = note.trim().replace('\0', "");
    if note.is_empty() || note.chars().nth(NOTE_CHARACTERS_MAX).is_some() {
        return Err(CloseTaskRefusal::NoteMissing);
    }
    let (by, at) = (actor.to_string(), now());
    let act = move |tx: &mut store::Tx<'_>| {
        let closing = tasks::close_task(tx, task, seen_version, &by, &note, at)?;
        let accepted = closing == Closing::Closed;
        Ok(Outcome { act: "close_task", accepted, subject: Some(task.uuid()), note: word(closing).to_owned() })
    };
    let done = lab.store().write(actor, command, at, act).await.map_err(ActTrouble::from)?;
    if done.act != "close_task" {
        return Err(ActTrouble::Answer { act: "close_task", what: format!("the command id was used before, for {}", done.act) }.into());
    }
    if done.subject != Some(task.uuid()) {
        // The command id closed another task: nothing was done to this one.
        return Err(CloseTaskRefusal::Changed);
    }
    match done.note.as_str() {
        "closed" => {
            lab.live().tasks_changed();
            Ok(())
        }
        "changed" => Err(CloseTaskRefusal::Changed),
        "closed before" => Err(CloseTaskRefusal::AlreadyClosed),
        "unknown" => Err(CloseTaskRefusal::Unknown),
        _ => Err(ActTrouble::Answer { act: "close_task", what: done.note }.into()),
    }
}

const fn word(closing: Closing) -> &'static str {
    match closing {
        Closing::Closed => "closed",
        Closing::Changed => "changed",
        Closing::ClosedBefore => "closed before",
        Closing::Unknown => "unknown",
    }
}
