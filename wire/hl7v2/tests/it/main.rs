//! What the HL7 version 2 room must do, sentence by sentence of the specification, and what it must survive.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod acknowledgement;
mod adt;
mod batch;
mod captures;
mod charsets;
mod kinds;
mod message;
mod mllp;
mod orders;
mod properties;
mod support;
mod writer;
