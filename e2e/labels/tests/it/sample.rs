//! Labels to draw.

use kernel::{AccessionNumber, BirthDate, ContainerCode, Mrn, PersonName, Realm, Sex};
use reports::{Collected, Count, Label, Stock};
use workflow::Priority;

/// The everyday stock.
pub(crate) fn stock() -> &'static Stock {
    Stock::find("50x25-203").unwrap()
}

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

/// The same for somebody else.
pub(crate) fn named(family: &str, given: &str) -> Label {
    Label { name: PersonName::new(family, given).unwrap(), ..everyday() }
}

/// Everything that takes room.
pub(crate) fn crowded() -> Label {
    Label {
        code: ContainerCode::compose("AB", 123_456_789).unwrap(),
        accession: AccessionNumber::compose(26, 99_999_999).unwrap(),
        name: PersonName::new(&"Wolfeschle".repeat(10), &"Maximilian".repeat(10)).unwrap(),
        mrn: Mrn::parse(&"W".repeat(32)).unwrap(),
        birth: Some(BirthDate::parse("2026-11-22 01:05").unwrap()),
        tests: vec!["GLUC".into(); 40],
        container: "a tube of a kind that nobody has been able to name in a few words".into(),
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

/// One of each kind, with its code.
pub(crate) fn kinds() -> Vec<Label> {
    let realms = Realm::ALL.map(|realm| Label { realm, ..named("Nguyễn", "Thị Minh Khai") });
    let priorities =
        Priority::ALL.map(|priority| Label { priority, code: ContainerCode::compose("ZW", 12_345_678).unwrap(), ..everyday() });
    realms.into_iter().chain(priorities).chain([crowded()]).collect()
}
