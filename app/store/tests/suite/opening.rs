//! Opening: only what is ours, of this realm, and not newer than this program.

use crate::harness::*;
use kernel::Realm;
use store::{OpenTrouble, Opening, Options, SCHEMA_VERSION, Store, Target};

on_both!(
    a_new_database_is_stamped_and_opens_again,
    the_database_of_the_wrong_realm_is_refused_and_unchanged,
    a_newer_schema_is_refused,
    another_draft_of_a_migration_is_refused,
    what_is_not_ours_is_refused_and_unchanged,
    create_new_refuses_what_is_there,
    existing_refuses_what_is_not_there,
    two_openers_at_once_both_succeed,
    an_interrupted_creation_is_finished_by_the_next_opening,
);

fn open(engine: &Engine, realm: Realm, opening: Opening) -> Result<(), OpenTrouble> {
    Store::open(&engine.target, realm, opening, Options::default()).map(Store::close)
}

fn a_new_database_is_stamped_and_opens_again(engine: &Engine) {
    open(engine, Realm::Training, Opening::CreateNew).unwrap();
    assert_eq!(engine.rows("SELECT realm, schema_version FROM stamp"), [["training".to_owned(), SCHEMA_VERSION.to_string()]]);
    let numbers: Vec<Vec<String>> = (1..=SCHEMA_VERSION).map(|number| vec![number.to_string()]).collect();
    assert_eq!(engine.rows("SELECT number FROM migration ORDER BY number"), numbers);
    open(engine, Realm::Training, Opening::Existing).unwrap();
    open(engine, Realm::Training, Opening::CreateOrOpen).unwrap();
    assert_eq!(engine.rows("SELECT number FROM migration ORDER BY number"), numbers, "nothing is run twice");
}

fn the_database_of_the_wrong_realm_is_refused_and_unchanged(engine: &Engine) {
    open(engine, Realm::Demonstration, Opening::CreateNew).unwrap();
    for opening in [Opening::Existing, Opening::CreateOrOpen] {
        let trouble = open(engine, Realm::Production, opening).unwrap_err();
        assert!(matches!(&trouble, OpenTrouble::WrongRealm { found, wanted: Realm::Production, .. } if found == "demonstration"));
        assert!(trouble.to_string().contains("is a demonstration database, not production"), "{trouble}");
    }
    assert_eq!(engine.rows("SELECT realm FROM stamp"), [["demonstration"]]);
}

fn a_newer_schema_is_refused(engine: &Engine) {
    open(engine, Realm::Training, Opening::CreateNew).unwrap();
    engine.raw("UPDATE stamp SET schema_version = 999");
    let trouble = open(engine, Realm::Training, Opening::Existing).unwrap_err();
    assert!(matches!(trouble, OpenTrouble::Newer { found: 999, known: SCHEMA_VERSION, .. }), "{trouble}");
}

fn another_draft_of_a_migration_is_refused(engine: &Engine) {
    open(engine, Realm::Training, Opening::CreateNew).unwrap();
    engine.raw("UPDATE migration SET digest = (SELECT digest FROM migration WHERE number = 1) WHERE number = 2");
    let trouble = open(engine, Realm::Training, Opening::Existing).unwrap_err();
    assert!(matches!(&trouble, OpenTrouble::OtherDraft { name, .. } if name == "0001_first"), "{trouble}");
}

fn what_is_not_ours_is_refused_and_unchanged(engine: &Engine) {
    engine.raw("CREATE TABLE recipes (dish INT)");
    for opening in [Opening::CreateNew, Opening::Existing, Opening::CreateOrOpen] {
        let trouble = open(engine, Realm::Training, opening).unwrap_err();
        assert!(matches!(trouble, OpenTrouble::NotOurs { .. }), "{trouble}");
    }
    assert_eq!(engine.count("recipes"), 0);
    assert_eq!(tables(engine), [["recipes"]]);
}

fn tables(engine: &Engine) -> Vec<Vec<String>> {
    engine.rows(match engine.target {
        Target::Sqlite(_) => "SELECT name FROM sqlite_schema WHERE type = 'table'",
        Target::Postgres(_) => "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
    })
}

fn create_new_refuses_what_is_there(engine: &Engine) {
    open(engine, Realm::Training, Opening::CreateNew).unwrap();
    assert!(matches!(open(engine, Realm::Training, Opening::CreateNew), Err(OpenTrouble::AlreadyThere { .. })));
}

fn existing_refuses_what_is_not_there(engine: &Engine) {
    assert!(matches!(open(engine, Realm::Training, Opening::Existing), Err(OpenTrouble::Missing { .. })));
    if let Target::Sqlite(path) = &engine.target {
        assert!(!path.exists(), "a mistyped place must not become a database");
    }
}

fn two_openers_at_once_both_succeed(engine: &Engine) {
    std::thread::scope(|scope| {
        let open_one = || open(engine, Realm::Training, Opening::CreateOrOpen);
        let openers = [scope.spawn(open_one), scope.spawn(open_one), scope.spawn(open_one)];
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    });
    assert_eq!(engine.count("migration"), usize::try_from(SCHEMA_VERSION).unwrap());
    assert_eq!(engine.count("stamp"), 1);
}

