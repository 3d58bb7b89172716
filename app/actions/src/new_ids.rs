//! Ids and the clock: made here, before a command, because a command may run several times and must say the same each time.

use kernel::{CommandId, Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// A new UUID version 7: sorts by the moment it was made.
pub(crate) fn new_uuid() -> Uuid {
    Uuid::now_v7()
}

/// The id of a new command.
pub fn new_command() -> CommandId {
    CommandId::from_uuid(new_uuid())
}

/// The present instant. A clock before 1970 or past the year 292,277 counts as the nearest of those: order never hangs on it.
pub fn now() -> Timestamp {
    let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(_) => 0,
    };
    Timestamp::from_micros(micros)
}
