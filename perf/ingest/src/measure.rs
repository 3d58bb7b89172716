//! One run of one contestant.

use crate::contestant::{Contestant, RESULTS, Work};
use crate::load;
use crate::procfs;
use crate::statistics::Waits;
use crate::storage::{Database, Rows};
use peer::laboratory::Running;
use peer::{Client, Framed, Outcome, Packing};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Above this percentage of CPU pressure before the start a run is not valid: something else is using the machine.
pub const PRESSURE_MAX: f64 = 10.0;
/// How long to wait for the machine to calm down.
const CALM_WAIT: Duration = Duration::from_secs(40);
/// How long a started server is left alone before its memory is read.
const IDLE_WAIT: Duration = Duration::from_secs(1);

/// Where and how much.
#[derive(Clone, Debug)]
pub struct Place {
    /// A directory for the run's files.
    pub directory: PathBuf,
    /// The run's database.
    pub database: Database,
    /// Links, one connection each.
    pub links: usize,
    /// Messages a link.
    pub messages: usize,
}

/// CPU seconds spent between the first byte and the last filing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cpu {
    /// Of the server.
    pub server: f64,
    /// Of the PostgreSQL server, if there is one on this machine.
    pub database: Option<f64>,
    /// Of the load generator.
    pub load: f64,
    /// Of everything else on the machine.
    pub others: f64,
}

/// What one run measured.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Which contestant.
    pub who: &'static str,
    /// The framing.
    pub packing: Packing,
    /// CPU pressure just before the start, in per cent, if the kernel tells.
    pub pressure: Option<f64>,
    /// Messages sent.
    pub messages: usize,
    /// From the first byte to the last acknowledgement, in seconds.
    pub seconds_to_acknowledged: f64,
    /// From the first byte until all is filed, in seconds.
    pub seconds_to_filed: f64,
    /// CPU spent meanwhile.
    pub cpu: Cpu,
    /// From the last frame of a message to its acknowledgement.
    pub commit_waits: Waits,
    /// From the enquiry to the last acknowledgement.
    pub message_waits: Waits,
    /// From the start of the process to its ready line, in milliseconds.
    pub ready_ms: f64,
    /// From the start of the process to the first acknowledged message, in milliseconds.
    pub first_acknowledged_ms: f64,
    /// Resident memory a second after the start, in MB.
    pub idle_megabytes: f64,
    /// Resident memory after the run, in MB.
    pub after_megabytes: f64,
    /// Growth of the database during the run, in bytes a result.
    pub bytes_per_result: f64,
    /// The same with the orders that were placed before; `None` where there are none.
    pub bytes_per_result_with_orders: Option<f64>,
    /// Transactions rolled back; `None` on SQLite.
    pub rollbacks: Option<i64>,
    /// What is in the database at the end.
    pub rows: Rows,
}

impl Sample {
    /// Messages filed a second.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.messages as f64 / self.seconds_to_filed
    }

    /// Whether the machine was calm before the start. Where the kernel does not tell, nothing is known, and it does not count as calm.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.pressure.is_some_and(|pressure| pressure <= PRESSURE_MAX)
    }
}

/// Runs `contestant` once on a fresh database with the messages of `work`.
///
/// # Errors
/// It cannot be started, does not acknowledge or file everything, or a row is missing at the end.
pub fn run(contestant: Contestant<'_>, place: &Place, work: &Work, packing: Packing) -> Result<Sample, String> {
    contestant.fresh(&place.directory, &place.database)?;
    let messages: Vec<Vec<Framed>> = (0..place.links)
        .map(|link| (0..place.messages).map(|message| work.message(link * place.messages + message, packing)).collect())
        .collect();
    let (ready, first) = first_acknowledgement(contestant, place, work)?;
    let before = place.database.bytes()?;
    let pressure = wait_for_calm();
    let server = contestant.start(&place.directory, &place.database, place.links)?;
    std::thread::sleep(IDLE_WAIT);
    let idle_megabytes = procfs::resident_megabytes(server.id());
    let measured = ingest(contestant, place, &server, &messages)?;
    let after_megabytes = procfs::resident_megabytes(server.id());
    contestant.stop(server)?;
    let (bytes, rows) = (place.database.bytes()?, place.database.rows()?);
    let count = place.links * place.messages;
    let results = complete(&rows, count + 1)?;
    let sample = Sample {
        who: contestant.name(),
        packing,
        pressure,
        messages: count,
        seconds_to_acknowledged: (measured.seen.acknowledged - measured.seen.began).as_secs_f64(),
        seconds_to_filed: measured.filed.as_secs_f64(),
        cpu: measured.cpu,
        commit_waits: Waits::new(measured.seen.commit_waits),
        message_waits: Waits::new(measured.seen.message_waits),
        ready_ms: ready,
        first_acknowledged_ms: first,
        idle_megabytes,
        after_megabytes,
        bytes_per_result: bytes.saturating_sub(before) as f64 / (count * RESULTS) as f64,
        bytes_per_result_with_orders: contestant.bytes_without_orders().map(|empty| bytes.saturating_sub(empty) as f64 / results),
        rollbacks: place.database.rollbacks()?,
        rows,
    };
    place.database.remove().map(|()| sample)
}

