//! Labels drawn, turned into pictures, and read again by programs that other people wrote.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod bench;
mod decoded;
mod hostile;
mod pages;
mod sample;
