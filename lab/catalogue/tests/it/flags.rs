//! Flags: bounds belong to the interval, critical limits are strict, and both judge what is printed.

use crate::bench::{intervals_of_x, potassium_with, selection, shipped_intervals};
use catalogue::{Flag, Flagged, IntervalChoice, Intervals, LimitChoice, NoFlag, PatientFact, TestCode};
use kernel::value::Comparator;
use kernel::{AgeAtCollection, BirthDate, Decimal, Number, Sex, Zone};
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn number(text: &str) -> Number {
    let split = |sign: &str, comparator| text.strip_prefix(sign).map(|digits| Number::new(comparator, d(digits)));
    split("<", Comparator::Less).or_else(|| split(">", Comparator::Greater)).unwrap_or_else(|| Number::exactly(d(text)))
}

fn adult(sex: Sex) -> catalogue::Selection<'static> {
    selection(sex, AgeAtCollection::from_days(d("10957.5")).unwrap())
}

/// A value of X against 3.5 to 5.1, both sexes.
fn of_x(value: &str, row: &str) -> Flagged {
    let intervals = intervals_of_x(row).unwrap();
    let choice = intervals.choose(&TestCode::parse("X").unwrap(), &adult(Sex::Female));
    Flagged::of(&number(value), 1, &choice, &LimitChoice::None).unwrap()
}

#[test]
fn a_bound_belongs_to_the_interval_and_the_printed_value_decides() {
    let row = "X,reference,,A,0,d,150,a,,,,,3.5,5.1,,,here\n";
    for (value, reported, flag, decided_by_rounding) in [
        ("3.5", "3.5", Flag::Normal, false),
        ("5.1", "5.1", Flag::Normal, false),
        ("3.4", "3.4", Flag::Low, false),
        ("5.2", "5.2", Flag::High, false),
        // Half away from zero: 3.45 is printed 3.5, 3.449 is printed 3.4; 5.149 as 5.1, 5.15 as 5.2.
        ("3.45", "3.5", Flag::Normal, true),
        ("3.449", "3.4", Flag::Low, false),
        ("5.149", "5.1", Flag::Normal, true),
        ("5.15", "5.2", Flag::High, false),
    ] {
        let flagged = of_x(value, row);
        assert_eq!((flagged.reported.to_string().as_str(), flagged.reference.clone()), (reported, Ok(flag)), "{value}");
        assert_eq!(flagged.decided_by_rounding, decided_by_rounding, "{value}");
    }
}

#[test]
fn a_bound_of_a_value_is_flagged_only_where_it_says_so() {
    let row = "X,reference,,A,0,d,150,a,,,,,3.5,5.1,,,here\n";
    for (value, expected) in [
        ("<3.5", Ok(Flag::Low)),
        ("<3.6", Err(NoFlag::BoundDoesNotSay)),
        ("<9", Err(NoFlag::BoundDoesNotSay)),
        (">5.1", Ok(Flag::High)),
        (">5.0", Err(NoFlag::BoundDoesNotSay)),
    ] {
        assert_eq!(of_x(value, row).reference, expected, "{value}");
    }
    assert_eq!(of_x("<3", "X,decision_limit,,A,0,d,150,a,,,,,,199,,,here\n").reference, Ok(Flag::Normal), "no low bound to lie below");
}

#[test]
fn an_interval_open_on_one_side_or_in_words_flags_what_it_can() {
    let high_only = "X,decision_limit,,A,0,d,150,a,,,,,,199,,,here\n";
    assert_eq!([of_x("199", high_only).reference, of_x("199.1", high_only).reference], [Ok(Flag::Normal), Ok(Flag::High)]);
    let low_only = "X,decision_limit,,A,0,d,150,a,,,,,40,,,,here\n";
    assert_eq!([of_x("40", low_only).reference, of_x("39.9", low_only).reference], [Ok(Flag::Normal), Ok(Flag::Low)]);
    let words = "X,reference,,A,0,d,150,a,,,,,,,,follicular 3-10; postmenopausal 25-135,here\n";
    assert_eq!(of_x("4", words).reference, Err(NoFlag::OnlyWords));
    let choice = IntervalChoice::None;
    let none = Flagged::of(&number("4"), 1, &choice, &LimitChoice::None).unwrap();
    assert_eq!((none.printed(), none.reference), (None, Err(NoFlag::NoInterval)));
}

