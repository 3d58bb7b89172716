//! The drill: a backup while analysers send, restored elsewhere, checked, and gone on with.

use crate::engine::Engine;
use crate::http::{api, order, patient};
use crate::program::{Ended, Place, potassium, run, send, until};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

on_both!(
    backups_under_ingest_are_restored_checked_and_gone_on_with,
    a_backup_is_made_while_nobody_serves_as_well,
    a_destination_that_exists_is_refused,
    every_damage_is_refused_by_name,
    a_place_with_a_laboratory_is_refused,
    the_other_engine_is_refused,
);

/// The database of another laboratory on the same kind of engine.
pub(crate) fn other(engine: &Engine) -> Engine {
    match engine.target {
        store::Target::Sqlite(_) => Engine::sqlite(),
        store::Target::Postgres(_) => Engine::postgres().unwrap(),
    }
}

/// A folder for backups, gone with the test.
pub(crate) struct Vault(TempDir);

impl Vault {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

pub(crate) fn words(path: &Path) -> &str {
    path.to_str().unwrap()
}

pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

pub(crate) fn manifest(backup: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(backup.join("manifest.json")).unwrap()).unwrap()
}

/// Restores by the command itself, into a place that is no laboratory yet.
pub(crate) fn restore(backup: &Path, place: &Place<'_>) -> Ended {
    place.run("restore", &[words(backup)])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Sends until it is told to stop; each message that was acknowledged is noted before the next is sent.
fn keep_sending(link: std::net::SocketAddr, sender: usize, acknowledged: &Mutex<Vec<String>>, stop: &AtomicBool) {
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let specimen = format!("S{sender}-{number}");
        if send(link, &potassium(&specimen, "4.1")) {
            acknowledged.lock().unwrap().push(specimen);
        }
    }
}

/// A backup that was made under ingest.
struct Drill {
    folder: PathBuf,
    /// What was acknowledged before, and how many more while it was made.
    before: Vec<String>,
    during: usize,
}

/// Three under one ingest, as the test plan counts them (test plan 3.2).
async fn backups_under_ingest_are_restored_checked_and_gone_on_with(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let vault = Vault::new();
    let server = place.serve();
    let (_, container) = order(server.http, &accounts.token, &patient());
    let (acknowledged, stop) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let count = || acknowledged.lock().unwrap().len();
    let drills = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let (link, acknowledged, stop) = (server.link(), &acknowledged, &stop);
                scope.spawn(move || keep_sending(link, sender, acknowledged, stop))
            })
            .collect();
        let drills = ["monday", "tuesday", "wednesday"].map(|name| {
            let (folder, so_far) = (vault.path(name), count());
            until("messages before", || (count() >= so_far + 40).then_some(()));
            let before = acknowledged.lock().unwrap().clone();
            let made = place.run("backup", &[words(&folder)]);
            let during = count() - before.len();
            assert_eq!(made.code, Some(0), "{made:?}");
            assert!(during > 0, "analysers were answered while the backup was made");
            Drill { folder, before, during }
        });
        let after = count();
        until("messages after", || (count() >= after + 20).then_some(()));
        stop.store(true, Ordering::Relaxed);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
        drills
    });
    assert_eq!(server.stop().code, Some(0));
    for drill in &drills {
        let elsewhere = other(engine);
        let restored = Place::new(&elsewhere);
        is_restored(drill, &place, &restored);
        goes_on(&restored, &accounts.token, &container);
    }
}

fn is_restored(drill: &Drill, place: &Place<'_>, restored: &Place<'_>) {
    let ended = restore(&drill.folder, restored);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("I1 to I6 hold; nothing is in quarantine"), "{ended:?}");
    is_a_prefix(place, restored, manifest(&drill.folder)["journal_entries"].as_u64().unwrap());
    let (raw, before) = (restored.texts("SELECT 'x' FROM transmission_bytes").len(), drill.before.len());
    assert!((before..before + 4 + drill.during + 4).contains(&raw), "{raw} messages of {before} and {}", drill.during);
    let kept: HashSet<String> = restored.blobs("SELECT raw FROM transmission_bytes").iter().filter_map(|raw| specimen(raw)).collect();
    assert!(drill.before.iter().all(|specimen| kept.contains(specimen)), "what was acknowledged before is there");
}

