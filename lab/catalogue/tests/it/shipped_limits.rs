//! Every limit the starting edition ships, against lists copied by hand from the laboratory rules and their table of limits, arm by arm:
//! no row is lost between table and catalogue, and none is made up.

use crate::bench::{SHIPPED, SHIPPED_ABSURD, SHIPPED_DELTAS, SHIPPED_INTERFERENCE, SHIPPED_RANGES, selection};
use catalogue::interference::Index;
use catalogue::{CriticalFinding, DeltaMode, DeltaUse, LimitChoice, MethodCode, Selection, TestCode};
use kernel::{AgeAtCollection, Decimal, Sex};

fn test(code: &str) -> TestCode {
    TestCode::parse(code).unwrap()
}

/// A man of this many days.
fn man(days: u32) -> Selection<'static> {
    selection(Sex::Male, AgeAtCollection::from_days(days.into()).unwrap())
}

const ADULT: u32 = 10_957;

/// Arms of deltas for identity: test, arm, limit, mode, hours.
const IDENTITY: [(&str, &str, &str, DeltaMode, u32); 28] = [
    ("WBC", "percent", "100", DeltaMode::Any, 72),
    ("RBC", "percent", "20", DeltaMode::Any, 72),
    ("HGB", "absolute", "2.5", DeltaMode::Any, 72),
    ("HCT", "absolute", "8", DeltaMode::Any, 72),
    ("MCV", "absolute", "5", DeltaMode::Any, 168),
    ("MCH", "absolute", "3", DeltaMode::Any, 168),
    ("PLT", "percent", "60", DeltaMode::Any, 72),
    ("FIB", "percent", "75", DeltaMode::Any, 72),
    ("NA", "absolute", "8", DeltaMode::Any, 72),
    ("K", "absolute", "1.0", DeltaMode::Any, 72),
    ("CL", "absolute", "10", DeltaMode::Any, 72),
    ("CO2", "absolute", "8", DeltaMode::Any, 72),
    ("BUN", "absolute", "10", DeltaMode::All, 168),
    ("BUN", "percent", "60", DeltaMode::All, 168),
    ("CREA", "absolute", "0.5", DeltaMode::All, 168),
    ("CREA", "percent", "50", DeltaMode::All, 168),
    ("CA", "absolute", "2.0", DeltaMode::Any, 72),
    ("ICA", "absolute", "0.25", DeltaMode::Any, 72),
    ("MG", "absolute", "1.0", DeltaMode::Any, 72),
    ("PHOS", "absolute", "2.5", DeltaMode::Any, 72),
    ("TP", "absolute", "1.5", DeltaMode::Any, 168),
    ("ALB", "absolute", "1.0", DeltaMode::Any, 168),
    ("OSM", "absolute", "20", DeltaMode::Any, 72),
    ("ALP", "percent", "50", DeltaMode::Any, 168),
    ("ALT", "percent", "100", DeltaMode::Any, 168),
    ("AST", "percent", "100", DeltaMode::Any, 168),
    ("URIC", "percent", "50", DeltaMode::Any, 168),
    ("HBA1C", "absolute", "1.0", DeltaMode::Any, 1440),
];
/// Arms of deltas that help a reader.
const INTERPRETIVE: [(&str, &str, &str, DeltaMode, u32); 9] = [
    ("MCHC", "absolute", "2", DeltaMode::Any, 168),
    ("PT", "percent", "50", DeltaMode::Any, 168),
    ("INR", "absolute", "1.5", DeltaMode::Any, 168),
    ("APTT", "percent", "50", DeltaMode::Any, 168),
    ("HSTNI", "absolute", "5", DeltaMode::Rate, 6),
    ("HSTNI", "percent", "20", DeltaMode::Rate, 6),
    ("HSTNT", "absolute", "5", DeltaMode::Rate, 6),
    ("HSTNT", "percent", "20", DeltaMode::Rate, 6),
    ("HIVVLL", "absolute", "0.5", DeltaMode::Any, 4320),
];
/// Bilirubin's alone begins after the first month.
const FROM_A_MONTH: (&str, &str, &str, DeltaMode, u32) = ("TBIL", "percent", "100", DeltaMode::Any, 72);

