//! Reading the chain: every seal against the one before it, its entry and the anchor; and where in it the records of which keys are written.

use super::expected::{COMMANDS, Place, Slice, Span, place, place_of_key};
use super::image::{CellRef, next_image};
use super::seal::{Hash, Head, entry_hash, seal_hash};
use super::seal_log::{SignedHead, hex};
use super::tables::NUMBERS;
use super::verify::{Finding, Limits, Report, VerifyTrouble};
use crate::param::Param;
use crate::reader::Reader;
use crate::session::Cell;
use crate::store::Store;
use crate::trouble::Trouble;
use std::collections::HashMap;
use std::ops::ControlFlow;
use uuid::Uuid;

/// Seals read at once: far below the limit of a read.
pub(super) const STRETCH: i64 = 1_000;
/// Bytes looked at after which a read hands back what it has.
pub(super) const STRETCH_BYTES: usize = 4 << 20;
/// Records of a slice for each whose place is remembered to choose the slices by.
const RECORDS_A_SAMPLE: u64 = 4_000;

crate::sql! {
    /// Seals behind a number, with the entries they seal.
    pub(crate) SEALED_ENTRIES = "SELECT s.no, s.hash, s.command_id, j.command_id, j.at, j.actor, j.act, j.accepted, j.subject, j.note, j.images FROM seal s LEFT JOIN journal j ON j.command_id = s.command_id WHERE s.no > ?1 ORDER BY s.no LIMIT ?2";
}

/// Where the entry's own columns begin in a row of [`SEALED_ENTRIES`].
const ENTRY_COLUMN: usize = 3;
/// The one of its after-images.
const IMAGES_COLUMN: usize = ENTRY_COLUMN + 7;

/// The bytes of a cell, none if it holds anything else.
pub(super) fn blob<'a>(cells: &[Cell<'a>], at: usize) -> &'a [u8] {
    match cells.get(at) {
        Some(Ok(CellRef::Blob(bytes))) => bytes,
        _ => &[],
    }
}

