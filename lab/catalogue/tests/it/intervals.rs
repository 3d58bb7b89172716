//! Which interval holds: by method, condition, sex and age, and what is said where too little is known.

use crate::bench::{SHIPPED_INTERVALS, bounds_in_words, intervals_of_x, selection, shipped_intervals};
use catalogue::{IntervalChoice, Selection, TestCode};
use kernel::{AgeAtCollection, BirthDate, Decimal, Sex, Timestamp, Zone};
use proptest::prelude::*;

fn days(days: &str) -> AgeAtCollection {
    AgeAtCollection::from_days(days.parse().unwrap()).unwrap()
}

fn found(test: &str, selection: &Selection<'_>) -> String {
    bounds_in_words(&shipped_intervals().choose(&TestCode::parse(test).unwrap(), selection))
}

#[test]
fn a_known_condition_replaces_the_unconditioned_row_and_an_unknown_one_does_not() {
    let woman = selection(Sex::Female, days("10957.5"));
    let with = |conditions| found("HGB", &Selection { conditions, ..woman });
    assert_eq!(with(&[]), "12.0-16.0");
    assert_eq!(with(&["pregnancy T2"]), "9.7-14.8");
    assert_eq!(with(&["left-handed"]), "12.0-16.0");
    assert_eq!(with(&["left-handed", "pregnancy T3"]), "9.5-15.0");
    // The row of the condition ends at 55 years; a man has none.
    assert_eq!(found("HGB", &Selection { conditions: &["pregnancy T2"], ..selection(Sex::Female, days("20088.75")) }), "12.0-16.0");
    assert_eq!(found("HGB", &Selection { conditions: &["pregnancy T2"], ..selection(Sex::Male, days("10957.5")) }), "13.5-17.5");
    // Two conditions with a row each: nobody decides between them here.
    assert_eq!(with(&["pregnancy T1", "pregnancy T2"]), "11.6-13.9 | 9.7-14.8 needs condition");
}

#[test]
fn a_sex_that_is_not_known_shows_both_unless_they_agree() {
    for sex in [Sex::Unknown, Sex::Other] {
        assert_eq!(found("HGB", &selection(sex, days("10957.5"))), "12.0-16.0 | 13.5-17.5 needs sex");
        assert_eq!(found("HGB", &selection(sex, days("1"))), "14.5-22.5");
        assert_eq!(found("K", &selection(sex, days("10957.5"))), "3.5-5.1");
        // Only women have one.
        assert_eq!(found("CA125", &selection(sex, days("10957.5"))), "0-35 | none needs sex");
    }
}

#[test]
fn an_age_that_is_not_known_shows_all_that_are_possible() {
    let (utc, collected): (Zone, Timestamp) = (Zone::utc(), "2026-03-01T12:00:00Z".parse().unwrap());
    let born = |date: &str| AgeAtCollection::from_birth_date(&BirthDate::parse(date).unwrap(), collected, &utc).unwrap();
    // Born today or yesterday, up to 12 or 36 hours ago: the hour decides. Born the day before that, nothing hangs on it.
    assert_eq!(found("WBC", &selection(Sex::Male, born("2026-03-01"))), "9.0-30.0 | 13.0-38.0 needs hour of birth");
    assert_eq!(found("WBC", &selection(Sex::Male, born("2026-02-28"))), "13.0-38.0 | 9.4-34.0 needs hour of birth");
    assert_eq!(found("WBC", &selection(Sex::Male, born("2026-02-27"))), "9.4-34.0");
    assert_eq!(found("HGB", &selection(Sex::Male, born("2026-03-01"))), "14.5-22.5");
    // 17 or 18 years.
    assert_eq!(found("HGB", &selection(Sex::Male, born("2008"))), "13.0-16.0 | 13.5-17.5 needs birth date");
    assert_eq!(found("HGB", &selection(Sex::Unknown, born("2008"))), "12.0-16.0 | 13.0-16.0 | 13.5-17.5 needs birth date, sex");
    assert_eq!(found("HGB", &selection(Sex::Male, born("1980"))), "13.5-17.5");
    // Nothing known: all of them. One that holds from birth on does not hang on it.
    assert_eq!(found("PT", &selection(Sex::Male, AgeAtCollection::unknown())), "10.1-15.9 | 10.0-14.3 | 9.5-13.5 | none needs birth date");
    assert_eq!(found("CRP", &selection(Sex::Unknown, born("1980"))), "0-5.0");
}

