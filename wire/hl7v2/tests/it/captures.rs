//! What hospital systems send, as others wrote it down. The files are other people's and stay where they are; without them these tests say
//! that they were skipped.

use std::path::{Path, PathBuf};

use hl7v2::adt::{Subject, Trigger};
use hl7v2::{
    Content, ControlId, Envelope, ErrorCode, Header, LineEnds, Message, ParseSettings, Rejection, Said, Stage, Verdict, acknowledge, read,
};
use kernel::{Sex, Timestamp, Zone};

use crate::support::*;

/// The folder of HL7 captures, or none with a word about it.
fn folder() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    #[allow(clippy::disallowed_methods)]
    let captures = std::env::var("BENCHSIDE_CAPTURES").unwrap_or_else(|_| "../shared/captures".to_owned());
    let folder = workspace.join(captures).join("hl7");
    if folder.is_dir() {
        return Some(folder);
    }
    #[allow(clippy::print_stdout)]
    {
        println!("skipped: no captures in {} (set BENCHSIDE_CAPTURES)", folder.display());
    }
    None
}

fn bytes(folder: &Path, name: &str) -> Vec<u8> {
    #[allow(clippy::disallowed_methods)]
    std::fs::read(folder.join(format!("{name}.hl7"))).unwrap()
}

fn content(folder: &Path, name: &str) -> Result<Content, Rejection> {
    let bytes = bytes(folder, name);
    let decoded = decoded(&bytes);
    // Files may have other line ends than a connection.
    let settings = ParseSettings { line_ends: LineEnds::Any, ..ParseSettings::default() };
    read(&Message::parse(&decoded, &settings).unwrap(), &Zone::utc())
}

#[test]
fn admissions_and_updates_read() {
    let Some(folder) = folder() else { return };
    for (name, trigger, number, given, sex, class, ward, visit) in [
        ("adt_a01", Trigger::A01, "12345", "John", Sex::Male, "I", "W", Some("1234")),
        ("adt_a08", Trigger::A08, "98765", "Maria", Sex::Female, "O", "CLINIC", None),
    ] {
        let Ok(Content::Adt(event)) = content(&folder, name) else { panic!("{name}") };
        let Subject::Patient(about) = &event.subject else { panic!("{name}") };
        assert_eq!((event.trigger, event.warnings.as_slice()), (trigger, &[][..]));
        assert_eq!(about.patient.identifiers[0].number, number);
        assert_eq!(about.patient.names.as_ref().value().unwrap()[0].given.as_deref(), Some(given));
        assert_eq!(about.patient.sex, Said::Said(sex));
        let visited = about.visit.as_ref().unwrap();
        assert_eq!(visited.class, Said::Said(class.to_owned()));
        assert_eq!(visited.place.as_ref().value().unwrap().point_of_care.as_deref(), Some(ward));
        assert_eq!(visited.number.as_ref().value().map(|identifier| identifier.number.as_str()), visit);
    }
}

#[test]
fn a_merge_reads_as_one() {
    let Some(folder) = folder() else { return };
    let Ok(Content::Adt(event)) = content(&folder, "adt_a39") else { panic!("no ADT") };
    let Subject::Merges(merges) = &event.subject else { panic!("no merge") };
    assert_eq!((event.trigger, merges.len()), (Trigger::A39, 1));
    assert_eq!((merges[0].survivor.identifiers[0].number.as_str(), merges[0].retired[0].number.as_str()), ("30010", "30011"));
}

/// What is not read is refused by its rule: 201 for another event of a type we take and for a type that HL7 knows. The order without a number
/// of its sender's has it in the field for ours.
#[test]
fn the_others_are_refused_by_their_rule_and_answered() {
    let Some(folder) = folder() else { return };
    for (name, place, code, msa) in [
        ("orm_o01", "ORC-2", ErrorCode::RequiredFieldMissing, "MSA|AE|MSG003\rERR||ORC^1^2^1|101^"),
        ("oml_o33", "MSH-9.2", ErrorCode::UnsupportedEvent, "MSA|AR|MSG102\rERR||MSH^1^9^1^2|201^"),
        ("dft_p03", "MSH-9.2", ErrorCode::UnsupportedEvent, "MSA|AR|MSG011\rERR||MSH^1^9^1^2|201^"),
        ("mdm_t02", "MSH-9.2", ErrorCode::UnsupportedEvent, "MSA|AR|MSG013\rERR||MSH^1^9^1^2|201^"),
        ("oru_r30", "MSH-9.2", ErrorCode::UnsupportedEvent, "MSA|AR|MSG033\rERR||MSH^1^9^1^2|201^"),
    ] {
        let rejection = content(&folder, name).unwrap_err();
        assert_eq!((rejection.location.to_string().as_str(), rejection.code), (place, code), "{name}");
        let id = ControlId::new("1").unwrap();
        let envelope = Envelope { control_id: &id, at: Timestamp::from_micros(0) };
        let bytes = bytes(&folder, name);
        let answer = acknowledge(&Header::read(&bytes).unwrap(), Stage::Application, &Verdict::refused(rejection), &envelope);
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.contains(msa), "{answer}");
    }
}
