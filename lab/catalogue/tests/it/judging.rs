//! Deltas, absurd limits, measuring ranges and interference indices: each form, both sides of each limit. Worked out by hand.

use catalogue::interference::{Index, IndexThresholds, Interference, judge_all};
use catalogue::limits::delta::{Change, DeltaLimit, DeltaMode, DeltaUse, NoChange};
use catalogue::measuring_range::{MeasuringRange, RangeTrouble, Reportable};
use catalogue::{AbsurdLimit, Beyond};
use kernel::value::Comparator;
use kernel::{Decimal, Number, Quantity, Unit};
use proptest::prelude::*;

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn number(text: &str) -> Number {
    let split = |sign: &str, comparator| text.strip_prefix(sign).map(|digits| Number::new(comparator, d(digits)));
    split("<", Comparator::Less).or_else(|| split(">", Comparator::Greater)).unwrap_or_else(|| Number::exactly(d(text)))
}

fn limit(absolute: &str, percent: &str, mode: DeltaMode, window: &str) -> DeltaLimit {
    let arm = |text: &str| (!text.is_empty()).then(|| d(text));
    let (absolute, percent, window_hours) = (arm(absolute), arm(percent), d(window));
    DeltaLimit { absolute, percent, mode, window_hours, purpose: DeltaUse::Identity }
}

fn fires(limit: &DeltaLimit, previous: &str, current: &str, hours: &str) -> Result<bool, NoChange> {
    limit.fires(&Change::between(&number(previous), &number(current), d(hours))?)
}

#[test]
fn a_change_is_counted_in_every_form() {
    // 4.0 to 5.0 in 4 hours: 1.0, 25 %, 0.25 and 6.25 % an hour; back again -20 %.
    let up = Change::between(&number("4.0"), &number("5.0"), d("4")).unwrap();
    assert_eq!((up.absolute, up.percent), (d("1.0"), Some(d("25"))));
    assert_eq!((up.rate(), up.rate_percent()), (Ok(d("0.25")), Ok(Some(d("6.25")))));
    let down = Change::between(&number("5.0"), &number("4.0"), d("4")).unwrap();
    assert_eq!((down.absolute, down.percent), (d("-1.0"), Some(d("-20"))));
    let from_zero = Change::between(&number("0.0"), &number("5.0"), d("4")).unwrap();
    assert_eq!((from_zero.absolute, from_zero.percent, from_zero.rate_percent()), (d("5.0"), None, Ok(None)));
    for (previous, current) in [("<4", "5"), ("4", ">5")] {
        assert_eq!(Change::between(&number(previous), &number(current), d("4")), Err(NoChange::Censored));
    }
    for hours in ["0", "-1"] {
        assert_eq!(Change::between(&number("4"), &number("5"), d(hours)), Err(NoChange::NotLater));
    }
}

#[test]
fn a_delta_fires_strictly_above_its_limit_within_its_window() {
    let potassium = limit("1.0", "", DeltaMode::Any, "72");
    for (previous, current, fired) in [("4.0", "5.0", false), ("4.0", "5.1", true), ("5.1", "4.0", true), ("5.0", "4.0", false)] {
        assert_eq!(fires(&potassium, previous, current, "72"), Ok(fired), "{previous} to {current}");
    }
    assert_eq!(fires(&potassium, "4.0", "9.0", "72.1"), Err(NoChange::OutsideWindow));
}

#[test]
fn any_needs_one_arm_all_needs_both_and_rate_counts_by_the_hour() {
    // Creatinine 1.0 to 1.6 is 0.6 and 60 %; 3.0 to 3.6 is 0.6 and 20 %; 0.2 to 0.4 is 0.2 and 100 %.
    let (any, all) = (limit("0.5", "50", DeltaMode::Any, "168"), limit("0.5", "50", DeltaMode::All, "168"));
    for (previous, current, by_any, by_all) in
        [("1.0", "1.6", true, true), ("3.0", "3.6", true, false), ("0.2", "0.4", true, false), ("1.0", "1.5", false, false)]
    {
        let found = (fires(&any, previous, current, "24"), fires(&all, previous, current, "24"));
        assert_eq!(found, (Ok(by_any), Ok(by_all)), "{previous} to {current}");
    }
    assert_eq!([fires(&all, "0", "0.6", "24"), fires(&all, "0", "0.5", "24")], [Ok(true), Ok(false)], "from zero the amount alone");
    // Troponin 10 to 22 in 2 hours: 6 an hour; in 3 hours: 4 an hour, but 40 % an hour.
    let troponin = limit("5", "", DeltaMode::Rate, "6");
    assert_eq!([fires(&troponin, "10", "22", "2"), fires(&troponin, "10", "22", "3")], [Ok(true), Ok(false)]);
    assert_eq!(fires(&limit("5", "20", DeltaMode::Rate, "6"), "10", "22", "3"), Ok(true));
}

