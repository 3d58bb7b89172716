//! What a person types: taken as what it says, or refused with the reason; and the gates that look at it.

use crate::notation::{COLLECTED, Case};
use benches::{Context, FormerResult, TypedTrouble, assess_typed, measure_typed, place};
use catalogue::{Catalogue, CatalogueText, Test, TestCode};
use kernel::{DecimalMark, Timestamp, Value, ValueKindExpected};
use proptest::prelude::*;
use std::sync::LazyLock;
use workflow::{Gate, Verdict};

static SHIPPED: LazyLock<Catalogue> = LazyLock::new(|| {
    let text = CatalogueText {
        edition: include_str!("../../../../content/catalogue/edition.toml"),
        containers: include_str!("../../../../content/catalogue/containers.csv"),
        tests: include_str!("../../../../content/catalogue/tests.csv"),
        test_containers: include_str!("../../../../content/catalogue/test_containers.csv"),
        methods: Some(include_str!("../../../../content/catalogue/methods.csv")),
        critical_limits: include_str!("../../../../content/catalogue/critical_limits.csv"),
        absurd_limits: Some(include_str!("../../../../content/catalogue/absurd_limits.csv")),
        delta_limits: Some(include_str!("../../../../content/catalogue/delta_limits.csv")),
        reference_intervals: Some(include_str!("../../../../content/catalogue/reference_intervals.csv")),
        coded_choices: Some(include_str!("../../../../content/catalogue/coded_choices.csv")),
        ..CatalogueText::default()
    };
    Catalogue::read(text).unwrap()
});

fn test(code: &str) -> &'static Test {
    SHIPPED.test(&TestCode::parse(code).unwrap()).unwrap()
}

/// What is reported, with what is kept; or the words of the refusal.
fn typed(code: &str, text: &str) -> Result<(String, String), String> {
    let measured = measure_typed(text, test(code), DecimalMark::Point).map_err(|trouble| trouble.to_string())?;
    let kept = measured.value.as_ref().unwrap().to_stored();
    Ok((measured.reported, kept))
}

#[track_caller]
fn takes(code: &str, text: &str, reported: &str, kept: &str) {
    assert_eq!(typed(code, text), Ok((reported.to_owned(), kept.to_owned())), "{code} {text}");
}

#[track_caller]
fn refuses(code: &str, text: &str, word: &str) {
    let words = typed(code, text).unwrap_err();
    assert!(words.contains(word), "{code} {text}: {words}");
}

#[test]
fn numbers_are_kept_as_they_were_typed_and_printed_as_the_test_prints_them() {
    takes("K", "4.1", "4.1", "4.1");
    takes("K", " 4.12 ", "4.1", "4.12");
    takes("K", "0.0001", "0.0", "0.0001");
    takes("K", "<0.5", "<0.5", "<0.5");
    takes("K", "> 15000", ">15000.0", ">15000");
    takes("K", "4.1 mEq/L", "4.1", "4.1");
    refuses("CREA", "97 umol/L", "molar mass");
}

#[test]
fn what_is_no_number_is_refused_in_words() {
    refuses("K", "1,5", "decimal");
    refuses("K", "4.1e3", "exponent");
    refuses("K", "", "nothing is typed");
    refuses("K", "   ", "nothing is typed");
    refuses("K", &"7".repeat(500), "500 characters");
    refuses("K", "<script>alert(1)</script>", "number");
    refuses("K", "4.1\u{7}", "");
    refuses("K", "4.1 furlong", "furlong");
    refuses("K", "----", "nothing was measured");
    refuses("K", "4.", "");
    assert_eq!(measure_typed("1,5", test("K"), DecimalMark::Comma).unwrap().reported, "1.5");
    assert!(measure_typed("1.5", test("K"), DecimalMark::Comma).is_err(), "a point is no comma");
}

#[test]
fn a_code_is_one_of_the_choices_and_may_be_begun() {
    for text in ["POS", "pos", "p", "Positive", "posit"] {
        takes("UHCG", text, "POS", "cPOS");
    }
    takes("URBC", "3", "3-5", "c3-5");
    refuses("UHCG", "maybe", "none of NEG, POS, INV");
    refuses("UHCG", "<b>", "none of");
    refuses("USQEP", "m", "MODERATE or MANY");
    assert_eq!(measure_typed("E. coli", test("UCX"), DecimalMark::Point).unwrap_err(), TypedTrouble::NoChoices { test: "UCX".to_owned() });
}

#[test]
fn grades_titres_and_words() {
    takes("UPRO", "2", "2+", "s2+");
    takes("UPRO", "n", "negative", "sneg");
    takes("UPRO", "t", "trace", "strace");
    refuses("UPRO", "5", "");
    takes("RPRT", "1:64", "1:64", "t1:64");
    refuses("RPRT", "64", "");
    takes("SMEAR", "Target cells & <b>blasts</b>", "Target cells & <b>blasts</b>", "xTarget cells & <b>blasts</b>");
    assert_eq!(typed("SMEAR", &"x".repeat(500)).unwrap().0.len(), 500);
    refuses("SMEAR", "a\u{0}b", "");
    refuses("SMEAR", &"x".repeat(4_001), "");
}

