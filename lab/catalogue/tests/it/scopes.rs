//! Specimen, method and instrument: one order for all tables, and never another's row in place of a missing one.

use crate::bench::{CONTAINERS_HEAD, INTERFERENCE_HEAD, LIMITS_HEAD, RANGES_HEAD};
use crate::bench::{EMPTY, METHODS, POTASSIUM, TESTS_HEAD, TUBES, bounds_in_words, catalogue_with, intervals_of_x, selection};
use catalogue::interference::Index;
use catalogue::{Catalogue, CatalogueText, LimitChoice, Selection, TestCode};
use kernel::{AgeAtCollection, Sex};

/// A grown woman's measurement.
fn measured<'a>(specimen: Option<&'a str>, method: Option<&'a str>, instrument: Option<&'a str>) -> Selection<'a> {
    Selection { specimen, method, instrument, ..selection(Sex::Female, AgeAtCollection::from_days(10_957.into()).unwrap()) }
}

fn potassium() -> TestCode {
    TestCode::parse("K").unwrap()
}

/// Specimen, method, instrument, and which of the rows below decides.
type Measured = (Option<&'static str>, Option<&'static str>, Option<&'static str>, &'static str);
const ORDER: [Measured; 12] = [
    (None, None, None, "1"),
    (Some("Urine"), None, None, "2"),
    (Some("Serum"), None, None, "1"),
    (None, Some("ONE"), None, "3"),
    (None, Some("TWO"), None, "1"),
    (Some("Urine"), Some("ONE"), None, "4"),
    (Some("Urine"), Some("TWO"), None, "2"),
    (None, None, Some("c1"), "5"),
    (None, None, Some("c2"), "1"),
    (Some("Urine"), Some("ONE"), Some("c1"), "6"),
    (Some("Serum"), Some("ONE"), Some("c1"), "5"),
    (Some("Urine"), Some("ONE"), Some("c2"), "4"),
];
/// Specimen, method and instrument of six rows: those numbered above.
const SCOPES: [&str; 6] = [",,", "Urine,,", ",ONE,", "Urine,ONE,", ",,c1", "Urine,ONE,c1"];

/// A row for each scope; `#` becomes its number.
fn rows(before: &str, after: &str) -> String {
    let row = |(index, scope): (usize, &&str)| format!("{before},{scope},{}\n", after.replace('#', &(index + 1).to_string()));
    SCOPES.iter().enumerate().map(row).collect()
}

fn catalogue(text: CatalogueText<'_>) -> Catalogue {
    let (tests, containers) = (format!("{TESTS_HEAD}{POTASSIUM}"), format!("{CONTAINERS_HEAD}{TUBES}"));
    catalogue_with(CatalogueText { tests: &tests, containers: &containers, methods: Some(METHODS), ..text }).unwrap()
}

#[test]
fn the_instrument_goes_before_the_method_the_method_before_the_specimen() {
    let limits = format!("{LIMITS_HEAD}{}", rows("K,A,0,54787.5,", "#,,,here,"));
    let ranges = format!("{RANGES_HEAD}{}", rows("K", "#,99,1,here"));
    let catalogue = catalogue(CatalogueText { critical_limits: &limits, measuring_ranges: Some(&ranges), ..EMPTY });
    let intervals = intervals_of_x(&rows("X,reference,,A,0,d,150,a,", "#,99,,,here")).unwrap();
    for (specimen, method, instrument, expected) in ORDER {
        let selection = measured(specimen, method, instrument);
        let LimitChoice::Row(critical) = catalogue.critical_limits().choose(&potassium(), &selection) else { panic!("no limit") };
        assert_eq!(critical.low.unwrap().to_string(), expected, "critical limit of {selection:?}");
        let range = catalogue.measuring_ranges().choose(&potassium(), &selection).unwrap();
        assert_eq!(range.low.unwrap().to_string(), expected, "measuring range of {selection:?}");
        let interval = bounds_in_words(&intervals.choose(&TestCode::parse("X").unwrap(), &selection));
        assert_eq!(interval, format!("{expected}-99"), "interval of {selection:?}");
    }
}

#[test]
fn two_instruments_have_two_limits_of_every_kind() {
    let text = |head: &str, before: &str, after: [&str; 2]| format!("{head}\n{before},,,c1,{}\n{before},,,c2,{}\n", after[0], after[1]);
    let patients = "test,sex,age_min_days,age_max_days,condition,specimen,method,instrument";
    let absurd = text(&format!("{patients},low,high,source"), "K,A,0,54787.5,", [",12,here", ",13,here"]);
    let deltas = format!("{patients},use,absolute,percent,mode,window_h,source");
    let deltas = text(&deltas, "K,A,0,54787.5,", ["identity,1,,any,72,here", "identity,2,,any,72,here"]);
    let ranges = text(RANGES_HEAD.trim_end(), "K", ["1,10,1,here", "1,20,1,here"]);
    let catalogue =
        catalogue(CatalogueText { absurd_limits: Some(&absurd), delta_limits: Some(&deltas), measuring_ranges: Some(&ranges), ..EMPTY });
    let found = |instrument| {
        let (test, selection) = (potassium(), measured(None, None, instrument));
        let absurd = match catalogue.absurd_limits().choose(&test, &selection) {
            LimitChoice::Row(limit) => limit.high.map(|high| high.to_string()),
            _ => None,
        };
        let delta = match catalogue.delta_limits().choose(&test, catalogue::DeltaUse::Identity, &selection) {
            LimitChoice::Row(limit) => limit.absolute.map(|absolute| absolute.to_string()),
            _ => None,
        };
        let range = catalogue.measuring_ranges().choose(&test, &selection).and_then(|range| range.high).map(|high| high.to_string());
        [absurd, delta, range].map(|found| found.unwrap_or_else(|| "none".to_owned()))
    };
    assert_eq!(found(Some("c1")), ["12", "1", "10"]);
    assert_eq!(found(Some("c2")), ["13", "2", "20"]);
    for other in [None, Some("c3")] {
        assert_eq!(found(other), ["none", "none", "none"], "{other:?} has nothing of another's");
    }
}

/// A test may be interfered with by each index apart; the reagent counts most.
#[test]
fn each_index_is_chosen_for_itself() {
    let rows = concat!(
        "K,,,,,H,mg/dL,,100,here\n",
        "K,,,,,I,mg/dL,,10,here\n",
        "K,,ONE,,,H,mg/dL,,200,here\n",
        "K,,,c1,,H,mg/dL,,300,here\n",
        "K,,,,new kit,H,mg/dL,,400,here\n",
    );
    let limits = format!("{INTERFERENCE_HEAD}{rows}");
    let catalogue = catalogue(CatalogueText { interference_limits: Some(&limits), ..EMPTY });
    let blocks = |method, instrument, reagent| -> Vec<(Index, String)> {
        let (test, selection) = (potassium(), measured(None, method, instrument));
        let chosen = catalogue.interference_limits().choose(&test, &selection, reagent);
        chosen.map(|limit| (limit.index, limit.block_above.unwrap().to_string())).collect()
    };
    let both = |haemolysis: &str| vec![(Index::Haemolysis, haemolysis.to_owned()), (Index::Icterus, "10".to_owned())];
    assert_eq!(blocks(None, None, None), both("100"));
    assert_eq!(blocks(Some("ONE"), None, None), both("200"));
    assert_eq!(blocks(Some("ONE"), Some("c1"), None), both("300"));
    assert_eq!(blocks(Some("TWO"), Some("c2"), Some("old kit")), both("100"));
    assert_eq!(blocks(Some("ONE"), Some("c1"), Some("new kit")), both("400"));
}
