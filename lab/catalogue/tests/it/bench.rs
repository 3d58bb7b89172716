//! The texts the tests are made of, and the shipped files.

use catalogue::{Catalogue, CatalogueText, EditionFile, EditionFiles, IntervalChoice, Intervals, LimitChoice, Selection, TestCode};
use kernel::{AgeAtCollection, AgePoint, Decimal, Sex};
use std::collections::BTreeSet;
use std::sync::LazyLock;

pub(crate) const EDITION: &str = "name = \"trial\"\nsource = \"a test\"\neffective_from = \"2026-11-21\"\n";
pub(crate) const TESTS_HEAD: &str = "code,name,bench,loinc,loinc_name,loinc_check,specimen,unit,decimals,kind,valence,normal,note,source\n";
pub(crate) const POTASSIUM: &str =
    "K,Potassium,CHEM,2823-3,Potassium [Moles/volume] in Serum or Plasma,name-verified,Serum,mmol/L,1,number,1,,,a test\n";
pub(crate) const CONTAINERS_HEAD: &str = "code,name,contents,order_of_draw,usable_ul,reusable,source\n";
pub(crate) const TUBES: &str = "SST,Gold top,gel,3,2000,yes,a test\nHEP,Green top,heparin,4,1600,yes,a test\n";
pub(crate) const TEST_CONTAINERS_HEAD: &str =
    "test,place,container,volume_ul,dead_volume_ul,stability_room_h,stability_refrigerated_h,stability_frozen_h,source\n";
pub(crate) const LIMITS_HEAD: &str =
    "test,sex,age_min_days,age_max_days,condition,specimen,method,instrument,low,high,text,source,reason\n";

pub(crate) const SHIPPED_LIMITS: &str = include_str!("../../../../content/catalogue/critical_limits.csv");
pub(crate) const SHIPPED_ABSURD: &str = include_str!("../../../../content/catalogue/absurd_limits.csv");
pub(crate) const SHIPPED_DELTAS: &str = include_str!("../../../../content/catalogue/delta_limits.csv");
pub(crate) const SHIPPED_RANGES: &str = include_str!("../../../../content/catalogue/measuring_ranges.csv");
pub(crate) const SHIPPED_INTERFERENCE: &str = include_str!("../../../../content/catalogue/interference_limits.csv");
pub(crate) const SHIPPED_TESTS: &str = include_str!("../../../../content/catalogue/tests.csv");
pub(crate) const SHIPPED_TEST_CONTAINERS: &str = include_str!("../../../../content/catalogue/test_containers.csv");
pub(crate) const SHIPPED_CONTAINERS: &str = include_str!("../../../../content/catalogue/containers.csv");
pub(crate) const SHIPPED_METHODS: &str = include_str!("../../../../content/catalogue/methods.csv");
pub(crate) const SHIPPED_EDITION: &str = include_str!("../../../../content/catalogue/edition.toml");

/// The edition that comes with the program.
pub(crate) fn shipped() -> Catalogue {
    let text = CatalogueText {
        edition: SHIPPED_EDITION,
        containers: SHIPPED_CONTAINERS,
        tests: SHIPPED_TESTS,
        methods: Some(SHIPPED_METHODS),
        test_containers: SHIPPED_TEST_CONTAINERS,
        critical_limits: SHIPPED_LIMITS,
        absurd_limits: Some(SHIPPED_ABSURD),
        delta_limits: Some(SHIPPED_DELTAS),
        measuring_ranges: Some(SHIPPED_RANGES),
        interference_limits: Some(SHIPPED_INTERFERENCE),
        reference_intervals: Some(SHIPPED_INTERVALS),
        panels: Some(include_str!("../../../../content/catalogue/panels.csv")),
        ldl_factors: Some(SHIPPED_FACTORS),
        rejection_reasons: Some(include_str!("../../../../content/catalogue/rejection_reasons.csv")),
        allowable_errors: Some(include_str!("../../../../content/catalogue/allowable_errors.csv")),
        coded_choices: Some(include_str!("../../../../content/catalogue/coded_choices.csv")),
        policies: Some(include_str!("../../../../content/catalogue/policies.csv")),
    };
    Catalogue::read(text).expect("the shipped content reads")
}

pub(crate) const METHODS: &str = "code,name,principle,source\nONE,One,the first,a test\nTWO,Two,the second,a test\n";

