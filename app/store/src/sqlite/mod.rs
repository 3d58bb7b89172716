//! SQLite: one writer thread with group commit, readers on snapshots, and a checkpointer, each with a connection of its own.

mod checkpoint;
mod copied;
mod copy;
mod gate;
mod log;
mod readers;
mod session;
#[cfg(feature = "simulation")]
mod stepped;
mod writer;

use crate::audit::seal::{self, Head};
use crate::faults::Faults;
use crate::migrations::{self, cannot_open};
use crate::options::Opening;
use crate::session::{Failure, Limit};
use crate::store::Core;
use crate::threads::Threads;
use crate::trouble::{Cause, OpenTrouble};
use checkpoint::Checkpointer;
pub(crate) use copied::each_row;
pub(crate) use copy::{copy, restore};
use gate::Gate;
use kernel::Realm;
use readers::QueryRunner;
use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::{Connection, OpenFlags};
use session::{SqliteSession, failure};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
#[cfg(feature = "simulation")]
pub use stepped::{Engine, Stepper};
use writer::Writer;

/// Looks that share a snapshot: a new one forgets every page that was read for the one before.
const LOOKS_AT_ONCE: usize = 64;
/// How long a statement waits for another process that holds the file.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Between two tries where SQLite does not wait itself.
const BUSY_PAUSE: Duration = Duration::from_millis(5);
const WRITER_CACHE_KIB: i64 = 48 * 1024;
const READER_CACHE_KIB: i64 = 2 * 1024;
/// Pages of a new database: of twice SQLite's usual size, because a message with its results fills more than one of those, and every page costs two
/// writes of the log. An old database keeps its own.
const PAGE_BYTES: u16 = 8192;
/// How many steps of SQLite's machine run between two looks at the clock: some 50 µs.
const STEPS_BETWEEN_LOOKS: i32 = 1000;

/// An open file with its connections, before anybody works on it.
struct Opened {
    writer: (Connection, Limit),
    /// The last seal in the database.
    head: Head,
    readers: Vec<(Connection, Limit)>,
    looker: (Connection, Limit),
    checkpointer: (Connection, Checkpointer),
    gate: Arc<Gate>,
}

/// Opens the file and starts the threads.
pub(crate) fn open(path: &Path, realm: Realm, opening: Opening, core: &Arc<Core>) -> Result<Threads, OpenTrouble> {
    let opened = connect_all(path, realm, opening, core)?;
    start(core, opened).map_err(|error| {
        let place = path.display().to_string();
        OpenTrouble::CannotOpen { place, why: error.to_string(), next: "allow this process more threads" }
    })
}

/// Opens the file and makes all connections.
fn connect_all(path: &Path, realm: Realm, opening: Opening, core: &Arc<Core>) -> Result<Opened, OpenTrouble> {
    let place = path.display().to_string();
    if opening == Opening::Existing && !path.is_file() {
        return Err(OpenTrouble::Missing { place });
    }
    let failed = |error| cannot_open(&place, failure(&error));
    let writer_limit = Limit::new();
    let faults = &core.options.faults;
    // Held until there is another connection, so that a log left by a crash is read once, not twice.
    let looked = look(path, &place, realm, opening, faults)?;
    let mut connection = connect(path, Role::Writer, &writer_limit, faults).map_err(failed)?;
    drop(looked);
    let mut session = SqliteSession::new(&connection);
    migrations::prepare(&mut session, &place, realm, opening)?;
    let head = seal::last(&mut session).map_err(|failure| cannot_open(&place, failure))?;
    drop(session);
    let reader = || {
        let limit = Limit::new();
        Ok((connect(path, Role::Reader, &limit, faults).map_err(failed)?, limit))
    };
    let readers = (0..core.options.readers.max(1)).map(|_| reader()).collect::<Result<_, OpenTrouble>>()?;
    let looker = reader()?;
    let checkpoint_connection = connect(path, Role::Checkpointer, &Limit::new(), faults).map_err(failed)?;
    sync_names(path, faults).map_err(|error| cannot_open(&place, Failure { cause: Cause::Disk, words: error.to_string() }))?;
    // Only now: a head that was signed must never be lost again.
    if settle(&checkpoint_connection).map_err(failed)? {
        core.heads.put(head);
    }
    let gate = Arc::new(Gate::default());
    let told = Arc::clone(&gate);
    let tell = move |_: &mut Wal, pages| {
        told.note_log_pages(u64::try_from(pages).unwrap_or(0));
        Ok(())
    };
    connection.wal_hook(Some(tell)).map_err(failed)?;
    let checkpointer = Checkpointer::new(path, Arc::clone(core), Arc::clone(&gate));
    let checkpointer = (checkpoint_connection, checkpointer);
    Ok(Opened { writer: (connection, writer_limit), head, readers, looker, checkpointer, gate })
}