#[test]
fn where_no_interval_is_established_none_is_taken_from_another_age() {
    assert_eq!(found("CYSC", &selection(Sex::Male, days("365.2"))), "none");
    assert_eq!(found("CYSC", &selection(Sex::Male, days("365.25"))), "0.50-1.10");
    assert_eq!(found("CA125", &selection(Sex::Male, days("10957.5"))), "none");
    assert_eq!(found("NOSUCH", &selection(Sex::Male, days("10957.5"))), "none");
}

#[test]
fn the_cut_off_of_d_dimer_is_ten_times_the_age_in_years() {
    // 72 years are 26298 days; below 50 the table has a fixed bound.
    assert_eq!(found("DDIM", &selection(Sex::Female, days("26298"))), "-720");
    assert_eq!(found("DDIM", &selection(Sex::Female, days("26297.9"))), "-710");
    assert_eq!(found("DDIM", &selection(Sex::Female, days("18262"))), "0-500");
}

#[test]
fn the_rows_of_a_method_stand_in_for_all_others_of_the_test() {
    let intervals = intervals_of_x(concat!(
        "X,reference,,A,0,d,150,a,,,,,1,2,,,here\n",
        "X,reference,,A,18,a,150,a,,,TWO,,3,4,,,here\n",
        "X,reference,,A,0,d,150,a,,CSF,,,5,6,,,here\n",
        "X,reference,,A,0,d,150,a,,CSF,TWO,,7,8,,,here\n",
    ))
    .unwrap();
    let with = |specimen, method, age: &str| {
        let selection = Selection { specimen, method, ..selection(Sex::Male, days(age)) };
        bounds_in_words(&intervals.choose(&TestCode::parse("X").unwrap(), &selection))
    };
    for (specimen, method, expected) in [
        (None, None, "1-2"),
        (Some("serum"), Some("ONE"), "1-2"),
        (Some("serum"), Some("TWO"), "3-4"),
        (Some("CSF"), Some("ONE"), "5-6"),
        (Some("CSF"), Some("TWO"), "7-8"),
    ] {
        assert_eq!(with(specimen, method, "7000"), expected, "{specimen:?} {method:?}");
    }
    assert_eq!(with(None, Some("TWO"), "10"), "none", "a child has no interval by method two, and gets none of another method");
}

#[test]
fn a_row_of_the_sex_goes_before_a_row_of_both() {
    let intervals = intervals_of_x("X,reference,,A,0,d,150,a,,,,,1,2,,,here\nX,reference,,F,18,a,150,a,,,,,3,4,,,here\n").unwrap();
    let of = |sex, age| bounds_in_words(&intervals.choose(&TestCode::parse("X").unwrap(), &selection(sex, days(age))));
    assert_eq!([of(Sex::Female, "7000"), of(Sex::Male, "7000"), of(Sex::Female, "6574")], ["3-4", "1-2", "1-2"]);
    assert_eq!(of(Sex::Unknown, "7000"), "3-4 | 1-2 needs sex");
}

