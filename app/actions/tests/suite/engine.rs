//! A database to try things on, of each test's own.

use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::Target;
use tempfile::TempDir;

/// Environment variable with the URL of a throwaway cluster, as a user that may create databases.
const CLUSTER: &str = "BENCHSIDE_TEST_POSTGRES";
/// Schemas made at once for this run; each test takes one.
const SCHEMAS: usize = 400;
/// How long one test may take on a machine that does other things as well.
const TEST_LIMIT: Duration = Duration::from_secs(180);

/// Runs each named function `async fn(&Engine)` on both engines.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $name() { $crate::engine::run(super::$name(&$crate::engine::Engine::sqlite())); })+
        }
        mod on_postgres {
            $(#[test] fn $name() {
                if let Some(engine) = $crate::engine::Engine::postgres() { $crate::engine::run(super::$name(&engine)); }
            })+
        }
    };
}

/// A database of a test's own.
pub(crate) struct Engine {
    pub(crate) target: Target,
    _folder: Option<TempDir>,
}

impl Engine {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { target: Target::Sqlite(folder.path().join("benchside.sqlite")), _folder: Some(folder) }
    }

    /// None, and a word about it, when there is no cluster to try on.
    pub(crate) fn postgres() -> Option<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let Ok(cluster) = std::env::var(CLUSTER) else {
            #[allow(clippy::print_stdout)]
            let () = println!("skipped: {CLUSTER} is not set (cargo xtask check sets it)");
            return None;
        };
        static DATABASE: OnceLock<String> = OnceLock::new();
        let database = DATABASE.get_or_init(|| make_database(&cluster));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        assert!(number < SCHEMAS, "more tests than schemas: raise SCHEMAS");
        Some(Self { target: Target::Postgres(format!("{database}?options=-c%20search_path%3Dtrial_{number}")), _folder: None })
    }
}

/// One database for this run and a schema for each test: as good as a database of its own to the store, and made a hundred times faster.
fn make_database(cluster: &str) -> String {
    let name = format!("benchside_app_{}", std::process::id());
    psql(cluster, &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"));
    let (authority, _) = cluster.rsplit_once('/').expect("a URL with a database");
    let database = format!("{authority}/{name}");
    psql(&database, &(0..SCHEMAS).map(|number| format!("CREATE SCHEMA trial_{number};")).collect::<String>());
    database
}

/// The client program of PostgreSQL: only the store may link its library.
fn psql(url: &str, text: &str) {
    let ran = Command::new("psql").args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", text, url]).output();
    let ran = ran.expect("psql stands on the path wherever there is a cluster");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

/// Runs a test to its end; one that hangs fails.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(TEST_LIMIT, test).await.expect("the test hangs") });
}
