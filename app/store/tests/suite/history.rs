//! Whether a copy is the beginning of a store's history: what was altered in it, put in or taken out is named, whichever engine made it.

use crate::harness::*;
use kernel::Realm;
use std::io::Read;
use store::audit::{Divergence, Finding, History, HistoryTrouble, Limits, compare_history, verify_chain};
use store::{Cancel, CopyTrouble, SCHEMA_VERSION, Source, Store, Target};

on_both!(a_copy_is_compared_seal_by_seal_and_entry_by_entry, what_cannot_be_compared_is_said, the_chain_alone_is_looked_at_and_no_record);

/// More than are looked up at once.
const ENTRIES: i64 = 300;

/// A copy of a database as it would be with these changes, of which the database itself sees nothing. All tables that tell of its history are in it.
fn copy_with(engine: &Engine, changes: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    match &engine.target {
        Target::Sqlite(path) => {
            let copy = folder.path().join("benchside.db");
            rusqlite::Connection::open(path).unwrap().execute("VACUUM INTO ?1", [copy.to_str().unwrap()]).unwrap();
            rusqlite::Connection::open(copy).unwrap().execute_batch(changes).unwrap();
        }
        Target::Postgres(url) => {
            let mut client = postgres::Client::connect(url, postgres::NoTls).unwrap();
            let mut changed = client.transaction().unwrap();
            changed.batch_execute(changes).unwrap();
            for table in ["seal", "pending_seal", "journal"] {
                let mut bytes = Vec::new();
                changed.copy_out(&format!("COPY {table} TO STDOUT (FORMAT binary)")).unwrap().read_to_end(&mut bytes).unwrap();
                std::fs::write(folder.path().join(format!("{table}.copy")), bytes).unwrap();
            }
            changed.rollback().unwrap();
        }
    }
    folder
}

fn source(engine: &Engine, folder: &tempfile::TempDir) -> Source {
    let name = if engine.is_sqlite() { "sqlite" } else { "postgresql" };
    let (folder, engine) = (folder.path().to_owned(), name.to_owned());
    Source { folder, engine, realm: Realm::Validation, schema_version: SCHEMA_VERSION, files: Vec::new() }
}

fn compared(engine: &Engine, store: &Store, changes: &str) -> History {
    let folder = copy_with(engine, changes);
    compare_history(store, &source(engine, &folder), None, &Cancel::default()).unwrap()
}

