//! An engine to try things on, made anew for each test and gone after it.

use kernel::{Actor, CommandId, Realm, Timestamp};
use postgres::{Client, NoTls, SimpleQueryMessage};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use store::{Done, Opening, Options, Outcome, Pending, Reader, Store, Target, Trouble, Tx, WriteTrouble, sql};
use tempfile::TempDir;
use uuid::Uuid;

/// Environment variable with the URL of a throwaway cluster, as a user that may create databases.
const CLUSTER: &str = "BENCHSIDE_TEST_POSTGRES";

/// Runs each named function `fn(&Engine)` on both engines: one suite, two databases.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { super::$name(&$crate::harness::Engine::sqlite()); })+
        }
        mod on_postgres {
            $(#[test] fn $name() {
                if let Some(engine) = $crate::harness::Engine::postgres() { super::$name(&engine); }
            })+
        }
    };
}

/// A database of a test's own.
pub(crate) struct Engine {
    pub(crate) target: Target,
    schema: Option<String>,
    directory: Option<TempDir>,
}

impl Engine {
    pub(crate) fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { target: Target::Sqlite(directory.path().join("laboratory.db")), schema: None, directory: Some(directory) }
    }

    /// None, and a word about it, when there is no cluster to try on.
    pub(crate) fn postgres() -> Option<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let Ok(cluster) = std::env::var(CLUSTER) else {
            #[allow(clippy::print_stdout)]
            let () = println!("skipped: {CLUSTER} is not set (cargo xtask check sets it)");
            return None;
        };
        // A schema of its own is as good as a database of its own to the store, and made a hundred times faster.
        let database = with_database(&cluster, test_database(&cluster));
        let schema = format!("trial_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        Client::connect(&database, NoTls).unwrap().batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
        let joint = if database.contains('?') { '&' } else { '?' };
        let url = format!("{database}{joint}options=-c%20search_path%3D{schema}");
        Some(Self { target: Target::Postgres(url), schema: Some(schema), directory: None })
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.directory.is_some()
    }

    /// Address of the PostgreSQL server.
    pub(crate) fn server(&self) -> (String, u16) {
        let Target::Postgres(url) = &self.target else { panic!("not PostgreSQL") };
        let config: postgres::Config = url.parse().unwrap();
        let postgres::config::Host::Tcp(host) = &config.get_hosts()[0] else { panic!("{CLUSTER} must name a TCP address") };
        (host.clone(), config.get_ports().first().copied().unwrap_or(5432))
    }

    /// The same database by way of another port on this machine.
    pub(crate) fn by_way_of(&self, port: u16) -> Target {
        let Target::Postgres(url) = &self.target else { panic!("not PostgreSQL") };
        let config: postgres::Config = url.parse().unwrap();
        let user = config.get_user().unwrap();
        let password = config.get_password().map_or(String::new(), |password| format!(":{}", String::from_utf8_lossy(password)));
        let schema = self.schema.as_ref().unwrap();
        let database = config.get_dbname().unwrap();
        Target::Postgres(format!("postgres://{user}{password}@127.0.0.1:{port}/{database}?options=-c%20search_path%3D{schema}"))
    }

    pub(crate) fn open(&self) -> Store {
        self.open_with(Options::default())
    }

    /// Opens a validation database with the table `trial` beside ours.
    pub(crate) fn open_with(&self, options: Options) -> Store {
        let store = Store::open(&self.target, Realm::Validation, Opening::CreateOrOpen, options).unwrap();
        let (number, text, bytes, strict) =
            if self.is_sqlite() { ("INTEGER", "TEXT", "BLOB", "STRICT") } else { ("BIGINT", "TEXT COLLATE \"C\"", "BYTEA", "") };
        self.raw(&format!(
            "CREATE TABLE IF NOT EXISTS trial (
                 id {number} NOT NULL PRIMARY KEY, name {text}, number {number}, bytes {bytes}, row_version {number} NOT NULL
             ) {strict}; CREATE UNIQUE INDEX IF NOT EXISTS trial_name ON trial (name);"
        ));
        store
    }

    /// Runs statements behind the store's back.
    pub(crate) fn raw(&self, text: &str) {
        match &self.target {
            Target::Sqlite(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.busy_timeout(Duration::from_secs(5)).unwrap();
                connection.execute_batch(text).unwrap();
            }
            Target::Postgres(url) => Client::connect(url, NoTls).unwrap().batch_execute(text).unwrap(),
        }
    }

    /// Rows behind the store's back, all as text; nothing as `-`, bytes in hexadecimal.
    pub(crate) fn rows(&self, text: &str) -> Vec<Vec<String>> {
        match &self.target {
            Target::Sqlite(path) => sqlite_rows(path, text),
            Target::Postgres(url) => postgres_rows(url, text),
        }
    }

    pub(crate) fn count(&self, table: &str) -> usize {
        self.rows(&format!("SELECT 1 FROM {table}")).len()
    }
}

