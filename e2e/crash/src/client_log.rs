//! What the analysers know: which messages they sent, with which results, and which were acknowledged.

use peer::c111::{Curves, Reading, Specimen, content};
use peer::device_time::DeviceTime;
use peer::menu::Menu;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How many results a message carries.
pub const RESULTS: usize = 25;
/// One message in so many is about tubes nobody ordered anything on.
const STRANGER_EVERY: u64 = 32;
/// One message in so many ends in a code the laboratory does not know.
const UNKNOWN_CODE_EVERY: u64 = 16;
/// One message in so many carries a potassium that wants a call, so that held results occur as well as verified ones.
const CRITICAL_EVERY: u64 = 8;
/// A code no mapping knows.
const UNKNOWN_CODE: &str = "X99";

/// What should become of a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A result of the examination ordered.
    Result,
    /// A task with its raw line: nobody ordered it, or nobody knows the code.
    Task,
}

/// One reading of a message, as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The tube.
    pub specimen: String,
    /// The laboratory's test, empty where the code is not known.
    pub test: String,
    /// Code, value and unit on the wire.
    pub reading: Reading,
    /// What should become of it.
    pub expected: Expected,
}

/// A message of this run. Its content follows from its number and its tubes alone, so it need not be kept.
#[derive(Clone, Debug)]
pub struct Message {
    /// Unique in the run.
    pub number: u64,
    /// The link it goes over.
    pub link: String,
    /// The codes on its tubes, [`Plan::tubes`] of them.
    pub specimens: Vec<String>,
    /// The clock of the device when it was first sent; a resend says the same.
    pub at: DeviceTime,
}

/// A message that has been sent at least once.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The message.
    pub message: Message,
    /// SHA-256 of its records.
    pub content_hash: [u8; 32],
    /// Whether its last frame was acknowledged.
    pub acknowledged: bool,
    /// How often it was sent, whole or in part.
    pub sends: u32,
}

/// How messages of this run are made.
#[derive(Clone, Debug)]
pub struct Plan {
    menu: Arc<Menu>,
}

impl Plan {
    /// Messages of the analyser's menu.
    #[must_use]
    pub fn new(menu: Menu) -> Plan {
        Plan { menu: Arc::new(menu) }
    }

    /// How many results go on each tube of a message.
    #[must_use]
    pub fn tubes(&self) -> Vec<usize> {
        self.menu.tubes(RESULTS)
    }

    /// The tests to order for a tube with `count` results.
    #[must_use]
    pub fn tests(&self, count: usize) -> Vec<&str> {
        self.menu.tests(count)
    }

    /// Whether the message of this number is about tubes nobody ordered anything on.
    #[must_use]
    pub fn is_stranger(&self, number: u64) -> bool {
        number % STRANGER_EVERY == 5
    }

    /// The readings of a message, in the order they are sent.
    #[must_use]
    pub fn readings(&self, message: &Message) -> Vec<Sent> {
        let counts = self.tubes();
        let tubes = message.specimens.iter().zip(&counts);
        let mut sent: Vec<Sent> = tubes.flat_map(|(specimen, count)| self.tube(message.number, specimen, *count)).collect();
        if message.number % UNKNOWN_CODE_EVERY == 3
            && let Some(last) = sent.last_mut()
        {
            UNKNOWN_CODE.clone_into(&mut last.reading.code);
            last.test.clear();
            last.expected = Expected::Task;
        }
        sent
    }

    fn tube(&self, number: u64, specimen: &str, count: usize) -> Vec<Sent> {
        let expected = if self.is_stranger(number) { Expected::Task } else { Expected::Result };
        let lines = self.menu.lines().iter().zip(self.menu.readings(count, number));
        lines
            .map(|(line, reading)| {
                let critical = line.test == "K" && number % CRITICAL_EVERY == 1;
                let reading = if critical { Reading { value: "7.9".to_owned(), ..reading } } else { reading };
                Sent { specimen: specimen.to_owned(), test: line.test.clone(), reading, expected }
            })
            .collect()
    }

    /// The records of a message.
    #[must_use]
    pub fn content(&self, message: &Message) -> Vec<u8> {
        let sent = self.readings(message);
        let by_tube: Vec<(&str, Vec<Reading>)> = message
            .specimens
            .iter()
            .map(|code| {
                let readings = sent.iter().filter(|sent| sent.specimen == *code).map(|sent| sent.reading.clone());
                (code.as_str(), readings.collect())
            })
            .collect();
        let specimens: Vec<Specimen<'_>> = by_tube.iter().map(|(code, readings)| Specimen { code, readings }).collect();
        content(&specimens, message.at, message.number, Curves::Left)
    }

    /// The log's entry of a message about to be sent for the first time.
    #[must_use]
    pub fn entry(&self, message: Message) -> Entry {
        Entry { content_hash: sha256(&self.content(&message)), message, acknowledged: false, sends: 0 }
    }
}

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(plan: &Plan, number: u64) -> Message {
        let specimens = (0..plan.tubes().len()).map(|tube| format!("A{number}T{tube}")).collect();
        Message { number, link: "link01".into(), specimens, at: DeviceTime::from_unix_seconds(0) }
    }

    #[test]
    fn a_message_carries_25_results_and_says_the_same_each_time() {
        let plan = Plan::new(Menu::starting().unwrap());
        let message = message(&plan, 7);
        assert_eq!(plan.readings(&message).len(), RESULTS);
        let text = String::from_utf8(plan.content(&message)).unwrap();
        assert_eq!(text.matches("\rR|").count(), RESULTS);
        assert_eq!(plan.entry(message.clone()).content_hash, plan.entry(message).content_hash);
    }

    #[test]
    fn strangers_unknown_codes_and_critical_values_occur() {
        let plan = Plan::new(Menu::starting().unwrap());
        let sent = |number| plan.readings(&message(&plan, number));
        assert!(sent(5).iter().all(|sent| sent.expected == Expected::Task));
        let tasks: Vec<_> = sent(3).into_iter().filter(|sent| sent.expected == Expected::Task).collect();
        assert_eq!((tasks.len(), tasks[0].reading.code.as_str()), (1, UNKNOWN_CODE));
        assert!(sent(1).iter().any(|sent| sent.test == "K" && sent.reading.value == "7.9"));
        assert!(sent(2).iter().all(|sent| sent.expected == Expected::Result && sent.reading.value != "7.9"));
    }
}
