//! What a connection may send, and what it brought.

use std::time::Duration;

/// The limits of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of one message. 16 MiB.
    pub message_bytes_max: usize,
    /// From the first byte of a message to its last. 60 s.
    pub message_time_max: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { message_bytes_max: 16 * 1024 * 1024, message_time_max: Duration::from_secs(60) }
    }
}

/// What the stream brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A message as received, framing removed. Keep it before anything is answered.
    Message(Vec<u8>),
    /// A message that never became complete. Keep it as it is and do not process it; after [`AbortReason::TooLong`] and
    /// [`AbortReason::TooSlow`] close the connection.
    Aborted {
        /// What there was of it, at most the limit.
        content: Vec<u8>,
        /// What ended it.
        why: AbortReason,
    },
    /// Something to count and log.
    Anomaly(Anomaly),
}

/// Why a message was given up before it was complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AbortReason {
    /// Longer than `message_bytes_max`.
    #[error("the message is longer than {limit} bytes; close the connection, or raise the limit of this connection")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Its end did not come within `message_time_max`.
    #[error("the message was not finished within {seconds} s; close the connection, the sender will send it again")]
    TooSlow {
        /// The limit in seconds.
        seconds: u64,
    },
    /// Another message began inside it.
    #[error("another message began before this one ended; the sender has to send it again")]
    Restarted,
    /// The connection closed.
    #[error("the connection closed in the middle of a message; the sender has to send it again")]
    Closed,
}

/// What was unusual in the stream. None of it loses anything of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Anomaly {
    /// Bytes that belong to no message.
    #[error("{bytes} bytes outside any message were ignored")]
    Noise {
        /// How many, since the last report.
        bytes: u64,
    },
    /// 0x1C without 0x0D ended a message.
    #[error("a message ended without the carriage return of its frame; it was taken as complete")]
    EndWithoutReturn,
    /// A frame with nothing in it.
    #[error("an empty frame was ignored")]
    EmptyFrame,
}
