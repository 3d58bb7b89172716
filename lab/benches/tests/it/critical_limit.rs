//! Is the value as it is printed beyond a critical limit? Strictly below `low` or strictly above `high`; limits of laboratory rules 5.1.

use crate::notation::{Case, check};
use kernel::{BirthDate, Timestamp, Zone};

#[test]
fn at_the_limit_is_not_beyond_it() {
    check("K 6.2 mmol/L", "6.2 | passes");
    check("K 6.3 mmol/L", "6.3 | critical hold: 6.3 above 6.2");
    check("K 2.8 mmol/L", "2.8 | passes");
    check("K 2.7 mmol/L", "2.7 | critical hold: 2.7 below 2.8");
    check("NA 160 mmol/L", "160 | passes");
    check("NA 161 mmol/L", "161 | critical hold: 161 above 160");
    check("NA 120 mmol/L", "120 | passes");
    check("NA 119 mmol/L", "119 | critical hold: 119 below 120");
    check("CA 13.0 mg/dL", "13.0 | passes");
    check("CA 13.1 mg/dL", "13.1 | critical hold: 13.1 above 13.0");
}

/// The flag agrees with what is printed: rounding half away from zero can carry a value over a limit, or back to it.
#[test]
fn the_value_as_printed_decides() {
    check("K 6.24 mmol/L", "6.2 | passes");
    check("K 6.2499 mmol/L", "6.2 | passes");
    check("K 6.25 mmol/L", "6.3 | critical hold: 6.3 above 6.2");
    check("K 2.75 mmol/L", "2.8 | passes");
    check("K 2.749 mmol/L", "2.7 | critical hold: 2.7 below 2.8");
    check("K 2.74 mmol/L", "2.7 | critical hold: 2.7 below 2.8");
    check("NA 160.4 mmol/L", "160 | passes");
    check("NA 160.5 mmol/L", "161 | critical hold: 161 above 160");
    check("NA 119.5 mmol/L", "120 | passes");
    check("NA 119.4 mmol/L", "119 | critical hold: 119 below 120");
    check("CREA 7.504 mg/dL", "7.50 | passes");
    check("CREA 7.505 mg/dL", "7.51 | critical hold: 7.51 above 7.5");
}

#[test]
fn a_limit_on_one_side_leaves_the_other_open() {
    check("CREA 0.01 mg/dL", "0.01 | passes");
    check("BUN 0 mg/dL", "0 | passes");
    check("BUN 101 mg/dL", "101 | critical hold: 101 above 100");
}

#[test]
fn a_test_without_limits_is_never_critical() {
    check("ALT 9999 U/L", "9999 | passes");
    check("TBIL 25.0 mg/dL", "25.0 | passes");
    check("ALT 9999 U/L | U ?", "9999 | passes");
}

/// On 21 November at 10:15 a newborn of 24 October is 27 days and 10 hours to 28 days and 10 hours old: the hour of birth decides between
/// two limits.
#[test]
fn a_newborn_is_held_against_a_newborns_limits_as_far_as_its_age_is_certain() {
    check("K 6.9 mmol/L | M 2026-11-21", "6.9 | passes");
    check("K 7.0 mmol/L | M 2026-10-25", "7.0 | passes");
    check("K 7.1 mmol/L | M 2026-10-25", "7.1 | critical hold: 7.1 above 7.0");
    check("K 6.3 mmol/L | M 2026-10-24", "6.3 | critical hold: needs hour of birth");
    check("K 6.3 mmol/L | M 2026-10-23", "6.3 | critical hold: 6.3 above 6.2");
    check("GLU 45 mg/dL | F 2026-10-25", "45 | passes");
    check("GLU 45 mg/dL | F 2026-10-23", "45 | critical hold: 45 below 50");
    check("NA 124 mmol/L | F 2026-10-25", "124 | critical hold: 124 below 125");
    check("NA 124 mmol/L | F 2026-10-23", "124 | passes");
    check("PHOS 9.0 mg/dL | F 2026-10-25", "9.0 | passes");
    check("PHOS 9.0 mg/dL | F 2026-10-23", "9.0 | critical hold: 9.0 above 8.9");
}

#[test]
fn bilirubin_is_critical_in_the_newborn_only() {
    check("TBIL 10.04 mg/dL | F 2026-11-21", "10.0 | passes");
    check("TBIL 10.05 mg/dL | F 2026-11-21", "10.1 | critical hold: 10.1 above 10.0");
    // Born the day before it is 10 to 34 hours old.
    check("TBIL 10.1 mg/dL | F 2026-11-20", "10.1 | critical hold: needs hour of birth");
    check("TBIL 10.1 mg/dL | F 2026-11-19", "10.1 | passes");
    check("TBIL 13.1 mg/dL | F 2026-11-19", "13.1 | critical hold: 13.1 above 13.0");
    check("TBIL 13.1 mg/dL | F 2026-10-23", "13.1 | critical hold: 13.1 above 13.0");
    check("TBIL 13.1 mg/dL | F 2026-10-22", "13.1 | critical hold: needs hour of birth");
    check("TBIL 13.1 mg/dL | F 2026-10-21", "13.1 | passes");
}

