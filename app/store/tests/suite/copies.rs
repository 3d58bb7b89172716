//! Copies of a database that is being written, and databases made of copies.

use crate::harness::*;
use kernel::Realm;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use store::{Cancel, Copied, CopyTrouble, Opening, Options, SCHEMA_VERSION, Source, Store, Target};

on_both!(
    a_copy_made_while_others_write_is_one_instant_and_becomes_a_database,
    a_copy_that_is_cancelled_or_closed_ends,
    a_database_that_is_there_is_not_overwritten,
    what_does_not_fit_the_engine_is_refused,
);

/// The other database of a test: where a copy is restored to.
fn other(engine: &Engine) -> Option<Engine> {
    if engine.is_sqlite() { Some(Engine::sqlite()) } else { Engine::postgres() }
}

fn source(copied: &Copied, folder: &Path) -> Source {
    Source {
        folder: folder.to_owned(),
        engine: copied.engine.to_owned(),
        realm: Realm::Validation,
        schema_version: copied.schema_version,
        files: copied.files.iter().map(|file| file.name.clone()).collect(),
    }
}

/// A validation database without the trial table, which no migration knows.
fn open(engine: &Engine) -> Store {
    Store::open(&engine.target, Realm::Validation, Opening::CreateOrOpen, Options::default()).unwrap()
}

store::sql! {
    /// A person.
    ADD_PERSON = "INSERT INTO patient (id, mrn, family_name, given_name, birth_date, sex, created_at) VALUES (?1, ?2, ?2, '', '', 'U', 0)";
    /// And a token beside.
    ADD_TOKEN = "INSERT INTO token (id, digest, name, created_at) VALUES (?1, ?1, ?2, 0)";
}

/// One command: a patient and a token, both or neither.
fn add_pair(store: &Store, number: i64) {
    add_pair_with_note(store, number, "added");
}

fn add_pair_with_note(store: &Store, number: i64, note: &str) {
    let note = note.to_owned();
    write(store, move |tx| {
        let id = u128::try_from(number).unwrap().to_be_bytes();
        let name = format!("N-{number}");
        tx.execute(&ADD_PERSON, &[store::Param::Id(id), store::Param::from(&name)])?;
        tx.execute(&ADD_TOKEN, &[store::Param::Id(id), store::Param::from(&name)])?;
        done(&note)
    })
    .wait()
    .unwrap();
}

