//! `DIR/lock`: whoever opens the store of a folder holds it, so that no two processes ever do.

use crate::failure::Failure;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file's name in the laboratory's folder. It is never removed: whoever waited for the removed one would hold a lock nobody else sees.
const FILE: &str = "lock";
/// Bytes of the holder's words that are read.
const HOLDER_BYTES_MAX: u64 = 200;

/// The lock, held until this is dropped or the process ends, however it ends: a file that a killed process left behind locks nobody out.
#[derive(Debug)]
pub(crate) struct FolderLock {
    file: File,
    folder: PathBuf,
}

impl FolderLock {
    /// Takes the lock of a folder, or says who has it.
    pub(crate) fn take(folder: &Path, what_for: &str) -> Result<Self, Failure> {
        match Self::try_take(folder, what_for)? {
            Some(lock) => Ok(lock),
            None => Err(Failure::Environment(format!(
                "{} is in use by {}: stop that one first, or name another folder",
                folder.display(),
                holder(folder)
            ))),
        }
    }

    /// Takes the lock of a folder; none if another process has it.
    pub(crate) fn try_take(folder: &Path, what_for: &str) -> Result<Option<Self>, Failure> {
        let path = folder.join(FILE);
        let cannot = |error: std::io::Error| Failure::Environment(format!("cannot lock {}: {error}", path.display()));
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(cannot(error)),
        }
        let mut lock = Self { file, folder: folder.to_owned() };
        // Only words for whoever meets the lock; that they could not be written changes nothing.
        drop(lock.sign(what_for));
        Ok(Some(lock))
    }

    fn sign(&mut self, what_for: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        writeln!(self.file, "benchside {what_for}, process {}", std::process::id())
    }

    /// The folder it locks.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Who holds the lock, in words, as far as it said so.
pub(crate) fn holder(folder: &Path) -> String {
    let mut words = String::new();
    let read = File::open(folder.join(FILE)).and_then(|file| file.take(HOLDER_BYTES_MAX).read_to_string(&mut words));
    let words = words.trim();
    if read.is_err() || words.is_empty() || words.chars().any(char::is_control) { "another process".to_owned() } else { words.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_a_file_left_behind_locks_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "benchside serve, process 4294967295\n of long ago").unwrap();
        let lock = FolderLock::take(folder.path(), "serve").unwrap();
        assert!(FolderLock::try_take(folder.path(), "check").unwrap().is_none());
        let refused = FolderLock::take(folder.path(), "check").unwrap_err().to_string();
        assert!(refused.contains(&format!("benchside serve, process {}", std::process::id())), "{refused}");
        drop(lock);
        assert!(FolderLock::try_take(folder.path(), "check").unwrap().is_some());
    }

    #[test]
    fn a_folder_that_is_not_there_cannot_be_locked() {
        let folder = tempfile::tempdir().unwrap();
        let failure = FolderLock::take(&folder.path().join("none"), "serve").unwrap_err();
        assert_eq!(failure.code(), 3);
    }
}
