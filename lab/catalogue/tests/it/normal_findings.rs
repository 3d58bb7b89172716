//! Coded and graded results are flagged by the findings that the catalogue calls normal, and by nothing else.

use crate::bench::says;
use crate::bench::{EDITION, LIMITS_HEAD, TESTS_HEAD, gold_tops, shipped};
use crate::refused::troubles;
use catalogue::{Catalogue, CatalogueText, Flag, TestCode};
use kernel::{DecimalMark, Value, ValueKindExpected};

fn row(kind: &str, normal: &str) -> String {
    format!("{TESTS_HEAD}X,A test,CHEM,,,unverified,Serum,,,{kind},,{normal},,a test\n")
}

fn flag(kind: &str, normal: &str, value: &Value) -> Option<Flag> {
    let tests = row(kind, normal);
    let text = CatalogueText {
        edition: EDITION,
        containers: "code,name,contents,order_of_draw,usable_ul,reusable,source\nSST,Gold top,gel,3,2000,yes,a test\n",
        tests: &tests,
        test_containers: &gold_tops(&tests),
        critical_limits: LIMITS_HEAD,
        ..CatalogueText::default()
    };
    Catalogue::read(text).unwrap().test(&TestCode::parse("X").unwrap()).unwrap().flag_of_finding(value)
}

fn coded(text: &str) -> Value {
    Value::read(text, ValueKindExpected::Coded, DecimalMark::Point).unwrap()
}

fn graded(text: &str) -> Value {
    Value::read(text, ValueKindExpected::SemiQuantitative, DecimalMark::Point).unwrap()
}

#[test]
fn what_is_not_named_normal_is_abnormal() {
    for (normal, value, expected) in [
        ("NEG", "NEG", Some(Flag::Normal)),
        ("NEG|Negative", "Negative", Some(Flag::Normal)),
        ("NEG", "POS", Some(Flag::Abnormal)),
        // As it is spelled: of the antigens K and k one is not the other.
        ("K", "k", Some(Flag::Abnormal)),
        ("NEG", "INDETERMINATE", Some(Flag::Abnormal)),
        ("", "POS", None),
    ] {
        assert_eq!(flag("coded", normal, &coded(value)), expected, "{value} where {normal} is normal");
    }
    for (normal, value, expected) in [
        ("neg", "negative", Some(Flag::Normal)),
        ("neg", "-", Some(Flag::Normal)),
        ("neg", "trace", Some(Flag::Abnormal)),
        ("neg|trace", "+/-", Some(Flag::Normal)),
        ("neg|trace", "1+", Some(Flag::Abnormal)),
        ("", "4+", None),
    ] {
        assert_eq!(flag("grade", normal, &graded(value)), expected, "{value} where {normal} is normal");
    }
    assert_eq!(Flag::Abnormal.code(), "A");
}

#[test]
fn what_was_not_measured_and_what_is_no_finding_bears_no_flag() {
    let dashes = Value::read("----", ValueKindExpected::Number, DecimalMark::Point).unwrap();
    assert!(matches!(dashes, Value::NotMeasured(_)), "{dashes:?}");
    let number = Value::read("4.1", ValueKindExpected::Number, DecimalMark::Point).unwrap();
    for value in [dashes, number] {
        assert_eq!(flag("coded", "NEG", &value), None, "{value:?}");
    }
}

#[test]
fn a_faulty_normal_finding_refuses_the_edition() {
    for (kind, normal, words) in [
        ("coded", "NEG||POS", ["“” of X", "must be a code"]),
        ("coded", "NEG|NEG", ["“NEG” of X", "twice"]),
        ("coded", "---", ["“---” of X", "must be a code"]),
        ("grade", "POS", ["“POS” of X", "must be a grade"]),
        // Two spellings of one grade.
        ("grade", "neg|negative", ["“negative” of X", "twice"]),
        ("text", "NEG", ["X is neither coded nor graded", "“NEG”"]),
        ("titre", "NEG", ["X is neither coded nor graded", "“NEG”"]),
    ] {
        says(&troubles(EDITION, &row(kind, normal), LIMITS_HEAD), "tests.csv, line 2", &words);
    }
}

/// A strip that shows protein and a reactive screen are not normal; the colour of urine and a pregnancy are no faults.
#[test]
fn the_shipped_findings_are_flagged_or_not() {
    let catalogue = shipped();
    let flag = |test: &str, value: &Value| catalogue.test(&TestCode::parse(test).unwrap()).unwrap().flag_of_finding(value);
    assert_eq!(flag("UPRO", &graded("2+")), Some(Flag::Abnormal));
    assert_eq!(flag("UPRO", &graded("neg")), Some(Flag::Normal));
    assert_eq!(flag("HCVAB", &coded("REACTIVE")), Some(Flag::Abnormal));
    assert_eq!(flag("HCVAB", &coded("NONREACTIVE")), Some(Flag::Normal));
    assert_eq!(flag("UCOL", &coded("Yellow")), None);
    assert_eq!(flag("UHCG", &coded("POS")), None);
}
