//! What links sent, kept before it was acknowledged, and what is still to be filed.

use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use kernel::{Timestamp, TransmissionId};

sql! {
    /// The original transmission of this link with this content.
    pub SAME_CONTENT = "SELECT id FROM transmission WHERE link = ?1 AND content_hash = ?2 AND duplicate_of IS NULL";
    /// Keeps a transmission whose content this link has not sent before; changes nothing if it has. Asking the index by inserting, not by looking
    /// first, is what keeps links from getting into each other's way on PostgreSQL.
    pub ADD_ORIGINAL = insert transmission (id Blob, link Text, arrival Int, received_at Int, content_hash Blob) "ON CONFLICT (link, content_hash) WHERE duplicate_of IS NULL DO NOTHING";
    /// Keeps a transmission that repeats another.
    pub ADD_DUPLICATE = insert transmission (id Blob, link Text, arrival Int, received_at Int, content_hash Blob, duplicate_of Blob);
    /// Keeps its bytes.
    pub ADD_BYTES = insert transmission_bytes (transmission_id Blob, raw Blob);
    /// It is to be filed.
    pub ADD_UNFILED = "INSERT INTO unfiled (link, arrival, transmission_id) VALUES (?1, ?2, ?3)";
    /// The number of the last transmission of a link.
    pub LAST_ARRIVAL = "SELECT COALESCE(MAX(arrival), 0) FROM transmission WHERE link = ?1";
    /// What waits to be filed of a link, in arrival order.
    pub UNFILED = "SELECT u.transmission_id, u.arrival, b.raw FROM unfiled u JOIN transmission_bytes b ON b.transmission_id = u.transmission_id WHERE u.link = ?1 ORDER BY u.arrival LIMIT ?2";
    /// It is filed, or set aside; changes nothing if it was before.
    pub DELETE_UNFILED = "DELETE FROM unfiled WHERE link = ?1 AND arrival = ?2";
    /// How many wait, over all links.
    pub UNFILED_COUNT = "SELECT COUNT(*) FROM unfiled";
    /// A transmission with its bytes.
    pub TRANSMISSION = "SELECT t.id, t.link, t.arrival, t.received_at, t.duplicate_of, a.at, u.arrival, b.raw FROM transmission t JOIN transmission_bytes b ON b.transmission_id = t.id LEFT JOIN assessment a ON a.transmission_id = t.id LEFT JOIN unfiled u ON u.link = t.link AND u.arrival = t.arrival WHERE t.id = ?1";
    /// Bytes and content hashes, in the order of ids.
    pub CONTENTS = "SELECT t.id, t.content_hash, b.raw FROM transmission t JOIN transmission_bytes b ON b.transmission_id = t.id AND b.transmission_id > ?1 WHERE t.id > ?1 ORDER BY t.id LIMIT ?2";
    /// When a link last sent something.
    pub LAST_RECEIVED = "SELECT received_at FROM transmission WHERE link = ?1 ORDER BY arrival DESC LIMIT 1";
}

/// A transmission to be kept.
#[derive(Debug, Clone)]
pub struct NewTransmission<'a> {
    /// Its id.
    pub id: TransmissionId,
    /// The link it came over.
    pub link: &'a str,
    /// Its number in the link's own sequence.
    pub arrival: i64,
    /// When its last byte arrived.
    pub received_at: Timestamp,
    /// SHA-256 of its records without framing.
    pub content_hash: &'a [u8; 32],
    /// The wire bytes.
    pub raw: &'a [u8],
    /// It is to be filed later. Not so where it is filed by the command that keeps it, or was cut off.
    pub waits: bool,
}

/// A transmission that waits to be filed.
#[derive(Debug, Clone)]
pub struct UnfiledTransmission {
    /// Its id.
    pub id: TransmissionId,
    /// Its number in the link's sequence.
    pub arrival: i64,
    /// The wire bytes.
    pub raw: Vec<u8>,
}

/// How far a transmission's filing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilingState {
    /// It waits for its turn.
    Waiting,
    /// Its readings were filed then.
    Filed(Timestamp),
    /// Nothing is filed of it: it repeats another, was cut off, or was set aside; a task says so.
    Nothing,
}

/// A transmission as stored.
#[derive(Debug, Clone)]
pub struct TransmissionRecord {
    /// Its id.
    pub id: TransmissionId,
    /// The link.
    pub link: String,
    /// Its number in the link's sequence.
    pub arrival: i64,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The transmission it repeats.
    pub duplicate_of: Option<TransmissionId>,
    /// How far its filing is.
    pub filing: FilingState,
    /// The wire bytes.
    pub raw: Vec<u8>,
}

