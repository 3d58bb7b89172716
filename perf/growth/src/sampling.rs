//! Measuring one database: many random keys of each kind, through the store and bare, alternately.

use crate::bare::Bare;
use crate::dataset::Dataset;
use crate::probes::{Probe, through_the_store};
use chance::Chance;
use ingest::statistics::{Spread, Waits};
use std::time::Duration;
use store::Store;

/// The most reads that warm what a server that has run for a while has warm.
const WARMING_MAX: usize = 200;

/// The percentiles of one run, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentiles {
    /// Half of the reads took at most this.
    pub p50: f64,
    /// All but one in a hundred took at most this.
    pub p99: f64,
}

impl Percentiles {
    fn of(waits: Vec<Duration>) -> Self {
        let waits = Waits::new(waits);
        Self { p50: waits.percentile(50.0), p99: waits.percentile(99.0) }
    }
}

/// All runs of one probe on one database.
#[derive(Clone, Debug)]
pub struct Curve {
    /// What was read.
    pub probe: Probe,
    /// Through the store, a run each.
    pub store: Vec<Percentiles>,
    /// Bare, a run each.
    pub bare: Vec<Percentiles>,
}

impl Curve {
    /// The spread of one percentile over the runs.
    #[must_use]
    pub fn spread(runs: &[Percentiles], percentile: fn(&Percentiles) -> f64) -> Option<Spread> {
        Spread::of(runs.iter().map(percentile))
    }
}

/// One database under measurement.
pub struct Sampler {
    store: Store,
    bare: Bare,
    dataset: Dataset,
    chance: Chance,
    curves: Vec<Curve>,
}

impl Sampler {
    /// Of a database that holds this dataset, opened by the store and bare.
    #[must_use]
    pub fn new(store: Store, bare: Bare, dataset: Dataset) -> Self {
        let curve = |probe: &Probe| Curve { probe: *probe, store: Vec::new(), bare: Vec::new() };
        let chance = Chance::new(dataset.messages);
        Self { store, bare, dataset, chance, curves: Probe::ALL.iter().map(curve).collect() }
    }

    /// One run of every probe: reads that warm, then as many as asked for that count. Databases that are compared take turns with their runs, so that
    /// whatever else the machine does disturbs all of them alike.
    ///
    /// # Errors
    /// A read fails, or finds another number of rows than the dataset has: a fast wrong answer is not measured.
    pub fn run(&mut self, probes: usize) -> Result<(), String> {
        for (at, probe) in Probe::ALL.into_iter().enumerate() {
            self.once(probe, probes.min(WARMING_MAX))?;
            let (through, beside) = self.once(probe, probes)?;
            if let Some(curve) = self.curves.get_mut(at) {
                curve.store.push(through);
                curve.bare.push(beside);
            }
        }
        Ok(())
    }

    /// Closes the database and hands over what was measured.
    #[must_use]
    pub fn finish(self) -> Vec<Curve> {
        self.store.close();
        self.curves
    }

    fn once(&mut self, probe: Probe, probes: usize) -> Result<(Percentiles, Percentiles), String> {
        let (mut through, mut beside) = (Vec::with_capacity(probes), Vec::with_capacity(probes));
        for number in 0..probes {
            let key = probe.key(self.dataset, self.chance.bits());
            let expected = probe.expected(self.dataset, &key);
            // Whoever reads a key second finds the operating system's pages warm: each is second half of the time.
            let (by_store, by_bare) = if number.is_multiple_of(2) {
                let first = through_the_store(&self.store, key.clone())?;
                (first, self.bare.read(&key)?)
            } else {
                let first = self.bare.read(&key)?;
                (through_the_store(&self.store, key.clone())?, first)
            };
            if (by_store.0, by_bare.0) != (expected, expected) {
                return Err(format!("{}: {key:?} found {} and {} rows, not {expected}", probe.name(), by_store.0, by_bare.0));
            }
            through.push(by_store.1);
            beside.push(by_bare.1);
        }
        Ok((Percentiles::of(through), Percentiles::of(beside)))
    }
}
