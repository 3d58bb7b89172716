//! Every statement of the store, looked at on both engines.

use crate::harness::*;
use kernel::Realm;
use std::collections::HashSet;
use store::{Opening, Options, Registered, Store, Target, all_statements};

on_both!(every_constant_is_prepared);

fn every_constant_is_prepared(engine: &Engine) {
    Store::open(&engine.target, Realm::Training, Opening::CreateNew, Options::default()).unwrap().close();
    let prepare: Box<dyn FnMut(Registered)> = match &engine.target {
        Target::Sqlite(path) => {
            let connection = rusqlite::Connection::open(path).unwrap();
            Box::new(move |statement| {
                let text = statement.sqlite_text();
                connection.prepare(&text).unwrap_or_else(|trouble| panic!("{}: {trouble}\n{text}", statement.name()));
            })
        }
        Target::Postgres(url) => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            Box::new(move |statement| {
                let text = statement.postgres_text().unwrap();
                let prepared = client.prepare(&text).unwrap_or_else(|trouble| panic!("{}: {trouble:?}\n{text}", statement.name()));
                check_types(statement, &prepared);
            })
        }
    };
    assert!(all_statements().count() >= 9, "the engine's own at least");
    all_statements().for_each(prepare);
}

/// A parameter or column of another type lacks a CAST: a sum is NUMERIC, a bare parameter of unknown type TEXT or INT4.
fn check_types(statement: Registered, prepared: &postgres::Statement) {
    use postgres::types::Type;
    let ours = [Type::INT8, Type::TEXT, Type::BYTEA];
    for column in prepared.columns() {
        assert!(ours.contains(column.type_()), "{}: column {} is {}: CAST it", statement.name(), column.name(), column.type_());
    }
    if let Registered::Statement(_) = statement {
        for (at, kind) in prepared.params().iter().enumerate() {
            assert!(ours.contains(kind), "{}: parameter {} is {kind}: CAST it", statement.name(), at + 1);
        }
    }
}

#[test]
fn names_are_unique() {
    let mut names = HashSet::new();
    for statement in all_statements() {
        assert!(names.insert(statement.name()), "{} is declared twice", statement.name());
    }
}

#[test]
fn no_statement_uses_what_the_engines_do_differently() {
    for statement in all_statements() {
        let text = statement.sqlite_text().to_ascii_uppercase();
        for banned in [" LIKE ", "LOWER(", "UPPER(", " GLOB ", " MATCH ", " OFFSET ", "->", "REPLACE INTO", "INSERT OR ", "AUTOINCREMENT"] {
            assert!(!text.contains(banned), "{} uses {banned}", statement.name());
        }
        assert!(!text.contains('$'), "{} numbers its parameters with $", statement.name());
    }
}

#[test]
fn every_file_that_declares_statements_is_registered() {
    let registered: HashSet<&str> = all_statements().map(Registered::name).collect();
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let declared: Vec<String> = sources(&source).iter().flat_map(|text| declared_in(text)).collect();
    for name in &declared {
        assert!(registered.contains(name.as_str()), "{name} is declared but not in the list of all statements");
    }
    assert_eq!(declared.len(), registered.len());
}

/// The names that `sql!` blocks of a source file declare.
fn declared_in(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        inside = (inside || line.starts_with("sql! {") || line.starts_with("crate::sql! {")) && line != "}";
        let name = line.trim_start().strip_prefix("pub").and_then(|rest| rest.split_once(" = ")).map(|(name, _)| name);
        let name = name.and_then(|name| name.split_whitespace().last());
        names.extend(name.filter(|_| inside).map(str::to_owned));
    }
    names
}

fn sources(folder: &std::path::Path) -> Vec<String> {
    let entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let inner = entries.iter().filter(|path| path.is_dir()).flat_map(|path| sources(path));
    let own = entries.iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    inner.chain(own.map(|path| std::fs::read_to_string(path).unwrap())).collect()
}
