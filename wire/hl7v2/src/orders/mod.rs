//! Orders as the hospital sends them: ORM^O01, and OML^O21 with specimens.
//!
//! A message is taken as a whole or not at all, so that its sender, who gets one answer, knows what was taken.

mod answer;
mod content;
mod control;
mod group;

use kernel::{Stated, Zone};

pub use answer::{Decision, answer};
pub use content::{Answered, Code, CodedElement, OrderedSpecimen, Priority, StaffName};
pub use control::{Control, Replies};

use crate::admission::check_version;
use crate::identifier::EntityIdentifier;
use crate::location::Location;
use crate::message::Message;
use crate::patient::{Patient, Visit};
use crate::quoted::quoted;
use crate::reader::Reader;
use crate::rejection::{ErrorCode, Rejection};
use crate::said::Said;
use group::Groups;

/// Which kind of message orders came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderMessage {
    /// ORM^O01, answered by ORR^O02.
    Orm,
    /// OML^O21, answered by ORL^O22.
    Oml,
}

/// The orders of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Orders {
    /// The kind of message.
    pub message: OrderMessage,
    /// PID. New orders always have one.
    pub patient: Option<Patient>,
    /// PV1.
    pub visit: Option<Visit>,
    /// NTE-3 before the first order: about the patient or the message.
    pub notes: Vec<String>,
    /// One for each ORC, in the order sent.
    pub orders: Vec<Order>,
    /// What could not be read, or is not used, and was left out.
    pub warnings: Vec<Rejection>,
}

/// One order: an ORC, and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Where its ORC stands.
    pub location: Location,
    /// ORC-1.
    pub control: Control,
    /// ORC-2 or OBR-2: the sender's number. New orders always have one.
    pub placer: Option<EntityIdentifier>,
    /// ORC-3 or OBR-3: our number.
    pub filler: Option<EntityIdentifier>,
    /// ORC-4: what the sender calls the orders that belong together.
    pub group: Option<EntityIdentifier>,
    /// ORC-9: when this was asked for.
    pub asked_at: Said<Stated>,
    /// ORC-12, or OBR-16.
    pub orderers: Vec<StaffName>,
    /// TQ1-9, ORC-7.6 or OBR-27.6, the first of them that says something.
    pub priority: Said<Priority>,
    /// What is to be done; new orders always have it.
    pub service: Option<Service>,
}

/// What is to be done: an OBR, and what stands below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// OBR-4, with a code.
    pub code: CodedElement,
    /// OBR-7: when the specimen was taken, or when taking it began. Where a specimen (SPM-17) says another time, that one is meant.
    pub collected: Said<Stated>,
    /// OBR-8: when taking it ended.
    pub collected_until: Said<Stated>,
    /// OBR-10.
    pub collectors: Vec<StaffName>,
    /// OBR-11 (table 0065): `L` the laboratory is to take it, `O` somebody else has.
    pub specimen_action: Said<String>,
    /// SPM.
    pub specimens: Vec<OrderedSpecimen>,
    /// OBX before any SPM.
    pub questions: Vec<Answered>,
    /// NTE-3, each repetition; also of what stands below.
    pub notes: Vec<String>,
}

/// Reads an order message. Times without an offset are those of the zone.
pub fn read(message: &Message<'_>, zone: &Zone) -> Result<Orders, Rejection> {
    check_version(message.text_header())?;
    let kind = kind(message)?;
    let mut reader = Reader::new(message, zone);
    let groups = Groups::of(message, kind, &mut reader)?;
    let patient = groups.pid.map(|pid| Patient::read(&pid, &mut reader)).transpose()?;
    let visit = groups.pv1.map(|pv1| Visit::read(&pv1, &mut reader));
    let orders: Vec<Order> = groups.orders.iter().map(|group| group.read(&mut reader)).collect::<Result<_, _>>()?;
    let brings_new = orders.iter().any(|order| order.control.is_new());
    if patient.is_none() && brings_new {
        return Err(crate::adt::missing(*b"PID", 1, "a new order needs a patient"));
    }
    Ok(Orders { message: kind, patient, visit, notes: group::notes(&groups.notes), orders, warnings: reader.warnings })
}

/// Of a known type another event is an unsupported event (201); any other type is an unsupported type (200).
fn kind(message: &Message<'_>) -> Result<OrderMessage, Rejection> {
    let msh_9 = message.header().field(9);
    match (msh_9.component(1).raw(), msh_9.component(2).raw()) {
        ("ORM", "O01" | "") => Ok(OrderMessage::Orm),
        ("OML", "O21") => Ok(OrderMessage::Oml),
        ("ORM" | "OML", event) => {
            let words = format!("event {} is not supported; send ORM^O01 or OML^O21", quoted(event));
            Err(msh_9.component(2).rejected(ErrorCode::UnsupportedEvent, words))
        }
        (name, _) => {
            let words = format!("{} brings no orders; send ORM^O01 or OML^O21", quoted(name));
            Err(msh_9.component(1).rejected(ErrorCode::UnsupportedMessageType, words))
        }
    }
}
