//! The books: each stored row is ticked off against the message it came from, and what is left over is a finding.

use super::rows::{Id, JournalRow, ResultRow, TaskRow, TransmissionRow};
use super::{Finding, Invariant, Report};
use crate::client_log::{Entry, Expected, Plan, Sent, sha256};
use peer::frame::deframe;
use std::collections::HashMap;

/// The journal's word for keeping a transmission.
const KEEP: &str = "keep_transmission";
/// The journal's word for filing its readings.
const FILE: &str = "file_readings";
/// The journal's word for both in one. Of a repeat it only keeps.
const KEEP_AND_FILE: &str = "keep_and_file";

/// What has been seen of one message.
#[derive(Default)]
struct Seen {
    originals: u32,
    // A bit for each reading, in the order sent.
    readings: u32,
}

/// What has been seen of one stored transmission.
struct Stored {
    message: usize,
    content_hash: Vec<u8>,
    duplicate_of: Option<Id>,
    kept: u32,
    filed: u32,
}

/// The books of one check. Rows go in transmissions first; then results, tasks and journal; then [`Ledger::close`].
pub struct Ledger<'a> {
    plan: &'a Plan,
    log: &'a [Entry],
    by_hash: HashMap<[u8; 32], usize>,
    seen: Vec<Seen>,
    stored: HashMap<Id, Stored>,
    report: Report,
}

