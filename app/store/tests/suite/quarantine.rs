//! Rows that make no sense are recorded once and left out; the good ones are given.

use crate::harness::*;
use store::{Inconsistent, Store, Trouble, params};

on_both!(
    an_impossible_row_is_quarantined_once_and_the_good_rows_are_returned,
    a_command_that_is_rolled_back_still_reports_the_row,
    a_row_without_sense_in_the_way_is_a_trouble,
    different_columns_are_different_entries,
);

/// Three rows, the middle one with a boolean of 7.
fn three_rows(store: &Store) {
    for (id, number) in [(1, 0), (2, 7), (3, 1)] {
        add(store, id, number);
    }
}

fn flags(store: &Store) -> Vec<bool> {
    read(store, |reader| {
        let rows = reader.query(&ALL_TRIALS, &[])?;
        Ok(reader.sound(&rows, |row| row.flag(2)))
    })
}

const ENTRIES: &str = "SELECT table_name, column_name, row_id, what FROM quarantine ORDER BY column_name";

fn an_impossible_row_is_quarantined_once_and_the_good_rows_are_returned(engine: &Engine) {
    let store = engine.open();
    three_rows(&store);
    for _ in 0..10 {
        assert_eq!(flags(&store), [false, true]);
    }
    until("the row is in quarantine", || engine.count("quarantine") > 0);
    assert_eq!(engine.rows(ENTRIES), [["trial", "number", "2", "holds 7 where 0 or 1 is expected"]]);
    let by = "SELECT actor, act, accepted FROM journal WHERE act = 'quarantine'";
    assert_eq!(engine.rows(by), [["system:quarantine", "quarantine", "1"]]);
    // A new process does not know what the old one recorded.
    store.close();
    let store = engine.open();
    assert_eq!(flags(&store), [false, true]);
    until("it was reported again", || store.statistics().repeated == 1);
    assert_eq!((engine.count("quarantine"), engine.rows(by).len()), (1, 1));
}

fn a_command_that_is_rolled_back_still_reports_the_row(engine: &Engine) {
    let store = engine.open();
    three_rows(&store);
    let failed = write(&store, |tx| {
        let rows = tx.query(&ALL_TRIALS, &[])?;
        assert_eq!(tx.sound(&rows, |row| row.flag(2)).len(), 2);
        Err(Trouble::because("no"))
    });
    assert!(failed.wait().is_err());
    until("the row is in quarantine", || engine.count("quarantine") == 1);
}

fn a_row_without_sense_in_the_way_is_a_trouble(engine: &Engine) {
    let store = engine.open();
    three_rows(&store);
    let failed = write(&store, |tx| {
        let row = tx.query_opt(&ONE_NUMBER, &params![2_i64])?;
        let truth = row.map(|row| row.flag(1)).transpose()?;
        done(&format!("{truth:?}"))
    });
    let words = failed.wait().unwrap_err().to_string();
    assert!(words.contains("table trial, column number, row 2: holds 7"), "{words}");
}

fn different_columns_are_different_entries(engine: &Engine) {
    let store = engine.open();
    let entry = |column: &str, id: &str| Inconsistent {
        table: "result".to_owned(),
        column: column.to_owned(),
        id: id.to_owned(),
        what: "odd\0".to_owned(),
    };
    let found = [entry("a", "1"), entry("b", "1"), entry("a", "2"), entry("a", "1")];
    read(&store, move |reader| {
        found.iter().for_each(|inconsistent| reader.quarantine(inconsistent.clone()));
        Ok(())
    });
    until("all are in quarantine", || engine.count("quarantine") == 3);
    assert_eq!(engine.rows("SELECT DISTINCT what FROM quarantine"), [["odd\u{fffd}"]]);
}
