//! Sockets to analysers: accept, drive the wire's machines, call actions. Nothing here knows what a record means.

mod connection;
mod connections;
mod listener;

pub use listener::{LinkTrouble, Listening, listen};
