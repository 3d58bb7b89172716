//! Queries: snapshots, time limits, lists.

use crate::harness::*;
use std::time::Duration;
use store::{Cause, Options, ReadTrouble, Trouble, params, sql};

on_both!(
    a_query_runs_on_one_snapshot,
    a_query_is_bounded_in_time,
    a_query_that_dawdles_between_statements_is_bounded_too,
    a_panicking_query_is_answered,
    a_doomed_query_is_answered_as_failed,
    a_query_cannot_write,
    insert_many_of_every_size,
    rows_of_one_insert_with_values_in_common_keep_their_own,
    lists_of_every_size,
    a_list_with_repeats_gives_each_row_once,
);

sql! {
    /// Runs until it is stopped.
    pub(crate) ENDLESS = "WITH RECURSIVE n (i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000)
        SELECT MAX(i) FROM n";
    /// By list.
    pub(crate) BY_LIST = "SELECT id FROM trial WHERE number = ?1 AND id IN (?..)";
    /// By list of names.
    pub(crate) BY_NAMES = "SELECT id FROM trial WHERE name IN (?..)";
    /// Empty again.
    pub(crate) CLEAR = "DELETE FROM trial";
    /// A write in disguise.
    pub(crate) SNEAK = "INSERT INTO trial (id, row_version) VALUES (1, 1) RETURNING id";
}

fn a_query_runs_on_one_snapshot(engine: &Engine) {
    let store = engine.open();
    add(&store, 1, 0);
    let writer = store.clone();
    let (before, after) = read(&store, move |reader| {
        let before = reader.query(&ALL_TRIALS, &[])?.len();
        // A command of another connection commits in the middle. (It may run again on PostgreSQL; ids keep it single.)
        let _ = write(&writer, |tx| {
            tx.execute(&ADD_TRIAL, &params![2_i64, None::<&str>, 0_i64])?;
            done("")
        })
        .wait();
        Ok((before, reader.query(&ALL_TRIALS, &[])?.len()))
    });
    assert_eq!((before, after), (1, 1));
    assert_eq!(ids(&store), [1, 2]);
}

fn a_query_is_bounded_in_time(engine: &Engine) {
    let limit = Duration::from_millis(100);
    let store = engine.open_with(Options { read_limit: limit, readers: 1, ..Options::default() });
    let answer = store.read(|reader| reader.query(&ENDLESS, &[])).wait();
    assert_eq!(answer.map(drop), Err(ReadTrouble::TooLong(limit)));
    assert!(ids(&store).is_empty(), "the reader works on");
}

fn a_query_that_dawdles_between_statements_is_bounded_too(engine: &Engine) {
    let limit = Duration::from_millis(50);
    let store = engine.open_with(Options { read_limit: limit, ..Options::default() });
    let answer = store.read(|reader| {
        loop {
            reader.query(&ALL_TRIALS, &[])?;
        }
    });
    assert_eq!(answer.wait(), Err::<(), _>(ReadTrouble::TooLong(limit)));
}

fn a_panicking_query_is_answered(engine: &Engine) {
    let store = engine.open_with(Options { readers: 1, ..Options::default() });
    let answer = store.read(|_| -> Result<(), Trouble> { panic!("odd") }).wait();
    assert_eq!(answer, Err(ReadTrouble::Panicked("odd".to_owned())));
    assert!(ids(&store).is_empty());
}

fn a_doomed_query_is_answered_as_failed(engine: &Engine) {
    let store = engine.open();
    let answer = store.read(|reader| {
        let _ = reader.query(&ONE_NUMBER, &[]);
        Ok(())
    });
    let Err(ReadTrouble::Failed(trouble)) = answer.wait() else { panic!("it was answered as done") };
    assert_eq!(trouble.cause(), Some(Cause::Misuse));
}

fn a_query_cannot_write(engine: &Engine) {
    let store = engine.open();
    assert!(store.read(|reader| reader.query(&SNEAK, &[])).wait().is_err());
    assert_eq!(engine.count("trial"), 0);
}

