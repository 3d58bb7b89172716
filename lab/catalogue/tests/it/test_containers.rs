//! What a test needs of its containers: read, and refused with file, line and reason where it cannot be so.

use crate::bench::says;
use crate::bench::{CONTAINERS_HEAD, EDITION, LIMITS_HEAD, POTASSIUM, TEST_CONTAINERS_HEAD, TESTS_HEAD, TUBES, shipped};
use catalogue::{Catalogue, CatalogueText, ContainerKindCode, Storage, TestCode, TestVolume};

/// A swab, of which volume is no matter, beside the two tubes.
const SWAB: &str = "SWAB,Swab,medium,,,no,a test\n";

fn read(rows: &str) -> Result<Catalogue, Vec<String>> {
    let text = CatalogueText {
        edition: EDITION,
        containers: &format!("{CONTAINERS_HEAD}{TUBES}{SWAB}"),
        tests: &format!("{TESTS_HEAD}{POTASSIUM}"),
        test_containers: &format!("{TEST_CONTAINERS_HEAD}{rows}"),
        critical_limits: LIMITS_HEAD,
        ..CatalogueText::default()
    };
    Catalogue::read(text).map_err(|troubles| troubles.iter().map(ToString::to_string).collect())
}

fn told(rows: &str) -> Vec<String> {
    read(rows).err().unwrap_or_default()
}

/// The row that the faulty ones are made of.
const SOUND: &str = "K,1,SST,1900,100,24,168,0.25,here\n";

#[test]
fn the_containers_of_a_test_stand_in_their_order_with_volume_and_stability() {
    let catalogue = read(&format!("{SOUND}K,2,SWAB,,,,,87600,here\nK,3,HEP,0,0,,24,,here\n")).unwrap();
    let test = catalogue.test(&TestCode::parse("K").unwrap()).unwrap();
    let order: Vec<&str> = test.containers.iter().map(|accepted| accepted.container.as_str()).collect();
    assert_eq!(order, ["SST", "SWAB", "HEP"]);
    let container = |code: &str| test.in_container(&ContainerKindCode::parse(code).unwrap());
    let gold = container("SST").unwrap();
    // 1900 and 100 are just the 2000 that one gives; 24 h, 168 h and a quarter of an hour in minutes.
    assert_eq!(gold.volume, Some(TestVolume { needed_ul: 1_900, dead_ul: 100 }));
    assert_eq!(Storage::ALL.map(|storage| gold.stability.minutes(storage)), [Some(1_440), Some(10_080), Some(15)]);
    assert_eq!(container("SWAB").unwrap().volume, None);
    assert_eq!(Storage::ALL.map(|storage| container("SWAB").unwrap().stability.minutes(storage)), [None, None, Some(5_256_000)]);
    assert_eq!(container("EDTA"), None);
}

