//! For every age and sex: exactly the limit that all possible patients share, or a missing fact by name; never a guess.
//!
//! The expectation is counted out day by day from the rows, without anything of the code under test.

use crate::bench::{SHIPPED_LIMITS, chosen, potassium_with, shipped};
use kernel::Sex;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A row as written: sex, first day, the day it ends, and the limit in the tests' words.
type Row = (char, f64, f64, String);

/// The limit of somebody of this sex on this day of life.
fn on_day(rows: &[Row], sex: char, day: u32) -> String {
    let fits = |row: &&Row| (row.0 == 'A' || row.0 == sex) && row.1 <= f64::from(day) && f64::from(day) < row.2;
    rows.iter().find(fits).map_or_else(|| "none".to_owned(), |row| row.3.clone())
}

/// Every limit that somebody of whom no more than this is known may have, by possible sex.
fn possible(rows: &[Row], sex: Sex, age: Option<(u32, u32)>) -> Vec<BTreeSet<String>> {
    let sexes: &[char] = match sex {
        Sex::Female => &['F'],
        Sex::Male => &['M'],
        Sex::Other | Sex::Unknown => &['F', 'M'],
    };
    let (youngest, oldest) = age.unwrap_or((0, 54_787));
    // Between two boundaries nothing changes: the days around each boundary stand for all.
    let edges = rows.iter().flat_map(|row| [row.1, row.2]).flat_map(|edge| [edge - 1.0, edge, edge + 1.0]);
    let days: BTreeSet<u32> =
        edges.map(|edge| edge.clamp(f64::from(youngest), f64::from(oldest)) as u32).chain([youngest, oldest]).collect();
    sexes.iter().map(|sex| days.iter().map(|day| on_day(rows, *sex, *day)).collect()).collect()
}

fn check(found: &str, rows: &[Row], sex: Sex, age: Option<(u32, u32)>) -> Result<(), TestCaseError> {
    let possible = possible(rows, sex, age);
    let together: BTreeSet<&String> = possible.iter().flatten().collect();
    let certain = (together.len() == 1).then(|| together.first().unwrap().as_str());
    let expected = match certain {
        Some(limit) => limit,
        None if possible.iter().any(|of_sex| of_sex.len() > 1) => "needs birth date",
        None => "needs sex",
    };
    prop_assert_eq!(found, expected, "sex {:?}, age {:?}", sex, age);
    Ok(())
}

fn shipped_rows(test: &str) -> Vec<Row> {
    let of_test = SHIPPED_LIMITS.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>()).filter(|cells| cells[0] == test);
    of_test
        .map(|cells| {
            (cells[1].chars().next().unwrap(), cells[2].parse().unwrap(), cells[3].parse().unwrap(), format!("{}..{}", cells[8], cells[9]))
        })
        .collect()
}

fn any_age() -> impl Strategy<Value = Option<(u32, u32)>> {
    let around = prop_oneof![Just(0_u32), 0_u32..70, 0_u32..54_787];
    let range = (around.clone(), 0_u32..400).prop_map(|(youngest, more)| Some((youngest, (youngest + more).min(54_787))));
    prop_oneof![1 => Just(None), 4 => around.prop_map(|day| Some((day, day))), 4 => range]
}

fn any_sex() -> impl Strategy<Value = Sex> {
    prop::sample::select(Sex::ALL.to_vec())
}

/// One sex's rows: a few boundaries, between two of them a limit or none.
fn rows_of(sex: char) -> impl Strategy<Value = Vec<Row>> {
    let limit = prop_oneof![Just(None), Just(Some("2.8..6.2")), Just(Some("2.8..7.0"))];
    prop::collection::btree_map(0_u32..60, limit, 0..5).prop_map(move |pieces| {
        let starts: Vec<(u32, Option<&str>)> = pieces.into_iter().collect();
        let end = |index: usize| starts.get(index + 1).map_or(54_787.5, |next| f64::from(next.0));
        let row = |(index, (start, limit)): (usize, &(u32, Option<&str>))| {
            limit.map(|limit| (sex, f64::from(*start), end(index), limit.to_owned()))
        };
        starts.iter().enumerate().filter_map(row).collect()
    })
}

fn as_text(rows: &[Row]) -> String {
    let line = |(sex, from, to, limit): &Row| {
        let (low, high) = limit.split_once("..").unwrap();
        format!("K,{sex},{from},{to},,,,,{low},{high},,here,\n")
    };
    rows.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_shipped_limits_are_chosen_or_the_missing_fact_is_named(
        test in prop::sample::select(vec!["NA", "K", "CL", "GLU", "PHOS", "TBIL", "FE", "ALB"]), sex in any_sex(), age in any_age(),
    ) {
        check(&chosen(&shipped(), test, sex, age), &shipped_rows(test), sex, age)?;
    }

    #[test]
    fn any_table_of_limits_is_never_guessed_from(
        both in prop::bool::weighted(0.3), female in rows_of('F'), male in rows_of('M'), sex in any_sex(), age in any_age(),
    ) {
        let rows = if both {
            female.into_iter().map(|(_, from, to, limit)| ('A', from, to, limit)).collect()
        } else {
            [female, male].concat()
        };
        check(&chosen(&potassium_with(&as_text(&rows)), "K", sex, age), &rows, sex, age)?;
    }
}
