//! After-images: of each record a command wrote its table, its key and a digest of the whole row as it then stood.
//!
//! A cell is written as a tag and its bytes: 0 null; 1 whole number, eight bytes, little end first; 2 text and 3 bytes, each after its length in four
//! bytes. A row's digest is the first 16 bytes of the SHA-256 of its table's number and its cells in the table's order, nulls at the end left
//! out. 16 bytes are beyond anybody who would have to find a second row with the same digest, and a message of 25 results has 27 of them.

use super::tables::RecordTable;
use crate::param::Param;
use sha2::{Digest, Sha256};

/// Bytes of a row's digest.
pub(crate) const DIGEST_BYTES: usize = 16;
pub(crate) type RowDigest = [u8; DIGEST_BYTES];
/// What stands in place of a digest where the row was deleted.
pub(crate) const DELETED: RowDigest = [0; DIGEST_BYTES];

/// One value of a row, wherever it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellRef<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl<'a> CellRef<'a> {
    pub(crate) fn of(param: &'a Param<'_>) -> Self {
        match param {
            Param::Null => Self::Null,
            Param::Int(number) => Self::Int(*number),
            Param::Text(text) => Self::Text(text),
            Param::Blob(bytes) => Self::Blob(bytes),
            Param::Id(bytes) => Self::Blob(bytes),
        }
    }

    /// Writes the cell as the format says.
    pub(crate) fn write_into(self, out: &mut Vec<u8>) {
        let (tag, bytes) = match self {
            Self::Null => return out.push(0),
            Self::Int(number) => {
                out.push(1);
                return out.extend_from_slice(&number.to_le_bytes());
            }
            Self::Text(text) => (2, text.as_bytes()),
            Self::Blob(bytes) => (3, bytes),
        };
        out.push(tag);
        // Both engines refuse a value of 4 GiB.
        out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(bytes);
    }
}

/// The digest of a row given in its table's order. `scratch` is anybody's: rows are hashed in one piece, which is twice as fast as cell by cell.
pub(crate) fn row_digest<'a>(table: &RecordTable, cells: impl Iterator<Item = CellRef<'a>>, scratch: &mut Vec<u8>) -> RowDigest {
    scratch.clear();
    scratch.push(table.number);
    let mut length = scratch.len();
    for cell in cells {
        cell.write_into(scratch);
        if cell != CellRef::Null {
            length = scratch.len();
        }
    }
    // Nulls at the end do not count.
    scratch.truncate(length);
    let mut digest = [0; DIGEST_BYTES];
    digest.iter_mut().zip(Sha256::digest(scratch.as_slice())).for_each(|(byte, hashed)| *byte = hashed);
    digest
}

/// Writes a key: each cell as a byte that says what follows (0x80 and the count for the significant bytes of a whole number, else the count of
/// the bytes) and that. False if it is no key of ours: null, text, or bytes longer than 127.
pub(crate) fn push_key<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = CellRef<'a>>) -> bool {
    for cell in cells {
        match cell {
            CellRef::Blob(bytes) if bytes.len() < 0x80 => {
                out.push(u8::try_from(bytes.len()).unwrap_or(0x7f));
                out.extend_from_slice(bytes);
            }
            CellRef::Int(number) => {
                let bytes = number.to_le_bytes();
                let zeros = bytes.iter().rev().take_while(|byte| **byte == 0).count();
                let kept = bytes.len() - zeros;
                out.push(0x80 | u8::try_from(kept).unwrap_or(8));
                out.extend(bytes.iter().take(kept));
            }
            CellRef::Null | CellRef::Text(_) | CellRef::Blob(_) => return false,
        }
    }
    true
}

/// The after-images of one command, as its journal entry keeps them.
#[derive(Debug, Default)]
pub(crate) struct Images {
    bytes: Vec<u8>,
}

impl Images {
    /// One more record. False if its key cannot be written.
    pub(crate) fn push<'a>(&mut self, table: &RecordTable, key: impl Iterator<Item = CellRef<'a>>, digest: &RowDigest) -> bool {
        self.bytes.push(table.number);
        let written = push_key(&mut self.bytes, key);
        self.bytes.extend_from_slice(digest);
        written
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// One after-image read back.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    pub(crate) table: &'static RecordTable,
    /// As [`push_key`] writes it.
    pub(crate) key: &'a [u8],
    pub(crate) digest: RowDigest,
}

