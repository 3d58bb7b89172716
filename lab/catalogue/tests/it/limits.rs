//! Which limit holds at which age: every boundary of the shipped rows. The expected limits are those of laboratory rules 5.1.

use crate::bench::{chosen, chosen_at, days as days_of, potassium_with, selection, shipped};
use catalogue::{LimitChoice, Selection, TestCode};
use kernel::{AgeAtCollection, BirthDate, Decimal, Sex, Timestamp, Zone};

/// 2026-11-21 10:15 UTC.
const COLLECTED: Timestamp = Timestamp::from_micros(1_795_256_100_000_000);

fn at_days(test: &str, days: u32) -> String {
    chosen(&shipped(), test, Sex::Male, Some((days, days)))
}

#[test]
fn a_row_holds_from_its_first_day_to_the_day_before_its_last() {
    let table =
        [("K", "2.8..7.0", "2.8..6.2"), ("NA", "125..155", "120..160"), ("GLU", "40..300", "50..450"), ("PHOS", "1.0..10.5", "1.0..8.9")];
    for (test, newborn, older) in table {
        for days in [0, 1, 26, 27] {
            assert_eq!(at_days(test, days), newborn, "{test} at {days} days");
        }
        for days in [28, 29, 365, 10_957, 54_787] {
            assert_eq!(at_days(test, days), older, "{test} at {days} days");
        }
    }
}

#[test]
fn bilirubin_has_a_limit_for_the_first_day_one_to_the_thirtieth_and_then_none() {
    for (days, limit) in [(0, "..10.0"), (1, "..13.0"), (27, "..13.0"), (28, "..13.0"), (29, "..13.0"), (30, "none"), (10_957, "none")] {
        assert_eq!(at_days("TBIL", days), limit, "{days} days");
    }
}

#[test]
fn an_unknown_age_is_named_where_the_limit_hangs_on_it_and_only_there() {
    for test in ["K", "NA", "GLU", "PHOS", "TBIL"] {
        assert_eq!(chosen(&shipped(), test, Sex::Female, None), "needs birth date", "{test}");
    }
    for (test, limit) in [("CA", "6.0..13.0"), ("CREA", "..7.5"), ("ALB", "none"), ("LDH", "none")] {
        assert_eq!(chosen(&shipped(), test, Sex::Female, None), limit, "{test}");
    }
}

#[test]
fn an_age_known_as_a_range_needs_the_birth_date_only_across_a_boundary() {
    let table = [
        ("K", (0, 27), "2.8..7.0"),
        ("K", (27, 28), "needs birth date"),
        ("K", (28, 400), "2.8..6.2"),
        ("K", (0, 54_787), "needs birth date"),
        ("PHOS", (27, 28), "needs birth date"),
        ("TBIL", (0, 0), "..10.0"),
        ("TBIL", (0, 1), "needs birth date"),
        ("TBIL", (1, 29), "..13.0"),
        ("TBIL", (29, 30), "needs birth date"),
        ("TBIL", (30, 395), "none"),
        ("CA", (0, 54_787), "6.0..13.0"),
    ];
    for (test, age, limit) in table {
        assert_eq!(chosen(&shipped(), test, Sex::Male, Some(age)), limit, "{test} at {age:?}");
    }
}

/// From a birth date as it is written to the limit; days counted by hand to 10:15 of 21 November 2026. Somebody born as a day began is a
/// day older than somebody born at its end: at a bound the hour of birth decides.
#[test]
fn a_birth_date_known_to_the_year_or_month_is_enough_where_it_is_enough() {
    let table = [
        // 26 days and 10 hours to 27 and 10, 27 to 28, 28 to 29.
        ("K", "2026-10-25", "2.8..7.0"),
        ("K", "2026-10-24", "needs hour of birth"),
        ("K", "2026-10-23", "2.8..6.2"),
        // 0 to 324 days; then 325 at least.
        ("K", "2026", "needs birth date"),
        ("K", "2025", "2.8..6.2"),
        // 0 to 20 days; then 21 to 51.
        ("K", "2026-11", "2.8..7.0"),
        ("K", "2026-10", "needs birth date"),
        ("K", "2026-09", "2.8..6.2"),
        ("TBIL", "2026-11-21", "..10.0"),
        // 10 to 34 hours.
        ("TBIL", "2026-11-20", "needs hour of birth"),
        ("TBIL", "2026-11-19", "..13.0"),
        ("TBIL", "2026-10-23", "..13.0"),
        // 29 to 30 days, and 10 hours.
        ("TBIL", "2026-10-22", "needs hour of birth"),
        ("TBIL", "2026-10-21", "none"),
        ("TBIL", "2025", "none"),
        // The limit of the newborn ends after a month of 30.4375 days, a quarter of an hour later in the day.
        ("HGB", "2026-10-22", "9.0..24.0"),
        ("HGB", "2026-10-21", "needs hour of birth"),
        ("HGB", "2026-10-20", "7.0..20.0"),
    ];
    for (test, born, limit) in table {
        let age = AgeAtCollection::from_birth_date(&BirthDate::parse(born).unwrap(), COLLECTED, &Zone::utc()).unwrap();
        assert_eq!(chosen_at(&shipped(), test, Sex::Female, age), limit, "{test}, born {born}");
    }
}

