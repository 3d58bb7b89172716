//! The table and the raw numbers.

use crate::probes::Probe;
use crate::sampling::{Curve, Percentiles};
use crate::starting::Starts;
use ingest::measure::PRESSURE_MAX;
use ingest::statistics::Spread;
use serde_json::{Value, json};
use std::fmt::Write;

/// The 99th percentile may grow to this at ten times the smallest database.
const GROWTH_MAX_10: f64 = 1.5;
/// And to this at a hundred times.
const GROWTH_MAX_100: f64 = 2.0;
/// Milliseconds from the start to the first acknowledgement.
const START_MAX: f64 = 300.0;
/// The same after a kill with a long log.
const KILLED_MAX: f64 = 2_000.0;

/// What was measured on one database.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Results in it.
    pub results: u64,
    /// Its bytes on disk.
    pub bytes: u64,
    /// Seconds it took to fill.
    pub fill_seconds: f64,
    /// CPU pressure before the reads, in per cent, if the kernel tells.
    pub pressure: Option<f64>,
    /// Every probe.
    pub curves: Vec<Curve>,
    /// The start.
    pub starts: Starts,
}

impl Measured {
    /// Whether the machine was calm before the reads; where the kernel does not tell, it does not count as calm.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.pressure.is_some_and(|pressure| pressure <= PRESSURE_MAX)
    }

    /// The runs of one probe, through the store and bare.
    #[must_use]
    pub fn curve(&self, probe: Probe) -> Option<&Curve> {
        self.curves.iter().find(|curve| curve.probe == probe)
    }

    /// The median over the runs of a percentile through the store.
    #[must_use]
    pub fn through(&self, probe: Probe, percentile: fn(&Percentiles) -> f64) -> Option<f64> {
        Curve::spread(&self.curve(probe)?.store, percentile).map(|spread| spread.median)
    }
}

fn p50(run: &Percentiles) -> f64 {
    run.p50
}

/// The percentile targets are about.
#[must_use]
pub fn p99(run: &Percentiles) -> f64 {
    run.p99
}

/// The table of all sizes; the first is what the others are compared with.
#[must_use]
pub fn table(engine: &str, all: &[Measured]) -> String {
    let mut text = format!("\n{engine}: ms, median (least-most) of the runs; growth is p99 to p99 of the smallest database\n");
    // Writing to a String does not fail.
    for probe in Probe::ALL {
        let _ = writeln!(text, "  {}", probe.name());
        for measured in all {
            text += &line(probe, measured, all.first()).unwrap_or_default();
        }
    }
    for measured in all {
        text += &starts(measured);
        if !measured.is_valid() {
            let _ = writeln!(
                text,
                "  INVALID: before the reads of {} results the CPU pressure was not known to be at most {PRESSURE_MAX} %; measure again on an idle machine",
                measured.results
            );
        }
    }
    text
}

fn line(probe: Probe, measured: &Measured, smallest: Option<&Measured>) -> Option<String> {
    let curve = measured.curve(probe)?;
    let (half, most) = (Curve::spread(&curve.store, p50)?, Curve::spread(&curve.store, p99)?);
    let (bare_half, bare_most) = (Curve::spread(&curve.bare, p50)?, Curve::spread(&curve.bare, p99)?);
    let growth = growth(probe, measured, smallest?);
    let judged = growth.and_then(|growth| judged(measured.results, smallest?.results, growth)).unwrap_or_default();
    let growth = growth.map_or_else(String::new, |growth| format!("; growth {growth:.2}{judged}"));
    Some(format!(
        "    {:>10} p50 {half:.3} p99 {most:.3}; to bare p50 {:.1} p99 {:.1} (bare p50 {:.3} p99 {:.3}){growth}\n",
        measured.results,
        half.median / bare_half.median,
        most.median / bare_most.median,
        bare_half.median,
        bare_most.median,
    ))
}

/// How much larger the 99th percentile is than on the smallest database; of that one itself, nothing.
#[must_use]
pub fn growth(probe: Probe, measured: &Measured, smallest: &Measured) -> Option<f64> {
    let ratio = measured.through(probe, p99)? / smallest.through(probe, p99)?;
    (measured.results != smallest.results).then_some(ratio)
}

