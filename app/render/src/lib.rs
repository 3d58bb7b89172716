//! Labels in every form there is: PDF, asked of a child process with its own memory, its own time and no files; ZPL for label printers; and
//! pictures for pages. All of them come from one layout, in the room `reports`.
//!
//! [`Document`] is what is drawn, on both sides of the pipe; [`Renderer`] is the side that asks. The child is `benchside render` itself, the
//! only program that links what draws PDF.

mod document;
mod frames;
mod labels;
mod renderer;
mod worker;

pub use document::{DOCUMENT_BYTES_MAX, Document, DocumentTrouble};
pub use frames::{next_document, write_drawn, write_refused};
pub use labels::{Labels, Media, Zpl};
pub use renderer::{Limits, Renderer};
pub use worker::{Drawn, RenderTrouble};