/// The number in a cell.
pub(super) fn int(cells: &[Cell<'_>], at: usize) -> i64 {
    match cells.get(at) {
        Some(Ok(CellRef::Int(number))) => *number,
        _ => 0,
    }
}

/// A command as people read it.
pub(super) fn command_in_words(id: &[u8]) -> String {
    Uuid::from_slice(id).map_or_else(|_| hex(id), |id| id.to_string())
}

/// A seal as it stands, and what its entry hashes to.
struct Sealed {
    no: i64,
    stored: Hash,
    command: Box<[u8]>,
    /// None if the entry is gone.
    entry: Option<Hash>,
    is_readable: bool,
}

/// Seals one after the other, and where the records lie that their entries write.
pub(super) struct Block {
    /// The seal in front of it.
    pub(super) after: i64,
    /// Its last one.
    pub(super) last: i64,
    /// For each table the keys written; number 0 is the commands themselves.
    spans: Vec<Span>,
}

/// Where the records lie that some entries write.
struct Places {
    spans: Vec<Span>,
    written: u64,
    sample: Vec<Place>,
    /// A place of so many is remembered.
    each: u64,
    /// How many come before the next that is.
    until_next: u64,
}

impl Places {
    fn of(each: u64) -> Self {
        Self { spans: vec![Span::default(); NUMBERS], written: 0, sample: Vec::new(), each, until_next: 0 }
    }

    /// Takes in what an entry wrote; false if that cannot be read.
    fn take(&mut self, command: &[u8], mut images: &[u8]) -> bool {
        self.write(COMMANDS, place(command));
        while !images.is_empty() {
            let Some(image) = next_image(&mut images) else { return false };
            self.write(image.table.number, place_of_key(image.key));
        }
        true
    }

    fn write(&mut self, table: u8, place: Place) {
        if let Some(span) = self.spans.get_mut(usize::from(table)) {
            span.take(place);
        }
        self.written += 1;
        match self.until_next.checked_sub(1) {
            Some(fewer) => self.until_next = fewer,
            None => {
                self.sample.push(place);
                self.until_next = self.each.saturating_sub(1);
            }
        }
    }
}

/// What one read of the chain hands back.
struct Stretch {
    seals: Vec<Sealed>,
    after: i64,
    last: i64,
    /// Nothing where only the chain is asked for.
    places: Option<Places>,
    bytes: usize,
    scratch: Vec<u8>,
}

impl Stretch {
    fn read(reader: &mut Reader<'_>, after: i64, each: Option<u64>) -> Result<Self, Trouble> {
        let places = each.map(Places::of);
        let mut stretch = Self { seals: Vec::new(), after, last: after, places, bytes: 0, scratch: Vec::with_capacity(4_096) };
        reader.each(&SEALED_ENTRIES, &[Param::Int(after), Param::Int(STRETCH)], |cells| {
            stretch.take(cells);
            if stretch.bytes < STRETCH_BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok(stretch)
    }

    fn take(&mut self, cells: &[Cell<'_>]) {
        let (no, command, images) = (int(cells, 0), blob(cells, 2), blob(cells, IMAGES_COLUMN));
        self.bytes += 200 + images.len();
        let is_there = !matches!(cells.get(ENTRY_COLUMN), None | Some(Ok(CellRef::Null)));
        let entry_cells = cells.iter().skip(ENTRY_COLUMN).map(|cell| cell.unwrap_or(CellRef::Null));
        let entry = is_there.then(|| entry_hash(entry_cells, &mut self.scratch));
        let is_readable = self.places.as_mut().is_none_or(|places| places.take(command, images));
        let stored = Hash::try_from(blob(cells, 1)).unwrap_or_default();
        self.seals.push(Sealed { no, stored, command: command.into(), entry, is_readable });
        self.last = no;
    }
}

/// The chain as far as it was read.
pub(super) struct Chain {
    pub(super) head: Head,
    /// Up to which number it was read; a seal may have any.
    pub(super) read_to: i64,
    blocks: Vec<Block>,
    /// How many records entries write, one as often as it is written, and the commands themselves.
    written: u64,
    /// The places of some of them.
    sample: Vec<Place>,
    limits: Limits,
    /// What signed heads say the hash of a seal is.
    expected: HashMap<i64, Hash>,
    /// The records are asked for too.
    with_records: bool,
    /// As many as a read hands back at most, their numbers without a hole.
    runs_whole: bool,
}

impl Chain {
    /// The chain of which signed heads say this, with where the records lie if these are asked for.
    pub(super) fn expecting(heads: &[SignedHead], limits: Limits, with_records: bool) -> Self {
        let expected = heads.iter().map(|head| (head.no, head.hash)).collect();
        Self {
            head: Head::default(),
            read_to: i64::MIN,
            blocks: Vec::new(),
            written: 0,
            sample: Vec::new(),
            limits,
            expected,
            with_records,
            runs_whole: false,
        }
    }

    /// Reads on from where the chain was read to, to its end.
    pub(super) fn read_on(&mut self, store: &Store, report: &mut Report) -> Result<(), VerifyTrouble> {
        // Odd, so that it does not fall in step with what the entries of one act have in common.
        let each = self.with_records.then_some((self.limits.records_at_once / RECORDS_A_SAMPLE) | 1);
        let read = |after| (after, store.read(move |reader| Stretch::read(reader, after, each)));
        let mut ahead = None;
        loop {
            // The next stretch is read while this one is waited for and looked at, if numbers run as they should and nothing cuts it short.
            let (_, stretch) = ahead.take().filter(|(after, _)| *after == self.read_to).unwrap_or_else(|| read(self.read_to));
            let guessed = self.read_to.saturating_add(STRETCH);
            ahead = self.runs_whole.then(|| read(guessed));
            let Stretch { seals, after, last, places, .. } = stretch.wait()?;
            if seals.is_empty() {
                return Ok(());
            }
            seals.iter().for_each(|sealed| self.take(sealed, report));
            self.read_to = last;
            self.runs_whole = after.checked_add(STRETCH) == Some(last);
            if let Some(mut places) = places {
                self.written += places.written;
                self.sample.append(&mut places.sample);
                self.blocks.push(Block { after, last, spans: places.spans });
            }
        }
    }

    fn take(&mut self, sealed: &Sealed, report: &mut Report) {
        let no = sealed.no;
        // A hole of a million is one finding per seal up to a thousand, and the rest is said once by the count.
        for missing in (self.head.no.saturating_add(1)..no).take(1_000) {
            report.find(Finding::SealMissing(missing));
        }
        match sealed.entry {
            None => report.find(Finding::EntryMissing { no, command: command_in_words(&sealed.command) }),
            Some(entry) if seal_hash(&self.head.hash, no, &entry) != sealed.stored || no < 1 => {
                report.find(Finding::EntryAltered { no, command: command_in_words(&sealed.command) });
            }
            Some(_) => {}
        }
        if !sealed.is_readable {
            report.find(Finding::ImagesUnreadable(no));
        }
        if self.expected.get(&no).is_some_and(|signed| *signed != sealed.stored) {
            report.find(Finding::OtherChain(no));
        }
        // However it was judged, the next seal is held against this one as it stands, so that one alteration is one finding. Numbers begin with 1:
        // what was put in front of it is nothing the first seal could follow.
        if no > 0 {
            self.head = Head { no, hash: sealed.stored };
        }
    }

    /// Slices of all keys with about as many records in each, as far as they were read.
    pub(super) fn slices(&self) -> Vec<Slice> {
        let mut sample = self.sample.clone();
        sample.sort_unstable();
        let least = if self.written > self.limits.records_at_once / 16 { self.limits.lanes } else { 1 };
        let count = usize::try_from(self.written.div_ceil(self.limits.records_at_once.max(1))).unwrap_or(usize::MAX).max(least);
        let mut bounds: Vec<Place> = (1..count).filter_map(|slice| sample.get(sample.len() * slice / count).copied()).collect();
        bounds.insert(0, 0);
        bounds.dedup();
        let ends = bounds.iter().skip(1).map(|end| Some(*end)).chain([None]);
        bounds.iter().zip(ends).map(|(from, to)| Slice { from: *from, to }).collect()
    }

    /// The stretches of the chain, by the seal in front of each and its last one, whose entries may write records of a slice.
    pub(super) fn stretches_of(&self, slice: Slice) -> Vec<(i64, i64)> {
        let touched = self.blocks.iter().filter(|block| block.spans.iter().any(|span| span.meets(slice)));
        touched.map(|block| (block.after, block.last)).collect()
    }
}
