//! What the kernel promises, tried from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod codes;
mod conversions;
mod device_units;
mod kinds;
mod properties;
mod stored_forms;
mod times;
mod values;
mod words;
