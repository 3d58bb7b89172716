//! One whole run: many short lives of the server, then the check.

use crate::check::{Invariant, Ledger, Report};
use crate::client_log::Plan;
use crate::command_line::{Engine, Options};
use crate::database::{Scratch, read_postgres, read_sqlite};
use crate::links;
use crate::shift::Shift;
use chance::Chance;
use peer::Packing;
use peer::laboratory::{Laboratory, Running};
use peer::menu::Menu;
use peer::orders::Ward;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How many messages the ordered tubes must be enough for before a server is let loose: more than it can take in 170 ms.
const TUBES_MIN: usize = 600;
/// How many connections place orders.
const HANDS: usize = 8;
/// The kill comes this long after the links were let loose, in milliseconds, by the test plan.
const KILL_AFTER: std::ops::RangeInclusive<u64> = 20..=170;
/// How long the last server gets to take and file what is left.
const DRAIN_WAIT: Duration = Duration::from_secs(120);

/// What a run did and found.
#[derive(Debug)]
pub struct Outcome {
    /// What the check says.
    pub report: Report,
    /// How often the server was killed.
    pub kills: u32,
    /// Messages sent at least once.
    pub sent: usize,
    /// How often a message was sent again.
    pub resends: u64,
    /// How long all that took.
    pub took: Duration,
    /// Where the database is, if it was kept to be looked at.
    pub kept: Option<String>,
}

impl Outcome {
    /// Whether the run ended as it should: nothing wrong, or with `--expect-loss` something lost. A run that acknowledged nothing
    /// proves nothing either way.
    #[must_use]
    pub fn is_as_expected(&self, expect_loss: bool) -> bool {
        let lost = self.report.count(Invariant::Lost) > 0;
        self.report.acknowledged > 0 && if expect_loss { lost } else { self.report.findings.is_empty() }
    }
}

/// Runs the whole.
///
/// # Errors
/// The server cannot be started, orders cannot be placed, or the database cannot be read: nothing was proved.
pub fn run(options: &Options, directory: &Path) -> Result<Outcome, String> {
    let began = Instant::now();
    let scratch = match &options.engine {
        Engine::Sqlite => None,
        Engine::Postgres(url) => Some(Scratch::create(url, &format!("benchside_crash_{}", std::process::id()))?),
    };
    let laboratory =
        Laboratory { binary: options.binary.clone(), directory: directory.to_owned(), database: scratch.as_ref().map(Scratch::url) };
    // The realm in which results verify themselves although nobody signed the limits, so that held and verified ones both occur.
    let token = laboratory.init("demonstration", options.links)?;
    let mut day = Day { laboratory, token, shift: Shift::new(Plan::new(Menu::starting()?)), patients: 0 };
    let links = day.start_links(options.links);
    let lives = day.live_and_die(options.kills, options.seed).and_then(|()| day.drain(options.links));
    day.shift.go_home();
    for link in links {
        link.join().map_err(|_| "a link's thread panicked".to_owned())?;
    }
    lives?;
    let report = check(&day)?;
    let (sent, _) = day.shift.progress();
    let outcome = Outcome { report, kills: options.kills, sent, resends: day.shift.resends(), took: began.elapsed(), kept: None };
    let kept = tidy_up(outcome.is_as_expected(options.expect_loss), directory, scratch)?;
    Ok(Outcome { kept, ..outcome })
}

/// Everything a run has at hand.
struct Day {
    laboratory: Laboratory,
    token: String,
    shift: Shift,
    patients: u64,
}

impl Day {
    fn start_links(&self, links: usize) -> Vec<JoinHandle<()>> {
        // Every third link sends as the c 111 does, the others pack their frames, so that all of it is hit by the kills.
        let packings = [Packing::RecordPerFrame, Packing::Bytes(240), Packing::Bytes(4096)];
        (0..links)
            .zip(packings.into_iter().cycle())
            .map(|(place, packing)| links::start(&self.shift, place, format!("link{:02}", place + 1), packing))
            .collect()
    }

    /// Starts the server, tops up the orders, lets the links loose, kills; so many times.
    fn live_and_die(&mut self, kills: u32, seed: u64) -> Result<(), String> {
        let mut moments = Moments(Chance::new(seed));
        for _ in 0..kills {
            let mut server = self.laboratory.serve()?;
            self.top_up(&server)?;
            self.shift.up(server.links.iter().map(|(_, address)| *address).collect());
            std::thread::sleep(moments.next_moment());
            if let Some(status) = server.ended() {
                return Err(format!("the server ended by itself with {status}"));
            }
            server.kill()?;
            self.shift.down();
        }
        Ok(())
    }

