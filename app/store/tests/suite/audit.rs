//! The journal's seals, the records under them and the anchor: what is done behind our back is named.

use crate::harness::*;
use kernel::{Actor, CommandId, PatientId, Realm, Timestamp};
use std::collections::BTreeSet;
use store::audit::{Anchor, Finding, Limits, Report, SealFiles, public_key, verify};
use store::repositories::patients::{self, PatientRecord};
use store::repositories::tasks::{self, NewTask};
use store::repositories::transmissions::{self, NewTransmission};
use store::{Opening, Options, Outcome, Registered, Store, Target, all_statements};
use uuid::Uuid;

on_both!(
    what_commands_write_is_sound_and_a_changed_record_counts_as_it_was_left,
    five_hundred_alterations_are_all_named,
    a_journal_cut_short_is_seen_by_its_anchor_alone,
    a_chain_made_anew_is_seen_by_its_anchor_alone,
    an_anchor_that_is_not_ours_is_named,
    what_a_killed_process_did_not_sign_is_signed_by_the_next,
    a_laboratory_at_work_is_sound_while_it_is_looked_at,
    rows_with_keys_nobody_of_ours_makes_are_named_and_end,
    records_are_found_in_whatever_slice_their_keys_lie,
    entries_that_cannot_be_sealed_are_told_of_until_they_are,
    a_command_sealed_twice_and_a_seal_in_front_of_the_first_are_named,
    a_seal_numbered_at_the_end_of_all_numbers_is_named_and_harms_nobody,
);

fn id(number: u32) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

/// A laboratory with its anchor beside it.
struct Sealed {
    folder: tempfile::TempDir,
    store: Store,
}

fn files(folder: &tempfile::TempDir) -> SealFiles {
    SealFiles { key: folder.path().join("seal.key"), log: folder.path().join("seals.log") }
}

fn opened(engine: &Engine, folder: &tempfile::TempDir) -> Store {
    let options = Options { seals: Some(files(folder)), ..Options::default() };
    Store::open(&engine.target, Realm::Training, Opening::CreateOrOpen, options).unwrap()
}

fn sealed(engine: &Engine) -> Sealed {
    let folder = tempfile::tempdir().unwrap();
    let store = opened(engine, &folder);
    Sealed { folder, store }
}

impl Sealed {
    fn anchor(&self) -> Anchor {
        let files = files(&self.folder);
        Anchor { text: std::fs::read_to_string(files.log).unwrap(), keys: vec![public_key(&files.key).unwrap()] }
    }

    fn look(&self, anchor: Option<&Anchor>) -> Report {
        self.look_by(anchor, Limits::default())
    }

    fn look_by(&self, anchor: Option<&Anchor>, limits: Limits) -> Report {
        verify(&self.store, anchor, limits).unwrap()
    }
}

/// A patient, a message with its bytes and a task, each number its own.
fn work(store: &Store, number: u32) {
    let now = Timestamp::from_micros(1_800_000_000_000_000 + i64::from(number));
    let act = move |tx: &mut store::Tx<'_>| {
        let transmission = kernel::TransmissionId::from_uuid(id(number));
        let patient = PatientRecord {
            id: PatientId::from_uuid(id(number)),
            mrn: format!("M-{number}"),
            family_name: "Example".to_owned(),
            given_name: "One".to_owned(),
            birth_date: String::new(),
            sex: "U".to_owned(),
        };
        patients::add_patient(tx, &patient, now)?;
        let raw = format!("H|\\^&\rR|1|{number}\rL|1|N\r");
        let new = NewTransmission {
            id: transmission,
            link: "c111",
            arrival: i64::from(number),
            received_at: now,
            content_hash: &number.to_be_bytes().repeat(8).try_into().unwrap(),
            raw: raw.as_bytes(),
            waits: false,
        };
        transmissions::keep(tx, &new)?;
        let task = NewTask {
            id: kernel::TaskId::from_uuid(id(number)),
            kind: "unclaimed",
            about: tasks::About::Transmission(transmission),
            raw_line: "R|1|".to_owned(),
            why: "nobody ordered it".to_owned(),
            owner: "chemistry".to_owned(),
        };
        tasks::add_tasks(tx, &[task], now)?;
        Ok(Outcome { act: "work", accepted: true, subject: Some(id(number)), note: number.to_string() })
    };
    let command = CommandId::from_uuid(id(number));
    store.write(&Actor::System("test".to_owned()), command, now, act).wait().unwrap();
}

