//! What the workflow promises, tried from outside: whose work a reading is, who may vouch for a value, and evidence that reads back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod add_on;
mod bench;
mod containers;
mod evidence;
mod matching;
mod tube_volumes;
mod verification;
mod verification_by_person;
