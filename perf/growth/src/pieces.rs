//! What `audit verify` has to hash, piece by piece; how long bare SHA-256 takes for pieces of those lengths, and a bare connection to read them.

use ingest::procfs::cpu;
use ingest::storage::{Database, sqlite_file};
use postgres::NoTls;
use postgres::fallible_iterator::FallibleIterator;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

/// Bytes of a seal's own hash: the seal before it, its number, the hash of its entry.
const SEAL_BYTES: usize = 72;
/// The journal's columns, in the order its entries are hashed in.
const JOURNAL: &[&str] = &["command_id", "at", "actor", "act", "accepted", "subject", "note", "images"];

/// A table and its columns.
type Table = (&'static str, &'static [&'static str]);
const JOURNAL_TABLE: Table = ("journal", JOURNAL);

/// How many pieces there are of which length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces(Vec<(usize, u64)>);

/// What hashing them took.
#[derive(Clone, Copy, Debug)]
pub struct Took {
    /// By the clock.
    pub seconds: f64,
    /// Of all cores.
    pub cpu_seconds: f64,
}

impl Pieces {
    /// Asks the database itself how long the cells of its records and entries are.
    ///
    /// # Errors
    /// The database refuses.
    pub fn of(database: &Database, directory: &Path) -> Result<Self, String> {
        let mut lengths = lengths(database, directory, &tables())?;
        let seals: u64 = lengths.iter().filter(|(table, ..)| *table == "journal").map(|(.., count)| *count).sum();
        lengths.push(("seal", SEAL_BYTES, seals));
        Ok(Self(lengths.into_iter().map(|(_, length, count)| (length, count)).collect()))
    }

    /// Those of the chain alone: entries and seals.
    ///
    /// # Errors
    /// The database refuses.
    pub fn of_chain(database: &Database, directory: &Path) -> Result<Self, String> {
        let journal: Vec<(usize, u64)> =
            lengths(database, directory, &[JOURNAL_TABLE])?.into_iter().map(|(_, length, count)| (length, count)).collect();
        let seals = journal.iter().map(|(_, count)| count).sum();
        Ok(Self(journal.into_iter().chain([(SEAL_BYTES, seals)]).collect()))
    }

    /// Bytes of all.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|(length, count)| *length as u64 * count).sum()
    }

    /// How many.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// Hashes as many pieces of the same lengths, shared evenly among so many threads. Their bytes lie in the processor's cache and next to each other
    /// by length: nothing that has to fetch them first can be faster.
    #[must_use]
    pub fn hash(&self, threads: u64) -> Took {
        let longest = self.0.iter().map(|(length, _)| *length).max().unwrap_or(0);
        let bytes: Vec<u8> = (0..longest).map(|at| (at % 251) as u8).collect();
        let (own, before, began) = (std::process::id(), cpu(std::process::id()), Instant::now());
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let bytes = &bytes;
                scope.spawn(move || {
                    for (length, count) in &self.0 {
                        let share = count / threads + u64::from(thread < count % threads);
                        let piece = bytes.get(..*length).unwrap_or_default();
                        (0..share).for_each(|_| {
                            black_box(Sha256::digest(black_box(piece)));
                        });
                    }
                });
            }
        });
        Took { seconds: began.elapsed().as_secs_f64(), cpu_seconds: cpu(own) - before }
    }
}

