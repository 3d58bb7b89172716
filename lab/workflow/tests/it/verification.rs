//! Who may vouch for a value: rules only where no gate holds and every gate was asked; and nobody for a value that is not there.

use crate::bench::NOW;
use kernel::{Lang, Value, ValueKindExpected};
use workflow::{Assessment, Because, Gate, GateFinding, Measured, Policy, RuleEdition, Verdict, Verifier, VerifyRefusal};

fn rules() -> Verifier {
    Verifier::Rules(RuleEdition("gates-1".to_owned()))
}

fn measured(value: Result<Value, Because>) -> Measured {
    let own = str::to_owned;
    Measured {
        sent: own("4.12"),
        sent_unit: own("mmol/L"),
        value,
        reported: own("4.1"),
        unit: own("mmol/L"),
        flags: Vec::new(),
        entered: None,
    }
}

fn potassium() -> Measured {
    measured(Ok(Value::read("4.12", ValueKindExpected::Number, kernel::DecimalMark::Point).unwrap()))
}

fn finding(gate: Gate, verdict: Verdict, because: Option<Because>) -> GateFinding {
    GateFinding { gate, verdict, because }
}

fn all(verdicts: [Verdict; 3]) -> Assessment {
    Assessment { findings: Gate::ALL.into_iter().zip(verdicts).map(|(gate, verdict)| finding(gate, verdict, None)).collect() }
}

fn refusal(measured: Measured, assessment: &Assessment, policy: Policy) -> VerifyRefusal {
    measured.verify(&rules(), assessment, policy, NOW).expect_err("it must not be verified")
}

#[test]
fn a_clean_value_is_vouched_for_with_edition_and_time() {
    let (potassium, rules) = (potassium(), rules());
    let verified = potassium.verify(&rules, &all([Verdict::Pass; 3]), Policy::Hold, NOW).unwrap();
    assert_eq!(verified.measured(), &potassium);
    assert_eq!(verified.verifier(), &rules);
    assert_eq!(verified.at(), NOW);
}

#[test]
fn a_refusal_names_the_gate_that_asked_for_eyes() {
    let assessment = all([Verdict::Pass, Verdict::Hold, Verdict::Pass]);
    let refusal = potassium().verify(&rules(), &assessment, Policy::Hold, NOW).unwrap_err();
    assert_eq!(refusal, VerifyRefusal::NeedsEyes(vec![finding(Gate::FormatAndUnit, Verdict::Hold, None)]));
}

/// Which verdicts keep a result back, whichever gate says them: written out from the convention that what is not established never passes
/// outside the demonstration.
#[test]
fn any_gate_that_holds_keeps_the_result_back() {
    let table = [
        (Verdict::NotApplicable, false, false),
        (Verdict::Pass, false, false),
        (Verdict::Info, false, false),
        (Verdict::Flag, false, false),
        (Verdict::NotEstablished, true, false),
        (Verdict::Hold, true, true),
        (Verdict::Block, true, true),
    ];
    for (verdict, held, held_in_demonstration) in table {
        for place in 0..3 {
            let mut verdicts = [Verdict::Pass; 3];
            verdicts[place] = verdict;
            for (policy, held) in [(Policy::Hold, held), (Policy::Demonstration, held_in_demonstration)] {
                let refused = potassium().verify(&rules(), &all(verdicts), policy, NOW).is_err();
                assert_eq!(refused, held, "{verdict:?} at gate {place} under {policy:?}");
            }
        }
    }
}

#[test]
fn the_gravest_reason_is_said_first() {
    let assessment = all([Verdict::Hold, Verdict::NotEstablished, Verdict::Block]);
    let VerifyRefusal::NeedsEyes(findings) = refusal(potassium(), &assessment, Policy::Hold) else { panic!("eyes are needed") };
    let gates: Vec<Gate> = findings.iter().map(|finding| finding.gate).collect();
    assert_eq!(gates, [Gate::CriticalLimit, Gate::Identity, Gate::FormatAndUnit]);
}

#[test]
fn an_assessment_with_a_gate_left_out_vouches_for_nothing() {
    for left_out in 0..3 {
        let mut assessment = all([Verdict::Pass; 3]);
        assessment.findings.remove(left_out);
        for policy in [Policy::Hold, Policy::Demonstration] {
            assert_eq!(refusal(potassium(), &assessment, policy), VerifyRefusal::NotAssessed, "without gate {left_out}");
        }
    }
    assert_eq!(refusal(potassium(), &Assessment { findings: Vec::new() }, Policy::Hold), VerifyRefusal::NotAssessed);
    // The same gate three times is not three gates.
    let thrice = Assessment { findings: vec![finding(Gate::Identity, Verdict::Pass, None); 3] };
    assert_eq!(refusal(potassium(), &thrice, Policy::Hold), VerifyRefusal::NotAssessed);
}

#[test]
fn a_hold_is_named_before_a_gate_left_out() {
    let assessment = Assessment { findings: vec![finding(Gate::Identity, Verdict::Block, None)] };
    assert!(matches!(refusal(potassium(), &assessment, Policy::Hold), VerifyRefusal::NeedsEyes(_)));
}

#[test]
fn nobody_vouches_for_a_value_that_is_not_there() {
    let because = Because::NoUnit { expected: "mmol/L".to_owned() };
    let refused = refusal(measured(Err(because.clone())), &all([Verdict::Pass; 3]), Policy::Hold);
    assert_eq!(refused, VerifyRefusal::NoValue(because));
}

#[test]
fn a_device_that_measured_nothing_gives_no_value_to_vouch_for() {
    let nothing = Value::read("----", ValueKindExpected::Number, kernel::DecimalMark::Point).unwrap();
    let refused = refusal(measured(Ok(nothing)), &all([Verdict::Pass; 3]), Policy::Hold);
    assert!(matches!(refused, VerifyRefusal::NoValue(Because::NotMeasured { .. })), "{refused:?}");
}

#[test]
fn a_refusal_is_said_in_words() {
    let critical = Because::AboveCritical { reported: "6.9".to_owned(), limit: "6.2".to_owned() };
    let findings = vec![finding(Gate::CriticalLimit, Verdict::Hold, Some(critical)), finding(Gate::Identity, Verdict::Hold, None)];
    let words = VerifyRefusal::NeedsEyes(findings).words(Lang::English);
    assert_eq!(words, "Critical limit: 6.9 is above the critical limit 6.2; Identity: held");
    assert_eq!(VerifyRefusal::NotAssessed.words(Lang::English), "not every gate was asked");
    let no_unit = Because::NoUnit { expected: "mmol/L".to_owned() };
    assert_eq!(VerifyRefusal::NoValue(no_unit.clone()).words(Lang::English), no_unit.words(Lang::English));
}
