//! Sockets to analysers: accept, drive the wire's machines, call actions. Nothing here knows what a record means.

mod connection;
mod connections;
mod listener;
mod reception;

pub use connection::Stream;
pub use listener::{LinkTrouble, Listening, listen};
pub use reception::Reception;
