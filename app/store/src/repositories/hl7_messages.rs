//! What hospital systems sent over MLLP, kept with the answers before those were given.

use super::{Stretch, stretch};
use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use kernel::{Hl7MessageId, Timestamp};
use uuid::Uuid;

sql! {
    /// Keeps a message.
    pub ADD_HL7_MESSAGE = insert hl7_message (id Blob, link Text, received_at Int, sender Text, message_type Text, control_id Text, identity Blob, content_hash Blob, state Text, repeats Blob, outcome Text);
    /// Keeps its bytes, and the answers to it.
    pub ADD_HL7_BYTES = insert hl7_message_bytes (message_id Blob, raw Blob, accept_answer Blob, application_answer Blob);
    /// The message of this sender, number and content that was worked on.
    pub ANSWERED_HL7_MESSAGE = "SELECT id FROM hl7_message WHERE link = ?1 AND identity = ?2 AND content_hash = ?3 AND state IN ('accepted', 'refused', 'unanswered') LIMIT 1";
    /// Whether this sender used this number for another content.
    pub OTHER_CONTENT_OF_HL7_NUMBER = "SELECT id FROM hl7_message WHERE link = ?1 AND identity = ?2 AND content_hash <> ?3 LIMIT 1";
    /// The answers to a message.
    pub HL7_ANSWERS = "SELECT b.message_id, b.accept_answer, b.application_answer FROM hl7_message m JOIN hl7_message_bytes b ON b.message_id = COALESCE(m.repeats, m.id) WHERE m.id = ?1";
    /// A message with its bytes and answers; those of the one it repeats, where it repeats one.
    pub HL7_MESSAGE = "SELECT m.id, m.link, m.received_at, m.sender, m.message_type, m.control_id, m.state, m.repeats, m.outcome, b.raw, b.accept_answer, b.application_answer FROM hl7_message m JOIN hl7_message_bytes b ON b.message_id = COALESCE(m.repeats, m.id) WHERE m.id = ?1";
    /// Messages of a link, newest first.
    pub HL7_MESSAGES_OF_LINK = "SELECT m.id, m.link, m.received_at, m.sender, m.message_type, m.control_id, m.state, m.repeats, m.outcome FROM hl7_message m WHERE m.link = ?1 AND (m.received_at, m.id) < (?2, ?3) ORDER BY m.received_at DESC, m.id DESC LIMIT ?4";
    /// When a link last brought a message.
    pub LAST_HL7_RECEIVED = "SELECT received_at FROM hl7_message WHERE link = ?1 ORDER BY received_at DESC, id DESC LIMIT 1";
    /// An open task that says of a link that messages of a type are not taken here: one speaks for all of them.
    pub OPEN_HL7_NOT_TAKEN = "SELECT k.id FROM task k JOIN hl7_message m ON m.id = k.hl7_message_id WHERE k.kind = 'hl7_not_taken' AND k.closed_at IS NULL AND m.link = ?1 AND m.message_type = ?2 LIMIT 1";
    /// Bytes and content hashes, in the order of ids.
    pub HL7_CONTENTS = "SELECT m.id, m.content_hash, b.raw FROM hl7_message m JOIN hl7_message_bytes b ON b.message_id = m.id AND b.message_id > ?1 WHERE m.id > ?1 ORDER BY m.id LIMIT ?2";
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hl7State {
    /// Taken and done (AA).
    Accepted,
    /// Not taken because of what it is or says (AE, AR); nothing was done.
    Refused,
    /// Working on it failed (AE 207); nothing was done, and sent again it is tried again.
    Failed,
    /// No header could be read, so that it could not be answered.
    Unreadable,
    /// It was cut off before its end.
    Incomplete,
    /// An answer to a message: it is not answered itself.
    Unanswered,
    /// The same message had been answered before; the answer was given again.
    Repeat,
}

impl Hl7State {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Accepted, Self::Refused, Self::Failed, Self::Unreadable, Self::Incomplete, Self::Unanswered, Self::Repeat];

    /// As it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unreadable => "unreadable",
            Self::Incomplete => "incomplete",
            Self::Unanswered => "unanswered",
            Self::Repeat => "repeat",
        }
    }

    /// Reads what [`name`](Self::name) wrote.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A message to be kept.