fn start(core: &Arc<Core>, opened: Opened) -> std::io::Result<Threads> {
    let Opened { writer: (connection, limit), head, readers, looker, checkpointer: (checkpoint_connection, checkpointer), gate } = opened;
    let mut threads = Threads::of(core);
    let (writer_core, writer_gate) = (Arc::clone(core), Arc::clone(&gate));
    threads.start("store-writer", move || Writer::new(&connection, limit, writer_core, writer_gate, head).run())?;
    for (number, (connection, limit)) in readers.into_iter().enumerate() {
        let (core, queue) = (Arc::clone(core), Arc::clone(&core.queries));
        let run = move || QueryRunner::new(&connection, &limit, core).run(&queue, 1);
        threads.start(&format!("store-reader-{number}"), run)?;
    }
    let (looker_core, looks) = (Arc::clone(core), Arc::clone(&core.looks));
    threads.start("store-looker", move || QueryRunner::new(&looker.0, &looker.1, looker_core).run(&looks, LOOKS_AT_ONCE))?;
    threads.start_last("store-checkpointer", move || gate.end(), move || checkpointer.run(&checkpoint_connection))?;
    Ok(threads)
}

/// Looks whether what is there is ours before anything is touched: a connection for work turns any SQLite file into one with a write-ahead log
/// before a row of it was read.
fn look(path: &Path, place: &str, realm: Realm, opening: Opening, faults: &Faults) -> Result<Option<Connection>, OpenTrouble> {
    let bytes = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    if bytes(path) == 0 {
        return Ok(None);
    }
    let failed = |error| cannot_open(place, failure(&error));
    let connection = open_file(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX, faults).map_err(failed)?;
    connection.busy_timeout(BUSY_WAIT).map_err(failed)?;
    // A log that is there stays as it is; one that this look makes goes when it ends.
    let has_log = bytes(&log_of(path)) > 0;
    if has_log {
        whole(path, place)?;
    }
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log).map_err(failed)?;
    migrations::recognise(&mut SqliteSession::new(&connection), place, realm, opening)?;
    Ok(Some(connection))
}

/// Refuses a log that SQLite would take to be at its end in front of commits that were answered.
fn whole(path: &Path, place: &str) -> Result<(), OpenTrouble> {
    let log = log_of(path);
    let found = log::damage(path, &log).map_err(|error| cannot_open(place, Failure { cause: Cause::Disk, words: error.to_string() }))?;
    found.map_or(Ok(()), |frame| {
        Err(OpenTrouble::CannotOpen {
            place: place.to_owned(),
            why: format!("its log {} is damaged in frame {frame}, and changes that were answered stand behind it", log.display()),
            next: "keep copies of both files, check the disk and restore a backup; without the log it opens, and lacks what only the log holds",
        })
    })
}

