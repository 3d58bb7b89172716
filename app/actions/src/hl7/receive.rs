//! Receiving a message: kept, done and answered in one command, so that what is answered is on disk and what is on disk was done.

use super::arrived::Arrived;
use super::ids::IdPool;
use super::link::Hl7Link;
use super::outcome::{Came, Tasks};
use super::work::{Work, first_line, read};
use crate::Laboratory;
use crate::file_next::panic_words;
use crate::keep_transmission::{passes_away, patiently};
use crate::new_ids::{new_command, now};
use crate::trouble::ActTrouble;
use hl7v2::Header;
use kernel::{Actor, Hl7MessageId, Timestamp};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::repositories::hl7_messages::{self, Hl7Answers, Hl7Outcome, Hl7State};
use store::repositories::tasks;
use store::{Done, Outcome, Trouble, Tx, WriteTrouble};

/// A message as the link took it off the wire.
#[derive(Debug, Clone)]
pub struct ReceivedHl7 {
    /// When its last byte arrived.
    pub received_at: Timestamp,
    /// Its bytes, framing removed.
    pub raw: Vec<u8>,
}

/// What is to be sent back, committed before this was handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hl7Answered {
    /// The message.
    pub id: Hl7MessageId,
    /// What became of it.
    pub state: Hl7State,
    /// The answers that are owed, framing to be added.
    pub answers: Hl7Answers,
}

/// Takes a whole message. When this returns `Ok`, the message, what it asked for and the answers are on disk. A message whose header cannot be read
/// has no answer: its connection is to be closed.
pub async fn receive_hl7(lab: &Laboratory, link: &Hl7Link, received: ReceivedHl7) -> Result<Hl7Answered, ActTrouble> {
    let _turn = link.turn.lock().await;
    let arrived = Arrived::new(link, received.received_at, received.raw);
    let id = arrived.id;
    if let Err(trouble) = Header::read(&arrived.raw) {
        return keep_without_answer(lab, link, arrived, Hl7State::Unreadable, &trouble.to_string()).await;
    }
    let at = now();
    let (work, words) = match catch_unwind(AssertUnwindSafe(|| read(link, lab.realm(), &arrived.raw))) {
        Ok(read) => (Work::new(link, arrived, Some(read), at)?, None),
        Err(panic) => (Work::new(link, arrived, None, at)?, Some(panic_words(panic.as_ref()))),
    };
    let work = Arc::new(work.plan(lab).await?);
    let taken = match words {
        None => take(lab, &work, at).await?,
        Some(words) => Err(words),
    };
    let done = match taken {
        Ok(done) => done,
        Err(words) => keep_failed(lab, &work, &words).await?,
    };
    tell(lab, link, &done.note);
    if done.note.contains(PLACED) {
        work.placed().for_each(|placed| lab.tell_of_order(&placed));
    }
    answered(lab, id, &done).await
}

/// One command keeps the message, does what it asks for and keeps the answers. In words why not, where that failed and changed nothing.
async fn take(lab: &Laboratory, work: &Arc<Work>, at: Timestamp) -> Result<Result<Done, String>, WriteTrouble> {
    let (command, actor) = (new_command(), Actor::Link(work.link.name.to_string()));
    let write = || {
        let work = Arc::clone(work);
        lab.store().write(&actor, command, at, move |tx| {
            let row = work.arrived.row();
            if let Some(original) = hl7_messages::answered_before(tx, &row)? {
                hl7_messages::keep_repeat(tx, &row, original)?;
                return Ok(outcome("take_hl7_message", &work.arrived, Hl7State::Repeat, 0, false));
            }
            let number_used = hl7_messages::number_used_before(tx, &row)?;
            let came = work.carry_out(tx)?;
            store(tx, &work, came, number_used, at)
        })
    };
    let passes = |trouble: &WriteTrouble| matches!(trouble, WriteTrouble::Busy { .. } | WriteTrouble::Unknown(_));
    match patiently(write, passes).await {
        Ok(done) => Ok(Ok(done)),
        Err(WriteTrouble::Failed(failed)) => Ok(Err(failed.to_string())),
        Err(WriteTrouble::Panicked(words)) => Ok(Err(words)),
        Err(unsure) => Err(unsure),
    }
}

/// Keeps the message with a task and the answer that working on it failed.
async fn keep_failed(lab: &Laboratory, work: &Arc<Work>, words: &str) -> Result<Done, WriteTrouble> {
    tracing::error!(link = %work.link.name, message = %work.arrived.id, "working on a message failed; it is kept with a task");
    let (command, at, actor) = (new_command(), now(), Actor::Link(work.link.name.to_string()));
    let words: Arc<str> = words.into();
    let write = || {
        let (work, words) = (Arc::clone(work), Arc::clone(&words));
        lab.store().write(&actor, command, at, move |tx| store(tx, &work, work.failed(&words), false, at))
    };
    patiently(write, passes_away).await
}