/// Only multiples that a target names are judged.
fn judged(results: u64, smallest: u64, growth: f64) -> Option<String> {
    let most = match results / smallest.max(1) {
        10 => GROWTH_MAX_10,
        100 => GROWTH_MAX_100,
        _ => return None,
    };
    Some(format!(", to be at most {most}: {}", met(growth <= most)))
}

fn met(is: bool) -> &'static str {
    if is { "met" } else { "NOT met" }
}

fn starts(measured: &Measured) -> String {
    let said = |what: &str, spread: Option<Spread>, most: f64| {
        spread.map_or_else(String::new, |spread| format!("; {what} {spread:.0} ms, to be at most {most}: {}", met(spread.median <= most)))
    };
    let log =
        if measured.starts.log_bytes > 0 { format!(" with {} MB of log", measured.starts.log_bytes / 1_000_000) } else { String::new() };
    format!(
        "  {:>10} results, {} MB, filled in {:.0} s{}{}\n",
        measured.results,
        measured.bytes / 1_000_000,
        measured.fill_seconds,
        said("start to first acknowledgement", measured.starts.clean, START_MAX),
        said(&format!("after kill -9{log}"), measured.starts.killed, KILLED_MAX),
    )
}

/// The raw numbers of one size.
#[must_use]
pub fn raw(measured: &Measured) -> Value {
    let runs = |runs: &[Percentiles]| runs.iter().map(|run| json!({ "p50": run.p50, "p99": run.p99 })).collect::<Vec<_>>();
    let spread =
        |spread: Option<Spread>| spread.map(|spread| json!({ "least": spread.least, "median": spread.median, "most": spread.most }));
    json!({
        "results": measured.results, "bytes": measured.bytes, "fill_seconds": measured.fill_seconds,
        "valid": measured.is_valid(), "pressure_percent": measured.pressure,
        "reads_ms": measured.curves.iter().map(|curve| json!({
            "what": curve.probe.name(), "store": runs(&curve.store), "bare": runs(&curve.bare),
        })).collect::<Vec<_>>(),
        "first_acknowledged_ms": spread(measured.starts.clean), "after_kill_ms": spread(measured.starts.killed),
        "log_bytes_at_kill": measured.starts.log_bytes,
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A database of so many results on which every read took `most` milliseconds at the 99th percentile, and half of it bare.
    pub(crate) fn measured(results: u64, most: f64, pressure: Option<f64>) -> Measured {
        let run = |p99: f64| vec![Percentiles { p50: p99 / 2.0, p99 }];
        let curve = |probe: &Probe| Curve { probe: *probe, store: run(most), bare: run(most / 2.0) };
        let starts = Starts { clean: Spread::of([most * 100.0]), killed: Spread::of([2_001.0]), log_bytes: 100_500_000 };
        Measured { results, bytes: 5_000_000, fill_seconds: 1.0, pressure, curves: Probe::ALL.iter().map(curve).collect(), starts }
    }

    #[test]
    fn growth_is_judged_at_ten_and_a_hundred_times() {
        let all = [measured(100, 1.0, Some(0.0)), measured(1_000, 1.5, Some(0.0)), measured(10_000, 2.1, Some(0.0))];
        let text = table("SQLite", &all);
        assert!(text.contains("growth 1.50, to be at most 1.5: met"), "{text}");
        assert!(text.contains("growth 2.10, to be at most 2: NOT met"), "{text}");
        assert!(text.contains("to bare p50 2.0 p99 2.0"), "{text}");
        assert!(text.contains("100 (100-100) ms, to be at most 300: met"), "{text}");
        assert!(text.contains("with 100 MB of log 2001 (2001-2001) ms, to be at most 2000: NOT met"), "{text}");
        assert!(!text.contains("INVALID"), "{text}");
        assert_eq!(growth(Probe::Mrn, &all[0], &all[0]), None);
    }

    #[test]
    fn a_measurement_under_other_load_is_invalid() {
        for pressure in [None, Some(10.1)] {
            assert!(table("SQLite", &[measured(100, 1.0, pressure)]).contains("INVALID"));
        }
    }
}
