//! A copy of a PostgreSQL database: every table of the schema as PostgreSQL's own binary rows, all of one snapshot; and back.

use super::connect::{Connector, Role};
use super::session::{PgSession, failure};
use crate::copy::{Copied, CopiedFile, CopyFile, CopyTrouble, Patience, Source};
use crate::migrations::{self, COUNT_ENTRIES, Definer, LIST_TABLES, READ_STAMP};
use crate::options::{Opening, Options};
use crate::row::Row;
use crate::session::{Failure, Session};
use crate::sql::Sql;
use postgres::SimpleQueryMessage;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// The end of the name of a table's file.
pub(super) const ENDING: &str = ".copy";
/// Bytes moved between two looks at whether to go on.
const STRETCH_BYTES: usize = 1 << 18;

/// Of each table, the tables it refers to: those must be filled first.
const REFERENCES: &str = "SELECT t.relname, r.relname FROM pg_catalog.pg_constraint c
    JOIN pg_catalog.pg_class t ON t.oid = c.conrelid JOIN pg_catalog.pg_class r ON r.oid = c.confrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
    WHERE c.contype = 'f' AND n.nspname = current_schema() AND t.oid <> r.oid";

/// Copies the database at `url` into `folder`.
pub(crate) fn copy(url: &str, options: &Options, folder: &Path, patience: &Patience) -> Result<Copied, CopyTrouble> {
    let connector = Connector::new(url, options)?;
    let place = connector.place().to_owned();
    let failed = |failure: Failure| CopyTrouble::Database { place: place.clone(), why: failure.words };
    let mut session = connector.connect(Role::Copier).map_err(failed)?;
    // One snapshot for all tables: whatever was committed before this instant, and nothing after it.
    session.control("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").map_err(failed)?;
    let unsound = |what: crate::Inconsistent| CopyTrouble::Database { place: place.clone(), why: what.to_string() };
    let stamp = first(&mut session, &READ_STAMP).map_err(failed)?;
    let (realm, schema_version) = (stamp.text(0).map_err(unsound)?.to_owned(), stamp.int(1).map_err(unsound)?);
    let journal_entries = first(&mut session, &COUNT_ENTRIES).map_err(failed)?.int(0).map_err(unsound)?;
    let mut files = Vec::new();
    for table in tables(&mut session).map_err(failed)? {
        patience.check()?;
        files.push(copy_table(&mut session, &table, folder, patience, &connector)?);
    }
    session.control("COMMIT").map_err(failed)?;
    Ok(Copied { engine: "postgresql", realm, schema_version, journal_entries, files })
}

fn first(session: &mut PgSession, sql: &'static Sql) -> Result<Row, Failure> {
    let mut rows = Vec::new();
    session.query(sql, 0, &[], &mut rows)?;
    rows.into_iter().next().ok_or_else(|| Failure::misuse(format!("{} found nothing", sql.name())))
}

/// Names of our tables. They are put into statements and file names, so they must be plain.
fn tables(session: &mut PgSession) -> Result<Vec<String>, Failure> {
    let mut rows = Vec::new();
    session.query(&LIST_TABLES, 0, &[], &mut rows)?;
    let name = |row: &Row| match row.text(0) {
        Ok(name) if is_plain(name) => Ok(name.to_owned()),
        Ok(name) => Err(Failure::misuse(format!("a table named {name:?} is none of ours"))),
        Err(inconsistent) => Err(Failure::misuse(inconsistent.to_string())),
    };
    rows.iter().map(name).collect()
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
}

fn copy_table(
    session: &mut PgSession,
    table: &str,
    folder: &Path,
    patience: &Patience,
    connector: &Connector,
) -> Result<CopiedFile, CopyTrouble> {
    let place = connector.place();
    let mut file = CopyFile::create(folder, &format!("{table}{ENDING}"))?;
    let client = session.client();
    let cancel = client.cancel_token();
    let words = |why: String| CopyTrouble::Database { place: place.to_owned(), why: format!("table {table}: {why}") };
    let mut rows = client.copy_out(&format!("COPY \"{table}\" TO STDOUT (FORMAT binary)")).map_err(|error| words(failure(&error).words))?;
    let mut stretch = vec![0; STRETCH_BYTES];
    loop {
        let went_on = patience.check().and_then(|()| match rows.read(&mut stretch) {
            Ok(count) => file.write(stretch.get(..count).unwrap_or_default()).map(|()| count),
            Err(error) => Err(words(error.to_string())),
        });
        match went_on {
            Ok(0) => return file.finish(),
            Ok(_) => {}
            Err(trouble) => {
                // Else the connection would not end before the server had sent the whole table.
                connector.cancel(&cancel);
                return Err(trouble);
            }
        }
    }
}

