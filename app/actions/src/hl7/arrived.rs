//! A message as it will be kept, whatever becomes of it.

use super::link::Hl7Link;
use crate::keep_transmission::{hash_of_whole, printable};
use crate::new_ids::new_uuid;
use hl7v2::Header;
use kernel::{Hl7MessageId, Timestamp};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::repositories::hl7_messages::NewHl7Message;

/// A message with what its header says, written as often as it takes.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    pub(super) id: Hl7MessageId,
    pub(super) link: Arc<str>,
    pub(super) received_at: Timestamp,
    pub(super) sender: String,
    pub(super) message_type: String,
    control_id: String,
    identity: [u8; 32],
    content_hash: [u8; 32],
    pub(super) raw: Arc<[u8]>,
}

impl Arrived {
    pub(super) fn new(link: &Hl7Link, received_at: Timestamp, raw: Vec<u8>) -> Self {
        let header = Header::read(&raw).ok();
        let texts = |fields: &[&[u8]]| joined(fields);
        let (sender, message_type, control_id, identity) = match &header {
            Some(header) => (
                texts(&[header.field(3), header.field(4)]),
                texts(&[header.message_type(), header.event()]),
                texts(&[header.control_id()]),
                identity([header.field(3), header.field(4), header.control_id()]),
            ),
            None => (String::new(), String::new(), String::new(), identity([b"", b"", b""])),
        };
        let (id, content_hash) = (Hl7MessageId::from_uuid(new_uuid()), hash_of_whole(&raw));
        let link = Arc::clone(&link.name);
        Self { id, link, received_at, sender, message_type, control_id, identity, content_hash, raw: raw.into() }
    }

    /// Which message it is, in words for journal and tasks: "ADT^A40 4711 of HIS^HOSP".
    pub(super) fn source(&self) -> String {
        format!("{} {} of {}", self.message_type, self.control_id, self.sender)
    }

    /// The row of it.
    pub(super) fn row(&self) -> NewHl7Message<'_> {
        NewHl7Message {
            id: self.id,
            link: &self.link,
            received_at: self.received_at,
            sender: &self.sender,
            message_type: &self.message_type,
            control_id: &self.control_id,
            identity: &self.identity,
            content_hash: &self.content_hash,
            raw: &self.raw,
        }
    }
}

/// Fields of a header for people: those that say something, with `^` between them.
fn joined(fields: &[&[u8]]) -> String {
    let texts: Vec<String> =
        fields.iter().filter(|field| !field.is_empty()).map(|field| printable(&String::from_utf8_lossy(field))).collect();
    texts.join("^")
}

/// Each field behind its length, so that no two senders with their numbers look alike.
fn identity(fields: [&[u8]; 3]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}