fn close_task(store: &Store, number: u32, version: i64) {
    let now = Timestamp::from_micros(1_900_000_000_000_000);
    let act = move |tx: &mut store::Tx<'_>| {
        let closing = tasks::close_task(tx, kernel::TaskId::from_uuid(id(number)), version, "someone", "seen", now)?;
        Ok(Outcome { act: "close", accepted: closing == tasks::Closing::Closed, subject: None, note: String::new() })
    };
    let command = CommandId::from_uuid(id(1_000_000 + number));
    assert!(store.write(&Actor::System("test".to_owned()), command, now, act).wait().unwrap().accepted);
}

fn what_commands_write_is_sound_and_a_changed_record_counts_as_it_was_left(engine: &Engine) {
    let lab = sealed(engine);
    assert!(lab.look(None).is_sound(), "an empty laboratory");
    (1..=30).for_each(|number| work(&lab.store, number));
    close_task(&lab.store, 7, 1);
    let report = lab.look(None);
    assert_eq!(report.findings, []);
    // Of each: patient, message, bytes, task.
    assert_eq!((report.entries, report.records), (31, 4 * 30));
    assert!(report.unseen[0].contains("anchor"), "{:?}", report.unseen);
    let Sealed { folder, store } = lab;
    store.close();
    // The chain goes on where it ended, and a clean close signs its end.
    let lab = Sealed { store: opened(engine, &folder), folder };
    work(&lab.store, 31);
    let report = lab.look(Some(&lab.anchor()));
    assert_eq!((report.findings.as_slice(), report.entries), (&[][..], 32));
    assert!(report.anchored >= 31, "{report}");
}

/// One alteration, and what must be named: the text of at least one finding contains it.
struct Alteration {
    sql: String,
    named: String,
    undo: String,
}

fn literal(engine: &Engine, id: Uuid) -> String {
    let digits = id.simple();
    if engine.is_sqlite() { format!("x'{digits}'") } else { format!("'\\x{digits}'::bytea") }
}

fn bytes_literal(engine: &Engine, digits: &str) -> String {
    if engine.is_sqlite() { format!("x'{digits}'") } else { format!("'\\x{digits}'::bytea") }
}

