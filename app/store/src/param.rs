//! What is handed to a statement.

use crate::trouble::Trouble;
use kernel::Timestamp;
use uuid::Uuid;

/// One parameter of a statement, borrowed from the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Param<'a> {
    /// No value.
    Null,
    /// A whole number: counts, booleans as 0 and 1, times as microseconds UTC.
    Int(i64),
    /// Text without NUL (PostgreSQL cannot keep one, so neither engine may).
    Text(&'a str),
    /// Bytes.
    Blob(&'a [u8]),
    /// An id, stored as its 16 bytes.
    Id([u8; 16]),
}

impl Param<'_> {
    /// Refuses what one of the engines could not keep.
    pub(crate) fn check(&self, statement: &'static str, position: usize) -> Result<(), Trouble> {
        match self {
            Self::Text(text) if text.as_bytes().contains(&0) => Err(Trouble::NulInText { statement, parameter: position }),
            Self::Null | Self::Int(_) | Self::Text(_) | Self::Blob(_) | Self::Id(_) => Ok(()),
        }
    }
}

impl<'a> From<&'a str> for Param<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a String> for Param<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}
impl<'a> From<&'a [u8]> for Param<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Blob(bytes)
    }
}
impl<'a> From<&'a Vec<u8>> for Param<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Self::Blob(bytes)
    }
}
impl<'a, const N: usize> From<&'a [u8; N]> for Param<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Blob(bytes)
    }
}
impl From<i64> for Param<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}
impl From<u32> for Param<'_> {
    fn from(number: u32) -> Self {
        Self::Int(i64::from(number))
    }
}
impl From<bool> for Param<'_> {
    fn from(truth: bool) -> Self {
        Self::Int(i64::from(truth))
    }
}
impl From<Timestamp> for Param<'_> {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.micros())
    }
}
impl From<Uuid> for Param<'_> {
    fn from(id: Uuid) -> Self {
        Self::Id(*id.as_bytes())
    }
}
impl<'a, T: Into<Param<'a>>> From<Option<T>> for Param<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

macro_rules! ids {
    ($($id:ty),+ $(,)?) => {$(
        impl From<$id> for Param<'_> {
            fn from(id: $id) -> Self { Self::Id(*id.as_bytes()) }
        }
        impl From<&$id> for Param<'_> {
            fn from(id: &$id) -> Self { Self::Id(*id.as_bytes()) }
        }
    )+};
}
ids!(
    kernel::CommandId,
    kernel::PatientId,
    kernel::OrderId,
    kernel::ContainerId,
    kernel::ExaminationId,
    kernel::TransmissionId,
    kernel::TaskId,
    kernel::StaffId,
    kernel::SessionId,
    kernel::TokenId,
    kernel::EditionId,
    kernel::PatientMergeId,
    kernel::PatientFactId,
    kernel::PatientIdentifierId,
    kernel::VisitId,
    kernel::PlacerOrderId,
    kernel::OrderEventId,
    kernel::Hl7MessageId,
    kernel::ManualEntryId,
);

/// The parameters of one statement, each turned into a [`Param`]: `params![id, name, now]` is an array.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { [$($crate::Param::from($value)),*] };
}
