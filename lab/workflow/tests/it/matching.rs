//! Whose work is it? Every answer, and the order of the questions: what is it, which tube, which test, is it due.

use crate::bench::{CATALOGUE, TUBE, WITHOUT_SODIUM, examination, mapping, reading, test, tube};
use kernel::{Lang, Reading, ReadingKind, Timestamp};
use workflow::{Claim, ContainerState, Ended, Labelled, OpenWork, Unclaimed, claim};

fn patient(specimen: &str, code: &str) -> Reading {
    reading(ReadingKind::Patient, specimen, code)
}

fn in_force(work: &OpenWork) -> Labelled {
    Labelled::InForce(Box::new(work.clone()))
}

fn unclaimed(reading: &Reading, work: Option<&OpenWork>) -> Unclaimed {
    match claim(reading, &mapping(), work.map(in_force).as_ref(), &CATALOGUE) {
        Claim::Unclaimed(why) => why,
        Claim::Work { .. } => panic!("{reading:?} was claimed"),
    }
}

#[test]
fn a_reading_on_a_known_tube_answers_the_ordered_test() {
    let work = tube(&["NA", "K"]);
    let claimed = |code: &str| match claim(&patient(TUBE, code), &mapping(), Some(&in_force(&work)), &CATALOGUE) {
        Claim::Work { examination, test } => (examination, test.code.to_string()),
        Claim::Unclaimed(why) => panic!("{code}: {why:?}"),
    };
    assert_eq!(claimed("989"), (examination(1), "NA".to_owned()));
    assert_eq!(claimed("990"), (examination(2), "K".to_owned()));
    assert_eq!(claimed("9900"), (examination(2), "K".to_owned()), "another code of the same test");
}

#[test]
fn everything_else_is_unclaimed_with_its_reason() {
    let work = tube(&["K"]);
    let no_sodium = Unclaimed::NotOrdered { test: test("NA"), container: TUBE.to_owned() };
    assert_eq!(unclaimed(&patient("", "990"), None), Unclaimed::NoSpecimen);
    assert_eq!(unclaimed(&patient("A0000009Z", "990"), None), Unclaimed::SpecimenUnknown("A0000009Z".to_owned()));
    assert_eq!(unclaimed(&patient(TUBE, "717"), Some(&work)), Unclaimed::CodeUnmapped("717".to_owned()));
    assert_eq!(unclaimed(&patient(TUBE, ""), Some(&work)), Unclaimed::CodeUnmapped(String::new()));
    assert_eq!(unclaimed(&patient(TUBE, "989"), Some(&work)), no_sodium);
    assert_eq!(unclaimed(&patient(TUBE, "989"), Some(&tube(&[]))), no_sodium);
}

/// It was ordered while an edition held that had it; the one that holds now does not.
#[test]
fn a_test_that_the_edition_in_force_does_not_have_is_left_to_a_person() {
    let work = tube(&["NA", "K"]);
    let Claim::Unclaimed(why) = claim(&patient(TUBE, "989"), &mapping(), Some(&in_force(&work)), &WITHOUT_SODIUM) else {
        panic!("sodium was claimed")
    };
    assert_eq!(why, Unclaimed::NotInCatalogue { test: test("NA"), edition: "trial".to_owned() });
    assert!(matches!(claim(&patient(TUBE, "990"), &mapping(), Some(&in_force(&work)), &WITHOUT_SODIUM), Claim::Work { .. }));
}

#[test]
fn a_control_is_no_patient_even_on_a_tube_we_know() {
    let work = tube(&["K"]);
    for (kind, why) in [(ReadingKind::Control, Unclaimed::Control), (ReadingKind::Calibration, Unclaimed::Calibration)] {
        for specimen in [TUBE, "", "LEVEL1"] {
            assert_eq!(unclaimed(&reading(kind, specimen, "990"), Some(&work)), why, "specimen {specimen:?}");
        }
    }
}

#[test]
fn a_second_reading_of_the_same_message_does_not_claim_again() {
    let mut work = tube(&["K", "NA"]);
    let potassium = patient(TUBE, "990");
    let Claim::Work { examination: first, .. } = claim(&potassium, &mapping(), Some(&in_force(&work)), &CATALOGUE) else {
        panic!("the first is claimed")
    };
    work.note_result(first);
    let resulted = Unclaimed::AlreadyResulted { test: test("K"), container: TUBE.to_owned() };
    assert_eq!(unclaimed(&potassium, Some(&work)), resulted);
    assert_eq!(unclaimed(&patient(TUBE, "9900"), Some(&work)), resulted, "nor under another code");
    assert!(
        matches!(claim(&patient(TUBE, "989"), &mapping(), Some(&in_force(&work)), &CATALOGUE), Claim::Work { .. }),
        "sodium is still open"
    );
    work.note_result(examination(9));
    assert!(
        matches!(claim(&patient(TUBE, "989"), &mapping(), Some(&in_force(&work)), &CATALOGUE), Claim::Work { .. }),
        "somebody else's examination"
    );
}