pub(crate) const RANGES_HEAD: &str = "test,specimen,method,instrument,low,high,dilution_max,source\n";
pub(crate) const INTERFERENCE_HEAD: &str = "test,specimen,method,instrument,reagent,index,unit,comment_above,block_above,source\n";

/// The only trouble there is stands at this place and says these words.
#[track_caller]
pub(crate) fn says(troubles: &[String], place: &str, words: &[&str]) {
    let [trouble] = troubles else { panic!("one trouble at {place} was expected, not {troubles:?}") };
    assert!(trouble.starts_with(&format!("{place}: ")), "{trouble} does not name {place}");
    assert!(words.iter().all(|word| trouble.contains(word)), "{trouble} does not say {words:?}");
}

/// An edition of nothing, to be filled.
pub(crate) const EMPTY: CatalogueText<'static> = CatalogueText {
    edition: EDITION,
    containers: CONTAINERS_HEAD,
    tests: TESTS_HEAD,
    test_containers: TEST_CONTAINERS_HEAD,
    methods: None,
    critical_limits: LIMITS_HEAD,
    absurd_limits: None,
    delta_limits: None,
    measuring_ranges: None,
    interference_limits: None,
    reference_intervals: None,
    panels: None,
    coded_choices: None,
    ldl_factors: None,
    rejection_reasons: None,
    allowable_errors: None,
    policies: None,
};

/// The files of the edition that comes with the program, as they are imported: all but those that a test puts in their place.
pub(crate) fn shipped_files() -> Vec<(String, String)> {
    let files = [
        (EditionFile::Edition, SHIPPED_EDITION),
        (EditionFile::Containers, SHIPPED_CONTAINERS),
        (EditionFile::Tests, SHIPPED_TESTS),
        (EditionFile::TestContainers, SHIPPED_TEST_CONTAINERS),
        (EditionFile::Methods, SHIPPED_METHODS),
        (EditionFile::CriticalLimits, SHIPPED_LIMITS),
        (EditionFile::ReferenceIntervals, SHIPPED_INTERVALS),
        (EditionFile::LdlFactors, SHIPPED_FACTORS),
    ];
    files.map(|(file, text)| (file.name().to_owned(), text.to_owned())).into()
}

/// A gold top for every test of these rows.
pub(crate) fn gold_tops(tests: &str) -> String {
    let codes: BTreeSet<&str> = tests.lines().skip(1).filter_map(|row| row.split(',').next()).collect();
    let row = |code: &str| TestCode::parse(code).map(|code| format!("{code},1,SST,10,100,24,,,a test\n"));
    format!("{TEST_CONTAINERS_HEAD}{}", codes.into_iter().filter_map(row).collect::<String>())
}

/// The catalogue, or every trouble in words. Where nothing is said of containers, every test has a gold top.
pub(crate) fn catalogue_with(text: CatalogueText<'_>) -> Result<Catalogue, Vec<String>> {
    let tops = gold_tops(text.tests);
    let test_containers = if text.test_containers == TEST_CONTAINERS_HEAD { &tops } else { text.test_containers };
    let read = Catalogue::read(CatalogueText { test_containers, ..text });
    read.map_err(|troubles| troubles.iter().map(ToString::to_string).collect())
}

/// A catalogue of one potassium with these rows of limits.
pub(crate) fn potassium_with(limits: &str) -> Catalogue {
    let (tests, critical_limits) = (format!("{TESTS_HEAD}{POTASSIUM}"), format!("{LIMITS_HEAD}{limits}"));
    let containers = format!("{CONTAINERS_HEAD}{TUBES}");
    let text = CatalogueText { containers: &containers, tests: &tests, critical_limits: &critical_limits, methods: Some(METHODS), ..EMPTY };
    catalogue_with(text).expect("the limits read")
}

/// The first moment of one day of life to the last of another.
pub(crate) fn days((first, last): (u32, u32)) -> AgeAtCollection {
    let moment = |minutes: u32| AgePoint { minutes, months: minutes / 43_830 };
    AgeAtCollection::between(moment(first * 1_440), moment(last * 1_440 + 1_439)).unwrap()
}

/// The choice for an age known as whole days from one to another, or not at all.
pub(crate) fn chosen(catalogue: &Catalogue, test: &str, sex: Sex, age: Option<(u32, u32)>) -> String {
    chosen_at(catalogue, test, sex, age.map_or(AgeAtCollection::unknown(), days))
}

