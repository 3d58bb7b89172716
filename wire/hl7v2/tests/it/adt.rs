//! What the hospital says of its patients.

use hl7v2::adt::{AdtEvent, Subject, Trigger, read};
use hl7v2::{ErrorCode, Identifier, Patient, Said, Visit};
use kernel::{Precision, Sex, Zone};

use crate::support::*;

fn event(lines: &str) -> Result<AdtEvent, String> {
    with(lines, |message| read(message, &Zone::named("Europe/Oslo").unwrap()).map_err(|rejection| rejection.to_string()))
}

fn message(event_code: &str, rest: &str) -> String {
    format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||ADT^{event_code}|1|P|2.5\nEVN||20261122\n{rest}")
}

fn patient(event: &AdtEvent) -> (&Patient, Option<&Visit>) {
    match &event.subject {
        Subject::Patient(about) => (&about.patient, about.visit.as_ref()),
        Subject::Merges(_) => panic!("merges"),
    }
}

fn numbers(identifiers: &[Identifier]) -> Vec<&str> {
    identifiers.iter().map(|identifier| identifier.number.as_str()).collect()
}

#[test]
fn our_admission_reads_as_written() {
    let event = read_capture("adt_a01", |message| read(message, &Zone::utc()).unwrap());
    assert_eq!((event.trigger, event.warnings.len()), (Trigger::A01, 0));
    let instant = |said: &Said<kernel::Stated>| said.as_ref().value().unwrap().instant().unwrap().to_string();
    assert_eq!(instant(&event.recorded), "2026-11-22T07:15:00Z");
    assert_eq!(instant(&event.occurred), "2026-11-22T07:00:00Z");
    assert_eq!(instant(&event.sent), "2026-11-22T07:15:00Z");
    let (patient, visit) = patient(&event);
    assert_eq!(numbers(&patient.identifiers), ["700123", "A12-9"]);
    let first = &patient.identifiers[0];
    assert_eq!((first.authority.namespace.as_deref(), first.kind.as_deref()), (Some("NORTH"), Some("MR")));
    assert_eq!(
        (first.authority.universal_id.as_deref(), first.authority.universal_id_type.as_deref()),
        (Some("1.2.276.0.76.9.1"), Some("ISO"))
    );
    assert_eq!(patient.legal_name().unwrap().person_name().unwrap().to_string(), "Ødegård, Åse Marie");
    assert_eq!(patient.names.as_ref().value().unwrap()[1].kind.as_deref(), Some("M"));
    let birth = patient.birth.as_ref().value().unwrap();
    assert_eq!((birth.date.to_string().as_str(), birth.stated.precision()), ("1971-02-03", Precision::Day));
    assert_eq!(patient.sex, Said::Said(Sex::Female));
    let visit = visit.unwrap();
    assert_eq!(visit.class, Said::Said("I".to_owned()));
    assert_eq!(visit.number.as_ref().value().unwrap().number, "88001");
    let place = visit.place.as_ref().value().unwrap();
    let texts = [&place.point_of_care, &place.room, &place.bed, &place.facility, &place.building, &place.floor];
    assert_eq!(texts.map(|text| text.as_deref().unwrap()), ["4 West", "12", "2", "NORTH", "Main", "4"]);
}

#[test]
fn what_is_deleted_what_is_not_said_and_what_is_said_stay_apart() {
    let event = read_capture("adt_a08_cleared", |message| read(message, &Zone::utc()).unwrap());
    let (patient, visit) = patient(&event);
    let visit = visit.unwrap();
    assert_eq!((&patient.names, &patient.birth, patient.sex), (&Said::Deleted, &Said::Deleted, Said::NotSaid));
    assert_eq!((&visit.number, &visit.place), (&Said::Deleted, &Said::Deleted));
    assert_eq!(visit.class, Said::Said("O".to_owned()));
    assert_eq!((event.occurred, event.warnings), (Said::NotSaid, vec![]));
    let nothing = self::event(&message("A08", "PID|||1||||\"\"\nPV1")).unwrap();
    let (patient, visit) = self::patient(&nothing);
    assert_eq!((&patient.names, patient.sex), (&Said::NotSaid, Said::NotSaid));
    assert_eq!((&patient.birth, &visit.unwrap().class), (&Said::Deleted, &Said::NotSaid));
}

