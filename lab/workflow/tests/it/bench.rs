//! A small laboratory for the tests: a catalogue of two tests, a mapping, one tube.

use catalogue::{Catalogue, CatalogueText, InstrumentMapping, TestCode};
use kernel::{ExaminationId, RawLine, Reading, ReadingKind, Sex, Timestamp};
use std::sync::LazyLock;
use workflow::{OpenExamination, OpenWork, PatientFacts};

const EDITION: &str = "name = \"trial\"\nsource = \"a test\"\neffective_from = \"2026-11-21\"\n";
const TESTS: &str = "code,name,bench,loinc,loinc_name,loinc_check,specimen,unit,decimals,kind,valence,normal,note,source\n\
    K,Potassium,CHEM,2823-3,Potassium [Moles/volume] in Serum or Plasma,name-verified,Serum,mmol/L,1,number,1,,,here\n\
    NA,Sodium,CHEM,2951-2,Sodium [Moles/volume] in Serum or Plasma,name-verified,Serum,mmol/L,0,number,1,,,here\n";
const CONTAINERS: &str = "code,name,contents,order_of_draw,usable_ul,reusable,source\nSST,Gold top,gel,3,2000,yes,here\n";
const TEST_CONTAINERS: &str = "test,place,container,volume_ul,dead_volume_ul,stability_room_h,stability_refrigerated_h,stability_frozen_h,source\n\
    K,1,SST,10,100,24,,,here\nNA,1,SST,10,100,24,,,here\n";
const LIMITS: &str = "test,sex,age_min_days,age_max_days,condition,specimen,method,instrument,low,high,text,source,reason\n";

/// 2026-11-21 10:15 UTC.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_256_100_000_000);
/// The code on the tube.
pub(crate) const TUBE: &str = "A0000001S";

fn catalogue_of(tests: &str, test_containers: &str) -> Catalogue {
    let text = CatalogueText {
        edition: EDITION,
        containers: CONTAINERS,
        tests,
        test_containers,
        critical_limits: LIMITS,
        ..CatalogueText::default()
    };
    Catalogue::read(text).unwrap()
}

/// Potassium and sodium.
pub(crate) static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| catalogue_of(TESTS, TEST_CONTAINERS));
/// An edition that has potassium only.
pub(crate) static WITHOUT_SODIUM: LazyLock<Catalogue> = LazyLock::new(|| {
    let first = |text: &str| text.lines().take(2).map(|line| format!("{line}\n")).collect::<String>();
    catalogue_of(&first(TESTS), &first(TEST_CONTAINERS))
});

/// 990 and 9900 are potassium, 989 is sodium.
pub(crate) fn mapping() -> InstrumentMapping {
    InstrumentMapping::read("map.csv", "code,test,method,source\n989,NA,,here\n990,K,,here\n9900,K,,here\n", &CATALOGUE).unwrap()
}

pub(crate) fn test(code: &str) -> TestCode {
    TestCode::parse(code).unwrap()
}

/// The examination with this last digit in its id.
pub(crate) fn examination(number: u8) -> ExaminationId {
    format!("01890a5d-ac96-774b-bcce-b3020000000{number}").parse().unwrap()
}

/// The tube with its ordered tests, numbered from 1, none of them resulted.
pub(crate) fn tube(tests: &[&str]) -> OpenWork {
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    let open =
        |(number, code): (u8, &&str)| OpenExamination { id: examination(number), test: test(code), resulted: false, cancelled: false };
    OpenWork {
        container: id.parse().unwrap(),
        container_code: TUBE.to_owned(),
        order: id.parse().unwrap(),
        state: workflow::ContainerState::Collected { at: NOW },
        patient: PatientFacts { id: id.parse().unwrap(), mrn: "7".to_owned(), birth: None, sex: Sex::Unknown },
        collected_or_ordered_at: NOW,
        examinations: (1..).zip(tests).map(open).collect(),
    }
}

pub(crate) fn reading(kind: ReadingKind, specimen: &str, code: &str) -> Reading {
    Reading {
        kind,
        specimen: specimen.to_owned(),
        code: code.to_owned(),
        sent: "4.1".to_owned(),
        unit: "mmol/L".to_owned(),
        flags: Vec::new(),
        stated_at: None,
        line: RawLine::default(),
        patient: None,
        details: Vec::new(),
    }
}
