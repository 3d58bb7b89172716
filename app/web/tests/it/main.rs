//! The pages and the API against a real laboratory on a temporary SQLite file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod assets;
mod entry;
mod hl7;
mod house;
mod limits;
mod live;
mod lock;
mod manual_results;
mod one_time;
mod orders;
mod patients;
mod results;
mod specimens;
mod tasks;
