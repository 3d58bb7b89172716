//! A faulty edition is refused whole; every fault is named with its file, its line and what is expected instead.

use crate::bench::{CONTAINERS_HEAD, EDITION, INTERVALS_HEAD, LIMITS_HEAD, POTASSIUM, TESTS_HEAD, TUBES, gold_tops, says, shipped};
use catalogue::{Catalogue, CatalogueText, InstrumentMapping};

pub(crate) fn troubles(edition: &str, tests: &str, critical_limits: &str) -> Vec<String> {
    troubles_with(&format!("{CONTAINERS_HEAD}{TUBES}"), edition, tests, critical_limits)
}

fn troubles_with(containers: &str, edition: &str, tests: &str, critical_limits: &str) -> Vec<String> {
    let test_containers = &gold_tops(tests);
    match Catalogue::read(CatalogueText { edition, containers, tests, test_containers, critical_limits, ..CatalogueText::default() }) {
        Ok(_) => Vec::new(),
        Err(troubles) => troubles.iter().map(ToString::to_string).collect(),
    }
}

pub(crate) fn potassium(column: usize, cell: &str) -> String {
    let mut cells: Vec<&str> = POTASSIUM.trim_end().split(',').collect();
    cells[column] = cell;
    cells.join(",")
}

#[test]
fn what_the_other_tests_break_is_whole_before() {
    let limits = format!("{LIMITS_HEAD}K,A,0,28,,,,,2.8,7.0,,here,\nK,A,28,54787.5,,,,,2.8,6.2,,here,\n");
    assert_eq!(troubles(EDITION, &format!("{TESTS_HEAD}{POTASSIUM}"), &limits), Vec::<String>::new());
}

#[test]
fn a_faulty_test_is_named_with_its_line_and_what_is_expected() {
    let table: [(String, &[&str]); 23] = [
        (POTASSIUM.to_owned(), &["K", "second time"]),
        (potassium(0, "k"), &["“k”", "no test code", "A-Z"]),
        (potassium(0, ""), &["no test code"]),
        (potassium(0, "ABCDEFGHIJKLMNOPQ"), &["no test code", "16"]),
        (potassium(1, ""), &["K", "no name"]),
        (potassium(3, ""), &["K has no loinc", "must be unverified"]),
        (potassium(4, ""), &["loinc_check of K", "name-verified", "loinc_name is empty"]),
        (potassium(3, "").replace("name-verified", "unverified"), &["K has a loinc_name and no loinc"]),
        // One digit wrong, two changed places, no check digit, no number.
        (potassium(3, "2823-4"), &["“2823-4”", "K", "check digit"]),
        (potassium(3, "2283-3"), &["check digit"]),
        (potassium(3, "2823"), &["check digit"]),
        (potassium(3, "LP15098-8"), &["check digit"]),
        (potassium(5, "seen"), &["loinc_check of K", "unverified", "“seen”"]),
        (potassium(6, " "), &["no specimen"]),
        (potassium(7, "furlong"), &["unit of K", "furlong"]),
        (potassium(7, ""), &["K", "number", "no unit"]),
        (potassium(8, "7"), &["decimals of K", "0 to 6", "7"]),
        (potassium(8, "-1"), &["decimals of K", "-1"]),
        (potassium(8, "one"), &["decimals of K", "one"]),
        (potassium(9, "titre").replace("[Moles/volume]", "[Titer]").replace("mmol/L", ""), &["K", "no number", "decimals"]),
        (potassium(10, "many"), &["valence of K", "many"]),
        (potassium(11, "NEG"), &["K", "neither coded nor graded", "“NEG”"]),
        (potassium(13, ""), &["K", "no source"]),
    ];
    for (row, words) in table {
        // The sound sodium before it moves the fault to line 3; the duplicate needs a sound potassium instead.
        let before = if row == POTASSIUM { POTASSIUM.to_owned() } else { potassium(0, "NA") + "\n" };
        says(&troubles(EDITION, &format!("{TESTS_HEAD}{before}{row}\n"), LIMITS_HEAD), "tests.csv, line 3", words);
    }
    says(&troubles(EDITION, &format!("{TESTS_HEAD}{}\n", potassium(9, "ST")), LIMITS_HEAD), "tests.csv, line 2", &["ST", "titre"]);
}