#[test]
fn a_faulty_container_of_a_test_is_named_with_its_line_and_what_is_expected() {
    let table: [(&str, &[&str]); 24] = [
        ("NA,1,SST,10,100,24,,,here", &["test “NA” is not in tests.csv"]),
        ("K,1,HEP,10,100,24,,,here", &["place", "K", "must be 2", "“1”"]),
        ("K,3,HEP,10,100,24,,,here", &["place", "must be 2", "“3”"]),
        ("K,,HEP,10,100,24,,,here", &["place", "must be 2", "“”"]),
        ("K,2,SST,10,100,24,,,here", &["container SST of K", "twice"]),
        ("K,2,TUBE,10,100,24,,,here", &["“TUBE” of K", "not in containers.csv"]),
        ("K,2,,10,100,24,,,here", &["“” of K", "not in containers.csv"]),
        ("K,2,HEP,,100,24,,,here", &["volume_ul of K", "whole microlitres", "“”"]),
        ("K,2,HEP,1.5,100,24,,,here", &["volume_ul of K", "“1.5”"]),
        ("K,2,HEP,-1,100,24,,,here", &["volume_ul of K", "“-1”"]),
        ("K,2,HEP,10,,24,,,here", &["dead_volume_ul of K", "“”"]),
        ("K,2,HEP,10000001,0,24,,,here", &["volume_ul of K", "10000000"]),
        // A green top gives 1600.
        ("K,2,HEP,1501,100,24,,,here", &["K needs 1601 ul with the dead volume", "HEP gives 1600 ul"]),
        ("K,2,SWAB,10,,24,,,here", &["SWAB has no usable_ul", "must be empty"]),
        ("K,2,SWAB,,0,24,,,here", &["SWAB has no usable_ul", "must be empty"]),
        ("K,2,HEP,10,100,,,,here", &["no stability of K", "stability_*_h"]),
        ("K,2,HEP,10,100,0,,,here", &["stability_room_h of K", "above 0", "“0”"]),
        ("K,2,HEP,10,100,-24,,,here", &["stability_room_h of K", "“-24”"]),
        ("K,2,HEP,10,100,a day,,,here", &["stability_room_h of K", "“a day”"]),
        ("K,2,HEP,10,100,0.001,,,here", &["stability_room_h of K", "whole minutes", "“0.001”"]),
        ("K,2,HEP,10,100,24,87601,,here", &["stability_refrigerated_h of K", "at most 87600", "“87601”"]),
        ("K,2,HEP,10,100,24,,9999999999999999999999999999,here", &["stability_frozen_h of K"]),
        ("K,2,HEP,10,100,24,,,", &["HEP of K has no source"]),
        ("K,2,HEP,10,100,24,,here", &["8 fields"]),
    ];
    for (row, words) in table {
        says(&told(&format!("{SOUND}{row}\n")), "test_containers.csv, line 3", words);
    }
}

/// It could be ordered, and nobody could say what to draw.
#[test]
fn a_test_without_a_container_refuses_the_edition() {
    says(&told(""), "test_containers.csv", &["test K has no container", "best first"]);
}

/// A place that is wrong because the row before it is, is not told.
#[test]
fn the_row_after_a_faulty_one_keeps_its_place() {
    says(&told("K,1,TUBE,10,100,24,,,here\nK,2,SST,10,100,24,,,here\n"), "test_containers.csv, line 2", &["“TUBE”"]);
}

/// What laboratory rules 5.4 say of some, in hours, and that nothing claims more than it is.
#[test]
fn the_shipped_stabilities_are_those_of_the_laboratory_rules() {
    let catalogue = shipped();
    let hours = |test: &str, container: &str| {
        let test = catalogue.test(&TestCode::parse(test).unwrap()).unwrap();
        let accepted = test.in_container(&ContainerKindCode::parse(container).unwrap()).unwrap();
        Storage::ALL.map(|storage| accepted.stability.minutes(storage).map(|minutes| f64::from(minutes) / 60.0))
    };
    for (test, container, expected) in [
        ("HGB", "EDTA", [Some(24.0), Some(48.0), None]),
        ("ESR", "EDTA", [Some(4.0), Some(24.0), None]),
        ("INR", "CIT", [Some(24.0), None, Some(336.0)]),
        ("APTT", "CIT", [Some(4.0), None, Some(336.0)]),
        ("K", "SST", [Some(24.0), Some(168.0), None]),
        ("NH3", "EDTA-ICE", [None, Some(0.5), None]),
        ("ABGPO2", "HEP-BG", [Some(0.5), None, None]),
        ("HBA1C", "EDTA", [None, Some(168.0), None]),
        ("UCX", "UGRY", [Some(48.0), None, None]),
        ("HIVVL", "PPT", [Some(24.0), Some(144.0), None]),
    ] {
        assert_eq!(hours(test, container), expected, "{test} in {container}");
    }
    let rows: Vec<&str> = crate::bench::SHIPPED_TEST_CONTAINERS.lines().skip(1).collect();
    assert!(rows.iter().all(|row| row.contains("unverified")), "nobody has verified a row");
}
