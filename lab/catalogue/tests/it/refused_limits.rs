//! Absurd and delta limits, measuring ranges, interference, and what is critical of tests that are no number: what is refused.

use crate::bench::{
    CONTAINERS_HEAD, EMPTY, INTERFERENCE_HEAD, LIMITS_HEAD, POTASSIUM, RANGES_HEAD, TESTS_HEAD, TUBES, catalogue_with, says,
};
use catalogue::CatalogueText;

/// A potassium, and a test of each kind that is no number.
fn troubles(text: CatalogueText<'_>) -> Vec<String> {
    let other = |code: &str, kind: &str| format!("{code},Other,MICRO,,,unverified,Blood,,,{kind},,,,a test\n");
    let others = [other("COD", "coded"), other("GRA", "grade"), other("TIT", "titre"), other("TEX", "text")].concat();
    let (tests, containers) = (format!("{TESTS_HEAD}{POTASSIUM}{others}"), format!("{CONTAINERS_HEAD}{TUBES}"));
    catalogue_with(CatalogueText { tests: &tests, containers: &containers, ..text }).err().unwrap_or_default()
}

const NONE: &[String] = &[];

#[test]
fn what_is_critical_of_a_test_that_is_no_number_stands_in_text() {
    let told = |row: &str| {
        let limits = format!("{LIMITS_HEAD}{row}\n");
        troubles(CatalogueText { critical_limits: &limits, ..EMPTY })
    };
    let table: [(&str, &[&str]); 10] = [
        ("K,A,0,28,,,,,,,POS,here,", &["K is reported as a number", "text"]),
        ("K,A,0,28,,,,,2.8,,POS,here,", &["K is reported as a number", "text"]),
        ("COD,A,0,28,,,,,2.8,,,here,", &["COD is reported as a code", "low and high are for numbers"]),
        ("COD,A,0,28,,,,,2.8,,POS,here,", &["neither low nor high"]),
        ("COD,A,0,28,,,,,,,,here,", &["COD is reported as a code"]),
        ("COD,A,0,28,,,,,,,--,here,", &["“--” is no code"]),
        ("GRA,A,0,28,,,,,,,2+,here,", &["GRA", "POS", "“2+”"]),
        ("TEX,A,0,28,,,,,,9,,here,", &["TEX is reported as a text", "low and high are for numbers"]),
        ("TIT,A,0,28,,,,,,,1:64,here,", &["TIT is reported as a titre"]),
        ("TIT,A,0,28,,,,,,64,,here,", &["TIT is reported as a titre"]),
    ];
    for (row, words) in table {
        says(&told(row), "critical_limits.csv, line 2", words);
    }
    for fine in ["COD,A,0,28,,,,,,,POS,here,", "GRA,A,0,28,,,,,,,POS,here,", "TEX,A,0,28,,,,,,,yeast,here,"] {
        assert_eq!(told(fine), NONE, "{fine}");
    }
}

const PATIENTS: &str = "test,sex,age_min_days,age_max_days,condition,specimen,method,instrument";

