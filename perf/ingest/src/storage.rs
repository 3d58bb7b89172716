//! Fresh databases for each run, and how large they are.

use crate::procfs;
use postgres::{Client, NoTls};
use rusqlite::{Connection, OpenFlags};
use std::fs;
use std::path::{Path, PathBuf};

/// The rows of a finished run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Result rows.
    pub results: i64,
    /// Of these, held.
    pub held: i64,
    /// Task rows.
    pub tasks: i64,
}

/// Where one contestant's database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// The one `.db` file in this directory.
    Sqlite(PathBuf),
    /// A database named `name` on the server at `server`.
    Postgres {
        /// URL of the server.
        server: String,
        /// The database's own name.
        name: String,
    },
}

impl Database {
    /// The PostgreSQL URL of this database, or `None` for SQLite.
    #[must_use]
    pub fn url(&self) -> Option<String> {
        match self {
            Database::Sqlite(_) => None,
            Database::Postgres { server, name } => Some(with_database(server, name)),
        }
    }

    /// Makes room: removes what is there of before and, on PostgreSQL, creates the database, a copy of `template` if one is given.
    ///
    /// # Errors
    /// The disk or the server refuses.
    pub fn create(&self, template: Option<&Database>) -> Result<(), String> {
        match self {
            Database::Sqlite(directory) => {
                remove(directory)?;
                fs::create_dir_all(directory).map_err(|trouble| format!("{}: {trouble}", directory.display()))?;
                match template {
                    Some(Database::Sqlite(from)) => copy_files(from, directory),
                    _ => Ok(()),
                }
            }
            Database::Postgres { server, name } => {
                let copy = match template {
                    Some(Database::Postgres { name, .. }) => format!(" TEMPLATE {name}"),
                    _ => String::new(),
                };
                execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
                execute(server, &format!("CREATE DATABASE {name}{copy}"))
            }
        }
    }

    /// Removes the database.
    ///
    /// # Errors
    /// The disk or the server refuses.
    pub fn remove(&self) -> Result<(), String> {
        match self {
            Database::Sqlite(directory) => remove(directory),
            Database::Postgres { server, name } => execute(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")),
        }
    }

    /// Bytes on disk with nothing left in a log: the file after a checkpoint, or all tables with their indexes and TOAST. Only while
    /// no server has it open.
    ///
    /// # Errors
    /// The database cannot be opened.
    pub fn bytes(&self) -> Result<u64, String> {
        match self {
            Database::Sqlite(directory) => {
                let file = sqlite_file(directory)?;
                let connection = Connection::open(&file).map_err(|trouble| format!("{}: {trouble}", file.display()))?;
                connection
                    .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
                    .map_err(|trouble| format!("{}: {trouble}", file.display()))?;
                drop(connection);
                fs::metadata(&file).map(|file| file.len()).map_err(|trouble| format!("{}: {trouble}", file.display()))
            }
            Database::Postgres { .. } => {
                let sql = "SELECT CAST(COALESCE(SUM(pg_total_relation_size(oid)), 0) AS BIGINT) FROM pg_class
                           WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
                self.postgres_number(sql).map(i64::unsigned_abs)
            }
        }
    }

    /// What is in it.
    ///
    /// # Errors
    /// The database cannot be opened or has not the tables.
    pub fn rows(&self) -> Result<Rows, String> {
        let count = |sql: &str| match self {
            Database::Sqlite(directory) => {
                let file = sqlite_file(directory)?;
                let connection = Connection::open_with_flags(&file, OpenFlags::SQLITE_OPEN_READ_WRITE);
                connection
                    .and_then(|connection| connection.query_row(sql, [], |row| row.get(0)))
                    .map_err(|trouble| format!("{}: {trouble}", file.display()))
            }
            Database::Postgres { .. } => self.postgres_number(sql),
        };
        Ok(Rows {
            results: count("SELECT COUNT(*) FROM result")?,
            held: count("SELECT COUNT(*) FROM result WHERE state = 'held'")?,
            tasks: count("SELECT COUNT(*) FROM task")?,
        })
    }

    /// Transactions rolled back in this database since it was made; `None` on SQLite.
    ///
    /// # Errors
    /// The server refuses.
    pub fn rollbacks(&self) -> Result<Option<i64>, String> {
        match self {
            Database::Sqlite(_) => Ok(None),
            Database::Postgres { .. } => {
                let sql = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()";
                self.postgres_number(sql).map(Some)
            }
        }
    }

    fn postgres_number(&self, sql: &str) -> Result<i64, String> {
        let url = self.url().ok_or("this is not PostgreSQL")?;
        let row = Client::connect(&url, NoTls).and_then(|mut client| client.query_one(sql, &[]));
        row.and_then(|row| row.try_get(0)).map_err(|trouble| format!("{sql}: {trouble}"))
    }

    /// The process of the PostgreSQL server, if it runs on this machine.
    #[must_use]
    pub fn server_process(&self) -> Option<u32> {
        let Database::Postgres { server, .. } = self else { return None };
        let mut client = Client::connect(server, NoTls).ok()?;
        let backend: i32 = client.query_one("SELECT pg_backend_pid()", &[]).ok()?.try_get(0).ok()?;
        procfs::parent(u32::try_from(backend).ok()?)
    }
}

fn execute(server: &str, sql: &str) -> Result<(), String> {
    let mut client = Client::connect(server, NoTls).map_err(|trouble| format!("PostgreSQL: {trouble}"))?;
    client.batch_execute(sql).map_err(|trouble| format!("{sql}: {trouble}"))
}

fn remove(directory: &Path) -> Result<(), String> {
    match fs::remove_dir_all(directory) {
        Err(trouble) if trouble.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {trouble}", directory.display())),
        _ => Ok(()),
    }
}

/// Copies the plain files of a directory; sockets and the like are left.
pub(crate) fn copy_files(from: &Path, to: &Path) -> Result<(), String> {
    let said = |trouble: std::io::Error| format!("copying {} to {}: {trouble}", from.display(), to.display());
    fs::create_dir_all(to).map_err(said)?;
    for entry in fs::read_dir(from).map_err(said)?.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            fs::copy(entry.path(), to.join(entry.file_name())).map_err(said)?;
        }
    }
    Ok(())
}

/// The one `.db` file in a directory.
///
/// # Errors
/// There is none, or more than one.
pub fn sqlite_file(directory: &Path) -> Result<PathBuf, String> {
    let files = fs::read_dir(directory).map_err(|trouble| format!("{}: {trouble}", directory.display()))?;
    let databases = files.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "db"));
    match databases.collect::<Vec<_>>().as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(format!("{} does not hold exactly one .db file", directory.display())),
    }
}

/// The URL with another database in it.
fn with_database(url: &str, name: &str) -> String {
    let (base, options) = url.split_once('?').map_or((url, String::new()), |(base, options)| (base, format!("?{options}")));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    format!("{scheme}://{}/{name}{options}", rest.split('/').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_is_replaced() {
        assert_eq!(with_database("postgres://u@h:5/old?x=1", "new"), "postgres://u@h:5/new?x=1");
        assert_eq!(with_database("postgres://u@h:5", "new"), "postgres://u@h:5/new");
    }
}
