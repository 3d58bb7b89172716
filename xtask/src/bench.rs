//! `cargo xtask bench`: the measurements of `perf/`, on the product as it is shipped.

use crate::outcome::{Failure, Outcome};
use crate::postgres::ADDRESS_VARIABLE;
use crate::process;
use crate::stages::Workshop;

/// A measurement: what must be built beside it, and the program that measures, with its package.
#[derive(Debug, PartialEq, Eq)]
struct Bench {
    beside: &'static [&'static str],
    package: &'static str,
    program: &'static str,
}

/// How fast results come in, against the bare anchor.
const INGEST: Bench = Bench { beside: &["benchside", "anchors"], package: "ingest", program: "ingest" };
/// What reads and the start cost as the database grows.
const GROWTH: Bench = Bench { beside: &["benchside"], package: "growth", program: "growth" };

/// What `audit verify` costs, against bare SHA-256.
const AUDIT: Bench = Bench { beside: &[], package: "growth", program: "audit" };

/// What loading the catalogue and choosing from it costs.
const RULES: Bench = Bench { beside: &[], package: "growth", program: "rules" };

/// What finding a patient among a million costs.
const NAMES: Bench = Bench { beside: &[], package: "growth", program: "names" };

/// Builds what is measured as it is shipped, then measures; arguments are the measuring program's own.
pub(crate) fn run(workshop: &mut Workshop, arguments: &[String]) -> Outcome {
    let (bench, arguments) = chosen(arguments);
    measure(workshop, &bench, arguments).into()
}

/// `--growth`, `--audit`, `--rules` or `--names` in front chooses another measurement.
fn chosen(arguments: &[String]) -> (Bench, &[String]) {
    match arguments.split_first() {
        Some((first, rest)) if first == "--growth" => (GROWTH, rest),
        Some((first, rest)) if first == "--audit" => (AUDIT, rest),
        Some((first, rest)) if first == "--rules" => (RULES, rest),
        Some((first, rest)) if first == "--names" => (NAMES, rest),
        _ => (INGEST, arguments),
    }
}

fn measure(workshop: &mut Workshop, bench: &Bench, arguments: &[String]) -> Result<(), Failure> {
    // One by one: built together, each would get the others' features as well.
    for package in bench.beside {
        process::run(process::cargo(&["build", "--release", "-p", package]))?;
    }
    let address = workshop.postgres()?;
    let mut command = process::cargo(&["run", "--release", "-p", bench.package, "--bin", bench.program, "--"]);
    command.args(arguments).env(ADDRESS_VARIABLE, address);
    process::run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_measurement_is_chosen_by_the_first_word() {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let (growth, ingest) = (words("--growth --engine sqlite"), words("--engine sqlite --growth"));
        assert_eq!(chosen(&growth), (GROWTH, &growth[1..]));
        assert_eq!(chosen(&ingest), (INGEST, &ingest[..]));
        assert_eq!(chosen(&words("--audit --runs 2")), (AUDIT, &words("--runs 2")[..]));
        assert_eq!(chosen(&words("--rules")).0, RULES);
        assert_eq!(chosen(&words("--names")).0, NAMES);
        assert_eq!(chosen(&[]).0, INGEST);
    }
}