/// Alteration number `at`, of the kinds in turn, each time at another place.
fn alteration(engine: &Engine, at: u32, entries: u32) -> Alteration {
    let number = 1 + at % entries;
    let key = literal(engine, id(number));
    let named = id(number).to_string();
    let copy = |table: &str, columns: &str| {
        let back = format!("DELETE FROM {table} WHERE id = {key}; INSERT INTO {table} SELECT * FROM copy; DROP TABLE copy");
        (format!("CREATE TABLE copy AS SELECT * FROM {table} WHERE id = {key}"), columns.to_owned(), back)
    };
    let column = |table: &str, set: &str| {
        let (save, set, back) = copy(table, set);
        (format!("{save}; UPDATE {table} SET {set} WHERE id = {key}"), back)
    };
    let (sql, back, named) = match at % 12 {
        0 => with_name(column("patient", "family_name = 'Other'"), named),
        1 => with_name(column("patient", "birth_date = '1980-02-29'"), named),
        2 => with_name(column("task", "why = 'nothing'"), named),
        3 => with_name(column("task", "closed_by = 'nobody'"), named),
        4 => with_name(column("transmission", "link = 'c501'"), named),
        5 => with_name(column("transmission", "received_at = received_at + 1"), named),
        6 => {
            let raw = bytes_literal(engine, "52");
            let save = format!("CREATE TABLE copy AS SELECT * FROM transmission_bytes WHERE transmission_id = {key}");
            let back = format!(
                "DELETE FROM transmission_bytes WHERE transmission_id = {key}; INSERT INTO transmission_bytes SELECT * FROM copy; DROP TABLE copy"
            );
            (format!("{save}; UPDATE transmission_bytes SET raw = {raw} WHERE transmission_id = {key}"), back, named)
        }
        7 => {
            let (save, _, back) = copy("patient", "");
            (format!("{save}; DELETE FROM patient WHERE id = {key}"), back, format!("patient {named} is missing"))
        }
        8 => {
            let new = id(2_000_000 + at);
            let there = literal(engine, new);
            let sql = format!(
                "INSERT INTO patient (id, mrn, family_name, given_name, birth_date, sex, created_at)
                 VALUES ({there}, 'X-{at}', 'Put', 'In', '', 'U', 1)"
            );
            (sql, format!("DELETE FROM patient WHERE id = {there}"), format!("patient {new} was written by no command"))
        }
        9 => {
            let set = |value: &str| format!("UPDATE journal SET note = '{value}' WHERE command_id = {key}");
            (set("other"), set(&number.to_string()), named)
        }
        10 => {
            let set = |value: &str| format!("UPDATE journal SET actor = '{value}' WHERE command_id = {key}");
            (set("person:somebody"), set("system:test"), named)
        }
        _ => {
            // Two seals change places.
            let next = if number == entries { number - 1 } else { number + 1 };
            let swap = format!(
                "UPDATE seal SET no = -1 WHERE no = {number}; UPDATE seal SET no = {number} WHERE no = {next};
                 UPDATE seal SET no = {next} WHERE no = -1"
            );
            (swap.clone(), swap, format!("entry {}", number.min(next)))
        }
    };
    Alteration { sql, named, undo: back }
}

fn with_name((sql, back): (String, String), named: String) -> (String, String, String) {
    (sql, back, named)
}

/// So few records in a slice that their keys are cut everywhere.
const SMALL: Limits = Limits { records_at_once: 5, lanes: 3 };

fn five_hundred_alterations_are_all_named(engine: &Engine) {
    const ENTRIES: u32 = 40;
    let lab = sealed(engine);
    (1..=ENTRIES).for_each(|number| work(&lab.store, number));
    assert!(lab.look(None).is_sound());
    let mut missed = Vec::new();
    for at in 0..500 {
        let Alteration { sql, named, undo } = alteration(engine, at, ENTRIES);
        engine.raw(&sql);
        // In one slice; and in very many, three at once, for each kind.
        let limits = if at % 5 == 0 { SMALL } else { Limits::default() };
        let report = lab.look_by(None, limits);
        if !report.findings.iter().any(|finding| finding.to_string().contains(&named)) {
            missed.push(format!("{sql}: {named} is not in {:?}", report.findings));
        }
        engine.raw(&undo);
    }
    assert_eq!(missed, Vec::<String>::new());
    // Every one of them was taken back, so nothing may be found any more.
    for limits in [Limits::default(), SMALL] {
        let report = lab.look_by(None, limits);
        assert_eq!((report.findings.as_slice(), report.records), (&[][..], u64::from(4 * ENTRIES)));
    }
}

/// Takes the last entries out, with everything they wrote and their seals: what is left is a sound, shorter history.
fn cut_short(engine: &Engine, from: u32, to: u32) {
    for number in from..=to {
        let key = literal(engine, id(number));
        for (table, column) in [
            ("patient", "id"),
            ("task", "id"),
            ("transmission_bytes", "transmission_id"),
            ("transmission", "id"),
            ("journal", "command_id"),
        ] {
            engine.raw(&format!("DELETE FROM {table} WHERE {column} = {key}"));
        }
        engine.raw(&format!("DELETE FROM seal WHERE no = {number}"));
    }
}

