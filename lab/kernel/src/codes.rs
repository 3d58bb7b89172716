//! Codes on tubes and requests: checked once at the door, never inside.

mod accession;
mod container;
mod iso7064;

pub use accession::{AccessionNumber, AccessionTrouble};
pub use container::{CONTAINER_CODE_CHARS_MAX, ContainerCode, ContainerTrouble};
