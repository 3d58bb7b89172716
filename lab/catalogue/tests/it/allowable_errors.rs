//! What tests may err by: read in the unit of the test, refused where a number is not what the rule says, and never invented.

use crate::bench::says;
use crate::bench::{POTASSIUM, shipped, with_file};
use catalogue::{AllowableError, Allowed, Criterion, EditionFile, PerformanceLimit, TestCode};
use kernel::Decimal;

const HEAD: &str = "section,analyte,test,percent,absolute,absolute_unit,rule,words,source\n";
const SOUND: &str = "1,Sodium,,,4,mmol/L,absolute,,here\n";

fn told(row: &str) -> Vec<String> {
    with_file(POTASSIUM, EditionFile::AllowableErrors, &format!("{HEAD}{SOUND}{row}\n")).err().unwrap_or_default()
}

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn limit_of(limit: Option<&PerformanceLimit>) -> Allowed {
    match &limit.unwrap().criterion {
        Criterion::Limit(limit) => limit.allowed(),
        Criterion::Words(words) => panic!("{words} is no limit"),
    }
}

#[test]
fn a_faulty_allowable_error_is_named_with_its_line_and_what_is_expected() {
    let table: [(&str, &[&str]); 21] = [
        (",Potassium,K,,0.3,mmol/L,absolute,,here", &["no section"]),
        ("1,,K,,0.3,mmol/L,absolute,,here", &["no analyte"]),
        ("1,Potassium,K,,0.3,mmol/L,absolute,,", &["no source"]),
        ("1,Potassium,KK,,0.3,mmol/L,absolute,,here", &["test “KK” is not in tests.csv", "empty"]),
        ("1,Potassium,K,8,0.3,mmol/L,more,,here", &["rule must be", "“more”"]),
        ("1,Potassium,K,8,,,greater,,here", &["rule greater needs a number in absolute"]),
        ("1,Potassium,K,,0.3,mmol/L,greater,,here", &["rule greater needs a number in percent"]),
        ("1,Potassium,K,,,,percent,,here", &["rule percent needs a number in percent"]),
        ("1,Potassium,K,8,0.3,mmol/L,percent,,here", &["rule percent has no absolute, and 0.3"]),
        ("1,Potassium,K,8,,mmol/L,percent,,here", &["absolute_unit mmol/L", "without an absolute limit"]),
        ("1,Potassium,K,8,0.3,mmol/L,absolute,,here", &["rule absolute has no percent, and 8"]),
        ("1,Potassium,K,,0.3,,absolute,,here", &["absolute_unit"]),
        ("1,Potassium,K,,0.3,furlong,absolute,,here", &["absolute_unit", "furlong"]),
        ("1,Potassium,K,,0.3,mg/dL,absolute,,here", &["absolute_unit of K", "mg/dL", "mmol/L"]),
        ("1,Potassium,K,0,,,percent,,here", &["percent must be a number above 0", "“0”"]),
        ("1,Potassium,K,-8,,,percent,,here", &["percent must be", "“-8”"]),
        ("1,Potassium,K,101,,,percent,,here", &["percent must be at most 100"]),
        ("1,Potassium,K,8 %,,,percent,,here", &["percent must be a number", "“8 %”"]),
        ("1,Potassium,K,,,,words,,here", &["no number must be said in the column words"]),
        ("1,Potassium,K,80,,,words,80% consensus,here", &["rule words has no percent, and 80"]),
        ("1,Potassium,K,8,,,,,here", &["rule must be", "“”"]),
    ];
    for (row, words) in table {
        says(&told(row), "allowable_errors.csv, line 3", words);
    }
    let twice = "1,Potassium,K,8,,,percent,,here\n2,Potassium again,K,9,,,percent,,here";
    says(&told(twice), "allowable_errors.csv, line 4", &["second allowable error of K"]);
}

/// Potassium has one charge: 0.3 meq/L are 0.3 mmol/L, and 300 umol/L are 0.3 mmol/L too.
#[test]
fn an_absolute_limit_stands_in_the_unit_of_the_test() {
    for (absolute, unit) in [("0.3", "mmol/L"), ("0.3", "meq/L"), ("300", "umol/L")] {
        let rows = format!("{HEAD}1,Potassium,K,8,{absolute},{unit},greater,or something,here\n");
        let catalogue = with_file(POTASSIUM, EditionFile::AllowableErrors, &rows).unwrap();
        let limit = catalogue.allowable_error(&TestCode::parse("K").unwrap());
        assert_eq!(limit_of(limit), Allowed::Greater { percent: d("8"), absolute: d("0.3") }, "{absolute} {unit}");
        assert_eq!(limit.unwrap().remark.as_deref(), Some("or something"));
    }
}

#[test]
fn an_allowable_error_has_a_limit_that_is_not_below_zero() {
    assert!(AllowableError::new(None, None).is_err());
    assert!(AllowableError::new(Some(d("-1")), None).is_err());
    assert!(AllowableError::new(Some(d("1")), Some(d("-0.1"))).is_err());
    assert_eq!(AllowableError::new(Some(d("0")), None).unwrap().allowed(), Allowed::Percent(d("0")));
}

/// The limits that laboratory rules 1.3 and 1.5 name, and rules that are no number.
#[test]
fn the_shipped_limits_are_those_of_the_regulation() {
    let catalogue = shipped();
    let limit = |test: &str| catalogue.allowable_error(&TestCode::parse(test).unwrap());
    assert_eq!(limit_of(limit("K")), Allowed::Absolute(d("0.3")));
    assert_eq!(limit_of(limit("CREA")), Allowed::Greater { percent: d("10"), absolute: d("0.2") });
    for (test, percent) in [("WBC", "10"), ("RBC", "4"), ("HCT", "4"), ("HGB", "4"), ("PLT", "25")] {
        assert_eq!(limit_of(limit(test)), Allowed::Percent(d(percent)), "{test}");
    }
    let criterion = |test: &str| limit(test).unwrap().criterion.clone();
    assert_eq!(criterion("ABO"), Criterion::Words("100% accuracy".to_owned()));
    assert_eq!(criterion("ANA"), Criterion::Words("+/-2 dilutions or positive or negative".to_owned()));
    assert_eq!(limit("MG24"), None);
    let all = catalogue.allowable_errors();
    assert_eq!(all.len(), 99, "the rows of the regulation's table");
    assert!(all.iter().all(|limit| limit.source.contains("42 CFR 493") && limit.source.contains("unverified")), "a source and its state");
}