fn an_interrupted_creation_is_finished_by_the_next_opening(engine: &Engine) {
    // What a crash between the first migration and the second leaves behind: the engine's tables alone.
    open(engine, Realm::Training, Opening::CreateNew).unwrap();
    let ours = ["stamp", "migration", "journal", "pending_seal", "seal", "quarantine"];
    let cascade = if engine.is_sqlite() { "" } else { "CASCADE" };
    let others: String = tables(engine)
        .iter()
        .filter(|table| !ours.contains(&table[0].as_str()))
        .map(|table| format!("DROP TABLE {} {cascade};", table[0]))
        .collect();
    engine.raw(&format!("{others} DELETE FROM migration WHERE number > 1; UPDATE stamp SET schema_version = 1;"));
    open(engine, Realm::Training, Opening::Existing).unwrap();
    assert_eq!(engine.rows("SELECT schema_version FROM stamp"), [[SCHEMA_VERSION.to_string()]]);
    assert_eq!(engine.count("code_block"), 0);
}

#[test]
fn a_place_that_is_no_database_is_refused_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("notes.txt");
    std::fs::write(&file, "not a database, only some notes that are long enough to be looked at as one".repeat(20)).unwrap();
    for (target, word) in [
        (Target::Sqlite(file), "not a database"),
        (Target::Sqlite(directory.path().join("missing/laboratory.db")), "unable to open"),
        (Target::Postgres("postgres://nobody:secret@127.0.0.1:1/none".to_owned()), "refused"),
        (Target::Postgres("not a url secret".to_owned()), "URL"),
    ] {
        let Err(trouble) = Store::open(&target, Realm::Training, Opening::CreateOrOpen, Options::default()) else {
            panic!("{target:?} opened")
        };
        let words = trouble.to_string();
        assert!(words.contains(word), "{words}");
        assert!(!words.contains("secret"), "a password must not be shown: {words}");
    }
}

/// Names and bytes of all files of a folder.
fn files(folder: &std::path::Path) -> std::collections::BTreeMap<std::ffi::OsString, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn a_file_of_another_program_keeps_every_byte() {
    let foreign = tempfile::tempdir().unwrap();
    let made = foreign.path().join("recipes.db");
    for mode in ["delete", "wal"] {
        let connection = rusqlite::Connection::open(&made).unwrap();
        connection.pragma_update(None, "journal_mode", mode).unwrap();
        connection.execute_batch("CREATE TABLE IF NOT EXISTS recipes (dish INT); INSERT INTO recipes VALUES (1)").unwrap();
        // As it is while its program runs, perhaps with rows in a log, and after that program was closed.
        for is_open in [true, false] {
            let copy = tempfile::tempdir().unwrap();
            let place = copy.path().join("recipes.db");
            if is_open {
                for name in ["recipes.db", "recipes.db-wal"] {
                    let from = foreign.path().join(name);
                    let _ = from.exists().then(|| std::fs::copy(&from, copy.path().join(name)).unwrap());
                }
            } else {
                rusqlite::Connection::open(&made).unwrap().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
                std::fs::copy(&made, &place).unwrap();
            }
            let mut before = files(copy.path());
            for opening in [Opening::CreateNew, Opening::Existing, Opening::CreateOrOpen] {
                let target = Target::Sqlite(place.clone());
                let Err(trouble) = Store::open(&target, Realm::Training, opening, Options::default()) else { panic!("opened") };
                assert!(matches!(trouble, OpenTrouble::NotOurs { .. }), "{trouble}");
                let mut after = files(copy.path());
                // The index of a log that is there is SQLite's scratch memory, not part of anybody's database.
                for files in [&mut before, &mut after] {
                    files.retain(|name, _| !name.to_string_lossy().ends_with("-shm"));
                }
                assert!(before == after, "{mode}, open {is_open}, {opening:?}: {:?} became {:?}", before.keys(), after.keys());
            }
        }
    }
}

store::sql! {
    /// What PostgreSQL may do behind a page of a few rows.
    pub(crate) PLANNING = "SELECT setting FROM pg_settings WHERE name IN ('jit', 'max_parallel_workers_per_gather') ORDER BY name";
}

#[test]
fn a_page_of_a_few_rows_starts_no_workers_and_compiles_nothing() {
    let Some(engine) = Engine::postgres() else { return };
    let store = engine.open();
    let settings = |rows: Vec<store::Row>| rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(settings(read(&store, |reader| reader.query(&PLANNING, &[]))), ["off", "0"]);
    let written = write(&store, move |tx| {
        let rows = tx.query(&PLANNING, &[])?;
        done(&settings(rows).join(" "))
    });
    assert_eq!(written.wait().unwrap().note, "off 0");
}

/// As the project's cargo configuration asks for. Without them it works, and threads wait for each other.
#[test]
fn sqlite_is_built_without_what_threads_would_wait_for() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    let mut statement = connection.prepare("PRAGMA compile_options").unwrap();
    let options: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for wanted in ["DEFAULT_MEMSTATUS=0", "OMIT_SHARED_CACHE"] {
        assert!(options.iter().any(|option| option == wanted), "{wanted} is missing among {options:?}");
    }
}
