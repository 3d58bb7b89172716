//! The anchor: the same statements with the same keys, prepared once on a bare connection, every column of every row looked at, nothing made of it.

use crate::dataset::{mrn, patient_id};
use crate::probes::{HISTORY, Key, PAGE, behind};
use ingest::storage::Database;
use postgres::types::ToSql;
use rusqlite::OpenFlags;
use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};
use store::repositories::{containers, orders, patient_history, patients, results};
use store::{Registered, Sql};

/// A bare connection.
pub struct Bare {
    connection: Connection,
    prepared: HashMap<&'static str, postgres::Statement>,
}

enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Client>),
}

/// A parameter of a statement.
#[derive(Clone, Debug)]
enum Value {
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// The statements a probe runs, one after the other until one finds something.
type Asked = Vec<(&'static Sql, Vec<Value>)>;

impl Bare {
    /// Opens the database beside the store.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn open(file: &Path, database: &Database) -> Result<Bare, String> {
        let connection = match database.url() {
            None => rusqlite::Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
                .map(Connection::Sqlite)
                .map_err(|trouble| format!("{}: {trouble}", file.display()))?,
            Some(url) => {
                let client = postgres::Client::connect(&url, postgres::NoTls);
                let mut client = client.map_err(|trouble| format!("PostgreSQL: {trouble}"))?;
                // As the store's own connections have it.
                let settings = "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan; SET enable_memoize = off;
                                SET max_parallel_workers_per_gather = 0; SET jit = off";
                client.batch_execute(settings).map_err(|trouble| trouble.to_string())?;
                Connection::Postgres(Box::new(client))
            }
        };
        Ok(Bare { connection, prepared: HashMap::new() })
    }

    /// Reads one key; how many rows came and how long it took.
    ///
    /// # Errors
    /// The database refuses.
    pub fn read(&mut self, key: &Key) -> Result<(usize, Duration), String> {
        let asked = asked(key);
        let began = Instant::now();
        let mut found = 0;
        for (statement, values) in &asked {
            found = match &mut self.connection {
                Connection::Sqlite(connection) => sqlite(connection, statement, values).map_err(|trouble| trouble.to_string())?,
                Connection::Postgres(client) => {
                    postgres(client, &mut self.prepared, statement, values).map_err(|trouble| trouble.to_string())?
                }
            };
            if found > 0 {
                break;
            }
        }
        Ok((found, began.elapsed()))
    }
}

fn asked(key: &Key) -> Asked {
    let number = |number: i64| Value::Number(number);
    match key {
        Key::Container(code) => vec![(&results::RESULTS_OF_CONTAINERS, vec![Value::Text(code.clone()), Value::Text(code.clone())])],
        Key::Page { held, before } => {
            let (at, id) = behind(*before);
            let statement = if *held { &results::HELD } else { &results::VERIFIED };
            vec![(statement, vec![number(at.micros()), Value::Bytes(id.as_bytes().to_vec()), number(i64::from(PAGE))])]
        }
        Key::Patient(patient) => {
            let (at, id) = behind(u64::MAX / 2);
            let patient = Value::Bytes(patient_id(*patient).as_bytes().to_vec());
            let values = vec![patient, number(at.micros()), Value::Bytes(id.as_bytes().to_vec()), number(i64::from(HISTORY))];
            vec![(&patient_history::RESULTS_OF_PATIENT, values)]
        }
        Key::Accession(accession) => vec![(&orders::ORDER_BY_ACCESSION, vec![Value::Text(accession.clone())])],
        Key::Mrn(patient) => {
            let (mrn, id) = (mrn(*patient), patient_id(*patient).as_bytes().to_vec());
            vec![
                (&containers::CONTAINER_BY_CODE, vec![Value::Text(mrn.clone())]),
                (&containers::VOIDED_LABEL, vec![Value::Text(mrn.clone())]),
                (&patients::PATIENT_BY_NUMBER, vec![Value::Text(mrn), Value::Text(String::new())]),
                (&orders::NEWEST_ACCESSION_OF_PATIENT, vec![Value::Bytes(id)]),
            ]
        }
    }
}

fn sqlite(connection: &rusqlite::Connection, statement: &'static Sql, values: &[Value]) -> rusqlite::Result<usize> {
    let mut prepared = connection.prepare_cached(&Registered::Statement(statement).sqlite_text())?;
    for (at, value) in values.iter().enumerate() {
        match value {
            Value::Number(number) => prepared.raw_bind_parameter(at + 1, number)?,
            Value::Text(text) => prepared.raw_bind_parameter(at + 1, text)?,
            Value::Bytes(bytes) => prepared.raw_bind_parameter(at + 1, bytes)?,
        }
    }
    let columns = prepared.column_count();
    let mut rows = prepared.raw_query();
    let mut found = 0;
    while let Some(row) = rows.next()? {
        found += 1;
        for column in 0..columns {
            std::hint::black_box(row.get_ref(column)?);
        }
    }
    Ok(found)
}

fn postgres(
    client: &mut postgres::Client,
    prepared: &mut HashMap<&'static str, postgres::Statement>,
    statement: &'static Sql,
    values: &[Value],
) -> Result<usize, Box<dyn std::error::Error>> {
    // As the store does it: a plan that is kept must be made for the page that is asked for.
    let text = Registered::Statement(statement).postgres_text()?;
    let limit = format!("LIMIT ${}", values.len());
    let (text, values) = match (text.strip_suffix(&limit), values.split_last()) {
        (Some(head), Some((Value::Number(limit), rest))) => (format!("{head}LIMIT {limit}"), rest),
        _ => (text, values),
    };
    if !prepared.contains_key(statement.name()) {
        prepared.insert(statement.name(), client.prepare(&text)?);
    }
    let text = prepared.get(statement.name()).ok_or("not prepared")?;
    let values: Vec<&(dyn ToSql + Sync)> = values
        .iter()
        .map(|value| -> &(dyn ToSql + Sync) {
            match value {
                Value::Number(number) => number,
                Value::Text(text) => text,
                Value::Bytes(bytes) => bytes,
            }
        })
        .collect();
    let rows = client.query(text, &values)?;
    Ok(std::hint::black_box(rows).len())
}
