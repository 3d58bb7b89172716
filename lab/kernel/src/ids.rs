//! One id type per thing, in one append-only list: `fn bind(tube: ContainerId, order: OrderId)` cannot be called the wrong way round.
//!
//! Ids are UUID version 7, made by the caller before a command runs; this room cannot make new ones, as it has no clock and no chance.

use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// A text or byte string that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not a {kind} id (expected a UUID)")]
pub struct IdTrouble {
    /// Which kind of id was expected.
    pub kind: &'static str,
    /// What stood there instead.
    pub found: String,
}

macro_rules! id_types {
    ($($(#[$doc:meta])* $name:ident = $kind:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that was made for this kind of thing.
            pub const fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            /// The UUID inside.
            pub const fn uuid(self) -> Uuid { self.0 }
            /// The 16 bytes as they are stored.
            pub fn as_bytes(&self) -> &[u8; 16] { self.0.as_bytes() }
            /// Reads the 16 stored bytes.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, IdTrouble> {
                Uuid::from_slice(bytes).map(Self).map_err(|_| IdTrouble { kind: $kind, found: format!("{} bytes", bytes.len()) })
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, concat!($kind, ":{}"), self.0) }
        }
        impl FromStr for $name {
            type Err = IdTrouble;
            fn from_str(text: &str) -> Result<Self, IdTrouble> {
                Uuid::from_str(text).map(Self).map_err(|_| IdTrouble { kind: $kind, found: text.chars().take(64).collect() })
            }
        }
    )+};
}

id_types! {
    /// One command given to the store; the journal's key.
    CommandId = "command",
    /// A patient.
    PatientId = "patient",
    /// A request for examinations.
    OrderId = "order",
    /// A tube or other vessel with a code of its own.
    ContainerId = "container",
    /// One ordered test on one specimen.
    ExaminationId = "examination",
    /// One transmission kept as it came over a link.
    TransmissionId = "transmission",
    /// A piece of work with an owner, such as an unclaimed reading.
    TaskId = "task",
    /// A member of staff.
    StaffId = "staff",
    /// A signed-in session of a browser.
    SessionId = "session",
    /// A bearer token for the APIs.
    TokenId = "token",
    /// An edition of the catalogue, as it was imported.
    EditionId = "edition",
    /// Two records of one patient that became one.
    PatientMergeId = "merge of patients",
    /// Something true of a patient for a time.
    PatientFactId = "fact of a patient",
    /// A further number of a patient.
    PatientIdentifierId = "identifier of a patient",
    /// A stay or visit as the hospital numbers it.
    VisitId = "visit",
    /// A test or panel under the number that another system ordered it by.
    PlacerOrderId = "placer order",
    /// Something that happened to an order or a container.
    OrderEventId = "event of an order",
    /// A message of HL7 version 2 kept as it came over a link.
    Hl7MessageId = "HL7 message",
    /// A result that a person typed.
    ManualEntryId = "manual entry",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_round_trip_and_nonsense_names_the_kind() {
        let id: PatientId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
        assert_eq!(id.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!(PatientId::from_slice(id.as_bytes()).unwrap(), id);
        assert_eq!(PatientId::from_slice(&[1, 2]).unwrap_err().to_string(), "\"2 bytes\" is not a patient id (expected a UUID)");
        assert!("x".parse::<TaskId>().unwrap_err().to_string().contains("task id"));
    }
}
