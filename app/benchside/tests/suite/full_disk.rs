//! Backup and restore where the disk is full: a small file system of the test's own, which only its own processes see.

use crate::engine::Engine;
use crate::program::{Ended, Place, run, run_program};
use std::path::Path;
use std::process::Command;

on_both!(a_backup_on_a_full_disk_is_told_and_leaves_nothing);

/// What the script ends with where nothing may be mounted.
const CANNOT_MOUNT: i32 = 111;
/// The room grows by so much from try to try.
const STEP_KIB: u64 = 16;

/// Runs the program on a disk of this size at `disk`, and then `afterwards`, a shell's words, on the same disk. Lines of the second stand behind a
/// line `afterwards`. None, and a word about it, where the system lets nobody mount anything.
fn on_a_disk_of(kibibytes: u64, disk: &Path, arguments: &[String], afterwards: &str) -> Option<Ended> {
    let script = format!(
        "mount -t tmpfs -o size={kibibytes}k,mode=700 tmpfs \"$DISK\" || exit {CANNOT_MOUNT}
         \"$@\"; code=$?; echo afterwards; {afterwards}
         exit $code"
    );
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount", "sh", "-c", &script, "sh", env!("CARGO_BIN_EXE_benchside")]).args(arguments);
    unshare.env("DISK", disk);
    let ended = run_program(unshare);
    if ended.code == Some(CANNOT_MOUNT) || ended.err.contains("unshare failed") {
        #[allow(clippy::print_stdout)]
        let () = println!("skipped: nothing may be mounted here: {}", ended.err);
        return None;
    }
    Some(ended)
}

fn afterwards(ended: &Ended) -> Vec<String> {
    let (_, rest) = ended.out.split_once("afterwards\n").unwrap();
    rest.lines().map(str::to_owned).collect()
}

async fn a_backup_on_a_full_disk_is_told_and_leaves_nothing(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let disk = tempfile::tempdir().unwrap();
    let backup = disk.path().join("backup");
    let arguments = place.arguments("backup", &[backup.to_str().unwrap()]);
    for refused in 0..100 {
        let kibibytes = (refused + 1) * STEP_KIB;
        let Some(ended) = on_a_disk_of(kibibytes, disk.path(), &arguments, "ls -A \"$DISK\"") else { return };
        if ended.code == Some(0) {
            assert_eq!(afterwards(&ended), ["backup"]);
            assert!(refused > 2, "{refused} sizes were too small");
            return;
        }
        ended.says(3, &[disk.path().to_str().unwrap(), "free some space"]);
        assert_eq!(afterwards(&ended), Vec::<String>::new(), "on {kibibytes} KiB");
    }
    panic!("never large enough");
}

/// An edition of which a file is missing would be no edition.
#[test]
fn an_edition_on_a_full_disk_is_told_and_leaves_nothing() {
    let disk = tempfile::tempdir().unwrap();
    let folder = disk.path().join("edition");
    let arguments = ["edition", "export", folder.to_str().unwrap()].map(str::to_owned);
    for refused in 0..100 {
        let kibibytes = (refused + 1) * STEP_KIB;
        let Some(ended) = on_a_disk_of(kibibytes, disk.path(), &arguments, "ls -A \"$DISK\"") else { return };
        if ended.code == Some(0) {
            assert_eq!(afterwards(&ended), ["edition"]);
            assert!(refused > 2, "{refused} sizes were too small");
            return;
        }
        ended.says(2, &["cannot write", folder.to_str().unwrap()]);
        assert_eq!(afterwards(&ended), Vec::<String>::new(), "on {kibibytes} KiB");
    }
    panic!("never large enough");
}

/// Whatever came of it: with room again the same command does it.
#[test]
fn a_restore_on_a_full_disk_is_told_and_can_be_done_again() {
    let engine = Engine::sqlite();
    let (place, _) = Place::with_laboratory(&engine, "production");
    let (vault, disk) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (backup, folder) = (vault.path().join("backup"), disk.path().join("laboratory"));
    assert_eq!(place.run("backup", &[backup.to_str().unwrap()]).code, Some(0));
    let words = ["restore", backup.to_str().unwrap(), "--data", folder.to_str().unwrap()].map(str::to_owned);
    // In between nobody may work there; then there is room.
    let again = "ls -A \"$DISK/laboratory\"; echo then
        \"$1\" check --data \"$DISK/laboratory\" >/dev/null 2>&1 && echo served
        mount -o remount,size=64m \"$DISK\" && \"$@\" >/dev/null && \"$1\" check --data \"$DISK/laboratory\"";
    let (mut begun, mut made) = (0, 0);
    for kibibytes in (1..100).map(|step| step * STEP_KIB) {
        let Some(ended) = on_a_disk_of(kibibytes, disk.path(), &words, again) else { return };
        let lines = afterwards(&ended);
        if ended.code == Some(0) {
            assert!(begun > 2 && made > 0, "{begun} were refused before there was a database, {made} behind it");
            return;
        }
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let left: Vec<&str> = lines.iter().map(String::as_str).take_while(|line| *line != "then").collect();
        if left.contains(&"benchside.db") {
            assert!(left.contains(&"restore.unfinished"), "on {kibibytes} KiB: {left:?}");
            ended.says(3, &["did not come to its end", "once more"]);
            made += 1;
        } else {
            assert!(ended.err.contains("free some space") || ended.err.contains("No space left"), "{ended:?}");
            begun += 1;
        }
        assert!(lines.join("\n").ends_with(crate::check::SOUND.trim_end()), "on {kibibytes} KiB: {ended:?}");
        assert!(!lines.iter().any(|line| line == "served"), "{ended:?}");
    }
    panic!("never large enough");
}

/// As a process leaves it that was killed between the database and the codes that are left out.
#[test]
fn a_restore_that_was_killed_is_no_laboratory_and_can_be_done_again() {
    let engine = Engine::sqlite();
    let (place, _) = Place::with_laboratory(&engine, "production");
    let vault = tempfile::tempdir().unwrap();
    let backup = vault.path().join("backup");
    let backup = backup.to_str().unwrap();
    assert_eq!(place.run("backup", &[backup]).code, Some(0));
    let elsewhere = Engine::sqlite();
    let restored = Place::new(&elsewhere);
    for name in ["benchside.db", "benchside.toml"] {
        std::fs::copy(Path::new(backup).join(name), restored.data().join(name)).unwrap();
    }
    let mark = restored.data().join("restore.unfinished");
    std::fs::write(&mark, "").unwrap();
    for command in ["serve", "check"] {
        restored.run(command, &[]).says(3, &["did not come to its end", mark.to_str().unwrap(), "once more"]);
    }
    assert_eq!(run(&["restore", backup, "--data", restored.data().to_str().unwrap()]).code, Some(0));
    assert!(!mark.exists());
    assert_eq!(restored.texts("SELECT act FROM journal WHERE act = 'restore_backup'").len(), 1);
    assert_eq!(restored.serve().stop().code, Some(0));
}
