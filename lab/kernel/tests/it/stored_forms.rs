//! Frozen examples of the stored form of a value. Rows in laboratories' databases look like this: a line here is never changed, only added.

use kernel::value::{Coded, Comparator, Grade, NotMeasured, NotMeasuredReason, Number, Text, Titre, Value};

fn number(comparator: Comparator, digits: &str) -> Value {
    Value::Number(Number::new(comparator, digits.parse().unwrap()))
}

fn none(reason: NotMeasuredReason, text: &str) -> Value {
    Value::NotMeasured(NotMeasured::new(reason, text).unwrap())
}

#[test]
fn every_frozen_example_reads_and_writes() {
    let table = [
        ("4.1", number(Comparator::Exact, "4.1")),
        ("13.20", number(Comparator::Exact, "13.20")),
        ("0", number(Comparator::Exact, "0")),
        ("-2.3", number(Comparator::Exact, "-2.3")),
        ("0.0000000000000000000000000001", number(Comparator::Exact, "0.0000000000000000000000000001")),
        ("79228162514264337593543950335", number(Comparator::Exact, "79228162514264337593543950335")),
        ("<0.1", number(Comparator::Less, "0.1")),
        ("<=0.25", number(Comparator::LessOrEqual, "0.25")),
        (">15000.00", number(Comparator::Greater, "15000.00")),
        (">=1280", number(Comparator::GreaterOrEqual, "1280")),
        ("<-30.0", number(Comparator::Less, "-30.0")),
        ("cPOS", Value::Coded(Coded::new("POS").unwrap())),
        ("cA Pos", Value::Coded(Coded::new("A Pos").unwrap())),
        ("sneg", Value::SemiQuantitative(Grade::Negative)),
        ("strace", Value::SemiQuantitative(Grade::Trace)),
        ("s1+", Value::SemiQuantitative(Grade::OnePlus)),
        ("s2+", Value::SemiQuantitative(Grade::TwoPlus)),
        ("s3+", Value::SemiQuantitative(Grade::ThreePlus)),
        ("s4+", Value::SemiQuantitative(Grade::FourPlus)),
        ("t1:64", Value::Titre(Titre::new(Comparator::Exact, 64).unwrap())),
        ("t>=1:1280", Value::Titre(Titre::new(Comparator::GreaterOrEqual, 1280).unwrap())),
        ("xNo growth", Value::Text(Text::new("No growth").unwrap())),
        ("ne", none(NotMeasuredReason::Empty, "")),
        ("nd----", none(NotMeasuredReason::Dashes, "----")),
        ("nr+++", none(NotMeasuredReason::OutOfRange, "+++")),
        ("nxERROR", none(NotMeasuredReason::Error, "ERROR")),
    ];
    for (stored, value) in table {
        assert_eq!(value.to_stored(), stored);
        assert_eq!(Value::from_stored(stored).unwrap(), value);
    }
}

#[test]
fn a_form_that_is_never_written_is_not_read() {
    let forms = [
        "",
        " ",
        "4.",
        ".5",
        "+4",
        "04",
        "00",
        "-0",
        "-0.0",
        "-",
        "<",
        "<=",
        "< 4",
        "\u{2264}4",
        "1e5",
        "1_000",
        "4,1",
        "--4",
        "c",
        "c ",
        "cPOS ",
        "c-",
        "s",
        "s5+",
        "sNEG",
        "s+++",
        "t",
        "t64",
        "t1/64",
        "t 1:64",
        "t1:064",
        "t1:0",
        "x",
        "x a",
        "xa\0",
        "n",
        "nz",
        "d----",
        "Q",
        "79228162514264337593543950336",
        "0.00000000000000000000000000001",
        "NaN",
        "1\0",
    ];
    for form in forms {
        assert!(Value::from_stored(form).is_err(), "{form:?}");
    }
}

#[test]
fn an_exact_number_costs_no_more_than_its_digits() {
    assert_eq!(number(Comparator::Exact, "13.20").to_stored().len(), 5);
}