/// Every arm that holds at this age, as in the lists.
fn arms(purpose: DeltaUse, days: u32) -> Vec<(String, &'static str, Decimal, DeltaMode, Decimal)> {
    let mut found = Vec::new();
    for of_test in SHIPPED.tests() {
        let limit = match SHIPPED.delta_limits().choose(&of_test.code, purpose, &man(days)) {
            LimitChoice::Row(limit) => *limit,
            LimitChoice::None => continue,
            LimitChoice::Several { missing, .. } => panic!("{} needs {}", of_test.code, missing.words()),
        };
        assert_eq!(limit.purpose, purpose, "{}", of_test.code);
        let arms = [("absolute", limit.absolute), ("percent", limit.percent)].into_iter();
        let of_limit = arms.filter_map(|(arm, value)| Some((of_test.code.to_string(), arm, value?, limit.mode, limit.window_hours)));
        found.extend(of_limit);
    }
    found
}

#[test]
fn every_arm_of_every_delta_is_there_and_no_other() {
    let listed = |list: &[(&str, &'static str, &str, DeltaMode, u32)]| {
        let arm = |(test, arm, limit, mode, hours): &(&str, &'static str, &str, DeltaMode, u32)| {
            ((*test).to_owned(), *arm, limit.parse::<Decimal>().unwrap(), *mode, Decimal::from(*hours))
        };
        let mut arms: Vec<_> = list.iter().map(arm).collect();
        arms.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        arms
    };
    let with_bilirubin = [&IDENTITY[..], &[FROM_A_MONTH]].concat();
    assert_eq!(with_bilirubin.len() + INTERPRETIVE.len(), 38, "arms in the table of limits");
    assert_eq!(arms(DeltaUse::Identity, ADULT), listed(&with_bilirubin));
    assert_eq!(arms(DeltaUse::Identity, 29), listed(&IDENTITY));
    assert_eq!(arms(DeltaUse::Identity, 30), listed(&with_bilirubin));
    for days in [0, ADULT] {
        assert_eq!(arms(DeltaUse::Interpretive, days), listed(&INTERPRETIVE), "{days} days");
    }
    assert_eq!(SHIPPED.delta_limits().count(), 34, "38 arms of which four pairs stand in one row each");
    assert_eq!(SHIPPED_DELTAS.lines().count() - 1, 34);
}

#[test]
fn every_absurd_limit_is_there() {
    let listed = [
        ("K", "1.0", "12.0"),
        ("CA", "3.0", "20.0"),
        ("NA", "95", "190"),
        ("GLU", "5", "1500"),
        ("HGB", "2.0", "25.0"),
        ("ABGPH", "6.60", "8.00"),
    ];
    for (code, low, high) in listed {
        for days in [0, ADULT] {
            let LimitChoice::Row(limit) = SHIPPED.absurd_limits().choose(&test(code), &man(days)) else { panic!("{code} has none") };
            assert_eq!([limit.low, limit.high], [low, high].map(|bound| Some(bound.parse().unwrap())), "{code}");
        }
    }
    assert_eq!((SHIPPED.absurd_limits().count(), SHIPPED_ABSURD.lines().count() - 1), (6, 6));
}

#[test]
fn every_critical_finding_is_there() {
    let words = |code: &str, selection: &Selection<'_>| match SHIPPED.critical_limits().choose(&test(code), selection) {
        LimitChoice::Row(limit) => match &limit.finding {
            Some(CriticalFinding::Code(code)) => code.to_string(),
            Some(CriticalFinding::Positive) => "any grade".to_owned(),
            Some(CriticalFinding::Words(words)) => format!("words {words}"),
            None => "numbers".to_owned(),
        },
        LimitChoice::None => "none".to_owned(),
        LimitChoice::Several { missing, .. } => format!("needs {}", missing.words()),
    };
    for (code, newborn, adult) in [
        ("MALSM", "POS", "POS"),
        ("UKET", "any grade", "none"),
        ("BCX", "POS", "POS"),
        ("CSFCX", "POS", "POS"),
        ("GRAM", "none", "none"),
        ("AFBSM", "any grade", "any grade"),
        ("AFBCX", "POS", "POS"),
        ("MTBPCR", "POS", "POS"),
        ("DAT", "POS", "none"),
        ("XM", "INCOMP", "INCOMP"),
    ] {
        assert_eq!([words(code, &man(0)), words(code, &man(27)), words(code, &man(28))], [newborn, newborn, adult], "{code}");
    }
    let sterile = Selection { conditions: &["sterile site"], ..man(ADULT) };
    assert_eq!(words("GRAM", &sterile), "words POS", "of a sterile site only");
}

/// A number for every limit of the table: 67 numbers and 10 findings, and two rows for potassium in whole blood.
#[test]
fn no_critical_limit_of_the_table_is_lost() {
    assert_eq!(SHIPPED.critical_limits().count(), 79);
}

