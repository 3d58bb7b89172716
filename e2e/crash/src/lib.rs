//! The crash checker. It starts a real server, sends to it over eight links, kills it (SIGKILL) in the middle of ingest, starts it
//! again, sends again what was not acknowledged, and in the end holds the database, read with its own SQL, against its own log.
//!
//! It shares no code with the server: what it believes about messages, tables and states stands here and in `peer`.

pub mod check;
pub mod client_log;
pub mod command_line;
pub mod database;
pub mod links;
pub mod run;
pub mod shift;
