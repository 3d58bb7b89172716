//! What the laboratory hands out, before it is ink: today the labels of specimens.
//!
//! A [`Label`] says what stands on it and a [`Stock`] on what it is printed. [`lay_out`] puts every mark in its place, in whole dots of the
//! printer, so that label printers ([`zpl`]), pages ([`svg`]) and PDF (the room `print`) show one and the same label.

pub mod code128;
mod fit;
pub mod label;
mod layout;
pub mod matrix;
mod sheet;
mod stock;
mod svg;
mod unshown;
mod zpl;

pub use fit::{Face, Ruler, fit};
pub use label::{Collected, Count, Label};
pub use layout::{Mark, lay_out};
pub use sheet::Sheet;
pub use stock::{Resolution, Stock};
pub use svg::svg;
pub use unshown::Unshown;
pub use zpl::{doubtful_letters, zpl};