/// What a killed process left in the log may be in the system's memory only: it is seen here, and a power loss would take it all the same. A
/// checkpoint has the log on the disk before it copies it. False where there was no room for that, or another process was in the way.
fn settle(connection: &Connection) -> Result<bool, rusqlite::Error> {
    let counts = connection
        .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
    match counts {
        Ok((busy, pages, copied)) => Ok(busy == 0 && pages == copied),
        Err(error) if matches!(failure(&error).cause, Cause::Full | Cause::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The write-ahead log of this database.
fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// Has the names of database and log on the disk for good, and that of their folder. SQLite does the first as well, but overlooks it when
/// it fails.
fn sync_names(path: &Path, faults: &Faults) -> std::io::Result<()> {
    let path = path.canonicalize()?;
    let mut folders = path.ancestors().skip(1);
    folders.next().map_or(Ok(()), |folder| faults.sync_folder(folder))?;
    match folders.next().map(|above| faults.sync_folder(above)) {
        // Nobody promised that this program may read what lies above.
        Some(Err(error)) if error.kind() != std::io::ErrorKind::PermissionDenied => Err(error),
        _ => Ok(()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Writer,
    Reader,
    Checkpointer,
}

fn connect(path: &Path, role: Role, limit: &Limit, faults: &Faults) -> Result<Connection, rusqlite::Error> {
    // Every connection stays on its thread, so SQLite's own mutexes are not needed.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = open_file(path, flags, faults)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    if role != Role::Reader {
        make_durable(&connection, faults)?;
    }
    let cache = if role == Role::Writer { faults.writer_cache_kib(WRITER_CACHE_KIB) } else { READER_CACHE_KIB };
    connection.pragma_update(None, "cache_size", -cache)?;
    if role == Role::Reader {
        connection.pragma_update(None, "query_only", true)?;
    }
    // After a disk error nothing may be tried again as if the first try had not failed, so no connection checkpoints when it closes
    // unless the checkpointer says so.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if role == Role::Checkpointer {
        // Only now: another opener may be in the way of what went before. What is in the way of a copy is left for the next one.
        connection.busy_timeout(Duration::ZERO)?;
    }
    let watched = limit.clone();
    connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(move || watched.is_over()))?;
    Ok(connection)
}

fn open_file(path: &Path, flags: OpenFlags, faults: &Faults) -> Result<Connection, rusqlite::Error> {
    match faults.vfs() {
        None => Connection::open_with_flags(path, flags),
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str()),
    }
}

/// Every commit reaches the disk before it counts. There is no switch to weaken this.
fn make_durable(connection: &Connection, faults: &Faults) -> Result<(), rusqlite::Error> {
    // SQLite asks nobody to wait while it makes a new file into one with a log, and several programs may begin at once.
    let mode = patiently(|| write_ahead(connection))?;
    if mode != "wal" {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN);
        let words = format!("this file system cannot hold a write-ahead log (journal mode {mode}); use a local disk");
        return Err(rusqlite::Error::SqliteFailure(code, Some(words)));
    }
    connection.pragma_update(None, "synchronous", faults.synchronous())?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)
}

/// Tries again while another opener is in the way, as long as a statement would wait.
fn patiently<T>(attempt: impl Fn() -> Result<T, rusqlite::Error>) -> Result<T, rusqlite::Error> {
    let begun = Instant::now();
    loop {
        match attempt() {
            Err(error) if failure(&error).cause == Cause::Conflict && begun.elapsed() < BUSY_WAIT => std::thread::sleep(BUSY_PAUSE),
            done => return done,
        }
    }
}

/// Asks for a write-ahead log, and hands back what there is then. The file is changed only after the row that says so was read: whoever asks for
/// one row and no more is not told when that fails.
fn write_ahead(connection: &Connection) -> Result<String, rusqlite::Error> {
    let mut statement = connection.prepare("PRAGMA journal_mode = wal")?;
    let mut rows = statement.query([])?;
    let mut mode = String::new();
    while let Some(row) = rows.next()? {
        mode = row.get(0)?;
    }
    Ok(mode)
}