fn a_journal_cut_short_is_seen_by_its_anchor_alone(engine: &Engine) {
    let lab = sealed(engine);
    (1..=10).for_each(|number| work(&lab.store, number));
    let Sealed { folder, store } = lab;
    store.close();
    cut_short(engine, 8, 10);
    let lab = Sealed { store: opened(engine, &folder), folder };
    let report = lab.look(None);
    assert_eq!((report.findings.as_slice(), report.entries), (&[][..], 7), "without the anchor it looks sound");
    assert!(report.unseen.iter().any(|words| words.contains("cut off")), "and it says that it cannot see this: {:?}", report.unseen);
    let report = lab.look(Some(&lab.anchor()));
    assert_eq!(report.findings, [Finding::CutShort { anchored: 10, ends: 7 }]);
    // Work goes on, and the log goes back: that stays visible for ever.
    work(&lab.store, 11);
    let Sealed { folder, store } = lab;
    store.close();
    let lab = Sealed { store: opened(engine, &folder), folder };
    let report = lab.look(Some(&lab.anchor()));
    let words: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    assert!(words.iter().any(|words| words.contains("the log goes back to entry 8")), "{words:?}");
    assert!(words.iter().any(|words| words.contains("cut short")), "{words:?}");
}

fn a_chain_made_anew_is_seen_by_its_anchor_alone(engine: &Engine) {
    let lab = sealed(engine);
    (1..=10).for_each(|number| work(&lab.store, number));
    let anchor = {
        let Sealed { folder, store } = lab;
        store.close();
        Sealed { store: opened(engine, &folder), folder }
    };
    let text = anchor.anchor();
    anchor.store.clone().close();
    // A forger with the program itself: the last entries are taken out and others put in their place, properly sealed.
    cut_short(engine, 9, 10);
    let elsewhere = tempfile::tempdir().unwrap();
    let forged = opened(engine, &elsewhere);
    (51..=52).for_each(|number| work(&forged, number));
    let lab = Sealed { store: forged, folder: elsewhere };
    assert_eq!(lab.look(None).findings, [], "without the anchor it looks sound");
    let report = lab.look(Some(&text));
    assert_eq!(report.findings, [Finding::OtherChain(10)]);
}

fn an_anchor_that_is_not_ours_is_named(engine: &Engine) {
    let lab = sealed(engine);
    (1..=3).for_each(|number| work(&lab.store, number));
    let Sealed { folder, store } = lab;
    store.close();
    let lab = Sealed { store: opened(engine, &folder), folder };
    let anchor = lab.anchor();
    let other_key = Anchor { keys: vec!["00".repeat(32)], ..anchor.clone() };
    assert!(lab.look(Some(&other_key)).findings[0].to_string().contains("none of those that count"));
    let altered = Anchor { text: anchor.text.replacen("seal 3", "seal 2", 1), ..anchor.clone() };
    assert!(lab.look(Some(&altered)).findings[0].to_string().contains("signature is not right"));
    let nonsense = Anchor { text: format!("{}seal x\n", anchor.text), ..anchor.clone() };
    assert!(lab.look(Some(&nonsense)).findings[0].to_string().contains("no signed head"));
    let any_key = Anchor { keys: Vec::new(), ..anchor };
    let report = lab.look(Some(&any_key));
    assert!(report.is_sound() && report.unseen.iter().any(|words| words.contains("your key")), "{report}");
}

fn what_a_killed_process_did_not_sign_is_signed_by_the_next(engine: &Engine) {
    let Sealed { folder, store } = sealed(engine);
    (1..=3).for_each(|number| work(&store, number));
    store.close();
    // As if it had been killed before it signed.
    let log = files(&folder).log;
    std::fs::write(&log, "").unwrap();
    for _ in 0..2 {
        opened(engine, &folder).close();
        let lines = std::fs::read_to_string(&log).unwrap();
        assert!(lines.starts_with("seal 3 ") && lines.lines().count() == 1, "once, and without a command: {lines}");
    }
}

fn a_laboratory_at_work_is_sound_while_it_is_looked_at(engine: &Engine) {
    let lab = sealed(engine);
    (1..=20).for_each(|number| work(&lab.store, number));
    let store = lab.store.clone();
    let writing = std::thread::spawn(move || {
        for number in 21..=200 {
            work(&store, number);
            close_task(&store, number - 20, 1);
        }
    });
    while !writing.is_finished() {
        assert_eq!(lab.look(None).findings, []);
    }
    writing.join().unwrap();
    let report = lab.look(None);
    assert_eq!((report.findings.as_slice(), report.entries, report.changed_meanwhile), (&[][..], 380, 0));
}

