//! The jobs' suite: what waits in the database gets done, whoever left it there and whatever fails in between.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
#[path = "../../../actions/tests/suite/engine.rs"]
mod engine;
mod editions;
mod filing;
mod sessions;
#[path = "../../../store/tests/suite/wire.rs"]
mod wire;
