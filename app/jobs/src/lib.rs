//! Durable background work: what is in the database as waiting gets done, also after a restart.

mod filing;

pub use filing::run_filing;
