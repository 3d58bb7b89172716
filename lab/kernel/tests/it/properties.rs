//! What holds for every input.

use kernel::Decimal;
use kernel::codes::{AccessionNumber, ContainerCode};
use kernel::rounding::round_half_away_from_zero;
use kernel::stated::{Stated, TimeSource};
use kernel::unit::{Unit, convert};
use kernel::value::{Coded, Comparator, DecimalMark, Grade, NotMeasured, NotMeasuredReason, Number, Text, Titre, Value, ValueKindExpected};
use kernel::{BirthDate, Zone};
use proptest::prelude::*;
use proptest::sample::select;

fn decimals() -> impl Strategy<Value = Decimal> {
    let mantissa = -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335_i128;
    prop_oneof![
        (mantissa, 0_u32..=28).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale)),
        (-99_999_i128..=99_999, 0_u32..=4).prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale)),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let comparator = || select(Comparator::ALL.to_vec());
    prop_oneof![
        (comparator(), decimals()).prop_map(|(comparator, decimal)| Value::Number(Number::new(comparator, decimal))),
        "[ -~äµ]{0,70}".prop_filter_map("a code", |text| Coded::new(&text).ok().map(Value::Coded)),
        select(Grade::ALL.to_vec()).prop_map(Value::SemiQuantitative),
        (comparator(), 1_u32..=999_999_999).prop_map(|(comparator, reciprocal)| Value::Titre(Titre::new(comparator, reciprocal).unwrap())),
        "[ -~\n\t北]{1,200}".prop_filter_map("a text", |text| Text::new(&text).ok().map(Value::Text)),
        (select(NotMeasuredReason::ALL.to_vec()), "[ -~]{0,64}")
            .prop_map(|(reason, text)| Value::NotMeasured(NotMeasured::new(reason, &text).unwrap())),
    ]
}

/// Units of a concentration with decimal factors between them.
const MASS_PER_VOLUME: [&str; 8] = ["g/dL", "g/L", "mg/dL", "mg/L", "ug/mL", "ng/mL", "ng/dL", "pg/mL"];