/// Writes the message, what it came to, its answers and its tasks.
fn store(tx: &mut Tx<'_>, work: &Work, came: Came, number_used: bool, at: Timestamp) -> Result<Outcome, Trouble> {
    let header = Header::read(&work.arrived.raw).map_err(|trouble| Trouble::because(trouble.to_string()))?;
    let answers = work.answering.answers(&header, &came);
    let warning = if number_used { "its number was used before, for another message; " } else { "" };
    let words = format!("{warning}{}", came.words());
    hl7_messages::keep(tx, &work.arrived.row(), &Hl7Outcome { state: came.state, words: &words, answers: &answers })?;
    tasks::add_tasks(tx, &came.tasks, at)?;
    let mut outcome = outcome("take_hl7_message", &work.arrived, came.state, came.tasks.len(), number_used);
    if came.is_placed {
        outcome.note.insert_str(outcome.note.find(" tasks").map_or(0, |at| at + " tasks".len()), PLACED);
    }
    Ok(outcome)
}

/// Stands in the journal's note where orders were placed.
const PLACED: &str = ", orders placed";

/// Stands behind the journal's note where the sender used the number before.
const NUMBER_USED: &str = ", its number was used before";

fn outcome(act: &'static str, arrived: &Arrived, state: Hl7State, tasks: usize, number_used: bool) -> Outcome {
    let note = format!("{}, {tasks} tasks{}", state.name(), if number_used { NUMBER_USED } else { "" });
    Outcome { act, accepted: state != Hl7State::Refused, subject: Some(arrived.id.uuid()), note }
}

/// What the journal's note says: the state, and how many tasks were opened.
fn noted(note: &str) -> Option<(Hl7State, usize)> {
    let (state, tasks) = note.split_once(", ")?;
    Some((Hl7State::from_name(state)?, tasks.split(' ').next()?.parse().ok()?))
}

/// The answers as they stand on disk.
async fn answered(lab: &Laboratory, id: Hl7MessageId, done: &Done) -> Result<Hl7Answered, ActTrouble> {
    let unreadable = |what: String| ActTrouble::Answer { act: "take_hl7_message", what };
    let (state, _) = noted(&done.note).ok_or_else(|| unreadable(done.note.clone()))?;
    let answers = lab.store().read(move |reader| hl7_messages::answers(reader, id)).await?;
    let answers = answers.ok_or_else(|| unreadable(format!("message {id} is not there")))?;
    Ok(Hl7Answered { id, state, answers })
}

/// Open pages show it.
fn tell(lab: &Laboratory, link: &Hl7Link, note: &str) {
    let number_used = note.ends_with(NUMBER_USED);
    if number_used {
        tracing::warn!(link = %link.name, "a sender used the number of an earlier message for another one");
    }
    lab.note_link(&link.name, |state| {
        state.kept += 1;
        state.anomalies += u64::from(number_used);
    });
    match noted(note) {
        Some((Hl7State::Accepted, tasks)) => {
            lab.live().results_changed();
            if tasks > 0 {
                lab.live().tasks_changed();
            }
        }
        Some((_, 0)) => {}
        _ => lab.live().tasks_changed(),
    }
}

/// Keeps what came of a message that was cut off. It is not worked on; a task asks a person to look.
pub async fn keep_incomplete_hl7(lab: &Laboratory, link: &Hl7Link, received: ReceivedHl7, why: &str) -> Result<Hl7Answered, ActTrouble> {
    let _turn = link.turn.lock().await;
    let arrived = Arrived::new(link, received.received_at, received.raw);
    keep_without_answer(lab, link, arrived, Hl7State::Incomplete, why).await
}

async fn keep_without_answer(
    lab: &Laboratory,
    link: &Hl7Link,
    arrived: Arrived,
    state: Hl7State,
    why: &str,
) -> Result<Hl7Answered, ActTrouble> {
    let (ids, answers) = (IdPool::default(), Hl7Answers::default());
    let mut opened = Tasks::of(&ids, &arrived, link);
    let kind = if state == Hl7State::Incomplete { "incomplete" } else { "unreadable" };
    opened.open(kind, &first_line(&arrived.raw), why);
    let (new_tasks, id) = (Arc::new(opened.opened), arrived.id);
    let (command, at, actor, arrived, why) =
        (new_command(), now(), Actor::Link(link.name.to_string()), Arc::new(arrived), Arc::<str>::from(why));
    let write = || {
        let (arrived, new_tasks, why) = (Arc::clone(&arrived), Arc::clone(&new_tasks), Arc::clone(&why));
        lab.store().write(&actor, command, at, move |tx| {
            let outcome_of = Hl7Outcome { state, words: &why, answers: &Hl7Answers::default() };
            hl7_messages::keep(tx, &arrived.row(), &outcome_of)?;
            tasks::add_tasks(tx, &new_tasks, at)?;
            Ok(outcome("keep_hl7_message", &arrived, state, new_tasks.len(), false))
        })
    };
    let done = patiently(write, passes_away).await?;
    tell(lab, link, &done.note);
    Ok(Hl7Answered { id, state, answers })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_message_reads_back_from_its_journal_note() {
        for state in Hl7State::ALL {
            assert_eq!(noted(&format!("{}, 2 tasks", state.name())), Some((state, 2)));
            assert_eq!(noted(&format!("{}, 1 tasks{NUMBER_USED}", state.name())), Some((state, 1)));
        }
        for note in ["", "accepted", "taken, 1 tasks", "accepted, x tasks"] {
            assert_eq!(noted(note), None, "{note}");
        }
    }
}