/// Reads every record and entry once over a bare connection, on one thread, and makes nothing of them.
///
/// # Errors
/// The database refuses.
pub fn read_bare(database: &Database, directory: &Path) -> Result<Took, String> {
    let key = |columns: &[&'static str]| columns.first().copied().unwrap_or_default();
    let texts = tables()
        .into_iter()
        .map(|(table, columns)| (columns.len(), format!("SELECT {} FROM {table} ORDER BY {}", columns.join(", "), key(columns))));
    read(database, directory, texts.collect())
}

/// The same of seals and their entries alone, in the order of the chain.
///
/// # Errors
/// The database refuses.
pub fn read_bare_chain(database: &Database, directory: &Path) -> Result<Took, String> {
    let entry = JOURNAL.iter().map(|column| format!("j.{column}")).collect::<Vec<_>>().join(", ");
    let text =
        format!("SELECT s.no, s.hash, s.command_id, {entry} FROM seal s JOIN journal j ON j.command_id = s.command_id ORDER BY s.no");
    read(database, directory, vec![(3 + JOURNAL.len(), text)])
}

fn read(database: &Database, directory: &Path, texts: Vec<(usize, String)>) -> Result<Took, String> {
    let said = |trouble: &dyn std::fmt::Display| format!("reading bare: {trouble}");
    let (own, before, began) = (std::process::id(), cpu(std::process::id()), Instant::now());
    if let Some(url) = database.url() {
        let mut client = postgres::Client::connect(&url, NoTls).map_err(|trouble| said(&trouble))?;
        client.batch_execute("SET enable_seqscan = off").map_err(|trouble| said(&trouble))?;
        for (_, text) in texts {
            let mut rows = client.query_raw(&text, std::iter::empty::<i64>()).map_err(|trouble| said(&trouble))?;
            while let Some(row) = rows.next().map_err(|trouble| said(&trouble))? {
                black_box(row);
            }
        }
    } else {
        let connection = Connection::open(sqlite_file(directory)?).map_err(|trouble| said(&trouble))?;
        for (columns, text) in texts {
            let read = || {
                let mut statement = connection.prepare(&text)?;
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    for column in 0..columns {
                        black_box(row.get_ref(column)?);
                    }
                }
                Ok(())
            };
            read().map_err(|trouble: rusqlite::Error| said(&trouble))?;
        }
    }
    Ok(Took { seconds: began.elapsed().as_secs_f64(), cpu_seconds: cpu(own) - before })
}

/// The tables of records and the journal, with their columns.
fn tables() -> Vec<Table> {
    let mut tables = store::audit::record_tables();
    tables.push(JOURNAL_TABLE);
    tables
}

/// Table, length of a piece, and how many there are.
fn lengths(database: &Database, directory: &Path, tables: &[Table]) -> Result<Vec<(&'static str, usize, u64)>, String> {
    let said = |trouble: &dyn std::fmt::Display| format!("lengths of the pieces: {trouble}");
    let mut found = Vec::new();
    let mut take = |table, length: i64, count: i64| found.push((table, usize::try_from(length).unwrap_or(0), count.unsigned_abs()));
    if let Some(url) = database.url() {
        let mut client = postgres::Client::connect(&url, NoTls).map_err(|trouble| said(&trouble))?;
        for (table, columns) in tables.iter().copied() {
            let types = "SELECT column_name FROM information_schema.columns WHERE table_name = $1 AND data_type = 'bigint'";
            let numbers = client.query(types, &[&table]).map_err(|trouble| said(&trouble))?;
            let numbers: Vec<String> = numbers.iter().map(|row| row.get(0)).collect();
            for row in client.query(&asked(table, columns, &numbers), &[]).map_err(|trouble| said(&trouble))? {
                take(table, row.get(0), row.get(1));
            }
        }
    } else {
        let connection = Connection::open(sqlite_file(directory)?).map_err(|trouble| said(&trouble))?;
        for (table, columns) in tables.iter().copied() {
            let asking = || {
                let mut types = connection.prepare("SELECT name FROM pragma_table_info(?1) WHERE type = 'INTEGER'")?;
                let numbers: Vec<String> = types.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
                let mut statement = connection.prepare(&asked(table, columns, &numbers))?;
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<Vec<(i64, i64)>, _>>()
            };
            asking().map_err(|trouble: rusqlite::Error| said(&trouble))?.into_iter().for_each(|(length, count)| take(table, length, count));
        }
    }
    Ok(found)
}

/// Asks for the lengths of a table's pieces: a byte for a null, nine for a number, five and its bytes for anything else; a row has one more for its
/// table and none for a null at its end.
fn asked(table: &str, columns: &[&str], numbers: &[String]) -> String {
    let own = if table == "journal" { "0" } else { "1" };
    let cells = columns.iter().map(|column| {
        let null = if table != "journal" && columns.last() == Some(column) { 0 } else { 1 };
        let filled = if numbers.iter().any(|number| number == column) { "9".to_owned() } else { format!("5 + octet_length({column})") };
        format!(" + CASE WHEN {column} IS NULL THEN {null} ELSE {filled} END")
    });
    let length = format!("{own}{}", cells.collect::<String>());
    format!("SELECT CAST({length} AS BIGINT), COUNT(*) FROM {table} GROUP BY 1")
}
