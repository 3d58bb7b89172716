//! `cargo xtask bench`: the measurement of perf/ingest against its bare anchor, on both engines.

use crate::outcome::{Failure, Outcome};
use crate::postgres::ADDRESS_VARIABLE;
use crate::process;
use crate::stages::Workshop;

/// Builds the product and the anchor as they are shipped, then measures; arguments are perf/ingest's own.
pub(crate) fn run(workshop: &mut Workshop, arguments: &[String]) -> Outcome {
    measure(workshop, arguments).into()
}

fn measure(workshop: &mut Workshop, arguments: &[String]) -> Result<(), Failure> {
    // One by one: built together, each would get the others' features as well.
    for package in ["benchside", "anchors", "ingest"] {
        process::run(process::cargo(&["build", "--release", "-p", package]))?;
    }
    let address = workshop.postgres()?;
    let mut command = process::cargo(&["run", "--release", "-p", "ingest", "--"]);
    command.args(arguments).env(ADDRESS_VARIABLE, address);
    process::run(command)
}
