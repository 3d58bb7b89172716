//! Reading the chain: every seal against the one before it, its entry and the anchor; and of every record, what the last entry says of it.

use super::image::{CellRef, RowDigest, key_in_words, next_image};
use super::seal::{Hash, Head, entry_hash, seal_hash};
use super::seal_log::SignedHead;
use super::verify::{Finding, Report, VerifyTrouble};
use crate::param::Param;
use crate::row::Row;
use crate::store::Store;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Seals and records read at once: far below the limit of a read.
pub(super) const STRETCH: i64 = 1_000;

crate::sql! {
    /// Seals behind a number, with the entries they seal.
    pub(crate) SEALED_ENTRIES = "SELECT s.no, s.hash, s.command_id, j.command_id, j.at, j.actor, j.act, j.accepted, j.subject, j.note, j.images FROM seal s LEFT JOIN journal j ON j.command_id = s.command_id WHERE s.no > ?1 ORDER BY s.no LIMIT ?2";
    /// Commands in the journal behind an id, and whether they wait for their seal.
    pub(crate) JOURNAL_IDS = "SELECT j.command_id, p.command_id FROM journal j LEFT JOIN pending_seal p ON p.command_id = j.command_id WHERE j.command_id > ?1 ORDER BY j.command_id LIMIT ?2";
}

/// Where the entry's own columns begin in a row of [`SEALED_ENTRIES`].
const ENTRY_COLUMN: usize = 3;

/// A record: number of its table, and its key as after-images have it.
pub(super) type Key = (u8, Box<[u8]>);

/// What the last entry that wrote a record says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub(super) no: i64,
    pub(super) digest: RowDigest,
}

/// The chain as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub(super) head: Head,
    /// Every command under a seal.
    sealed: HashSet<[u8; 16]>,
    /// What was read of each record since somebody took it out, by table number and key.
    pub(super) records: HashMap<Key, Written>,
    /// What signed heads say the hash of a seal is.
    expected: HashMap<i64, Hash>,
}

impl Chain {
    pub(super) fn expecting(heads: &[SignedHead]) -> Self {
        Self { expected: heads.iter().map(|head| (head.no, head.hash)).collect(), ..Self::default() }
    }

    fn take(&mut self, row: &Row, report: &mut Report) {
        let (Ok(no), Ok(hash), Ok(command)) = (row.int(0), row.blob(1), row.blob(2)) else { return };
        let command_in_words = || Uuid::from_slice(command).map_or_else(|_| super::seal_log::hex(command), |id| id.to_string());
        // A hole of a million is one finding per seal up to a thousand, and the rest is said once by the count.
        for missing in (self.head.no.saturating_add(1)..no).take(1_000) {
            report.find(Finding::SealMissing(missing));
        }
        let stored = Hash::try_from(hash).unwrap_or_default();
        if row.optional_blob(ENTRY_COLUMN) == Ok(None) {
            report.find(Finding::EntryMissing { no, command: command_in_words() });
        } else {
            let cells = (ENTRY_COLUMN..row.heading().1.len()).map(|column| row.cell(column).unwrap_or(CellRef::Null));
            if seal_hash(&self.head.hash, no, &entry_hash(cells)) != stored {
                report.find(Finding::EntryAltered { no, command: command_in_words() });
            }
            self.take_images(no, row.blob(ENTRY_COLUMN + 7).unwrap_or_default(), report);
        }
        if Uuid::from_slice(command).is_ok_and(|id| !self.sealed.insert(id.into_bytes())) {
            report.find(Finding::SealedTwice { no, command: command_in_words() });
        }
        if self.expected.get(&no).is_some_and(|signed| *signed != stored) {
            report.find(Finding::OtherChain(no));
        }
        // However it was judged, the next seal is held against this one as it stands, so that one alteration is one finding.
        self.head = Head { no, hash: stored };
    }

    fn take_images(&mut self, no: i64, mut images: &[u8], report: &mut Report) {
        while !images.is_empty() {
            let Some(image) = next_image(&mut images) else {
                report.find(Finding::ImagesUnreadable(no));
                return;
            };
            self.records.insert((image.table.number, Box::from(image.key)), Written { no, digest: image.digest });
        }
    }
}

/// Reads on from where the chain was read to, to its end.
pub(super) fn read_on(store: &Store, chain: &mut Chain, report: &mut Report, progress: &mut dyn FnMut(u64)) -> Result<(), VerifyTrouble> {
    loop {
        let after = chain.head.no;
        let rows = store.read(move |reader| reader.query(&SEALED_ENTRIES, &[Param::Int(after), Param::Int(STRETCH)])).wait()?;
        if rows.is_empty() {
            return Ok(());
        }
        rows.iter().for_each(|row| chain.take(row, report));
        progress(rows.len() as u64);
    }
}

/// Reads the whole chain, and looks for entries that are under no seal.
pub(super) fn read_chain(
    store: &Store,
    chain: &mut Chain,
    report: &mut Report,
    progress: &mut dyn FnMut(u64),
) -> Result<(), VerifyTrouble> {
    read_on(store, chain, report, progress)?;
    let mut after = Vec::new();
    let mut unsealed = Vec::new();
    loop {
        let from: Vec<u8> = std::mem::take(&mut after);
        let rows = store.read(move |reader| reader.query(&JOURNAL_IDS, &[Param::Blob(&from), Param::Int(STRETCH)])).wait()?;
        let Some(last) = rows.last() else { break };
        for row in &rows {
            let id = row.blob(0).ok().and_then(|id| <[u8; 16]>::try_from(id).ok()).unwrap_or_default();
            if !chain.sealed.contains(&id) && row.optional_blob(1) == Ok(None) {
                unsealed.push(id);
            }
        }
        // Whole, however long: a place cut short would lead to the same row for ever.
        after = last.blob(0).unwrap_or(&[0xff; 16]).to_vec();
    }
    // What was entered and sealed while it was looked for.
    read_on(store, chain, report, progress)?;
    for id in unsealed.into_iter().filter(|id| !chain.sealed.contains(id)) {
        report.find(Finding::EntryUnsealed(Uuid::from_bytes(id).to_string()));
    }
    Ok(())
}

/// A key as it is kept here, in words.
pub(super) fn in_words(key: &[u8]) -> String {
    key_in_words(key)
}
