//! Copies the write-ahead log into the database file, off the writer's thread.

use super::gate::Gate;
use super::session::failure;
use crate::session::Failure;
use crate::statistics::count;
use crate::stop::StopReason;
use crate::store::Core;
use crate::trouble::Cause;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// From this size of the log on it is copied.
const COPY_FROM_BYTES: u64 = 4 << 20;
/// From this size on the writer is asked for a gap, so that the log can start anew.
const GAP_FROM_BYTES: u64 = 16 << 20;
/// From this size on the file is cut short when nothing happens.
const CUT_FROM_BYTES: u64 = 1 << 20;
/// Between two looks while there is work: the log grows by a few MiB in this time at the most.
const PAUSE: Duration = Duration::from_millis(50);
/// So long without a commit counts as idle.
const IDLE_AFTER: Duration = Duration::from_secs(2);

pub(super) struct Checkpointer {
    log: PathBuf,
    core: Arc<Core>,
    gate: Arc<Gate>,
}

impl Checkpointer {
    pub(super) fn new(path: &Path, core: Arc<Core>, gate: Arc<Gate>) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Self { log: PathBuf::from(log), core, gate }
    }

    /// Until all other threads are done; then the log is copied and removed, unless the disk cannot be trusted.
    pub(super) fn run(&self, connection: &Connection) {
        let mut seen = 0;
        while !self.gate.rest(PAUSE) {
            let now = self.gate.commits_after(seen, IDLE_AFTER);
            let outcome = if now == seen { self.when_idle(connection) } else { self.when_busy(connection) };
            seen = now;
            if let Err(Failure { cause: Cause::Disk, words }) = outcome {
                self.core.shut(StopReason::Disk(words));
            }
        }
        if self.core.stop.reason() == Some(StopReason::Closed) {
            // Closing the last connection then copies the log; if that fails the log stays and is used at the next start.
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        }
    }

    fn when_busy(&self, connection: &Connection) -> Result<(), Failure> {
        let size = self.log_bytes();
        if size < COPY_FROM_BYTES || self.disk_failed() {
            return Ok(());
        }
        self.copy(connection, "PASSIVE")?;
        if size >= GAP_FROM_BYTES {
            self.gate.in_gap(|| self.copy(connection, "PASSIVE"))?;
        }
        Ok(())
    }

    fn when_idle(&self, connection: &Connection) -> Result<(), Failure> {
        if self.log_bytes() < CUT_FROM_BYTES || self.disk_failed() {
            return Ok(());
        }
        self.gate.in_gap(|| self.copy(connection, "TRUNCATE"))
    }

    /// A reader in the way is no failure: the rest is copied next time.
    fn copy(&self, connection: &Connection, mode: &str) -> Result<(), Failure> {
        let ran = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        match ran.map_err(|error| failure(&error)) {
            Ok(()) => {
                count(&self.core.counters.checkpoints);
                Ok(())
            }
            Err(failure) if failure.cause == Cause::Conflict => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    fn log_bytes(&self) -> u64 {
        std::fs::metadata(&self.log).map_or(0, |metadata| metadata.len())
    }

    fn disk_failed(&self) -> bool {
        matches!(self.core.stop.reason(), Some(StopReason::Disk(_)))
    }
}