/// A row as written, without anything of the code under test: sex, first and last day, bounds.
fn unconditioned(test: &str, sex: char, day: f64) -> Vec<String> {
    let lines = SHIPPED_INTERVALS.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let per = |unit: &str| match unit {
        "h" => 1.0 / 24.0,
        "d" => 1.0,
        "mo" => 30.4375,
        _ => 365.25,
    };
    let age = |count: &str, unit: &str| count.parse::<f64>().unwrap() * per(unit);
    let fits = |cells: &Vec<&str>| {
        let ages = age(cells[4], cells[5]) <= day && day < age(cells[6], cells[7]);
        cells[0] == test && cells[8].is_empty() && (cells[3] == "A" || cells[3].starts_with(sex)) && ages
    };
    lines.filter(fits).map(|cells| format!("{}-{}", cells[12], cells[13])).collect()
}

fn any_test() -> impl Strategy<Value = TestCode> {
    prop::sample::select(shipped_intervals().tests().cloned().collect::<Vec<_>>())
}

/// Minutes of a life, with the first weeks and the bounds of years as likely as all the rest.
fn any_minute() -> impl Strategy<Value = u32> {
    prop_oneof![0_u32..100_000, 0_u32..78_894_000, (0_u32..150, 0_u32..3).prop_map(|(year, off)| (year * 525_960 + off).saturating_sub(1))]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_age_or_sex_finds_two_intervals(test in any_test(), minute in any_minute(), female in any::<bool>()) {
        let sex = if female { Sex::Female } else { Sex::Male };
        let day = (Decimal::from(minute) + Decimal::new(5, 1)) / Decimal::from(1440);
        let choice = shipped_intervals().choose(&test, &selection(sex, AgeAtCollection::from_days(day).unwrap()));
        let written = unconditioned(test.as_str(), if female { 'F' } else { 'M' }, (f64::from(minute) + 0.5) / 1440.0);
        prop_assert!(written.len() <= 1, "the table has two for {} at minute {}: {:?}", test, minute, written);
        let found = bounds_in_words(&choice);
        match written.first() {
            None => prop_assert_eq!(found, "none"),
            // The one computed bound stands in no column.
            Some(written) if test.as_str() == "DDIM" && written == "-" => prop_assert!(found.starts_with('-')),
            Some(written) => prop_assert_eq!(&found, written, "{} at minute {}", test, minute),
        }
    }

    #[test]
    fn by_any_birthday_and_hour_at_most_one_interval_is_found(
        test in any_test(), born in 0_i64..4_000_000_000, female in any::<bool>(),
        lived in prop_oneof![0_i64..10_000_000, 0_i64..3_000_000_000],
    ) {
        let (born_at, collected) = (Timestamp::from_micros(born * 1_000_000), Timestamp::from_micros((born + lived) * 1_000_000));
        let zone = Zone::named("Europe/Berlin").unwrap();
        let born = BirthDate::parse(&born_at.on_wall_clock(&zone).unwrap()).unwrap();
        let age = AgeAtCollection::from_birth_date(&born, collected, &zone).unwrap();
        // An hour that comes twice a year leaves an hour open.
        prop_assume!(age.youngest() == age.oldest());
        let sex = if female { Sex::Female } else { Sex::Male };
        let choice = shipped_intervals().choose(&test, &selection(sex, age));
        prop_assert!(!matches!(choice, IntervalChoice::Several { .. }), "{}: {:?}", test, choice);
    }

    #[test]
    fn who_is_not_known_gets_what_both_sexes_have(test in any_test(), minute in any_minute()) {
        let age = AgeAtCollection::from_days(Decimal::from(minute) / Decimal::from(1440)).unwrap();
        let of = |sex| bounds_in_words(&shipped_intervals().choose(&test, &selection(sex, age)));
        let (female, male, unknown) = (of(Sex::Female), of(Sex::Male), of(Sex::Unknown));
        if female == male && test.as_str() != "DDIM" {
            // Bounds may agree where the words beside them differ; then both are shown.
            prop_assert!(unknown == female || unknown == format!("{female} | {male} needs sex"), "{}", unknown);
        } else {
            for shown in [female, male] {
                prop_assert!(unknown.contains(&shown), "{} is not in {}", shown, unknown);
            }
        }
    }
}
