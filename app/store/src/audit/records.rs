//! Holding every record against what the last entry that wrote it says, slice by slice, several at once.

use super::chain::{Chain, command_in_words};
use super::expected::{COMMANDS, Expected, Key, Left, Slice, written};
use super::image::{CellRef, DELETED, key_in_words, push_key};
use super::scan::{JOURNAL, scan};
use super::tables::{RECORD_TABLES, numbered};
use super::verify::{Finding, Limits, Report, VerifyTrouble};
use crate::pending::lock;
use crate::store::Store;
use std::collections::{BTreeMap, HashSet};
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long entries may wait for their seals before that is called a fault.
const SEALING_PATIENCE: Duration = Duration::from_secs(30);
/// The same, where this process knows why they wait.
const SEALING_PATIENCE_WITH_TROUBLE: Duration = Duration::from_secs(5);
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Suspects that are kept before it is looked which of them were only in motion.
const SUSPECTS_MAX: usize = 50_000;

crate::sql! {
    /// How many entries wait for their seal.
    pub(crate) PENDING_COUNT = "SELECT COUNT(*) FROM pending_seal";
}

/// What is done by several at once.
struct Work<'s> {
    store: &'s Store,
    slices: Vec<Slice>,
    /// The slice that is to be looked at next.
    next: AtomicUsize,
    /// The chain, read on before each slice so that little has changed since, and what is found while reading it.
    chain: Mutex<(Chain, Report)>,
    parts: Mutex<BTreeMap<usize, Report>>,
}

/// Looks at every table of records, and at the journal for entries without a seal.
pub(super) fn check_records(store: &Store, chain: Chain, report: Report, limits: Limits) -> Result<(Chain, Report), VerifyTrouble> {
    let slices = chain.slices();
    let others = limits.lanes.min(slices.len()).saturating_sub(1);
    let work = Work { store, slices, next: AtomicUsize::new(0), chain: Mutex::new((chain, report)), parts: Mutex::default() };
    let ended = thread::scope(|scope| {
        let lane = |_| thread::Builder::new().name("audit-lane".to_owned()).spawn_scoped(scope, || work.run());
        // Where no more threads are to be had, there are fewer lanes.
        let lanes: Vec<_> = (0..others).filter_map(|number| lane(number).ok()).collect();
        let own = work.run();
        lanes.into_iter().map(|lane| lane.join().unwrap_or_else(|panic| resume_unwind(panic))).fold(own, Result::and)
    });
    ended?;
    let (mut chain, mut report) = work.chain.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let parts = work.parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    parts.into_values().for_each(|part| report.add(part));
    // What was committed meanwhile has its seal now, or something is wrong with whoever seals.
    wait_until_sealed(store)?;
    chain.read_on(store, &mut report)?;
    Ok((chain, report))
}

impl Work<'_> {
    /// Slice after slice, until there is none or something fails.
    fn run(&self) -> Result<(), VerifyTrouble> {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(slice) = self.slices.get(at) else { return Ok(()) };
            let part = self.check(*slice).inspect_err(|_| self.next.store(self.slices.len(), Ordering::Relaxed))?;
            lock(&self.parts).insert(at, part);
        }
    }

    fn check(&self, slice: Slice) -> Result<Report, VerifyTrouble> {
        let (stretches, since) = {
            let mut guard = lock(&self.chain);
            let (chain, report) = &mut *guard;
            chain.read_on(self.store, report)?;
            (chain.stretches_of(slice), chain.read_to)
        };
        let mut report = Report::default();
        let mut expected = Expected::read(self.store, slice, &stretches, &mut report)?;
        let mut suspects = Suspects { store: self.store, since, all: Vec::new() };
        for table in RECORD_TABLES.iter().chain([&JOURNAL]) {
            scan(self.store, table, slice, &mut expected, &mut suspects, &mut report)?;
        }
        expected.odd.into_iter().for_each(|((table, key), left)| suspects.gone(table, key, left));
        suspects.settle(&mut report)?;
        Ok(report)
    }
}

/// A record that is not as it should be, as far as the chain was read when its slice was begun.
pub(super) enum Suspect {
    Altered(i64),
    Missing(i64),
    Unknown,
    Unsealed,
}

