//! What a decision says and what it is good for.

use crate::matrix::{ask, person};
use kernel::Lang;
use people::action::acts;
use people::{Authority, Decision, Denial, Role, Scope};

fn authority<A: people::Act>(number: u8, role: Role, action: A) -> Authority<A> {
    match ask(&person(number, &[role]), action) {
        Decision::Authority(authority) => authority,
        Decision::AllowWithSupervisor(_) | Decision::Deny(_) => panic!("{role} has no authority"),
    }
}

#[test]
fn who_has_no_role_may_do_nothing() {
    assert_eq!(ask(&person(1, &[]), acts::ReportIncident), Decision::Deny(vec![Denial::NoRole]));
}

#[test]
fn the_best_of_several_roles_counts() {
    // A manager tests in a second role, as a technologist; a lead who teaches stays a lead.
    let Decision::Authority(found) = ask(&person(1, &[Role::Manager, Role::Technologist]), acts::VerifyNormal) else { panic!() };
    assert_eq!((found.role(), found.scope()), (Role::Technologist, Scope::Whole));
    assert!(matches!(ask(&person(1, &[Role::Manager]), acts::VerifyNormal), Decision::Deny(_)));
    let Decision::Authority(found) = ask(&person(1, &[Role::Educator, Role::Lead]), acts::EditCatalogue) else { panic!() };
    assert_eq!((found.role(), found.scope()), (Role::Lead, Scope::Draft));
    // One that does not know outranks one that says no, and neither allows anything: both say why.
    let Decision::Deny(why) = ask(&person(1, &[Role::Phlebotomist, Role::Technician]), acts::Crossmatch) else { panic!() };
    let words: Vec<String> = why.iter().map(|denial| denial.words(Lang::English)).collect();
    assert_eq!(words.len(), 2);
    assert!(
        words[0].contains("“Crossmatch” is not among what the role phlebotomist does") && words[1].contains("licence of the state"),
        "{words:?}"
    );
}

#[test]
fn a_student_acts_under_somebody_who_signs() {
    let Decision::AllowWithSupervisor(supervised) = ask(&person(1, &[Role::Student]), acts::VerifyNormal) else { panic!() };
    assert!(supervised.supervisors().contains(&Role::Technician) && !supervised.supervisors().contains(&Role::Student));
    assert_eq!(supervised.authority().staff(), person(1, &[]).id);
    let technician = authority(2, Role::Technician, acts::VerifyNormal);
    assert_eq!(supervised.signed_by(&technician).unwrap().staff(), person(1, &[]).id, "it stays the student's act");
    // Not by themselves, and not by somebody who may not do it alone.
    let again = || match ask(&person(1, &[Role::Student]), acts::ReceiveSpecimen) {
        Decision::AllowWithSupervisor(supervised) => supervised,
        _ => panic!(),
    };
    assert!(again().signed_by(&authority(1, Role::Technologist, acts::ReceiveSpecimen)).is_none());
    assert!(again().signed_by(&authority(2, Role::LaboratoryAssistant, acts::ReceiveSpecimen)).is_some());
}

#[test]
fn two_people_are_two_people() {
    let one = |number| authority(number, Role::Technologist, acts::MergePatients);
    assert_eq!(one(1).scope(), Scope::OneOfTwo);
    assert!(one(1).whole().is_none(), "neither suffices");
    assert!(one(1).with_second(one(1)).is_none(), "not the same twice");
    let both = one(1).with_second(one(2)).unwrap();
    assert_eq!((both.first(), both.second()), (person(1, &[]).id, person(2, &[]).id));
    // The last signature is no first one.
    let study = || authority(1, Role::TechnicalConsultant, acts::ValidationStudy);
    let director = || authority(2, Role::Director, acts::ValidationStudy);
    assert_eq!(director().scope(), Scope::LastOfTwo);
    assert!(director().with_second(study()).is_none());
    assert!(study().with_second(director()).is_some());
}

#[test]
fn who_looks_or_drafts_has_no_whole_authority() {
    assert!(authority(1, Role::Quality, acts::ViewWorklist).whole().is_none());
    assert!(authority(1, Role::Lead, acts::EditCatalogue).whole().is_none());
    assert!(authority(1, Role::Provider, acts::SearchPatient).whole().is_none(), "own patients only");
    assert!(authority(1, Role::Technologist, acts::EnterOrder).whole().is_some());
}