/// Where several answers are true, the first question that fails is the one that helps.
#[test]
fn the_questions_are_asked_in_the_order_in_which_a_person_asks_them() {
    let mut done = tube(&["K"]);
    done.note_result(examination(1));
    // No specimen, and a code nobody knows.
    assert_eq!(unclaimed(&patient("", "717"), None), Unclaimed::NoSpecimen);
    // No specimen is no specimen, whatever work is handed in.
    assert_eq!(unclaimed(&patient("", "990"), Some(&done)), Unclaimed::NoSpecimen);
    // An unknown tube, and a code nobody knows.
    assert_eq!(unclaimed(&patient("X", "717"), None), Unclaimed::SpecimenUnknown("X".to_owned()));
    // A known tube, and a code nobody knows, although everything on it is resulted.
    assert_eq!(unclaimed(&patient(TUBE, "717"), Some(&done)), Unclaimed::CodeUnmapped("717".to_owned()));
}

#[test]
fn a_label_that_was_replaced_and_a_tube_that_was_rejected_claim_nothing() {
    let voided = Labelled::Voided { now: "A0000011K".to_owned() };
    let Claim::Unclaimed(why) = claim(&patient(TUBE, "990"), &mapping(), Some(&voided), &CATALOGUE) else { panic!("it was claimed") };
    assert_eq!(why, Unclaimed::LabelVoided { code: TUBE.to_owned(), now: "A0000011K".to_owned() });
    for ended in Ended::ALL {
        let state = ContainerState::Ended { at: Timestamp::from_micros(1), why: ended };
        let work = OpenWork { state, ..tube(&["K"]) };
        assert_eq!(unclaimed(&patient(TUBE, "990"), Some(&work)), Unclaimed::ContainerEnded { container: TUBE.to_owned(), why: ended });
    }
    let mut work = tube(&["K", "NA"]);
    work.examinations[0].cancelled = true;
    assert_eq!(unclaimed(&patient(TUBE, "990"), Some(&work)), Unclaimed::Cancelled { test: test("K"), container: TUBE.to_owned() });
    assert!(matches!(claim(&patient(TUBE, "989"), &mapping(), Some(&in_force(&work)), &CATALOGUE), Claim::Work { .. }));
}

#[test]
fn every_reason_says_in_words_what_was_sent() {
    let (k, container) = (test("K"), TUBE.to_owned());
    let table: [(Unclaimed, &[&str]); 12] = [
        (Unclaimed::LabelVoided { code: "T 7".to_owned(), now: "T 8".to_owned() }, &["T 7", "T 8", "holds no longer"]),
        (Unclaimed::ContainerEnded { container: container.clone(), why: Ended::Rejected }, &[TUBE, "rejected"]),
        (Unclaimed::ContainerEnded { container: container.clone(), why: Ended::NotNeeded }, &[TUBE, "cancelled"]),
        (Unclaimed::Cancelled { test: k.clone(), container: container.clone() }, &["K", TUBE, "cancelled"]),
        (Unclaimed::Control, &["control"]),
        (Unclaimed::Calibration, &["calibration"]),
        (Unclaimed::NoSpecimen, &["no specimen"]),
        (Unclaimed::SpecimenUnknown("T 7".to_owned()), &["“T 7”", "no container"]),
        (Unclaimed::CodeUnmapped("717".to_owned()), &["717", "no test"]),
        (Unclaimed::NotInCatalogue { test: k.clone(), edition: "trial".to_owned() }, &["K", "trial", "not in the catalogue any more"]),
        (Unclaimed::NotOrdered { test: k.clone(), container: container.clone() }, &["K", TUBE, "not ordered"]),
        (Unclaimed::AlreadyResulted { test: k, container }, &["K", TUBE, "already"]),
    ];
    for (why, words) in table {
        let said = why.words(Lang::English);
        assert!(words.iter().all(|word| said.contains(word)), "{said}");
    }
}
