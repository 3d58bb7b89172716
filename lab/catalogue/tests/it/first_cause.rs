//! A fault is told once, where it is: what only follows from it in other files is not told.

use crate::bench::says;
use crate::bench::{CONTAINERS_HEAD, EDITION, INTERVALS_HEAD, LIMITS_HEAD, POTASSIUM, TEST_CONTAINERS_HEAD, TESTS_HEAD, TUBES};
use catalogue::{Catalogue, CatalogueText};

const LIMITS: &str = "K,A,0,28,,,,,2.8,7.0,,here,\n";
const INTERVALS: &str = "K,reference,,A,28,d,150,a,,,,,3.5,5.1,,,here\n";
const PANELS: &str = "code,name,bench,tests,source\nELEC,Electrolytes,CHEM,K,here\n";
const CONTAINERS_OF_K: &str = "K,1,SST,10,100,24,,,here\nK,2,HEP,10,100,24,,,here\n";

/// The faults of an edition of one potassium that every file speaks of.
fn told(containers: &str, tests: &str, test_containers: &str) -> Vec<String> {
    let text = CatalogueText {
        edition: EDITION,
        containers,
        tests,
        test_containers,
        critical_limits: &format!("{LIMITS_HEAD}{LIMITS}"),
        reference_intervals: Some(&format!("{INTERVALS_HEAD}{INTERVALS}")),
        panels: Some(PANELS),
        ..CatalogueText::default()
    };
    Catalogue::read(text).map_or_else(|troubles| troubles.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

fn tubes() -> String {
    format!("{CONTAINERS_HEAD}{TUBES}")
}

fn containers_of_k() -> String {
    format!("{TEST_CONTAINERS_HEAD}{CONTAINERS_OF_K}")
}

#[test]
fn what_the_other_tests_break_is_whole_before() {
    assert_eq!(told(&tubes(), &format!("{TESTS_HEAD}{POTASSIUM}"), &containers_of_k()), Vec::<String>::new());
}

/// What is critical of a coded test is a text; of a test whose own row is faulty nobody knows what it is.
#[test]
fn a_faulty_coded_test_does_not_make_what_is_critical_of_it_faulty() {
    let coded = |loinc: &str| format!("COD,Finding,MICRO,{loinc},,unverified,Blood,,,coded,,NEG,,a test\n");
    let told = |loinc: &str| {
        let tests = format!("{TESTS_HEAD}{POTASSIUM}{}", coded(loinc));
        let text = CatalogueText {
            edition: EDITION,
            containers: &tubes(),
            tests: &tests,
            test_containers: &format!("{}COD,1,SST,10,100,24,,,here\n", containers_of_k()),
            critical_limits: &format!("{LIMITS_HEAD}{LIMITS}COD,A,0,28,,,,,,,POS,here,\n"),
            ..CatalogueText::default()
        };
        Catalogue::read(text).map_or_else(|troubles| troubles.iter().map(ToString::to_string).collect(), |_| Vec::<String>::new())
    };
    assert_eq!(told(""), Vec::<String>::new());
    says(&told("600-8"), "tests.csv, line 3", &["COD", "check digit"]);
}

/// Four files name the test; only its own row is told.
#[test]
fn a_faulty_test_does_not_make_every_row_that_names_it_faulty() {
    let read = |row: &str| told(&tubes(), &format!("{TESTS_HEAD}{row}\n"), &containers_of_k());
    says(&read(&POTASSIUM.trim_end().replace("mmol/L", "furlong")), "tests.csv, line 2", &["furlong"]);
    says(&read(&POTASSIUM.trim_end().replace("number", "amount")), "tests.csv, line 2", &["kind of K"]);
    // Too few cells: the row cannot be taken apart, and still names its test.
    says(&read("K,Potassium,CHEM"), "tests.csv, line 2", &["3 fields"]);
}

#[test]
fn a_header_that_is_not_ours_does_not_make_its_tests_unknown() {
    let tests = format!("{}{POTASSIUM}", TESTS_HEAD.replace("loinc_check", "checked"));
    says(&told(&tubes(), &tests, &containers_of_k()), "tests.csv, line 1", &["the header must be"]);
    let test_containers = containers_of_k().replace("place", "rank");
    says(&told(&tubes(), &format!("{TESTS_HEAD}{POTASSIUM}"), &test_containers), "test_containers.csv, line 1", &["the header must be"]);
}

#[test]
fn a_faulty_container_does_not_make_the_tests_faulty_that_accept_it() {
    let tests = format!("{TESTS_HEAD}{POTASSIUM}");
    let read = |from: &str, to: &str| told(&tubes().replace(from, to), &tests, &containers_of_k());
    says(&read("HEP,Green top,heparin,4,1600,yes", "HEP,Green top,heparin,4,none,yes"), "containers.csv, line 3", &["usable_ul of HEP"]);
    says(&read("HEP,Green top,heparin,4,1600,yes", "HEP,Green top"), "containers.csv, line 3", &["3 fields"]);
    says(&read("reusable", "again"), "containers.csv, line 1", &["the header must be"]);
}

/// Faults that do not follow from each other are all told, also where one row is behind another.
#[test]
fn what_is_wrong_in_itself_is_told_beside_it() {
    let tests = format!("{TESTS_HEAD}{}", POTASSIUM.replace("mmol/L", "furlong"));
    let test_containers = format!("{TEST_CONTAINERS_HEAD}K,1,SST,10,100,,,,here\nNA,1,SST,10,100,24,,,here\n");
    let told = told(&tubes(), &tests, &test_containers);
    let places: Vec<&str> = told.iter().map(|trouble| trouble.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["tests.csv, line 2", "test_containers.csv, line 2", "test_containers.csv, line 3"], "{told:?}");
}
