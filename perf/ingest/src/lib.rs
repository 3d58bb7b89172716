//! The ingest measurement: 64 analysers in closed loop against the product and against the bare anchor, alternately, in one run.
//!
//! What is compared is messages filed per second, from the first byte sent until the last message is filed. Figures of different
//! runs must not be compared with each other: only the ratio within a run means something (`docs/performance.md`).

pub mod command_line;
pub mod contestant;
pub mod load;
pub mod measure;
pub mod procfs;
pub mod program;
pub mod report;
pub mod statistics;
pub mod storage;
