//! What the drivers promise, tried from outside: every capture gives exactly the readings beside it, every form of the specification is
//! read, one bad record never costs the others, and no bytes make a driver panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod captures;
mod disk;
mod properties;
mod registration;
mod roche_cobas_c;
mod shared_captures;
mod splits;