/// The same accounts, links and tokens; codes go on far behind those that may be on tubes.
fn goes_on(restored: &Place<'_>, token: &str, container: &str) {
    let server = restored.serve();
    assert_eq!(server.links[0].0, "c111");
    let (_, next) = order(server.http, token, &patient());
    let number = |code: &str| code.get(1..code.len() - 1).unwrap().parse::<u64>().unwrap();
    assert!(number(&next) >= number(container) + 20_000, "{container} then {next}");
    assert!(send(server.link(), &potassium(&next, "4.2")));
    until("a result", || {
        let answer = api(server.http, token, &format!("/api/v1/containers/{next}/results"));
        answer["results"].as_array().filter(|results| results.len() == 1).map(|_| ())
    });
    assert_eq!(server.stop().code, Some(0));
    assert_eq!(restored.run("check", &[]).code, Some(0));
}

/// The specimen of one of this test's messages.
fn specimen(raw: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let (_, rest) = text.split_once("O|1||")?;
    Some(rest.split_once("^^6")?.0.to_owned())
}

/// The restored journal is the beginning of the source's: nothing else is in it, of each link's messages none is left out before the last, and
/// behind it stands that it was restored.
fn is_a_prefix(source: &Place<'_>, restored: &Place<'_>, entries: u64) {
    let journal = "SELECT command_id FROM journal WHERE act <> 'restore_backup' ORDER BY command_id";
    let whole: HashSet<Vec<u8>> = source.blobs(journal).into_iter().collect();
    let part: Vec<Vec<u8>> = restored.blobs(journal);
    assert_eq!(part.len() as u64, entries);
    assert!(part.len() < whole.len() && part.iter().all(|id| whole.contains(id)));
    assert_eq!(restored.texts("SELECT act FROM journal WHERE act = 'restore_backup'").len(), 1);
    let arrivals = restored.numbers("SELECT arrival FROM transmission ORDER BY arrival");
    assert_eq!(arrivals, (1..=arrivals.len() as i64).collect::<Vec<_>>(), "none is left out");
    let kept = "SELECT subject FROM journal WHERE act IN ('keep_transmission', 'keep_and_file') ORDER BY subject";
    assert_eq!(restored.blobs(kept), restored.blobs("SELECT id FROM transmission ORDER BY id"), "entry and effect are one");
}

async fn a_backup_is_made_while_nobody_serves_as_well(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "validation");
    std::fs::write(place.data().join("own.csv"), std::fs::read("../../content/instruments/roche_cobas_c.csv").unwrap()).unwrap();
    let text = std::fs::read_to_string(place.file()).unwrap();
    place.configure(&format!("{text}mapping = \"own.csv\"\n"));
    let vault = Vault::new();
    let backup = vault.path("backup");
    let made = place.run("backup", &[words(&backup)]);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.out.contains("entries of the journal"), "{made:?}");
    assert_eq!(names(vault.0.path()), ["backup"], "nothing unfinished beside it");
    for name in names(&backup) {
        let metadata = std::fs::metadata(backup.join(&name)).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
    let said = manifest(&backup);
    assert_eq!((&said["format"], &said["realm"]), (&1.into(), &"validation".into()));
    for file in said["files"].as_array().unwrap() {
        let bytes = std::fs::read(backup.join(file["name"].as_str().unwrap())).unwrap();
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(file["sha256"], hex(&Sha256::digest(&bytes)));
    }
    let digest = std::fs::read_to_string(backup.join("manifest.sha256")).unwrap();
    assert_eq!(digest, format!("{}  manifest.json\n", hex(&Sha256::digest(std::fs::read(backup.join("manifest.json")).unwrap()))));
    let elsewhere = other(engine);
    let restored = Place::new(&elsewhere);
    assert_eq!(restore(&backup, &restored).code, Some(0));
    assert_eq!(std::fs::read(restored.data().join("own.csv")).unwrap(), std::fs::read(place.data().join("own.csv")).unwrap());
    let configured = std::fs::read_to_string(restored.file()).unwrap();
    assert!(configured.contains("mapping = \"own.csv\"") && configured.contains("zone = \"Europe/Berlin\""), "{configured}");
    assert_eq!(restored.serve().stop().code, Some(0));
}

