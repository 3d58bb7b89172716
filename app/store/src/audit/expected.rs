//! What the journal says of the records of one slice: of each, what the last entry that wrote it left.

use super::chain::{STRETCH, STRETCH_BYTES, blob, int};
use super::image::{RowDigest, next_image};
use super::tables::NUMBERS;
use super::verify::{Finding, Report, VerifyTrouble};
use crate::param::Param;
use crate::reader::Reader;
use crate::store::Store;
use crate::trouble::Trouble;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

crate::sql! {
    /// What the entries behind a seal, up to another, say that they wrote.
    pub(crate) SEALED_IMAGES = "SELECT s.no, s.command_id, j.images FROM seal s LEFT JOIN journal j ON j.command_id = s.command_id WHERE s.no > ?1 AND s.no <= ?2 ORDER BY s.no LIMIT ?3";
}

/// The number under which commands stand among the tables.
pub(super) const COMMANDS: u8 = 0;

/// Where a record stands among all: the first 16 bytes of its key's first column, as a number. All ids of ours have 16, and grow with time.
pub(super) type Place = u128;

/// The place of these bytes; shorter ones as if zeros stood behind them.
pub(super) fn place(id: &[u8]) -> Place {
    if let Ok(whole) = <[u8; 16]>::try_from(id) {
        return Place::from_be_bytes(whole);
    }
    let mut whole = [0; 16];
    whole.iter_mut().zip(id).for_each(|(to, from)| *to = *from);
    Place::from_be_bytes(whole)
}

/// The place of a key as after-images have it.
pub(super) fn place_of_key(key: &[u8]) -> Place {
    let length = key.first().map_or(0, |what| usize::from(what & 0x7f));
    place(key.get(1..=length).unwrap_or_default())
}

/// Some of all places, from one on to in front of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) from: Place,
    /// None is the end of all.
    pub(super) to: Option<Place>,
}

impl Slice {
    pub(super) fn holds(self, place: Place) -> bool {
        place >= self.from && !self.is_before(place)
    }

    /// Whether it ends in front of a place.
    pub(super) fn is_before(self, place: Place) -> bool {
        self.to.is_some_and(|to| place >= to)
    }

    /// The least bytes whose place is in it: zeros at the end do not move a place, but come after none.
    pub(super) fn first_id(self) -> Vec<u8> {
        let mut id = self.from.to_be_bytes().to_vec();
        id.truncate(id.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
        id
    }
}

/// From the least to the highest place of some.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    least: Place,
    most: Place,
}

impl Default for Span {
    fn default() -> Self {
        Self { least: Place::MAX, most: Place::MIN }
    }
}

impl Span {
    pub(super) fn take(&mut self, place: Place) {
        self.least = self.least.min(place);
        self.most = self.most.max(place);
    }

    pub(super) fn meets(self, slice: Slice) -> bool {
        self.least <= self.most && self.most >= slice.from && !slice.is_before(self.least)
    }
}

/// A key. What no program of ours makes is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    /// 16 bytes, and a whole number where a key has two columns, else 0.
    Plain(Place, i64),
    /// Anything else, as after-images have it; a command's bytes.
    Odd(Box<[u8]>),
}

impl Key {
    /// The key of an after-image, of so many columns.
    pub(super) fn of_image(columns: usize, key: &[u8]) -> Self {
        plain(columns, key).map_or_else(|| Self::Odd(key.into()), |(id, version)| Self::Plain(id, version))
    }

    pub(super) fn of_command(id: &[u8]) -> Self {
        <[u8; 16]>::try_from(id).map_or_else(|_| Self::Odd(id.into()), |id| Self::Plain(Place::from_be_bytes(id), 0))
    }
}

fn plain(columns: usize, key: &[u8]) -> Option<(Place, i64)> {
    let (16, rest) = key.split_first()? else { return None };
    let (id, rest) = rest.split_first_chunk::<16>()?;
    let id = Place::from_be_bytes(*id);
    match (columns, rest.split_first()) {
        (1, None) => Some((id, 0)),
        // Written with as few bytes as it needs: anything else is another key.
        (2, Some((what, bytes))) if *what == 0x80 | u8::try_from(bytes.len()).ok()? && bytes.len() <= 8 && bytes.last() != Some(&0) => {
            let mut whole = [0; 8];
            whole.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            Some((id, i64::from_le_bytes(whole)))
        }
        _ => None,
    }
}

/// What the last entry that wrote a record says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Left {
    pub(super) no: i64,
    pub(super) digest: RowDigest,
}

