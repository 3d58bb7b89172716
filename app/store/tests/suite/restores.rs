//! Copies of other schemas and other databases: what becomes of them.

use crate::connection_loss::by_wire;
use crate::harness::*;
use kernel::Realm;
use std::path::Path;
use store::{Cancel, CopyTrouble, Opening, Options, SCHEMA_VERSION, Source, Store, Target};

on_both!(
    a_copy_with_an_older_schema_is_restored_and_brought_up_to_date,
    a_copy_that_this_program_must_not_open_is_refused_and_leaves_nothing,
);

/// Tables of the first migration: a database of schema 1 has no others.
const OF_SCHEMA_1: [&str; 6] = ["stamp", "migration", "journal", "pending_seal", "seal", "quarantine"];

fn open(engine: &Engine, opening: Opening) -> Store {
    Store::open(&engine.target, Realm::Validation, opening, Options::default()).unwrap()
}

/// A database with one entry, and what it was before its later migrations.
fn of_schema_1(engine: &Engine) {
    let store = open(engine, Opening::CreateNew);
    write(&store, |_| done("from of old")).wait().unwrap();
    store.close();
    let list = match engine.is_sqlite() {
        true => "SELECT name FROM sqlite_schema WHERE type = 'table'",
        false => "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()",
    };
    let later: Vec<String> = engine.rows(list).concat().into_iter().filter(|name| !OF_SCHEMA_1.contains(&name.as_str())).collect();
    assert!(later.len() > 10, "{later:?}");
    let drops: Vec<String> = match engine.is_sqlite() {
        true => later.iter().map(|name| format!("PRAGMA foreign_keys = off; DROP TABLE {name};")).collect(),
        false => later.iter().map(|name| format!("DROP TABLE {name} CASCADE;")).collect(),
    };
    engine.raw(&drops.concat());
    engine.raw("DELETE FROM migration WHERE number > 1; UPDATE stamp SET schema_version = 1");
}

/// A copy made without the store, which would migrate it.
fn copied(engine: &Engine, folder: &Path, schema_version: i64) -> Source {
    let (name, files) = match &engine.target {
        Target::Sqlite(path) => {
            engine.raw("PRAGMA journal_mode = delete");
            std::fs::copy(path, folder.join("benchside.db")).unwrap();
            ("sqlite", vec!["benchside.db".to_owned()])
        }
        Target::Postgres(url) => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            let tables = engine.rows("SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()").concat();
            for table in &tables {
                let mut rows = client.copy_out(&format!("COPY {table} TO STDOUT (FORMAT binary)")).unwrap();
                let mut file = std::fs::File::create(folder.join(format!("{table}.copy"))).unwrap();
                std::io::copy(&mut rows, &mut file).unwrap();
            }
            ("postgresql", tables.into_iter().map(|table| format!("{table}.copy")).collect())
        }
    };
    Source { folder: folder.to_owned(), engine: name.to_owned(), realm: Realm::Validation, schema_version, files }
}

/// Another empty database.
fn other(engine: &Engine) -> Engine {
    if engine.is_sqlite() { Engine::sqlite() } else { Engine::postgres().unwrap() }
}

fn restore(target: &Engine, source: Source) -> Result<(), CopyTrouble> {
    store::restore(&target.target, source, &Cancel::default()).wait()
}

fn a_copy_with_an_older_schema_is_restored_and_brought_up_to_date(engine: &Engine) {
    of_schema_1(engine);
    let folder = tempfile::tempdir().unwrap();
    let target = other(engine);
    restore(&target, copied(engine, folder.path(), 1)).unwrap();
    let version = || target.rows("SELECT schema_version FROM stamp").concat();
    assert_eq!(version(), ["1"], "restored as it was");
    let store = open(&target, Opening::Existing);
    assert_eq!(version(), [SCHEMA_VERSION.to_string()]);
    write(&store, |_| done("goes on")).wait().unwrap();
    if !engine.is_sqlite() {
        until("both are sealed", || target.count("seal") == 2);
    }
    let report = store::audit::verify(&store, None, store::audit::Limits::default()).unwrap();
    assert_eq!((report.entries, report.findings), (2, vec![]));
    store.close();
    assert_eq!(target.rows("SELECT note FROM journal ORDER BY command_id"), [["from of old"], ["goes on"]]);
}

fn a_copy_that_this_program_must_not_open_is_refused_and_leaves_nothing(engine: &Engine) {
    let target = other(engine);
    let zeros = if engine.is_sqlite() { "zeroblob(32)" } else { "decode(repeat('00', 32), 'hex')" };
    for (change, schema_version, words) in [
        ("UPDATE stamp SET schema_version = 3".to_owned(), 3, "start the newer program"),
        (format!("UPDATE migration SET digest = {zeros} WHERE number = 2"), 2, "another draft"),
        ("UPDATE stamp SET realm = 'training'".to_owned(), 2, "training"),
    ] {
        let source = other(engine);
        open(&source, Opening::CreateNew).close();
        source.raw(&change);
        let folder = tempfile::tempdir().unwrap();
        let trouble = restore(&target, copied(&source, folder.path(), schema_version)).unwrap_err().to_string();
        assert!(trouble.contains(words), "{trouble}");
        match &target.target {
            Target::Sqlite(path) => assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 0, "{words}"),
            Target::Postgres(_) => assert_eq!(target.count("pg_catalog.pg_tables WHERE schemaname = current_schema()"), 0, "{words}"),
        }
    }
    // The sound one still finds an empty place.
    open(engine, Opening::CreateNew).close();
    let folder = tempfile::tempdir().unwrap();
    restore(&target, copied(engine, folder.path(), 2)).unwrap();
    open(&target, Opening::Existing).close();
}

#[test]
fn a_copy_whose_server_goes_away_in_the_middle_is_told() {
    let Some(engine) = Engine::postgres() else { return };
    let (store, wire) = by_wire(&engine, Options::default());
    for words in ["COPY \"journal\"", "COPY \"transmission\"", "SELECT COUNT(*) FROM journal"] {
        let (folder, cuts) = (tempfile::tempdir().unwrap(), wire.cuts());
        wire.cut_at(words);
        let trouble = store.copy_to(folder.path(), &Cancel::default()).wait().unwrap_err();
        assert!(matches!(trouble, CopyTrouble::Database { .. }), "{trouble}");
        assert_eq!(wire.cuts(), cuts + 1, "{words}");
    }
    let folder = tempfile::tempdir().unwrap();
    store.copy_to(folder.path(), &Cancel::default()).wait().unwrap();
}