#[test]
fn a_faulty_container_is_named_with_its_line_and_what_is_expected() {
    let table: [(&str, &[&str]); 14] = [
        ("SST,Gold top,gel,3,2000,yes,here", &["SST", "second time"]),
        ("sst,Gold top,gel,3,2000,yes,here", &["“sst”", "no container code"]),
        ("ABCDEFGHIJKLMNOPQ,Gold top,gel,3,2000,yes,here", &["no container code", "16"]),
        ("RED,,gel,3,2000,yes,here", &["RED", "no name"]),
        ("RED,Red top,,3,2000,yes,here", &["RED", "no contents"]),
        ("RED,Red top,none,0,2000,yes,here", &["order_of_draw of RED", "“0”"]),
        ("RED,Red top,none,first,2000,yes,here", &["order_of_draw of RED", "“first”"]),
        ("RED,Red top,none,3,0,yes,here", &["usable_ul of RED", "“0”"]),
        ("RED,Red top,none,3,2.5,yes,here", &["usable_ul of RED", "“2.5”"]),
        ("RED,Red top,none,3,10000001,yes,here", &["usable_ul of RED", "10000000", "“10000001”"]),
        ("RED,Red top,none,3,2000,,here", &["reusable of RED", "yes or no"]),
        ("RED,Red top,none,3,2000,YES,here", &["reusable of RED", "“YES”"]),
        ("RED,Red top,none,3,2000,yes,", &["RED", "no source"]),
        ("RED,Red top,none,3,2000,here", &["6 fields"]),
    ];
    for (row, words) in table {
        let containers = format!("{CONTAINERS_HEAD}{TUBES}{row}\n");
        says(&troubles_with(&containers, EDITION, &format!("{TESTS_HEAD}{POTASSIUM}"), LIMITS_HEAD), "containers.csv, line 4", words);
    }
}

#[test]
fn a_faulty_limit_is_named_with_its_line_and_what_is_expected() {
    let table: [(&str, &[&str]); 18] = [
        ("XX,A,0,28,,,,,2.8,7.0,,here,", &["“XX”", "not in tests.csv"]),
        (",A,0,28,,,,,2.8,7.0,,here,", &["not in tests.csv"]),
        ("K,B,0,28,,,,,2.8,7.0,,here,", &["sex", "A, F or M", "“B”"]),
        ("K,A,0,28,,,,,2.8,7.0,,,", &["source"]),
        ("K,A,0,28,,,,,2.8,7.0,, ,", &["source"]),
        ("K,A,,28,,,,,2.8,7.0,,here,", &["age_min_days", "missing"]),
        ("K,A,0,,,,,,2.8,7.0,,here,", &["age_max_days", "missing"]),
        ("K,A,0,four weeks,,,,,2.8,7.0,,here,", &["age_max_days", "four weeks"]),
        ("K,A,-1,28,,,,,2.8,7.0,,here,", &["age_min_days", "negative", "-1"]),
        ("K,A,0.0001,28,,,,,2.8,7.0,,here,", &["age_min_days", "whole minutes"]),
        ("K,A,0,60000,,,,,2.8,7.0,,here,", &["age_max_days", "150 years"]),
        ("K,A,28,28,,,,,2.8,7.0,,here,", &["age_min_days", "below age_max_days"]),
        ("K,A,29,28,,,,,2.8,7.0,,here,", &["age_min_days", "below age_max_days"]),
        ("K,A,0,28,,,,,,,,here,", &["neither low nor high"]),
        ("K,A,0,28,,,,,7.0,7.0,,here,", &["low must be below high"]),
        ("K,A,0,28,,,,,7.1,7.0,,here,", &["low must be below high"]),
        ("K,A,0,28,,,,,2.8,7.0 mmol/L,,here,", &["high", "decimal number", "7.0 mmol/L"]),
        ("K,A,0,28,,,,,2.8,7.0,,here", &["12 fields"]),
    ];
    for (row, words) in table {
        let limits = format!("{LIMITS_HEAD}NA,A,0,28,,,,,125,155,,here,\n{row}\n");
        let tests = format!("{TESTS_HEAD}{POTASSIUM}{}\n", potassium(0, "NA"));
        says(&troubles(EDITION, &tests, &limits), "critical_limits.csv, line 3", words);
    }
}

