//! A copy of a SQLite file by SQLite's own online backup, on a connection that holds one snapshot: writers go on, and never make it begin anew.

use super::session::{SqliteSession, failure};
use super::{PAGE_BYTES, Role, connect, open_file};
use crate::copy::{Copied, CopiedFile, CopyFile, CopyTrouble, FREE_SPACE, Patience, Source};
use crate::faults::Faults;
use crate::migrations::{self, COUNT_ENTRIES, READ_STAMP};
use crate::options::Opening;
use crate::row::{Inconsistent, Row};
use crate::session::{Failure, Limit, Session};
use crate::sql::Sql;
use crate::trouble::{Cause, OpenTrouble};
use kernel::Realm;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The database's name in the folder of a copy.
pub(super) const NAME: &str = "benchside.db";
/// Copied between two looks at whether to go on.
const STEP_BYTES: u64 = 1 << 20;
const PAGES_PER_STEP: i32 = (STEP_BYTES / PAGE_BYTES as u64) as i32;
/// Bytes read at once.
const READ_BYTES: usize = 1 << 18;
/// What a restored file is called until it is whole.
const UNFINISHED: &str = "restoring";

static BEGIN: Sql = Sql::new("BEGIN", "BEGIN DEFERRED", None);
static END: Sql = Sql::new("END", "ROLLBACK", None);

/// Copies the database at `path` into `folder`.
pub(crate) fn copy(path: &Path, faults: &Faults, folder: &Path, patience: &Patience) -> Result<Copied, CopyTrouble> {
    let place = path.display().to_string();
    let failed = |failure: Failure| CopyTrouble::Database { place: place.clone(), why: failure.words };
    let unsound = |inconsistent: Inconsistent| CopyTrouble::Database { place: place.clone(), why: inconsistent.to_string() };
    let source = connect(path, Role::Reader, &Limit::new(), faults).map_err(|error| failed(failure(&error)))?;
    let mut session = SqliteSession::new(&source);
    session.control(&BEGIN).map_err(failed)?;
    // The first query takes the snapshot; everything after it sees the same instant.
    let stamp = first(&mut session, &READ_STAMP).map_err(failed)?;
    let (realm, schema_version) = (stamp.text(0).map_err(unsound)?.to_owned(), stamp.int(1).map_err(unsound)?);
    let mut file = CopyFile::create(folder, NAME)?;
    copy_pages(&source, &mut file, patience, &place, faults)?;
    let journal_entries = first(&mut session, &COUNT_ENTRIES).map_err(failed)?.int(0).map_err(unsound)?;
    session.control(&END).map_err(failed)?;
    let file: CopiedFile = file.finish_and_read(|| patience.check())?;
    Ok(Copied { engine: "sqlite", realm, schema_version, journal_entries, files: vec![file] })
}

fn first(session: &mut SqliteSession<'_>, sql: &'static Sql) -> Result<Row, Failure> {
    let mut rows = Vec::new();
    session.query(sql, 0, &[], &mut rows)?;
    rows.into_iter().next().ok_or_else(|| Failure::misuse(format!("{} found nothing", sql.name())))
}

fn copy_pages(source: &Connection, file: &mut CopyFile, patience: &Patience, place: &str, faults: &Faults) -> Result<(), CopyTrouble> {
    let path = file.path().to_owned();
    let told = |failure: Failure, place: &str| match failure.cause {
        // The source is only read: it is the copy that finds no room.
        Cause::Full => CopyTrouble::File { file: path.clone(), why: format!("{}: {FREE_SPACE}", failure.words) },
        _ => CopyTrouble::Database { place: place.to_owned(), why: failure.words },
    };
    let words = |error: rusqlite::Error| told(failure(&error), place);
    let mut copy = open_copy(&path, faults).map_err(words)?;
    let steps = Backup::new(source, &mut copy).map_err(words)?;
    loop {
        patience.check()?;
        match steps.step(PAGES_PER_STEP).map_err(words)? {
            StepResult::Done => break,
            StepResult::More => file.wrote(STEP_BYTES)?,
            // Nobody else knows the copy, and the source is held by this very connection.
            _ => return Err(CopyTrouble::Database { place: place.to_owned(), why: "another program holds the copy".to_owned() }),
        }
    }
    drop(steps);
    into_one_file(copy).map_err(|failure| told(failure, &path.display().to_string()))
}

