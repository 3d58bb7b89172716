//! The work of a link's filing: its transmissions in arrival order, each filed or set aside, so that none stops those behind it.

use crate::Laboratory;
use crate::analyser::Analyser;
use crate::file_readings::{Prepared, file, prepare};
use crate::in_tray::{Next, Waiting};
use crate::keep_transmission::printable;
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use catalogue::Catalogue;
use kernel::{Actor, TaskId};
use lis2::{UnframeTrouble, Unframed};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::repositories::tasks::{self, NewTask};
use store::repositories::transmissions::{self, UnfiledTransmission};
use store::{Cause, Outcome, Trouble, Tx, WriteTrouble};

/// Transmissions read from the store at once.
const TRANSMISSIONS_AT_ONCE: u32 = 16;

/// Files what waits of this analyser's link, in arrival order, up to a handful; says how many were filed, 0 if nothing waits or somebody is at it,
/// who rings when done.
pub async fn file_next(lab: &Laboratory, analyser: &Analyser) -> Result<usize, ActTrouble> {
    let Some(mut turn) = analyser.in_tray.turn() else { return Ok(0) };
    let waiting = match turn.take() {
        Next::Nothing => Vec::new(),
        Next::Handed(handed) => handed,
        Next::Look => look(lab, analyser).await?,
    };
    for transmission in &waiting {
        match file(lab, analyser, transmission).await {
            Ok(_) => {}
            Err(NotFiled::Never(words)) => set_aside(lab, analyser, transmission, &words).await?,
            Err(NotFiled::NotNow(trouble)) => return Err(trouble),
        }
    }
    turn.is_over();
    Ok(waiting.len())
}

/// What the database says is next. If there may be more than it was asked for, it is asked again.
async fn look(lab: &Laboratory, analyser: &Analyser) -> Result<Vec<Waiting>, ActTrouble> {
    let link = Arc::clone(&analyser.name);
    let unfiled = lab.store().read(move |reader| transmissions::unfiled(reader, &link, TRANSMISSIONS_AT_ONCE)).await?;
    if !unfiled.is_empty() {
        analyser.in_tray.look();
    }
    let waiting = |unfiled: UnfiledTransmission| Waiting { id: unfiled.id, arrival: unfiled.arrival, raw: unfiled.raw.into() };
    Ok(unfiled.into_iter().map(waiting).collect())
}

/// Why a transmission was not filed.
pub(crate) enum NotFiled {
    /// The database could not do it now; the same transmission is tried again.
    NotNow(ActTrouble),
    /// It would fail the same way each time, and every later transmission of the link would wait behind it.
    Never(String),
}

impl From<WriteTrouble> for NotFiled {
    fn from(trouble: WriteTrouble) -> Self {
        match trouble {
            WriteTrouble::Panicked(words) => Self::Never(words),
            WriteTrouble::Failed(failed) if is_lasting(&failed) => Self::Never(failed.to_string()),
            other => Self::NotNow(other.into()),
        }
    }
}

/// Whether a failure lies in what was to be written, not in the state the database is in just now.
pub(crate) fn is_lasting(failed: &Trouble) -> bool {
    match failed.cause() {
        None | Some(Cause::Constraint | Cause::Misuse) => true,
        Some(Cause::TooLong | Cause::Full | Cause::Disk | Cause::Damage | Cause::Conflict | Cause::ConnectionLost | Cause::Other) => false,
    }
}

/// Drivers do not panic; if one does all the same, it costs the message it cannot read and not the link.
pub(crate) fn prepare_safely(
    analyser: &Analyser,
    catalogue: Arc<Catalogue>,
    unframed: Result<Unframed, UnframeTrouble>,
) -> Result<Prepared, NotFiled> {
    catch_unwind(AssertUnwindSafe(|| prepare(analyser, catalogue, unframed)))
        .map_err(|panic| NotFiled::Never(format!("driver {} failed: {}", analyser.driver.name, panic_words(panic.as_ref()))))
}

/// The words of a panic.
pub(crate) fn panic_words(panic: &(dyn Any + Send)) -> String {
    let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
    words.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// A transmission that cannot be filed must not stop the link: it is set aside with a task, its bytes kept. The words may hold what the device
/// sent: they stand on the task, not in the log.
async fn set_aside(lab: &Laboratory, analyser: &Analyser, transmission: &Waiting, words: &str) -> Result<(), ActTrouble> {
    let (id, arrival) = (transmission.id, transmission.arrival);
    tracing::error!(link = %analyser.name, transmission = %id, "a message cannot be filed; it is set aside with a task");
    let task = NewTask {
        id: TaskId::from_uuid(new_uuid()),
        kind: "unreadable",
        about: tasks::About::Transmission(id),
        raw_line: String::new(),
        why: format!("the message could not be filed: {}", printable(words)),
        owner: analyser.owner.to_string(),
    };
    let at = now();
    let link = Arc::clone(&analyser.name);
    let act = move |tx: &mut Tx<'_>| {
        if transmissions::take_unfiled(tx, &link, arrival)? {
            tasks::add_tasks(tx, std::slice::from_ref(&task), at)?;
        }
        Ok(Outcome { act: "set_aside_transmission", accepted: true, subject: Some(id.uuid()), note: String::new() })
    };
    lab.store().write(&Actor::System("filing".to_owned()), new_command(), at, act).await?;
    lab.live().tasks_changed();
    Ok(())
}
