//! What hospital systems send as HL7 version 2: kept, done and answered in one command.

mod adt;
mod arrived;
mod ids;
mod link;
mod numbers;
mod orders;
mod outcome;
mod patients;
mod placing;
mod placing_words;
mod receive;
mod work;

pub use link::{Hl7Link, Hl7Reader, RepeatedOrder};
pub use receive::{Hl7Answered, ReceivedHl7, keep_incomplete_hl7, receive_hl7};
pub use store::repositories::hl7_messages::{Hl7Answers, Hl7State};
