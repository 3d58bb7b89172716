//! Five tests with dense ages, each interval at its first minute, at its last, and by calendar on the birthday and the day before.
//!
//! The ladders are written from the source of the shipped table: an age and the interval that begins there, up to 150 years.

use crate::bench::{bounds_in_words, selection, shipped_intervals};
use catalogue::TestCode;
use kernel::{AgeAtCollection, BirthDate, Decimal, Sex, Zone};

const LADDERS: &[(&str, Sex, &[&str])] = &[
    (
        "WBC",
        Sex::Female,
        &[
            "0 d 9.0-30.0",
            "12 h 13.0-38.0",
            "1 d 9.4-34.0",
            "7 d 5.0-21.0",
            "14 d 5.0-20.0",
            "1 mo 5.0-19.5",
            "6 mo 6.0-17.5",
            "2 a 6.0-17.0",
            "4 a 5.5-15.5",
            "6 a 5.0-14.5",
            "8 a 4.5-13.5",
            "16 a 4.5-13.0",
            "18 a 4.0-11.0",
        ],
    ),
    (
        "WBC",
        Sex::Male,
        &[
            "0 d 9.0-30.0",
            "12 h 13.0-38.0",
            "1 d 9.4-34.0",
            "7 d 5.0-21.0",
            "14 d 5.0-20.0",
            "1 mo 5.0-19.5",
            "6 mo 6.0-17.5",
            "2 a 6.0-17.0",
            "4 a 5.5-15.5",
            "6 a 5.0-14.5",
            "8 a 4.5-13.5",
            "16 a 4.5-13.0",
            "18 a 4.0-11.0",
        ],
    ),
    (
        "NEUTA",
        Sex::Female,
        &[
            "0 d 6.0-26.0",
            "12 h 6.0-28.0",
            "1 d 5.0-21.0",
            "7 d 1.5-10.0",
            "14 d 1.0-9.5",
            "1 mo 1.0-9.0",
            "6 mo 1.0-8.5",
            "1 a 1.5-8.5",
            "6 a 1.5-8.0",
            "10 a 1.8-8.0",
            "18 a 1.8-7.7",
        ],
    ),
    (
        "NEUTA",
        Sex::Male,
        &[
            "0 d 6.0-26.0",
            "12 h 6.0-28.0",
            "1 d 5.0-21.0",
            "7 d 1.5-10.0",
            "14 d 1.0-9.5",
            "1 mo 1.0-9.0",
            "6 mo 1.0-8.5",
            "1 a 1.5-8.5",
            "6 a 1.5-8.0",
            "10 a 1.8-8.0",
            "18 a 1.8-7.7",
        ],
    ),
    (
        "HGB",
        Sex::Female,
        &[
            "0 d 14.5-22.5",
            "4 d 13.5-21.5",
            "14 d 12.5-20.5",
            "1 mo 10.0-18.0",
            "2 mo 9.0-14.0",
            "3 mo 9.5-13.5",
            "6 mo 10.5-13.5",
            "2 a 11.5-13.5",
            "6 a 11.5-15.5",
            "12 a 12.0-16.0",
            "18 a 12.0-16.0",
        ],
    ),
    (
        "HGB",
        Sex::Male,
        &[
            "0 d 14.5-22.5",
            "4 d 13.5-21.5",
            "14 d 12.5-20.5",
            "1 mo 10.0-18.0",
            "2 mo 9.0-14.0",
            "3 mo 9.5-13.5",
            "6 mo 10.5-13.5",
            "2 a 11.5-13.5",
            "6 a 11.5-15.5",
            "12 a 13.0-16.0",
            "18 a 13.5-17.5",
        ],
    ),
    (
        "ALP",
        Sex::Female,
        &["0 d 90-273", "15 d 134-518", "1 a 156-369", "10 a 141-460", "13 a 62-280", "15 a 54-128", "17 a 48-95", "18 a 35-104"],
    ),
    (
        "ALP",
        Sex::Male,
        &["0 d 90-273", "15 d 134-518", "1 a 156-369", "10 a 141-460", "13 a 127-517", "15 a 89-365", "17 a 59-164", "18 a 40-129"],
    ),
    ("PHOS", Sex::Female, &["0 d 5.6-10.5", "15 d 4.8-8.4", "1 a 4.3-6.8", "5 a 4.1-5.9", "13 a 3.2-5.5", "16 a 2.9-5.0", "18 a 2.5-4.5"]),
    ("PHOS", Sex::Male, &["0 d 5.6-10.5", "15 d 4.8-8.4", "1 a 4.3-6.8", "5 a 4.1-5.9", "13 a 3.5-6.2", "16 a 2.9-5.0", "18 a 2.5-4.5"]),
];

