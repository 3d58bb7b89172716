//! Keeping what a link sent, before it is acknowledged. The raw bytes come first; what they mean is a later errand.

use crate::Laboratory;
use crate::analyser::Analyser;
use crate::file_next::is_lasting;
use crate::in_tray::{Unfinished, Waiting};
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use kernel::{Actor, TaskId, Timestamp, TransmissionId};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use store::repositories::{tasks, transmissions};
use store::{Done, Outcome, Trouble, Tx, WriteTrouble};

/// A transmission as the link took it off the wire.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its number in the link's own sequence.
    pub arrival: i64,
    /// When its last byte arrived.
    pub received_at: Timestamp,
    /// The frames as they came.
    pub wire: Vec<u8>,
    /// The records without framing: what a resend repeats, however it is framed.
    pub content: Vec<u8>,
}

impl Received {
    /// What is kept of it: the frames as they came. Where they do not read back as exactly this message (two messages shared a frame), its
    /// records instead: what is kept must always say what was received, and only that.
    fn raw(self) -> Vec<u8> {
        let same = lis2::unframe(&self.wire).is_ok_and(|unframed| unframed.content == self.content);
        if same { self.wire } else { self.content }
    }
}

/// What became of a kept transmission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Its id.
    pub id: TransmissionId,
    /// The transmission it repeats; such a one is kept and linked, and has no effect of its own.
    pub duplicate_of: Option<TransmissionId>,
}

/// What is written of a message, as often as it takes.
#[derive(Clone)]
struct Keeping {
    id: TransmissionId,
    link: Arc<str>,
    arrival: i64,
    received_at: Timestamp,
    hash: [u8; 32],
    raw: Arc<[u8]>,
    is_incomplete: bool,
}

impl Keeping {
    fn of(analyser: &Analyser, received: Received, is_incomplete: bool) -> Self {
        Self {
            id: TransmissionId::from_uuid(new_uuid()),
            link: Arc::clone(&analyser.name),
            arrival: received.arrival,
            received_at: received.received_at,
            hash: if is_incomplete { hash_of_incomplete(&received.content) } else { hash_of_whole(&received.content) },
            raw: received.raw().into(),
            is_incomplete,
        }
    }

    fn keep(&self, tx: &mut Tx<'_>) -> Result<Option<TransmissionId>, Trouble> {
        let new = transmissions::NewTransmission {
            id: self.id,
            link: &self.link,
            arrival: self.arrival,
            received_at: self.received_at,
            content_hash: &self.hash,
            raw: &self.raw,
            is_incomplete: self.is_incomplete,
        };
        transmissions::keep(tx, &new)
    }
}

/// Keeps a whole message. When this returns `Ok`, the message is on disk and may be acknowledged; its filing is rung for.
pub async fn keep_transmission(lab: &Laboratory, analyser: &Analyser, received: Received) -> Result<Kept, ActTrouble> {
    let keeping = Keeping::of(analyser, received, false);
    let (command, kept_at, actor) = (new_command(), now(), Actor::Link(analyser.name.to_string()));
    let write = || {
        let keeping = keeping.clone();
        lab.store().append(&actor, command, kept_at, move |tx| {
            let note = keeping.keep(tx)?.map_or_else(String::new, |original| format!("duplicate of {original}"));
            Ok(Outcome { act: "keep_transmission", accepted: true, subject: Some(keeping.id.uuid()), note })
        })
    };
    // However this ends, also by being dropped: whether it was committed is not always known, and a repeat may wake the filing of its original.
    let mut unsure = Unfinished::of(&analyser.in_tray);
    let done = patiently(write).await?;
    let Keeping { id, arrival, raw, .. } = keeping;
    if done.note.is_empty() && !done.repeated {
        analyser.in_tray.put(Waiting { id, arrival, raw });
        unsure.is_over();
    }
    let duplicate_of = done.note.strip_prefix("duplicate of ").and_then(|original| original.parse().ok());
    lab.note_link(&analyser.name, |state| state.kept += 1);
    Ok(Kept { id, duplicate_of })
}