#[test]
fn two_limits_for_the_same_patient_are_refused_and_neighbours_are_not() {
    let tests = format!("{TESTS_HEAD}{POTASSIUM}");
    let second = |row: &str| troubles(EDITION, &tests, &format!("{LIMITS_HEAD}K,F,28,365,,,,,2.8,6.2,,here,\n{row},,,,,2.9,6.3,,here,\n"));
    for overlapping in ["K,F,28,365", "K,A,0,29", "K,F,364.5,400", "K,A,0,54787.5", "K,F,100,200"] {
        says(&second(overlapping), "critical_limits.csv, line 3", &["second critical limit of K", "sex, age and condition"]);
    }
    for neighbour in ["K,M,28,365", "K,F,0,28", "K,F,365,54787.5", "K,A,365,366"] {
        assert_eq!(second(neighbour), Vec::<String>::new(), "{neighbour}");
    }
}

#[test]
fn a_header_that_is_not_ours_stops_that_file_only_once() {
    let tests = format!("{TESTS_HEAD}{POTASSIUM}");
    for header in [
        "test,sex,age_max_days,age_min_days,condition,specimen,method,instrument,low,high,text,source,reason\n",
        "test,low,high\n",
        "",
        "K,A,0,28,,,,,2.8,7.0,,here\n",
    ] {
        let limits = format!("{header}K,A,0,28,,,,,2.8,7.0,,here,\n");
        says(&troubles(EDITION, &tests, &limits), "critical_limits.csv, line 1", &["the header must be test,sex,age_min_days"]);
    }
    says(&troubles(EDITION, "", LIMITS_HEAD), "tests.csv, line 1", &["the header must be code,name"]);
}

#[test]
fn every_fault_of_every_file_is_told_at_once() {
    let tests = format!("{TESTS_HEAD}{POTASSIUM}{}\n{}\n", potassium(8, "9"), potassium(0, "na"));
    let limits = format!("{LIMITS_HEAD}K,A,0,28,,,,,9,1,,here,\nK,X,0,28,,,,,1,9,,here,\n");
    let told = troubles("name = 1", &tests, &limits);
    let places: Vec<&str> = told.iter().map(|trouble| trouble.split(": ").next().unwrap()).collect();
    let expected = ["edition.toml", "tests.csv, line 3", "tests.csv, line 4", "critical_limits.csv, line 2", "critical_limits.csv, line 3"];
    assert_eq!(places, expected, "{told:?}");
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    // A quoted cell that runs over two lines: the row after it stands in line 4.
    let limits = format!("{LIMITS_HEAD}K,A,0,28,,,,,2.8,7.0,,\"two\nlines\",\nK,A,28,30,,,,,7,2,,here,\n");
    says(&troubles(EDITION, &format!("{TESTS_HEAD}{POTASSIUM}"), &limits), "critical_limits.csv, line 4", &["low must be below high"]);
}

#[test]
fn a_mapping_names_known_tests_and_each_code_once() {
    let catalogue = shipped();
    let read =
        |rows: &str| match InstrumentMapping::read("any.csv", &format!("code,test,method,source\n989,NA,,here\n{rows}\n"), &catalogue) {
            Ok(_) => Vec::new(),
            Err(troubles) => troubles.iter().map(ToString::to_string).collect(),
        };
    let table: [(&str, &[&str]); 6] = [
        ("990,K,NOSUCH,here", &["method “NOSUCH”", "not in methods.csv"]),
        ("990,POTASSIUM,,here", &["“POTASSIUM”", "not in the catalogue"]),
        ("990,,,here", &["not in the catalogue"]),
        (",K,,here", &["code is missing"]),
        ("989,K,,here", &["989", "second time"]),
        ("990,K,,", &["source"]),
    ];
    for (row, words) in table {
        says(&read(row), "any.csv, line 3", words);
    }
    assert_eq!(read("990,K,,here\n9902,K,BCG,here"), Vec::<String>::new(), "two codes may stand for one test");
    let wrong = InstrumentMapping::read("any.csv", "code,test\n990,K\n", &catalogue).unwrap_err();
    assert_eq!(wrong[0].to_string(), "any.csv, line 1: the header must be code,test,method,source; it is code,test");
}