#[derive(Debug, Clone)]
pub struct NewHl7Message<'a> {
    /// Its id.
    pub id: Hl7MessageId,
    /// The link it came over.
    pub link: &'a str,
    /// When its last byte arrived.
    pub received_at: Timestamp,
    /// MSH-3 and MSH-4, as text.
    pub sender: &'a str,
    /// MSH-9.1 and MSH-9.2: `ADT^A01`.
    pub message_type: &'a str,
    /// MSH-10, as text.
    pub control_id: &'a str,
    /// SHA-256 of who sent it under which number.
    pub identity: &'a [u8; 32],
    /// SHA-256 of its bytes.
    pub content_hash: &'a [u8; 32],
    /// The bytes, framing removed.
    pub raw: &'a [u8],
}

/// What became of it, and what was answered.
#[derive(Debug, Clone)]
pub struct Hl7Outcome<'a> {
    /// What became of it.
    pub state: Hl7State,
    /// In words.
    pub words: &'a str,
    /// The answers.
    pub answers: &'a Hl7Answers,
}

/// The answers to a message, framing removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hl7Answers {
    /// CA, CE or CR, where it was asked for.
    pub accept: Option<Vec<u8>>,
    /// AA, AE or AR, where it was asked for.
    pub application: Option<Vec<u8>>,
}

/// A message as a list shows it.
#[derive(Debug, Clone)]
pub struct Hl7MessageRecord {
    /// Its id.
    pub id: Hl7MessageId,
    /// The link.
    pub link: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// MSH-3 and MSH-4.
    pub sender: String,
    /// MSH-9.1 and MSH-9.2.
    pub message_type: String,
    /// MSH-10.
    pub control_id: String,
    /// What became of it.
    pub state: Hl7State,
    /// The message it repeats.
    pub repeats: Option<Hl7MessageId>,
    /// What it came to, in words.
    pub outcome: String,
}

/// A message with its bytes and the answers to it.
#[derive(Debug, Clone)]
pub struct Hl7MessageWhole {
    /// The message.
    pub record: Hl7MessageRecord,
    /// Its bytes, framing removed.
    pub raw: Vec<u8>,
    /// What was answered.
    pub answers: Hl7Answers,
}

/// The message of this sender, number and content that was worked on before, if there is one.
pub fn answered_before(reader: &mut Reader<'_>, new: &NewHl7Message<'_>) -> Result<Option<Hl7MessageId>, Trouble> {
    let row = reader.query_opt(&ANSWERED_HL7_MESSAGE, &params![new.link, new.identity, new.content_hash])?;
    Ok(row.map(|row| row.decode(0, Hl7MessageId::from_slice)).transpose()?)
}

/// Whether this sender used the message's number for another content.
pub fn number_used_before(reader: &mut Reader<'_>, new: &NewHl7Message<'_>) -> Result<bool, Trouble> {
    Ok(reader.query_opt(&OTHER_CONTENT_OF_HL7_NUMBER, &params![new.link, new.identity, new.content_hash])?.is_some())
}

/// Keeps a message with what became of it.
pub fn keep(tx: &mut Tx<'_>, new: &NewHl7Message<'_>, outcome: &Hl7Outcome<'_>) -> Result<(), Trouble> {
    add(tx, new, outcome.state, None, outcome.words)?;
    let Hl7Answers { accept, application } = outcome.answers;
    tx.insert_one(&ADD_HL7_BYTES, &params![new.id, new.raw, accept.as_ref(), application.as_ref()]).map(drop)
}

/// Keeps a message that repeats another.
pub fn keep_repeat(tx: &mut Tx<'_>, new: &NewHl7Message<'_>, of: Hl7MessageId) -> Result<(), Trouble> {
    add(tx, new, Hl7State::Repeat, Some(of), "")
}

fn add(tx: &mut Tx<'_>, new: &NewHl7Message<'_>, state: Hl7State, repeats: Option<Hl7MessageId>, words: &str) -> Result<(), Trouble> {
    let values = params![
        new.id,
        new.link,
        new.received_at,
        new.sender,
        new.message_type,
        new.control_id,
        new.identity,
        new.content_hash,
        state.name(),
        repeats,
        words
    ];
    tx.insert_one(&ADD_HL7_MESSAGE, &values).map(drop)
}