fn rows_with_keys_nobody_of_ours_makes_are_named_and_end(engine: &Engine) {
    let lab = sealed(engine);
    (1..=3).for_each(|number| work(&lab.store, number));
    // Behind all others, longer than an id, so that a scan that goes on behind a part of it meets it again for ever.
    let long = bytes_literal(engine, &"ff".repeat(40));
    engine.raw(&format!(
        "INSERT INTO patient (id, mrn, family_name, given_name, birth_date, sex, created_at) VALUES ({long}, 'X', 'Long', 'Key', '', 'U', 1);
         INSERT INTO journal (command_id, at, actor, act, accepted, note, images) VALUES ({long}, 1, 'system:x', 'x', 1, '', {long})"
    ));
    let words: Vec<String> = lab.look(None).findings.iter().map(ToString::to_string).collect();
    assert!(words.iter().any(|words| words.contains("was written by no command")), "{words:?}");
    assert!(words.iter().any(|words| words.contains("has no seal")), "{words:?}");
    assert_eq!(words.len(), 2, "{words:?}");
    // In front of all others: no bytes at all. And others that end where a slice may.
    let (none, zero) = (bytes_literal(engine, ""), bytes_literal(engine, "00"));
    for key in [none, zero, bytes_literal(engine, &"00".repeat(16)), bytes_literal(engine, &"00".repeat(17))] {
        engine.raw(&format!(
            "INSERT INTO staff (id, user_name, display_name, role, password_hash, created_at) VALUES ({key}, {}, 'x', 'x', 'x', 1);
             INSERT INTO journal (command_id, at, actor, act, accepted, note, images) VALUES ({key}, 1, 'system:x', 'x', 1, '', {long})",
            literal_text(&key)
        ));
    }
    for limits in [Limits::default(), SMALL] {
        let words: Vec<String> = lab.look_by(None, limits).findings.iter().map(ToString::to_string).collect();
        let count = |what: &str| words.iter().filter(|words| words.contains(what)).count();
        assert_eq!((count("was written by no command"), count("has no seal"), words.len()), (5, 5, 10), "{words:?}");
    }
}

/// The same characters as a text.
fn literal_text(literal: &str) -> String {
    format!("'{}'", literal.replace('\'', ""))
}

/// Keys that share all but their last bits, others far from them, some taken away and some changed, and many slices: each is met once.
fn records_are_found_in_whatever_slice_their_keys_lie(engine: &Engine) {
    let lab = sealed(engine);
    let numbers = || (1..=60).chain((1..=20).map(|number| number << 24));
    numbers().for_each(|number| work(&lab.store, number));
    (1..=30).for_each(|number| close_task(&lab.store, number, 1));
    for records_at_once in [1, 7, 50, 1_000_000] {
        for lanes in [0, 4] {
            let report = lab.look_by(None, Limits { records_at_once, lanes });
            assert_eq!((report.findings.as_slice(), report.records, report.entries), (&[][..], 320, 110), "{records_at_once}, {lanes}");
        }
    }
}

fn entries_that_cannot_be_sealed_are_told_of_until_they_are(engine: &Engine) {
    if engine.is_sqlite() {
        // There the writer seals in the commands' own transaction.
        return;
    }
    let lab = sealed(engine);
    work(&lab.store, 1);
    assert_eq!(lab.store.troubles(), Vec::<String>::new());
    engine.raw("ALTER TABLE seal RENAME TO away");
    work(&lab.store, 2);
    until("it is told", || lab.store.troubles().iter().any(|words| words.contains("cannot be sealed") && words.contains("seal")));
    assert!(lab.store.statistics().seal_failures > 0);
    // The table is there again, and refuses: whoever verifies is told why entries wait.
    engine.raw("ALTER TABLE away RENAME TO seal; ALTER TABLE seal ADD CONSTRAINT none CHECK (no < 2)");
    until("it is told anew", || lab.store.troubles().iter().any(|words| words.contains("constraint")));
    let trouble = verify(&lab.store, None, Limits::default()).unwrap_err().to_string();
    assert!(trouble.contains("keep waiting for their seals") && trouble.contains("constraint"), "{trouble}");
    engine.raw("ALTER TABLE seal DROP CONSTRAINT none");
    until("it seals again", || lab.store.troubles().is_empty() && engine.count("pending_seal") == 0);
    let report = lab.look(None);
    assert_eq!((report.findings.as_slice(), report.entries), (&[][..], 2));
}

