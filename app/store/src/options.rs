//! Where the database is, and its limits.

use crate::audit::SealFiles;
use crate::faults::Faults;
use std::path::PathBuf;
use std::time::Duration;

/// Where the database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL URL, `postgres://user:password@host:port/database`.
    Postgres(String),
}

/// Whether there should be a database already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// There is none; make one.
    CreateNew,
    /// There is one; never make one by mistyping its place.
    Existing,
    /// Either.
    CreateOrOpen,
}

/// Limits of the engine. Durability is not among them.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads that read (SQLite readers, PostgreSQL read workers); at least 1.
    pub readers: usize,
    /// Workers that write on PostgreSQL, each with a connection; at least 1. SQLite always has one writer.
    pub writers: usize,
    /// Commands, and queries, that may wait; more wait outside.
    pub queue_max: usize,
    /// Commands that share one commit on SQLite.
    pub group_max: usize,
    /// How long a query may run.
    pub read_limit: Duration,
    /// How long one command may run.
    pub write_limit: Duration,
    /// How often a command or query is tried on PostgreSQL when other transactions get in between.
    pub attempts_max: u32,
    /// How long a PostgreSQL worker tries to reconnect before it answers that the database is away.
    pub reconnect_limit: Duration,
    /// Where seals are signed; without it the chain stands in the database only, and nothing shows that its end was cut off.
    pub seals: Option<SealFiles>,
    /// When SQLite's log is copied into the database file.
    pub log: LogLimits,
    /// Faults to inject; empty unless the crate is built with the feature `faults`.
    pub faults: Faults,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            writers: 8,
            queue_max: 1024,
            group_max: 256,
            read_limit: Duration::from_secs(10),
            write_limit: Duration::from_secs(10),
            attempts_max: 30,
            reconnect_limit: Duration::from_secs(10),
            seals: None,
            log: LogLimits::default(),
            faults: Faults::default(),
        }
    }
}

/// When SQLite's write-ahead log is copied into the database file, in pages of 8 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogLimits {
    /// So many that were not copied yet: they are, and the writer is asked for a gap, so that the log can begin anew.
    pub gap_from: u64,
    /// From this length on the log does not wait for a moment without readers, which may never come: it lets no new reader in front of those that
    /// are there, and waits for these.
    pub force_from: u64,
    /// How long it waits for them; senders are answered that much later.
    pub force_wait: Duration,
}

impl Default for LogLimits {
    /// 32 MiB, 256 MiB and four seconds.
    fn default() -> Self {
        Self { gap_from: 4_096, force_from: 32_768, force_wait: Duration::from_secs(4) }
    }
}