#[test]
fn our_merges_retire_what_the_survivor_does_not_have() {
    let event = read_capture("adt_a40_two", |message| read(message, &Zone::utc()).unwrap());
    let Subject::Merges(merges) = &event.subject else { panic!("no merges") };
    let summary: Vec<_> = merges.iter().map(|merge| (numbers(&merge.survivor.identifiers), numbers(&merge.retired))).collect();
    assert_eq!(summary, [(vec!["700123"], vec!["700999", "700998"]), (vec!["700200", "S-1"], vec!["700201"])]);
    assert!(merges[0].visit.is_some() && merges[1].visit.is_none());
    assert_eq!(merges[1].location.to_string(), "MRG[2]-1");
}

#[test]
fn every_event_of_the_list_is_read() {
    for code in ["A01", "A02", "A03", "A04", "A05", "A08", "A11", "A13", "A28", "A31"] {
        let event = event(&message(code, "PID|||1")).unwrap();
        assert_eq!((event.trigger.code(), patient(&event).1), (code, None));
    }
    for code in ["A39", "A40"] {
        let event = event(&message(code, "PID|||1\nMRG|2")).unwrap();
        assert!(event.trigger.code() == code && matches!(event.subject, Subject::Merges(merges) if merges.len() == 1));
    }
    let old = event("MSH|^~\\&|HIS|||||| ADT|1|P|2.1\nEVN|A04\nPID|||1");
    assert!(old.is_err(), "the type is compared as it stands: {old:?}");
    assert_eq!(event("MSH|^~\\&|HIS||||||ADT|1|P|2.1\nEVN|A04\nPID|||1").unwrap().trigger, Trigger::A04, "said in EVN-1 alone");
}

/// Each rule that refuses a message, with the code and the place that go back.
#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    for (lines, expected) in [
        (message("A17", "PID|||1"), "MSH-9.2: 201"),
        (message("A47", "PID|||1\nMRG|2"), "MSH-9.2: 201"),
        (message("", "PID|||1"), "EVN-1: 201"),
        ("MSH|^~\\&|||||||SIU^S12|1|P|2.5\nPID|||1".into(), "MSH-9.1: 200"),
        ("MSH|^~\\&|||||||ADT^A01|1|P|3.0\nPID|||1".into(), "MSH-12: 203"),
        ("MSH|^~\\&|||||||ADT^A01|1|P|\nPID|||1".into(), "MSH-12: 203"),
        ("MSH|^~\\&|||||||ADT^A01|1|P|2.\nPID|||1".into(), "MSH-12: 203"),
        (message("A01", "PV1|1"), "PID: 100"),
        (message("A01", "PID|||1\nPID|||2"), "PID[2]: 100"),
        (message("A01", "PID|||"), "PID-3: 101"),
        (message("A01", "PID|||\"\""), "PID-3: 101"),
        (message("A01", "PID|||^^^HOSP"), "PID-3: 101"),
        (message("A40", "EVN|A40"), "PID: 100"),
        (message("A40", "PID|||1"), "MRG: 100"),
        (message("A40", "PID|||1\nMRG|2\nPID|||3"), "MRG[2]: 100"),
        (message("A40", "MRG|2\nPID|||1"), "MRG: 100"),
        (message("A40", "PID|||1\nMRG|2\nMRG|3"), "MRG[2]: 100"),
        (message("A40", "PID|||1\nMRG|"), "MRG-1: 101"),
        (message("A40", "PID|||1\nMRG|\"\""), "MRG-1: 101"),
        (message("A40", "PID|||1^^^A\nMRG|1^^^A^MR"), "MRG-1: 205"),
    ] {
        let words = event(&lines).unwrap_err();
        assert!(words.starts_with(expected), "{lines}: {words}");
    }
    assert!(event(&message("A40", "PID|||1^^^A\nMRG|1^^^B")).is_ok(), "another authority's number is another number");
}

