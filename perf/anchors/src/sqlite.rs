//! One writer thread, group commit: whatever waits goes into one transaction, then all are answered.

use crate::message::{JOURNAL, Message, VERIFIER};
use crate::schema;
use crate::serve::Job;
use rusqlite::{Connection, Transaction, params};
use std::path::Path;
use std::sync::mpsc::Receiver;

/// The most messages in one commit.
const GROUP_MAX: usize = 512;

/// Opens or creates the file: WAL, `synchronous=FULL`.
///
/// # Errors
/// The file cannot be opened or is no SQLite database.
pub fn open(file: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=4000;")?;
    connection.set_prepared_statement_cache_capacity(16);
    if !connection.table_exists(None, "transmission")? {
        connection.execute_batch(&schema::sqlite())?;
    }
    Ok(connection)
}

/// The last place in any link's order that is taken.
///
/// # Errors
/// The table cannot be read.
pub fn last_arrival(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT COALESCE(MAX(arrival), 0) FROM transmission", [], |row| row.get(0))
}

/// Writes until all senders are gone. A group that fails is answered as not kept.
pub fn write(mut connection: Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let group: Vec<Job> = std::iter::once(first).chain(jobs.try_iter().take(GROUP_MAX - 1)).collect();
        let kept = commit(&mut connection, &group);
        if let Err(trouble) = &kept {
            eprintln!("a group of {} was not kept: {trouble}", group.len());
        }
        for job in group {
            // A sender that hung up meanwhile gets no answer.
            let _ = job.answer.send(kept.is_ok());
        }
    }
}

fn commit(connection: &mut Connection, group: &[Job]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for job in group {
        insert(&transaction, &job.message)?;
    }
    transaction.commit()
}

fn insert(transaction: &Transaction<'_>, message: &Message) -> rusqlite::Result<()> {
    let new = transaction
        .prepare_cached(
            "INSERT INTO transmission (id, link, arrival, received_at, content_hash, duplicate_of)
             VALUES (?1, ?2, ?3, ?4, ?5, NULL) ON CONFLICT (link, content_hash) WHERE duplicate_of IS NULL DO NOTHING",
        )?
        .execute(params![message.id, message.link, message.arrival, message.received_at, message.content_hash])?;
    if new == 0 {
        return Ok(());
    }
    transaction
        .prepare_cached("INSERT INTO transmission_bytes (transmission_id, raw) VALUES (?1, ?2)")?
        .execute(params![message.id, message.wire])?;
    insert_results(transaction, message)?;
    transaction.prepare_cached("INSERT INTO assessment (transmission_id, at, evidence) VALUES (?1, ?2, ?3)")?.execute(params![
        message.id,
        message.received_at,
        message.evidence
    ])?;
    let [actor, act, note] = JOURNAL;
    transaction
        .prepare_cached(
            "INSERT INTO journal (command_id, at, actor, act, accepted, subject, note, images) VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7)",
        )?
        .execute(params![message.command, message.received_at, actor, act, message.id, note, message.images])?;
    // The number is the next free one.
    transaction
        .prepare_cached("INSERT INTO seal (command_id, hash) VALUES (?1, ?2)")?
        .execute(params![message.command, message.content_hash])?;
    Ok(())
}

fn insert_results(transaction: &Transaction<'_>, message: &Message) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO result (examination_id, version, transmission_id, sent, sent_unit, value, reported, unit, flags, stated_at, reported_at,
             filed_at, state, verified_at, verifier, row_version)
         VALUES (?1, 1, ?2, ?3, ?4, ?3, ?3, ?4, ?5, ?6, ?7, ?7, 'verified', ?7, ?8, 1)",
    )?;
    for line in &message.lines {
        statement.execute(params![
            line.examination,
            message.id,
            line.value,
            line.unit,
            line.flags,
            line.stated_at,
            message.received_at,
            VERIFIER
        ])?;
    }
    Ok(())
}