/// How long keeping is tried again while the database cannot do it, in milliseconds between the tries. An analyser that waits for its answer is told
/// after twelve seconds to send again, which does no harm; one whose last frame was acknowledged before its message was known to be whole will never
/// send again.
const REST_MILLIS: [u64; 9] = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600];

/// Writes under one command id until it is done, or cannot be.
async fn patiently<F>(write: impl Fn() -> F) -> Result<Done, WriteTrouble>
where
    F: Future<Output = Result<Done, WriteTrouble>>,
{
    let mut rests = REST_MILLIS.into_iter();
    loop {
        let trouble = match write().await {
            Ok(done) => return Ok(done),
            Err(trouble) => trouble,
        };
        let passes = match &trouble {
            WriteTrouble::Busy { .. } | WriteTrouble::Unknown(_) => true,
            WriteTrouble::Failed(failed) => !is_lasting(failed),
            WriteTrouble::Panicked(_) | WriteTrouble::Stopped(_) => false,
        };
        let Some(rest) = rests.next().filter(|_| passes) else { return Err(trouble) };
        tracing::warn!(%trouble, rest, "a message could not be kept yet");
        tokio::time::sleep(Duration::from_millis(rest)).await;
    }
}

/// Keeps what came of a message that was cut off. It is not read as results; a task asks a person to look.
pub async fn keep_incomplete(lab: &Laboratory, analyser: &Analyser, mut received: Received, why: &str) -> Result<Kept, ActTrouble> {
    // A record that was cut in the middle ends here, as it will when the kept frames are read again.
    if received.content.last().is_some_and(|last| *last != b'\r') {
        received.content.push(b'\r');
    }
    let raw_line = first_characters(&received.content);
    let keeping = Keeping::of(analyser, received, true);
    let task = Arc::new(tasks::NewTask {
        id: TaskId::from_uuid(new_uuid()),
        kind: "incomplete",
        transmission: keeping.id,
        raw_line,
        why: format!("the message was cut off ({why}); the analyser should send it again"),
        owner: analyser.owner.to_string(),
    });
    let (command, kept_at, actor) = (new_command(), now(), Actor::Link(analyser.name.to_string()));
    // Its frames were acknowledged one by one, and not every analyser sends again what broke off: here, too, a full disk is waited out.
    let write = || {
        let (keeping, task) = (keeping.clone(), Arc::clone(&task));
        lab.store().write(&actor, command, kept_at, move |tx| {
            keeping.keep(tx)?;
            tasks::add_tasks(tx, std::slice::from_ref(&*task), kept_at)?;
            Ok(Outcome { act: "keep_incomplete", accepted: true, subject: Some(keeping.id.uuid()), note: String::new() })
        })
    };
    patiently(write).await?;
    lab.live().tasks_changed();
    Ok(Kept { id: keeping.id, duplicate_of: None })
}

/// What a whole message says, whatever frames carried it.
pub(crate) fn hash_of_whole(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

/// What a message that was cut off says: never the same as a whole one. A device that sends no L record may be cut off after its last result;
/// sent again whole, that message must be filed and not be taken for a repeat of something that never was.
pub(crate) fn hash_of_incomplete(content: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(b"incomplete\0").chain_update(content).finalize().into()
}

/// Enough of a message for a person to recognise it; the whole stands with the transmission.
fn first_characters(content: &[u8]) -> String {
    const CHARACTERS_MAX: usize = 2_000;
    printable(&String::from_utf8_lossy(content)).chars().take(CHARACTERS_MAX).collect()
}

/// Text as the database can keep it: a NUL becomes its picture.
pub(crate) fn printable(text: &str) -> String {
    if text.as_bytes().contains(&0) { text.replace('\0', "␀") } else { text.to_owned() }
}

/// The number of the last transmission kept of a link; 0 if there is none.
pub async fn last_arrival(lab: &Laboratory, link: &str) -> Result<i64, ActTrouble> {
    let link = link.to_owned();
    Ok(lab.store().read(move |reader| transmissions::last_arrival(reader, &link)).await?)
}