/// A value that cannot be read is left as it is known, and said; it costs nothing else.
#[test]
fn a_value_that_cannot_be_read_costs_only_itself() {
    let event =
        event(&format!("{}\nthis was a note", message("A01", "PID|||1~^^^HOSP||Lie^Per||31.12.1980|X\nPV1|||||||||||||||||||^^^NORTH")))
            .unwrap();
    let (patient, visit) = patient(&event);
    assert_eq!((numbers(&patient.identifiers), &patient.birth, patient.sex), (vec!["1"], &Said::NotSaid, Said::NotSaid));
    assert_eq!(patient.legal_name().unwrap().family.as_deref(), Some("Lie"));
    assert_eq!(visit.unwrap().number, Said::NotSaid);
    let told: Vec<String> = event.warnings.iter().map(|warning| format!("{} {}", warning.location, warning.code.code())).collect();
    assert_eq!(told, ["segment 5 100", "PID-3[2].1 101", "PID-7 102", "PID-8 103", "PV1-19.1 101"]);
    assert!(event.warnings.iter().all(|warning| !warning.words.contains("31.12") && !warning.words.contains("Lie")), "no patient's data");
}

#[test]
fn a_number_that_was_cut_off_is_nobodys() {
    let lines = "MSH|^~\\&#|||||||ADT^A01|1|P|2.8\nPID|||70012#^^^HOSP~700^^^HOSP";
    let event = event(lines).unwrap();
    assert_eq!(numbers(&patient(&event).0.identifiers), ["700"]);
    assert_eq!(event.warnings[0].code, ErrorCode::DataType);
}

/// A birth is counted from what was really said.
#[test]
fn a_birth_keeps_its_precision() {
    for (sent, date, precision) in [
        ("1971", "1971", Precision::Year),
        ("197102", "1971-02", Precision::Month),
        ("19710203", "1971-02-03", Precision::Day),
        ("202611220105", "2026-11-22 01:05", Precision::Minute),
        ("20261122010559", "2026-11-22 01:05", Precision::Second),
        ("20261122010559.5", "2026-11-22 01:05", Precision::Fraction),
        ("2026112201", "2026-11-22", Precision::Hour),
        ("20261122000000", "2026-11-22", Precision::Second),
        ("202611220030", "2026-11-22 00:30", Precision::Minute),
        ("202611220105+0100", "2026-11-22", Precision::Minute),
    ] {
        let event = event(&message("A28", &format!("PID|||1||||{sent}"))).unwrap();
        let birth = patient(&event).0.birth.clone().value().unwrap();
        assert_eq!((birth.date.to_string().as_str(), birth.stated.precision(), birth.stated.text()), (date, precision, sent));
    }
}

/// Table 0001.
#[test]
fn each_code_of_sex_is_understood() {
    let codes = [("F", Sex::Female), ("M", Sex::Male), ("O", Sex::Other), ("A", Sex::Other), ("N", Sex::Other), ("U", Sex::Unknown)];
    for (code, sex) in codes.into_iter().chain([("F^Female^HL70001", Sex::Female)]) {
        let event = event(&message("A28", &format!("PID|||1|||||{code}"))).unwrap();
        assert_eq!(patient(&event).0.sex, Said::Said(sex), "{code}");
    }
}

#[test]
fn a_time_without_an_offset_is_of_the_connections_zone() {
    let event = event("MSH|^~\\&|HIS||||20260701120000||ADT^A28|1|P|2.5\nEVN||202607011200+0000||||2026\nPID|||1").unwrap();
    let instant = |said: &Said<kernel::Stated>| said.as_ref().value().unwrap().instant().map(|instant| instant.to_string());
    // Oslo is two hours ahead in summer.
    assert_eq!(instant(&event.sent).as_deref(), Some("2026-07-01T10:00:00Z"));
    assert_eq!(instant(&event.recorded).as_deref(), Some("2026-07-01T12:00:00Z"));
    assert_eq!(instant(&event.occurred), None, "a year is no instant");
}
