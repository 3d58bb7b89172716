//! Messages as a cobas c 111 sends them: results of one upload, records ending in CR, no framing.

use crate::device_time::DeviceTime;
use std::fmt::Write;

/// One result the analyser reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The analyser's application code, e.g. `990`.
    pub code: String,
    /// The value, as the analyser writes it.
    pub value: String,
    /// The unit, as the analyser writes it.
    pub unit: String,
}

/// What was measured on one tube.
#[derive(Clone, Copy, Debug)]
pub struct Specimen<'a> {
    /// The code on the tube, as read by the analyser.
    pub code: &'a str,
    /// Its results, in order.
    pub readings: &'a [Reading],
}

/// Whether the raw absorbance curve follows each result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curves {
    /// An M record after each result.
    Sent,
    /// No M records.
    Left,
}

/// The records of one message: H, P, for each specimen an O, for each of its results an R, a C and perhaps an M, then L.
///
/// `counter` is the analyser's sample counter and makes two uploads of the same values different. No escaping is done: codes, values
/// and units must not hold delimiters.
#[must_use]
pub fn content(specimens: &[Specimen<'_>], at: DeviceTime, counter: u64, curves: Curves) -> Vec<u8> {
    let readings: usize = specimens.iter().map(|specimen| specimen.readings.len()).sum();
    let mut text = String::with_capacity(220 + 96 * readings);
    // Writing to a String does not fail.
    let _ = write!(text, "H|\\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|{at}\rP|1||\r");
    for (position, specimen) in specimens.iter().enumerate() {
        order(&mut text, position + 1, specimen, at, counter, curves);
    }
    text.push_str("L|1|N\r");
    text.into_bytes()
}

fn order(text: &mut String, number: usize, specimen: &Specimen<'_>, at: DeviceTime, counter: u64, curves: Curves) {
    let _ = write!(text, "O|{number}||{}^^{counter}||S||||||N|||||||||||{at}|||F\r", specimen.code);
    for (position, reading) in specimen.readings.iter().enumerate() {
        let number = position + 1;
        let _ = write!(text, "R|{number}|^^^{}|{}|{}||N||F||$SYS$||{at}\rC|1|I||I\r", reading.code, reading.value, reading.unit);
        if curves == Curves::Sent {
            let _ = write!(text, "M|1|RR^BM^c111^1|-21|-21\\-21\\1\\1\\1\\-1\\-33\\-37\\-38\\-42\\140\\{counter}|0.018514\r");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn potassium() -> Reading {
        Reading { code: "990".into(), value: "4.1".into(), unit: "mmol/L".into() }
    }

    #[test]
    fn a_message_reads_as_the_analyser_sends_it() {
        let at = DeviceTime::from_unix_seconds(1_691_068_636);
        let message = content(&[Specimen { code: "A0000001X", readings: &[potassium()] }], at, 6, Curves::Left);
        let expected = "H|\\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|20230803131716\r\
            P|1||\r\
            O|1||A0000001X^^6||S||||||N|||||||||||20230803131716|||F\r\
            R|1|^^^990|4.1|mmol/L||N||F||$SYS$||20230803131716\r\
            C|1|I||I\r\
            L|1|N\r";
        assert_eq!(String::from_utf8(message).unwrap(), expected);
    }

    #[test]
    fn each_result_has_its_comment_and_if_asked_its_curve() {
        let readings = vec![potassium(); 25];
        for (curves, records) in [(Curves::Left, 3 + 50 + 1), (Curves::Sent, 3 + 75 + 1)] {
            let message = content(&[Specimen { code: "S", readings: &readings }], DeviceTime::from_unix_seconds(0), 1, curves);
            assert_eq!(message.iter().filter(|byte| **byte == b'\r').count(), records);
        }
    }

    #[test]
    fn several_specimens_are_several_orders() {
        let readings = [potassium()];
        let specimens = [Specimen { code: "S1", readings: &readings }, Specimen { code: "S2", readings: &readings }];
        let text = String::from_utf8(content(&specimens, DeviceTime::from_unix_seconds(0), 1, Curves::Left)).unwrap();
        let letters: String = text.split('\r').filter_map(|record| record.chars().next()).collect();
        assert_eq!(letters, "HPORCORCL");
        assert!(text.contains("\rO|2||S2^^1|"));
    }

    #[test]
    fn the_counter_makes_equal_results_different_messages() {
        let readings = [potassium()];
        let specimens = [Specimen { code: "S", readings: &readings }];
        let at = DeviceTime::from_unix_seconds(0);
        assert_ne!(content(&specimens, at, 1, Curves::Left), content(&specimens, at, 2, Curves::Left));
    }
}
