//! Faults that tests inject. Without the feature `faults` this is an empty shell that the compiler removes.

use crate::session::Failure;
use std::path::Path;

/// Faults to inject, shared with the test that asks for them.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    #[cfg(feature = "faults")]
    armed: std::sync::Arc<std::sync::Mutex<Armed>>,
}

#[cfg(feature = "faults")]
#[derive(Debug, Default)]
struct Armed {
    commit: std::collections::VecDeque<crate::trouble::Cause>,
    lose_group: bool,
    disk: Disk,
}

/// How a SQLite store is put on a disk of the test's own.
#[cfg(feature = "faults")]
#[derive(Clone, Default)]
pub struct Disk {
    /// The VFS that its connections are opened through.
    pub vfs: Option<String>,
    /// How much of the database the writer keeps in memory, in KiB: what changes more goes to the log before its commit.
    pub writer_cache_kib: Option<i64>,
    /// Commits do not wait for the disk: a negative control.
    pub synchronous_off: bool,
    /// Commands are answered before they are committed: a negative control.
    pub acknowledge_before_commit: bool,
    /// Called instead of putting the names of this folder on the disk.
    pub sync_folder: Option<SyncFolder>,
}

#[cfg(feature = "faults")]
type SyncFolder = std::sync::Arc<dyn Fn(&Path) -> std::io::Result<()> + Send + Sync>;

#[cfg(feature = "faults")]
impl std::fmt::Debug for Disk {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "disk {:?}", self.vfs)
    }
}

#[cfg(feature = "faults")]
impl Faults {
    /// The next commit fails for this cause instead of happening. Called twice, the one after it as well.
    pub fn fail_next_commit(&self, cause: crate::trouble::Cause) {
        crate::pending::lock(&self.armed).commit.push_back(cause);
    }
    /// After the next command of a group the transaction is gone, as SQLite does after some errors.
    pub fn lose_next_group(&self) {
        crate::pending::lock(&self.armed).lose_group = true;
    }
    /// The store to be opened stands on this disk.
    pub fn stand_on(&self, disk: Disk) {
        crate::pending::lock(&self.armed).disk = disk;
    }
    fn disk(&self) -> Disk {
        crate::pending::lock(&self.armed).disk.clone()
    }
    pub(crate) fn vfs(&self) -> Option<String> {
        self.disk().vfs
    }
    pub(crate) fn writer_cache_kib(&self, ordinary: i64) -> i64 {
        self.disk().writer_cache_kib.unwrap_or(ordinary)
    }
    pub(crate) fn synchronous(&self) -> &'static str {
        if self.disk().synchronous_off { "off" } else { FULL }
    }
    pub(crate) fn acknowledges_before_commit(&self) -> bool {
        cfg!(feature = "acknowledge_before_commit") || self.disk().acknowledge_before_commit
    }
    pub(crate) fn sync_folder(&self, folder: &Path) -> std::io::Result<()> {
        self.disk().sync_folder.map_or_else(|| sync_names(folder), |sync| sync(folder))
    }
    pub(crate) fn at_commit(&self) -> Result<(), Failure> {
        match crate::pending::lock(&self.armed).commit.pop_front() {
            Some(cause) => Err(Failure { cause, words: "injected by a test".to_owned() }),
            None => Ok(()),
        }
    }
    pub(crate) fn loses_group(&self) -> bool {
        std::mem::take(&mut crate::pending::lock(&self.armed).lose_group)
    }
}

/// A commit counts when it is on the disk.
const FULL: &str = "full";

/// Has the names in this folder on the disk for good.
fn sync_names(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(feature = "faults"))]
impl Faults {
    #[allow(clippy::unused_self)]
    pub(crate) fn vfs(&self) -> Option<String> {
        None
    }
    #[allow(clippy::unused_self)]
    pub(crate) fn writer_cache_kib(&self, ordinary: i64) -> i64 {
        ordinary
    }
    #[allow(clippy::unused_self)]
    pub(crate) fn synchronous(&self) -> &'static str {
        FULL
    }
    #[allow(clippy::unused_self)]
    pub(crate) fn acknowledges_before_commit(&self) -> bool {
        cfg!(feature = "acknowledge_before_commit")
    }
    #[allow(clippy::unused_self)]
    pub(crate) fn sync_folder(&self, folder: &Path) -> std::io::Result<()> {
        sync_names(folder)
    }
    #[allow(clippy::unused_self)]
    pub(crate) fn at_commit(&self) -> Result<(), Failure> {
        Ok(())
    }
    #[allow(clippy::unused_self)]
    pub(crate) fn loses_group(&self) -> bool {
        false
    }
}
