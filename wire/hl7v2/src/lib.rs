//! HL7 version 2: what hospital systems say to a laboratory, and what it answers.
//!
//! * [`mllp`] takes messages out of a stream of bytes and puts answers into it. It owns no socket and no clock.

pub mod mllp;
