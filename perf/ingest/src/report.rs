//! Tables for people and raw numbers for the record.

use crate::measure::{PRESSURE_MAX, Sample};
use crate::statistics::Spread;
use peer::Packing;
use serde_json::{Value, json};
use std::fmt::Write;

/// The least ratio of the product's rate to the anchor's.
pub const RATIO_MIN: f64 = 0.5;
/// The most bytes a result may take on SQLite, all in.
pub const BYTES_MAX_SQLITE: f64 = 584.0;
/// The most bytes a result may take on PostgreSQL, all in.
pub const BYTES_MAX_POSTGRES: f64 = 1_264.0;
/// The most memory of an idle server, in MB.
pub const IDLE_MEGABYTES_MAX: f64 = 40.0;

fn of<'a>(samples: &'a [Sample], who: &'a str, packing: Packing) -> impl Iterator<Item = &'a Sample> {
    samples.iter().filter(move |sample| sample.who == who && sample.packing == packing)
}

fn spread(samples: &[Sample], who: &str, value: impl Fn(&Sample) -> Option<f64>) -> Option<Spread> {
    Spread::of(samples.iter().filter(|sample| sample.who == who).filter_map(value))
}

/// The ratio of the product's rate to the anchor's, each run against its neighbour.
#[must_use]
pub fn ratio(samples: &[Sample], packing: Packing) -> Option<Spread> {
    let pairs = of(samples, "product", packing).zip(of(samples, "anchor", packing));
    Spread::of(pairs.map(|(product, anchor)| product.rate() / anchor.rate()))
}

/// The tables of one engine.
#[must_use]
pub fn tables(engine: &str, bytes_max: f64, packings: &[Packing], samples: &[Sample]) -> String {
    let mut text = format!("\n{engine}: median (least-most); CPU in ms a message\n");
    // Writing to a String does not fail.
    for packing in packings {
        let _ = writeln!(text, "  {packing}");
        for who in ["product", "anchor"] {
            text += &rate_line(who, &of(samples, who, *packing).collect::<Vec<_>>());
        }
        if let Some(ratio) = ratio(samples, *packing) {
            let _ = writeln!(text, "    ratio    {ratio:.2}, to be at least {RATIO_MIN}: {}", met(ratio.median >= RATIO_MIN));
        }
    }
    for who in ["product", "anchor"] {
        text += &size_lines(who, bytes_max, samples);
    }
    let invalid = samples.iter().filter(|sample| !sample.is_valid()).count();
    if invalid > 0 {
        let _ = writeln!(
            text,
            "  INVALID: before {invalid} of {} runs the CPU pressure was not known to be at most {PRESSURE_MAX} %; measure again on an idle machine",
            samples.len()
        );
    }
    text
}

fn met(is: bool) -> &'static str {
    if is { "met" } else { "NOT met" }
}

fn rate_line(who: &str, samples: &[&Sample]) -> String {
    let spread = |value: &dyn Fn(&Sample) -> f64| Spread::of(samples.iter().map(|sample| value(sample)));
    let per_message = |sample: &Sample, seconds: f64| seconds * 1_000.0 / sample.messages as f64;
    let Some(rate) = spread(&Sample::rate) else { return String::new() };
    let median = |value: &dyn Fn(&Sample) -> f64| spread(value).map_or(0.0, |spread| spread.median);
    let mut line = format!(
        "    {who:8} {rate:.0} messages/s, {:.0} results/s; CPU server {:.2}, load {:.2}",
        rate.median * crate::contestant::RESULTS as f64,
        median(&|sample| per_message(sample, sample.cpu.server)),
        median(&|sample| per_message(sample, sample.cpu.load)),
    );
    if samples.iter().all(|sample| sample.cpu.database.is_some()) {
        let _ = write!(line, ", database {:.2}", median(&|sample| per_message(sample, sample.cpu.database.unwrap_or(0.0))));
    }
    let _ = write!(line, ", others {:.2}; ACK ms", median(&|sample| per_message(sample, sample.cpu.others)));
    for percent in [50.0, 99.0, 99.9] {
        let _ = write!(line, " p{percent} {:.1}", median(&|sample| sample.commit_waits.percentile(percent)));
    }
    let acknowledged = median(&|sample| sample.messages as f64 / sample.seconds_to_acknowledged);
    let _ = writeln!(line, "; acknowledged {acknowledged:.0} messages/s");
    line
}