/// Every gate that says something, of what was typed for a woman of 42 with this former value so many hours before.
fn said(code: &str, text: &str, former: Option<(&str, i64)>) -> Vec<(Gate, Verdict, String)> {
    let case = Case::new(code, text, "");
    let (reading, work) = (case.reading(), case.work());
    let measured = measure_typed(text, test(code), DecimalMark::Point).unwrap();
    let context =
        Context { reading: &reading, test: test(code), instrument: None, method: None, work: &work, catalogue: &SHIPPED, zone: &case.zone };
    let former = former.map(|(value, hours)| FormerResult {
        value: Value::read(value, ValueKindExpected::Number, DecimalMark::Point).unwrap(),
        reported: value.to_owned(),
        unit: measured.unit.clone(),
        collected_at: Timestamp::from_micros(COLLECTED.micros() - hours * 3_600_000_000),
    });
    let assessment = assess_typed(&measured, &context, former.as_ref());
    assert!(assessment.was_asked(&Gate::EVERY));
    let told =
        assessment.findings.into_iter().filter(|finding| finding.verdict >= Verdict::Flag && finding.verdict != Verdict::NotEstablished);
    told.map(|finding| {
        (finding.gate, finding.verdict, finding.because.as_ref().map_or_else(String::new, |why| why.words(kernel::Lang::English)))
    })
    .collect()
}

#[test]
fn beyond_the_absurd_limit_is_held_and_at_it_is_not() {
    // K 1.0 to 12.0, critical 2.8 to 6.2.
    let gates = |text| said("K", text, None).into_iter().map(|(gate, verdict, _)| (gate, verdict)).collect::<Vec<_>>();
    assert_eq!(gates("12.0"), [(Gate::CriticalLimit, Verdict::Hold)]);
    assert_eq!(gates("12.01"), [(Gate::CriticalLimit, Verdict::Hold), (Gate::AbsurdLimit, Verdict::Hold)]);
    assert_eq!(gates("41"), [(Gate::CriticalLimit, Verdict::Hold), (Gate::AbsurdLimit, Verdict::Hold)]);
    assert_eq!(gates("4.1"), []);
    // A bound that may lie beyond it counts as beyond.
    assert!(gates(">10.0").contains(&(Gate::AbsurdLimit, Verdict::Hold)));
}

#[test]
fn a_jump_since_the_last_result_is_held() {
    // HGB: 2.5 g/dL within 72 hours.
    assert_eq!(said("HGB", "11.5", Some(("14.0", 24))), []);
    let held = said("HGB", "11.4", Some(("14.0", 24)));
    assert_eq!(held, [(Gate::Delta, Verdict::Hold, "changed by -2.6 since the last result, 14.0, 24.0 hours before".to_owned())]);
    assert_eq!(said("HGB", "11.4", Some(("14.0", 73))), [], "beyond the window");
    assert_eq!(said("HGB", "11.4", Some(("14.0", 0))), [], "of the same moment");
    assert_eq!(said("HGB", "11.4", Some((">14.0", 24))), [], "a bound is not compared");
}

#[test]
fn a_coded_critical_finding_is_held() {
    let held = said("MALSM", "p", None);
    assert_eq!(held, [(Gate::CriticalLimit, Verdict::Hold, "POS is a critical finding".to_owned())]);
    assert_eq!(said("MALSM", "neg", None), []);
}

#[test]
fn the_place_of_a_value_is_said_with_its_interval() {
    let place_of = |code: &str, text: &str| {
        let case = Case::new(code, text, "");
        let (reading, work) = (case.reading(), case.work());
        let measured = measure_typed(text, test(code), DecimalMark::Point).unwrap();
        let (instrument, method, test) = (None, None, test(code));
        place(Some(&measured), &Context { reading: &reading, test, instrument, method, work: &work, catalogue: &SHIPPED, zone: &case.zone })
    };
    // Potassium 3.5 to 5.1 in the starting catalogue.
    assert_eq!((place_of("K", "4.1").flag, place_of("K", "3.2").flag, place_of("K", "7.1").flag), ("N", "L", "HH"));
    assert!(place_of("K", "4.1").interval.starts_with("3.5 to 5"), "{:?}", place_of("K", "4.1"));
    assert_eq!((place_of("UPRO", "n").flag, place_of("UPRO", "2").flag), ("N", "A"));
    assert_eq!((place_of("FIT", "neg").flag, place_of("FIT", "pos").flag), ("N", "A"));
}

proptest! {
    #[test]
    fn whatever_is_typed_is_a_value_or_a_refusal_with_words(text in any::<String>(), code in prop::sample::select(vec!["K", "UHCG", "UPRO", "RPRT", "SMEAR", "UCX"])) {
        match measure_typed(&text, test(code), DecimalMark::Point) {
            Ok(measured) => {
                let value = measured.value.unwrap();
                prop_assert_eq!(Value::from_stored(&value.to_stored()).unwrap(), value);
                prop_assert!(!measured.reported.is_empty());
            }
            Err(trouble) => prop_assert!(!trouble.to_string().is_empty()),
        }
    }
}
