//! The links' suite: real sockets against a real database. Nothing is acknowledged before it is kept, and no peer harms another.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
#[path = "../../../actions/tests/suite/engine.rs"]
mod engine;
mod house;
mod peer;

mod acknowledging;
mod breaking_off;
mod crowds;
mod hl7;
mod hl7_hospital;
mod hl7_orders;
mod hl7_patients;
mod order;
mod rubbish;