/// That, of a record with a plain key. 48 bytes: there are millions of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub(super) id: Place,
    pub(super) version: i64,
    pub(super) left: Left,
}

/// What the journal says of the records of a slice, by the number of their table.
pub(super) struct Expected {
    /// In the order of their keys.
    pub(super) plain: Vec<Vec<Item>>,
    pub(super) odd: BTreeMap<(u8, Key), Left>,
}

impl Expected {
    /// Reads these stretches of the chain again, for a slice.
    pub(super) fn read(store: &Store, slice: Slice, stretches: &[(i64, i64)], report: &mut Report) -> Result<Self, VerifyTrouble> {
        let mut expected = Self { plain: vec![Vec::new(); NUMBERS], odd: BTreeMap::new() };
        for (mut after, last) in stretches.iter().copied() {
            while after < last {
                let written = store.read(move |reader| written(reader, after, last, move |_, place| slice.holds(place))).wait()?;
                written.records.into_iter().for_each(|(table, key, left)| expected.put(table, key, left, report));
                after = written.to;
            }
        }
        (0_u8..).zip(&mut expected.plain).for_each(|(table, items)| settle(table, items, report));
        Ok(expected)
    }

    fn put(&mut self, table: u8, key: Key, left: Left, report: &mut Report) {
        match key {
            Key::Plain(id, version) => {
                if let Some(items) = self.plain.get_mut(usize::from(table)) {
                    items.push(Item { id, version, left });
                }
            }
            Key::Odd(id) => {
                let command = (table == COMMANDS).then(|| super::chain::command_in_words(&id));
                let before = self.odd.insert((table, Key::Odd(id)), left);
                if let (Some(command), Some(_)) = (command, before) {
                    report.find(Finding::SealedTwice { no: left.no, command });
                }
            }
        }
    }
}

/// Sorts what was read of a table, and leaves what the last entry says of each.
fn settle(table: u8, items: &mut Vec<Item>, report: &mut Report) {
    // Keys grow with time, as the journal does: this finds them nearly sorted. Equal ones stay in the journal's order.
    items.sort_by_key(|item| (item.id, item.version));
    items.dedup_by(|later, kept| {
        let same = (later.id, later.version) == (kept.id, kept.version);
        if same {
            if table == COMMANDS {
                let command = uuid::Uuid::from_u128(later.id).to_string();
                report.find(Finding::SealedTwice { no: later.left.no, command });
            }
            *kept = *later;
        }
        same
    });
}

/// Records that entries wrote, and up to which seal they were read.
pub(super) struct Written {
    pub(super) records: Vec<(u8, Key, Left)>,
    pub(super) to: i64,
}

/// What the entries behind one seal, up to another at most, wrote of what is asked for: by the number of its table, and its place.
pub(super) fn written(reader: &mut Reader<'_>, after: i64, last: i64, wanted: impl Fn(u8, Place) -> bool) -> Result<Written, Trouble> {
    let (mut records, mut to, mut bytes) = (Vec::new(), last, 0);
    reader.each(&SEALED_IMAGES, &[Param::Int(after), Param::Int(last), Param::Int(STRETCH)], |cells| {
        let (no, command, mut images) = (int(cells, 0), blob(cells, 1), blob(cells, 2));
        bytes += 100 + images.len();
        if wanted(COMMANDS, place(command)) {
            records.push((COMMANDS, Key::of_command(command), Left { no, digest: RowDigest::default() }));
        }
        // Where they make no sense, the chain said so.
        while let Some(image) = (!images.is_empty()).then(|| next_image(&mut images)).flatten() {
            if wanted(image.table.number, place_of_key(image.key)) {
                let key = Key::of_image(image.table.keys, image.key);
                records.push((image.table.number, key, Left { no, digest: image.digest }));
            }
        }
        to = no;
        if bytes < STRETCH_BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(Written { records, to })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A scan that began behind the shorter of two ids with the same place would never meet it.
    #[test]
    fn a_slice_begins_with_the_least_bytes_whose_place_is_in_it() {
        let slice = Slice { from: place(&[1]), to: Some(place(&[2])) };
        assert_eq!(slice.first_id(), [1]);
        for id in [&[1][..], &[1, 0], &[1; 40], &[1, 0xff]] {
            assert!(slice.holds(place(id)) && slice.first_id().as_slice() <= id, "{id:?}");
        }
        assert!(!slice.holds(place(&[0, 0xff])) && !slice.holds(place(&[2])));
        assert!(Slice { from: 0, to: None }.first_id().is_empty());
    }
}
