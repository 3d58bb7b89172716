//! A copy of the whole database as it was at one instant, made beside the writers and without stopping them; and a database made of such a copy.
//!
//! What a copy means (its manifest, whether its files are still what was written) is for the caller: this module knows the engines.

mod file;
mod running;

pub(crate) use file::CopyFile;
pub(crate) use running::Copies;

use crate::audit::image::CellRef;
use crate::options::Target;
use crate::pending::{Pending, Reply};
use crate::sql::{Kind, Sql};
use crate::stop::Stop;
use crate::store::Core;
use crate::trouble::OpenTrouble;
use crate::{postgresql, sqlite};
use kernel::Realm;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// How much later than others the copying thread gets its turn, in the system's own steps (19 is last).
const NICENESS: i32 = 10;

/// Tells a copy to break off.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Breaks off whatever was given this, at its next step.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was told to break off.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A file of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedFile {
    /// Its name in the folder.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of what is in it.
    pub sha256: [u8; 32],
}

/// A finished copy.
#[derive(Debug, Clone)]
pub struct Copied {
    /// The engine it came from and can be made a database of again: `sqlite` or `postgresql`.
    pub engine: &'static str,
    /// The realm stamped in it.
    pub realm: String,
    /// Its schema version.
    pub schema_version: i64,
    /// Journal entries in it.
    pub journal_entries: i64,
    /// Its files, on disk for good, their names aside.
    pub files: Vec<CopiedFile>,
}

/// Why there is no copy, or no database of a copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyTrouble {
    /// It was told to break off, or the store was closed.
    #[error("it was broken off")]
    Cancelled,
    /// A file could not be read or written.
    #[error("{}: {why}", .file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The database could not do it.
    #[error("{place}: {why}")]
    Database {
        /// Which database.
        place: String,
        /// What it said.
        why: String,
    },
    /// What the copy is to become does not fit it.
    #[error("{0}")]
    Unfit(String),
    /// There is a database already, or none can be made.
    #[error(transparent)]
    Open(#[from] OpenTrouble),
}

/// What to do where a copy finds no room.
pub(crate) const FREE_SPACE: &str = "free some space, or name a folder on another disk";

impl CopyTrouble {
    pub(crate) fn file(file: &Path, error: &std::io::Error) -> Self {
        Self::File { file: file.to_owned(), why: copy_error(error) }
    }
}

/// What the system said of a file of a copy, and what to do where it found no room.
pub fn copy_error(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => format!("{error}: {FREE_SPACE}"),
        _ => error.to_string(),
    }
}

/// What tells a copy to go on.
pub(crate) struct Patience {
    cancel: Cancel,
    stop: Option<Stop>,
}

impl Patience {
    /// Whether to go on; looked at every few milliseconds of work.
    pub(crate) fn check(&self) -> Result<(), CopyTrouble> {
        let over = self.cancel.is_cancelled() || self.stop.as_ref().is_some_and(|stop| stop.reason().is_some());
        if over { Err(CopyTrouble::Cancelled) } else { Ok(()) }
    }
}

/// Copies what is at `target` into a folder that is there and empty.
pub(crate) fn copy(core: &Arc<Core>, target: &Target, folder: &Path, cancel: &Cancel) -> Pending<Result<Copied, CopyTrouble>> {
    let (core, target, folder, cancel) = (Arc::clone(core), target.clone(), folder.to_owned(), cancel.clone());
    let running = core.copies.begin();
    on_a_thread_of_its_own(move || {
        let _running = running;
        let patience = Patience { cancel, stop: Some(core.stop.clone()) };
        // A store that is closed has put its log away: nobody may open the file behind its back.
        patience.check()?;
        match &target {
            Target::Sqlite(path) => sqlite::copy(path, &core.options.faults, &folder, &patience),
            Target::Postgres(url) => postgresql::copy(url, &core.options, &folder, &patience),
        }
    })
}

/// A copy to make a database of, as its manifest describes it.
#[derive(Debug, Clone)]
pub struct Source {
    /// The folder with its files.
    pub folder: PathBuf,
    /// The engine it came from.
    pub engine: String,
    /// The realm stamped in it.
    pub realm: Realm,
    /// Its schema version.
    pub schema_version: i64,
    /// The names of its files.
    pub files: Vec<String>,
}

/// Makes a database of a copy, all of it or nothing, where there is none.
pub fn restore(target: &Target, source: Source, cancel: &Cancel) -> Pending<Result<(), CopyTrouble>> {
    let (target, cancel) = (target.clone(), cancel.clone());
    on_a_thread_of_its_own(move || {
        let patience = Patience { cancel, stop: None };
        match &target {
            Target::Sqlite(path) => sqlite::restore(path, &source, &patience),
            Target::Postgres(url) => postgresql::restore(url, &source, &patience),
        }
    })
}

/// A table of a copy that is read where it lies.
#[derive(Debug)]
pub(crate) struct CopiedTable {
    pub(crate) name: &'static str,
    /// All its columns, in the order of the table.
    pub(crate) columns: &'static [Kind],
    /// All of them of every row, for the engine whose copy is a database.
    pub(crate) sql: &'static Sql,
}

/// Looks at one row of a copy.
pub(crate) type LookAtRow<'l> = &'l mut dyn FnMut(&[CellRef<'_>]) -> Result<(), CopyTrouble>;

/// Has each row of a table of a copy looked at, in no order. Blocks for as long as it takes, unless it is told to break off.
pub(crate) fn each_row(source: &Source, table: &CopiedTable, cancel: &Cancel, look: LookAtRow<'_>) -> Result<(), CopyTrouble> {
    let patience = Patience { cancel: cancel.clone(), stop: None };
    let look: LookAtRow<'_> = &mut |cells| patience.check().and_then(|()| look(cells));
    match source.engine.as_str() {
        "sqlite" => sqlite::each_row(&source.folder, table, look),
        "postgresql" => postgresql::each_row(&source.folder, table, look),
        other => Err(CopyTrouble::Unfit(format!("the backup is of an engine named {other:?}, which this program does not know"))),
    }
}

/// The PostgreSQL client must never be used on a thread of the caller's runtime, and copying is to give way to those who serve.
fn on_a_thread_of_its_own<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CopyTrouble> + Send + 'static,
) -> Pending<Result<T, CopyTrouble>> {
    let lost = || Err(CopyTrouble::Unfit("a fault of this program ended the copying".to_owned()));
    let (reply, pending): (Reply<Result<T, CopyTrouble>>, _) = Pending::new(lost);
    let started = thread::Builder::new().name("store-copy".to_owned()).spawn(move || {
        // Only a wish: where it is not granted, the copy competes like any reader.
        let _ = rustix::process::nice(NICENESS);
        reply.send(work());
    });
    // A thread that could not be started dropped the reply, and the answer says that the work was lost.
    drop(started);
    pending
}
