//! The answer to orders: ORR^O02 or ORL^O22, with what became of each of them.

use super::{Order, OrderMessage, Orders};
use crate::acknowledgement::{Envelope, Stage, Verdict, write_head};
use crate::header::Header;
use crate::identifier::{Authority, EntityIdentifier};
use crate::message::Message;
use crate::writer::Writer;

/// What became of one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'d> {
    /// Done, under this number of ours where there is one.
    Done {
        /// Our number and who gave it.
        filler: Option<&'d EntityIdentifier>,
        /// The codes of the containers its specimens are collected in.
        containers: &'d [String],
    },
    /// Not done, for this reason, which people at the sender's read.
    NotDone {
        /// Why, without a patient's data.
        reason: &'d str,
    },
}

/// Writes the application answer to a message of orders: a decision for each of them, in their order; orders beyond the decisions are left
/// out.
///
/// `received` is the header of the bytes as received, `message` the message they were decoded to. What is refused as a whole is answered by
/// [`crate::acknowledge`] or by this with no decisions.
#[must_use]
pub fn answer(
    received: &Header<'_>,
    message: &Message<'_>,
    orders: &Orders,
    decisions: &[Decision<'_>],
    verdict: &Verdict,
    envelope: &Envelope<'_>,
) -> Vec<u8> {
    let mut writer = Writer::answering(message);
    let message_type = match orders.message {
        OrderMessage::Orm => ["ORR", "O02", "ORR_O02"],
        OrderMessage::Oml => ["ORL", "O22", "ORL_O22"],
    };
    write_head(&mut writer, received, &message_type, Stage::Application, verdict, envelope);
    // What PID must have: numbers and names, as its sender wrote them.
    if let Some(pid) = message.first("PID").filter(|_| !decisions.is_empty()) {
        writer.segment("PID").empty().empty().part(&pid.field(3)).empty().part(&pid.field(5)).end();
    }
    for (order, decision) in orders.orders.iter().zip(decisions) {
        write_order(&mut writer, order, decision);
    }
    writer.finish()
}

fn write_order(writer: &mut Writer, order: &Order, decision: &Decision<'_>) {
    let replies = order.control.replies();
    let (control, filler, reason, containers) = match *decision {
        Decision::Done { filler, containers } => (replies.done, filler.or(order.filler.as_ref()), "", containers),
        Decision::NotDone { reason } => (replies.not_done, order.filler.as_ref(), reason, &[][..]),
    };
    let (placer, filler, group) = (entity(order.placer.as_ref()), entity(filler), entity(order.group.as_ref()));
    let orc = writer.segment("ORC").text(control).components(&placer).components(&filler).components(&group);
    // ORC-16: the reason of the control code, as text.
    let orc = (5..16).fold(orc, |orc, _| orc.empty());
    orc.components(&["", reason]).end();
    if let Some(service) = &order.service {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (code, alternate) = (&service.code.code, &service.code.alternate);
        let parts = [&code.identifier, &code.text, &code.system, &alternate.identifier, &alternate.text, &alternate.system].map(text);
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let obr = writer.segment("OBR").text("1").components(&placer).components(&filler).components(&parts);
        // OBR-20, the filler's own field: what the labels bear.
        let obr = (5..20).fold(obr, |obr, _| obr.empty());
        obr.text(&containers.join(" ")).end();
    }
}

/// EI.1 to EI.4.
fn entity(entity: Option<&EntityIdentifier>) -> [&str; 4] {
    let Some(EntityIdentifier { number, authority }) = entity else { return [""; 4] };
    let Authority { namespace, universal_id, universal_id_type } = authority;
    [
        number,
        namespace.as_deref().unwrap_or_default(),
        universal_id.as_deref().unwrap_or_default(),
        universal_id_type.as_deref().unwrap_or_default(),
    ]
}
