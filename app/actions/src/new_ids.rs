//! Ids and the clock: made here, before a command or once and kept, because a command may run several times and must say the same each time.

use kernel::CommandId;
pub(crate) use store::new_uuid;
pub use store::now;

/// The id of a new command.
pub fn new_command() -> CommandId {
    CommandId::from_uuid(new_uuid())
}
