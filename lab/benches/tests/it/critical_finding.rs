//! What is no number and critical all the same: laboratory rules 5.1, the rows of limits that name a finding.

use crate::notation::{Case, said, with_limits};
use kernel::value::{Coded, Grade, Text};
use kernel::{DecimalMark, Number, Value, ValueKindExpected};
use workflow::{Because, Measured};

/// What the critical limit gate says of a value of this test; nothing where it passes.
fn judged(test: &str, born: &str, value: Result<Value, Because>) -> String {
    let measured = Measured {
        sent: "as sent".to_owned(),
        sent_unit: String::new(),
        value,
        reported: String::new(),
        unit: String::new(),
        flags: vec![],
        entered: None,
    };
    let case = Case::read(&format!("{test} x \"\" | F {born}"));
    let findings = said(&case.assess(&measured, &with_limits("")));
    findings.into_iter().find(|finding| finding.starts_with("critical")).unwrap_or_default()
}

const ADULT: &str = "1984-03-12";
/// The day before the collection.
const NEWBORN: &str = "2026-11-20";

fn coded(code: &str) -> Result<Value, Because> {
    Ok(Value::Coded(Coded::new(code).unwrap()))
}

#[test]
fn a_code_that_is_the_critical_one_is_held_and_another_is_not() {
    for test in ["MALSM", "BCX", "CSFCX", "AFBCX", "MTBPCR"] {
        assert_eq!(judged(test, ADULT, coded("POS")), "critical hold: POS is critical", "{test}");
        assert_eq!(judged(test, ADULT, coded("pos")), "critical hold: pos is critical", "{test}: as the analyser spells it");
        assert_eq!(judged(test, ADULT, coded("NEG")), "", "{test}");
    }
    assert_eq!(judged("XM", ADULT, coded("INCOMP")), "critical hold: INCOMP is critical");
    assert_eq!(judged("XM", ADULT, coded("POS")), "");
    assert_eq!(judged("DAT", NEWBORN, coded("POS")), "critical hold: POS is critical");
    assert_eq!(judged("DAT", ADULT, coded("POS")), "", "of newborns only");
}

#[test]
fn any_grade_above_negative_is_critical_where_positive_is() {
    for grade in Grade::ALL {
        let said = judged("AFBSM", ADULT, Ok(Value::SemiQuantitative(grade)));
        let expected = match grade {
            Grade::Negative => String::new(),
            Grade::Trace => "critical hold: trace is critical".to_owned(),
            Grade::OnePlus => "critical hold: 1+ is critical".to_owned(),
            Grade::TwoPlus => "critical hold: 2+ is critical".to_owned(),
            Grade::ThreePlus => "critical hold: 3+ is critical".to_owned(),
            Grade::FourPlus => "critical hold: 4+ is critical".to_owned(),
        };
        assert_eq!(said, expected, "{grade:?}");
    }
    assert_eq!(judged("UKET", ADULT, Ok(Value::SemiQuantitative(Grade::FourPlus))), "", "of newborns only");
    assert_eq!(judged("UKET", NEWBORN, Ok(Value::SemiQuantitative(Grade::OnePlus))), "critical hold: 1+ is critical");
}

#[test]
fn words_are_for_a_person_to_read_where_they_may_say_something_critical() {
    let words = || Ok(Value::Text(Text::new("Gram-positive cocci in clusters").unwrap()));
    // Only of a sterile site, which nobody has stated: no condition is known of an order yet.
    assert_eq!(judged("GRAM", ADULT, words()), "");
    assert_eq!(judged("BCX", ADULT, words()), "critical hold: words to read", "words for a coded test");
}

/// A value of another kind than its limit never passes as harmless.
#[test]
fn a_value_that_cannot_be_held_against_its_limit_is_held() {
    let nothing = "critical hold: nothing to compare";
    let number = || Ok(Value::Number(Number::exactly(1.into())));
    assert_eq!(judged("BCX", ADULT, number()), nothing);
    assert_eq!(judged("K", ADULT, coded("POS")), nothing);
    assert_eq!(judged("AFBSM", ADULT, coded("POS")), nothing);
    assert_eq!(judged("BCX", ADULT, Ok(Value::SemiQuantitative(Grade::Negative))), nothing);
    let titre = Value::read("1:64", ValueKindExpected::Titre, DecimalMark::Point).unwrap();
    assert_eq!(judged("K", ADULT, Ok(titre)), nothing);
    let dashes = Value::read("----", ValueKindExpected::Number, DecimalMark::Point).unwrap();
    assert_eq!(judged("BCX", ADULT, Ok(dashes)), nothing);
    assert_eq!(judged("BCX", ADULT, Err(Because::NothingToCompare)), nothing);
}
