//! One run: a seed, the world that follows from it, and what was found in the end.

use crate::check::{Known, check};
use crate::machine::{FILE, Machine, folder};
use crate::plan::{Plan, survival};
use crate::server::{Ending, live};
use disk::Chance;
use kernel::Timestamp;
use ring::signature::{Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};
use simulation::{Analyser, Switchboard, Tally, Trace};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;
use store::Outside;
use store::audit::SealFiles;
use tempfile::TempDir;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::Instant;

/// 2026-11-18, the moment at which every world begins.
const BEGIN: i64 = 1_795_000_000_000_000;
/// Lives beyond the mishaps planned: there is no reason for more than one.
const SPARE_LIVES: usize = 3;

/// What all in one world share.
pub(crate) struct World {
    pub(crate) plan: Plan,
    pub(crate) trace: Trace,
    pub(crate) board: Switchboard,
    pub(crate) seals: SealFiles,
    /// How the store treats its disk: a negative control acknowledges before it commits.
    pub(crate) habits: store::Disk,
    /// The codes of the ordered tubes, once they are ordered.
    pub(crate) codes: RefCell<Vec<String>>,
    /// The database was open once: it must be there.
    pub(crate) opened: Cell<bool>,
    /// The last life found a disk without room and committed nothing: what a killed one before it left unsigned, it could not sign.
    pub(crate) had_no_room: Cell<bool>,
    /// Analysers that have not sent everything yet.
    pub(crate) sending: Cell<usize>,
    pub(crate) findings: RefCell<Vec<String>>,
    /// How often what happened.
    pub(crate) counts: RefCell<BTreeMap<&'static str, u64>>,
    pub(crate) step_chance: RefCell<Chance>,
}

/// What a run came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) trace: Vec<String>,
    pub(crate) trace_digest: String,
    /// Digests of the database as it was closed, and of the signed heads.
    pub(crate) content: [String; 2],
    pub(crate) findings: Vec<String>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
}

impl World {
    pub(crate) fn count(&self, what: &'static str, more: u64) {
        *self.counts.borrow_mut().entry(what).or_default() += more;
    }

    /// Something that must not be.
    pub(crate) fn find(&self, what: String) {
        self.trace.note(format_args!("FOUND: {what}"));
        self.findings.borrow_mut().push(what);
    }
}

/// Clock and chance of the simulated process.
struct Inside {
    begin: Instant,
    chance: RefCell<Chance>,
}

impl Outside for Inside {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(BEGIN + i64::try_from(self.begin.elapsed().as_micros()).unwrap())
    }
    fn bits(&self) -> u64 {
        self.chance.borrow_mut().bits()
    }
}

