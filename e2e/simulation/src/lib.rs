//! A simulated world for the server: a network that delays, splits, cuts and swallows, analysers that send and repeat, and a trace of it all.
//!
//! Everything follows from a seed, on one thread, under tokio's paused clock. The library knows nothing of the product; its tests put the product's
//! own links, filing and store into it, the store on `e2e/disk`.

mod analyser;
mod network;
mod trace;

pub use analyser::{Analyser, Habits, Message, Tally};
pub use network::{Cable, End, Switchboard, Weather};
pub use trace::Trace;