/// Makes the database of a copy in an empty one, in one transaction.
pub(crate) fn restore(url: &str, source: &Source, patience: &Patience) -> Result<(), CopyTrouble> {
    if source.engine != "postgresql" {
        let why = format!("the backup is of a {} database: leave --database out to restore it to a folder", source.engine);
        return Err(CopyTrouble::Unfit(why));
    }
    let connector = Connector::new(url, &Options::default())?;
    let place = connector.place().to_owned();
    let failed = |failure: Failure| CopyTrouble::Database { place: place.clone(), why: failure.words };
    let mut session = connector.connect(Role::Opener).map_err(failed)?;
    session.check_encoding().map_err(failed)?;
    session.begin_alone().map_err(failed)?;
    migrations::define_up_to(&mut session, &place, source.realm, source.schema_version)?;
    let tables = tables(&mut session).map_err(failed)?;
    same_tables(&tables, &source.files)?;
    // Migrations write rows of their own; the copy has those as they were.
    let all: Vec<String> = tables.iter().map(|table| format!("\"{table}\"")).collect();
    session.control(&format!("TRUNCATE {}", all.join(", "))).map_err(failed)?;
    let references = references(&mut session).map_err(failed)?;
    for table in in_order(tables, &references)? {
        fill_table(&mut session, &table, &source.folder, patience, &place)?;
    }
    // What is there now is the backup's own: of this realm, and no other draft of its migrations.
    migrations::recognise(&mut session, &place, source.realm, Opening::Existing)?;
    // A connection that is dropped before this leaves the database as empty as it was.
    Definer::commit(&mut session).map_err(failed)
}

fn same_tables(tables: &[String], files: &[String]) -> Result<(), CopyTrouble> {
    let wanted: BTreeSet<String> = tables.iter().map(|table| format!("{table}{ENDING}")).collect();
    let found: BTreeSet<String> = files.iter().cloned().collect();
    match wanted.symmetric_difference(&found).next() {
        None => Ok(()),
        Some(name) => {
            Err(CopyTrouble::Unfit(format!("{name}: the backup and its schema version do not agree whether there is such a table")))
        }
    }
}

fn references(session: &mut PgSession) -> Result<Vec<(String, String)>, Failure> {
    let messages = session.client().simple_query(REFERENCES).map_err(|error| failure(&error))?;
    let pair = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some((row.get(0)?.to_owned(), row.get(1)?.to_owned())),
        _ => None,
    };
    Ok(messages.iter().filter_map(pair).collect())
}

/// Tables in an order in which each stands behind those it refers to.
fn in_order(mut tables: Vec<String>, references: &[(String, String)]) -> Result<Vec<String>, CopyTrouble> {
    let mut ordered = Vec::new();
    while !tables.is_empty() {
        let waits = |table: &String| references.iter().any(|(from, to)| from == table && tables.contains(to));
        let (waiting, ready): (Vec<String>, Vec<String>) = tables.iter().cloned().partition(waits);
        if ready.is_empty() {
            return Err(CopyTrouble::Unfit(format!("tables {} refer to each other", waiting.join(", "))));
        }
        ordered.extend(ready);
        tables = waiting;
    }
    Ok(ordered)
}

fn fill_table(session: &mut PgSession, table: &str, folder: &Path, patience: &Patience, place: &str) -> Result<(), CopyTrouble> {
    let path = folder.join(format!("{table}{ENDING}"));
    let unread = |error: std::io::Error| CopyTrouble::file(&path, &error);
    let words = |why: String| CopyTrouble::Database { place: place.to_owned(), why: format!("table {table}: {why}") };
    let mut file = File::open(&path).map_err(unread)?;
    let statement = format!("COPY \"{table}\" FROM STDIN (FORMAT binary)");
    let mut rows = session.client().copy_in(&statement).map_err(|error| words(failure(&error).words))?;
    let mut stretch = vec![0; STRETCH_BYTES];
    loop {
        patience.check()?;
        match file.read(&mut stretch).map_err(unread)? {
            0 => break,
            count => rows.write_all(stretch.get(..count).unwrap_or_default()).map_err(|error| words(error.to_string()))?,
        }
    }
    rows.finish().map(drop).map_err(|error| words(failure(&error).words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_table_stands_behind_those_it_refers_to() {
        let references = [("a".to_owned(), "c".to_owned()), ("c".to_owned(), "b".to_owned())];
        assert_eq!(in_order(names(&["a", "b", "c", "d"]), &references).unwrap(), names(&["b", "d", "c", "a"]));
        let round = [("a".to_owned(), "b".to_owned()), ("b".to_owned(), "a".to_owned())];
        assert!(in_order(names(&["a", "b"]), &round).unwrap_err().to_string().contains("refer to each other"));
    }

    #[test]
    fn a_table_without_file_and_a_file_without_table_are_named() {
        assert!(same_tables(&names(&["a", "b"]), &names(&["b.copy", "a.copy"])).is_ok());
        assert!(same_tables(&names(&["a", "b"]), &names(&["a.copy"])).unwrap_err().to_string().contains("b.copy"));
        assert!(same_tables(&names(&["a"]), &names(&["a.copy", "z.copy"])).unwrap_err().to_string().contains("z.copy"));
    }
}
