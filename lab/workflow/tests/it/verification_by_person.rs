//! Who of the staff may vouch for what: a block is locked, unusual and critical results ask for more than ordinary ones, and whoever learns does
//! not sign for themselves.

use crate::bench::NOW;
use kernel::{Lang, Realm, StaffId, Value, ValueKindExpected};
use people::action::acts::{ReleaseCritical, VerifyNormal, VerifyUnusual};
use people::{Act, Decision, Person, Privileges, Role, Site, authorise};
use std::sync::LazyLock;
use workflow::{
    Asked, Assessment, Because, Entered, Gate, GateFinding, Measured, Policy, Verdict, Verifier, VerifyRefusal, VerifyingPerson,
};

static TABLE: LazyLock<Privileges> = LazyLock::new(|| Privileges::read(include_str!("../../../../content/people/privileges.csv")).unwrap());

fn staff(number: u8) -> StaffId {
    format!("01890a5d-ac96-774b-bcce-b302099a80{number:02}").parse().unwrap()
}

fn person(number: u8, role: Role) -> Verifier {
    fn ask<A: Act>(person: &Person, action: A) -> Decision<A> {
        authorise(person, action, None, &Site { privileges: &TABLE }, NOW, Realm::Production)
    }
    let person = Person { id: staff(number), roles: vec![role] };
    Verifier::Person(VerifyingPerson {
        normal: ask(&person, VerifyNormal),
        unusual: ask(&person, VerifyUnusual),
        critical: ask(&person, ReleaseCritical),
    })
}

/// A potassium that somebody typed, if anybody did.
fn potassium(entered: Option<Entered>) -> Measured {
    let own = str::to_owned;
    let value = Ok(Value::read("4.1", ValueKindExpected::Number, kernel::DecimalMark::Point).unwrap());
    Measured { sent: own("4.1"), sent_unit: own("mmol/L"), value, reported: own("4.1"), unit: own("mmol/L"), flags: Vec::new(), entered }
}

fn typed_by(number: u8, needs_second: bool) -> Option<Entered> {
    Some(Entered { by: staff(number), needs_second })
}

/// Every gate passes but this one.
fn all_but(gate: Gate, verdict: Verdict, because: Because) -> Assessment {
    let finding = |own| match own == gate {
        true => GateFinding { gate, verdict, because: Some(because.clone()) },
        false => GateFinding { gate: own, verdict: Verdict::Pass, because: None },
    };
    Assessment { findings: Gate::EVERY.map(finding).to_vec() }
}

fn clean() -> Assessment {
    Assessment { findings: Gate::EVERY.map(|gate| GateFinding { gate, verdict: Verdict::Pass, because: None }).to_vec() }
}

fn critical() -> Assessment {
    all_but(Gate::CriticalLimit, Verdict::Hold, Because::AboveCritical { reported: "7.1".to_owned(), limit: "6.2".to_owned() })
}

fn jump() -> Assessment {
    let by = || "+2.9".to_owned();
    all_but(Gate::Delta, Verdict::Hold, Because::Changed { former: "4.1".to_owned(), by: by(), hours: "3.0".to_owned() })
}

fn verifies(measured: &Measured, who: &Verifier, assessment: &Assessment) -> Result<(), VerifyRefusal> {
    measured.verify(who, assessment, Policy::Hold, NOW).map(drop)
}

/// People 4.1, row by row: verify normal, verify delta-fail or unusual, release and call critical.
#[test]
fn each_role_vouches_for_what_the_table_gives_it() {
    let table = [
        (Role::Phlebotomist, [false, false, false]),
        (Role::LaboratoryAssistant, [false, false, false]),
        (Role::Student, [false, false, false]),
        (Role::Technician, [true, false, true]),
        (Role::Technologist, [true, true, true]),
        (Role::Supervisor, [true, true, true]),
        (Role::Director, [true, true, true]),
        (Role::Quality, [false, false, false]),
        (Role::Provider, [false, false, false]),
        (Role::Administrator, [false, false, false]),
    ];
    let typed = potassium(typed_by(1, false));
    for (role, expected) in table {
        let may = [clean(), jump(), critical()].map(|assessment| verifies(&typed, &person(1, role), &assessment).is_ok());
        assert_eq!(may, expected, "{role}");
    }
}