/// 2.8 to 7.0 for newborns, 2.8 to 6.2 for everybody else. What no limit that may hold calls critical is not; what all of them call critical is, by the
/// one that lies further out; between them the fact decides.
#[test]
fn a_fact_is_asked_for_where_it_decides_and_only_there() {
    check("K 4.1 mmol/L | F ?", "4.1 | passes");
    check("K 6.2 mmol/L | F ?", "6.2 | passes");
    check("K 6.3 mmol/L | F ?", "6.3 | critical hold: needs birth date");
    check("K 7.0 mmol/L | F ?", "7.0 | critical hold: needs birth date");
    check("K 7.1 mmol/L | F ?", "7.1 | critical hold: 7.1 above 7.0");
    check("K 2.7 mmol/L | F ?", "2.7 | critical hold: 2.7 below 2.8");
    // Newborns only have one.
    check("TBIL 0.8 mg/dL | F ?", "0.8 | passes");
    check("TBIL 13.1 mg/dL | F ?", "13.1 | critical hold: needs birth date");
    check("CA 9.5 mg/dL | U ?", "9.5 | passes");
    check("K 4.1 mmol/L | U 1984-03-12", "4.1 | passes");
    // Born after the collection: one of the two dates is wrong, and neither is believed.
    check("K 6.3 mmol/L | F 2026-12-01", "6.3 | critical hold: needs birth date");
    // Only a bound, on both sides of every limit.
    check("K >5.0 mmol/L | F ?", ">5.0 | format hold: only a bound >5.0 | critical hold: only a bound >5.0");
}

#[test]
fn a_birth_known_to_the_year_is_enough_for_a_grown_person() {
    check("K 6.3 mmol/L | F 1984", "6.3 | critical hold: 6.3 above 6.2");
    check("K 4.1 mmol/L | F 1984", "4.1 | passes");
    check("K 6.9 mmol/L | F 2026", "6.9 | critical hold: needs birth date");
    check("K 6.9 mmol/L | F 2026-11", "6.9 | passes");
    check("K 6.9 mmol/L | F 2026-10", "6.9 | critical hold: needs birth date");
}

/// 25 October began in Auckland (UTC+13) at 11:00 UTC of the day before, and ended 24 hours later: at 11:30 UTC of 22 November the newborn
/// is 28 days old there for certain, and in UTC, where it was born up to 13 hours later, not.
#[test]
fn days_of_age_are_counted_in_the_sites_zone() {
    let mut case = Case::new("K", "6.9", "mmol/L");
    case.birth = Some(BirthDate::parse("2026-10-25").unwrap());
    case.collected = "2026-11-22T11:30:00Z".parse::<Timestamp>().unwrap();
    assert_eq!(case.said(), "6.9 | critical hold: needs hour of birth");
    case.zone = Zone::named("Pacific/Auckland").unwrap();
    assert_eq!(case.said(), "6.9 | critical hold: 6.9 above 6.2");
}

#[test]
fn a_bound_beyond_a_limit_is_critical_and_one_that_does_not_say_is_held() {
    let format = |sent: &str| format!("{sent} | format hold: only a bound {sent} | critical hold:");
    check("K >10.0 mmol/L", &format!("{} >10.0 above 6.2", format(">10.0")));
    check("K >=6.3 mmol/L", &format!("{} >=6.3 above 6.2", format(">=6.3")));
    check("K <2.5 mmol/L", &format!("{} <2.5 below 2.8", format("<2.5")));
    // It may be 2.9; it may be 2.0.
    check("K <3.0 mmol/L", &format!("{} only a bound <3.0", format("<3.0")));
    check("K >5.0 mmol/L", &format!("{} only a bound >5.0", format(">5.0")));
    check("K >=6.2 mmol/L", &format!("{} only a bound >=6.2", format(">=6.2")));
    // No limit on that side: nothing to be beyond.
    check("BUN <5 mg/dL", "<5 | format hold: only a bound <5");
}

#[test]
fn limits_that_nobody_signed_are_not_established_and_still_hold() {
    let unsigned = "critical not established: starting-2026-11d is not signed";
    check("K 4.12 mmol/L | unsigned", &format!("4.1 | {unsigned}"));
    check("ALT 35 U/L | unsigned", &format!("35 | {unsigned}"));
    check("K 6.3 mmol/L | unsigned", "6.3 | critical hold: 6.3 above 6.2");
    check("K 6.3 mmol/L | unsigned | F ?", "6.3 | critical hold: needs birth date");
    check("K 4.1 mmol/L | unsigned | F ?", &format!("4.1 | {unsigned}"));
}
