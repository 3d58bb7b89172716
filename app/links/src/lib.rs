//! Sockets to analysers and hospital systems: accept, drive the wire's machines, call actions. Nothing here knows what a record means.

mod connection;
mod connections;
mod counted;
mod hl7;
mod listener;
mod reception;

pub use connection::Stream;
pub use hl7::Hl7Reception;
pub use listener::{LinkTrouble, Listening, listen, listen_hl7};
pub use reception::Reception;