fn insert_many_of_every_size(engine: &Engine) {
    let store = engine.open();
    for size in [0_usize, 1, 25, 5000, 12_345] {
        let inserted = write(&store, move |tx| {
            tx.execute(&CLEAR, &[])?;
            let names: Vec<String> = (0..size).map(|at| format!("name {at}")).collect();
            let rows: Vec<_> = (0_i64..).zip(&names).map(|(at, name)| params![at, name, at * 7, name.as_bytes(), 1_i64]).collect();
            assert_eq!(tx.insert_many(&ADD_TRIALS, &rows)?, size as u64);
            done("")
        });
        inserted.wait().unwrap();
        assert_eq!(engine.count("trial"), size);
        let wrong = engine.rows("SELECT id FROM trial WHERE number <> id * 7 OR name IS NULL OR bytes IS NULL");
        assert!(wrong.is_empty(), "columns stay with their rows");
    }
}

fn rows_of_one_insert_with_values_in_common_keep_their_own(engine: &Engine) {
    const ROWS: [Cells<'_>; 7] = [
        (1, None, 5, Some(b"a")),
        (2, Some("K"), 5, Some(b"a")),
        (3, None, 6, Some(b"a")),
        (4, Some("Na"), 6, None),
        (5, None, 5, None),
        (6, None, 0, Some(b"")),
        (7, Some(""), 0, Some(b"a")),
    ];
    let store = engine.open();
    let inserted = write(&store, |tx| {
        let rows: Vec<_> = ROWS.iter().map(|(id, name, number, bytes)| params![*id, *name, *number, *bytes, 1_i64]).collect();
        tx.insert_many(&ADD_TRIALS, &rows)?;
        done("")
    });
    inserted.wait().unwrap();
    let found = read(&store, |reader| {
        let rows = reader.query(&ALL_TRIALS, &[])?;
        Ok(rows.iter().map(|row| format!("{:?}", cells(row).unwrap())).collect::<Vec<_>>())
    });
    assert_eq!(found, ROWS.map(|cells| format!("{cells:?}")));
}

type Cells<'r> = (i64, Option<&'r str>, i64, Option<&'r [u8]>);

fn cells(row: &store::Row) -> Result<Cells<'_>, store::Inconsistent> {
    Ok((row.int(0)?, row.optional_text(1)?, row.int(2)?, row.optional_blob(3)?))
}

fn lists_of_every_size(engine: &Engine) {
    let store = engine.open();
    write(&store, |tx| {
        let rows: Vec<_> = (0..6000_i64).map(|id| params![id, None::<&str>, id % 2, None::<&[u8]>, 1_i64]).collect();
        tx.insert_many(&ADD_TRIALS, &rows)?;
        done("")
    })
    .wait()
    .unwrap();
    for size in [0_i64, 1, 2, 3, 5000] {
        let mut found: Vec<i64> = read(&store, move |reader| {
            let list: Vec<_> = (0..size).map(store::Param::from).collect();
            Ok(reader.query_in_list(&BY_LIST, &params![1_i64], &list)?.iter().map(|row| row.int(0).unwrap()).collect())
        });
        found.sort_unstable();
        let odd: Vec<i64> = (0..size).filter(|id| id % 2 == 1).collect();
        assert_eq!(found, odd, "list of {size}");
    }
}

fn a_list_with_repeats_gives_each_row_once(engine: &Engine) {
    let store = engine.open();
    write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, "K", 0_i64])?;
        done("")
    })
    .wait()
    .unwrap();
    for repeats in [2, 3, 2000] {
        let list = vec![store::Param::Text("K"); repeats];
        let found = read(&store, move |reader| Ok(reader.query_in_list(&BY_NAMES, &[], &list)?.len()));
        assert_eq!(found, 1, "{repeats} times in the list");
    }
}
