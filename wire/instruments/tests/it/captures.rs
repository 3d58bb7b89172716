//! Our own captures and the readings expected of them, `captures/<driver>/<name>.astm` and `.json`.

use crate::disk::{bytes, captures, text, transmissions};
use instruments::{DRIVERS, Driver, read_transmission};
use kernel::{Reading, Zone};
use serde_json::{Value, json};
use std::path::Path;

/// A reading in the words of the expectations.
fn shown(reading: &Reading) -> Value {
    json!({
        "kind": reading.kind.name(),
        "specimen": reading.specimen,
        "code": reading.code,
        "value": reading.sent,
        "unit": reading.unit,
        "flags": reading.flags,
        "at": reading.stated_at.as_ref().map(kernel::Stated::iso),
    })
}

fn check(driver: &Driver, path: &Path) {
    let expected: Value = serde_json::from_str(&text(&path.with_extension("json"))).unwrap();
    let (readings, troubles) = read_transmission(driver, &bytes(path), &Zone::utc());
    let found: Vec<Value> = readings.iter().map(shown).collect();
    assert_eq!(Value::Array(found), expected["readings"], "{}", path.display());
    let expected = expected["troubles"].as_array().unwrap();
    assert_eq!(troubles.len(), expected.len(), "{}: {troubles:?}", path.display());
    for (found, expected) in troubles.iter().zip(expected) {
        assert_eq!(found.place, expected["where"], "{}", path.display());
        assert!(found.what.starts_with(expected["what"].as_str().unwrap()), "{}: {found}", path.display());
    }
}

#[test]
fn every_capture_gives_exactly_the_readings_beside_it() {
    for driver in DRIVERS {
        transmissions(driver).iter().for_each(|path| check(driver, path));
    }
}

#[test]
fn every_expectation_belongs_to_a_capture() {
    for driver in DRIVERS {
        for path in captures(driver) {
            assert!(path.with_extension("astm").exists() && path.with_extension("json").exists(), "{} stands alone", path.display());
        }
    }
}
