//! A disk that loses power, fails, fills up and rots.
//!
//! [`Disk`] is a SQLite VFS around the ordinary one. It does what it is asked to do, keeps a log of it, and fails where a [`Fault`] says so.
//! [`Platter`] plays such a log up to any point and says what a disk might hold after the power went there. The library knows nothing of the
//! store; its tests run the store's own threads on it.

mod fault;
mod log;
mod platter;
mod vfs;

/// What a lost power leaves is drawn from it.
pub use chance::Chance;
pub use fault::{Call, Fault, Kind};
pub use log::{By, Event};
pub use platter::{Platter, Survival};
pub use vfs::Disk;
