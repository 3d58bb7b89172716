//! Every driver is found by its name, has captures that prove it and a default mapping that reads.

use crate::disk::{bytes, content, transmissions};
use catalogue::{Catalogue, CatalogueText, InstrumentMapping, TestCode};
use instruments::{DRIVERS, find, read_transmission};
use kernel::Zone;
use std::collections::BTreeSet;

fn catalogue() -> Catalogue {
    let files = ["edition.toml", "containers.csv", "tests.csv", "test_containers.csv", "methods.csv", "critical_limits.csv"];
    let [edition, containers, tests, test_containers, methods, critical_limits] = files.map(|file| content(&format!("catalogue/{file}")));
    let text = CatalogueText {
        edition: &edition,
        containers: &containers,
        tests: &tests,
        test_containers: &test_containers,
        methods: Some(&methods),
        critical_limits: &critical_limits,
        ..CatalogueText::default()
    };
    Catalogue::read(text).unwrap()
}

#[test]
fn drivers_are_found_by_name_and_by_no_other() {
    let names: BTreeSet<&str> = DRIVERS.iter().map(|driver| driver.name).collect();
    assert_eq!(names.len(), DRIVERS.len(), "a name each");
    for driver in DRIVERS {
        assert_eq!(find(driver.name).unwrap().name, driver.name);
        assert!(find(&driver.name.to_uppercase()).is_none());
    }
    assert!(find("").is_none());
}

#[test]
fn every_driver_has_captures() {
    for driver in DRIVERS {
        assert!(!transmissions(driver).is_empty(), "no transmission of {}", driver.name);
    }
}

#[test]
fn every_driver_has_a_default_mapping_that_reads() {
    let catalogue = catalogue();
    for driver in DRIVERS {
        let file = format!("{}.csv", driver.name);
        let mapping = InstrumentMapping::read(&file, &content(&format!("instruments/{file}")), &catalogue).unwrap();
        assert!(mapping.code_for(&TestCode::parse("K").unwrap()).is_some(), "{file} names no potassium");
    }
}

/// What our own captures show can be filed: none of their codes is missing in the mapping.
#[test]
fn every_code_of_a_capture_is_mapped() {
    let catalogue = catalogue();
    for driver in DRIVERS {
        let mapping = InstrumentMapping::read(driver.name, &content(&format!("instruments/{}.csv", driver.name)), &catalogue).unwrap();
        for path in transmissions(driver) {
            for reading in read_transmission(driver, &bytes(&path), &Zone::utc()).0 {
                assert!(mapping.test(&reading.code).is_some(), "{}: code {}", path.display(), reading.code);
            }
        }
    }
}
