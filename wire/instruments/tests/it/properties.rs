//! Whatever bytes come: no panic, no reading out of nothing, and what is read can be found in what was sent.

use crate::disk::{bytes, transmissions};
use instruments::{DRIVERS, Driver, read_transmission};
use kernel::{Reading, ReadingKind, Zone};
use proptest::prelude::*;

fn read(driver: &Driver, bytes: &[u8]) -> Vec<Reading> {
    let (readings, troubles) = read_transmission(driver, bytes, &Zone::named("Europe/Berlin").unwrap());
    assert!(troubles.iter().all(|trouble| !trouble.place.is_empty() && !trouble.what.is_empty()), "{troubles:?}");
    readings
}

/// Bytes that look like records often enough to get past the first letter.
fn any_records() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        4 => "[0-9A-Z.^/&\\\\ -]{0,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..8),
        1 => prop::sample::select(vec!["^^^990/", "P", "Q", "T", "20261121101502", "----", "&X4&", "QC", "^^QC^SC"]).prop_map(|text| text.as_bytes().to_vec()),
    ];
    let kind = prop::sample::select(vec!["H|\\^&", "H!@#$", "P", "O", "R", "C", "M", "Q", "L", "S", "Z", ""]);
    let end = prop::sample::select(vec![&b"\r"[..], b"\n", b"\r\n", b""]);
    let record = (kind, prop::collection::vec(field, 0..14), end).prop_map(|(kind, fields, end)| {
        let mut record = kind.as_bytes().to_vec();
        fields.iter().for_each(|field| record.extend([b"|", field.as_slice()].concat()));
        [record.as_slice(), end].concat()
    });
    prop::collection::vec(record, 0..20).prop_map(|records| records.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_driver_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        DRIVERS.iter().for_each(|driver| drop(read(driver, &bytes)));
    }

    #[test]
    fn nothing_that_looks_like_records_makes_a_driver_panic_and_readings_are_never_made_up(bytes in any_records(), framed in any::<bool>()) {
        let results = bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|record| record.iter().find(|byte| **byte != 0) == Some(&b'R')).count();
        let sent = if framed { lis2::frame(&bytes, &lis2::FrameOptions::default()).concat() } else { bytes };
        for driver in DRIVERS {
            let readings = read(driver, &sent);
            prop_assert!(framed || readings.len() <= results, "{} readings of {} results", readings.len(), results);
            for reading in readings {
                prop_assert!(!reading.code.is_empty() && !reading.sent.is_empty() && reading.line.number > 0, "{:?}", reading);
                prop_assert_eq!(reading.specimen.trim(), reading.specimen.as_str());
                prop_assert_eq!(reading.sent.trim(), reading.sent.as_str());
            }
        }
    }

    /// A capture with one byte changed, lost or added anywhere.
    #[test]
    fn a_damaged_capture_is_read_as_far_as_it_goes(at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>(), byte in any::<u8>(), how in 0..3) {
        for driver in DRIVERS {
            let paths = transmissions(driver);
            let mut capture = bytes(&paths[which.index(paths.len())]);
            let place = at.index(capture.len());
            match how {
                0 => capture[place] = byte,
                1 => drop(capture.remove(place)),
                _ => capture.insert(place, byte),
            }
            read(driver, &capture);
        }
    }

    /// Cut short anywhere: the readings are the first of those of the whole, save the last one, whose record may be cut in its middle.
    #[test]
    fn a_capture_cut_short_gives_no_other_readings(at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>()) {
        for driver in DRIVERS {
            let paths = transmissions(driver);
            let whole = bytes(&paths[which.index(paths.len())]);
            let cut = &whole[..at.index(whole.len())];
            let (all, some) = (read(driver, &whole), read(driver, cut));
            prop_assert!(some.len() <= all.len());
            let certain = some.len().saturating_sub(1);
            let same = |reading: &Reading| (reading.kind, reading.specimen.clone(), reading.code.clone(), reading.sent.clone());
            let pairs = |readings: &[Reading]| readings[..certain].iter().map(same).collect::<Vec<(ReadingKind, String, String, String)>>();
            prop_assert_eq!(pairs(&some), pairs(&all));
        }
    }
}