impl<'a> Ledger<'a> {
    /// Opens the books on what the analysers know.
    #[must_use]
    pub fn open(plan: &'a Plan, log: &'a [Entry]) -> Ledger<'a> {
        let by_hash = log.iter().enumerate().map(|(position, entry)| (entry.content_hash, position));
        let acknowledged = log.iter().filter(|entry| entry.acknowledged).count();
        Ledger {
            plan,
            log,
            by_hash: by_hash.collect(),
            seen: log.iter().map(|_| Seen::default()).collect(),
            stored: HashMap::new(),
            report: Report { acknowledged, ..Report::default() },
        }
    }

    /// A stored transmission: its bytes say what its hash says, and a message of ours says the same.
    pub fn transmission(&mut self, row: TransmissionRow) {
        let Some(hash) = self.rehash(&row) else { return };
        let Some(message) = self.log_position(&row.link, hash) else {
            return self.find(Invariant::Bytes, format!("transmission {} says what no analyser sent over {}", hex(&row.id), row.link));
        };
        if row.duplicate_of.is_none() {
            self.original(&row, message);
        } else {
            self.report.duplicates += 1;
        }
        let stored = Stored { message, content_hash: row.content_hash, duplicate_of: row.duplicate_of, kept: 0, filed: 0 };
        if self.stored.insert(row.id, stored).is_some() {
            self.find(Invariant::Doubled, format!("message {} has two rows of bytes or of assessment", self.number(message)));
        }
    }

    fn original(&mut self, row: &TransmissionRow, message: usize) {
        self.report.stored += 1;
        if let Some(seen) = self.seen.get_mut(message) {
            seen.originals += 1;
        }
        if !row.filed {
            self.find(Invariant::Readings, format!("message {} is kept but was never filed", self.number(message)));
        }
        if !row.assessed {
            self.find(Invariant::Origin, format!("message {} has no assessment", self.number(message)));
        }
    }

    /// SHA-256 of the stored bytes' records, if they are there and agree with the stored hash.
    fn rehash(&mut self, row: &TransmissionRow) -> Option<[u8; 32]> {
        let Some(raw) = &row.raw else {
            self.find(Invariant::Origin, format!("transmission {} has no bytes", hex(&row.id)));
            return None;
        };
        match deframe(raw).map(|content| sha256(&content)) {
            Ok(hash) if hash.as_slice() == row.content_hash => Some(hash),
            Ok(_) => {
                self.find(Invariant::Bytes, format!("the bytes of transmission {} do not have its hash", hex(&row.id)));
                None
            }
            Err(trouble) => {
                self.find(Invariant::Bytes, format!("transmission {}: {trouble}", hex(&row.id)));
                None
            }
        }
    }

    /// A stored result: it hangs on everything it must hang on, in a state that can be, and is a reading of ours not seen before.
    pub fn result(&mut self, row: &ResultRow) {
        self.report.results += 1;
        self.report.held += usize::from(row.state == "held");
        self.state(row);
        let (Some(test), Some(container), Some(_), Some(_)) = (&row.test, &row.container, &row.accession, &row.mrn) else {
            let what = "lacks its examination, container, order or patient";
            return self.find(Invariant::Origin, format!("result {} of transmission {} {what}", row.sent, hex(&row.transmission)));
        };
        let Some(message) = self.stored.get(&row.transmission).map(|stored| stored.message) else {
            return self.find(Invariant::Origin, format!("result {test} on {container} has no transmission"));
        };
        let is_this = |sent: &Sent| sent.expected == Expected::Result && sent.test == *test && sent.specimen == *container;
        let same = |sent: &Sent| sent.reading.value == row.sent && sent.reading.unit == row.sent_unit;
        let words = format!("result {test} {} {} on {container}, version {}", row.sent, row.sent_unit, row.version);
        self.tick(message, &words, is_this, same);
    }

    fn state(&mut self, row: &ResultRow) {
        let vouched = (row.verified_at, row.verifier.as_deref().is_some_and(|verifier| !verifier.is_empty()));
        if !matches!((row.state.as_str(), vouched), ("held", (false, false)) | ("verified", (true, true))) {
            let (at, by) = vouched;
            self.find(
                Invariant::State,
                format!("result of transmission {} is {:?}, time {at}, verifier {by}", hex(&row.transmission), row.state),
            );
        }
    }

    /// A task: it is a reading of ours that nobody ordered, not seen before.
    pub fn task(&mut self, row: &TaskRow) {
        self.report.tasks += 1;
        let Some(message) = self.stored.get(&row.transmission).map(|stored| stored.message) else {
            return self.find(Invariant::Origin, format!("task {:?} has no transmission", row.raw_line));
        };
        let Some((number, code, value, unit)) = reading_of(&row.raw_line) else {
            return self.find(Invariant::Readings, format!("task {:?} of message {} is no reading", row.raw_line, self.number(message)));
        };
        // The record's own number tells two tubes' readings of one code apart only together with what was expected of it.
        let is_this = |sent: &Sent| sent.expected == Expected::Task && sent.reading.code == code;
        let same = |sent: &Sent| sent.reading.value == value && sent.reading.unit == unit;
        self.tick(message, &format!("task about record {number}, code {code}, {value} {unit}"), is_this, same);
    }

    /// Ticks off the first reading of `message` that `is_this` and is not ticked yet.
    fn tick(&mut self, message: usize, words: &str, is_this: impl Fn(&Sent) -> bool, same: impl Fn(&Sent) -> bool) {
        let (Some(entry), Some(seen)) = (self.log.get(message), self.seen.get_mut(message)) else { return };
        let readings = self.plan.readings(&entry.message);
        let candidates: Vec<(u32, &Sent)> = (0_u32..).zip(&readings).filter(|(_, sent)| is_this(sent)).collect();
        let free = |(place, _): &&(u32, &Sent)| seen.readings & 1 << place == 0;
        let number = entry.message.number;
        if candidates.is_empty() {
            return self.find(Invariant::Readings, format!("{words}: message {number} has no such reading"));
        }
        match candidates.iter().find(free) {
            Some((place, sent)) => {
                seen.readings |= 1 << place;
                if !same(sent) {
                    let sent = format!("{} {}", sent.reading.value, sent.reading.unit);
                    self.find(Invariant::Readings, format!("{words}: message {number} said {sent}"));
                }
            }
            None => self.find(Invariant::Doubled, format!("{words}: message {number} was filed twice")),
        }
    }

    /// A journal entry; those about transmissions are counted.
    pub fn journal(&mut self, row: &JournalRow) {
        let Some(stored) = self.stored.get_mut(&row.subject).filter(|_| row.accepted) else { return };
        match row.act.as_str() {
            KEEP => stored.kept += 1,
            FILE => stored.filed += 1,
            KEEP_AND_FILE => {
                stored.kept += 1;
                stored.filed += u32::from(stored.duplicate_of.is_none());
            }
            _ => {}
        }
    }

    /// Adds the engine's own complaints.
    pub fn integrity(&mut self, complaint: String) {
        self.find(Invariant::Integrity, complaint);
    }

    /// Closes the books: what should have been seen and was not.
    #[must_use]
    pub fn close(mut self) -> Report {
        let messages: Vec<Finding> = self.log.iter().zip(&self.seen).flat_map(|(entry, seen)| self.message_findings(entry, seen)).collect();
        let transmissions: Vec<Finding> = self.stored.values().filter_map(|stored| self.journal_finding(stored)).collect();
        let duplicates: Vec<Finding> = self.stored.values().filter_map(|stored| self.duplicate_finding(stored)).collect();
        self.report.findings.extend(messages.into_iter().chain(transmissions).chain(duplicates));
        self.report.findings.sort_by_key(|finding| finding.invariant);
        self.report
    }

    fn message_findings(&self, entry: &Entry, seen: &Seen) -> Vec<Finding> {
        let number = entry.message.number;
        let expected = self.plan.readings(&entry.message).len();
        let mut findings = Vec::new();
        let mut find = |invariant, what: String| findings.push(Finding { invariant, what });
        match seen.originals {
            0 if entry.acknowledged => find(Invariant::Lost, format!("message {number} was acknowledged and is not stored")),
            0 => {}
            1 if seen.readings.count_ones() as usize == expected => {}
            1 => find(Invariant::Readings, format!("message {number} has {} of its {expected} readings", seen.readings.count_ones())),
            more => find(Invariant::Doubled, format!("message {number} is stored {more} times as an original")),
        }
        findings
    }

    fn journal_finding(&self, stored: &Stored) -> Option<Finding> {
        let number = self.number(stored.message);
        let filings = u32::from(stored.duplicate_of.is_none());
        match (stored.kept, stored.filed) {
            (1, filed) if filed == filings => None,
            (kept, filed) if kept > 1 || filed > filings => Some(Finding {
                invariant: Invariant::Doubled,
                what: format!("message {number}: journal has it kept {kept}, filed {filed} times"),
            }),
            (kept, filed) => Some(Finding {
                invariant: Invariant::Origin,
                what: format!("message {number}: journal has it kept {kept}, filed {filed} times"),
            }),
        }
    }

    fn duplicate_finding(&self, stored: &Stored) -> Option<Finding> {
        let number = self.number(stored.message);
        let wrong = match self.stored.get(stored.duplicate_of.as_ref()?) {
            None => "to no stored original",
            Some(original) if original.duplicate_of.is_some() => "to another duplicate",
            Some(original) if original.content_hash != stored.content_hash || original.message != stored.message => {
                "to an original that says something else"
            }
            Some(_) => return None,
        };
        Some(Finding { invariant: Invariant::Duplicate, what: format!("a duplicate of message {number} points {wrong}") })
    }

    fn log_position(&self, link: &str, hash: [u8; 32]) -> Option<usize> {
        let position = self.by_hash.get(&hash)?;
        self.log.get(*position).filter(|entry| entry.message.link == link).map(|_| *position)
    }

    fn number(&self, message: usize) -> u64 {
        self.log.get(message).map_or(0, |entry| entry.message.number)
    }

    fn find(&mut self, invariant: Invariant, what: String) {
        self.report.findings.push(Finding { invariant, what });
    }
}

/// Record number, code, value and unit of an R record.
fn reading_of(record: &str) -> Option<(&str, &str, &str, &str)> {
    let mut fields = record.strip_prefix("R|")?.split('|');
    let number = fields.next()?;
    let code = fields.next()?.split('^').nth(3)?;
    Some((number, code, fields.next()?, fields.next()?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