#[test]
fn a_faulty_absurd_limit_is_named_with_its_line() {
    let critical = format!("{LIMITS_HEAD}K,A,0,28,,,,,2.8,7.0,,here,\nK,A,28,54787.5,,,,,2.8,6.2,,here,\n");
    let told = |rows: &str| {
        let absurd = format!("{PATIENTS},low,high,source\n{rows}\n");
        troubles(CatalogueText { critical_limits: &critical, absurd_limits: Some(&absurd), ..EMPTY })
    };
    let table: [(&str, &[&str]); 9] = [
        ("NA,A,0,54787.5,,,,,1.0,12.0,here", &["“NA”", "not in tests.csv"]),
        ("COD,A,0,54787.5,,,,,1.0,12.0,here", &["COD is reported as a code"]),
        ("K,A,0,54787.5,,,,,,,here", &["neither low nor high"]),
        ("K,A,0,54787.5,,,,,12.0,1.0,here", &["low must be below high"]),
        ("K,A,0,54787.5,,,,,1.0,12.0,", &["source"]),
        ("K,A,0,54787.5,,,,,2.8,12.0,here", &["absurd below 2.8", "critical limit 2.8", "of K"]),
        ("K,A,28,54787.5,,,,,1.0,6.2,here", &["absurd above 6.2", "critical limit 6.2"]),
        // Outside an adult's critical limit, not outside a newborn's.
        ("K,A,0,54787.5,,,,,1.0,6.9,here", &["absurd above 6.9", "critical limit 7.0"]),
        ("K,A,20,30,,,,c1,1.0,6.9,here", &["absurd above 6.9", "critical limit 7.0"]),
    ];
    for (row, words) in table {
        says(&told(row), "absurd_limits.csv, line 2", words);
    }
    says(&told("K,A,0,28,,,,,1,12,here\nK,F,27,30,,,,,1,13,here"), "absurd_limits.csv, line 3", &["a second absurd limit of K"]);
    for fine in ["K,A,28,54787.5,,,,,1.0,6.9,here", "K,A,0,54787.5,,,,,,12,here", "K,A,0,28,,,,,1,12,here\nK,A,0,28,,,,c1,1,13,here"] {
        assert_eq!(told(fine), NONE, "{fine}");
    }
}

#[test]
fn a_faulty_delta_limit_is_named_with_its_line() {
    let told = |rows: &str| {
        let deltas = format!("{PATIENTS},use,absolute,percent,mode,window_h,source\n{rows}\n");
        troubles(CatalogueText { delta_limits: Some(&deltas), ..EMPTY })
    };
    let table: [(&str, &[&str]); 13] = [
        ("identity,,,any,72,here", &["neither absolute nor percent"]),
        ("identity,0,,any,72,here", &["absolute", "above zero"]),
        ("identity,,-5,any,72,here", &["percent", "above zero", "-5"]),
        ("identity,one,,any,72,here", &["absolute", "decimal number", "“one”"]),
        ("identity,1,,all,72,here", &["mode all", "both"]),
        ("identity,,20,all,72,here", &["mode all", "both"]),
        ("identity,1,,both,72,here", &["mode must be any, all or rate", "“both”"]),
        ("identity,1,,,72,here", &["mode must be"]),
        ("identity,1,,any,,here", &["window_h is missing"]),
        ("identity,1,,any,0,here", &["window_h", "above zero"]),
        ("person,1,,any,72,here", &["use must be identity or interpretive", "“person”"]),
        (",1,,any,72,here", &["use must be"]),
        ("identity,1,,any,72,", &["source"]),
    ];
    for (rest, words) in table {
        says(&told(&format!("K,A,0,54787.5,,,,,{rest}")), "delta_limits.csv, line 2", words);
    }
    says(&told("GRA,A,0,54787.5,,,,,identity,1,,any,72,here"), "delta_limits.csv, line 2", &["GRA is reported as a grade"]);
    let row = |purpose: &str, age: &str| format!("K,A,{age},,,,,{purpose},1,,any,72,here\n");
    let (whole, second) = ("0,54787.5", "a second delta limit for identity of K");
    says(&told(&(row("identity", whole) + &row("identity", "27,30"))), "delta_limits.csv, line 3", &[second]);
    let interpretive = row("interpretive", whole) + &row("interpretive", "27,30");
    says(&told(&interpretive), "delta_limits.csv, line 3", &["a second interpretive delta limit of K"]);
    assert_eq!(told(&(row("identity", whole) + &row("interpretive", whole))), NONE, "each use has its own");
}

