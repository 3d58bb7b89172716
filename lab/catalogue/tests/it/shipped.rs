//! The content that comes with the program: it reads, it is signed by nobody, and it says what the laboratory rules say.

use crate::bench::{SHIPPED_TESTS, chosen, shipped};
use catalogue::{InstrumentMapping, Signature, TestCode};
use kernel::Sex;

/// Thirty years of age, in days.
const ADULT: Option<(u32, u32)> = Some((10_957, 10_957));

#[test]
fn the_shipped_edition_reads_and_nobody_has_signed_it() {
    let catalogue = shipped();
    assert_eq!(catalogue.edition().signature, Signature::Unverified, "a starting default is signed by the laboratory, not by us");
    assert!(!catalogue.edition().is_signed());
    assert_eq!(catalogue.tests().count(), SHIPPED_TESTS.lines().count() - 1, "a line each, and the header");
    let potassium = catalogue.test(&TestCode::parse("K").unwrap()).unwrap();
    assert_eq!((potassium.unit.as_ref().unwrap().as_str(), potassium.decimals, potassium.loinc.as_deref()), ("mmol/L", 1, Some("2823-3")));
    let containers: Vec<&str> = potassium.containers.iter().map(|accepted| accepted.container.as_str()).collect();
    assert_eq!(containers, ["SST", "HEP"]);
    assert_eq!(catalogue.tests().count(), 286, "the 251 of the starting data and the everyday ones they lack");
    assert_eq!(potassium.substance.valence, Some(1));
    assert!(catalogue.test(&TestCode::parse("ALT").unwrap()).unwrap().substance.enzyme);
    assert!(!potassium.substance.enzyme);
}

/// LOINC's own check digit (mod 10 from the right, every other digit doubled): a slip of the keyboard shows.
#[test]
fn every_loinc_code_has_its_check_digit() {
    for (test, loinc) in shipped().tests().filter_map(|test| Some((test, test.loinc.as_deref()?))) {
        let (number, check) = loinc.split_once('-').unwrap();
        let digits = number.chars().rev().enumerate().map(|(place, digit)| {
            let digit = digit.to_digit(10).unwrap();
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            doubled / 10 + doubled % 10
        });
        assert_eq!(check, ((10 - digits.sum::<u32>() % 10) % 10).to_string(), "{} {loinc}", test.code);
    }
}

/// The limits that laboratory rules 5.1 name for adults.
#[test]
fn adult_limits_are_those_of_the_laboratory_rules() {
    let table = [("K", "2.8..6.2"), ("CA", "6.0..13.0"), ("MG", "1.0..4.7"), ("NA", "120..160"), ("GLU", "50..450"), ("ALB", "none")];
    for (test, limit) in table {
        assert_eq!(chosen(&shipped(), test, Sex::Female, ADULT), limit, "{test}");
    }
}

#[test]
fn the_mapping_of_the_cobas_c_reads_and_answers_the_same_each_time() {
    let catalogue = shipped();
    let text = include_str!("../../../../content/instruments/roche_cobas_c.csv");
    let mapping = InstrumentMapping::read("roche_cobas_c.csv", text, &catalogue).unwrap();
    assert_eq!(mapping.test("990").map(TestCode::as_str), Some("K"));
    assert_eq!(mapping.test("413").map(TestCode::as_str), Some("ALB"));
    assert_eq!(mapping.test("0990"), None, "a code is a name, not a number");
    assert_eq!(mapping.test(""), None);
    let code_for = |test: &str| mapping.code_for(&TestCode::parse(test).unwrap()).map(str::to_owned);
    assert_eq!(code_for("K").as_deref(), Some("990"));
    assert_eq!(code_for("CREA").as_deref(), Some("452"), "of 452 and 690 the smaller");
    assert_eq!(code_for("LDH"), None);
}

#[test]
fn a_test_code_is_checked_at_the_door() {
    for code in ["K", "HBA1C", "ABCDEFGHIJKLMNOP", "CO2", "A_1", "1"] {
        assert_eq!(TestCode::parse(code).unwrap().to_string(), code);
    }
    for text in ["", "k", "K ", " K", "K-1", "ABCDEFGHIJKLMNOPQ", "Κ", "K\0"] {
        assert_eq!(TestCode::parse(text), None, "{text:?}");
    }
}
