//! What is wrong with a message: where, by which code of table 0357, and in words.

use std::fmt;

use crate::location::Location;

/// A code of HL7 table 0357.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// 100: a segment is missing or stands where it may not.
    SegmentSequence,
    /// 101: a required field is missing.
    RequiredFieldMissing,
    /// 102: a value is not of its type.
    DataType,
    /// 103: a code is not in its table.
    TableValueNotFound,
    /// 200: this type of message is not supported.
    UnsupportedMessageType,
    /// 201: this event is not supported.
    UnsupportedEvent,
    /// 202: this processing id is not supported.
    UnsupportedProcessingId,
    /// 203: this version is not supported.
    UnsupportedVersion,
    /// 204: what is referred to is not known.
    UnknownKey,
    /// 205: what is created is there already.
    DuplicateKey,
    /// 206: somebody else works on it.
    RecordLocked,
    /// 207: anything else.
    Internal,
}

impl ErrorCode {
    /// Every one.
    pub const ALL: [Self; 12] = [
        Self::SegmentSequence,
        Self::RequiredFieldMissing,
        Self::DataType,
        Self::TableValueNotFound,
        Self::UnsupportedMessageType,
        Self::UnsupportedEvent,
        Self::UnsupportedProcessingId,
        Self::UnsupportedVersion,
        Self::UnknownKey,
        Self::DuplicateKey,
        Self::RecordLocked,
        Self::Internal,
    ];

    /// The code.
    pub const fn code(self) -> &'static str {
        self.entry().0
    }

    /// What the code means, in English.
    pub const fn words(self) -> &'static str {
        self.entry().1
    }

    /// Whether the message is rejected as such (AR, CR) rather than found wrong in its content (AE, CE): its type, event, version or
    /// processing id.
    pub const fn rejects(self) -> bool {
        matches!(self, Self::UnsupportedMessageType | Self::UnsupportedEvent | Self::UnsupportedProcessingId | Self::UnsupportedVersion)
    }

    const fn entry(self) -> (&'static str, &'static str) {
        match self {
            Self::SegmentSequence => ("100", "Segment sequence error"),
            Self::RequiredFieldMissing => ("101", "Required field missing"),
            Self::DataType => ("102", "Data type error"),
            Self::TableValueNotFound => ("103", "Table value not found"),
            Self::UnsupportedMessageType => ("200", "Unsupported message type"),
            Self::UnsupportedEvent => ("201", "Unsupported event code"),
            Self::UnsupportedProcessingId => ("202", "Unsupported processing id"),
            Self::UnsupportedVersion => ("203", "Unsupported version id"),
            Self::UnknownKey => ("204", "Unknown key identifier"),
            Self::DuplicateKey => ("205", "Duplicate key identifier"),
            Self::RecordLocked => ("206", "Application record locked"),
            Self::Internal => ("207", "Application internal error"),
        }
    }
}

/// Why a message, or one value of it, is not taken. The words name no patient: they go into logs and back to the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Where.
    pub location: Location,
    /// Which kind of error.
    pub code: ErrorCode,
    /// What is wrong and what to do.
    pub words: String,
}

impl Rejection {
    /// A rejection at a place.
    pub fn new(location: Location, code: ErrorCode, words: impl Into<String>) -> Self {
        Self { location, code, words: words.into() }
    }
}

impl fmt::Display for Rejection {
    /// `ORC-2: 101 Required field missing: words`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}: {}", self.location, self.code.code(), self.code.words(), self.words)
    }
}

impl std::error::Error for Rejection {}
