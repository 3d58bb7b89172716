//! The traps between the two dialects.

use crate::harness::*;
use store::{Kind, params, sql};

on_both!(
    placeholders_are_numbered_not_ordered,
    a_repeated_placeholder_is_one_parameter,
    text_sorts_by_bytes,
    nulls_sort_last_where_said,
    bare_parameters_are_cast,
    sums_are_cast,
    placeholders_in_quotes_and_comments_are_left_alone,
    expected_duplicates_use_on_conflict,
    a_postgres_variant_is_used_there_only,
);

sql! {
    /// SQLite numbers `$n` by order of appearance: written with `$2` first, these would be swapped.
    pub(crate) SECOND_FIRST = "SELECT id FROM trial WHERE number = ?2 AND id = ?1";
    /// One parameter, twice.
    pub(crate) TWICE = "SELECT id FROM trial WHERE id = ?1 OR number = ?1 ORDER BY id";
    /// Texts in order.
    pub(crate) NAMES = "SELECT id, name FROM trial ORDER BY name";
    /// Actors in order: a migrated column.
    pub(crate) ACTORS = "SELECT actor FROM journal ORDER BY actor";
    /// A range over text, as name search uses it.
    pub(crate) NAMES_FROM = "SELECT id FROM trial WHERE name >= ?1 AND name < ?2 ORDER BY name";
    /// Rows without number at the end.
    pub(crate) NULLS_AT_THE_END = "SELECT id FROM trial ORDER BY number NULLS LAST, id";
    /// Parameters that are compared with no column.
    pub(crate) BARE = "SELECT CAST(?1 AS BIGINT), CAST(?2 AS TEXT), CAST(?1 AS BIGINT) + 1";
    /// A question mark that is none.
    pub(crate) QUOTED = "SELECT CAST('?1 it''s' AS TEXT), id /* ?7 */ FROM trial WHERE id = ?1 -- ?9";
    /// Which engine says so.
    pub(crate) WHO = "SELECT CAST('sqlite' AS TEXT)", postgres "SELECT CAST('postgres' AS TEXT)";
}

fn placeholders_are_numbered_not_ordered(engine: &Engine) {
    let store = engine.open();
    add(&store, 1, 2);
    add(&store, 2, 1);
    let found = read(&store, |reader| Ok(reader.query_opt(&SECOND_FIRST, &params![1_i64, 2_i64])?.unwrap().int(0)?));
    assert_eq!(found, 1);
}

fn a_repeated_placeholder_is_one_parameter(engine: &Engine) {
    let store = engine.open();
    add(&store, 1, 7);
    add(&store, 7, 0);
    assert_eq!(read(&store, |reader| Ok(reader.query(&TWICE, &params![7_i64])?.len())), 2);
}

fn named(store: &store::Store, names: &'static [&'static str]) {
    write(store, move |tx| {
        for (id, name) in (1_i64..).zip(names) {
            tx.execute(&ADD_TRIAL, &params![id, *name, None::<i64>])?;
        }
        done("")
    })
    .wait()
    .unwrap();
}

fn text_sorts_by_bytes(engine: &Engine) {
    let store = engine.open();
    // In a language's order these would come a, A, B, é, z.
    named(&store, &["é", "a", "B", "z", "A"]);
    let names = read(&store, |reader| Ok(reader.query(&NAMES, &[])?.iter().map(|row| row.text(1).unwrap().to_owned()).collect::<Vec<_>>()));
    assert_eq!(names, ["A", "B", "a", "z", "é"]);
    assert_eq!(read(&store, |reader| Ok(reader.query(&NAMES_FROM, &params!["B", "b"])?.len())), 2, "B and a");
    for name in ["é", "a", "B"] {
        store.write(&kernel::Actor::Link(name.to_owned()), new_id(), NOW, |_| done("")).wait().unwrap();
    }
    let actors =
        read(&store, |reader| Ok(reader.query(&ACTORS, &[])?.iter().map(|row| row.text(0).unwrap().to_owned()).collect::<Vec<_>>()));
    assert_eq!(actors, ["link:B", "link:a", "link:é", "system:suite"]);
}

fn nulls_sort_last_where_said(engine: &Engine) {
    let store = engine.open();
    write(&store, |tx| {
        for (id, number) in [(1_i64, None), (2, Some(5_i64)), (3, Some(-5))] {
            tx.execute(&ADD_TRIAL, &params![id, None::<&str>, number])?;
        }
        done("")
    })
    .wait()
    .unwrap();
    let order: Vec<i64> = read(&store, |reader| Ok(reader.query(&NULLS_AT_THE_END, &[])?.iter().map(|row| row.int(0).unwrap()).collect()));
    assert_eq!(order, [3, 2, 1]);
}

fn bare_parameters_are_cast(engine: &Engine) {
    let store = engine.open();
    let large = 1_i64 << 40;
    let row = read(&store, move |reader| Ok(reader.query_opt(&BARE, &params![large, "12"])?.unwrap()));
    assert_eq!((row.int(0), row.text(1), row.int(2)), (Ok(large), Ok("12"), Ok(large + 1)));
}

fn sums_are_cast(engine: &Engine) {
    let store = engine.open();
    let sum = |store: &store::Store| read(store, |reader| Ok(reader.query_opt(&SUM_OF_NUMBERS, &[])?.unwrap().int(0)?));
    assert_eq!(sum(&store), 0, "of nothing");
    add(&store, 1, 1 << 40);
    add(&store, 2, 1 << 40);
    assert_eq!(sum(&store), 1 << 41);
}

fn placeholders_in_quotes_and_comments_are_left_alone(engine: &Engine) {
    let store = engine.open();
    add(&store, 3, 0);
    let row = read(&store, |reader| Ok(reader.query_opt(&QUOTED, &params![3_i64])?.unwrap()));
    assert_eq!((row.text(0), row.int(1)), (Ok("?1 it's"), Ok(3)));
}

fn expected_duplicates_use_on_conflict(engine: &Engine) {
    let store = engine.open();
    named(&store, &["potassium"]);
    let both = write(&store, |tx| {
        let rows = [params![2_i64, "potassium", 0_i64, None::<&[u8]>, 1_i64], params![3_i64, "sodium", 0_i64, None::<&[u8]>, 1_i64]];
        assert_eq!(tx.insert_many(&ADD_NEW_TRIALS, &rows)?, 1, "only sodium is new");
        done("")
    });
    both.wait().unwrap();
    assert_eq!(ids(&store), [1, 3]);
    assert_eq!(ADD_NEW_TRIALS.columns()[1], ("name", Kind::Text));
}

fn a_postgres_variant_is_used_there_only(engine: &Engine) {
    let store = engine.open();
    let who = read(&store, |reader| Ok(reader.query_opt(&WHO, &[])?.unwrap().text(0)?.to_owned()));
    assert_eq!(who, if engine.is_sqlite() { "sqlite" } else { "postgres" });
    assert!(WHO.has_postgres_variant());
    assert!(!NAMES.has_postgres_variant());
}
