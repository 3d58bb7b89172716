//! Both engines have the same tables.

use crate::harness::*;
use kernel::Realm;
use std::collections::BTreeSet;
use store::{Opening, Options, Store};

const SQLITE_COLUMNS: &str = "SELECT m.name, c.name, c.type, c.\"notnull\" FROM sqlite_schema m, pragma_table_info(m.name) c
    WHERE m.type = 'table' ORDER BY 1, 2";
const POSTGRES_COLUMNS: &str = "SELECT table_name, column_name, data_type, CASE is_nullable WHEN 'NO' THEN 1 ELSE 0 END, collation_name
    FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name COLLATE \"C\", column_name COLLATE \"C\"";
/// Table, columns in order, unique, partial.
const SQLITE_INDEXES: &str = "SELECT m.name,
        (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)), i.\"unique\", i.partial
    FROM sqlite_schema m, pragma_index_list(m.name) i WHERE m.type = 'table'";
const POSTGRES_INDEXES: &str = "SELECT t.relname,
        (SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest(i.indkey::int[]) WITH ORDINALITY k (attnum, n)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum),
        CASE WHEN i.indisunique THEN 1 ELSE 0 END, CASE WHEN i.indpred IS NULL THEN 0 ELSE 1 END
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE n.nspname = current_schema()";

fn made(engine: &Engine) {
    Store::open(&engine.target, Realm::Training, Opening::CreateNew, Options::default()).unwrap().close();
}

#[test]
fn both_engines_have_the_same_columns_nullability_and_indexes() {
    let sqlite = Engine::sqlite();
    let Some(postgres) = Engine::postgres() else { return };
    made(&sqlite);
    made(&postgres);
    let in_sqlite: Vec<Vec<String>> = sqlite.rows(SQLITE_COLUMNS);
    let in_postgres: Vec<Vec<String>> = postgres.rows(POSTGRES_COLUMNS);
    let translated = in_sqlite.iter().map(|column| {
        let (kind, collation) = match column[2].as_str() {
            "INTEGER" => ("bigint", "-"),
            "BLOB" => ("bytea", "-"),
            "TEXT" => ("text", "C"),
            other => panic!("{column:?} has type {other}, which is none of the three"),
        };
        vec![column[0].clone(), column[1].clone(), kind.to_owned(), column[3].clone(), collation.to_owned()]
    });
    assert_eq!(translated.collect::<Vec<_>>(), in_postgres);
    assert!(in_sqlite.len() > 20, "the migrations were run");
    // An INTEGER PRIMARY KEY is the table itself in SQLite and has no index of its own there.
    let rowid_keys: BTreeSet<Vec<String>> = ["stamp,one", "migration,number", "seal,no"]
        .iter()
        .map(|key| key.split(',').map(str::to_owned).chain(["1".into(), "0".into()]).collect())
        .collect();
    let mut indexes: BTreeSet<Vec<String>> = sqlite.rows(SQLITE_INDEXES).into_iter().collect();
    indexes.extend(rowid_keys);
    assert_eq!(indexes, postgres.rows(POSTGRES_INDEXES).into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn sqlite_is_durable_and_strict() {
    let engine = Engine::sqlite();
    made(&engine);
    assert_eq!(engine.rows("PRAGMA journal_mode"), [["wal"]]);
    let loose = engine
        .rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT GLOB 'sqlite_*'");
    assert_eq!(loose, Vec::<Vec<String>>::new(), "every table is STRICT");
}