    fn top_up(&mut self, server: &Running) -> Result<(), String> {
        let missing = TUBES_MIN.saturating_sub(self.shift.tubes_left());
        if missing < TUBES_MIN / 4 {
            return Ok(());
        }
        let ward = Ward { address: server.http, token: self.token.clone() };
        let patients: Vec<u64> = (self.patients + 1..).take(missing).collect();
        self.patients += missing as u64;
        let mut messages = vec![Vec::new(); missing];
        for count in self.shift.plan().tubes() {
            let codes = ward.order_all(&patients, &self.shift.plan().tests(count), HANDS)?;
            messages.iter_mut().zip(codes).for_each(|(message, code)| message.push(code));
        }
        self.shift.add_tubes(messages);
        Ok(())
    }

    /// One last server takes what is not acknowledged, files everything, and is stopped cleanly.
    fn drain(&self, links: usize) -> Result<(), String> {
        let server = self.laboratory.serve()?;
        self.shift.close();
        self.shift.up(server.links.iter().map(|(_, address)| *address).collect());
        let until = Instant::now() + DRAIN_WAIT;
        if !self.shift.wait_for_rest(links, DRAIN_WAIT) {
            return Err("the last server did not take what was left within two minutes".to_owned());
        }
        let ward = Ward { address: server.http, token: self.token.clone() };
        loop {
            match ward.unfiled()? {
                0 => break,
                left if Instant::now() > until => return Err(format!("after two minutes {left} messages are still not filed")),
                _ => std::thread::sleep(Duration::from_millis(20)),
            }
        }
        server.stop()
    }
}

fn check(day: &Day) -> Result<Report, String> {
    let log = day.shift.log();
    let mut ledger = Ledger::open(day.shift.plan(), &log);
    match &day.laboratory.database {
        Some(url) => read_postgres(url, &mut ledger).map_err(|trouble| format!("reading the database: {trouble}"))?,
        None => {
            let file = sqlite_file(&day.laboratory.directory)?;
            read_sqlite(&file, &mut ledger).map_err(|trouble| format!("reading {}: {trouble}", file.display()))?;
        }
    }
    Ok(ledger.close())
}

/// The one database file in the data directory.
fn sqlite_file(directory: &Path) -> Result<PathBuf, String> {
    let files = std::fs::read_dir(directory).map_err(|trouble| format!("{}: {trouble}", directory.display()))?;
    let mut databases: Vec<PathBuf> =
        files.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "db")).collect();
    match (databases.pop(), databases.pop()) {
        (Some(only), None) => Ok(only),
        _ => Err(format!("{} does not hold exactly one .db file", directory.display())),
    }
}

/// Removes the database of a run that ended as it should; any other is kept to be looked at.
fn tidy_up(as_expected: bool, directory: &Path, scratch: Option<Scratch>) -> Result<Option<String>, String> {
    if !as_expected {
        return Ok(Some(scratch.map_or_else(|| directory.display().to_string(), |scratch| scratch.url())));
    }
    if let Some(scratch) = scratch {
        scratch.drop_database()?;
    }
    std::fs::remove_dir_all(directory).map_err(|trouble| format!("{}: {trouble}", directory.display()))?;
    Ok(None)
}

/// The moments of the kills; the same seed gives the same ones.
struct Moments(Chance);

impl Moments {
    fn next_moment(&mut self) -> Duration {
        let (first, last) = KILL_AFTER.into_inner();
        Duration::from_micros(first * 1_000 + self.0.below((last - first) * 1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kills_fall_between_20_and_170_ms_and_follow_from_the_seed() {
        let moments = |seed| {
            let mut moments = Moments(Chance::new(seed));
            (0..1_000).map(|_| moments.next_moment()).collect::<Vec<_>>()
        };
        assert!(moments(1).iter().all(|moment| (20..170).contains(&moment.as_millis())));
        assert_eq!(moments(1), moments(1));
        assert_ne!(moments(1), moments(2));
        let early = moments(0).iter().filter(|moment| moment.as_millis() < 95).count();
        assert!((400..600).contains(&early), "spread over the whole range: {early}");
    }

    fn outcome(acknowledged: usize, findings: &[Invariant]) -> Outcome {
        let findings = findings.iter().map(|invariant| crate::check::Finding { invariant: *invariant, what: String::new() }).collect();
        let report = Report { acknowledged, findings, ..Report::default() };
        Outcome { report, kills: 1, sent: 1, resends: 0, took: Duration::ZERO, kept: None }
    }

    #[test]
    fn a_run_that_acknowledged_nothing_proves_nothing() {
        assert!(!outcome(0, &[]).is_as_expected(false));
        assert!(outcome(1, &[]).is_as_expected(false));
        assert!(!outcome(1, &[Invariant::State]).is_as_expected(false));
    }

    #[test]
    fn the_negative_control_must_lose() {
        assert!(!outcome(1, &[]).is_as_expected(true));
        assert!(!outcome(1, &[Invariant::Doubled]).is_as_expected(true));
        assert!(outcome(1, &[Invariant::Lost, Invariant::Doubled]).is_as_expected(true));
    }
}