#[test]
fn with_an_unknown_sex_only_what_lies_outside_both_is_flagged() {
    let hemoglobin = |value: &str| {
        let choice = shipped_intervals().choose(&TestCode::parse("HGB").unwrap(), &adult(Sex::Unknown));
        Flagged::of(&number(value), 1, &choice, &LimitChoice::None).unwrap().reference
    };
    let depends = Err(NoFlag::Depends(vec![PatientFact::Sex]));
    // Women 12.0 to 16.0, men 13.5 to 17.5.
    for (value, expected) in [
        ("11.9", Ok(Flag::Low)),
        ("12.0", depends.clone()),
        ("13.4", depends.clone()),
        ("13.5", Ok(Flag::Normal)),
        ("16.0", Ok(Flag::Normal)),
        ("16.1", depends),
        ("17.6", Ok(Flag::High)),
    ] {
        assert_eq!(hemoglobin(value), expected, "{value}");
    }
    // Between two intervals that leave a space: outside both, on no common side.
    let apart = intervals_of_x("X,reference,,F,0,d,150,a,,,,,1,2,,,here\nX,reference,,M,0,d,150,a,,,,,5,6,,,here\n").unwrap();
    let choice = apart.choose(&TestCode::parse("X").unwrap(), &adult(Sex::Unknown));
    assert_eq!(Flagged::of(&number("3"), 1, &choice, &LimitChoice::None).unwrap().reference, Ok(Flag::Abnormal));
    // Only women have an interval: a man would have none, so nothing is said.
    let choice = shipped_intervals().choose(&TestCode::parse("CA125").unwrap(), &adult(Sex::Unknown));
    assert!(matches!(Flagged::of(&number("99"), 0, &choice, &LimitChoice::None).unwrap().reference, Err(NoFlag::Depends(_))));
}

#[test]
fn without_the_hour_of_birth_the_union_of_the_day_holds() {
    let born = BirthDate::parse("2026-03-01").unwrap();
    let age = AgeAtCollection::from_birth_date(&born, "2026-03-01T12:00:00Z".parse().unwrap(), &Zone::utc()).unwrap();
    let choice = shipped_intervals().choose(&TestCode::parse("WBC").unwrap(), &selection(Sex::Female, age));
    // 9.0 to 30.0 and 13.0 to 38.0 together are 9.0 to 38.0.
    for (value, flag) in [("8.99", Flag::Low), ("9.0", Flag::Normal), ("38.0", Flag::Normal), ("38.01", Flag::High)] {
        assert_eq!(Flagged::of(&number(value), 2, &choice, &LimitChoice::None).unwrap().reference, Ok(flag), "{value}");
    }
}

/// Critical below 2.8 and above 7.0 up to 28 days, above 6.2 from then on.
#[test]
fn critical_is_strict_goes_by_age_and_outranks_the_interval() {
    let catalogue = potassium_with("K,A,0,28,,,,,2.8,7.0,,here,\nK,A,28,54787.5,,,,,2.8,6.2,,here,\n");
    let test = TestCode::parse("K").unwrap();
    let printed = |value: &str, days: u32| {
        let age = AgeAtCollection::from_days(days.into()).unwrap();
        let choice = shipped_intervals().choose(&test, &selection(Sex::Male, age));
        let critical = catalogue.critical_limits().choose(&test, &selection(Sex::Male, age));
        let flagged = Flagged::of(&number(value), 1, &choice, &critical).unwrap();
        (flagged.printed().unwrap().code(), flagged.decided_by_rounding)
    };
    for (value, days, flag, decided_by_rounding) in [
        ("2.8", 10_000, "L", false),
        ("2.7", 10_000, "LL", false),
        // Printed 2.8, which is at the limit and not beyond it; said, because 2.75 is below.
        ("2.75", 10_000, "L", true),
        ("6.2", 10_000, "H", false),
        ("6.3", 10_000, "HH", false),
        ("6.24", 10_000, "H", true),
        ("6.25", 10_000, "HH", false),
        ("6.3", 27, "H", false),
        ("7.0", 27, "H", false),
        ("7.1", 27, "HH", false),
        ("6.3", 28, "HH", false),
        (">10.0", 10_000, "HH", false),
    ] {
        assert_eq!(printed(value, days), (flag, decided_by_rounding), "{value} at {days} days");
    }
}

fn intervals(low: i64, width: i64) -> Intervals {
    let high = low + width;
    let tenths = |tenths: i64| Decimal::new(tenths, 1);
    intervals_of_x(&format!("X,reference,,A,0,d,150,a,,,,,{},{},,,here\n", tenths(low), tenths(high))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Counted in thousandths, without anything of the code under test.
    #[test]
    fn rounding_never_crosses_a_flag_silently(low in -50_i64..50, width in 0_i64..40, off in -3000_i64..3000) {
        let (low_thousandths, high_thousandths) = (low * 100, (low + width) * 100);
        let value = low_thousandths + off;
        let rounded = (value.abs() + 50) / 100 * 100 * value.signum();
        let place = |value: i64| match value {
            value if value < low_thousandths => Flag::Low,
            value if value > high_thousandths => Flag::High,
            _ => Flag::Normal,
        };
        let intervals = intervals(low, width);
        let choice = intervals.choose(&TestCode::parse("X").unwrap(), &adult(Sex::Male));
        let flagged = Flagged::of(&Number::exactly(Decimal::new(value, 3)), 1, &choice, &LimitChoice::None).unwrap();
        prop_assert_eq!(flagged.reference, Ok(place(rounded)));
        prop_assert_eq!(flagged.decided_by_rounding, place(rounded) != place(value));
    }
}
