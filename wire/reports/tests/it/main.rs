//! Labels as label printers are told of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod layout;
mod sample;
mod zpl;
