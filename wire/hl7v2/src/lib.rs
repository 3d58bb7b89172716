//! HL7 version 2: what hospital systems say to a laboratory, and what it answers.
//!
//! * [`mllp`] takes messages out of a stream of bytes and puts answers into it. It owns no socket and no clock.
//! * [`batch`] takes them out of files that hold many.
//! * [`Header`] reads as much of the bytes as an answer needs; [`decode`] makes text of them, and [`Message`] takes the text apart.
//! * [`adt`] reads patients and merges, [`orders`] reads orders and answers them; [`read`] tells which.
//! * [`Mode`] says which answers are owed, [`acknowledge`] writes them.
//! * [`Writer`] writes segments that nothing written into them can break.
//!
//! Two rules hold everywhere. Empty and deleted are different things ([`Said`]). And whatever a peer sends, nothing panics or grows beyond
//! [`mllp::Settings`] and [`Limits`]; what is refused is named with its place ([`Rejection`]).

mod acknowledgement;
mod admission;
pub mod adt;
pub mod batch;
mod charset;
mod content;
mod delimiters;
mod escape;
mod header;
mod identifier;
mod limits;
mod location;
mod message;
pub mod mllp;
pub mod orders;
mod part;
mod patient;
mod quoted;
mod reader;
mod rejection;
mod said;
mod writer;

pub use acknowledgement::{Condition, ControlId, ControlIdTrouble, Envelope, Mode, ReceivedAnswer, Stage, Verdict, acknowledge};
pub use admission::{check_processing_id, check_version};
pub use charset::{Charset, CharsetTrouble, Charsets, Decoded, decode};
pub use content::{Content, read};
pub use delimiters::Delimiters;
pub use header::{HEADER_BYTES_MAX, Header, HeaderTrouble};
pub use identifier::{Authority, EntityIdentifier, Identifier};
pub use limits::Limits;
pub use location::{Location, SegmentName};
pub use message::{LineEnds, Message, ParseSettings, Segment};
pub use part::Part;
pub use patient::{Birth, Name, Patient, Place, Visit};
pub use rejection::{ErrorCode, Rejection};
pub use said::Said;
pub use writer::{SegmentWriter, Writer};
