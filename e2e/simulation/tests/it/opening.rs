//! What a killed process wrote and did not sync is seen by the next one, but is not on the disk: nothing may be built on it before it is.

use crate::machine::Machine;
use crate::world::seal_files;
use disk::{Call, Chance, Fault, Kind, Survival};
use kernel::{Actor, CommandId, Realm, Timestamp};
use store::audit::{Anchor, SealFiles, verify};
use store::{Engine, Opening, Options, Outcome, Store, Target};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_micros(1_795_000_000_000_000);

fn open(machine: &Machine, seals: &SealFiles) -> (Store, Engine) {
    let options = Options { readers: 1, seals: Some(seals.clone()), ..Options::default() };
    options.faults.stand_on(machine.habits(&store::Disk::default()));
    Store::open_stepped(&machine.path(), Realm::Validation, Opening::CreateOrOpen, options).unwrap()
}

/// A command that leaves nothing but its journal entry.
fn send(store: &Store, number: u128) {
    let act = |_: &mut store::Tx<'_>| Ok(Outcome { act: "try", accepted: true, subject: None, note: String::new() });
    drop(store.write(&Actor::System("suite".to_owned()), CommandId::from_uuid(Uuid::from_u128(number)), NOW, act));
}

#[test]
fn a_head_that_was_found_is_on_the_disk_before_it_is_signed() {
    let (_folder, seals) = seal_files();
    let machine = Machine::new();
    let (store, mut engine) = open(&machine, &seals);
    let mut stepper = engine.stepper();
    send(&store, 1);
    assert!(stepper.write());
    // The commit is written whole, and the disk then says that it could not keep it: the process ends.
    machine.disk.arm(Fault { calls: vec![Call::Sync], name_ends: "-wal", nth: 1, kind: Kind::Device, lasts: false });
    send(&store, 2);
    assert!(stepper.write());
    assert_eq!(machine.disk.failed(), 1);
    drop(stepper);
    drop((store, engine));

    let (store, mut engine) = open(&machine, &seals);
    engine.stepper().look_after(NOW);
    let signed = std::fs::read_to_string(&seals.log).unwrap();
    assert!(signed.lines().last().unwrap().starts_with("seal 2 "), "{signed}");
    drop((store, engine));

    let machine = machine.after_power_loss(Survival::Nothing, &mut Chance::new(1));
    let store = Store::open(&Target::Sqlite(machine.path()), Realm::Validation, Opening::Existing, Options::default()).unwrap();
    let report = verify(&store, Some(&Anchor { text: signed, keys: Vec::new() }), store::audit::Limits::default()).unwrap();
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.entries, 2);
    store.close();
}
