//! Reading the database behind the server's back, with SQL of our own, on either engine.

use crate::check::{JournalRow, Ledger, ResultRow, TaskRow, TransmissionRow};
use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, NoTls};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

const TRANSMISSIONS: &str = "SELECT t.id, t.link, t.content_hash, t.duplicate_of, u.arrival, b.raw, a.at
    FROM transmission t
    LEFT JOIN unfiled u ON u.transmission_id = t.id
    LEFT JOIN transmission_bytes b ON b.transmission_id = t.id
    LEFT JOIN assessment a ON a.transmission_id = t.id";
const RESULTS: &str = "SELECT r.transmission_id, r.version, r.sent, r.sent_unit, r.state, r.verified_at, r.verifier,
        e.test, c.code, o.accession, p.mrn
    FROM result r
    LEFT JOIN examination e ON e.id = r.examination_id
    LEFT JOIN container c ON c.id = e.container_id
    LEFT JOIN lab_order o ON o.id = c.order_id
    LEFT JOIN patient p ON p.id = o.patient_id";
const TASKS: &str = "SELECT transmission_id, raw_line FROM task WHERE transmission_id IS NOT NULL";
const JOURNAL: &str = "SELECT act, accepted, subject FROM journal WHERE subject IS NOT NULL";

/// Enters every row of a SQLite file, and what `integrity_check` says of it.
///
/// # Errors
/// The file cannot be opened, or a table or column is not there.
pub fn read_sqlite(file: &Path, ledger: &mut Ledger<'_>) -> rusqlite::Result<()> {
    // Not created if it is missing: an empty database would have nothing wrong.
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    for complaint in connection.prepare("PRAGMA integrity_check")?.query_map([], |row| row.get::<_, String>(0))? {
        match complaint? {
            fine if fine == "ok" => {}
            complaint => ledger.integrity(complaint),
        }
    }
    let mut statement = connection.prepare(TRANSMISSIONS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        ledger.transmission(sqlite_transmission(row)?);
    }
    let mut statement = connection.prepare(RESULTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        ledger.result(&sqlite_result(row)?);
    }
    let mut statement = connection.prepare(TASKS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        ledger.task(&TaskRow { transmission: row.get(0)?, raw_line: row.get(1)? });
    }
    let mut statement = connection.prepare(JOURNAL)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        ledger.journal(&JournalRow { act: row.get(0)?, accepted: row.get::<_, i64>(1)? == 1, subject: row.get(2)? });
    }
    Ok(())
}

fn sqlite_transmission(row: &rusqlite::Row<'_>) -> rusqlite::Result<TransmissionRow> {
    Ok(TransmissionRow {
        id: row.get(0)?,
        link: row.get(1)?,
        content_hash: row.get(2)?,
        duplicate_of: row.get(3)?,
        filed: row.get::<_, Option<i64>>(4)?.is_none(),
        raw: row.get(5)?,
        assessed: row.get::<_, Option<i64>>(6)?.is_some(),
    })
}

fn sqlite_result(row: &rusqlite::Row<'_>) -> rusqlite::Result<ResultRow> {
    Ok(ResultRow {
        transmission: row.get(0)?,
        version: row.get(1)?,
        sent: row.get(2)?,
        sent_unit: row.get(3)?,
        state: row.get(4)?,
        verified_at: row.get::<_, Option<i64>>(5)?.is_some(),
        verifier: row.get(6)?,
        test: row.get(7)?,
        container: row.get(8)?,
        accession: row.get(9)?,
        mrn: row.get(10)?,
    })
}

/// Enters every row of a PostgreSQL database.
///
/// # Errors
/// The database cannot be reached, or a table or column is not there.
pub fn read_postgres(url: &str, ledger: &mut Ledger<'_>) -> Result<(), postgres::Error> {
    let mut client = Client::connect(url, NoTls)?;
    each(&mut client, TRANSMISSIONS, |row| {
        ledger.transmission(TransmissionRow {
            id: row.try_get(0)?,
            link: row.try_get(1)?,
            content_hash: row.try_get(2)?,
            duplicate_of: row.try_get(3)?,
            filed: row.try_get::<_, Option<i64>>(4)?.is_none(),
            raw: row.try_get(5)?,
            assessed: row.try_get::<_, Option<i64>>(6)?.is_some(),
        });
        Ok(())
    })?;
    each(&mut client, RESULTS, |row| {
        ledger.result(&postgres_result(row)?);
        Ok(())
    })?;
    each(&mut client, TASKS, |row| {
        ledger.task(&TaskRow { transmission: row.try_get(0)?, raw_line: row.try_get(1)? });
        Ok(())
    })?;
    each(&mut client, JOURNAL, |row| {
        ledger.journal(&JournalRow { act: row.try_get(0)?, accepted: row.try_get::<_, i64>(1)? == 1, subject: row.try_get(2)? });
        Ok(())
    })
}

fn postgres_result(row: &postgres::Row) -> Result<ResultRow, postgres::Error> {
    Ok(ResultRow {
        transmission: row.try_get(0)?,
        version: row.try_get(1)?,
        sent: row.try_get(2)?,
        sent_unit: row.try_get(3)?,
        state: row.try_get(4)?,
        verified_at: row.try_get::<_, Option<i64>>(5)?.is_some(),
        verifier: row.try_get(6)?,
        test: row.try_get(7)?,
        container: row.try_get(8)?,
        accession: row.try_get(9)?,
        mrn: row.try_get(10)?,
    })
}

fn each(
    client: &mut Client,
    sql: &str,
    mut take: impl FnMut(&postgres::Row) -> Result<(), postgres::Error>,
) -> Result<(), postgres::Error> {
    client.query_raw::<_, &str, _>(sql, [])?.for_each(|row| take(&row))
}

/// A database of our own on a PostgreSQL server, dropped at the end unless it is to be looked at.
#[derive(Debug)]
pub struct Scratch {
    server: String,
    name: String,
}

impl Scratch {
    /// Creates the database `name` on the server at `url`; one left over from before is dropped.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn create(url: &str, name: &str) -> Result<Scratch, String> {
        let mut client = Client::connect(url, NoTls).map_err(|trouble| format!("PostgreSQL: {trouble}"))?;
        for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
            client.batch_execute(&sql).map_err(|trouble| format!("{sql}: {trouble}"))?;
        }
        Ok(Scratch { server: url.to_owned(), name: name.to_owned() })
    }

    /// The URL of the database.
    #[must_use]
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// Drops the database.
    ///
    /// # Errors
    /// The server cannot be reached or refuses.
    pub fn drop_database(self) -> Result<(), String> {
        let mut client = Client::connect(&self.server, NoTls).map_err(|trouble| format!("PostgreSQL: {trouble}"))?;
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        client.batch_execute(&sql).map_err(|trouble| format!("{sql}: {trouble}"))
    }
}

/// The URL with another database in it: `postgres://user@host:port/NAME?options`.
fn with_database(url: &str, name: &str) -> String {
    let (base, options) = url.split_once('?').map_or((url, String::new()), |(base, options)| (base, format!("?{options}")));
    let (scheme, rest) = base.split_once("://").unwrap_or(("postgres", base));
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{options}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_database_of_a_url_is_replaced() {
        for (url, expected) in [
            ("postgres://u:p@h:5/old", "postgres://u:p@h:5/new"),
            ("postgres://u@h:5", "postgres://u@h:5/new"),
            ("postgresql://h/old?sslmode=disable", "postgresql://h/new?sslmode=disable"),
        ] {
            assert_eq!(with_database(url, "new"), expected);
        }
    }
}
