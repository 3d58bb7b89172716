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

/// Types of messages that HL7 version 2 knows (table 0076), as far as a sender may address them to a laboratory by mistake or too early.
const KNOWN_TYPES: &[&str] = &[
    "ADR", "BAR", "BPS", "BRP", "BRT", "BTS", "CCF", "CCI", "CCM", "CCQ", "CCU", "CQU", "CRM", "CSU", "DBC", "DEL", "DEO", "DER", "DFT",
    "DPR", "DRC", "DRG", "DSR", "EAC", "EAN", "EAR", "EHC", "ESR", "ESU", "INR", "INU", "LSR", "LSU", "MDM", "MFD", "MFK", "MFN", "MFQ",
    "MFR", "NMD", "NMQ", "NMR", "OMB", "OMD", "OMG", "OMI", "OMN", "OMP", "OMQ", "OMS", "OPL", "OPR", "OPU", "ORA", "ORB", "ORD", "ORF",
    "ORG", "ORI", "ORL", "ORN", "ORP", "ORR", "ORS", "ORU", "ORX", "OSM", "OSQ", "OSR", "OSU", "OUL", "PEX", "PGL", "PIN", "PMU", "PPG",
    "PPP", "PPR", "PPT", "PPV", "PRR", "PTR", "QBP", "QCK", "QCN", "QRF", "QRY", "QSB", "QSX", "QVR", "RAS", "RCI", "RCL", "RDE", "RDR",
    "RDS", "RDY", "REF", "RGV", "ROR", "RPA", "RPI", "RPL", "RPR", "RQA", "RQI", "RQP", "RRA", "RRD", "RRE", "RRG", "RRI", "RSP", "RTB",
    "SDR", "SDS", "SIU", "SLN", "SLR", "SMD", "SQM", "SQR", "SRM", "SRR", "SSR", "SSU", "STC", "STI", "SUR", "TCR", "TCU", "UDM", "VXQ",
    "VXR", "VXU", "VXX",
];

/// Reads a message of whichever kind it is. A type that HL7 does not know is rejected with 200; one that it knows and that is not taken here, and
/// another event of a type that is, with 201.
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
            if KNOWN_TYPES.contains(&other) {
                return Err(message.header().field(9).component(2).rejected(ErrorCode::UnsupportedEvent, words));
            }
            Err(name.rejected(ErrorCode::UnsupportedMessageType, words))
        }
    }
}
