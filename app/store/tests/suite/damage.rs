//! A SQLite file that makes no sense any more: who writes stops, who reads is told.

use crate::harness::*;
use kernel::Realm;
use store::audit::{Limits, verify};
use store::{Opening, Options, Outcome, StopReason, Store, Target, Trouble, Tx, WriteTrouble, params};

fn add_more(tx: &mut Tx<'_>) -> Result<Outcome, Trouble> {
    tx.execute(&ADD_TRIAL, &params![2_i64, None::<&str>, 0_i64])?;
    done("added")
}

/// Overwrites the page on which a table begins, in the file itself; the log is empty.
fn overwrite_first_page_of(path: &std::path::Path, table: &str) {
    use std::os::unix::fs::FileExt;
    let connection = rusqlite::Connection::open(path).unwrap();
    let page: u32 = connection.query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [table], |row| row.get(0)).unwrap();
    let size: u64 = connection.query_row("PRAGMA page_size", [], |row| row.get::<_, i64>(0)).unwrap().try_into().unwrap();
    drop(connection);
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(&vec![0x5a; usize::try_from(size).unwrap()], u64::from(page - 1) * size).unwrap();
}

/// A laboratory closed, damaged and opened again.
fn damaged(engine: &Engine, table: &str) -> Store {
    let store = engine.open();
    add(&store, 1, 0);
    store.close();
    let Target::Sqlite(path) = &engine.target else { panic!("not SQLite") };
    overwrite_first_page_of(path, table);
    Store::open(&engine.target, Realm::Validation, Opening::Existing, Options::default()).unwrap()
}

#[test]
fn a_command_that_meets_a_damaged_file_stops_the_store_and_is_answered_unknown() {
    let engine = Engine::sqlite();
    let store = damaged(&engine, "trial");
    let answer = write(&store, add_more).wait();
    assert!(matches!(answer, Err(WriteTrouble::Unknown(_))), "{answer:?}");
    let answer = write(&store, add_more).wait();
    let Err(WriteTrouble::Stopped(StopReason::Disk(words))) = &answer else { panic!("{answer:?}") };
    assert!(words.contains("malformed"), "{words}");
}

#[test]
fn a_query_that_meets_a_damaged_file_is_told_of_and_others_go_on() {
    let engine = Engine::sqlite();
    let store = damaged(&engine, "trial");
    assert_eq!(store.troubles(), Vec::<String>::new());
    let trouble = store.read(|reader| reader.query(&ALL_TRIALS, &[])).wait().unwrap_err();
    assert!(trouble.to_string().contains("malformed"), "{trouble}");
    assert!(store.troubles().iter().any(|words| words.contains("damaged") && words.contains("restore a backup")), "{:?}", store.troubles());
    assert_eq!(store.statistics().damaged_reads, 1);
    // What lies elsewhere in the file can still be written and read.
    write(&store, |_| done("without the trial table")).wait().unwrap();
    assert!(verify(&store, None, Limits::default()).unwrap().is_sound());
}
