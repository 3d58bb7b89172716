//! A number and its unit, never apart.

use crate::unit::{Conversion, Converted, Unit, UnitTrouble};
use crate::value::Number;
use std::fmt;

/// A number with its unit: `4.1 mmol/L`, `<0.1 ng/mL`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Quantity {
    /// How much.
    pub value: Number,
    /// Of what.
    pub unit: Unit,
}

impl Quantity {
    /// A quantity.
    pub const fn new(value: Number, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// The same quantity in another unit, by a conversion made from this quantity's unit.
    pub fn converted(&self, conversion: &Conversion) -> Result<Converted<Self>, UnitTrouble> {
        if conversion.from() != &self.unit {
            return Err(UnitTrouble::Dimension { from: self.unit.clone(), to: conversion.to().clone() });
        }
        let Converted { value, exact } = conversion.apply_number(&self.value)?;
        Ok(Converted { value: Self::new(value, conversion.to().clone()), exact })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Substance;
    use crate::value::Comparator;

    fn unit(code: &str) -> Unit {
        Unit::ucum(code).unwrap()
    }

    #[test]
    fn a_bound_keeps_its_side_and_a_conversion_of_another_unit_is_refused() {
        let conversion = Conversion::between(&unit("g/dL"), &unit("g/L"), &Substance::default()).unwrap();
        let low = Quantity::new(Number::new(Comparator::Less, "0.50".parse().unwrap()), unit("g/dL"));
        // 0.50 g in a decilitre are 5.0 g in a litre.
        assert_eq!(low.converted(&conversion).unwrap().value.to_string(), "<5.0 g/L");
        let other = Quantity::new(low.value, unit("mg/dL"));
        assert!(matches!(other.converted(&conversion), Err(UnitTrouble::Dimension { .. })));
    }
}
