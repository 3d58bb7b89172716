//! What a cobas c 111 writes: each result a record, each followed by its data alarm.

use crate::chance::Chance;
use crate::physiology::Physiology;
use actions::Analyser;
use kernel::Timestamp;
use std::fmt::Write;

/// A tube on the rack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specimen {
    /// The code on its label.
    pub code: String,
    /// Our codes of the tests to be measured.
    pub tests: Vec<String>,
    /// Values a scenario fixes, by test: a potassium that must be called, say.
    pub fixed: Vec<(String, String)>,
}

/// The records of one message. Tests the instrument has no code for, or knows no values of, are left out as the instrument would.
pub fn message(
    analyser: &Analyser,
    specimen: &Specimen,
    physiology: &Physiology,
    chance: &mut Chance,
    number: u64,
    now: Timestamp,
) -> Vec<u8> {
    let at = device_time(analyser, now);
    let mut records = format!("H|\\^&|||Benchside^Roche^c111^4.2.2^1^{number}|||||host|RSUPL^REAL|P|1|{at}\rP|1||\r");
    // Writing to a String cannot fail.
    let _ = write!(records, "O|1||{:<22}^^{}||R||||||N|||||||||||{at}|||F\r", specimen.code, number % 10);
    let mut sequence = 0;
    for test in &specimen.tests {
        let code = instrument_code(analyser, test);
        let (Some(code), Some((drawn, unit))) = (code, physiology.draw(test, chance)) else { continue };
        let value = specimen.fixed.iter().find(|(fixed, _)| fixed == test).map_or(drawn, |(_, value)| value.clone());
        sequence += 1;
        let _ = write!(records, "R|{sequence}|^^^{code}|{value}|{unit}||N||F||$SYS$||{at}\rC|1|I||I\r");
    }
    records.push_str("L|1|N\r");
    records.into_bytes()
}

fn instrument_code(analyser: &Analyser, test: &str) -> Option<String> {
    let test = analyser.test_code(test)?;
    analyser.mapping.code_for(&test).map(str::to_owned)
}

/// The instrument's own clock: local, to the second, without a zone.
fn device_time(analyser: &Analyser, now: Timestamp) -> String {
    let seconds = now.micros().div_euclid(1_000_000).rem_euclid(60);
    let wall = now.on_wall_clock(&analyser.zone).unwrap_or_default();
    let digits: String = wall.chars().filter(char::is_ascii_digit).collect();
    format!("{digits}{seconds:02}")
}
