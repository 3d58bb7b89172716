//! Every calculation with every input unusable in every way, in other units, and with any number at all.

use crate::calculations::{in_unit, number};
use catalogue::calculations::{BindingTrouble, CALCULATIONS, Calculation, Given, Input, InputKind, Inputs, NotCalculated};
use kernel::value::{Comparator, NotMeasuredReason};
use kernel::{Decimal, Lang, Number, Quantity, Sex, Unit};
use proptest::prelude::*;

/// Inputs within every limit: 20 years of age, a hundred of everything else but the few that are bounded.
fn plausible(calculation: &Calculation) -> Vec<(&'static str, Given)> {
    let one = |input: &Input| {
        let given = match (input.kind, input.name) {
            (InputKind::Quantity(unit), "age") => in_unit(if calculation.name.contains("schwartz") { "10" } else { "20" }, unit),
            (InputKind::Quantity(unit), "direct" | "hdl" | "albumin" | "isi" | "co2" | "cl") => in_unit("2", unit),
            (InputKind::Quantity(unit), _) => in_unit("100", unit),
            (InputKind::Sex, _) => Given::Sex(Sex::Female),
            (InputKind::Fact, _) => Given::Fact(true),
        };
        (input.name, given)
    };
    calculation.inputs.iter().map(one).collect()
}

#[test]
fn every_input_that_is_unusable_makes_every_calculation_null_for_that_reason() {
    for calculation in CALCULATIONS {
        let all = plausible(calculation);
        assert!(calculation.calculate(Inputs(&all)).is_ok(), "{}: {:?}", calculation.name, calculation.calculate(Inputs(&all)));
        for (index, input) in calculation.inputs.iter().enumerate() {
            let (InputKind::Quantity(_), name) = (input.kind, input.name) else { continue };
            let above = number(">100");
            for (unusable, reason) in [
                (Given::Missing, NotCalculated::Missing { input: name }),
                (Given::Cancelled, NotCalculated::Cancelled { input: name }),
                (Given::Interference, NotCalculated::Interference { input: name }),
                (
                    Given::NotMeasured(NotMeasuredReason::Dashes),
                    NotCalculated::NotMeasured { input: name, reason: NotMeasuredReason::Dashes },
                ),
                (Given::Fact(true), NotCalculated::WrongKind { input: name, expected: "a quantity" }),
            ] {
                let mut inputs = all.clone();
                inputs[index].1 = unusable;
                assert_eq!(calculation.calculate(Inputs(&inputs)).unwrap_err(), reason, "{} without {name}", calculation.name);
            }
            let mut inputs = all.clone();
            let Given::Quantity(quantity) = &mut inputs[index].1 else { panic!("{name} is a quantity") };
            quantity.value = above;
            let censored = NotCalculated::Censored { input: name, value: above };
            assert_eq!(calculation.calculate(Inputs(&inputs)).unwrap_err(), censored, "{} with {name} censored", calculation.name);
            inputs.remove(index);
            let without = calculation.calculate(Inputs(&inputs));
            assert_eq!(without.is_ok(), input.optional, "{} without {name}: {without:?}", calculation.name);
        }
    }
}

#[test]
fn another_unit_is_converted_exactly_or_refused() {
    let calculation = Calculation::find("calcium_corrected").unwrap();
    let with_albumin = |albumin| calculation.calculate(Inputs(&[("calcium", in_unit("10.8", "mg/dL")), ("albumin", albumin)]));
    // 46 g/L are 4.6 g/dL: 10.8 - 0.8 * 0.6 = 10.32.
    assert_eq!(with_albumin(in_unit("46", "g/L")).unwrap().unrounded.decimal(), "10.32".parse().unwrap());
    for unit in ["mmol/L", "umol/L", "g", "U/L", "%"] {
        let refused = with_albumin(in_unit("46", unit)).unwrap_err();
        assert!(matches!(&refused, NotCalculated::Unit { input: "albumin", .. }), "{unit}: {refused:?}");
        assert!(calculation.check_unit("albumin", &Unit::ucum(unit).unwrap()).is_err(), "found when the catalogue is loaded");
    }
    assert_eq!(calculation.check_unit("albumin", &Unit::ucum("g/L").unwrap()), Ok(()));
    let no_such = calculation.check_unit("glucose", &Unit::ucum("mg/dL").unwrap());
    assert!(matches!(no_such, Err(BindingTrouble::NoSuchInput { .. })));
    let sex = Calculation::find("meld_3_0").unwrap().check_unit("sex", &Unit::ucum("1").unwrap());
    assert!(matches!(sex, Err(BindingTrouble::NotAQuantity { .. })));
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    let wild = (any::<[u32; 3]>(), any::<bool>(), 0_u32..=28)
        .prop_map(|([low, middle, high], negative, scale)| Decimal::from_parts(low, middle, high, negative, scale));
    let near = (-10_000_i64..100_000, 0_u32..4).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale));
    let edges = prop::sample::select(vec![Decimal::MAX, Decimal::MIN, Decimal::ZERO, Decimal::new(1, 28)]);
    prop_oneof![3 => near, 2 => wild, 2 => edges]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_input_makes_any_calculation_panic(
        values in prop::collection::vec(any_decimal(), 7), comparator in prop::sample::select(Comparator::ALL.to_vec()),
        censored in 0_usize..20, sex in prop::sample::select(Sex::ALL.to_vec()), fact in any::<bool>(),
    ) {
        for calculation in CALCULATIONS {
            let one = |(index, input): (usize, &Input)| {
                let given = match input.kind {
                    InputKind::Quantity(unit) => {
                        let comparator = if index == censored { comparator } else { Comparator::Exact };
                        Given::Quantity(Quantity::new(Number::new(comparator, values[index]), Unit::ucum(unit).unwrap()))
                    }
                    InputKind::Sex => Given::Sex(sex),
                    InputKind::Fact => Given::Fact(fact),
                };
                (input.name, given)
            };
            let inputs: Vec<_> = calculation.inputs.iter().enumerate().map(one).collect();
            match calculation.calculate(Inputs(&inputs)) {
                Ok(found) => prop_assert_eq!(found.unit, calculation.unit),
                Err(reason) => prop_assert!(!reason.words(Lang::English).is_empty()),
            }
        }
    }
}
