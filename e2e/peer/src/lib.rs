//! What talks to the laboratory from outside: an analyser on a socket and a program on the HTTP API.
//!
//! Written apart from the product, from the rules of LIS01 and LIS02 alone, so that a mistake in the product's link or records cannot
//! hide behind the same mistake here. The crash checker and the ingest measurement both speak through this crate.

pub mod c111;
pub mod capture;
pub mod client;
pub mod conversation;
pub mod device_time;
pub mod frame;
pub mod http;
pub mod laboratory;
pub mod menu;
pub mod orders;

pub use client::Client;
pub use conversation::{Conversation, Next, Outcome};
pub use frame::{Framed, Packing};
