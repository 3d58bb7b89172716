//! Whatever is sent: no panic, no pass for what is no plain number, and the further out a value is, the less it passes.

use crate::notation::Case;
use kernel::{BirthDate, DecimalMark, Sex};
use proptest::prelude::*;
use workflow::{Because, Verdict};

/// Test, unit, digits of the report, and the limits of a grown person in ten-thousandths: laboratory rules 5.1.
const LIMITS: [(&str, &str, u32, i64, i64); 5] = [
    ("K", "mmol/L", 1, 28_000, 62_000),
    ("NA", "mmol/L", 0, 1_200_000, 1_600_000),
    ("CA", "mg/dL", 1, 60_000, 130_000),
    ("MG", "mg/dL", 1, 10_000, 47_000),
    ("GLU", "mg/dL", 0, 500_000, 4_500_000),
];

/// Ten-thousandths as an analyser prints them.
fn printed(comparator: &str, ten_thousandths: i64) -> String {
    format!("{comparator}{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}

/// Half away from zero on whole numbers; values here are never negative.
fn rounded(ten_thousandths: i64, decimals: u32) -> i64 {
    let step = 10_i64.pow(4 - decimals);
    (ten_thousandths + step / 2) / step * step
}

fn critical_because(case: &Case) -> Option<Because> {
    let (_, assessment) = case.judge();
    let finding = &assessment.findings[2];
    (finding.verdict == Verdict::Hold).then(|| finding.because.clone().unwrap())
}

/// One of the tests with limits, and a value near one of its limits or anywhere.
fn any_value() -> impl Strategy<Value = (usize, i64)> {
    (0..LIMITS.len(), any::<bool>(), any::<bool>(), -20_000_i64..20_000, 0_i64..9_000_000).prop_map(|(test, near, upper, off, anywhere)| {
        let (_, _, _, low, high) = LIMITS[test];
        (test, if near { (if upper { high } else { low } + off).max(0) } else { anywhere })
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[<>=+-]{0,2} ?[0-9]{0,5}[.,]?[0-9]{0,5}",
        "[ -~]{0,20}",
        any::<String>(),
        prop::sample::select(vec!["", "----", "+++", "HI", "4.12", "positive", "1:64"]).prop_map(str::to_owned),
    ]
}

fn any_case() -> impl Strategy<Value = Case> {
    let test = prop::sample::select(vec!["K", "NA", "GLU", "TBIL", "ALT", "ALB", "CRP", "CREA"]);
    let unit =
        prop_oneof![prop::sample::select(vec!["mmol/L", "mg/dL", "U/L", "g/L", "mEq/L", "IU/L", ""]).prop_map(str::to_owned), any_text()];
    let born = prop::option::of(prop::sample::select(vec!["1984-03-12", "1984", "2026", "2026-11", "2026-11-21", "2027", "1850", "2200"]));
    let patient = prop::option::of(prop_oneof![Just(" 7 ".to_owned()), any_text()]);
    let flags = prop::collection::vec(prop_oneof![Just("H".to_owned()), Just("alarm 27".to_owned()), any_text()], 0..3);
    let rest = (prop::sample::select(Sex::ALL.to_vec()), any::<bool>(), any::<bool>());
    (test, any_text(), unit, born, patient, flags, rest).prop_map(|(test, sent, unit, born, patient, flags, (sex, comma, signed))| Case {
        sex,
        birth: born.map(|born| BirthDate::parse(born).unwrap()),
        stated_patient: patient,
        flags,
        mark: if comma { DecimalMark::Comma } else { DecimalMark::Point },
        signed,
        ..Case::new(test, &sent, &unit)
    })
}

/// Digits, perhaps a sign before them, perhaps one mark among them: all that may pass unseen.
fn is_plain_number(sent: &str, mark: char) -> bool {
    let digits = sent.trim_matches(' ').trim_start_matches(['+', '-']);
    let parts: Vec<&str> = digits.split(mark).collect();
    parts.len() <= 2 && digits.starts_with(|first: char| first.is_ascii_digit() || first == mark) && {
        let all: String = parts.concat();
        !all.is_empty() && all.bytes().all(|byte| byte.is_ascii_digit())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against whole-number arithmetic of the test's own.
    #[test]
    fn a_value_is_critical_exactly_where_its_printed_form_is_beyond((test, value) in any_value()) {
        let (code, unit, decimals, low, high) = LIMITS[test];
        let reported = rounded(value, decimals);
        let found = critical_because(&Case::new(code, &printed("", value), unit));
        match found {
            Some(Because::BelowCritical { .. }) => prop_assert!(reported < low),
            Some(Because::AboveCritical { .. }) => prop_assert!(reported > high),
            None => prop_assert!(low <= reported && reported <= high),
            Some(other) => prop_assert!(false, "{:?}", other),
        }
    }

    /// From within the limits outwards: once held, always held. Bounds as well as values.
    #[test]
    fn a_more_extreme_value_never_turns_a_hold_into_a_pass(
        (test, value) in any_value(), further in 0_i64..3_000_000, comparator in prop::sample::select(vec!["", "<", "<=", ">", ">="]),
    ) {
        let (code, unit, _, low, high) = LIMITS[test];
        let held = |value: i64| critical_because(&Case::new(code, &printed(comparator, value), unit)).is_some();
        let upwards = value >= i64::midpoint(low, high);
        // `<` speaks of everything below, `>` of everything above: each is more extreme in its own direction only.
        let outwards = match comparator {
            "" => if upwards { value + further } else { (value - further).max(0) },
            "<" | "<=" => (value - further).max(0),
            _ => value + further,
        };
        prop_assert!(!held(value) || held(outwards), "{} held, {} not", printed(comparator, value), printed(comparator, outwards));
    }

    #[test]
    fn nothing_that_is_sent_makes_a_gate_panic_or_pass_what_is_no_number(case in any_case()) {
        if case.verifies() {
            let mark = match case.mark { DecimalMark::Point => '.', DecimalMark::Comma => ',' };
            prop_assert!(is_plain_number(&case.sent, mark), "{:?}", case);
            prop_assert!(case.signed && !case.unit.trim().is_empty(), "{:?}", case);
            prop_assert!(case.stated_patient.as_deref().is_none_or(|stated| ["", "7"].contains(&stated.trim())), "{:?}", case);
            prop_assert!(case.flags.iter().all(|flag| ["N", "L", "H", "LL", "HH"].contains(&flag.as_str())), "{:?}", case);
        }
    }
}
