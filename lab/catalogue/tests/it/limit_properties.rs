//! Whoever it is and however it was measured: at most one limit of a kind, and the one that the order of scopes names.
//!
//! What is expected is counted out from the rows as they are written, without anything of the code under test.

use crate::bench::{
    CONTAINERS_HEAD, EMPTY, LIMITS_HEAD, METHODS, POTASSIUM, SHIPPED, SHIPPED_ABSURD, SHIPPED_DELTAS, SHIPPED_LIMITS, TESTS_HEAD, TUBES,
    catalogue_with, selection,
};
use catalogue::{Catalogue, CatalogueText, DeltaUse, LimitChoice, PatientFact, Selection, TestCode};
use kernel::{AgeAtCollection, Decimal, Sex};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Cells of the rows of a test.
fn written<'a>(text: &'a str, test: &str) -> Vec<Vec<&'a str>> {
    let rows = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    rows.filter(|cells| cells[0] == test).collect()
}

/// How many rows hold for somebody of this sex, at this minute of life, with this condition known or none: of the condition first.
fn held(rows: &[Vec<&str>], sex: char, minute: f64, condition: &str) -> usize {
    let days = minute / 1440.0;
    let age = |cell: &str| cell.parse::<f64>().unwrap();
    let fits = |cells: &&Vec<&str>| (cells[1] == "A" || cells[1].starts_with(sex)) && age(cells[2]) <= days && days < age(cells[3]);
    let on = |condition: &str| rows.iter().filter(fits).filter(|cells| cells[4] == condition).count();
    match on(condition) {
        0 => on(""),
        some => some,
    }
}

fn count<L>(choice: &LimitChoice<'_, L>) -> Result<usize, PatientFact> {
    match choice {
        LimitChoice::Row(_) => Ok(1),
        LimitChoice::None => Ok(0),
        LimitChoice::Several { missing, .. } => Err(*missing),
    }
}

fn any_test() -> impl Strategy<Value = TestCode> {
    let tests: BTreeSet<&str> = [SHIPPED_LIMITS, SHIPPED_ABSURD, SHIPPED_DELTAS]
        .iter()
        .flat_map(|text| text.lines().skip(1))
        .map(|line| line.split(',').next().unwrap())
        .collect();
    let tests = tests.into_iter().chain(["LDH", "NOSUCH"]).map(|code| TestCode::parse(code).unwrap());
    prop::sample::select(tests.collect::<Vec<_>>())
}

fn any_minute() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..100_000, 0_u32..78_894_000, (0_u32..80, 0_u32..3).prop_map(|(day, off)| (day * 1440 + off).saturating_sub(1))]
}

/// A row of a table made up: sex, condition, specimen, method, instrument; its limit is its number.
type Key = (char, &'static str, &'static str, &'static str, &'static str);

