//! What the gates say, in the bench's own notation: a result, a patient, what else was sent; then what is reported and what holds it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod critical_finding;
mod critical_limit;
mod critical_limit_by_method;
mod format_and_unit;
mod identity;
mod notation;
mod properties;
mod typed;
