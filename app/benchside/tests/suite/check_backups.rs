//! I7 on a laboratory that works: `check --backup` says whether a backup is whole and the beginning of this history, and in what it is not.

use crate::backup::{Vault, change, copy, hex, manifest, other, words};
use crate::check::with_a_result;
use crate::engine::Engine;
use crate::program::{Ended, Place};
use sha2::{Digest, Sha256};
use std::path::Path;

on_both!(
    backups_that_begin_this_history_hold_beside_a_server_and_alone,
    a_damaged_backup_is_named,
    an_altered_history_is_named_by_its_first_entry,
    a_backup_of_another_laboratory_is_named,
    a_backup_that_went_its_own_way_is_named,
    a_laboratory_older_than_its_backup_is_named,
    seals_that_were_not_signed_are_named,
);

fn back_up(place: &Place<'_>, folder: &Path) {
    assert_eq!(place.run("backup", &[words(folder)]).code, Some(0));
}

fn check(place: &Place<'_>, backup: &Path) -> Ended {
    place.run("check", &["--backup", words(backup)])
}

/// It does not hold, and of this backup exactly this is said.
fn does_not_hold(place: &Place<'_>, backup: &Path, what: &str) {
    let checked = check(place, backup);
    checked.says(1, &["not hold"]);
    let said: Vec<&str> = checked.out.lines().filter(|line| line.starts_with("I7: ")).collect();
    assert!(said.iter().any(|line| line.starts_with(&format!("I7: backup {}: {what}", words(backup)))), "{what}: {}", checked.out);
    assert!(!checked.out.contains("is whole"), "{}", checked.out);
}

async fn backups_that_begin_this_history_hold_beside_a_server_and_alone(engine: &Engine) {
    let place = with_a_result(engine);
    let vault = Vault::new();
    let [first, second] = ["first", "second"].map(|name| vault.path(name));
    back_up(&place, &first);
    place.operate("token new", &["ward"]).says(0, &[]);
    let server = place.serve();
    back_up(&place, &second);
    place.operate("token new", &["bench"]).says(0, &[]);
    let check = || place.run("check", &["--backup", words(&first), "--backup", words(&second)]);
    let through = check();
    assert_eq!(server.stop().code, Some(0));
    for checked in [through, check()] {
        checked.says(0, &[]);
        for backup in [&first, &second] {
            let entries = manifest(backup)["journal_entries"].as_i64().unwrap();
            let holds = format!("I7: backup {} is whole, and its {entries} journal entries begin this one's history\n", words(backup));
            assert!(checked.out.contains(&holds), "{}", checked.out);
        }
        assert!(!checked.out.contains("no backup was looked at") && checked.out.starts_with("I1 to I6 hold"), "{}", checked.out);
    }
    // The backup is as it was: nothing was written beside it.
    place.run("check", &["--backup", words(&first)]).says(0, &[]);
    let nowhere = vault.path("nowhere");
    does_not_hold(&place, &nowhere, &format!("it is damaged: {}/manifest.json: it is missing", words(&nowhere)));
}

async fn a_damaged_backup_is_named(engine: &Engine) {
    let place = with_a_result(engine);
    let vault = Vault::new();
    let (backup, bad) = (vault.path("backup"), vault.path("bad"));
    back_up(&place, &backup);
    let database = manifest(&backup)["files"][0]["name"].as_str().unwrap().to_owned();
    for (name, damage) in [(database.as_str(), "its SHA-256 digest is not"), ("manifest.json", "its digest is not")] {
        copy(&backup, &bad);
        change(&bad.join(name), |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
        });
        does_not_hold(&place, &bad, &format!("it is damaged: {}/{name}: {damage}", words(&bad)));
    }
}

/// Makes digests and manifest anew, as somebody would who altered a backup on purpose.
fn seal_anew(backup: &Path) {
    let mut said = manifest(backup);
    for file in said["files"].as_array_mut().unwrap() {
        let bytes = std::fs::read(backup.join(file["name"].as_str().unwrap())).unwrap();
        file["bytes"] = bytes.len().into();
        file["sha256"] = hex(&Sha256::digest(&bytes)).into();
    }
    let text = serde_json::to_string_pretty(&said).unwrap() + "\n";
    std::fs::write(backup.join("manifest.json"), &text).unwrap();
    std::fs::write(backup.join("manifest.sha256"), format!("{}  manifest.json\n", hex(&Sha256::digest(text)))).unwrap();
}

/// Changes one byte in the database of a backup, where `find` sees it in a file, and makes the backup whole again.
fn alter(backup: &Path, find: impl Fn(&[u8]) -> Vec<usize>) {
    let mut altered = 0;
    for file in manifest(backup)["files"].as_array().unwrap().iter().filter(|file| file["part"] == "database") {
        change(&backup.join(file["name"].as_str().unwrap()), |bytes| {
            let places = find(bytes);
            places.iter().for_each(|at| bytes[*at] ^= 1);
            altered += places.len();
        });
    }
    assert_eq!(altered, 1, "it stands there once");
    seal_anew(backup);
}

fn places<'b>(bytes: &'b [u8], of: &'b [u8]) -> impl Iterator<Item = usize> + 'b {
    bytes.windows(of.len()).enumerate().filter(move |(_, window)| *window == of).map(|(at, _)| at)
}

