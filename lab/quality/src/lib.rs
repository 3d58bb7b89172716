//! Quality of measurement: what a method may err by, how far it does, and which controls that calls for.

pub mod sigma;
