//! Which of the messages we know one is.

use kernel::Zone;

use crate::acknowledgement::ReceivedAnswer;
use crate::adt::{self, AdtEvent};
use crate::message::Message;
use crate::orders::{self, Orders};
use crate::quoted::quoted;
use crate::rejection::{ErrorCode, Rejection};

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Something happened to patients.
    Adt(AdtEvent),
    /// Orders.
    Orders(Box<Orders>),
    /// An answer to a message of ours.
    Answer(ReceivedAnswer),
}

/// Reads a message of whichever kind it is. A type that is not known is rejected with 200, another event of a known type with 201.
pub fn read(message: &Message<'_>, zone: &Zone) -> Result<Content, Rejection> {
    if let Some(answer) = ReceivedAnswer::read(message) {
        return Ok(Content::Answer(answer));
    }
    let name = message.header().field(9).component(1);
    match name.raw() {
        "ADT" => adt::read(message, zone).map(Content::Adt),
        "ORM" | "OML" => orders::read(message, zone).map(|orders| Content::Orders(Box::new(orders))),
        other => {
            crate::admission::check_version(message.text_header())?;
            let words = format!("{} is not supported; send ADT, ORM^O01 or OML^O21", quoted(other));
            Err(name.rejected(ErrorCode::UnsupportedMessageType, words))
        }
    }
}
