//! Editions of the catalogue: their files as they came, and who signed them.

use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use kernel::{Day, EditionId, StaffId, Timestamp};
use uuid::Uuid;

sql! {
    /// A new edition; changes nothing if one of this name is there.
    pub ADD_EDITION = insert edition (id Blob, name Text, source Text, effective_from Text, digest Blob, imported_at Int) "ON CONFLICT (name) DO NOTHING";
    /// Its files.
    pub ADD_EDITION_FILES = insert edition_file (id Blob, edition_id Blob, file Text, text Text);
    /// A signature; changes nothing if the edition is signed.
    pub ADD_SIGNATURE = insert edition_signature (id Blob, edition_id Blob, staff_id Blob, signer Text, meaning Text, digest Blob, signed_at Int) "ON CONFLICT (edition_id) DO NOTHING";
    /// Every edition with its signature, in the order in which they came.
    pub EDITIONS = "SELECT e.id, e.name, e.source, e.effective_from, e.digest, e.imported_at, s.staff_id, s.signer, s.meaning, s.digest, s.signed_at FROM edition e LEFT JOIN edition_signature s ON s.edition_id = e.id ORDER BY e.imported_at, e.id LIMIT ?1";
    /// The edition of a name with its signature.
    pub EDITION_BY_NAME = "SELECT e.id, e.name, e.source, e.effective_from, e.digest, e.imported_at, s.staff_id, s.signer, s.meaning, s.digest, s.signed_at FROM edition e LEFT JOIN edition_signature s ON s.edition_id = e.id WHERE e.name = ?1";
    /// The files of an edition.
    pub FILES_OF_EDITION = "SELECT file, text FROM edition_file WHERE edition_id = ?1 ORDER BY file";
}

/// An edition as stored.
#[derive(Debug, Clone)]
pub struct EditionRecord {
    /// Its id.
    pub id: EditionId,
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// The day from which it holds.
    pub effective_from: Day,
    /// SHA-256 over its files.
    pub digest: [u8; 32],
    /// When it came into the laboratory.
    pub imported_at: Timestamp,
    /// Who signed it.
    pub signature: Option<SignatureRecord>,
}

/// A signature as stored.
#[derive(Debug, Clone)]
pub struct SignatureRecord {
    /// Who signed.
    pub staff: StaffId,
    /// The name as it was shown then.
    pub signer: String,
    /// What it meant.
    pub meaning: String,
    /// The digest of what was signed.
    pub digest: [u8; 32],
    /// When.
    pub signed_at: Timestamp,
}

/// Keeps an edition and its files; false, and nothing changed, if one of this name is there.
pub fn add_edition(tx: &mut Tx<'_>, edition: &EditionRecord, files: &[(Uuid, &str, &str)]) -> Result<bool, Trouble> {
    let EditionRecord { id, name, source, effective_from, digest, imported_at, signature: _ } = edition;
    let day = effective_from.to_string();
    if tx.insert_one(&ADD_EDITION, &params![*id, name, source, &day, &digest[..], *imported_at])? == 0 {
        return Ok(false);
    }
    let rows: Vec<[Param<'_>; 4]> = files.iter().map(|(file, name, text)| params![*file, *id, *name, *text]).collect();
    tx.insert_many(&ADD_EDITION_FILES, &rows)?;
    Ok(true)
}

/// Signs an edition; false, and nothing changed, if it is signed.
pub fn add_signature(tx: &mut Tx<'_>, id: Uuid, edition: EditionId, signature: &SignatureRecord) -> Result<bool, Trouble> {
    let SignatureRecord { staff, signer, meaning, digest, signed_at } = signature;
    Ok(tx.insert_one(&ADD_SIGNATURE, &params![id, edition, *staff, signer, meaning, &digest[..], *signed_at])? == 1)
}

/// Editions in the order in which they came, at most `limit`. One that makes no sense must not be left out: another would come into force in its place.
pub fn editions(reader: &mut Reader<'_>, limit: u32) -> Result<Vec<EditionRecord>, Trouble> {
    let rows = reader.query(&EDITIONS, &params![limit])?;
    Ok(rows.iter().map(edition).collect::<Result<_, _>>()?)
}

/// The edition of this name.
pub fn edition_by_name(reader: &mut Reader<'_>, name: &str) -> Result<Option<EditionRecord>, Trouble> {
    Ok(reader.query_opt(&EDITION_BY_NAME, &params![name])?.map(|row| edition(&row)).transpose()?)
}

/// The files of an edition by name.
pub fn files_of_edition(reader: &mut Reader<'_>, edition: EditionId) -> Result<Vec<(String, String)>, Trouble> {
    let rows = reader.query(&FILES_OF_EDITION, &params![edition])?;
    // One that makes no sense must not be left out: an edition is never half of one.
    let file = |row: &Row| Ok::<_, Inconsistent>((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
    Ok(rows.iter().map(file).collect::<Result<_, _>>()?)
}

fn edition(row: &Row) -> Result<EditionRecord, Inconsistent> {
    let signature = match (row.optional_decode(6, StaffId::from_slice)?, row.optional_timestamp(10)?) {
        (Some(staff), Some(signed_at)) => Some(SignatureRecord {
            staff,
            signer: row.text(7)?.to_owned(),
            meaning: row.text(8)?.to_owned(),
            digest: row.decode(9, digest)?,
            signed_at,
        }),
        _ => None,
    };
    Ok(EditionRecord {
        id: row.decode(0, EditionId::from_slice)?,
        name: row.text(1)?.to_owned(),
        source: row.text(2)?.to_owned(),
        effective_from: row.parse(3, str::parse)?,
        digest: row.decode(4, digest)?,
        imported_at: row.timestamp(5)?,
        signature,
    })
}

fn digest(bytes: &[u8]) -> Result<[u8; 32], String> {
    bytes.try_into().map_err(|_| format!("{} bytes are no SHA-256 digest", bytes.len()))
}