/// All of a slice. Which of them were only in motion is seen later, from what was entered since.
pub(super) struct Suspects<'s> {
    store: &'s Store,
    /// Up to which seal the slice's images were read.
    since: i64,
    all: Vec<((u8, Key), Suspect)>,
}

impl Suspects<'_> {
    pub(super) fn put(&mut self, table: u8, key: Key, suspect: Suspect) {
        self.all.push(((table, key), suspect));
    }

    /// A record that the scan did not meet. Of a sealed entry that is gone the chain says so.
    pub(super) fn gone(&mut self, table: u8, key: Key, left: Left) {
        if left.digest != DELETED && table != COMMANDS {
            self.put(table, key, Suspect::Missing(left.no));
        }
    }

    pub(super) fn settle_if_many(&mut self, report: &mut Report) -> Result<(), VerifyTrouble> {
        if self.all.len() < SUSPECTS_MAX { Ok(()) } else { self.settle(report) }
    }

    /// Finds those that nothing entered since explains.
    pub(super) fn settle(&mut self, report: &mut Report) -> Result<(), VerifyTrouble> {
        if self.all.is_empty() {
            return Ok(());
        }
        // Whatever was committed before the row was read has its seal then.
        wait_until_sealed(self.store)?;
        let suspected: HashSet<&(u8, Key)> = self.all.iter().map(|(key, _)| key).collect();
        let (mut touched, mut after) = (HashSet::new(), self.since);
        while after < i64::MAX {
            let new = self.store.read(move |reader| written(reader, after, i64::MAX, |_, _| true)).wait()?;
            let keys = new.records.into_iter().map(|(table, key, _)| (table, key));
            touched.extend(keys.filter(|key| suspected.contains(key)));
            after = new.to;
        }
        for (key, suspect) in self.all.drain(..) {
            match finding(&key, &suspect) {
                _ if !touched.contains(&key) => finding(&key, &suspect).into_iter().for_each(|finding| report.find(finding)),
                Some(Finding::EntryUnsealed(_)) | None => {}
                Some(_) => report.changed_meanwhile += 1,
            }
        }
        Ok(())
    }
}

fn finding((number, key): &(u8, Key), suspect: &Suspect) -> Option<Finding> {
    if *number == COMMANDS {
        return Some(Finding::EntryUnsealed(match key {
            Key::Plain(id, _) => command_in_words(&id.to_be_bytes()),
            Key::Odd(id) => command_in_words(id),
        }));
    }
    let table = numbered(*number)?;
    let (table, key) = (table.name, in_words(table.keys, key));
    Some(match suspect {
        Suspect::Altered(no) => Finding::RecordAltered { table, key, no: *no },
        Suspect::Missing(no) => Finding::RecordMissing { table, key, no: *no },
        Suspect::Unknown | Suspect::Unsealed => Finding::RecordUnknown { table, key },
    })
}

fn in_words(columns: usize, key: &Key) -> String {
    match key {
        Key::Odd(bytes) => key_in_words(bytes),
        Key::Plain(id, version) => {
            let (mut bytes, id) = (Vec::new(), id.to_be_bytes());
            push_key(&mut bytes, [CellRef::Blob(&id), CellRef::Int(*version)].into_iter().take(columns));
            key_in_words(&bytes)
        }
    }
}

/// Waits until every entry there is has its seal.
fn wait_until_sealed(store: &Store) -> Result<(), VerifyTrouble> {
    let begin = Instant::now();
    loop {
        let count = store.read(|reader| Ok(reader.query_opt(&PENDING_COUNT, &[])?.map_or(Ok(0), |row| row.int(0))?)).wait()?;
        if count == 0 {
            return Ok(());
        }
        let (patience, why) = match store.why_not_sealing() {
            Some(why) => (SEALING_PATIENCE_WITH_TROUBLE, format!("sealing them fails: {why}")),
            None => (SEALING_PATIENCE, "is another program holding the table pending_seal?".to_owned()),
        };
        if begin.elapsed() > patience {
            return Err(VerifyTrouble::NotSealing(why));
        }
        thread::sleep(LOOK_AGAIN);
    }
}
