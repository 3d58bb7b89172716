//! What is done to containers: labelled, collected, received, rejected; and what a scanned code is.

mod accept;
mod collect;
mod names;
mod not_collected;
mod receive;
mod reject;
mod relabel;
mod scan;

pub use accept::{AcceptRefusal, accept_irreplaceable, authority_to_accept};
pub use collect::{Collection, collect};
pub use names::Names;
pub(crate) use names::names_of;
pub use not_collected::not_collected;
pub use receive::{ReceiveAnswer, SpecimenLine, Verdict, receive};
pub use reject::{Rejected, reject};
pub use relabel::{note_printed, relabel};
pub use scan::{Scanned, what_is};

use crate::Laboratory;
use crate::orders::{ActRefusal, Judged};
use crate::trouble::ActTrouble;
use store::Reader;
use store::repositories::containers::{self, ContainerEntry, LabelFound};
use uuid::Uuid;

/// The container that bears this label, or why there is none, in words.
fn bearing(reader: &mut Reader<'_>, code: &str) -> Judged<ContainerEntry> {
    Ok(match containers::by_code(reader, code)? {
        Some(LabelFound::InForce(entry)) => Ok(*entry),
        Some(LabelFound::Voided { now, reason, .. }) => {
            Err(format!("the label {code} holds no longer ({reason}): {now} took its place; find out what it is stuck to"))
        }
        None => Err(format!("no container bears the code {code}")),
    })
}

/// What a command that names a label is done to, for the journal: the same command id with another label is told apart by it.
async fn subject(lab: &Laboratory, code: &str) -> Result<Option<Uuid>, ActRefusal> {
    let code = code.to_owned();
    let found = lab.store().read(move |reader| bearing(reader, &code)).await.map_err(ActTrouble::from)?;
    found.map(|entry| Some(entry.record.id.uuid())).map_err(ActRefusal::Refused)
}