fn a_command_sealed_twice_and_a_seal_in_front_of_the_first_are_named(engine: &Engine) {
    let lab = sealed(engine);
    (1..=6).for_each(|number| work(&lab.store, number));
    until("all are sealed", || engine.count("seal") == 6 && engine.count("pending_seal") == 0);
    let (key, hash) = (literal(engine, id(4)), bytes_literal(engine, &"ab".repeat(32)));
    for no in [7, -3] {
        engine.raw(&format!("INSERT INTO seal (no, command_id, hash) VALUES ({no}, {key}, {hash})"));
        for limits in [Limits::default(), SMALL] {
            let findings = lab.look_by(None, limits).findings;
            // In front of the first it is the other seal that comes second.
            let twice = Finding::SealedTwice { no: no.max(4), command: id(4).to_string() };
            let altered = Finding::EntryAltered { no, command: id(4).to_string() };
            assert!(findings.contains(&altered) && findings.contains(&twice), "{findings:?}");
            assert_eq!(findings.len(), 2, "{findings:?}");
        }
        engine.raw(&format!("DELETE FROM seal WHERE no = {no}"));
    }
}

fn a_seal_numbered_at_the_end_of_all_numbers_is_named_and_harms_nobody(engine: &Engine) {
    let lab = sealed(engine);
    (1..=3).for_each(|number| work(&lab.store, number));
    let Sealed { folder, store } = lab;
    store.close();
    engine.raw(&format!("UPDATE seal SET no = {} WHERE no = 3", i64::MAX));
    let lab = Sealed { store: opened(engine, &folder), folder };
    let report = lab.look(None);
    assert!(report.findings.contains(&Finding::SealMissing(3)), "{report}");
    // No thread has died of it: questions are answered.
    assert!(!lab.look(None).is_sound());
}

/// What is written to a table of records past the after-images would be found as altered, years later, by an auditor: it is found here.
#[test]
fn no_statement_writes_records_past_the_journal() {
    let sqlite = Engine::sqlite();
    let Target::Sqlite(path) = &sqlite.target else { return };
    Store::open(&sqlite.target, Realm::Training, Opening::CreateNew, Options::default()).unwrap().close();
    let connection = rusqlite::Connection::open(path).unwrap();
    let records = store::audit::record_tables();
    let mut scans = BTreeSet::new();
    for statement in all_statements() {
        let text = statement.sqlite_text().into_owned();
        let words: Vec<&str> = text.split_whitespace().collect();
        let changes = match words[0] {
            "INSERT" | "DELETE" => Some(words[2]),
            "UPDATE" => Some(words[1]),
            _ => None,
        };
        let Some((table, columns)) = changes.and_then(|name| records.iter().find(|(table, _)| *table == name)) else { continue };
        scans.insert(*table);
        match (statement, words[0]) {
            (Registered::Insert(_), _) => {}
            (Registered::Statement(_), "UPDATE") => {
                let returned = text.split_once("RETURNING ").unwrap_or_else(|| panic!("{}: no RETURNING", statement.name())).1;
                let returned: Vec<&str> = returned.split(',').map(str::trim).collect();
                assert!(columns.iter().all(|column| returned.contains(column)), "{}: not the whole record", statement.name());
            }
            (Registered::Statement(_), "DELETE") => assert!(text.contains("RETURNING"), "{}: no RETURNING", statement.name()),
            _ => panic!("{} inserts into {table}: declare it as `insert`", statement.name()),
        }
    }
    assert_eq!(scans.len(), records.len(), "every table of records is written somewhere");
    // Every column of every such table is under the digest.
    for (table, columns) in records {
        let mut info = connection.prepare(&format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid")).unwrap();
        let there: Vec<String> = info.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(there, columns, "{table}");
    }
}
