//! Who may do what: the whole table, cell by cell, and what a decision is good for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod decisions;
mod matrix;
mod table;