/// The folder of key and signed heads, on another medium than the database. The key is always the same.
pub(crate) fn seal_files() -> (TempDir, SealFiles) {
    let folder = folder();
    let files = SealFiles { key: folder.path().join("seal.key"), log: folder.path().join("seals.log") };
    let seed = [7; 32];
    let public = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    // RFC 5958 with the key of RFC 8410: version 2, id-Ed25519, the seed, the public key.
    let head = [0x30, 0x51, 0x02, 0x01, 0x01, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let key = [&head[..], &seed, &[0x81, 0x21, 0x00], public.public_key().as_ref()].concat();
    std::fs::write(&files.key, key).unwrap();
    (folder, files)
}

/// Lives through the world of this seed.
pub(crate) fn run(seed: u64, habits: &store::Disk) -> Run {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let (_seals_folder, seals) = seal_files();
    let (world, machine, tallies) = LocalSet::new().block_on(&runtime, history(seed, habits, &seals));
    drop(runtime);
    let content = [machine.path(), seals.log].map(|path| hex(&std::fs::read(path).unwrap_or_default()));
    for tally in &tallies {
        world.count("messages acknowledged", tally.acknowledged.iter().sum());
        world.count("messages sent again", tally.acknowledged.iter().filter(|times| **times > 1).count() as u64);
        world.count("attempts broken off", tally.broken_off);
        world.count("attempts cut", tally.cut);
        world.count("attempts nobody answered", tally.silences);
        world.count("refusals", tally.refusals);
    }
    if world.findings.borrow().is_empty() {
        let known = Known {
            plan: &world.plan,
            codes: &world.codes.borrow(),
            tallies: &tallies,
            seals: &world.seals,
            had_no_room: world.had_no_room.get(),
        };
        let (findings, counted) = check(machine.folder.path(), &known);
        world.findings.borrow_mut().extend(findings.iter().map(|finding| machine.nameless(finding)));
        counted.into_iter().for_each(|(what, count)| world.count(what, count));
    }
    let World { trace, findings, counts, .. } = Rc::into_inner(world).expect("somebody still holds the world");
    let trace = trace.lines();
    let trace_digest = hex(trace.join("\n").as_bytes());
    Run { trace, trace_digest, content, findings: findings.into_inner(), counts: counts.into_inner() }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn history(seed: u64, habits: &store::Disk, seals: &SealFiles) -> (Rc<World>, Machine, Vec<Tally>) {
    let plan = Plan::of(seed);
    let trace = Trace::new();
    trace.note(format_args!("seed {seed}: {:?}, {:?}, {:?}", plan.weather, plan.habits, plan.mishaps));
    let inside = Inside { begin: Instant::now(), chance: RefCell::new(plan.chance(1)) };
    let _simulated = store::simulate(Rc::new(inside));
    let world = Rc::new(World {
        board: Switchboard::new(plan.weather, plan.chance(2), &trace),
        seals: seals.clone(),
        habits: habits.clone(),
        codes: RefCell::default(),
        opened: Cell::new(false),
        had_no_room: Cell::new(false),
        sending: Cell::new(plan.links.len()),
        findings: RefCell::default(),
        counts: RefCell::default(),
        step_chance: RefCell::new(plan.chance(3)),
        plan,
        trace,
    });
    let mut analysers: JoinSet<(usize, Tally)> = JoinSet::new();
    let machine = lives(&world, &mut analysers).await;
    let mut tallies = vec![Tally::default(); world.plan.links.len()];
    while let Some(ended) = analysers.try_join_next() {
        let (number, tally) = ended.unwrap();
        tallies[number] = tally;
    }
    analysers.shutdown().await;
    (world, machine, tallies)
}

/// One life of the server after the other, until everything is sent and filed.
async fn lives(world: &Rc<World>, analysers: &mut JoinSet<(usize, Tally)>) -> Machine {
    let mut chance = world.plan.chance(4);
    let mut machine = Machine::new();
    let mut mishaps = world.plan.mishaps.iter().copied();
    for life in 0..=world.plan.mishaps.len() + SPARE_LIVES {
        // The first life ends by itself, once everything is ordered: without an order there is nothing to send.
        let mishap = if life == 0 { None } else { mishaps.next() };
        let ending = live(world, &machine, mishap, life == 0).await;
        world.trace.note(format_args!("life {life} ends: {ending:?}"));
        world.count(ending.words(), 1);
        if life == 0 {
            start_analysers(world, analysers);
        }
        match ending {
            Ending::Finished if life > 0 => return machine,
            Ending::GaveUp => return machine,
            Ending::PowerLost => {
                let survival = survival(&mut chance);
                machine = machine.after_power_loss(survival, &mut chance);
                world.trace.note(format_args!("of what was not synced there is {survival:?}"));
            }
            Ending::Finished | Ending::Killed | Ending::Stopped | Ending::NotOpened => {}
        }
        tokio::time::sleep(Duration::from_millis(chance.below(20_000))).await;
    }
    world.find("the server had many lives and did not come to an end".to_owned());
    machine
}

fn start_analysers(world: &Rc<World>, analysers: &mut JoinSet<(usize, Tally)>) {
    for (number, planned) in world.plan.links.iter().enumerate() {
        let messages = planned.iter().map(|planned| planned.message(&world.codes.borrow())).collect();
        let analyser = Analyser {
            link: link(number),
            messages,
            habits: world.plan.habits,
            chance: world.plan.chance(100 + number as u64),
            board: world.board.clone(),
            trace: world.trace.clone(),
        };
        let world = Rc::clone(world);
        analysers.spawn_local(async move {
            let tally = analyser.run().await;
            world.sending.set(world.sending.get() - 1);
            (number, tally)
        });
    }
}

/// The name of a link.
pub(crate) fn link(number: usize) -> String {
    format!("c111-{number}")
}

/// Where a closed database lies.
pub(crate) fn database(folder: &std::path::Path) -> std::path::PathBuf {
    folder.join(FILE)
}