/// Nothing of it is worth anything before it is finished, so it needs no log and no waiting for the disk.
fn open_copy(path: &Path, faults: &Faults) -> Result<Connection, rusqlite::Error> {
    let copy = open_file(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX, faults)?;
    copy.pragma_update_and_check(None, "locking_mode", "exclusive", |_| Ok(()))?;
    copy.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
    copy.pragma_update(None, "synchronous", "off")?;
    Ok(copy)
}

/// The copy says of itself that it has a write-ahead log, as its source does; it is to be one file and nothing beside it.
fn into_one_file(copy: Connection) -> Result<(), Failure> {
    let mode = copy.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get::<_, String>(0));
    match mode.map_err(|error| failure(&error))?.as_str() {
        "delete" => copy.close().map_err(|(_, error)| failure(&error)),
        other => Err(Failure { cause: Cause::Other, words: format!("its journal mode is {other}") }),
    }
}

/// Puts the database of a copy where there is none.
pub(crate) fn restore(path: &Path, source: &Source, patience: &Patience) -> Result<(), CopyTrouble> {
    if source.engine != "sqlite" || source.files != [NAME] {
        let why = format!("the backup is of a {} database: name a {} one to restore it to", source.engine, source.engine);
        return Err(CopyTrouble::Unfit(why));
    }
    for ending in ["", "-wal", "-shm", "-journal"] {
        if beside(path, ending).symlink_metadata().is_ok() {
            return Err(OpenTrouble::AlreadyThere { place: beside(path, ending).display().to_string() }.into());
        }
    }
    let unfinished = beside(path, &format!(".{UNFINISHED}"));
    // What a restore that was broken off left behind: nobody can need it, and the folder is ours alone.
    remove(&unfinished)?;
    let made = bring(&source.folder.join(NAME), &unfinished, patience).and_then(|()| finish(&unfinished, path, source.realm));
    if made.is_err() {
        drop(std::fs::remove_file(&unfinished));
    }
    made
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), CopyTrouble> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(CopyTrouble::file(path, &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn bring(from: &Path, to: &Path, patience: &Patience) -> Result<(), CopyTrouble> {
    let mut source = File::open(from).map_err(|error| CopyTrouble::file(from, &error))?;
    let folder = to.parent().unwrap_or_else(|| Path::new("."));
    let name = to.file_name().and_then(|name| name.to_str()).ok_or_else(|| CopyTrouble::Unfit("the path is not UTF-8".to_owned()))?;
    let mut file = CopyFile::create(folder, name)?;
    let mut stretch = vec![0; READ_BYTES];
    loop {
        patience.check()?;
        match source.read(&mut stretch).map_err(|error| CopyTrouble::file(from, &error))? {
            0 => return file.finish().map(drop),
            count => file.write(stretch.get(..count).unwrap_or_default())?,
        }
    }
}

/// A whole file that this program may open gets its name, and the name reaches the disk. An older schema is brought up to date when it is opened.
fn finish(unfinished: &Path, path: &Path, realm: Realm) -> Result<(), CopyTrouble> {
    let place = unfinished.display().to_string();
    let words = |error: rusqlite::Error| CopyTrouble::Database { place: place.clone(), why: error.to_string() };
    let connection = Connection::open_with_flags(unfinished, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(words)?;
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(words)?;
    if found != "ok" {
        return Err(CopyTrouble::Database { place, why: found });
    }
    migrations::recognise(&mut SqliteSession::new(&connection), "the database of the backup", realm, Opening::Existing)?;
    connection.close().map_err(|(_, error)| words(error))?;
    std::fs::rename(unfinished, path).map_err(|error| CopyTrouble::file(path, &error))?;
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| CopyTrouble::file(folder, &error))
}