proptest! {
    #[test]
    fn a_stored_value_reads_back(value in values()) {
        prop_assert_eq!(Value::from_stored(&value.to_stored()).unwrap(), value);
    }

    #[test]
    fn whatever_reads_from_storage_is_written_the_same(stored in "[0-9<>=.cstxn+: a-z-]{0,12}") {
        if let Ok(value) = Value::from_stored(&stored) {
            prop_assert_eq!(value.to_stored(), stored);
        }
    }

    #[test]
    fn digits_are_kept_as_given(sign in select(vec!["", "-"]), whole in "[1-9][0-9]{0,11}", fraction in "[0-9]{0,12}") {
        let sent = if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
        let value = Value::read(&sent, ValueKindExpected::Number, DecimalMark::Point).unwrap();
        prop_assert_eq!(value.to_stored(), sent.as_str());
        let comma = Value::read(&sent.replace('.', ","), ValueKindExpected::Number, DecimalMark::Comma).unwrap();
        prop_assert_eq!(comma, value);
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in any::<String>(), odd in "[0-9<>=+,.:/eE \\-]{0,40}") {
        let zone = Zone::utc();
        for text in [text.as_str(), odd.as_str()] {
            for kind in ValueKindExpected::ALL {
                if let Ok(value) = Value::read(text, kind, DecimalMark::Point) {
                    prop_assert_eq!(Value::from_stored(&value.to_stored()).unwrap(), value);
                }
            }
            let _ = (Value::from_stored(text), Unit::from_device(text), Unit::ucum(text), BirthDate::parse(text));
            let _ = (ContainerCode::parse(text), AccessionNumber::parse(text));
            if let Ok(stated) = Stated::read(text, &zone, TimeSource::Device) {
                prop_assert!(stated.iso().len() >= stated.text().len());
            }
        }
    }

    #[test]
    fn no_unit_makes_a_conversion_panic(code in "[a-zA-Z0-9*^/.\\[\\]{}()%'-]{1,20}", value in decimals()) {
        if let Ok(unit) = Unit::ucum(&code) {
            let _ = convert(value, &unit, &Unit::ucum("mmol/L").unwrap());
            prop_assert_eq!(convert(value, &unit, &unit).unwrap().value, value);
        }
    }

    #[test]
    fn there_and_back_is_the_same(mantissa in -9_999_999_999_i128..=9_999_999_999, scale in 0_u32..=6,
                                  from in select(MASS_PER_VOLUME.to_vec()), to in select(MASS_PER_VOLUME.to_vec())) {
        let (from, to) = (Unit::ucum(from).unwrap(), Unit::ucum(to).unwrap());
        let value = Decimal::from_i128_with_scale(mantissa, scale);
        let there = convert(value, &from, &to).unwrap();
        let back = convert(there.value, &to, &from).unwrap();
        prop_assert!(there.exact && back.exact);
        prop_assert_eq!(back.value, value);
    }

    #[test]
    fn an_inexact_conversion_is_off_by_less_than_its_last_digit(units in 1_i64..=1_000_000) {
        // 60 U = 1 ukat, so the result times 60 must come back to the value within 60 half steps of the 28th decimal or digit.
        let value = Decimal::from(units);
        let there = convert(value, &Unit::ucum("U/L").unwrap(), &Unit::ucum("ukat/L").unwrap()).unwrap();
        let error = (there.value * Decimal::from(60) - value).abs();
        prop_assert_eq!(there.exact, units % 3 == 0);
        prop_assert!(error <= Decimal::new(1, 20), "{} is off by {}", there.value, error);
    }

    #[test]
    fn what_is_known_holds_for_every_value_it_can_stand_for(bound in -1000_i64..=1000, limit in -1000_i64..=1000, step in 0_i64..=1000,
                                                            comparator in select(Comparator::ALL.to_vec())) {
        // A witness: some value the censored number can stand for.
        let value = match comparator {
            Comparator::Exact => bound,
            Comparator::Less => bound - 1 - step,
            Comparator::LessOrEqual => bound - step,
            Comparator::Greater => bound + 1 + step,
            Comparator::GreaterOrEqual => bound + step,
        };
        let number = Number::new(comparator, Decimal::from(bound));
        let edge = Decimal::from(limit);
        prop_assert!(!number.definitely_below(edge) || value < limit);
        prop_assert!(!number.definitely_above(edge) || value > limit);
        prop_assert!(value >= limit || number.may_be_below(edge));
        prop_assert!(value <= limit || number.may_be_above(edge));
    }

    #[test]
    fn rounding_moves_by_half_a_step_at_most_and_outwards(mantissa in -1_000_000_000_i128..=1_000_000_000, scale in 0_u32..=8, decimals in 0_u32..=6) {
        let value = Decimal::from_i128_with_scale(mantissa, scale);
        let rounded = round_half_away_from_zero(value, decimals).unwrap();
        prop_assert_eq!(rounded.scale(), decimals);
        let (moved, half) = ((rounded - value).abs(), Decimal::new(5, decimals + 1));
        prop_assert!(moved < half || (moved == half && rounded.abs() > value.abs()));
    }

    #[test]
    fn codes_read_back(prefix in "[A-Z]{1,2}", number in 0_u32..=999_999_999, year in 0_u8..=99, request in 1_u32..=99_999_999) {
        let container = ContainerCode::compose(&prefix, number).unwrap();
        prop_assert!(container.as_str().len() <= 12);
        prop_assert_eq!(ContainerCode::parse(container.as_str()).unwrap(), container);
        let accession = AccessionNumber::compose(year, request).unwrap();
        prop_assert_eq!(AccessionNumber::parse(&accession.to_string()).unwrap(), accession);
    }
}
