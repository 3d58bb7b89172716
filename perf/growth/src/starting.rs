//! From the start of the process to the first acknowledged message: after a clean stop, and after a kill with a long write-ahead log.

use ingest::contestant::Work;
use ingest::load;
use ingest::measure::acknowledge_first;
use ingest::statistics::Spread;
use peer::laboratory::{Laboratory, Running};
use peer::{Framed, Packing};
use rusqlite::config::DbConfig;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

/// The length of the log at which the server is killed.
const LOG_BYTES: u64 = 100_000_000;
/// Links that send at once to make it so long.
pub const LINKS: usize = 16;
/// Messages a link sends between two looks at the log.
const MESSAGES: usize = 25;
/// After so many messages the log must be there: each is some 20 KB of it.
const MESSAGES_MAX: usize = 20_000;

/// Milliseconds from the start of the process to the first acknowledgement.
#[derive(Clone, Debug)]
pub struct Starts {
    /// After a clean stop.
    pub clean: Option<Spread>,
    /// After a kill; on SQLite with [`Starts::log_bytes`] in the log.
    pub killed: Option<Spread>,
    /// How long the log was that the next start found; 0 on PostgreSQL, which keeps its own.
    pub log_bytes: u64,
}

/// Messages that were never sent before: each is acknowledged for the first time.
struct Post {
    work: Work,
    next: usize,
}

impl Post {
    fn next(&mut self) -> Framed {
        self.next += 1;
        self.work.message(self.next - 1, Packing::Bytes(240))
    }
}

/// Starts the laboratory `runs` times after a clean stop and as often after a kill.
///
/// # Errors
/// It does not start, acknowledge or stop.
pub fn measure(laboratory: &Laboratory, file: Option<&Path>, runs: usize) -> Result<Starts, String> {
    let mut post = Post { work: Work::invented(runs * (3 + MESSAGES_MAX + LINKS * MESSAGES))?, next: 0 };
    let mut clean = Vec::new();
    for _ in 0..runs {
        let server = laboratory.serve()?;
        clean.push(acknowledge_first(&server, &post.next())?.1);
        server.stop()?;
    }
    let mut killed = Vec::new();
    let mut log_bytes = u64::MAX;
    for _ in 0..runs {
        let server = laboratory.serve()?;
        log_bytes = log_bytes.min(kill_with_a_long_log(server, file, &mut post)?);
        let server = laboratory.serve()?;
        killed.push(acknowledge_first(&server, &post.next())?.1);
        server.stop()?;
    }
    Ok(Starts { clean: Spread::of(clean), killed: Spread::of(killed), log_bytes })
}

/// Sends until the log is long, and kills. Without a file there is no log of ours: one message, and the kill.
fn kill_with_a_long_log(server: Running, file: Option<&Path>, post: &mut Post) -> Result<u64, String> {
    let Some(file) = file else {
        acknowledge_first(&server, &post.next())?;
        return server.kill().map(|()| 0);
    };
    let log = file.with_extension("db-wal");
    // Somebody who reads holds the log back, as a long backup or statistics would: it can be copied, but not begin anew.
    let reader = held_open(file)?;
    let mut sent = 0;
    while fs::metadata(&log).map_or(0, |log| log.len()) < LOG_BYTES {
        if sent > MESSAGES_MAX {
            return Err(format!("after {sent} messages the log is still shorter than {LOG_BYTES} bytes"));
        }
        let messages: Vec<Vec<Framed>> = (0..LINKS).map(|_| (0..MESSAGES).map(|_| post.next()).collect()).collect();
        let lines: Vec<(SocketAddr, &[Framed])> =
            server.links.iter().zip(&messages).map(|((_, address), messages)| (*address, messages.as_slice())).collect();
        load::run(&lines)?;
        sent += LINKS * MESSAGES;
    }
    let bytes = fs::metadata(&log).map_or(0, |log| log.len());
    server.kill()?;
    drop(reader);
    Ok(bytes)
}

/// A connection with an open snapshot that leaves the log as it is when it goes.
fn held_open(file: &Path) -> Result<rusqlite::Connection, String> {
    let open = || {
        let connection = rusqlite::Connection::open(file)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute_batch("BEGIN; SELECT one FROM stamp;")?;
        Ok(connection)
    };
    open().map_err(|trouble: rusqlite::Error| format!("{}: {trouble}", file.display()))
}