/// Count, unit and interval of a rung.
fn rung(text: &str) -> (u32, &str, &str) {
    let mut words = text.split(' ');
    (words.next().unwrap().parse().unwrap(), words.next().unwrap(), words.next().unwrap())
}

/// Minutes of an age, months and years being those of the average calendar: 30.4375 and 365.25 days.
fn minutes(count: u32, unit: &str) -> u32 {
    count
        * match unit {
            "h" => 60,
            "d" => 1440,
            "mo" => 43_830,
            _ => 525_960,
        }
}

fn at_minute(test: &str, sex: Sex, minute: u32) -> String {
    let days = Decimal::from(minute) / Decimal::from(1440);
    // A minute is no finite part of a day: half a minute more, and the whole minute is surely reached.
    let age = AgeAtCollection::from_days(days + Decimal::new(3, 4)).unwrap();
    assert_eq!(age.youngest().minutes, minute);
    bounds_in_words(&shipped_intervals().choose(&TestCode::parse(test).unwrap(), &selection(sex, age)))
}

#[test]
fn each_interval_begins_at_its_first_minute_and_ends_before_the_next_begins() {
    let mut boundaries = 0;
    for (test, sex, ladder) in LADDERS {
        for (index, text) in ladder.iter().enumerate() {
            let (count, unit, interval) = rung(text);
            let from = minutes(count, unit);
            let until = ladder.get(index + 1).map_or(minutes(150, "a"), |next| minutes(rung(next).0, rung(next).1));
            assert_eq!(at_minute(test, *sex, from), interval, "{test} {sex:?} at {count} {unit}");
            assert_eq!(at_minute(test, *sex, until - 1), interval, "{test} {sex:?}, the last minute of {count} {unit}");
            boundaries += 1;
        }
    }
    assert!(boundaries > 80, "{boundaries} boundaries of five tests");
}

/// Born at 20:00 on 31 January 2020, which no February has.
#[test]
fn by_the_calendar_a_birthday_begins_an_interval_and_hours_count_from_the_birth() {
    let utc = Zone::utc();
    let born = BirthDate::parse("2020-01-31 20:00").unwrap();
    let found = |test: &str, sex: Sex, collected: &str| {
        let age = AgeAtCollection::from_birth_date(&born, collected.parse().unwrap(), &utc).unwrap();
        bounds_in_words(&shipped_intervals().choose(&TestCode::parse(test).unwrap(), &selection(sex, age)))
    };
    for (test, sex, collected, interval) in [
        ("WBC", Sex::Male, "2020-02-01T07:59:59Z", "9.0-30.0"),
        ("WBC", Sex::Male, "2020-02-01T08:00:00Z", "13.0-38.0"),
        ("WBC", Sex::Male, "2020-02-01T19:59:59Z", "13.0-38.0"),
        ("WBC", Sex::Male, "2020-02-01T20:00:00Z", "9.4-34.0"),
        // The 31st of a month without one is its next first: one month on 1 March, two on 31 March.
        ("HGB", Sex::Female, "2020-02-29T23:59:59Z", "12.5-20.5"),
        ("HGB", Sex::Female, "2020-03-01T00:00:00Z", "10.0-18.0"),
        ("HGB", Sex::Female, "2020-03-30T23:59:59Z", "10.0-18.0"),
        ("HGB", Sex::Female, "2020-03-31T00:00:00Z", "9.0-14.0"),
        ("HGB", Sex::Male, "2038-01-30T23:59:59Z", "13.0-16.0"),
        ("HGB", Sex::Male, "2038-01-31T00:00:00Z", "13.5-17.5"),
        ("ALP", Sex::Male, "2033-01-30T23:59:59Z", "141-460"),
        ("ALP", Sex::Male, "2033-01-31T00:00:00Z", "127-517"),
    ] {
        assert_eq!(found(test, sex, collected), interval, "{test} at {collected}");
    }
}
