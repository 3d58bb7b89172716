//! The machine that the server runs on: its disk, and what of it is there after the power went.

use crate::plan::Mishap;
use disk::{Call, Chance, Disk, Event, Fault, Kind, Platter, Survival};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

pub(crate) const FILE: &str = "laboratory.db";

pub(crate) struct Machine {
    pub(crate) disk: Arc<Disk>,
    pub(crate) folder: TempDir,
    /// What lay on the disk at the start.
    found: BTreeMap<PathBuf, Vec<u8>>,
}

/// In memory where the system has such a place: what is on the disk for good is what the log says.
pub(crate) fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Machine {
    pub(crate) fn new() -> Self {
        Self::with(&BTreeMap::new())
    }

    /// A machine with these files on its disk.
    fn with(files: &BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let folder = folder();
        let moved = |path: &Path| folder.path().join(path.file_name().unwrap());
        let found: BTreeMap<PathBuf, Vec<u8>> = files.iter().map(|(path, bytes)| (moved(path), bytes.clone())).collect();
        found.iter().for_each(|(path, bytes)| std::fs::write(path, bytes).unwrap());
        Self { disk: Arc::new(Disk::new()), folder, found }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// Words without the name of the folder, which is another one each time.
    pub(crate) fn nameless(&self, words: &str) -> String {
        words.replace(&self.folder.path().display().to_string(), "")
    }

    /// The store is to stand on this disk, with these habits.
    pub(crate) fn habits(&self, habits: &store::Disk) -> store::Disk {
        let (noting, ours) = (Arc::clone(&self.disk), self.folder.path().canonicalize().unwrap());
        let sync_folder = move |folder: &Path| {
            if folder == ours {
                noting.note_folder_sync();
            }
            Ok(())
        };
        store::Disk { vfs: Some(self.disk.name().to_owned()), sync_folder: Some(Arc::new(sync_folder)), ..habits.clone() }
    }

    /// What is to happen to the disk in this life.
    pub(crate) fn arm(&self, mishap: Option<Mishap>) {
        let changes = || vec![Call::Write, Call::Sync, Call::Truncate, Call::Delete];
        let fault = |nth, kind, lasts| Fault { calls: changes(), name_ends: "", nth, kind, lasts };
        match mishap {
            // Nothing that comes later reaches the disk either.
            Some(Mishap::PowerAtCall(nth)) => self.disk.arm(fault(nth, Kind::Gone, true)),
            Some(Mishap::DeviceAtCall(nth)) => self.disk.arm(fault(nth, Kind::Device, false)),
            Some(Mishap::FullFromCall(nth, _)) => {
                self.disk.arm(Fault { calls: vec![Call::Write], name_ends: "", nth, kind: Kind::Full, lasts: true });
            }
            Some(Mishap::PowerAfter(_) | Mishap::KilledAfter(_)) | None => self.disk.mend(),
        }
    }

    /// The same machine after its power went and came back.
    pub(crate) fn after_power_loss(&self, survival: Survival, chance: &mut Chance) -> Self {
        let mut platter = Platter::heedless_of(&[]);
        let mut touched = BTreeSet::new();
        for event in self.disk.log() {
            if let Event::Found { path, .. } | Event::Create { path, .. } | Event::Delete { path } = &event {
                touched.insert(path.clone());
            }
            platter.play(&event);
        }
        let mut files = platter.lose_power(survival, chance);
        files.extend(self.found.iter().filter(|(path, _)| !touched.contains(*path)).map(|(path, bytes)| (path.clone(), bytes.clone())));
        Self::with(&files)
    }
}
