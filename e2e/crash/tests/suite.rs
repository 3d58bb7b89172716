//! The checker against databases made by hand: one in which everything holds, and one for each way in which it may not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fixture;

use crash::check::{Invariant, Ledger, Report};
use crash::client_log::Entry;
use crash::database::{Scratch, read_postgres, read_sqlite};
use fixture::{Fixture, postgres_literal, sqlite_literal};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A file of its own for each check.
fn file() -> PathBuf {
    std::env::temp_dir().join(format!("crash-check-{}-{}.db", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Makes the sound database, spoils it with `sql`, and says what the checker finds.
fn check_with_log(sql: &str, log: impl FnOnce(&mut Vec<Entry>)) -> Report {
    let mut fixture = Fixture::new();
    let path = file();
    let connection = Connection::open(&path).unwrap();
    // The tests break references, and what they write need not outlive a power cut.
    connection.execute_batch("PRAGMA foreign_keys=OFF; PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY").unwrap();
    connection.execute_batch(&fixture::schema()).unwrap();
    connection.execute_batch(&format!("BEGIN; {}; COMMIT", fixture.rows(sqlite_literal).join(";\n"))).unwrap();
    connection.execute_batch(sql).unwrap_or_else(|trouble| panic!("{sql}: {trouble}"));
    connection.close().unwrap();
    log(&mut fixture.log);
    let mut ledger = Ledger::open(&fixture.plan, &fixture.log);
    read_sqlite(&path, &mut ledger).unwrap();
    std::fs::remove_file(path).unwrap();
    ledger.close()
}

fn check(sql: &str) -> Report {
    check_with_log(sql, |_| {})
}

#[track_caller]
fn finds(invariant: Invariant, sql: &str) {
    let report = check(sql);
    assert!(report.count(invariant) > 0, "{sql}: {:?}", report.findings);
}

#[test]
fn a_sound_database_has_no_findings() {
    let report = check("");
    assert_eq!(report.findings, []);
    // Messages 0, 1, 2, 3 and 5: 5 is of strangers (25 tasks), 3 ends in an unknown code, 1 has one critical potassium a tube.
    assert_eq!((report.acknowledged, report.stored, report.duplicates), (5, 5, 1));
    assert_eq!((report.results, report.tasks), (3 * 25 + 24, 26));
    assert!(report.held > 0);
}

#[test]
fn a_message_stored_but_not_acknowledged_is_no_loss() {
    let report = check_with_log("", |log| log[0].acknowledged = false);
    assert_eq!((report.findings.len(), report.acknowledged, report.stored), (0, 4, 5));
}

#[test]
fn an_acknowledged_message_that_is_not_stored_is_lost() {
    let message_0 = "DELETE FROM result WHERE transmission_id = (SELECT id FROM transmission WHERE arrival = 1);
        DELETE FROM transmission WHERE arrival = 1;";
    assert_eq!(check(message_0).count(Invariant::Lost), 1);
    let report = check_with_log(message_0, |log| log[0].acknowledged = false);
    assert_eq!(report.count(Invariant::Lost), 0);
    // Kept only as a duplicate of something is not kept.
    finds(Invariant::Lost, "UPDATE transmission SET duplicate_of = id WHERE arrival = 1");
}

#[test]
fn every_reading_must_be_there_as_it_was_sent() {
    for sql in [
        "DELETE FROM result WHERE examination_id = (SELECT MIN(examination_id) FROM result)",
        "UPDATE result SET sent = sent || '1' WHERE examination_id = (SELECT MIN(examination_id) FROM result)",
        "UPDATE result SET sent_unit = 'g/L' WHERE examination_id = (SELECT MAX(examination_id) FROM result)",
        "DELETE FROM task WHERE id = (SELECT MIN(id) FROM task)",
        "UPDATE task SET raw_line = replace(raw_line, '|^^^X99|', '|^^^X99|1')",
        "UPDATE task SET raw_line = 'C|1|I||I' WHERE id = (SELECT MIN(id) FROM task)",
        "INSERT INTO unfiled SELECT link, arrival, id FROM transmission WHERE arrival = 2",
        "UPDATE container SET code = 'W' || code WHERE id = (SELECT MIN(id) FROM container)",
        "UPDATE examination SET test = 'NOSUCH' WHERE id = (SELECT MIN(id) FROM examination)",
        "INSERT INTO task (id, kind, transmission_id, raw_line, why, owner, opened_at, closed_at, closed_by, closing_note, row_version) SELECT x'77', kind, (SELECT id FROM transmission WHERE arrival = 1), raw_line, why, owner, opened_at, NULL, NULL, NULL, 1
            FROM task LIMIT 1",
    ] {
        finds(Invariant::Readings, sql);
    }
}

#[test]
fn nothing_may_be_there_twice() {
    let again = "INSERT INTO result SELECT examination_id, 2, transmission_id, sent, sent_unit, value, reported, unit, flags, stated_at,
        reported_at, filed_at, state, verified_at, verifier, 1 FROM result WHERE examination_id = (SELECT MIN(examination_id) FROM result)";
    let of_duplicate = again.replace("2, transmission_id", "2, (SELECT id FROM transmission WHERE duplicate_of IS NOT NULL)");
    let task = "INSERT INTO task (id, kind, transmission_id, raw_line, why, owner, opened_at, closed_at, closed_by, closing_note, row_version) SELECT x'77', kind, transmission_id, raw_line, why, owner, opened_at, NULL, NULL, NULL, 1 FROM task LIMIT 1";
    for sql in [
        again,
        &of_duplicate,
        task,
        "DROP INDEX transmission_content; UPDATE transmission SET duplicate_of = NULL",
        "INSERT INTO journal SELECT x'77', at, actor, act, 1, subject, note, images FROM journal WHERE act = 'file_readings' LIMIT 1",
        "INSERT INTO journal SELECT x'77', at, actor, act, 1, subject, note, images FROM journal WHERE act = 'keep_transmission' LIMIT 1",
        "INSERT INTO journal SELECT x'77', at, actor, 'file_readings', 1, id, note, images FROM journal, transmission WHERE duplicate_of IS NOT NULL LIMIT 1",
    ] {
        finds(Invariant::Doubled, sql);
    }
}

#[test]
fn a_result_hangs_on_everything_it_came_from() {
    for table in ["examination", "container", "lab_order", "patient", "transmission"] {
        finds(Invariant::Origin, &format!("DELETE FROM {table} WHERE id = (SELECT MIN(id) FROM {table})"));
    }
    for table in ["transmission_bytes", "assessment"] {
        finds(Invariant::Origin, &format!("DELETE FROM {table} WHERE transmission_id = (SELECT MIN(transmission_id) FROM {table})"));
    }
    for act in ["keep_transmission", "file_readings"] {
        finds(Invariant::Origin, &format!("DELETE FROM journal WHERE act = '{act}'"));
        finds(Invariant::Origin, &format!("UPDATE journal SET accepted = 0 WHERE act = '{act}'"));
    }
    finds(Invariant::Origin, "UPDATE task SET transmission_id = x'99' WHERE id = (SELECT MIN(id) FROM task)");
}

#[test]
fn a_duplicate_points_to_an_original_that_says_the_same() {
    let duplicate = "WHERE duplicate_of IS NOT NULL";
    finds(Invariant::Duplicate, &format!("UPDATE transmission SET duplicate_of = x'99' {duplicate}"));
    finds(Invariant::Duplicate, &format!("UPDATE transmission SET duplicate_of = id {duplicate}"));
    finds(
        Invariant::Duplicate,
        &format!("UPDATE transmission SET duplicate_of = (SELECT id FROM transmission WHERE arrival = 2) {duplicate}"),
    );
}

#[test]
fn the_bytes_are_what_was_sent_and_what_the_hash_says() {
    for sql in [
        "UPDATE transmission SET content_hash = zeroblob(32) WHERE arrival = 1",
        "UPDATE transmission_bytes SET raw = substr(raw, 1, length(raw) - 40)",
        "UPDATE transmission_bytes SET raw = x'' WHERE transmission_id = (SELECT id FROM transmission WHERE arrival = 1)",
        "UPDATE transmission_bytes SET raw = CAST(replace(CAST(raw AS TEXT), 'mmol', 'mmoI') AS BLOB) WHERE transmission_id = (SELECT id FROM transmission WHERE arrival = 1)",
        "UPDATE transmission SET link = 'link02' WHERE arrival = 1",
    ] {
        finds(Invariant::Bytes, sql);
    }
}

#[test]
fn bytes_no_analyser_sent_are_found_even_if_their_hash_is_right() {
    let report = check_with_log("", |log| drop(log.remove(0)));
    assert!(report.count(Invariant::Bytes) > 0);
}

#[test]
fn a_result_is_held_or_verified_by_someone_at_some_time() {
    let one = |state: &str| format!("WHERE examination_id = (SELECT MIN(examination_id) FROM result WHERE state = '{state}')");
    for sql in [
        format!("UPDATE result SET state = 'released' {}", one("verified")),
        format!("UPDATE result SET state = 'held' {}", one("verified")),
        format!("UPDATE result SET verified_at = NULL {}", one("verified")),
        format!("UPDATE result SET verifier = NULL {}", one("verified")),
        format!("UPDATE result SET verifier = '' {}", one("verified")),
        format!("UPDATE result SET state = 'verified' {}", one("held")),
        format!("UPDATE result SET verifier = 'rules:1' {}", one("held")),
        format!("UPDATE result SET verified_at = 1 {}", one("held")),
    ] {
        finds(Invariant::State, &sql);
    }
}

#[test]
fn a_damaged_file_is_reported() {
    finds(Invariant::Integrity, "PRAGMA writable_schema=ON; DELETE FROM sqlite_schema WHERE name = 'result_held'");
}

#[test]
fn a_missing_file_is_an_error_and_is_not_made() {
    let fixture = Fixture::new();
    let path = file();
    assert!(read_sqlite(&path, &mut Ledger::open(&fixture.plan, &fixture.log)).is_err());
    assert!(!path.exists());
}

#[test]
fn postgres_is_read_the_same_way() {
    let Ok(url) = std::env::var("BENCHSIDE_TEST_POSTGRES") else {
        eprintln!("skipped: BENCHSIDE_TEST_POSTGRES is not set (cargo xtask check sets it)");
        return;
    };
    let scratch = Scratch::create(&url, &format!("crash_check_{}", std::process::id())).unwrap();
    let fixture = Fixture::new();
    let mut client = postgres::Client::connect(&scratch.url(), postgres::NoTls).unwrap();
    client.batch_execute(&fixture::postgres_schema()).unwrap();
    client.batch_execute(&fixture.rows(postgres_literal).join(";\n")).unwrap();
    let report = || {
        let mut ledger = Ledger::open(&fixture.plan, &fixture.log);
        read_postgres(&scratch.url(), &mut ledger).unwrap();
        ledger.close()
    };
    let sound = report();
    assert_eq!((sound.findings.len(), sound.stored, sound.results, sound.tasks), (0, 5, 99, 26), "{:?}", sound.findings);
    for (invariant, sql) in [
        (Invariant::State, "UPDATE result SET verifier = NULL WHERE state = 'verified'"),
        (Invariant::Origin, "DELETE FROM patient"),
        (Invariant::Readings, "DELETE FROM task"),
        (Invariant::Duplicate, "UPDATE transmission SET duplicate_of = id WHERE duplicate_of IS NOT NULL"),
        (Invariant::Bytes, "UPDATE transmission_bytes SET raw = substr(raw, 2)"),
        (Invariant::Lost, "DELETE FROM transmission"),
    ] {
        client.batch_execute(sql).unwrap();
        let report = report();
        assert!(report.count(invariant) > 0, "{sql}: {:?}", report.findings);
    }
    drop(client);
    scratch.drop_database().unwrap();
}