fn a_copy_made_while_others_write_is_one_instant_and_becomes_a_database(engine: &Engine) {
    let Some(target) = other(engine) else { return };
    let store = open(engine);
    // Long enough for a copy to take a while: what is committed meanwhile must not show in any part of it.
    let long = "x".repeat(1 << 16);
    (0..200).for_each(|number| add_pair_with_note(&store, number, &long));
    let (next, answered, stop) = (AtomicI64::new(200), AtomicI64::new(200), AtomicBool::new(false));
    let folders: Vec<tempfile::TempDir> = (0..4).map(|_| tempfile::tempdir().unwrap()).collect();
    let (mut copies, mut meanwhile) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    add_pair(&store, next.fetch_add(1, Ordering::Relaxed));
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for folder in &folders {
            let before = answered.load(Ordering::Relaxed);
            let copied = store.copy_to(folder.path(), &Cancel::default()).wait().unwrap();
            meanwhile += answered.load(Ordering::Relaxed) - before;
            copies.push((before, copied));
            // The writers went on meanwhile, or at least do now.
            until("another commit", || answered.load(Ordering::Relaxed) > before);
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(meanwhile > 0, "commands were answered while copies were made");
    store.close();
    let (before, copied) = copies.last().unwrap();
    let folder = folders.last().unwrap().path();
    assert_eq!((copied.realm.as_str(), copied.schema_version), ("validation", SCHEMA_VERSION));
    store::restore(&target.target, source(copied, folder), &Cancel::default()).wait().unwrap();
    open(&target).close();
    let (entries, people, tokens) = (target.count("journal"), target.count("patient"), target.count("token"));
    assert_eq!((entries, people), (tokens, tokens), "what one command wrote is there as a whole");
    assert_eq!(copied.journal_entries, i64::try_from(entries).unwrap());
    assert!(copied.journal_entries >= *before, "what was answered before is in it");
    let theirs = target.rows("SELECT command_id FROM journal ORDER BY command_id");
    let ours = engine.rows("SELECT command_id FROM journal ORDER BY command_id");
    assert!(theirs.iter().all(|id| ours.binary_search(id).is_ok()) && theirs.len() < ours.len());
    assert!(copies.windows(2).all(|pair| pair[0].1.journal_entries < pair[1].1.journal_entries));
    // It goes on there.
    let store = open(&target);
    add_pair(&store, 1_000_000_000);
    store.close();
    assert_eq!(target.count("journal"), entries + 1);
    if let Target::Sqlite(path) = &target.target {
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1, "one file and nothing beside it");
        assert_eq!(target.rows("PRAGMA integrity_check"), [["ok"]]);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}

fn a_copy_that_is_cancelled_or_closed_ends(engine: &Engine) {
    let store = open(engine);
    (0..50).for_each(|number| add_pair(&store, number));
    let folder = tempfile::tempdir().unwrap();
    let cancel = Cancel::default();
    cancel.cancel();
    let trouble = store.copy_to(folder.path(), &cancel).wait().unwrap_err();
    assert!(matches!(trouble, CopyTrouble::Cancelled), "{trouble}");
    let folder = tempfile::tempdir().unwrap();
    let copy = store.copy_to(folder.path(), &Cancel::default());
    let clone = store.clone();
    store.close();
    // Finished before the close, or broken off by it; either way it ended.
    assert!(matches!(copy.wait(), Ok(_) | Err(CopyTrouble::Cancelled)));
    let folder = tempfile::tempdir().unwrap();
    let trouble = clone.copy_to(folder.path(), &Cancel::default()).wait().unwrap_err();
    assert!(matches!(trouble, CopyTrouble::Cancelled), "{trouble}");
    if let Target::Sqlite(path) = &engine.target {
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "the log was put away");
    }
}

fn a_database_that_is_there_is_not_overwritten(engine: &Engine) {
    let Some(target) = other(engine) else { return };
    let store = open(engine);
    let folder = tempfile::tempdir().unwrap();
    let copied = store.copy_to(folder.path(), &Cancel::default()).wait().unwrap();
    store.close();
    let theirs = open(&target);
    add_pair(&theirs, 7);
    theirs.close();
    let trouble = store::restore(&target.target, source(&copied, folder.path()), &Cancel::default()).wait().unwrap_err();
    assert!(trouble.to_string().contains("exists already"), "{trouble}");
    assert_eq!((target.count("journal"), target.count("patient")), (1, 1));
}

fn what_does_not_fit_the_engine_is_refused(engine: &Engine) {
    let Some(target) = other(engine) else { return };
    let store = open(engine);
    let folder = tempfile::tempdir().unwrap();
    let copied = store.copy_to(folder.path(), &Cancel::default()).wait().unwrap();
    store.close();
    let good = source(&copied, folder.path());
    let wrong_engine = if engine.is_sqlite() { "postgresql" } else { "sqlite" };
    let mut fewer = good.clone();
    fewer.files.pop();
    let mut damaged = good.clone();
    let bad_folder = tempfile::tempdir().unwrap();
    for name in &good.files {
        let mut bytes = std::fs::read(folder.path().join(name)).unwrap();
        bytes.truncate(bytes.len() / 2);
        std::fs::write(bad_folder.path().join(name), bytes).unwrap();
    }
    damaged.folder = bad_folder.path().to_owned();
    for bad in [Source { engine: wrong_engine.to_owned(), ..good.clone() }, fewer, damaged] {
        store::restore(&target.target, bad, &Cancel::default()).wait().unwrap_err();
    }
    // Nothing of the attempts is left: the sound copy still finds an empty place.
    store::restore(&target.target, good, &Cancel::default()).wait().unwrap();
    open(&target).close();
}
