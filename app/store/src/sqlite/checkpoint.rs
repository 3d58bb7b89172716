//! Copies the write-ahead log into the database file, off the writer's thread.

use super::gate::Gate;
use super::log_of;
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
use std::time::{Duration, Instant};

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
    /// Commits at the last look, and since when there were no more.
    seen: u64,
    seen_at: Duration,
    /// Pages of the log that were copied when it was looked at last.
    copied: u64,
}

impl Checkpointer {
    pub(super) fn new(path: &Path, core: Arc<Core>, gate: Arc<Gate>) -> Self {
        Self { log: log_of(path), core, gate, seen: 0, seen_at: Duration::ZERO, copied: 0 }
    }

    /// Until all other threads are done.
    pub(super) fn run(mut self, connection: &Connection) {
        let begin = Instant::now();
        while !self.gate.rest(PAUSE) {
            self.gate.wait_for_commits(self.seen, IDLE_AFTER);
            self.step(connection, begin.elapsed());
        }
        self.end(connection);
    }

    /// One look at the log, `now` after the opening: copies what is worth it.
    pub(super) fn step(&mut self, connection: &Connection, now: Duration) {
        let commits = self.gate.commits();
        let outcome = if commits != self.seen {
            (self.seen, self.seen_at) = (commits, now);
            self.when_busy(connection)
        } else if now.saturating_sub(self.seen_at) >= IDLE_AFTER {
            self.seen_at = now;
            self.when_idle(connection)
        } else {
            Ok(())
        };
        self.stop_after(outcome);
    }

    /// All others are done: the log is copied and removed, unless the disk cannot be trusted.
    pub(super) fn end(&self, connection: &Connection) {
        if self.core.stop.reason() == Some(StopReason::Closed) {
            // Copied here and not by the closing of the last connection, which tells nobody when it fails.
            self.stop_after(self.copy(connection, "TRUNCATE"));
        }
        if self.core.stop.reason() == Some(StopReason::Closed) {
            // Closing the last connection then removes the log, or copies what a reader kept from being copied. If that fails the log stays
            // and is used at the next start.
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false);
        }
    }

    /// Stops the store if this was a disk error.
    fn stop_after<T>(&self, outcome: Result<T, Failure>) {
        if let Err(Failure { cause: Cause::Disk | Cause::Damage, words }) = outcome {
            self.core.shut(StopReason::Disk(words));
        }
    }

    /// Copies what is worth it.
    fn when_busy(&mut self, connection: &Connection) -> Result<(), Failure> {
        // A copy of the database holds a snapshot for as long as it takes. The log cannot begin anew before it ends, and asking for that would only
        // make the writer wait.
        if self.core.copies.any() {
            return Ok(());
        }
        let pages = self.gate.log_pages();
        if pages < self.copied {
            // The log began anew.
            self.copied = 0;
        }
        if pages - self.copied < self.core.options.log.gap_from || self.disk_failed() {
            return Ok(());
        }
        // Most of it while the writer goes on, and only what came meanwhile in the gap.
        self.copy(connection, "PASSIVE")?;
        self.copied = self.gate.in_gap(|| match pages >= self.core.options.log.force_from {
            false => self.copy(connection, "PASSIVE"),
            true => self.force(connection),
        })?;
        Ok(())
    }

    fn force(&self, connection: &Connection) -> Result<u64, Failure> {
        let patient = |wait| connection.busy_timeout(wait).map_err(|error| failure(&error));
        patient(self.core.options.log.force_wait)?;
        let copied = self.copy(connection, "RESTART");
        patient(Duration::ZERO)?;
        copied
    }

    fn when_idle(&self, connection: &Connection) -> Result<(), Failure> {
        if self.log_bytes() < CUT_FROM_BYTES || self.core.copies.any() || self.disk_failed() {
            return Ok(());
        }
        self.gate.in_gap(|| self.copy(connection, "TRUNCATE")).map(drop)
    }

    /// Copies, and says how many pages of the log are copied now. A reader in the way is no failure: the rest is copied next time.
    fn copy(&self, connection: &Connection, mode: &str) -> Result<u64, Failure> {
        let ran = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| row.get::<_, i64>(2));
        match ran.map_err(|error| failure(&error)) {
            Ok(copied) => {
                count(&self.core.counters.checkpoints);
                Ok(u64::try_from(copied).unwrap_or(0))
            }
            Err(failure) if failure.cause == Cause::Conflict => Ok(0),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::session::Limit;
    use crate::sqlite::{Role, connect};

    #[test]
    fn while_a_copy_is_made_the_writer_is_asked_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("laboratory.db");
        let connection = connect(&path, Role::Checkpointer, &Limit::new(), &crate::faults::Faults::default()).unwrap();
        connection.execute_batch("CREATE TABLE trial (id INTEGER PRIMARY KEY) STRICT").unwrap();
        let (core, gate) = (Arc::new(Core::new(Options::default())), Arc::new(Gate::default()));
        gate.note_log_pages(core.options.log.force_from);
        let mut checkpointer = Checkpointer::new(&path, Arc::clone(&core), gate);
        let copy = core.copies.begin();
        checkpointer.when_busy(&connection).unwrap();
        assert_eq!(core.counters.snapshot().checkpoints, 0);
        drop(copy);
        checkpointer.when_busy(&connection).unwrap();
        assert_eq!(core.counters.snapshot().checkpoints, 2, "in passing, then in the gap");
    }
}