#[test]
fn a_faulty_measuring_range_is_named_with_its_line() {
    let told = |rows: &str| {
        let ranges = format!("{RANGES_HEAD}{rows}\n");
        troubles(CatalogueText { measuring_ranges: Some(&ranges), ..EMPTY })
    };
    let table: [(&str, &[&str]); 11] = [
        ("COD,,,,1,10,1,here", &["COD is reported as a code", "number"]),
        ("XX,,,,1,10,1,here", &["“XX”", "not in tests.csv"]),
        ("K,,,,10,10,1,here", &["low must be below high"]),
        ("K,,,,11,10,1,here", &["low must be below high"]),
        ("K,,,,,,1,here", &["neither low nor high"]),
        ("K,,,,1.1234567,10,1,here", &["1.1234567", "6 decimals"]),
        ("K,,,,1,ten,1,here", &["high", "“ten”"]),
        ("K,,,,1,10,,here", &["dilution_max", "“”"]),
        ("K,,,,1,10,0.5,here", &["dilution_max", "“0.5”"]),
        ("K,,,,1,10,none,here", &["dilution_max", "“none”"]),
        ("K,,,,1,10,1,", &["source"]),
    ];
    for (row, words) in table {
        says(&told(row), "measuring_ranges.csv, line 2", words);
    }
    let second = told("K,,,c1,1,10,1,here\nK,,,c1,2,20,1,here");
    says(&second, "measuring_ranges.csv, line 3", &["a second measuring range of K"]);
    for fine in ["K,,,,,10,1,here", "K,,,,1,,10,here", "K,,,,1.100000000,10,1,here", "K,,,c1,1,10,1,here\nK,,,c2,2,20,1,here"] {
        assert_eq!(told(fine), NONE, "{fine}");
    }
}

#[test]
fn a_faulty_interference_limit_is_named_with_its_line() {
    let told = |rows: &str| {
        let limits = format!("{INTERFERENCE_HEAD}{rows}\n");
        troubles(CatalogueText { interference_limits: Some(&limits), ..EMPTY })
    };
    let table: [(&str, &[&str]); 10] = [
        ("XX,,,,,H,mg/dL,50,100,here", &["“XX”", "not in tests.csv"]),
        ("K,,,,,X,mg/dL,50,100,here", &["index must be H, I or L", "“X”"]),
        ("K,,,,,h,mg/dL,50,100,here", &["index must be H, I or L"]),
        ("K,,,,,H,plus,50,100,here", &["unit of the index", "plus"]),
        ("K,,,,,H,,50,100,here", &["unit of the index"]),
        ("K,,,,,H,mg/dL,,,here", &["neither comment_above nor block_above"]),
        ("K,,,,,H,mg/dL,100,100,here", &["comment_above must be below block_above"]),
        ("K,,,,,H,mg/dL,-1,100,here", &["comment_above", "below zero"]),
        ("K,,,,,H,mg/dL,50,much,here", &["block_above", "“much”"]),
        ("K,,,,,H,mg/dL,50,100,", &["source"]),
    ];
    for (row, words) in table {
        says(&told(row), "interference_limits.csv, line 2", words);
    }
    let second = told("K,,,,kit,H,mg/dL,50,100,here\nK,,,,kit,H,mg/dL,60,100,here");
    says(&second, "interference_limits.csv, line 3", &["a second limit of index H of K"]);
    for fine in ["K,,,,,H,mg/dL,0,,here", "K,,,,,H,mg/dL,50,100,here\nK,,,,,I,mg/dL,50,100,here\nK,,,,kit,H,mg/dL,50,100,here"] {
        assert_eq!(told(fine), NONE, "{fine}");
    }
}

#[test]
fn another_header_is_refused_in_every_table() {
    for (file, text) in [
        ("absurd_limits.csv", CatalogueText { absurd_limits: Some("test,low,high\n"), ..EMPTY }),
        ("delta_limits.csv", CatalogueText { delta_limits: Some("test,low,high\n"), ..EMPTY }),
        ("measuring_ranges.csv", CatalogueText { measuring_ranges: Some("test,low,high\n"), ..EMPTY }),
        ("interference_limits.csv", CatalogueText { interference_limits: Some("test,low,high\n"), ..EMPTY }),
    ] {
        says(&troubles(text), &format!("{file}, line 1"), &["the header must be test,", "it is test,low,high"]);
    }
}
