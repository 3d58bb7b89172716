//! Stored evidence is what the gates said, nothing lost and nothing lent: any assessments read back as they were.

use proptest::prelude::*;
use std::collections::BTreeMap;
use workflow::{Assessment, Because, Evidence, Gate, GateFinding, Policy, RuleEdition, Verdict};

fn any_words() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[ -~]{0,12}", any::<String>()]
}

fn any_because() -> impl Strategy<Value = Because> {
    let two = || (any_words(), any_words());
    prop_oneof![
        two().prop_map(|(stated, ordered)| Because::OtherPatient { stated, ordered }),
        any_words().prop_map(|flags| Because::DeviceFlagged { flags }),
        two().prop_map(|(sent, trouble)| Because::NotAValue { sent, trouble }),
        any_words().prop_map(|sent| Because::NotMeasured { sent }),
        any_words().prop_map(|sent| Because::Censored { sent }),
        any_words().prop_map(|expected| Because::NoUnit { expected }),
        (two(), any_words()).prop_map(|((sent, expected), trouble)| Because::UnitUnusable { sent, expected, trouble }),
        two().prop_map(|(reported, limit)| Because::BelowCritical { reported, limit }),
        two().prop_map(|(reported, limit)| Because::AboveCritical { reported, limit }),
        any_words().prop_map(|reported| Because::CriticalFinding { reported }),
        Just(Because::WordsToRead),
        Just(Because::NothingToCompare),
        any_words().prop_map(|fact| Because::PatientFactUnknown { fact }),
        prop::sample::select(vec!["one", "two"]).prop_map(|edition| Because::EditionUnsigned { edition: edition.to_owned() }),
    ]
}

/// Every gate asked or left out, with any verdict and any reason or none.
fn any_assessment() -> impl Strategy<Value = Assessment> {
    let said = (prop::sample::select(Verdict::ALL.to_vec()), prop::option::of(any_because()));
    prop::collection::vec(prop::option::weighted(0.9, said), 3).prop_map(|said| {
        let finding = |(gate, said): (Gate, Option<(Verdict, Option<Because>)>)| {
            said.map(|(verdict, because)| GateFinding { gate, verdict, because })
        };
        Assessment { findings: Gate::ALL.into_iter().zip(said).filter_map(finding).collect() }
    })
}

/// One assessment for each of some tests on some containers, in the order of their codes.
fn any_evidence() -> impl Strategy<Value = Evidence> {
    let on = (prop::sample::select(vec!["A0000001S", "A0000002Q", "Z9"]), prop::sample::select(vec!["K", "NA", "A_1", "GLU"]));
    let results = prop::collection::btree_map(on, any_assessment(), 0..12);
    (any_words(), any_words(), any::<bool>(), results).prop_map(|(gates, catalogue, demonstration, results)| Evidence {
        gates: RuleEdition(gates),
        catalogue: RuleEdition(catalogue),
        policy: if demonstration { Policy::Demonstration } else { Policy::Hold },
        results: results.into_iter().map(|((container, test), said)| (container.to_owned(), test.to_owned(), said)).collect(),
    })
}

/// By container and test, so that the order of storing does not matter.
fn by_result(evidence: &Evidence) -> BTreeMap<(&str, &str), &Assessment> {
    evidence.results.iter().map(|(container, test, said)| ((container.as_str(), test.as_str()), said)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_evidence_reads_back_as_it_was(evidence in any_evidence()) {
        let stored = evidence.to_stored().unwrap();
        let read = Evidence::from_stored(&stored).unwrap();
        prop_assert_eq!(&read, &evidence, "stored as {}", stored);
        prop_assert_eq!(read.to_stored().unwrap(), stored);
    }

    #[test]
    fn the_order_in_which_results_came_changes_nothing(evidence in any_evidence(), turn in 0_usize..12) {
        let mut turned = evidence.clone();
        turned.results.rotate_left(turn.min(evidence.results.len()));
        let read = Evidence::from_stored(&turned.to_stored().unwrap()).unwrap();
        prop_assert_eq!(by_result(&read), by_result(&evidence));
    }

    #[test]
    fn no_stored_text_makes_reading_panic(text in any::<String>()) {
        let _ = Evidence::from_stored(&text);
    }

    #[test]
    fn damaged_evidence_is_refused_or_read_but_never_a_panic(evidence in any_evidence(), at in any::<prop::sample::Index>(), with in any::<char>()) {
        let mut stored: Vec<char> = evidence.to_stored().unwrap().chars().collect();
        let place = at.index(stored.len());
        stored[place] = with;
        let _ = Evidence::from_stored(&stored.into_iter().collect::<String>());
    }

    #[test]
    fn stored_reasons_of_any_shape_are_read_or_refused(parts in prop::collection::vec(any_words(), 0..5)) {
        if let Some(because) = Because::from_stored(&parts) {
            prop_assert_eq!(because.to_stored(), parts);
        }
    }
}

#[test]
fn more_verdicts_than_gates_make_no_sense() {
    let text = r#"{"gates":"g","catalogue":"c","not_established":"info","results":{"A1":"K:PPPPPP"}}"#;
    assert!(Evidence::from_stored(text).unwrap_err().to_string().contains("PPPPPP"));
}

/// Rows of an earlier edition with fewer gates stay readable; the gate it did not know was not asked.
#[test]
fn fewer_verdicts_than_gates_are_gates_that_were_not_asked() {
    let text = r#"{"gates":"g","catalogue":"c","not_established":"info","results":{"A1":"K:PP"}}"#;
    let read = Evidence::from_stored(text).unwrap();
    let assessment = read.of("A1", "K").unwrap();
    assert_eq!(assessment.letters(), "PP?");
    assert!(!assessment.lets_through(Policy::Demonstration));
}

/// The budget is about twelve bytes for a clean result: test code, colon, a letter a gate, a blank.
#[test]
fn a_clean_result_costs_a_dozen_bytes() {
    let clean = |unsigned: bool| {
        let edition = || Because::EditionUnsigned { edition: "starting-2026-11d".to_owned() };
        let said = |gate: Gate| match (gate, unsigned) {
            (Gate::CriticalLimit, true) => GateFinding { gate, verdict: Verdict::NotEstablished, because: Some(edition()) },
            _ => GateFinding { gate, verdict: Verdict::Pass, because: None },
        };
        Assessment { findings: Gate::ALL.map(said).to_vec() }
    };
    for unsigned in [false, true] {
        let stored = |count: usize| {
            let results = (0..count).map(|number| ("A0000001S".to_owned(), format!("T{number:03}"), clean(unsigned))).collect();
            let edition = |name: &str| RuleEdition(name.to_owned());
            Evidence { gates: edition("gates-1"), catalogue: edition("starting-2026-11d"), policy: Policy::Hold, results }
                .to_stored()
                .unwrap()
                .len()
        };
        assert!(stored(101) - stored(1) <= 100 * 12, "unsigned: {unsigned}");
    }
}
