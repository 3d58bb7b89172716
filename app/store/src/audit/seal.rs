//! The chain of seals. A seal has a number, the command whose journal entry it seals, and a hash over the seal before it and that entry.

use super::image::CellRef;
use crate::param::Param;
use crate::row::Inconsistent;
use crate::session::{Failure, Session};
use crate::trouble::Cause;
use kernel::CommandId;
use sha2::{Digest, Sha256};

/// A SHA-256.
pub(crate) type Hash = [u8; 32];

/// What stands before the first seal.
const BEFORE_ALL: Hash = [0; 32];

crate::sql! {
    /// New seals.
    pub(crate) ADD_SEALS = insert seal (no Int, command_id Blob, hash Blob);
    /// The last seal.
    pub(crate) LAST_SEAL = "SELECT no, hash FROM seal ORDER BY no DESC LIMIT 1";
    /// Entries that nobody handed over and that wait for their seal, in the order of their commands' ids.
    pub(crate) PENDING_SEALS = "SELECT j.command_id, j.at, j.actor, j.act, j.accepted, j.subject, j.note, j.images FROM pending_seal p JOIN journal j ON j.command_id = p.command_id ORDER BY p.command_id LIMIT ?1";
    /// They get one now: those that still wait.
    pub(crate) TAKE_PENDING_SEALS = "DELETE FROM pending_seal WHERE command_id IN (?..) RETURNING command_id";
}

/// The hash of a journal entry: of its cells in the order of the table's columns. `scratch` is anybody's.
pub(crate) fn entry_hash<'a>(cells: impl Iterator<Item = CellRef<'a>>, scratch: &mut Vec<u8>) -> Hash {
    scratch.clear();
    cells.for_each(|cell| cell.write_into(scratch));
    Sha256::digest(scratch.as_slice()).into()
}

/// The hash of seal `no` over the seal before it and the entry it seals. The entry's hash covers its command id.
pub(crate) fn seal_hash(before: &Hash, no: i64, entry: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(no.to_le_bytes());
    hash.update(entry);
    hash.finalize().into()
}

/// The end of the chain: the last seal's number (0 before the first) and hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) no: i64,
    pub(crate) hash: Hash,
}

impl Default for Head {
    fn default() -> Self {
        Self { no: 0, hash: BEFORE_ALL }
    }
}

/// The last seal in the database.
pub(crate) fn last(session: &mut dyn Session) -> Result<Head, Failure> {
    let mut rows = Vec::new();
    session.query(&LAST_SEAL, 0, &[], &mut rows)?;
    let Some(row) = rows.first() else { return Ok(Head::default()) };
    let nonsense = |inconsistent: Inconsistent| Failure { cause: Cause::Other, words: inconsistent.to_string() };
    let hash = row.decode(1, |bytes| <[u8; 32]>::try_from(bytes).map_err(|_| "is no hash of 32 bytes")).map_err(nonsense)?;
    Ok(Head { no: row.int(0).map_err(nonsense)?, hash })
}

/// A journal entry that is to be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) command: CommandId,
    pub(crate) hash: Hash,
}

/// A seal to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) no: i64,
    pub(crate) command: CommandId,
    pub(crate) hash: Hash,
}

impl Seal {
    pub(crate) fn row(&self) -> [Param<'_>; 3] {
        crate::params![self.no, self.command, &self.hash]
    }
}

/// Seals entries in the order given. It has no effect of its own: whoever stores the seals and commits them goes on from the head handed back, and
/// whoever fails goes on from the old one.
pub(crate) fn step(head: Head, entries: &[Entry]) -> (Vec<Seal>, Head) {
    let mut now = head;
    let seals = entries.iter().map(|entry| {
        // A number that somebody put to the end of all numbers is met again, and refused by the table's key.
        let no = now.no.saturating_add(1);
        let hash = seal_hash(&now.hash, no, &entry.hash);
        now = Head { no, hash };
        Seal { no, command: entry.command, hash }
    });
    let seals = seals.collect();
    (seals, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u8) -> Entry {
        Entry { command: CommandId::from_uuid(uuid::Uuid::from_bytes([number; 16])), hash: [number; 32] }
    }

    #[test]
    fn the_chain_is_the_same_however_it_is_cut_into_steps() {
        let entries: Vec<_> = (1..=5).map(entry).collect();
        let (at_once, end) = step(Head::default(), &entries);
        let (mut in_steps, head) = step(Head::default(), &entries[..2]);
        let (rest, head) = step(head, &entries[2..]);
        in_steps.extend(rest);
        assert_eq!((&at_once, end), (&in_steps, head));
        assert_eq!((end.no, end.hash), (5, at_once[4].hash));
        assert_eq!(step(end, &[]), (Vec::new(), end));
    }

    /// By hand: SHA-256 of 32 zero bytes, the number 1 in eight bytes, and 32 bytes 01.
    #[test]
    fn a_seal_hashes_the_one_before_its_number_and_its_entry() {
        let mut bytes = vec![0; 32];
        bytes.extend([1, 0, 0, 0, 0, 0, 0, 0]);
        bytes.extend([1; 32]);
        let by_hand: Hash = Sha256::digest(&bytes).into();
        assert_eq!(step(Head::default(), &[entry(1)]).0[0].hash, by_hand);
    }

    #[test]
    fn two_entries_in_another_order_make_another_chain() {
        let (_, one) = step(Head::default(), &[entry(1), entry(2)]);
        let (_, other) = step(Head::default(), &[entry(2), entry(1)]);
        assert_ne!(one.hash, other.hash);
    }
}
