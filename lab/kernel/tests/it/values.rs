//! Texts that analysers send, and what they are: the rules for values in the interoperability specification, one line each.

use kernel::value::{DecimalMark, Value, ValueKindExpected, ValueTroubleReason as Reason};

/// What the text must become: a stored form, or a reason why not.
enum Is {
    Value(&'static str),
    Trouble(Reason),
}
use Is::{Trouble, Value as Reads};

fn check(expected: ValueKindExpected, mark: DecimalMark, table: &[(&str, Is)]) {
    for (sent, is) in table {
        let found = Value::read(sent, expected, mark);
        match (is, found) {
            (Reads(stored), Ok(value)) => assert_eq!(value.to_stored(), *stored, "{sent:?}"),
            (Trouble(reason), Err(trouble)) => assert_eq!(trouble.reason, *reason, "{sent:?}"),
            (Reads(stored), Err(trouble)) => panic!("{sent:?} should be {stored}: {trouble}"),
            (Trouble(reason), Ok(value)) => panic!("{sent:?} should be refused ({reason:?}) and is {value:?}"),
        }
    }
}

#[test]
fn numbers_keep_their_digits_and_comparator() {
    let table = [
        ("4.1", Reads("4.1")),
        ("13.20", Reads("13.20")),
        ("  13.20  ", Reads("13.20")),
        ("0", Reads("0")),
        ("0.00", Reads("0.00")),
        ("-0.0", Reads("0.0")),
        ("00141", Reads("141")),
        (".5", Reads("0.5")),
        ("-2.3", Reads("-2.3")),
        ("+2.3", Reads("2.3")),
        ("> 15000.00", Reads(">15000.00")),
        (">15000.00", Reads(">15000.00")),
        ("<0.1", Reads("<0.1")),
        ("< 0.1", Reads("<0.1")),
        (">=1280", Reads(">=1280")),
        ("<= 0.25", Reads("<=0.25")),
        ("\u{2264}0.25", Reads("<=0.25")),
        ("\u{2265} 64", Reads(">=64")),
        ("<-30.0", Reads("<-30.0")),
        ("1234567890123456789012345678", Reads("1234567890123456789012345678")),
        ("0.1234567890123456789012345678", Reads("0.1234567890123456789012345678")),
        ("0000000000000000000000000000000000000000012.5", Reads("12.5")),
    ];
    check(ValueKindExpected::Number, DecimalMark::Point, &table);
}

#[test]
fn marks_for_no_result_are_no_numbers_and_no_troubles() {
    let table = [
        ("", Reads("ne")),
        ("    ", Reads("ne")),
        ("-", Reads("nd-")),
        ("----", Reads("nd----")),
        ("-----", Reads("nd-----")),
        ("+++", Reads("nr+++")),
        ("++++", Reads("nr++++")),
        (">>>>", Reads("nr>>>>")),
        ("<<<", Reads("nr<<<")),
        (">", Reads("nr>")),
        ("HI", Reads("nrHI")),
        ("Lo", Reads("nrLo")),
        ("Out of range", Reads("nrOut of range")),
        ("****", Reads("nx****")),
        ("#####", Reads("nx#####")),
        ("?", Reads("nx?")),
        ("ERROR", Reads("nxERROR")),
        ("ValueNotSet", Reads("nxValueNotSet")),
        ("NO RESULT", Reads("nxNO RESULT")),
    ];
    check(ValueKindExpected::Number, DecimalMark::Point, &table);
}

#[test]
fn numbers_are_never_guessed() {
    let long = "9".repeat(1_000_000);
    let table = [
        ("1,234", Trouble(Reason::WrongDecimalMark)),
        ("1,234.5", Trouble(Reason::WrongDecimalMark)),
        ("1.2.3", Trouble(Reason::WrongDecimalMark)),
        ("5.", Trouble(Reason::CutOff)),
        ("1e5", Trouble(Reason::Exponent)),
        ("1.0E-3", Trouble(Reason::Exponent)),
        ("0x1F", Trouble(Reason::NotANumber)),
        ("NaN", Trouble(Reason::NotANumber)),
        ("inf", Trouble(Reason::NotANumber)),
        ("-Infinity", Trouble(Reason::NotANumber)),
        ("1 234", Trouble(Reason::NotANumber)),
        ("1_234", Trouble(Reason::NotANumber)),
        ("4.1*", Trouble(Reason::NotANumber)),
        ("4.1 H", Trouble(Reason::NotANumber)),
        ("45%", Trouble(Reason::NotANumber)),
        ("~5", Trouble(Reason::NotANumber)),
        ("<>5", Trouble(Reason::NotANumber)),
        (">>5", Trouble(Reason::NotANumber)),
        ("--5", Trouble(Reason::NotANumber)),
        ("-+-", Trouble(Reason::NotANumber)),
        ("5-10", Trouble(Reason::NotANumber)),
        (".", Trouble(Reason::NotANumber)),
        ("<.", Trouble(Reason::NotANumber)),
        ("POS", Trouble(Reason::NotANumber)),
        ("ND", Trouble(Reason::NotANumber)),
        ("1:64", Trouble(Reason::NotANumber)),
        ("\u{661}\u{662}", Trouble(Reason::NotAscii)),
        ("\u{ff14}.1", Trouble(Reason::NotAscii)),
        ("\u{2212}5", Trouble(Reason::NotAscii)),
        ("4\u{a0}", Trouble(Reason::NotAscii)),
        ("4.1\0", Trouble(Reason::HiddenCharacter)),
        ("\t4.1", Trouble(Reason::HiddenCharacter)),
        ("12345678901234567890123456789", Trouble(Reason::TooManyDigits)),
        ("0.00000000000000000000000000001", Trouble(Reason::TooManyDigits)),
        (long.as_str(), Trouble(Reason::TooLong)),
    ];
    check(ValueKindExpected::Number, DecimalMark::Point, &table);
}

#[test]
fn a_comma_is_a_mark_only_where_the_link_says_so() {
    let table = [
        ("7,41", Reads("7.41")),
        ("<0,1", Reads("<0.1")),
        ("12", Reads("12")),
        ("7.41", Trouble(Reason::WrongDecimalMark)),
        ("1.234,5", Trouble(Reason::WrongDecimalMark)),
        ("5,", Trouble(Reason::CutOff)),
    ];
    check(ValueKindExpected::Number, DecimalMark::Comma, &table);
}

#[test]
fn grades_have_many_spellings_and_one_scale() {
    let table = [
        ("NEG", Reads("sneg")),
        ("Negative", Reads("sneg")),
        ("-", Reads("sneg")),
        ("0", Reads("sneg")),
        ("Trace", Reads("strace")),
        ("+/-", Reads("strace")),
        ("\u{b1}", Reads("strace")),
        ("+", Reads("s1+")),
        ("1+", Reads("s1+")),
        ("+1", Reads("s1+")),
        ("2+", Reads("s2+")),
        ("+++", Reads("s3+")),
        ("++++", Reads("s4+")),
        ("----", Reads("nd----")),
        ("", Reads("ne")),
        ("5+", Trouble(Reason::NotAGrade)),
        ("+++++", Trouble(Reason::NotAGrade)),
        ("2", Trouble(Reason::NotAGrade)),
        ("large", Trouble(Reason::NotAGrade)),
        ("1+\0", Trouble(Reason::NotAGrade)),
    ];
    check(ValueKindExpected::SemiQuantitative, DecimalMark::Point, &table);
    let read = |sent| Value::read(sent, ValueKindExpected::SemiQuantitative, DecimalMark::Point).unwrap();
    let grades: Vec<_> = ["neg", "trace", "1+", "2+", "3+", "4+"].map(read).into_iter().collect();
    let grades: Vec<_> = grades.iter().map(|value| if let Value::SemiQuantitative(grade) = value { *grade } else { panic!() }).collect();
    assert!(grades.is_sorted_by(|weaker, stronger| weaker < stronger));
}

#[test]
fn titres_say_their_dilution() {
    let table = [
        ("1:64", Reads("t1:64")),
        ("1 : 64", Reads("t1:64")),
        ("1/64", Reads("t1:64")),
        ("<1:8", Reads("t<1:8")),
        (">= 1:1280", Reads("t>=1:1280")),
        ("----", Reads("nd----")),
        ("64", Trouble(Reason::NotATitre)),
        ("1:", Trouble(Reason::NotATitre)),
        ("1:0", Trouble(Reason::NotATitre)),
        ("2:64", Trouble(Reason::NotATitre)),
        ("1:64.5", Trouble(Reason::NotATitre)),
        ("1:+64", Trouble(Reason::NotATitre)),
        ("1:9999999999", Trouble(Reason::NotATitre)),
    ];
    check(ValueKindExpected::Titre, DecimalMark::Point, &table);
}

#[test]
fn codes_keep_their_case_and_a_bare_dash_is_no_code() {
    let table = [
        ("POS", Reads("cPOS")),
        ("Reactive", Reads("cReactive")),
        ("B Pos", Reads("cB Pos")),
        ("k", Reads("ck")),
        (" HIGH ", Reads("cHIGH")),
        ("", Reads("ne")),
        ("-----", Reads("nd-----")),
        ("Error", Reads("nxError")),
        ("-", Trouble(Reason::NotACode)),
        ("+++", Trouble(Reason::NotACode)),
        ("POS\0", Trouble(Reason::HiddenCharacter)),
        ("PO\u{200b}S", Trouble(Reason::HiddenCharacter)),
    ];
    check(ValueKindExpected::Coded, DecimalMark::Point, &table);
    let long = "x".repeat(65);
    check(ValueKindExpected::Coded, DecimalMark::Point, &[(long.as_str(), Trouble(Reason::TooLong))]);
}

#[test]
fn texts_are_words_within_limits() {
    let table = [
        ("No growth after 48 h", Reads("xNo growth after 48 h")),
        ("ERROR", Reads("xERROR")),
        ("+++", Reads("x+++")),
        ("a\nb", Reads("xa\nb")),
        ("", Reads("ne")),
        ("---", Reads("nd---")),
        ("a\0b", Trouble(Reason::HiddenCharacter)),
        ("a\u{7}b", Trouble(Reason::HiddenCharacter)),
    ];
    check(ValueKindExpected::Text, DecimalMark::Point, &table);
    let long = "x".repeat(4_001);
    check(ValueKindExpected::Text, DecimalMark::Point, &[(long.as_str(), Trouble(Reason::TooLong))]);
}

#[test]
fn a_trouble_says_what_stood_there_what_was_expected_and_what_to_do() {
    let trouble = Value::read("1,234", ValueKindExpected::Number, DecimalMark::Point).unwrap_err().to_string();
    for part in ["\"1,234\"", "a number", "decimal mark"] {
        assert!(trouble.contains(part), "{trouble}");
    }
    let trouble = Value::read(&"9".repeat(1_000_000), ValueKindExpected::Number, DecimalMark::Point).unwrap_err();
    assert!(trouble.to_string().len() < 300, "a trouble does not repeat a whole transmission");
}