/// Every reading must be a result: a contestant that drops or sets aside work is not measured.
fn complete(rows: &Rows, messages: usize) -> Result<f64, String> {
    let expected = (messages * RESULTS) as i64;
    if rows.results == expected && rows.tasks == 0 {
        return Ok(expected as f64);
    }
    Err(format!("of {expected} results sent, {} are stored, and there are {} tasks: the run does not count", rows.results, rows.tasks))
}

/// Milliseconds from the start of the process to its ready line and to the first acknowledged message.
fn first_acknowledgement(contestant: Contestant<'_>, place: &Place, work: &Work) -> Result<(f64, f64), String> {
    let message = work.first_message();
    let server = contestant.start(&place.directory, &place.database, place.links)?;
    let waits = acknowledge_first(&server, &message)?;
    contestant.wait_until_filed(&server)?;
    contestant.stop(server)?;
    Ok(waits)
}

/// Sends a first message to a server that was just started: milliseconds from the start of its process to its ready line, and to the acknowledgement.
///
/// # Errors
/// The server has no link, or does not acknowledge.
pub fn acknowledge_first(server: &Running, message: &Framed) -> Result<(f64, f64), String> {
    let (_, address) = server.links.first().ok_or("the server has no link")?;
    let mut client = Client::connect(*address, Duration::from_secs(15)).map_err(|trouble| format!("first link: {trouble}"))?;
    match client.send(message).map_err(|trouble| format!("first message: {trouble}"))? {
        Outcome::Acknowledged => {}
        other => return Err(format!("the first message was not acknowledged: {other:?}")),
    }
    Ok((server.ready_after.as_secs_f64() * 1_000.0, server.started.elapsed().as_secs_f64() * 1_000.0))
}

struct Measured {
    seen: load::Seen,
    filed: Duration,
    cpu: Cpu,
}

fn ingest(contestant: Contestant<'_>, place: &Place, server: &Running, messages: &[Vec<Framed>]) -> Result<Measured, String> {
    let links: Vec<_> = server.links.iter().zip(messages).map(|((_, address), messages)| (*address, messages.as_slice())).collect();
    if links.len() < place.links {
        return Err(format!("the server has {} links, {} are needed", links.len(), place.links));
    }
    let postmaster = place.database.server_process();
    let read = || {
        let database = postmaster.map(procfs::cpu_of_family);
        let (server, load) = (procfs::cpu(server.id()), procfs::cpu(std::process::id()));
        Cpu { server, database, load, others: procfs::cpu_of_machine() - server - load - database.unwrap_or(0.0) }
    };
    let before = read();
    let seen = load::run(&links)?;
    contestant.wait_until_filed(server)?;
    let filed = seen.began.elapsed();
    let after = read();
    let cpu = Cpu {
        server: after.server - before.server,
        database: after.database.zip(before.database).map(|(after, before)| after - before),
        load: after.load - before.load,
        // Rounding to ticks may take it just below nothing.
        others: (after.others - before.others).max(0.0),
    };
    Ok(Measured { seen, filed, cpu })
}

/// Waits until the pressure of what went before, also of our own preparations, has faded; says what it is then.
#[must_use]
pub fn wait_for_calm() -> Option<f64> {
    let since = Instant::now();
    loop {
        let pressure = procfs::pressure()?;
        // Half the bound, so that the next reading is not above it by chance.
        if pressure <= PRESSURE_MAX / 2.0 || since.elapsed() > CALM_WAIT {
            return Some(pressure);
        }
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_misses_a_row_does_not_count() {
        let rows = |results, tasks| Rows { results, held: 0, tasks };
        assert_eq!(complete(&rows(50, 0), 2), Ok(50.0));
        assert!(complete(&rows(49, 0), 2).is_err());
        assert!(complete(&rows(49, 1), 2).is_err());
        assert!(complete(&rows(51, 0), 2).is_err());
    }
}
