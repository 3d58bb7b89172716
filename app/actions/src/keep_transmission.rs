//! Keeping what a link sent, before it is acknowledged. Where nothing of the link waits before it, a message is filed by the command that keeps it;
//! otherwise, and wherever that does not succeed, the raw bytes are kept alone and what they mean is a later errand.

use crate::Laboratory;
use crate::analyser::Analyser;
use crate::file_next::{is_lasting, prepare_safely};
use crate::file_readings::Filed;
use crate::filing::Filing;
use crate::in_tray::{Turn, Waiting};
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use kernel::{Actor, TaskId, Timestamp, TransmissionId};
use lis2::{UnframeTrouble, Unframed};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;
use store::repositories::orders::Former;
use store::repositories::{tasks, transmissions};
use store::{Done, Outcome, Reader, Trouble, Tx, WriteTrouble};

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
    /// What is kept of it, and what that reads back as: the frames as they came. Where they do not read back as exactly this message (two messages
    /// shared a frame), its records instead: what is kept must always say what was received, and only that.
    fn raw(self) -> (Vec<u8>, Result<Unframed, UnframeTrouble>) {
        match lis2::unframe(&self.wire) {
            Ok(unframed) if unframed.content == self.content => (self.wire, Ok(unframed)),
            _ => {
                let unframed = lis2::unframe(&self.content);
                (self.content, unframed)
            }
        }
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
struct NewMessage {
    id: TransmissionId,
    link: Arc<str>,
    arrival: i64,
    received_at: Timestamp,
    hash: [u8; 32],
    raw: Arc<[u8]>,
}

impl NewMessage {
    /// The message, and what its bytes read back as.
    fn of(analyser: &Analyser, received: Received, is_incomplete: bool) -> (Self, Result<Unframed, UnframeTrouble>) {
        let hash = if is_incomplete { hash_of_incomplete(&received.content) } else { hash_of_whole(&received.content) };
        let (arrival, received_at) = (received.arrival, received.received_at);
        let (raw, unframed) = received.raw();
        let (id, link) = (TransmissionId::from_uuid(new_uuid()), Arc::clone(&analyser.name));
        (Self { id, link, arrival, received_at, hash, raw: raw.into() }, unframed)
    }

    /// Keeps it, as something that is to be filed later if `waits`; hands back the original it repeats.
    fn keep(&self, tx: &mut Tx<'_>, waits: bool) -> Result<Option<TransmissionId>, Trouble> {
        let new = transmissions::NewTransmission {
            id: self.id,
            link: &self.link,
            arrival: self.arrival,
            received_at: self.received_at,
            content_hash: &self.hash,
            raw: &self.raw,
            waits,
        };
        transmissions::keep(tx, &new)
    }
}

/// Keeps a whole message. When this returns `Ok`, the message is on disk and may be acknowledged; it is filed, or its filing is rung for.
pub async fn keep_transmission(lab: &Laboratory, analyser: &Analyser, received: Received) -> Result<Kept, ActTrouble> {
    let (message, unframed) = NewMessage::of(analyser, received, false);
    let (mut keeping, turn) = analyser.in_tray.begin_keeping();
    let at_once = match turn {
        Some(turn) => keep_and_file(lab, analyser, &message, unframed, turn).await?,
        None => None,
    };
    let done = match at_once {
        Some(done) => {
            keeping.is_sure();
            done
        }
        None => {
            let done = keep_alone(lab, analyser, &message).await?;
            if done.note.is_empty() && !done.repeated {
                analyser.in_tray.put(Waiting { id: message.id, arrival: message.arrival, raw: message.raw });
                keeping.is_sure();
            }
            done
        }
    };
    lab.note_link(&analyser.name, |state| state.kept += 1);
    Ok(Kept { id: message.id, duplicate_of: original(&done.note) })
}

/// What the journal notes of a repeat.
fn duplicate_of(original: TransmissionId) -> String {
    format!("duplicate of {original}")
}

fn original(note: &str) -> Option<TransmissionId> {
    note.strip_prefix("duplicate of ").and_then(|original| original.parse().ok())
}

/// One command keeps the message and files it. Nothing if that failed or panicked: then nothing was changed, and the message is to be kept alone.
async fn keep_and_file(
    lab: &Laboratory,
    analyser: &Analyser,
    message: &NewMessage,
    unframed: Result<Unframed, UnframeTrouble>,
    mut turn: Turn<'_>,
) -> Result<Option<Done>, WriteTrouble> {
    let Ok(prepared) = prepare_safely(analyser, lab.catalogue(), unframed) else { return Ok(None) };
    let (command, at) = (new_command(), now());
    let filing = Arc::new(Filing::new(lab, analyser, message.id, at, prepared));
    let actor = Actor::Link(analyser.name.to_string());
    let write = || {
        let (message, judging, filing) = (message.clone(), Arc::clone(&filing), Arc::clone(&filing));
        let judge = move |reader: &mut Reader<'_>| judging.judge(reader, Former::Assumed);
        lab.store().look_and_write(&actor, command, at, judge, move |tx, judged| {
            let note = match message.keep(tx, false)? {
                Some(original) => duplicate_of(original),
                None => filing.store(tx, judged)?.to_string(),
            };
            Ok(Outcome { act: "keep_and_file", accepted: true, subject: Some(message.id.uuid()), note })
        })
    };
    let passes = |trouble: &WriteTrouble| matches!(trouble, WriteTrouble::Busy { .. } | WriteTrouble::Unknown(_));
    let done = match patiently(write, passes).await {
        Ok(done) => Some(done),
        Err(WriteTrouble::Failed(_) | WriteTrouble::Panicked(_)) => None,
        Err(unsure) => return Err(unsure),
    };
    turn.is_over();
    if let Some(filed) = done.as_ref().and_then(|done| Filed::parse(&done.note)) {
        filed.tell(lab);
    }
    Ok(done)
}

/// Keeps the message as something that is to be filed.
async fn keep_alone(lab: &Laboratory, analyser: &Analyser, message: &NewMessage) -> Result<Done, WriteTrouble> {
    let (command, kept_at, actor) = (new_command(), now(), Actor::Link(analyser.name.to_string()));
    let write = || {
        let message = message.clone();
        lab.store().append(&actor, command, kept_at, move |tx| {
            let note = message.keep(tx, true)?.map_or_else(String::new, duplicate_of);
            Ok(Outcome { act: "keep_transmission", accepted: true, subject: Some(message.id.uuid()), note })
        })
    };
    patiently(write, passes_away).await
}

/// How long keeping is tried again while the database cannot do it, in milliseconds between the tries. An analyser that waits for its answer is told
/// after twelve seconds to send again, which does no harm; one whose last frame was acknowledged before its message was known to be whole will never
/// send again.
const REST_MILLIS: [u64; 9] = [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600];

/// Whether a trouble may be gone at the next try.
pub(crate) fn passes_away(trouble: &WriteTrouble) -> bool {
    match trouble {
        WriteTrouble::Busy { .. } | WriteTrouble::Unknown(_) => true,
        WriteTrouble::Failed(failed) => !is_lasting(failed),
        WriteTrouble::Panicked(_) | WriteTrouble::Stopped(_) => false,
    }
}

/// Writes under one command id until it is done, or meets a trouble that does not pass.
pub(crate) async fn patiently<F>(write: impl Fn() -> F, passes: impl Fn(&WriteTrouble) -> bool) -> Result<Done, WriteTrouble>
where
    F: Future<Output = Result<Done, WriteTrouble>>,
{
    let mut rests = REST_MILLIS.into_iter();
    loop {
        let trouble = match write().await {
            Ok(done) => return Ok(done),
            Err(trouble) => trouble,
        };
        let Some(rest) = rests.next().filter(|_| passes(&trouble)) else { return Err(trouble) };
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
    let (message, _) = NewMessage::of(analyser, received, true);
    let task = Arc::new(tasks::NewTask {
        id: TaskId::from_uuid(new_uuid()),
        kind: "incomplete",
        about: tasks::About::Transmission(message.id),
        raw_line,
        why: format!("the message was cut off ({why}); the analyser should send it again"),
        owner: analyser.owner.to_string(),
    });
    let (command, kept_at, actor) = (new_command(), now(), Actor::Link(analyser.name.to_string()));
    // Its frames were acknowledged one by one, and not every analyser sends again what broke off: here, too, a full disk is waited out.
    let write = || {
        let (message, task) = (message.clone(), Arc::clone(&task));
        lab.store().write(&actor, command, kept_at, move |tx| {
            message.keep(tx, false)?;
            tasks::add_tasks(tx, std::slice::from_ref(&*task), kept_at)?;
            Ok(Outcome { act: "keep_incomplete", accepted: true, subject: Some(message.id.uuid()), note: String::new() })
        })
    };
    patiently(write, passes_away).await?;
    lab.live().tasks_changed();
    Ok(Kept { id: message.id, duplicate_of: None })
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
