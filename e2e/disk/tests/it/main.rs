//! The store on a disk that loses power, fails, fills up and rots.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod check;
mod failing;
mod finding;
mod limits;
mod power;
mod recovery;
mod rot;
mod work;