/// As gentamicin has it: a trough has a limit of its own, which stands in for that of everybody.
#[test]
fn a_known_condition_replaces_the_limit_of_everybody() {
    let catalogue =
        potassium_with("K,A,0,54787.5,,,,,,12,,here,\nK,A,365,54787.5,trough,,,,,2,,here,\nK,F,365,54787.5,dialysis,,,,,7,,here,\n");
    let limits = catalogue.critical_limits();
    let high = |sex, age, conditions: &[&str]| match limits
        .choose(&TestCode::parse("K").unwrap(), &Selection { conditions, ..selection(sex, days_of(age)) })
    {
        LimitChoice::Row(row) => row.high.unwrap().to_string(),
        LimitChoice::None => "none".to_owned(),
        LimitChoice::Several { missing, .. } => format!("needs {}", missing.words()),
    };
    for (sex, age, conditions, expected) in [
        (Sex::Male, (400, 400), &[] as &[&str], "12"),
        (Sex::Male, (400, 400), &["trough"], "2"),
        (Sex::Male, (400, 400), &["fasting"], "12"),
        (Sex::Male, (364, 364), &["trough"], "12"),
        // 364 or 365 days: with the limit of the trough or with that of everybody.
        (Sex::Male, (364, 365), &["trough"], "needs birth date"),
        (Sex::Female, (400, 400), &["trough", "dialysis"], "needs condition"),
        (Sex::Male, (400, 400), &["trough", "dialysis"], "2"),
        (Sex::Unknown, (400, 400), &["dialysis"], "needs sex"),
        (Sex::Unknown, (400, 400), &["trough"], "2"),
    ] {
        assert_eq!(high(sex, age, conditions), expected, "{sex:?} {age:?} {conditions:?}");
    }
}

/// What the page says where the hour of birth decides: bilirubin above 10.0 up to the first day's end, above 13.0 from then on.
#[test]
fn where_the_hour_of_birth_is_known_it_decides() {
    for (hours, limit) in [(0, "..10.0"), (23, "..10.0"), (24, "..13.0"), (719, "..13.0"), (720, "none")] {
        let age = AgeAtCollection::from_days(Decimal::from(hours) / Decimal::from(24)).unwrap();
        assert_eq!(chosen_at(&shipped(), "TBIL", Sex::Female, age), limit, "{hours} hours");
    }
}

/// Every critical limit of the laboratory rules that is a number is there. The values were copied from the table by hand.
#[test]
fn tests_of_every_bench_have_their_limits() {
    let table = [
        ("WBC", "2.0..50.0"),
        ("HGB", "7.0..20.0"),
        ("PLT", "20..1000"),
        ("NEUTA", "0.5.."),
        ("BLASTM", "..0"),
        ("INR", "..5.0"),
        ("FIB", "100.."),
        ("ICA", "0.78..1.58"),
        ("LACT", "..4.0"),
        ("HSTNT", "..52"),
        ("DIG", "..2.5"),
        ("LI", "..1.5"),
        ("ABGPH", "7.20..7.60"),
        ("ABGPO2", "45.."),
        ("CSFGLU", "40.."),
    ];
    for (test, limit) in table {
        assert_eq!(at_days(test, 10_957), limit, "{test}");
    }
}

/// A trough limit from one year on only has a high bound. Of somebody who may be younger the limits of everybody may hold as well, with their low bound.
#[test]
fn where_a_condition_leaves_an_age_out_the_limits_of_everybody_may_hold_too() {
    let catalogue = potassium_with("K,A,0,54787.5,,,,,2.8,12,,here,\nK,A,365,54787.5,trough,,,,,4,,here,\n");
    let conditions = ["trough"];
    let judged = |age, value: &str| {
        let selection = Selection { conditions: &conditions, ..selection(Sex::Male, days_of(age)) };
        let value = kernel::Value::Number(kernel::Number::exactly(value.parse().unwrap()));
        match catalogue.critical_limits().choose(&TestCode::parse("K").unwrap(), &selection).judge(&value) {
            Ok(said) => format!("{said:?}"),
            Err(fact) => format!("needs {}", fact.words()),
        }
    };
    for (age, value, expected) in [
        ((365, 366), "2.7", "No"),
        ((364, 365), "2.7", "needs birth date"),
        ((364, 365), "3.0", "No"),
        ((364, 365), "5.0", "needs birth date"),
        ((364, 365), "12.1", "Above(12)"),
    ] {
        assert_eq!(judged(age, value), expected, "{value} at {age:?}");
    }
}
