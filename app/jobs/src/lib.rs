//! Durable background work: what is in the database as waiting gets done, also after a restart.

mod access;
mod editions;
mod filing;
mod sessions;

pub use access::run_access_log;
pub use editions::{EDITIONS_LOOK, run_editions};
pub use filing::run_filing;
pub use sessions::{SESSIONS_LOOK, run_sessions};