#[test]
fn what_is_blocked_is_verified_by_nobody() {
    let because = Because::OtherPatient { stated: "7".to_owned(), ordered: "8".to_owned() };
    let blocked = all_but(Gate::Identity, Verdict::Block, because);
    for role in Role::ALL {
        let refusal = verifies(&potassium(None), &person(1, *role), &blocked).unwrap_err();
        assert!(matches!(&refusal, VerifyRefusal::Blocked(findings) if findings.len() == 1), "{role}: {refusal:?}");
        assert!(refusal.words(Lang::English).contains("patient 7"), "{}", refusal.words(Lang::English));
    }
}

#[test]
fn who_typed_it_may_verify_it_unless_a_second_person_must() {
    let tech = || person(1, Role::Technologist);
    assert_eq!(verifies(&potassium(typed_by(1, false)), &tech(), &clean()), Ok(()));
    assert_eq!(verifies(&potassium(typed_by(1, true)), &tech(), &clean()), Err(VerifyRefusal::EnteredBySamePerson));
    assert_eq!(verifies(&potassium(typed_by(2, true)), &tech(), &clean()), Ok(()));
}

#[test]
fn a_student_is_told_who_may_sign() {
    let refusal = verifies(&potassium(typed_by(1, true)), &person(1, Role::Student), &clean()).unwrap_err();
    let VerifyRefusal::NeedsSupervisor { asked: Asked::Normal, supervisors } = &refusal else { panic!("{refusal:?}") };
    assert!(supervisors.contains(&Role::Technologist) && !supervisors.contains(&Role::Student), "{supervisors:?}");
    assert!(refusal.words(Lang::English).contains("it waits until one of these signs: technician"), "{}", refusal.words(Lang::English));
}

#[test]
fn a_bound_and_an_unsigned_edition_ask_for_eyes_and_no_more() {
    let tech = || person(1, Role::Technician);
    let bound = all_but(Gate::FormatAndUnit, Verdict::Hold, Because::Censored { sent: "<0.5".to_owned() });
    let unsigned = all_but(Gate::CriticalLimit, Verdict::NotEstablished, Because::EditionUnsigned { edition: "e".to_owned() });
    for assessment in [bound, unsigned] {
        assert_eq!(verifies(&potassium(typed_by(1, false)), &tech(), &assessment), Ok(()));
    }
    // A device's doubt is more than that.
    let doubted = all_but(Gate::FormatAndUnit, Verdict::Hold, Because::DeviceFlagged { flags: "27".to_owned() });
    let refusal = verifies(&potassium(None), &tech(), &doubted).unwrap_err();
    assert!(matches!(refusal, VerifyRefusal::NeedsSupervisor { asked: Asked::Unusual, .. }), "{refusal:?}");
}

#[test]
fn what_was_typed_and_not_asked_about_its_former_value_is_not_assessed() {
    let asked = |gates: &[Gate]| Assessment {
        findings: gates.iter().map(|gate| GateFinding { gate: *gate, verdict: Verdict::Pass, because: None }).collect(),
    };
    let who = || person(1, Role::Director);
    assert_eq!(verifies(&potassium(typed_by(1, false)), &who(), &asked(&Gate::ALL)), Err(VerifyRefusal::NotAssessed));
    assert_eq!(verifies(&potassium(None), &who(), &asked(&Gate::ALL)), Ok(()), "from an analyser");
    assert_eq!(verifies(&potassium(None), &who(), &asked(&[Gate::Identity, Gate::CriticalLimit])), Err(VerifyRefusal::NotAssessed));
}

#[test]
fn nobody_vouches_for_what_is_not_there() {
    let because = Because::NoUnit { expected: "mmol/L".to_owned() };
    let nothing = Measured { value: Err(because.clone()), ..potassium(None) };
    let held = all_but(Gate::FormatAndUnit, Verdict::Hold, because.clone());
    assert_eq!(verifies(&nothing, &person(1, Role::Director), &held), Err(VerifyRefusal::NoValue(because)));
}

/// An authority for one act is none for another, and three of different people are none together.
#[test]
fn leave_of_two_people_put_together_is_no_leave() {
    let (Verifier::Person(one), Verifier::Person(other)) = (person(1, Role::Technician), person(2, Role::Technologist)) else { panic!() };
    let mixed = Verifier::Person(VerifyingPerson { normal: one.normal, unusual: other.unusual, critical: other.critical });
    assert!(matches!(verifies(&potassium(None), &mixed, &jump()), Err(VerifyRefusal::MayNot { asked: Asked::Unusual, .. })));
    assert_eq!(mixed.stored(), Some(format!("person:{}", staff(1))));
}
