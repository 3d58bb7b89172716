//! The mark in a folder whose restore is not finished. The database of a backup is whole before the codes are left out that tubes may bear since then;
//! served in between, the laboratory would give such a code a second time, and one code would stand for two patients.

use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use store::Target;

/// The mark's name in the laboratory's folder.
const NAME: &str = "restore.unfinished";

/// The mark of a restore at work.
pub(crate) struct RestoreMark {
    path: PathBuf,
    /// It was there already, and what the earlier restore made may be there still: only a restore that comes to its end takes it away.
    stays: bool,
}

impl RestoreMark {
    /// Sets the mark, where there is no database yet. What an earlier restore left behind that did not come to its end is removed: the mark is only
    /// set where there was nothing. None where a laboratory is, which a restore will refuse.
    pub(crate) fn set(lock: &FolderLock, target: &Target) -> Result<Option<Self>, Failure> {
        let path = lock.folder().join(NAME);
        let cannot = |error: std::io::Error| cannot(&path, &error);
        let left: Vec<PathBuf> = match target {
            Target::Sqlite(database) => files_of(database).into_iter().filter(|file| file.symlink_metadata().is_ok()).collect(),
            Target::Postgres(_) => Vec::new(),
        };
        let marked = path.symlink_metadata().is_ok();
        if marked {
            left.iter().try_for_each(std::fs::remove_file).map_err(cannot)?;
        } else if left.is_empty() {
            let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
            made.and_then(|file| file.sync_all()).and_then(|()| sync(lock.folder())).map_err(cannot)?;
        } else {
            return Ok(None);
        }
        Ok(Some(Self { path, stays: marked && matches!(target, Target::Postgres(_)) }))
    }

    /// Nothing was restored: the folder is as it was.
    pub(crate) fn nothing_done(self, lock: &FolderLock) -> Result<(), Failure> {
        if self.stays { Ok(()) } else { self.all_done(lock) }
    }

    /// Takes the mark away.
    pub(crate) fn all_done(self, lock: &FolderLock) -> Result<(), Failure> {
        let taken = std::fs::remove_file(&self.path).and_then(|()| sync(lock.folder()));
        taken.map_err(|error| cannot(&self.path, &error))
    }
}

/// Refuses a folder that bears the mark.
pub(crate) fn refuse_unfinished(lock: &FolderLock) -> Result<(), Failure> {
    let path = lock.folder().join(NAME);
    match path.symlink_metadata() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(cannot(&path, &error)),
        Ok(_) => Err(Failure::Environment(format!(
            "a restore into {} did not come to its end ({} is there), and codes that tubes bear might be given again: restore the backup \
             once more, on PostgreSQL into an emptied database",
            lock.folder().display(),
            path.display()
        ))),
    }
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Environment(format!("cannot note in {} that a restore is at work: {error}", path.display()))
}

fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

fn files_of(database: &Path) -> Vec<PathBuf> {
    let with = |ending: &str| {
        let mut name = database.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    ["", "-wal", "-shm", "-journal"].map(with).to_vec()
}