fn size_lines(who: &str, bytes_max: f64, samples: &[Sample]) -> String {
    let is_product = who == "product";
    let spread = |value: &dyn Fn(&Sample) -> Option<f64>| spread(samples, who, value);
    let Some(bytes) = spread(&|sample| Some(sample.bytes_per_result)) else { return String::new() };
    let judged = |what: String, is: bool| if is_product { format!("{what}: {}", met(is)) } else { String::new() };
    let mut text =
        format!("  {who:8} bytes a result {bytes:.0}{}", judged(format!(", to be at most {bytes_max}"), bytes.median <= bytes_max));
    if let Some(with_orders) = spread(&|sample| sample.bytes_per_result_with_orders) {
        let _ = write!(text, "; with its orders {with_orders:.0}");
    }
    if let Some(idle) = spread(&|sample| Some(sample.idle_megabytes)) {
        let limit = judged(format!(", to be at most {IDLE_MEGABYTES_MAX}"), idle.median <= IDLE_MEGABYTES_MAX);
        let _ = write!(text, "\n  {who:8} idle MB {idle:.1}{limit}");
    }
    for (name, value) in [
        ("after the run MB", spread(&|sample| Some(sample.after_megabytes))),
        ("ready after ms", spread(&|sample| Some(sample.ready_ms))),
        ("first acknowledgement after ms", spread(&|sample| Some(sample.first_acknowledged_ms))),
        ("rollbacks a run", spread(&|sample| sample.rollbacks.map(|count| count as f64))),
        ("held results a run", spread(&|sample| Some(sample.rows.held as f64))),
    ] {
        if let Some(value) = value {
            let _ = write!(text, "; {name} {value:.0}");
        }
    }
    text + "\n"
}

/// One run's raw numbers.
#[must_use]
pub fn raw(sample: &Sample) -> Value {
    let waits = |waits: &crate::statistics::Waits| {
        let at = |percent| waits.percentile(percent);
        json!({ "p50": at(50.0), "p95": at(95.0), "p99": at(99.0), "p99.9": at(99.9), "max": at(100.0) })
    };
    json!({
        "who": sample.who, "framing": sample.packing.to_string(), "valid": sample.is_valid(), "pressure_percent": sample.pressure,
        "messages": sample.messages, "messages_per_second": sample.rate(),
        "seconds_to_acknowledged": sample.seconds_to_acknowledged, "seconds_to_filed": sample.seconds_to_filed,
        "cpu_seconds": {
            "server": sample.cpu.server, "database": sample.cpu.database, "load": sample.cpu.load, "others": sample.cpu.others,
        },
        "last_frame_ms": waits(&sample.commit_waits), "message_ms": waits(&sample.message_waits),
        "ready_ms": sample.ready_ms, "first_acknowledged_ms": sample.first_acknowledged_ms,
        "idle_megabytes": sample.idle_megabytes, "after_megabytes": sample.after_megabytes,
        "bytes_per_result": sample.bytes_per_result, "bytes_per_result_with_orders": sample.bytes_per_result_with_orders,
        "rollbacks": sample.rollbacks,
        "rows": { "results": sample.rows.results, "held": sample.rows.held, "tasks": sample.rows.tasks },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Cpu;
    use crate::statistics::Waits;
    use crate::storage::Rows;

    fn sample(who: &'static str, seconds: f64, pressure: Option<f64>) -> Sample {
        Sample {
            who,
            packing: Packing::RecordPerFrame,
            pressure,
            messages: 100,
            seconds_to_acknowledged: seconds,
            seconds_to_filed: seconds,
            cpu: Cpu::default(),
            commit_waits: Waits::default(),
            message_waits: Waits::default(),
            ready_ms: 1.0,
            first_acknowledged_ms: 1.0,
            idle_megabytes: 41.0,
            after_megabytes: 1.0,
            bytes_per_result: 584.0,
            bytes_per_result_with_orders: None,
            rollbacks: None,
            rows: Rows::default(),
        }
    }

    #[test]
    fn each_run_is_compared_with_its_neighbour() {
        let samples =
            [("product", 2.0), ("anchor", 1.0), ("product", 4.0), ("anchor", 3.0)].map(|(who, seconds)| sample(who, seconds, Some(0.0)));
        let ratio = ratio(&samples, Packing::RecordPerFrame).unwrap();
        // 1/2 and 3/4.
        assert_eq!((ratio.least, ratio.median, ratio.most), (0.5, 0.625, 0.75));
        assert_eq!(super::ratio(&samples, Packing::Bytes(240)), None);
    }

    #[test]
    fn targets_are_said_to_be_met_or_not() {
        let text = tables(
            "SQLite",
            BYTES_MAX_SQLITE,
            &[Packing::RecordPerFrame],
            &[sample("product", 2.0, Some(0.0)), sample("anchor", 1.0, Some(0.0))],
        );
        assert!(text.contains("at least 0.5: met"), "{text}");
        assert!(text.contains("at most 584: met"), "{text}");
        assert!(text.contains("at most 40: NOT met"), "{text}");
        assert!(!text.contains("INVALID"), "{text}");
        let slow =
            tables("SQLite", 583.0, &[Packing::RecordPerFrame], &[sample("product", 2.1, Some(0.0)), sample("anchor", 1.0, Some(0.0))]);
        assert!(slow.contains("at least 0.5: NOT met") && slow.contains("at most 583: NOT met"), "{slow}");
    }

    #[test]
    fn a_run_under_other_load_is_invalid() {
        assert!(sample("product", 1.0, Some(10.0)).is_valid());
        assert!(!sample("product", 1.0, Some(10.1)).is_valid());
        assert!(!sample("product", 1.0, None).is_valid());
        let text = tables("SQLite", 584.0, &[Packing::RecordPerFrame], &[sample("product", 1.0, Some(99.0))]);
        assert!(text.contains("INVALID"), "{text}");
    }
}
