//! LIS2/ASTM: the link between an analyser and the laboratory system, and the records it carries.
//!
//! * [`Link`] is the low-level machine (E1381, LIS01-A2): bytes and the time in, bytes and events out. It owns no socket, clock or thread, so
//!   that it can be replayed, fuzzed and driven through its timeouts without waiting.
//! * [`parse`] reads the records of one message (E1394, LIS02-A2) as a tree over the received bytes; [`render`] writes them back.
//! * [`frame`] and [`unframe`] put on and take off the framing, for senders, simulators and the replay of captured files.
//!
//! Two rules hold everywhere. The frame that completes a message is acknowledged only after the caller said [`Link::kept`]. And whatever a
//! peer sends, the machine neither panics nor grows beyond the limits in [`LinkSettings`]; what it refuses, it names in an event.

mod assembly;
pub mod control;
mod event;
mod framing;
mod lexer;
mod link;
mod message;
mod raw;
mod record;
mod settings;
mod text;

pub use event::{AbortReason, LinkEvent, LinkWarning, MessageId, OutgoingId, OutgoingMessage, SendTrouble};
pub use framing::{FrameOptions, FrameTrouble, UnframeTrouble, Unframed, frame, looks_framed, split_messages, unframe};
pub use lexer::FrameFault;
pub use link::Link;
pub use message::{Message, ParseSettings, RecordTrouble, RecordTroubleKind, ResultContext, parse, parse_with, render};
pub use record::{Delimiters, Field, Record, RecordKind};
pub use settings::{FrameOrder, Framing, LinkSettings, Role, TextCharacters, Timers};
pub use text::Charset;