async fn a_destination_that_exists_is_refused(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let vault = Vault::new();
    let backup = vault.path("backup");
    std::fs::write(&backup, "notes").unwrap();
    let server = place.serve();
    place.run("backup", &[words(&backup)]).says(2, &[words(&backup), "exists already"]);
    assert_eq!(std::fs::read(&backup).unwrap(), b"notes");
    std::fs::remove_file(&backup).unwrap();
    let partial = vault.path("backup.partial");
    std::fs::create_dir(&partial).unwrap();
    place.run("backup", &[words(&backup)]).says(3, &[words(&partial), "you may remove it"]);
    place.run("backup", &[words(&vault.path("none/backup"))]).says(3, &["cannot write", "none/backup"]);
    drop(server);
    place.run("backup", &[words(&backup)]).says(3, &[words(&partial)]);
    assert_eq!(names(vault.0.path()), ["backup.partial"]);
}

/// Copies a folder of files.
pub(crate) fn copy(from: &Path, to: &Path) {
    drop(std::fs::remove_dir_all(to));
    std::fs::create_dir(to).unwrap();
    for name in names(from) {
        std::fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

pub(crate) fn change(file: &Path, with: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(file).unwrap();
    with(&mut bytes);
    std::fs::write(file, bytes).unwrap();
}

async fn every_damage_is_refused_by_name(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    order(server.http, &accounts.token, &patient());
    let vault = Vault::new();
    let (backup, bad) = (vault.path("backup"), vault.path("bad"));
    assert_eq!(place.run("backup", &[words(&backup)]).code, Some(0));
    drop(server);
    let elsewhere = other(engine);
    let target = Place::new(&elsewhere);
    let refused = |name: &str, what: &str| {
        let ended = restore(&bad, &target);
        ended.says(1, &[name, what, "nothing was restored"]);
        assert_eq!(names(target.data()), Vec::<String>::new(), "nothing is begun before all of it was looked at");
    };
    let said = manifest(&backup);
    let database: Vec<&str> = said["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    for name in [database[0], "benchside.toml", "manifest.json", "manifest.sha256"] {
        copy(&backup, &bad);
        std::fs::remove_file(bad.join(name)).unwrap();
        refused(name, "missing");
        copy(&backup, &bad);
        change(&bad.join(name), |bytes| bytes.truncate(bytes.len() - 1));
        refused(if name.starts_with("manifest") { "manifest.json" } else { name }, "");
        copy(&backup, &bad);
        change(&bad.join(name), |bytes| bytes.push(0));
        refused(if name.starts_with("manifest") { "manifest.json" } else { name }, "");
    }
    copy(&backup, &bad);
    std::fs::write(bad.join("benchside.db-wal"), "").unwrap();
    refused("benchside.db-wal", "does not know this file");
    copy(&backup, &bad);
    std::fs::remove_file(bad.join(database[0])).unwrap();
    std::os::unix::fs::symlink(backup.join(database[0]), bad.join(database[0])).unwrap();
    refused(database[0], "not a file");
    // The sound one is taken after all that.
    assert_eq!(restore(&backup, &target).code, Some(0));
}

async fn a_place_with_a_laboratory_is_refused(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let vault = Vault::new();
    let backup = vault.path("backup");
    assert_eq!(place.run("backup", &[words(&backup)]).code, Some(0));
    restore(&backup, &place).says(3, &["exists already"]);
    let server = place.serve();
    restore(&backup, &place).says(3, &["in use by benchside serve"]);
    drop(server);
    // Another realm's folder.
    let elsewhere = other(engine);
    let training = Place::new(&elsewhere);
    training.configure("realm = \"training\"\nsite_prefix = \"A\"\nzone = \"UTC\"\nhttp = \"127.0.0.1:0\"\n");
    restore(&backup, &training).says(2, &["production", "training"]);
    assert_eq!(place.run("check", &[]).code, Some(0), "it is as it was");
}

async fn the_other_engine_is_refused(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let vault = Vault::new();
    let backup = vault.path("backup");
    assert_eq!(place.run("backup", &[words(&backup)]).code, Some(0));
    let folder = vault.path("elsewhere");
    let data = words(&folder);
    match engine.target {
        store::Target::Sqlite(_) => {
            let url = "postgres://somebody:secret-word@127.0.0.1:1/nowhere";
            run(&["restore", words(&backup), "--data", data, "--database", url]).says(3, &["backup is of a sqlite database"]);
        }
        store::Target::Postgres(_) => run(&["restore", words(&backup), "--data", data]).says(2, &["PostgreSQL", "--database"]),
    }
    assert!(!folder.join("benchside.db").exists() && !folder.join("benchside.toml").exists());
}
