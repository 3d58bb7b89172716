//! What of a message becomes rows, read the shortest way: split at the separators, no escapes, no checks.

use crate::exchange::Received;
use crate::ids::{Id, Ids, now};
use sha2::{Digest, Sha256};

/// What the journal line of a message says: actor, act, note; as long as the product's.
pub const JOURNAL: [&str; 3] = ["link:link01", "keep_and_file", "25 verified, 0 held, 0 tasks"];
/// The edition the results are said to be verified under.
pub const VERIFIER: &str = "rules:gates-1";
/// What the product notes once for all results of a message.
const EVIDENCE_SHARED: &str = r#"{"gates":"gates-1","catalogue":"starting-2026-11d","not_established":"info","shared":{"cN":["edition_unsigned","starting-2026-11d"]},"results":{"A0000001X":""#;

/// A result as the analyser sent it, with the id of the examination it is filed under.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// A new id each time; the anchor has no orders.
    pub examination: Id,
    /// R.4.
    pub value: String,
    /// R.5.
    pub unit: String,
    /// R.7.
    pub flags: String,
    /// R.13.
    pub stated_at: String,
}

/// Everything that is written for one message.
#[derive(Debug)]
pub struct Message {
    /// The transmission's id.
    pub id: Id,
    /// The id of the journal line.
    pub command: Id,
    /// Which link it came over.
    pub link: String,
    /// Its place in the link's order.
    pub arrival: i64,
    /// Microseconds UTC.
    pub received_at: i64,
    /// SHA-256 of the records.
    pub content_hash: [u8; 32],
    /// The frames as received.
    pub wire: Vec<u8>,
    /// Its results.
    pub lines: Vec<Line>,
    /// The text of the assessment row.
    pub evidence: String,
    /// As long as what the journal line says of the records it covers.
    pub images: Vec<u8>,
}

impl Message {
    /// Reads what came over `link` as its `arrival`th message.
    #[must_use]
    pub fn read(received: Received, link: &str, arrival: i64, ids: &mut Ids) -> Message {
        let content_hash = Sha256::digest(&received.content).into();
        let text = String::from_utf8_lossy(&received.content);
        let lines: Vec<Line> = text.split('\r').filter_map(|record| line(record, ids)).collect();
        Message {
            id: ids.next_id(),
            command: ids.next_id(),
            link: link.to_owned(),
            arrival,
            received_at: now(),
            content_hash,
            evidence: evidence(lines.len()),
            // Number of the table, key and digest: the results, whose key has a version; the transmission, its bytes and the assessment.
            images: vec![7; lines.len() * (1 + 19 + 16) + 3 * (1 + 17 + 16)],
            lines,
            wire: received.wire,
        }
    }
}

/// The result in an R record; `None` for other records.
fn line(record: &str, ids: &mut Ids) -> Option<Line> {
    let mut fields = record.strip_prefix("R|")?.split('|');
    let value = fields.nth(2)?.to_owned();
    let unit = fields.next()?.to_owned();
    let flags = fields.nth(1).unwrap_or_default().to_owned();
    let stated_at = fields.nth(5).unwrap_or_default().to_owned();
    Some(Line { examination: ids.next_id(), value, unit, flags, stated_at })
}

/// As long as what the product notes of three gates for each of `results`.
fn evidence(results: usize) -> String {
    let mut text = String::with_capacity(EVIDENCE_SHARED.len() + 9 * results + 2);
    text.push_str(EVIDENCE_SHARED);
    for _ in 0..results {
        text.push_str("CREA:PPN ");
    }
    text.push_str("\"}}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_r_record_gives_value_unit_flag_and_time() {
        let mut ids = Ids::new(1);
        let line = line("R|1|^^^990|4.1|mmol/L||N||F||$SYS$||20230803131700", &mut ids).unwrap();
        assert_eq!([line.value, line.unit, line.flags, line.stated_at], ["4.1", "mmol/L", "N", "20230803131700"]);
    }

    #[test]
    fn other_records_give_none() {
        let received = Received { wire: vec![], content: b"H|\\^&\rP|1\rO|1||S\rR|1|^^^990|4.1|mmol/L||N\rC|1|I||I\rL|1|N\r".to_vec() };
        let message = Message::read(received, "link01", 7, &mut Ids::new(1));
        assert_eq!(message.lines.len(), 1);
        assert_eq!((message.link.as_str(), message.arrival), ("link01", 7));
    }
}
