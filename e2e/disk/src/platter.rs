//! What a disk might hold after the power went.
//!
//! The rules are those of POSIX and nothing kinder: what was written is there for certain after a sync of its file, a name after a sync of
//! its folder; of everything else any part may have arrived, in any order, a write's sectors of 512 bytes one without the other.

use crate::log::{By, Event};
use chance::Chance;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const SECTOR: u64 = 512;

/// How much of what was not synced is still there after the power went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Survival {
    /// Nothing.
    Nothing,
    /// Everything, the last write perhaps in part.
    Everything,
    /// Each piece in so many of a hundred cases.
    Percent(u64),
}

#[derive(Debug, Clone)]
enum Change {
    Write { offset: u64, bytes: std::sync::Arc<[u8]> },
    Truncate(u64),
}

#[derive(Debug, Clone, Default)]
struct File {
    certain: Vec<u8>,
    pending: Vec<Change>,
}

/// A disk that is played from a log.
#[derive(Debug, Clone, Default)]
pub struct Platter {
    files: BTreeMap<u64, File>,
    /// Names that are on the disk for certain.
    names: BTreeMap<PathBuf, u64>,
    /// What became of names since, in order: another file, or none.
    pending: Vec<(PathBuf, Option<u64>)>,
    /// Syncs of folders that this disk does not heed: the negative control, and SQLite's own, whose failing it overlooks.
    heedless_of: Vec<By>,
}

impl Platter {
    /// An empty disk on which these syncs of folders have no effect.
    pub fn heedless_of(by: &[By]) -> Self {
        Self { heedless_of: by.to_vec(), ..Self::default() }
    }

    /// The next thing done.
    pub fn play(&mut self, event: &Event) {
        match event {
            Event::Found { path, file, bytes } => {
                self.files.insert(*file, File { certain: bytes.to_vec(), pending: Vec::new() });
                self.names.insert(path.clone(), *file);
            }
            Event::Create { path, file } => {
                self.files.insert(*file, File::default());
                self.pending.push((path.clone(), Some(*file)));
            }
            Event::Delete { path } => self.pending.push((path.clone(), None)),
            Event::Write { file, offset, bytes } => self.change(*file, Change::Write { offset: *offset, bytes: bytes.clone() }),
            Event::Truncate { file, size } => self.change(*file, Change::Truncate(*size)),
            Event::Sync { file } => {
                if let Some(file) = self.files.get_mut(file) {
                    file.settle();
                }
            }
            Event::SyncFolder { by } if self.heedless_of.contains(by) => {}
            Event::SyncFolder { .. } => {
                for (path, file) in std::mem::take(&mut self.pending) {
                    rename(&mut self.names, path, file);
                }
            }
        }
    }

    fn change(&mut self, file: u64, change: Change) {
        if let Some(file) = self.files.get_mut(&file) {
            file.pending.push(change);
        }
    }

    /// The files that are there when the power comes back. The disk itself goes on as if nothing had happened.
    pub fn lose_power(&self, survival: Survival, chance: &mut Chance) -> BTreeMap<PathBuf, Vec<u8>> {
        let names = self.surviving_names(survival, chance);
        let file = |number: &u64| self.files.get(number).cloned().unwrap_or_default();
        names.iter().map(|(path, number)| (path.clone(), file(number).after(survival, chance))).collect()
    }

    /// Of what became of one name only a beginning can have arrived; different names do not wait for each other.
    fn surviving_names(&self, survival: Survival, chance: &mut Chance) -> BTreeMap<PathBuf, u64> {
        let mut names = self.names.clone();
        let paths: BTreeSet<&PathBuf> = self.pending.iter().map(|(path, _)| path).collect();
        for path in paths {
            let changes: Vec<Option<u64>> = self.pending.iter().filter(|(of, _)| of == path).map(|(_, file)| *file).collect();
            let arrived = match survival {
                Survival::Nothing => 0,
                Survival::Everything => changes.len(),
                Survival::Percent(_) => usize::try_from(chance.below(changes.len() as u64 + 1)).unwrap_or(0),
            };
            for file in changes.into_iter().take(arrived) {
                rename(&mut names, path.clone(), file);
            }
        }
        names
    }
}

fn rename(names: &mut BTreeMap<PathBuf, u64>, path: PathBuf, file: Option<u64>) {
    match file {
        Some(file) => names.insert(path, file),
        None => names.remove(&path),
    };
}