#[test]
fn a_table_that_would_fill_the_memory_is_refused() {
    let rows: String = (0..100_001).map(|code| format!("{code},K,,here\n")).collect();
    let told = InstrumentMapping::read("any.csv", &format!("code,test,method,source\n{rows}"), &shipped()).unwrap_err();
    says(&told.iter().map(ToString::to_string).collect::<Vec<_>>(), "any.csv", &["more than 100000 rows"]);
}

/// What is normal for somebody is not critical for the same person, unless the laboratory says why.
#[test]
fn a_critical_limit_inside_the_interval_needs_a_reason() {
    let troubles = |interval: &str, limit: &str| {
        let intervals = format!("{INTERVALS_HEAD}K,{interval},here\n");
        let (tests, containers) = (format!("{TESTS_HEAD}{POTASSIUM}"), format!("{CONTAINERS_HEAD}{TUBES}"));
        let critical_limits = format!("{LIMITS_HEAD}K,{limit}\n");
        let text = CatalogueText {
            edition: EDITION,
            containers: &containers,
            tests: &tests,
            test_containers: &gold_tops(&tests),
            critical_limits: &critical_limits,
            reference_intervals: Some(&intervals),
            ..CatalogueText::default()
        };
        Catalogue::read(text).map_or_else(|troubles| troubles.iter().map(ToString::to_string).collect(), |_| Vec::<String>::new())
    };
    let adults = "reference,,A,28,d,150,a,,,,,3.5,5.1,,";
    says(
        &troubles(adults, "A,28,54787.5,,,,,3.6,6.2,,here,"),
        "critical_limits.csv, line 2",
        &["critical below 3.6", "from 3.5", "of K", "reason"],
    );
    says(&troubles(adults, "F,28,54787.5,,,,,2.8,5.0,,here,"), "critical_limits.csv, line 2", &["critical above 5.0", "up to 5.1"]);
    for (interval, limit) in [
        (adults, "A,28,54787.5,,,,,3.5,5.1,,here,"),
        (adults, "A,28,54787.5,,,,,3.6,6.2,,here,chest pain unit"),
        (adults, "A,0,28,,,,,3.6,6.2,,here,"),
        ("reference,,M,28,d,150,a,,,,,3.5,5.1,,", "F,28,54787.5,,,,,3.6,6.2,,here,"),
        ("therapeutic,,A,28,d,150,a,,,,,,,,2 to 5.1 at the peak", "A,28,54787.5,trough,,,,,2.0,,here,"),
    ] {
        assert_eq!(troubles(interval, limit), Vec::<String>::new(), "{interval} and {limit}");
    }
}

#[test]
fn a_faulty_panel_is_named_with_its_line_and_what_is_expected() {
    let troubles = |row: &str| {
        let (tests, containers) = (format!("{TESTS_HEAD}{POTASSIUM}{}\n", potassium(0, "NA")), format!("{CONTAINERS_HEAD}{TUBES}"));
        let panels = format!("code,name,bench,tests,source\nELEC,Electrolytes,CHEM,NA|K,here\n{row}\n");
        let text = CatalogueText {
            edition: EDITION,
            containers: &containers,
            tests: &tests,
            test_containers: &gold_tops(&tests),
            critical_limits: LIMITS_HEAD,
            panels: Some(&panels),
            ..CatalogueText::default()
        };
        Catalogue::read(text).map_or_else(|troubles| troubles.iter().map(ToString::to_string).collect(), |_| Vec::<String>::new())
    };
    let table: [(&str, &[&str]); 7] = [
        ("ELEC,Electrolytes,CHEM,NA,here", &["ELEC", "second time"]),
        ("K,Electrolytes,CHEM,NA,here", &["K is a test", "code of its own"]),
        ("e lec,Electrolytes,CHEM,NA,here", &["“e lec”", "no code of a panel"]),
        ("TWO,Two,CHEM,NA|CA,here", &["“CA” of panel TWO", "not in tests.csv"]),
        ("TWO,Two,CHEM,NA|NA,here", &["NA of panel TWO", "twice"]),
        ("TWO,Two,CHEM,,here", &["“” of panel TWO", "not in tests.csv"]),
        ("TWO,Two,CHEM,NA,", &["TWO has no source"]),
    ];
    for (row, words) in table {
        says(&troubles(row), "panels.csv, line 3", words);
    }
    assert_eq!(troubles("TWO,Two,CHEM,K|NA,here"), Vec::<String>::new());
}
