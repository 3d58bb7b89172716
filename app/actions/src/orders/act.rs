//! How an act on an order that is there already runs: one command, which either does it or says in words why not.

use crate::Laboratory;
use crate::trouble::ActTrouble;
use kernel::{Actor, CommandId, Timestamp};
use store::{Outcome, Trouble, Tx};
use uuid::Uuid;

/// What came of an act inside a command: what was done, or a refusal in words; a trouble rolls the command back.
pub(crate) type Judged<T> = Result<Result<T, String>, Trouble>;

/// Why an act on an order was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActRefusal {
    /// The rules or what happened meanwhile forbid it; in words for whoever asked.
    #[error("{0}")]
    Refused(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// An act to be run as a command.
pub(crate) struct Command {
    /// The id of the command.
    pub(crate) id: CommandId,
    /// The act's name in the journal.
    pub(crate) act: &'static str,
    /// What it is done to, where that is known before: a command id used for something else is refused.
    pub(crate) subject: Option<Uuid>,
    /// When.
    pub(crate) at: Timestamp,
}

/// Runs an act as a command of its own; what it notes in the journal is what it answers.
pub(crate) async fn run(
    lab: &Laboratory,
    actor: &Actor,
    command: Command,
    act: impl Fn(&mut Tx<'_>) -> Judged<String> + Send + 'static,
) -> Result<String, ActRefusal> {
    let Command { id, act: name, subject, at } = command;
    let write = move |tx: &mut Tx<'_>| {
        let (accepted, note) = match act(tx)? {
            Ok(done) => (true, done),
            Err(why) => (false, why),
        };
        Ok(Outcome { act: name, accepted, subject, note })
    };
    let done = lab.store().write(actor, id, at, write).await.map_err(ActTrouble::from)?;
    if done.act != name || done.subject != subject {
        return Err(ActRefusal::Refused(format!(
            "this command id was used before, for {}: nothing was done; open the page again",
            done.act
        )));
    }
    if !done.accepted {
        return Err(ActRefusal::Refused(done.note));
    }
    lab.live().results_changed();
    Ok(done.note)
}
