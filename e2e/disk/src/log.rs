//! What a disk was asked to do, in order.

use std::path::PathBuf;
use std::sync::Arc;

/// Who had a folder's names put on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// SQLite, which overlooks it when this fails.
    Sqlite,
    /// The program above it.
    Program,
}

/// One thing done. Files have numbers: a name may be deleted and given to another file.
#[derive(Debug, Clone)]
pub enum Event {
    /// A file that was there before the log began.
    Found {
        /// Its name.
        path: PathBuf,
        /// Its number.
        file: u64,
        /// What was in it.
        bytes: Arc<[u8]>,
    },
    /// A new, empty file.
    Create {
        /// Its name.
        path: PathBuf,
        /// Its number.
        file: u64,
    },
    /// Bytes written.
    Write {
        /// To which file.
        file: u64,
        /// From which byte on.
        offset: u64,
        /// What.
        bytes: Arc<[u8]>,
    },
    /// The file has this many bytes now.
    Truncate {
        /// Which file.
        file: u64,
        /// How many.
        size: u64,
    },
    /// Everything written to this file so far is on the disk.
    Sync {
        /// Which file.
        file: u64,
    },
    /// The name is gone.
    Delete {
        /// Which.
        path: PathBuf,
    },
    /// All names made and deleted so far are on the disk.
    SyncFolder {
        /// Who asked for it.
        by: By,
    },
}