fn a_copy_is_compared_seal_by_seal_and_entry_by_entry(engine: &Engine) {
    let store = engine.open();
    (0..ENTRIES).for_each(|number| add(&store, number, number));
    until("all are sealed", || engine.count("seal") == ENTRIES as usize);
    let found = |changes: &str| compared(engine, &store, changes).divergences;
    let sound = compared(engine, &store, "");
    assert_eq!((sound.entries, sound.divergences.len(), sound.more), (ENTRIES, 0, 0));
    let command = |no: i64| {
        let id = engine.rows(&format!("SELECT command_id FROM seal WHERE no = {no}")).remove(0).remove(0);
        uuid::Uuid::parse_str(&id).unwrap().to_string()
    };
    // The last one still waits for its seal: as sound as the other.
    let waits = "INSERT INTO pending_seal SELECT command_id FROM seal WHERE no = 300; DELETE FROM seal WHERE no = 300";
    assert_eq!(found(waits), []);
    assert_eq!(found("DELETE FROM seal WHERE no = 300"), [Divergence::EntriesAstray { entries: 300, sealed: 299, waiting: 0 }]);
    assert_eq!(found("DELETE FROM seal WHERE no = 2"), [Divergence::SealsMissing { count: 299, last: 300 }]);
    assert_eq!(
        found("UPDATE seal SET hash = (SELECT s.hash FROM seal s WHERE s.no = 1) WHERE no IN (7, 280)"),
        [Divergence::Parted { from: 7 }]
    );
    assert_eq!(found("UPDATE seal SET hash = (SELECT s.hash FROM seal s WHERE s.no = 2) WHERE no = 1"), [Divergence::OtherLaboratory]);
    let later = "INSERT INTO seal SELECT no + 10, command_id, hash FROM seal WHERE no > 290";
    assert_eq!(found(later), [Divergence::EndsLater { ends: 310, here: 300 }]);
    for (changes, no) in [("note = 'another'", 290), ("at = at + 1", 3), ("accepted = 0", 256), ("actor = 'system:nobody'", 257)] {
        let changes = format!("UPDATE journal SET {changes} WHERE command_id = (SELECT command_id FROM seal WHERE no = {no})");
        assert_eq!(found(&changes), [Divergence::EntryAltered(command(no))], "{changes}");
    }
    let taken_out = "DELETE FROM journal WHERE command_id = (SELECT command_id FROM seal WHERE no = 5)";
    assert_eq!(found(taken_out), [Divergence::EntriesAstray { entries: 299, sealed: 300, waiting: 0 }]);
    let put_in = "INSERT INTO journal SELECT s.hash, j.at, j.actor, j.act, j.accepted, j.subject, j.note, j.images
        FROM journal j JOIN seal s ON s.command_id = j.command_id WHERE s.no = 5";
    let astray = Divergence::EntriesAstray { entries: 301, sealed: 300, waiting: 0 };
    assert!(matches!(found(put_in).as_slice(), [Divergence::EntryUnknown(_), last] if *last == astray));
    let all = compared(engine, &store, "UPDATE journal SET note = 'another'");
    assert_eq!((all.divergences.len(), all.more), (100, 200), "so many are named, and the others counted");
    store.close();
}

fn what_cannot_be_compared_is_said(engine: &Engine) {
    let store = engine.open();
    add(&store, 1, 1);
    until("it is sealed", || engine.count("seal") == 1);
    let folder = copy_with(engine, "");
    let good = source(engine, &folder);
    let training = Source { realm: Realm::Training, ..good.clone() };
    let found = compare_history(&store, &training, None, &Cancel::default()).unwrap().divergences;
    assert_eq!(found, [Divergence::OtherRealm { copy: "training".to_owned(), here: "validation".to_owned() }]);
    let unknown = Source { engine: "oracle".to_owned(), ..good.clone() };
    assert!(compare_history(&store, &unknown, None, &Cancel::default()).unwrap_err().to_string().contains("oracle"));
    let empty = tempfile::tempdir().unwrap();
    assert!(compare_history(&store, &source(engine, &empty), None, &Cancel::default()).is_err(), "nothing is there");
    let cancel = Cancel::default();
    cancel.cancel();
    let cancelled = compare_history(&store, &good, None, &cancel);
    assert!(matches!(cancelled, Err(HistoryTrouble::Copy(CopyTrouble::Cancelled))), "{cancelled:?}");
    let odd = copy_with(engine, if engine.is_sqlite() { "UPDATE seal SET hash = x'00'" } else { "UPDATE seal SET hash = '\\x00'" });
    let odd = compare_history(&store, &source(engine, &odd), None, &Cancel::default()).unwrap_err();
    assert!(odd.to_string().contains("a row of seal makes no sense"), "{odd}");
    store.close();
}

fn the_chain_alone_is_looked_at_and_no_record(engine: &Engine) {
    let store = engine.open();
    (0..3).for_each(|number| add(&store, number, number));
    until("all are sealed", || engine.count("seal") == 3);
    let looked = || verify_chain(&store, None, Limits::default()).unwrap();
    assert_eq!((looked().entries, looked().findings, looked().records), (3, Vec::new(), 0));
    engine.raw("UPDATE trial SET number = 17");
    assert_eq!(looked().findings, [], "a record is not looked at");
    engine.raw("UPDATE journal SET note = 'another' WHERE command_id = (SELECT command_id FROM seal WHERE no = 2)");
    assert!(matches!(looked().findings.as_slice(), [Finding::EntryAltered { no: 2, .. }]), "{}", looked());
    store.close();
}