/// Reads the next after-image off `bytes`; `None` if they make no sense. Ask only while there are bytes.
pub(crate) fn next_image<'a>(bytes: &mut &'a [u8]) -> Option<Image<'a>> {
    let (number, rest) = bytes.split_first()?;
    let table = super::tables::numbered(*number)?;
    let mut length = 0;
    for _ in 0..table.keys {
        let what = *rest.get(length)?;
        length += 1 + usize::from(what & 0x7f);
    }
    let (key, rest) = rest.split_at_checked(length)?;
    let (digest, rest) = rest.split_first_chunk::<DIGEST_BYTES>()?;
    *bytes = rest;
    Some(Image { table, key, digest: *digest })
}

/// A key as people read it.
pub(crate) fn key_in_words(mut key: &[u8]) -> String {
    let mut words = Vec::new();
    while let Some((what, rest)) = key.split_first() {
        let length = usize::from(what & 0x7f).min(rest.len());
        let (cell, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        words.push(if what & 0x80 == 0 { bytes_in_words(cell) } else { int_in_words(cell) });
        key = rest;
    }
    words.join(" ")
}

fn bytes_in_words(bytes: &[u8]) -> String {
    uuid::Uuid::from_slice(bytes).map_or_else(|_| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), |id| id.to_string())
}

fn int_in_words(bytes: &[u8]) -> String {
    let mut whole = [0; 8];
    whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    i64::from_le_bytes(whole).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::tables::record_table;

    fn digest(table: &RecordTable, cells: &[CellRef<'_>]) -> RowDigest {
        // What a longer row left behind does not matter.
        row_digest(table, cells.iter().copied(), &mut vec![9; 100])
    }

    /// SHA-256 of the bytes written out by hand: 04, 03 02000000 aabb, 02 01000000 4b, by another program.
    #[test]
    fn a_digest_is_the_sha_256_of_the_bytes_the_format_says() {
        let table = record_table("examination").unwrap();
        let cells = [CellRef::Blob(&[0xaa, 0xbb]), CellRef::Text("K")];
        let by_hand = Sha256::digest([4, 3, 2, 0, 0, 0, 0xaa, 0xbb, 2, 1, 0, 0, 0, 0x4b]);
        assert_eq!(digest(table, &cells)[..], by_hand[..DIGEST_BYTES]);
        assert_eq!(digest(table, &[cells[0], cells[1], CellRef::Null]), digest(table, &cells));
    }

    #[test]
    fn neighbouring_rows_have_other_digests() {
        let table = record_table("task").unwrap();
        let rows: [&[CellRef<'_>]; 7] = [
            &[CellRef::Text("ab"), CellRef::Text("c")],
            &[CellRef::Text("a"), CellRef::Text("bc")],
            &[CellRef::Text("abc")],
            &[CellRef::Blob(b"ab"), CellRef::Text("c")],
            &[CellRef::Null, CellRef::Text("ab"), CellRef::Text("c")],
            &[CellRef::Int(1)],
            &[CellRef::Text("1")],
        ];
        let mut digests: Vec<_> = rows.iter().map(|row| digest(table, row)).collect();
        digests.push(digest(record_table("staff").unwrap(), rows[0]));
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), 8);
    }

    #[test]
    fn images_read_back_and_nonsense_does_not() {
        let (result, task) = (record_table("result").unwrap(), record_table("task").unwrap());
        let id = [7; 16];
        let mut images = Images::default();
        for version in [0, 1, 255, 256, -1, i64::MAX] {
            assert!(images.push(result, [CellRef::Blob(&id), CellRef::Int(version)].into_iter(), &[9; 16]));
        }
        assert!(images.push(task, [CellRef::Blob(&id)].into_iter(), &DELETED));
        let mut bytes = images.as_bytes();
        for version in ["0", "1", "255", "256", "-1", "9223372036854775807"] {
            let image = next_image(&mut bytes).unwrap();
            assert_eq!((image.table.name, image.digest), ("result", [9; 16]));
            assert_eq!(key_in_words(image.key), format!("07070707-0707-0707-0707-070707070707 {version}"));
        }
        assert_eq!(next_image(&mut bytes).unwrap().digest, DELETED);
        assert!(bytes.is_empty());
        for nonsense in [&[99][..], &[7, 16, 1], &[9], &[9, 1, 1, 2]] {
            assert!(next_image(&mut &*nonsense).is_none(), "{nonsense:?}");
        }
        assert!(!images.push(task, [CellRef::Null].into_iter(), &DELETED));
        assert!(!images.push(task, [CellRef::Text("k")].into_iter(), &DELETED));
    }
}
