//! Our own captures and the readings expected of them, `captures/<driver>/<name>.astm` and `.json`.

use instruments::{DRIVERS, Driver, read_transmission};
use kernel::{Reading, Zone};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub(crate) fn folder(driver: &Driver) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures").join(driver.name)
}

/// The transmissions of a driver's folder.
pub(crate) fn transmissions(driver: &Driver) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder(driver)).unwrap_or_else(|trouble| panic!("captures of {}: {trouble}", driver.name));
    let mut found: Vec<PathBuf> =
        files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "astm")).collect();
    found.sort();
    found
}

/// A reading in the words of the expectations.
pub(crate) fn shown(reading: &Reading) -> Value {
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
    let expected = path.with_extension("json");
    let expected: Value = serde_json::from_str(&std::fs::read_to_string(&expected).expect("an expectation beside every capture")).unwrap();
    let (readings, troubles) = read_transmission(driver, &std::fs::read(path).unwrap(), &Zone::utc());
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
        for file in std::fs::read_dir(folder(driver)).unwrap() {
            let path = file.unwrap().path();
            assert!(path.with_extension("astm").exists() && path.with_extension("json").exists(), "{} stands alone", path.display());
        }
    }
}
