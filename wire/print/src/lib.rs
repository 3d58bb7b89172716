//! From what the laboratory hands out to PDF. Nothing here reads a file, a clock or a font of the machine, so that the same labels give the same
//! bytes everywhere.

mod drawing;
mod fonts;
mod labels;
mod pdf;
mod shape;

pub use labels::{Drawn, LABELS_MAX, PrintTrouble, pdf, sheet_pdf};