async fn an_altered_history_is_named_by_its_first_entry(engine: &Engine) {
    let place = with_a_result(engine);
    let vault = Vault::new();
    let (backup, bad) = (vault.path("backup"), vault.path("bad"));
    back_up(&place, &backup);
    let hashes = place.blobs("SELECT hash FROM seal ORDER BY no");
    copy(&backup, &bad);
    alter(&bad, |bytes| places(bytes, &hashes[2]).collect());
    does_not_hold(&place, &bad, "its history is not this one's from entry 3 on");
    // An entry, under a seal that was left as it is: what was done stands a few bytes behind its command.
    let command = place.blobs("SELECT command_id FROM journal WHERE act = 'place_order'").remove(0);
    copy(&backup, &bad);
    alter(&bad, |bytes| {
        let act = |at: usize| places(&bytes[at..(at + 120).min(bytes.len())], b"place_order").next().map(|behind| at + behind);
        places(bytes, &command).filter_map(act).collect()
    });
    let id = [0..4, 4..6, 6..8, 8..10, 10..16].map(|part| hex(&command[part])).join("-");
    does_not_hold(&place, &bad, &format!("its journal entry of command {id} is not as it stands here"));
    // The same the other way round: the backup is sound, and the laboratory's own chain was altered.
    check(&place, &backup).says(0, &[]);
    place.change("UPDATE seal SET hash = command_id WHERE no = 4");
    does_not_hold(&place, &backup, "its history is not this one's from entry 4 on");
}

async fn a_backup_of_another_laboratory_is_named(engine: &Engine) {
    let place = with_a_result(engine);
    let vault = Vault::new();
    for realm in ["production", "training"] {
        let elsewhere = other(engine);
        let (stranger, _) = Place::with_laboratory(&elsewhere, realm);
        let backup = vault.path(realm);
        back_up(&stranger, &backup);
        let what = if realm == "production" {
            "it is of another laboratory"
        } else {
            "it is of a training laboratory, and this one is production"
        };
        does_not_hold(&place, &backup, what);
    }
}

async fn a_backup_that_went_its_own_way_is_named(engine: &Engine) {
    let place = with_a_result(engine);
    let vault = Vault::new();
    let [first, second] = ["first", "second"].map(|name| vault.path(name));
    back_up(&place, &first);
    let elsewhere = other(engine);
    let restored = Place::new(&elsewhere);
    restored.run("restore", &[words(&first)]).says(0, &[]);
    back_up(&restored, &second);
    let common = manifest(&first)["journal_entries"].as_i64().unwrap();
    does_not_hold(&place, &second, &format!("its history is not this one's from entry {} on", common + 1));
    check(&restored, &first).says(0, &[]);
    check(&restored, &second).says(0, &[]);
}

/// The database of a backup as it is, without what `restore` does behind it: as somebody puts an older database in place of this one.
fn put_in_place(backup: &Path, place: &Place<'_>, engine: &Engine) {
    let said = manifest(backup);
    let files = said["files"].as_array().unwrap().iter().filter(|file| file["part"] == "database");
    let source = store::Source {
        folder: backup.to_owned(),
        engine: said["engine"].as_str().unwrap().to_owned(),
        realm: kernel::Realm::Production,
        schema_version: said["schema_version"].as_i64().unwrap(),
        files: files.map(|file| file["name"].as_str().unwrap().to_owned()).collect(),
    };
    let target = match &engine.target {
        store::Target::Sqlite(_) => store::Target::Sqlite(place.data().join("benchside.db")),
        postgres => postgres.clone(),
    };
    store::restore(&target, source, &store::Cancel::default()).wait().unwrap();
}

async fn a_laboratory_older_than_its_backup_is_named(engine: &Engine) {
    let place = with_a_result(engine);
    let vault = Vault::new();
    let [older, newer] = ["older", "newer"].map(|name| vault.path(name));
    back_up(&place, &older);
    place.operate("token new", &["ward"]).says(0, &[]);
    back_up(&place, &newer);
    let elsewhere = other(engine);
    let gone_back = Place::new(&elsewhere);
    for name in ["benchside.toml", "seals.log", "seal.key"] {
        std::fs::copy(place.data().join(name), gone_back.data().join(name)).unwrap();
    }
    put_in_place(&older, &gone_back, &elsewhere);
    check(&gone_back, &older).says(0, &[]);
    let [ends, here] = [&newer, &older].map(|backup| manifest(backup)["journal_entries"].as_i64().unwrap());
    does_not_hold(&gone_back, &newer, &format!("it ends with entry {ends}, and the journal here with {here}: an older database"));
}

/// All of a history made anew, database and backup alike: only what was signed knows better.
async fn seals_that_were_not_signed_are_named(engine: &Engine) {
    let place = with_a_result(engine);
    let elsewhere = other(engine);
    let made_anew = with_a_result(&elsewhere);
    let vault = Vault::new();
    let backup = vault.path("backup");
    back_up(&made_anew, &backup);
    check(&made_anew, &backup).says(0, &[]);
    for name in ["seals.log", "seal.key"] {
        std::fs::copy(place.data().join(name), made_anew.data().join(name)).unwrap();
    }
    let log = std::fs::read_to_string(place.data().join("seals.log")).unwrap();
    let signed = log.split(' ').nth(1).unwrap();
    does_not_hold(&made_anew, &backup, &format!("its seal {signed} is not the one that was signed"));
}
