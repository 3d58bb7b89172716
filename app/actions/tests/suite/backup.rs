//! Backups: no byte of one changes unnoticed, and one that is broken off leaves nothing.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::potassium;
use actions::{BackUpRefusal, Manifest, back_up, verify_backup};
use std::path::Path;
use store::{Cancel, CopyTrouble};

on_both!(any_flipped_bit_and_any_cut_is_found_and_named, a_backup_that_is_broken_off_leaves_nothing, a_backup_stands_in_the_journal);

/// Bits flipped, and lengths cut, in one run.
const FLIPS: usize = 400;
const CUTS: usize = 100;

async fn made(engine: &Engine, folder: &Path) -> (House, Manifest) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    house.measure(&container, &[potassium("4.1")], 1).await;
    let configuration = [("benchside.toml".to_owned(), b"realm = \"production\"\n".to_vec()), ("../escape".to_owned(), Vec::new())];
    let manifest = back_up(house.lab.store(), folder, &configuration, &Cancel::default()).await.unwrap();
    (house, manifest)
}

/// The same numbers each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

async fn any_flipped_bit_and_any_cut_is_found_and_named(engine: &Engine) {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("backup");
    let (_, manifest) = made(engine, &folder).await;
    assert_eq!(verify_backup(&folder).unwrap(), manifest);
    let names: Vec<String> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), manifest.files.len() + 2, "nothing outside the folder's own names");
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    for round in 0..FLIPS + CUTS {
        let name = &names[round % names.len()];
        let file = folder.join(name);
        let sound = std::fs::read(&file).unwrap();
        let mut bytes = sound.clone();
        let at = chance.below(bytes.len());
        if round < FLIPS {
            bytes[at] ^= 1 << chance.below(8);
        } else {
            bytes.truncate(at);
        }
        std::fs::write(&file, bytes).unwrap();
        let damage = verify_backup(&folder).expect_err(name);
        // A manifest and its digest accuse each other.
        let named = if name.starts_with("manifest") { "manifest.json" } else { name };
        assert_eq!(damage.file, folder.join(named), "{damage}");
        std::fs::write(&file, sound).unwrap();
    }
    assert_eq!(verify_backup(&folder).unwrap(), manifest);
}

async fn a_backup_that_is_broken_off_leaves_nothing(engine: &Engine) {
    let house = House::signed(engine);
    let outer = tempfile::tempdir().unwrap();
    let cancel = Cancel::default();
    cancel.cancel();
    let refused = back_up(house.lab.store(), &outer.path().join("backup"), &[], &cancel).await;
    assert!(matches!(refused, Err(BackUpRefusal::Copy(CopyTrouble::Cancelled))), "{refused:?}");
    assert_eq!(std::fs::read_dir(outer.path()).unwrap().count(), 0);
}

async fn a_backup_stands_in_the_journal(engine: &Engine) {
    let outer = tempfile::tempdir().unwrap();
    let (house, manifest) = made(engine, &outer.path().join("backup")).await;
    let notes = house.texts("SELECT note FROM journal WHERE act = 'back_up'").await;
    assert_eq!(notes, [format!("{} entries of the journal, at {}", manifest.journal_entries, manifest.moment)]);
    assert_eq!(house.count("SELECT COUNT(*) FROM journal").await, manifest.journal_entries + 1);
}
