//! What is asked of every message before its content: version and processing id.

use kernel::Realm;

use crate::header::Header;
use crate::location::{Location, SegmentName};
use crate::quoted::quoted;
use crate::rejection::{ErrorCode, Rejection};

/// Refuses what is not version 2 (203). Any 2.x is read; the versions differ in what may be left out.
pub fn check_version(header: &Header<'_>) -> Result<(), Rejection> {
    let version = header.component(12, 1);
    if matches!(version, b"2" | [b'2', b'.', b'0'..=b'9', ..]) {
        return Ok(());
    }
    let words = format!("version {} is not supported; send 2.1 to 2.9", quoted(&String::from_utf8_lossy(version)));
    Err(Rejection::new(place(12), ErrorCode::UnsupportedVersion, words))
}

/// Refuses a message whose processing id (MSH-11) does not fit the realm: what is for training (T) or debugging (D) never reaches the
/// records of production (202). Elsewhere everything is taken: a copy of production's traffic is what interfaces are validated with.
pub fn check_processing_id(header: &Header<'_>, realm: Realm) -> Result<(), Rejection> {
    let id = header.component(11, 1);
    match id {
        b"" => Err(Rejection::new(place(11), ErrorCode::RequiredFieldMissing, "say P for production, T for training or D for debugging")),
        b"P" => Ok(()),
        b"T" | b"D" if realm != Realm::Production => Ok(()),
        _ => {
            let words = format!("processing id {} is not taken in the realm {realm}", quoted(&String::from_utf8_lossy(id)));
            Err(Rejection::new(place(11), ErrorCode::UnsupportedProcessingId, words))
        }
    }
}

const fn place(field: usize) -> Location {
    Location::segment(SegmentName::MSH, 1).field(field)
}