/// The choice in the words of the tests: `2.8..7.0`, `..10.0`, `none`, `needs birth date`.
pub(crate) fn chosen_at(catalogue: &Catalogue, test: &str, sex: Sex, age: AgeAtCollection) -> String {
    match catalogue.critical_limits().choose(&TestCode::parse(test).unwrap(), &selection(sex, age)) {
        LimitChoice::None => "none".to_owned(),
        LimitChoice::Several { missing, .. } => format!("needs {}", missing.words()),
        LimitChoice::Row(row) => {
            let bound = |bound: Option<kernel::Decimal>| bound.map_or_else(String::new, |bound| bound.to_string());
            format!("{}..{}", bound(row.low), bound(row.high))
        }
    }
}

pub(crate) const SHIPPED_INTERVALS: &str = include_str!("../../../../content/catalogue/reference_intervals.csv");
pub(crate) const INTERVALS_HEAD: &str = concat!(
    "test,kind,purpose,sex,age_min,age_min_unit,age_max,age_max_unit,condition,specimen,method,instrument,",
    "low,high,high_formula,text,source\n"
);

pub(crate) const SHIPPED_FACTORS: &str = include_str!("../../../../content/catalogue/martin_hopkins_factors.csv");

/// The edition that comes with the program, read once.
pub(crate) static SHIPPED: LazyLock<Catalogue> = LazyLock::new(shipped);

/// The intervals that come with the program.
pub(crate) fn shipped_intervals() -> &'static Intervals {
    SHIPPED.intervals()
}

/// Intervals of one test X that is reported with one decimal.
pub(crate) fn intervals_of_x(rows: &str) -> Result<Intervals, Vec<catalogue::ContentTrouble>> {
    let methods = catalogue_with(CatalogueText { methods: Some(METHODS), ..EMPTY }).unwrap().methods().clone();
    Intervals::read("intervals.csv", &format!("{INTERVALS_HEAD}{rows}"), &methods, |test| (test.as_str() == "X").then_some(1))
}

/// A patient of whom sex and age are known, and no more.
pub(crate) fn selection(sex: Sex, age: AgeAtCollection) -> Selection<'static> {
    Selection { sex, age, conditions: &[], specimen: None, method: None, instrument: None }
}

/// The choice in the words of the tests: `13.5-17.5`, `-199`, `none`, `12.0-16.0 | 13.5-17.5 needs sex`.
pub(crate) fn bounds_in_words(choice: &IntervalChoice<'_>) -> String {
    let words = |low: Option<Decimal>, high: Option<Decimal>| {
        let bound = |bound: Option<Decimal>| bound.map_or_else(String::new, |bound| bound.to_string());
        format!("{}-{}", bound(low), bound(high))
    };
    match choice {
        IntervalChoice::None => "none".to_owned(),
        IntervalChoice::One(bounds) => words(bounds.low, bounds.high),
        IntervalChoice::Several { bounds, missing, or_none } => {
            let all: Vec<String> = bounds.iter().map(|bounds| words(bounds.low, bounds.high)).collect();
            let missing: Vec<&str> = missing.iter().map(|fact| fact.words()).collect();
            format!("{}{} needs {}", all.join(" | "), if *or_none { " | none" } else { "" }, missing.join(", "))
        }
    }
}

/// An edition of these tests on gold tops, with one more file; its faults in words.
pub(crate) fn with_file(tests: &str, file: EditionFile, text: &str) -> Result<Catalogue, Vec<String>> {
    let files = [
        (EditionFile::Edition, EDITION.to_owned()),
        (EditionFile::Containers, format!("{CONTAINERS_HEAD}{TUBES}")),
        (EditionFile::Tests, format!("{TESTS_HEAD}{tests}")),
        (EditionFile::TestContainers, gold_tops(&format!("{TESTS_HEAD}{tests}"))),
        (EditionFile::CriticalLimits, LIMITS_HEAD.to_owned()),
        (file, text.to_owned()),
    ];
    let files = EditionFiles::new(files.map(|(file, text)| (file.name().to_owned(), text))).expect("every file has its name");
    files.read().map_err(|troubles| troubles.iter().map(ToString::to_string).collect())
}
