//! What reads and the start cost as the database grows: 100 thousand, a million, ten million results, through the product's own store, beside bare
//! prepared queries for the same keys in the same run.
//!
//! Figures of different runs must not be compared with each other; ratios may (`docs/performance.md`).

pub mod bare;
pub mod command_line;
pub mod dataset;
pub mod drawing;
pub mod fill;
pub mod pieces;
pub mod probes;
pub mod report;
pub mod sampling;
pub mod starting;