fn any_key() -> impl Strategy<Value = Key> {
    let pick = |from: &[&'static str]| prop::sample::select(from.to_vec());
    let sex = prop::sample::select(vec!['A', 'F', 'M']);
    (sex, pick(&["", "", "trough"]), pick(&["", "Urine"]), pick(&["", "ONE", "TWO"]), pick(&["", "c1", "c2"]))
}

/// Rows of which no two hold for the same person: the first of each kind stays.
fn any_rows() -> impl Strategy<Value = Vec<Key>> {
    prop::collection::vec(any_key(), 0..12).prop_map(|keys| {
        let mut kept: Vec<Key> = Vec::new();
        for key in keys {
            let meets = |other: &Key| {
                (key.1, key.2, key.3, key.4) == (other.1, other.2, other.3, other.4) && (key.0 == 'A' || other.0 == 'A' || key.0 == other.0)
            };
            if !kept.iter().any(meets) {
                kept.push(key);
            }
        }
        kept
    })
}

fn table(rows: &[Key]) -> Catalogue {
    let row = |(number, (sex, condition, specimen, method, instrument)): (usize, &Key)| {
        format!("K,{sex},0,54787.5,{condition},{specimen},{method},{instrument},,{},,here,made up\n", number + 1)
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    let (tests, containers, limits) =
        (format!("{TESTS_HEAD}{POTASSIUM}"), format!("{CONTAINERS_HEAD}{TUBES}"), format!("{LIMITS_HEAD}{rows}"));
    let text = CatalogueText { tests: &tests, containers: &containers, critical_limits: &limits, methods: Some(METHODS), ..EMPTY };
    catalogue_with(text).unwrap()
}

/// The number of the row that holds for one sex; 0 where none does.
fn expected(rows: &[Key], sex: char, trough: bool, (specimen, method, instrument): (&str, &str, &str)) -> usize {
    // Instrument, method, specimen, from all three to none of them, the instrument counting most.
    for (i, m, s) in [(1, 1, 1), (1, 1, 0), (1, 0, 1), (1, 0, 0), (0, 1, 1), (0, 1, 0), (0, 0, 1), (0, 0, 0)] {
        let scope = [(s, specimen), (m, method), (i, instrument)].map(|(confined, value)| if confined == 1 { value } else { "" });
        if [(s, specimen), (m, method), (i, instrument)].iter().any(|(confined, value)| *confined == 1 && value.is_empty()) {
            continue;
        }
        let of_scope: BTreeMap<usize, &Key> = (1..).zip(rows).filter(|(_, key)| [key.2, key.3, key.4] == scope).collect();
        if of_scope.is_empty() {
            continue;
        }
        let on = |condition: &str| {
            of_scope.iter().find(|(_, key)| key.1 == condition && (key.0 == 'A' || key.0 == sex)).map(|(number, _)| *number)
        };
        return on("trough").filter(|_| trough).or_else(|| on("")).unwrap_or(0);
    }
    0
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn no_age_sex_or_condition_finds_two_limits_of_a_kind(
        test in any_test(), minute in any_minute(), female in any::<bool>(),
        condition in prop::sample::select(vec!["", "trough", "sterile site"]),
    ) {
        let days = (Decimal::from(minute) + Decimal::new(5, 1)) / Decimal::from(1440);
        let sex = if female { Sex::Female } else { Sex::Male };
        let known: &[&str] = if condition.is_empty() { &[] } else { &[condition] };
        let selection = Selection { conditions: known, ..selection(sex, AgeAtCollection::from_days(days).unwrap()) };
        let held = |text: &str, purpose: &str| {
            let mut rows = written(text, test.as_str());
            rows.retain(|cells| purpose.is_empty() || cells[8] == purpose);
            held(&rows, if female { 'F' } else { 'M' }, f64::from(minute) + 0.5, condition)
        };
        let deltas = |purpose| count(&SHIPPED.delta_limits().choose(&test, purpose, &selection));
        for (found, written) in [
            (count(&SHIPPED.critical_limits().choose(&test, &selection)), held(SHIPPED_LIMITS, "")),
            (count(&SHIPPED.absurd_limits().choose(&test, &selection)), held(SHIPPED_ABSURD, "")),
            (deltas(DeltaUse::Identity), held(SHIPPED_DELTAS, "identity")),
            (deltas(DeltaUse::Interpretive), held(SHIPPED_DELTAS, "interpretive")),
        ] {
            prop_assert!(written <= 1, "the table has {} for {} at minute {}", written, test, minute);
            prop_assert_eq!(found, Ok(written), "{} at minute {}", test, minute);
        }
    }

    #[test]
    fn any_table_is_chosen_from_by_the_closest_scope(
        rows in any_rows(), trough in any::<bool>(), sex in prop::sample::select(Sex::ALL.to_vec()),
        specimen in prop::sample::select(vec!["", "Urine", "Serum"]), method in prop::sample::select(vec!["", "ONE", "TWO"]),
        instrument in prop::sample::select(vec!["", "c1", "c2", "c3"]),
    ) {
        let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        let conditions: &[&str] = if trough { &["trough"] } else { &[] };
        let selection = Selection {
            conditions, specimen: some(specimen), method: some(method), instrument: some(instrument),
            ..selection(sex, AgeAtCollection::from_days(10_000.into()).unwrap())
        };
        let catalogue = table(&rows);
        let found = match catalogue.critical_limits().choose(&TestCode::parse("K").unwrap(), &selection) {
            LimitChoice::Row(limit) => limit.high.unwrap().to_string(),
            LimitChoice::None => "0".to_owned(),
            LimitChoice::Several { missing, .. } => missing.words().to_owned(),
        };
        let of = |sex| expected(&rows, sex, trough, (specimen, method, instrument));
        let expected = match sex {
            Sex::Female => of('F').to_string(),
            Sex::Male => of('M').to_string(),
            Sex::Other | Sex::Unknown if of('F') == of('M') => of('F').to_string(),
            Sex::Other | Sex::Unknown => "sex".to_owned(),
        };
        prop_assert_eq!(found, expected);
    }
}
