//! The program's suite: the real binary, from the command line, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
#[path = "../../../actions/tests/suite/engine.rs"]
mod engine;
mod full_disk;
mod http;
mod program;

mod audit;
mod backup;
mod check;
mod check_backups;
mod check_logs;
mod command_line;
mod configuration;
mod control;
mod day;
mod demo;
mod edition;
mod edition_signing;
mod init;
mod labels;
mod log;
mod operate;
mod render;
mod replay;
mod serve;
mod stop;
mod validate;
