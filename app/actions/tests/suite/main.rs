//! The actions' suite: the thread of one result from kept bytes to a page, every refusal on the way, on both engines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
mod engine;
mod house;
mod manual_results;
mod messages;

mod access;
mod accounts;
mod at_once;
mod backup;
mod choose_password;
mod close_task;
mod confirm_person;
mod contention;
mod editions;
mod filing;
mod impossible_rows;
mod invariants;
mod keeping;
mod limits_by_instrument;
mod order_acts;
mod paging;
mod patient_records;
mod place_order;
mod requisitions;
mod sessions;
mod set_aside;
mod specimens;
mod unclaimed;
