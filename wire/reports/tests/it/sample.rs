//! Labels to look at.

use kernel::{AccessionNumber, BirthDate, ContainerCode, Mrn, PersonName, Realm, Sex};
use reports::{Collected, Count, Label};
use workflow::Priority;

/// An everyday label.
pub(crate) fn everyday() -> Label {
    Label {
        code: ContainerCode::parse("A0000001S").unwrap(),
        accession: AccessionNumber::parse("26-004217-4").unwrap(),
        name: PersonName::new("Lindqvist", "Maja").unwrap(),
        mrn: Mrn::parse("10042").unwrap(),
        birth: Some(BirthDate::parse("1961-03-04").unwrap()),
        sex: Sex::Female,
        tests: ["Na", "K", "CREA"].map(String::from).into(),
        container: "light green, lithium heparin".into(),
        volume: "4 mL".into(),
        priority: Priority::Routine,
        collected: None,
        count: Count { number: 2, of: 3 },
        realm: Realm::Production,
    }
}

/// One with everything that takes room: names of 100 characters each, the longest code, urgent, collected, in training.
pub(crate) fn crowded() -> Label {
    let code = (100_000_000..).map(|number| ContainerCode::compose("AB", number).unwrap());
    Label {
        code: code.take(50).find(|code| code.as_str().ends_with(|last: char| last.is_ascii_alphabetic())).unwrap(),
        accession: AccessionNumber::compose(26, 99_999_999).unwrap(),
        name: PersonName::new(&"Wolfeschle".repeat(10), &"Maximilian".repeat(10)).unwrap(),
        mrn: Mrn::parse(&"W".repeat(32)).unwrap(),
        birth: Some(BirthDate::parse("2026-11-22 01:05").unwrap()),
        tests: vec!["a test with a long name".into(); 40],
        container: "a tube of a kind that nobody has ever been able to name in a few words".into(),
        volume: "250 microlitres and a drop".into(),
        priority: Priority::Stat,
        collected: Some(Collected {
            at: "2026-11-22 07:10".into(), by: "Nguyễn Thị Minh Khai, phlebotomist of the second floor".into()
        }),
        count: Count { number: 1234, of: 65535 },
        realm: Realm::Training,
        ..everyday()
    }
}