impl File {
    fn settle(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.certain);
        }
    }

    fn after(mut self, survival: Survival, chance: &mut Chance) -> Vec<u8> {
        let mut pending = std::mem::take(&mut self.pending);
        match survival {
            Survival::Nothing => {}
            Survival::Everything => {
                let torn = if chance.percent(50) { pending.pop() } else { None };
                pending.iter().for_each(|change| change.apply(&mut self.certain));
                torn.iter().for_each(|change| change.apply_torn(&mut self.certain, chance));
            }
            Survival::Percent(share) => {
                pending.retain(|_| chance.percent(share));
                chance.shuffle(&mut pending);
                for change in &pending {
                    if chance.percent(25) { change.apply_torn(&mut self.certain, chance) } else { change.apply(&mut self.certain) }
                }
            }
        }
        self.certain
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Truncate(size) => content.truncate(usize::try_from(*size).unwrap_or(usize::MAX)),
            Self::Write { offset, bytes } => put(content, *offset, bytes),
        }
    }

    /// Some sectors of it.
    fn apply_torn(&self, content: &mut Vec<u8>, chance: &mut Chance) {
        let Self::Write { offset, bytes } = self else { return self.apply(content) };
        let mut at = *offset;
        let mut rest: &[u8] = bytes;
        while !rest.is_empty() {
            let room = usize::try_from(SECTOR - at % SECTOR).unwrap_or(usize::MAX).min(rest.len());
            let (sector, behind) = rest.split_at(room);
            if chance.percent(50) {
                put(content, at, sector);
            }
            at += sector.len() as u64;
            rest = behind;
        }
    }
}

/// Bytes between the end and what is written behind it are zero, as in a sparse file.
fn put(content: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let Ok(begin) = usize::try_from(offset) else { return };
    let end = begin.saturating_add(bytes.len());
    if content.len() < end {
        content.resize(end, 0);
    }
    if let Some(place) = content.get_mut(begin..end) {
        place.copy_from_slice(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn played(heedless_of: &[By], events: &[Event]) -> Platter {
        let mut platter = Platter::heedless_of(heedless_of);
        events.iter().for_each(|event| platter.play(event));
        platter
    }

    fn create(name: &str, file: u64) -> Event {
        Event::Create { path: name.into(), file }
    }

    fn write(file: u64, offset: u64, bytes: &[u8]) -> Event {
        Event::Write { file, offset, bytes: bytes.into() }
    }

    fn left(platter: &Platter, survival: Survival) -> Vec<(String, Vec<u8>)> {
        let files = platter.lose_power(survival, &mut Chance::new(1));
        files.into_iter().map(|(path, bytes)| (path.display().to_string(), bytes)).collect()
    }

    #[test]
    fn what_was_synced_stays_and_what_was_not_may_go() {
        let folder = Event::SyncFolder { by: By::Program };
        let events = [create("a", 1), write(1, 0, b"one"), Event::Sync { file: 1 }, folder, write(1, 3, b"two")];
        let platter = played(&[], &events);
        assert_eq!(left(&platter, Survival::Nothing), [("a".to_owned(), b"one".to_vec())]);
    }

    #[test]
    fn a_name_stays_only_with_its_folder() {
        let synced = |by| [create("a", 1), write(1, 0, b"one"), Event::Sync { file: 1 }, Event::SyncFolder { by }];
        assert_eq!(left(&played(&[], &synced(By::Sqlite)), Survival::Nothing).len(), 1);
        assert_eq!(left(&played(&[By::Sqlite], &synced(By::Sqlite)), Survival::Nothing), []);
        assert_eq!(left(&played(&[By::Sqlite], &synced(By::Program)), Survival::Nothing).len(), 1);
    }

    #[test]
    fn a_deleted_name_may_come_back_until_its_folder_is_synced() {
        let found = Event::Found { path: "a".into(), file: 1, bytes: (*b"old").into() };
        let delete = Event::Delete { path: "a".into() };
        assert_eq!(left(&played(&[], &[found.clone(), delete.clone()]), Survival::Nothing).len(), 1);
        let folder = Event::SyncFolder { by: By::Sqlite };
        assert_eq!(left(&played(&[], &[found, delete, folder]), Survival::Nothing), []);
    }

    #[test]
    fn a_torn_write_keeps_whole_sectors_and_touches_nothing_beside_them() {
        let events = [
            create("a", 1),
            write(1, 0, &[1; 2048]),
            Event::Sync { file: 1 },
            Event::SyncFolder { by: By::Sqlite },
            write(1, 256, &[2; 1536]),
        ];
        let platter = played(&[], &events);
        let mut torn = 0;
        for seed in 0..64 {
            let files = platter.lose_power(Survival::Percent(100), &mut Chance::new(seed));
            let bytes = &files[Path::new("a")];
            assert_eq!((&bytes[..256], &bytes[1792..]), (&[1; 256][..], &[1; 256][..]));
            let pieces = [&bytes[256..512], &bytes[512..1024], &bytes[1024..1536], &bytes[1536..1792]];
            assert!(pieces.iter().all(|piece| piece.iter().all(|byte| *byte == piece[0])), "a sector is whole");
            torn += usize::from(pieces.iter().any(|piece| piece[0] == 1) && pieces.iter().any(|piece| piece[0] == 2));
        }
        assert!(torn > 0, "none was torn");
    }

    #[test]
    fn a_gap_is_zeros_and_a_cut_file_is_short() {
        let events = [
            create("a", 1),
            write(1, 2, b"x"),
            Event::Truncate { file: 1, size: 5 },
            Event::Sync { file: 1 },
            Event::SyncFolder { by: By::Sqlite },
        ];
        assert_eq!(left(&played(&[], &events), Survival::Nothing), [("a".to_owned(), b"\0\0x".to_vec())]);
    }
}
