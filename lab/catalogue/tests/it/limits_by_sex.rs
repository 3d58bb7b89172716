//! Limits that differ by sex: who is neither on record as female nor as male is never silently counted as either (laboratory rules 3).

use crate::bench::{chosen, potassium_with};
use kernel::Sex;

const ADULT: Option<(u32, u32)> = Some((10_957, 10_957));

fn choices(limits: &str, age: Option<(u32, u32)>) -> [String; 4] {
    let catalogue = potassium_with(limits);
    [Sex::Female, Sex::Male, Sex::Other, Sex::Unknown].map(|sex| chosen(&catalogue, "K", sex, age))
}

#[test]
fn rows_that_differ_by_sex_need_the_sex() {
    let rows = "K,F,0,54787.5,,,,,2.8,6.2,,here,\nK,M,0,54787.5,,,,,2.9,6.3,,here,\n";
    for age in [ADULT, None] {
        assert_eq!(choices(rows, age), ["2.8..6.2", "2.9..6.3", "needs sex", "needs sex"], "{age:?}");
    }
}

#[test]
fn rows_that_agree_do_not_need_it() {
    let rows = "K,F,0,54787.5,,,,,2.8,6.2,,here,\nK,M,0,54787.5,,,,,2.80,6.20,,here,\n";
    let [female, _, other, unknown] = choices(rows, ADULT);
    assert_eq!([other, unknown], [female.clone(), female]);
}

#[test]
fn a_limit_for_one_sex_only_needs_the_sex() {
    assert_eq!(choices("K,F,0,54787.5,,,,,2.8,6.2,,here,\n", ADULT), ["2.8..6.2", "none", "needs sex", "needs sex"]);
}

#[test]
fn the_fact_named_as_missing_is_one_that_is_missing() {
    // The rows begin at different ages, but the age is known: the birth date would not help.
    let rows = "K,F,0,54787.5,,,,,2.8,6.2,,here,\nK,M,0,28,,,,,2.8,7.0,,here,\nK,M,28,54787.5,,,,,2.9,6.3,,here,\n";
    assert_eq!(choices(rows, ADULT), ["2.8..6.2", "2.9..6.3", "needs sex", "needs sex"]);
    // The sex is known: of a man's age the limit hangs, of a woman's not.
    assert_eq!(choices(rows, None), ["2.8..6.2", "needs birth date", "needs birth date", "needs birth date"]);
}

#[test]
fn one_sexs_row_does_not_fill_the_gap_in_the_others() {
    let rows = "K,F,0,54787.5,,,,,2.8,6.2,,here,\nK,M,0,28,,,,,2.8,6.2,,here,\n";
    assert_eq!(choices(rows, None), ["2.8..6.2", "needs birth date", "needs birth date", "needs birth date"]);
    assert_eq!(choices(rows, ADULT), ["2.8..6.2", "none", "needs sex", "needs sex"]);
}