#[test]
fn measuring_ranges_are_those_of_the_starting_catalogue() {
    for (code, low, high) in [
        ("WBC", "0.03", "440"),
        ("RBC", "0.01", "8.6"),
        ("HGB", "0.1", "26"),
        ("HCT", "0.1", "75"),
        ("HSTNI", "2.7", "25000"),
        ("PTH", "1.2", "5000"),
    ] {
        let range = SHIPPED.measuring_ranges().choose(&test(code), &man(ADULT)).unwrap();
        assert_eq!([range.low, range.high], [low, high].map(|bound| Some(bound.parse().unwrap())), "{code}");
        assert_eq!(range.dilution_max, Decimal::ONE, "{code}: no dilution is validated by us");
    }
    assert!(SHIPPED.measuring_ranges().choose(&test("BCX"), &man(ADULT)).is_none());
    assert_eq!((SHIPPED.measuring_ranges().count(), SHIPPED_RANGES.lines().count() - 1), (141, 141));
}

/// Laboratory rules 2.3: test, method, index, comment and block in mg/dL.
const INTERFERENCE: [(&str, Option<&str>, Index, &str, &str); 20] = [
    ("K", None, Index::Haemolysis, "50", "100"),
    ("LDH", None, Index::Haemolysis, "", "25"),
    ("AST", None, Index::Haemolysis, "", "100"),
    ("MG", None, Index::Haemolysis, "", "200"),
    ("PHOS", None, Index::Haemolysis, "", "200"),
    ("FE", None, Index::Haemolysis, "", "100"),
    ("CK", None, Index::Haemolysis, "", "200"),
    ("HSTNT", None, Index::Haemolysis, "", "100"),
    ("HAPT", None, Index::Haemolysis, "0", ""),
    ("DBIL", None, Index::Haemolysis, "", "50"),
    ("INS", None, Index::Haemolysis, "10", "50"),
    ("FOL", None, Index::Haemolysis, "", "50"),
    ("CREA", None, Index::Icterus, "10", "20"),
    ("TRIG", None, Index::Icterus, "", "15"),
    ("CHOL", None, Index::Icterus, "", "15"),
    ("URIC", None, Index::Icterus, "", "15"),
    ("NA", Some("ISE-INDIRECT"), Index::Lipaemia, "", "1500"),
    ("CL", Some("ISE-INDIRECT"), Index::Lipaemia, "", "1500"),
    ("ALT", None, Index::Lipaemia, "300", "700"),
    ("AST", None, Index::Lipaemia, "300", "700"),
];

#[test]
fn interference_starts_with_the_values_of_the_rules() {
    let bound = |text: &str| (!text.is_empty()).then(|| text.parse::<Decimal>().unwrap());
    for (code, method, index, comment, block) in INTERFERENCE {
        let (test, selection) = (test(code), Selection { method, ..man(ADULT) });
        let limit = SHIPPED.interference_limits().choose(&test, &selection, None).find(|limit| limit.index == index);
        let limit = limit.unwrap_or_else(|| panic!("{code} {index:?} has none"));
        assert_eq!((limit.comment_above, limit.block_above), (bound(comment), bound(block)), "{code} {index:?}");
        assert_eq!(limit.unit.as_str(), "mg/dL");
    }
    assert_eq!((SHIPPED.interference_limits().count(), SHIPPED_INTERFERENCE.lines().count() - 1), (20, 20));
    // Direct ISE is what the rules tell to use instead.
    let direct = Selection { method: Some("ISE-DIRECT"), ..man(ADULT) };
    assert_eq!(SHIPPED.interference_limits().choose(&test("NA"), &direct, None).count(), 0);
}

/// What the shipped mapping says of methods is in the catalogue: a mapping that names another is refused.
#[test]
fn the_methods_of_the_shipped_mapping_are_those_of_the_tests() {
    let text = include_str!("../../../../content/instruments/roche_cobas_c.csv");
    let mapping = catalogue::InstrumentMapping::read("roche_cobas_c.csv", text, &SHIPPED).unwrap();
    let method = |code: &str| mapping.method(code).map(MethodCode::as_str);
    assert_eq!(
        [method("990"), method("413"), method("690"), method("452")].map(Option::unwrap),
        ["ISE-INDIRECT", "BCG", "CREA-JAFFE", "CREA-ENZYMATIC"]
    );
    assert_eq!(method("0990"), None);
    assert_eq!(SHIPPED.methods().iter().count(), 20);
}
