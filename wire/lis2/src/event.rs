//! What the link tells its owner, in words a person at the bench can read.

use std::time::Duration;

use crate::lexer::FrameFault;

/// One received message, until it is kept or not. Counted per link; a message received again gets a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(pub(crate) u64);

/// One message to send, named by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutgoingId(pub u64);

/// A message to send: its records, each ended by CR. A missing last CR is added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The caller's name for it, given back in [`LinkEvent::Sent`] and [`LinkEvent::SendFailed`].
    pub id: OutgoingId,
    /// H to L, without framing.
    pub content: Vec<u8>,
}

/// What the owner of a [`crate::Link`] has to do or to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkEvent {
    /// Write these bytes to the peer.
    Write(Vec<u8>),
    /// Call `tick` at or after this time. It holds until another one replaces it.
    WakeAt(Duration),
    /// A message. Unless EOT or silence ended it, its last frame stays unacknowledged until `kept(id)` or `not_kept(id)`.
    Message {
        /// To be given to `kept` or `not_kept`.
        id: MessageId,
        /// The accepted frames exactly as received, STX to CR LF, in order, duplicates left out. A frame that holds the end of one message and
        /// the start of the next belongs to both. On a raw link: the bytes of the records.
        wire: Vec<u8>,
        /// The records, each ended by CR, framing removed.
        content: Vec<u8>,
        /// What was unusual about it; at most 32.
        warnings: Vec<LinkWarning>,
    },
    /// A message that never became complete. Keep it as it is; do not process it.
    Aborted {
        /// The accepted frames exactly as received.
        wire: Vec<u8>,
        /// The records so far; the last may be cut short.
        content: Vec<u8>,
        /// What ended it.
        why: AbortReason,
    },
    /// The peer acknowledged the last frame of this message. On a raw link: it was written.
    Sent {
        /// The caller's name for it.
        id: OutgoingId,
    },
    /// The message was not delivered and will not be tried again by this link: somebody must know.
    SendFailed {
        /// The caller's name for it.
        id: OutgoingId,
        /// What went wrong.
        why: SendTrouble,
    },
    /// Something to count and log.
    Anomaly(LinkWarning),
}

/// Why a message was given up before it was complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AbortReason {
    /// EOT although the last frame announced another one (ETB).
    #[error("the analyser ended the transmission in the middle of a message")]
    EndedInMidMessage,
    /// Nothing came for the receiver's silence time.
    #[error("the analyser fell silent in the middle of a message")]
    Silence,
    /// ENQ in mid-transfer.
    #[error("the analyser started a new transmission in the middle of a message")]
    Restarted,
    /// The connection closed.
    #[error("the connection closed in the middle of a message")]
    Closed,
    /// Longer than `message_bytes_max`, on a raw link, where it cannot be refused.
    #[error("the message is longer than this link accepts; the rest was dropped up to the next header")]
    TooLong,
}

/// What was unusual on the link. None of these loses anything that was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkWarning {
    /// Bytes that belong to nothing.
    #[error("{bytes} bytes outside any frame were ignored")]
    Noise {
        /// How many, since the last report.
        bytes: u64,
    },
    /// A frame was refused because it was damaged or not allowed.
    #[error("frame refused: {fault}")]
    FrameRefused {
        /// What was wrong with it.
        fault: FrameFault,
    },
    /// A frame was refused because of its number.
    #[error("frame refused: number {found} came where {expected} was due")]
    FrameNumber {
        /// The number due.
        expected: u8,
        /// The number that came.
        found: u8,
    },
    /// A frame of another number than the one due was accepted, as this link's settings say.
    #[error("frame number {found} came where {expected} was due; accepted, as this link is set to")]
    FrameOrderIgnored {
        /// The number due.
        expected: u8,
        /// The number that came.
        found: u8,
    },
    /// The last frame came again: our acknowledgement was lost. It was acknowledged again and left out.
    #[error("frame {number} came twice and was counted once")]
    DuplicateFrame {
        /// Its number.
        number: u8,
    },
    /// A frame with the number of the last one but another text; acknowledged and left out, as the standard says. Keep the text.
    #[error("frame {number} came again with another text, which was left out")]
    DuplicateDiffers {
        /// Its number.
        number: u8,
        /// The text left out.
        text: Vec<u8>,
    },
    /// A frame was refused because its message would be longer than the limit.
    #[error("frame refused: the message is longer than {limit} bytes")]
    MessageTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// A frame was refused because more messages end in it than the limit.
    #[error("frame refused: more than {limit} messages in one frame")]
    TooManyMessages {
        /// The limit.
        limit: usize,
    },
    /// A frame was begun but not finished.
    #[error("a frame was cut short")]
    FrameCutShort,
    /// An ENQ in mid-transfer was followed at once by other bytes: taken for a damaged frame, and refused.
    #[error("a damaged frame began with ENQ; it was refused")]
    GarbledRestart,
    /// More came while an answer was owed than the link holds; it was not acknowledged.
    #[error("{bytes} bytes sent without waiting for the answer were dropped unacknowledged")]
    Overrun {
        /// How many bytes of frames.
        bytes: usize,
    },
    /// Nobody said `kept` in time; the frame was refused so that the analyser sends it again.
    #[error("the message was not stored in time; the analyser was asked to send it again")]
    NotKeptInTime {
        /// The message.
        id: MessageId,
    },
    /// A record did not end with CR at the end of its ETX frame; whether the next frame continued it was told from how that one begins.
    #[error("a record did not end with a carriage return at the end of its frame")]
    RecordEndGuessed,
    /// The message does not begin with a header record.
    #[error("the message has no header record")]
    MissingHeader,
    /// The message has no terminator record; a new header, EOT or silence ended it.
    #[error("the message has no terminator record")]
    MissingTerminator,
    /// Both sides asked for the line at once.
    #[error("both sides asked to send at once")]
    Contention,
    /// The peer asks us to stop sending, because it wants to send.
    #[error("the analyser asked to interrupt; it gets the line after this message")]
    InterruptRequested,
    /// A message was abandoned and will be tried again.
    #[error("sending abandoned (attempt {attempt}), will be tried again: {why}")]
    SendAbandoned {
        /// How many attempts were made.
        attempt: u32,
        /// What went wrong.
        why: SendTrouble,
    },
}

/// Why a message could not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendTrouble {
    /// A character that the link forbids in text.
    #[error("character {byte:#04x} at byte {offset} may not be sent in a record; remove or escape it")]
    ForbiddenCharacter {
        /// The character.
        byte: u8,
        /// Its place, counted from 0.
        offset: usize,
    },
    /// Nothing to send.
    #[error("the message is empty")]
    Empty,
    /// Longer than `message_bytes_max`.
    #[error("the message is longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Too much is waiting already.
    #[error("too many messages wait to be sent on this link; is the analyser connected and idle?")]
    QueueFull,
    /// No answer to ENQ.
    #[error("the analyser does not answer")]
    NoAnswer,
    /// ENQ was refused.
    #[error("the analyser says it is busy")]
    Busy,
    /// No reply to a frame.
    #[error("the analyser stopped answering in the middle of the message")]
    NoReply,
    /// A frame was refused too often.
    #[error("the analyser refused frame {frame} of the message {refusals} times")]
    Refused {
        /// Which frame, counted from 1.
        frame: usize,
        /// How often.
        refusals: u32,
    },
    /// The connection closed before the message was acknowledged.
    #[error("the connection closed before the analyser had acknowledged the message")]
    Closed,
}