/// Laboratory rules 2.5, gate 8: a bound that may lie beyond counts as beyond. Potassium: 1.0 and 12.0.
#[test]
fn a_value_that_may_lie_beyond_an_absurd_limit_counts_as_beyond() {
    let limit = AbsurdLimit { low: Some(d("1.0")), high: Some(d("12.0")) };
    let (below, above) = (Beyond::Below(d("1.0")), Beyond::Above(d("12.0")));
    for (value, expected) in [
        ("1.0", Beyond::No),
        ("0.99", below),
        ("12.0", Beyond::No),
        ("12.04", above),
        (">10.0", above),
        (">12.0", above),
        ("<2.8", below),
        ("<1.0", below),
        ("4.1", Beyond::No),
    ] {
        assert_eq!(limit.beyond(&number(value)), expected, "{value}");
    }
    let high_only = AbsurdLimit { low: None, ..limit };
    assert_eq!([high_only.beyond(&number("0.1")), high_only.beyond(&number("<2.8"))], [Beyond::No, Beyond::No]);
}

#[test]
fn what_lies_outside_the_measuring_range_is_a_bound_or_measured_again() {
    let range = MeasuringRange { low: Some(d("5")), high: Some(d("700")), dilution_max: d("10") };
    let report = |text: &str| Ok(Reportable::Report(number(text)));
    for (measured, factor, expected) in [
        ("5", "1", report("5")),
        ("4.9", "1", report("<5")),
        ("<5", "1", report("<5")),
        ("700", "1", report("700")),
        ("700.1", "1", Ok(Reportable::Dilute { factor_max: d("10") })),
        (">700", "5", Ok(Reportable::Dilute { factor_max: d("10") })),
        ("300", "5", report("1500")),
        ("700", "10", report("7000")),
        ("701", "10", report(">7000")),
        ("4", "10", Ok(Reportable::DiluteLess)),
        // A device's own bound within the range stays the bound it is.
        ("<6", "1", report("<6")),
        ("100", "0.5", Err(RangeTrouble::NoDilution)),
        ("100", "20", Err(RangeTrouble::NotValidated)),
    ] {
        assert_eq!(range.reportable(&number(measured), d(factor)), expected, "{measured} times {factor}");
    }
    let undiluted = MeasuringRange { dilution_max: Decimal::ONE, ..range };
    assert_eq!(undiluted.reportable(&number("701"), Decimal::ONE), report(">700"));
    let open = MeasuringRange { low: None, high: None, dilution_max: Decimal::ONE };
    assert_eq!(open.reportable(&number("0.01"), Decimal::ONE), report("0.01"));
}

#[test]
fn an_index_above_its_threshold_comments_or_blocks_and_one_not_known_never_passes() {
    let unit = Unit::ucum("mg/dL").unwrap();
    let threshold = |index, comment: Option<&str>, block: Option<&str>| IndexThresholds {
        index,
        unit: unit.clone(),
        comment_above: comment.map(d),
        block_above: block.map(d),
    };
    let potassium = threshold(Index::Haemolysis, Some("50"), Some("100"));
    let measured = |text: &str| Quantity::new(number(text), unit.clone());
    for (index, expected) in [
        ("50", Interference::None),
        ("51", Interference::Comment),
        ("100", Interference::Comment),
        ("101", Interference::Block),
        (">40", Interference::Block),
        ("<50", Interference::None),
        ("<60", Interference::Comment),
    ] {
        assert_eq!(potassium.judge(Some(&measured(index))), expected, "{index}");
    }
    assert_eq!(potassium.judge(None), Interference::NotEstablished);
    let other_unit = Quantity::new(number("1"), Unit::ucum("umol/L").unwrap());
    assert_eq!(potassium.judge(Some(&other_unit)), Interference::NotEstablished);
    let icterus = threshold(Index::Icterus, None, Some("15"));
    let both = |haemolysis: &str, bilirubin: &str| {
        let all = [(Index::Haemolysis, measured(haemolysis)), (Index::Icterus, measured(bilirubin))];
        judge_all([&potassium, &icterus], &all)
    };
    assert_eq!([both("51", "1"), both("51", "16"), both("1", "1")], [Interference::Comment, Interference::Block, Interference::None]);
    assert_eq!(judge_all([&potassium, &icterus], &[(Index::Haemolysis, measured("1"))]), Interference::NotEstablished);
    assert_eq!(judge_all([], &[]), Interference::None, "a test without thresholds is not interfered with");
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    (any::<[u32; 3]>(), any::<bool>(), 0_u32..=28)
        .prop_map(|([low, middle, high], negative, scale)| Decimal::from_parts(low, middle, high, negative, scale))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_numbers_make_a_change_or_a_dilution_panic(values in prop::collection::vec(any_decimal(), 6)) {
        let exact = |index: usize| Number::exactly(values[index]);
        if let Ok(change) = Change::between(&exact(0), &exact(1), values[2]) {
            for mode in [DeltaMode::Any, DeltaMode::All, DeltaMode::Rate] {
                let limit = DeltaLimit {
                    absolute: Some(values[3]), percent: Some(values[4]), mode, window_hours: values[5], purpose: DeltaUse::Identity,
                };
                prop_assert!(limit.fires(&change).is_ok() || mode == DeltaMode::Rate || values[2] > values[5]);
            }
        }
        let range = MeasuringRange { low: Some(values[3]), high: Some(values[4]), dilution_max: values[5] };
        let factor = values[2].abs().max(Decimal::ONE).min(values[5].abs().max(Decimal::ONE));
        if let Ok(Reportable::Report(reported)) = range.reportable(&exact(0), factor) {
            prop_assert!(reported.is_censored() || reported.decimal() == values[0] * factor);
        }
    }
}