fn sqlite_rows(path: &std::path::Path, text: &str) -> Vec<Vec<String>> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut statement = connection.prepare(text).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        Ok((0..columns)
            .map(|at| match row.get_ref(at).unwrap() {
                rusqlite::types::ValueRef::Null => "-".to_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                rusqlite::types::ValueRef::Real(number) => number.to_string(),
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                rusqlite::types::ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            })
            .collect::<Vec<String>>())
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn postgres_rows(url: &str, text: &str) -> Vec<Vec<String>> {
    let messages = Client::connect(url, NoTls).unwrap().simple_query(text).unwrap();
    let rows = messages.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let cell = |value: Option<&str>| value.map_or("-".to_owned(), |value| value.strip_prefix("\\x").unwrap_or(value).to_owned());
    rows.map(|row| (0..row.len()).map(|at| cell(row.get(at))).collect()).collect()
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let (Some(schema), Target::Postgres(url)) = (&self.schema, &self.target) {
            // Best effort: the whole cluster is thrown away in the end.
            if let Ok(mut client) = Client::connect(url, NoTls) {
                let _ = client.batch_execute(&format!("SET client_min_messages = 'error'; DROP SCHEMA IF EXISTS {schema} CASCADE"));
            }
        }
    }
}

/// The one database of this run.
fn test_database(cluster: &str) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let name = format!("benchside_test_{}", std::process::id());
        let mut client = Client::connect(cluster, NoTls).unwrap();
        // A language's order where it can be had: byte order must come from our own columns, not from the database's default.
        let with_language =
            format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C'");
        if client.batch_execute(&with_language).is_err() {
            client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).unwrap();
        }
        name
    })
}

/// The URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, String::new()), |(base, query)| (base, format!("?{query}")));
    let (scheme, rest) = base.split_once("//").unwrap();
    let authority = rest.split('/').next().unwrap();
    format!("{scheme}//{authority}/{name}{query}")
}

sql! {
    /// Rows of the trial table.
    pub(crate) ADD_TRIALS = insert trial (id Int, name Text, number Int, bytes Blob, row_version Int);
    /// The same; a name that is there stays as it is.
    pub(crate) ADD_NEW_TRIALS = insert trial (id Int, name Text, number Int, bytes Blob, row_version Int) "ON CONFLICT (name) DO NOTHING";
    /// One row.
    pub(crate) ADD_TRIAL = "INSERT INTO trial (id, name, number, row_version) VALUES (?1, ?2, ?3, 1)";
    /// All of it.
    pub(crate) ALL_TRIALS = "SELECT id, name, number, bytes, row_version FROM trial ORDER BY id";
    /// Under the version seen.
    pub(crate) CHANGE_TRIAL = "UPDATE trial SET number = ?3, row_version = row_version + 1 WHERE id = ?1 AND row_version = ?2 RETURNING id";
    /// One number.
    pub(crate) ONE_NUMBER = "SELECT id, number FROM trial WHERE id = ?1";
    /// Sum of all.
    pub(crate) SUM_OF_NUMBERS = "SELECT CAST(COALESCE(SUM(number), 0) AS BIGINT) FROM trial";
}

/// A command id that no other call gives.
pub(crate) fn new_id() -> CommandId {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    CommandId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(NUMBER.fetch_add(1, Ordering::Relaxed))))
}

pub(crate) fn actor() -> Actor {
    Actor::System("suite".to_owned())
}

/// 2026-11-21 in microseconds: far above 2^31.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

pub(crate) fn done(note: &str) -> Result<Outcome, Trouble> {
    Ok(Outcome { act: "try", accepted: true, subject: None, note: note.to_owned() })
}

pub(crate) fn write<F>(store: &Store, f: F) -> Pending<Result<Done, WriteTrouble>>
where
    F: Fn(&mut Tx) -> Result<Outcome, Trouble> + Send + 'static,
{
    store.write(&actor(), new_id(), NOW, f)
}

pub(crate) fn read<T: Send + 'static>(store: &Store, f: impl Fn(&mut Reader) -> Result<T, Trouble> + Send + 'static) -> T {
    store.read(f).wait().unwrap()
}

/// Adds a row in a command of its own.
pub(crate) fn add(store: &Store, id: i64, number: i64) {
    write(store, move |tx| {
        tx.execute(&ADD_TRIAL, &store::params![id, None::<&str>, number])?;
        done("added")
    })
    .wait()
    .unwrap();
}

/// The trial table's ids, in order.
pub(crate) fn ids(store: &Store) -> Vec<i64> {
    read(store, |reader| Ok(reader.query(&ALL_TRIALS, &[])?.iter().map(|row| row.int(0).unwrap()).collect()))
}

/// Waits for a condition, however long a slow machine takes; a condition that never comes fails the test.
pub(crate) fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "never came: {what}");
        // A look each millisecond leaves the machine to those who are waited for.
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn every_statement_of_this_file_has_a_name_of_its_own() {
    let names: std::collections::HashSet<_> = STATEMENTS.iter().map(|statement| statement.name()).collect();
    assert_eq!(names.len(), STATEMENTS.len());
}

/// Keeps the writer busy until told to go on, so that a test decides what shares a group.
pub(crate) struct Hold {
    go: std::sync::mpsc::Sender<()>,
    pending: Pending<Result<Done, WriteTrouble>>,
}

impl Hold {
    pub(crate) fn the_writer(store: &Store) -> Self {
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let (entered, inside) = std::sync::mpsc::channel::<()>();
        let gone = std::sync::Mutex::new(gone);
        let pending = write(store, move |_| {
            // Run again alone, it must not wait a second time.
            let _ = entered.send(());
            let _ = gone.lock().unwrap().recv();
            done("held")
        });
        inside.recv().unwrap();
        Self { go, pending }
    }

    pub(crate) fn release(self) {
        drop(self.go);
        self.pending.wait().unwrap();
    }
}
