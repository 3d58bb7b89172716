//! The bare anchor of the ingest measurement: a LIS2 server that keeps each message with the rows the product would write for it,
//! acknowledges after the commit, and does nothing else: no orders, no look-ups, no gates, no foreign keys, no limits worth the name.
//!
//! What the product costs beyond this is what its features cost.

pub mod exchange;
pub mod ids;
pub mod message;
pub mod postgres;
pub mod schema;
pub mod serve;
pub mod sqlite;
