//! The product's links, filing and store in the simulated world.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod check;
mod machine;
mod network;
mod opening;
mod plan;
mod seeds;
mod server;
mod world;
