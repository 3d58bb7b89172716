//! What the link and the record codec must do, row by row of the specification, and what they must survive.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod captures;
mod delivery;
mod framing;
mod keeping;
mod properties;
mod raw;
mod receiver;
mod records;
mod sender;
mod support;
mod talking;