/// Keeps a transmission and its bytes. Where this link sent the same content before, it is kept as a duplicate of that original, which is
/// handed back, and nothing is filed of it.
pub fn keep(tx: &mut Tx<'_>, new: &NewTransmission<'_>) -> Result<Option<TransmissionId>, Trouble> {
    let kept = tx.insert_one(&ADD_ORIGINAL, &params![new.id, new.link, new.arrival, new.received_at, new.content_hash])?;
    let original = if kept == 1 { None } else { Some(keep_duplicate(tx, new)?) };
    tx.insert_one(&ADD_BYTES, &params![new.id, new.raw])?;
    if original.is_none() && new.waits {
        tx.execute(&ADD_UNFILED, &params![new.link, new.arrival, new.id])?;
    }
    Ok(original)
}

fn keep_duplicate(tx: &mut Tx<'_>, new: &NewTransmission<'_>) -> Result<TransmissionId, Trouble> {
    let row = tx.query_opt(&SAME_CONTENT, &params![new.link, new.content_hash])?;
    let row = row.ok_or_else(|| Trouble::because("the original of a duplicate came and went"))?;
    let original = row.decode(0, TransmissionId::from_slice)?;
    let values = params![new.id, new.link, new.arrival, new.received_at, new.content_hash, original];
    tx.insert_one(&ADD_DUPLICATE, &values)?;
    Ok(original)
}

/// The number of the last transmission of a link; 0 if there is none.
pub fn last_arrival(reader: &mut Reader<'_>, link: &str) -> Result<i64, Trouble> {
    reader.query_opt(&LAST_ARRIVAL, &params![link])?.map_or(Ok(0), |row| Ok(row.int(0)?))
}

/// The first `limit` transmissions of a link that wait to be filed, in arrival order.
pub fn unfiled(reader: &mut Reader<'_>, link: &str, limit: u32) -> Result<Vec<UnfiledTransmission>, Trouble> {
    let rows = reader.query(&UNFILED, &params![link, limit])?;
    Ok(reader.sound(&rows, |row| {
        Ok(UnfiledTransmission { id: row.decode(0, TransmissionId::from_slice)?, arrival: row.int(1)?, raw: row.blob(2)?.to_vec() })
    }))
}

/// Takes a link's transmission off what waits to be filed; false if it was filed or set aside before.
pub fn take_unfiled(tx: &mut Tx<'_>, link: &str, arrival: i64) -> Result<bool, Trouble> {
    Ok(tx.execute(&DELETE_UNFILED, &params![link, arrival])? == 1)
}

/// How many transmissions wait to be filed. The cost is that of counting those, not of the table.
pub fn unfiled_count(reader: &mut Reader<'_>) -> Result<i64, Trouble> {
    reader.query_opt(&UNFILED_COUNT, &[])?.map_or(Ok(0), |row| Ok(row.int(0)?))
}

/// One transmission.
pub fn transmission(reader: &mut Reader<'_>, id: TransmissionId) -> Result<Option<TransmissionRecord>, Trouble> {
    Ok(reader.query_opt(&TRANSMISSION, &params![id])?.map(|row| record(&row)).transpose()?)
}

fn record(row: &Row) -> Result<TransmissionRecord, Inconsistent> {
    Ok(TransmissionRecord {
        id: row.decode(0, TransmissionId::from_slice)?,
        link: row.text(1)?.to_owned(),
        arrival: row.int(2)?,
        received_at: row.timestamp(3)?,
        duplicate_of: row.optional_decode(4, TransmissionId::from_slice)?,
        filing: match (row.optional_int(6)?, row.optional_timestamp(5)?) {
            (Some(_), _) => FilingState::Waiting,
            (None, Some(at)) => FilingState::Filed(at),
            (None, None) => FilingState::Nothing,
        },
        raw: row.blob(7)?.to_vec(),
    })
}

/// When a link last sent a message.
pub fn last_received(reader: &mut Reader<'_>, link: &str) -> Result<Option<Timestamp>, Trouble> {
    Ok(reader.query_opt(&LAST_RECEIVED, &params![link])?.map(|row| row.timestamp(0)).transpose()?)
}

/// A transmission's bytes with the hash of what they said.
#[derive(Debug, Clone)]
pub struct KeptContent {
    /// Its id.
    pub id: TransmissionId,
    /// SHA-256 of its records without framing.
    pub content_hash: Vec<u8>,
    /// The wire bytes.
    pub raw: Vec<u8>,
}

/// The bytes of the first `limit` transmissions after an id, in the order of ids.
pub fn contents(reader: &mut Reader<'_>, after: Option<TransmissionId>, limit: u32) -> Result<Vec<KeptContent>, Trouble> {
    let after = after.map_or(uuid::Uuid::nil(), TransmissionId::uuid);
    let rows = reader.query(&CONTENTS, &params![after, limit])?;
    Ok(reader.sound(&rows, |row| {
        Ok(KeptContent { id: row.decode(0, TransmissionId::from_slice)?, content_hash: row.blob(1)?.to_vec(), raw: row.blob(2)?.to_vec() })
    }))
}
