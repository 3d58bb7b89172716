//! The store's suite: every promise and every trap of the architecture's Store section, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
mod harness;

mod audit;
mod commands;
mod connection_loss;
mod copies;
mod damage;
mod dialect;
mod groups;
mod history;
mod log;
mod looks;
mod opening;
mod patient_history;
mod patient_search;
mod patients;
mod plans;
mod quarantine;
mod queue;
mod random;
mod reads;
mod restores;
mod schema;
mod shared_transactions;
mod silence;
mod statements;
mod stepped;
mod values;
mod versions;
mod wire;