/// What was answered to a message.
pub fn answers(reader: &mut Reader<'_>, id: Hl7MessageId) -> Result<Option<Hl7Answers>, Trouble> {
    Ok(reader.query_opt(&HL7_ANSWERS, &params![id])?.map(|row| answers_at(&row, 1)).transpose()?)
}

fn answers_at(row: &Row, column: usize) -> Result<Hl7Answers, Inconsistent> {
    let bytes = |column| Ok::<_, Inconsistent>(row.optional_blob(column)?.map(<[u8]>::to_vec));
    Ok(Hl7Answers { accept: bytes(column)?, application: bytes(column + 1)? })
}

/// One message with its bytes and answers.
pub fn message(reader: &mut Reader<'_>, id: Hl7MessageId) -> Result<Option<Hl7MessageWhole>, Trouble> {
    let whole = |row: &Row| {
        Ok::<_, Inconsistent>(Hl7MessageWhole { record: record(row)?, raw: row.blob(9)?.to_vec(), answers: answers_at(row, 10)? })
    };
    Ok(reader.query_opt(&HL7_MESSAGE, &params![id])?.map(|row| whole(&row)).transpose()?)
}

/// A page of a link's messages, newest first, before this moment and id.
pub fn of_link(reader: &mut Reader<'_>, link: &str, before: (Timestamp, Uuid), limit: u32) -> Result<Stretch<Hl7MessageRecord>, Trouble> {
    let rows = reader.query(&HL7_MESSAGES_OF_LINK, &params![link, before.0, before.1, limit.saturating_add(1)])?;
    Ok(stretch(reader, rows, limit, (2, 0), record))
}

fn record(row: &Row) -> Result<Hl7MessageRecord, Inconsistent> {
    Ok(Hl7MessageRecord {
        id: row.decode(0, Hl7MessageId::from_slice)?,
        link: row.text(1)?.to_owned(),
        received_at: row.timestamp(2)?,
        sender: row.text(3)?.to_owned(),
        message_type: row.text(4)?.to_owned(),
        control_id: row.text(5)?.to_owned(),
        state: row.parse(6, |name| Hl7State::from_name(name).ok_or_else(|| format!("“{name}” is no state of a message")))?,
        repeats: row.optional_decode(7, Hl7MessageId::from_slice)?,
        outcome: row.text(8)?.to_owned(),
    })
}

/// When a link last brought a message.
pub fn last_received(reader: &mut Reader<'_>, link: &str) -> Result<Option<Timestamp>, Trouble> {
    Ok(reader.query_opt(&LAST_HL7_RECEIVED, &params![link])?.map(|row| row.timestamp(0)).transpose()?)
}

/// Whether an open task already says of this link that messages of this type are not taken.
pub fn is_said_not_taken(reader: &mut Reader<'_>, link: &str, message_type: &str) -> Result<bool, Trouble> {
    Ok(reader.query_opt(&OPEN_HL7_NOT_TAKEN, &params![link, message_type])?.is_some())
}

/// A message's bytes with their hash.
#[derive(Debug, Clone)]
pub struct KeptHl7Content {
    /// Its id.
    pub id: Hl7MessageId,
    /// SHA-256 of its bytes, as it was kept.
    pub content_hash: Vec<u8>,
    /// Its bytes.
    pub raw: Vec<u8>,
}

/// The bytes of the first `limit` messages after an id, in the order of ids.
pub fn contents(reader: &mut Reader<'_>, after: Option<Hl7MessageId>, limit: u32) -> Result<Vec<KeptHl7Content>, Trouble> {
    let after = after.map_or(Uuid::nil(), Hl7MessageId::uuid);
    let rows = reader.query(&HL7_CONTENTS, &params![after, limit])?;
    Ok(reader.sound(&rows, |row| {
        Ok(KeptHl7Content { id: row.decode(0, Hl7MessageId::from_slice)?, content_hash: row.blob(1)?.to_vec(), raw: row.blob(2)?.to_vec() })
    }))
}
