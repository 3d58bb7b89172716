//! Conversion between units: exact, or clearly marked as rounded, or refused.

use super::exact::Ratio;
use super::measure::{GRAM, Measure, SECOND, enzyme_unit, measure};
use super::{Unit, UnitTrouble};
use crate::value::Number;
use rust_decimal::Decimal;

/// What is known of the substance measured; some conversions need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Substance {
    /// Grams per mole, for mass to molar units. Zero or less counts as not known.
    pub molar_mass: Option<Decimal>,
    /// Charges of the ion, for `meq/L`: 1 for sodium, potassium and chloride, 2 for calcium. Zero counts as not known.
    pub valence: Option<u8>,
    /// An enzyme measured by its activity: its `[IU]` is the enzyme unit `U`, one micromole a minute. For anything else `[IU]` is the
    /// arbitrary unit of a biological standard and converts to nothing.
    pub enzyme: bool,
    /// A substance measured in the arbitrary unit of its assay (`[arb'U]`), which devices call `U` as they do the enzyme unit.
    pub arbitrary: bool,
}

/// A converted number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Converted<N = Decimal> {
    /// The number in the unit asked for.
    pub value: N,
    /// False where the true result has no end (a division by a molar mass, 5 U/L in ukat/L): then `value` is rounded half away from zero
    /// at the 28th digit or decimal.
    pub exact: bool,
}

/// A factor from one unit to another, worked out once and applied to many values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    from: Unit,
    to: Unit,
    /// `None` where the units are the same.
    ratio: Option<Ratio>,
}

impl Conversion {
    /// The conversion, or why there is none. Equal units always convert, also on logarithmic scales.
    /// ```
    /// use kernel::unit::{Conversion, Substance, Unit};
    /// let unit = |code| Unit::ucum(code).unwrap();
    /// let potassium = Substance { valence: Some(1), ..Substance::default() };
    /// let conversion = Conversion::between(&unit("meq/L"), &unit("mmol/L"), &potassium).unwrap();
    /// assert_eq!(conversion.apply("4.10".parse().unwrap()).unwrap().value.to_string(), "4.10");
    /// assert!(Conversion::between(&unit("meq/L"), &unit("mmol/L"), &Substance::default()).is_err());
    /// ```
    pub fn between(from: &Unit, to: &Unit, substance: &Substance) -> Result<Self, UnitTrouble> {
        if from == to {
            return Ok(Self { from: from.clone(), to: to.clone(), ratio: None });
        }
        let pair = Pair { from, to, substance };
        let ratio = pair.ratio(pair.measure(from)?, pair.measure(to)?)?;
        Ok(Self { from: from.clone(), to: to.clone(), ratio: Some(ratio) })
    }

    /// The unit of the values given.
    pub const fn from(&self) -> &Unit {
        &self.from
    }

    /// The unit of the results.
    pub const fn to(&self) -> &Unit {
        &self.to
    }

    /// Whether values stay as they are.
    pub const fn is_identity(&self) -> bool {
        self.ratio.is_none()
    }

    /// Converts a value. Digits as given are kept: 13.20 g/dL is 132.0 g/L.
    pub fn apply(&self, value: Decimal) -> Result<Converted, UnitTrouble> {
        let Some(ratio) = &self.ratio else {
            return Ok(Converted { value, exact: true });
        };
        let trouble = || UnitTrouble::TooManyDigits { value: value.to_string(), to: self.to.clone() };
        ratio.apply(value).map(|(value, exact)| Converted { value, exact }).ok_or_else(trouble)
    }

    /// Converts a number with its comparator: every factor is positive, so a bound stays on its side.
    pub fn apply_number(&self, number: &Number) -> Result<Converted<Number>, UnitTrouble> {
        let Converted { value, exact } = self.apply(number.decimal())?;
        Ok(Converted { value: Number::new(number.comparator(), value), exact })
    }
}

/// Converts one value without anything known of the substance.
pub fn convert(value: Decimal, from: &Unit, to: &Unit) -> Result<Converted, UnitTrouble> {
    Conversion::between(from, to, &Substance::default())?.apply(value)
}

/// Two different units and the substance measured in them.
struct Pair<'a> {
    from: &'a Unit,
    to: &'a Unit,
    substance: &'a Substance,
}

impl Pair<'_> {
    /// The unit taken apart as it is meant of this substance.
    fn measure(&self, unit: &Unit) -> Result<Measure, UnitTrouble> {
        match unit.as_str().strip_prefix("U/").filter(|_| self.substance.arbitrary) {
            Some(volume) => measure(&format!("[arb'U]/{volume}")),
            None => measure(unit.as_str()),
        }
    }

    fn ratio(&self, mut from: Measure, mut to: Measure) -> Result<Ratio, UnitTrouble> {
        let units = || (self.from.clone(), self.to.clone());
        let not_registered = || {
            let (from, to) = units();
            UnitTrouble::NotRegistered { from, to }
        };
        if from.annotations != to.annotations {
            let (from, to) = units();
            return Err(UnitTrouble::Annotation { from, to });
        }
        if self.substance.enzyme {
            from = with_enzyme_units(from).ok_or_else(not_registered)?;
            to = with_enzyme_units(to).ok_or_else(not_registered)?;
        }
        let bridge = self.bridge(&from, &to)?;
        let (Some(above), Some(below)) = (from.factor, to.factor) else {
            return Err(not_registered());
        };
        below.inverse().and_then(|inverse| above.times(inverse)?.times(bridge)).ok_or_else(not_registered)
    }

    /// The factor that the substance gives between mass, moles and equivalents; 1 where both measure the same kind of quantity.
    fn bridge(&self, from: &Measure, to: &Measure) -> Result<Ratio, UnitTrouble> {
        let dimension = || UnitTrouble::Dimension { from: self.from.clone(), to: self.to.clone() };
        if (from.dimension, from.amounts, &from.arbitrary) == (to.dimension, to.amounts, &to.arbitrary) {
            return Ok(Ratio::ONE);
        }
        let (Some((counted, carrier)), Some((asked, other_carrier))) = (carried(from), carried(to)) else {
            return Err(dimension());
        };
        if carrier != other_carrier || from.arbitrary != to.arbitrary {
            return Err(dimension());
        }
        let in_moles = self.in_moles(counted)?;
        self.in_moles(asked)?.inverse().and_then(|inverse| in_moles.times(inverse)).ok_or_else(dimension)
    }

    /// How many moles one gram, mole or equivalent of the substance is.
    fn in_moles(&self, counted: Counted) -> Result<Ratio, UnitTrouble> {
        let (from, to) = (self.from.clone(), self.to.clone());
        match counted {
            Counted::Moles => Ok(Ratio::ONE),
            Counted::Grams => {
                let grams = self.substance.molar_mass.and_then(Ratio::of_decimal).and_then(Ratio::inverse);
                grams.ok_or(UnitTrouble::NeedsMolarMass { from, to })
            }
            Counted::Equivalents => {
                let charges = self.substance.valence.and_then(|valence| Ratio::whole(u32::from(valence))).and_then(Ratio::inverse);
                charges.ok_or(UnitTrouble::NeedsValence { from, to })
            }
        }
    }
}

/// What of the substance a unit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counted {
    Grams,
    Moles,
    Equivalents,
}

/// What a unit counts above the line, and the dimension without it (a litre below, as a rule). `None` for any unit that counts two such
/// things or counts one below the line: in `mg/mmol` the gram and the mole belong to different substances.
fn carried(unit: &Measure) -> Option<(Counted, [i8; 7])> {
    let mut carrier = unit.dimension;
    let grams = carrier.get_mut(GRAM)?;
    let counted = match (*grams, unit.amounts) {
        (1, [0, 0, 0]) => Counted::Grams,
        (0, [1, 0, 0]) => Counted::Moles,
        (0, [0, 1, 0]) => Counted::Equivalents,
        _ => return None,
    };
    *grams = 0;
    Some((counted, carrier))
}

/// The same unit with `[IU]` read as the enzyme unit. `None` where the factor overflows.
fn with_enzyme_units(mut unit: Measure) -> Option<Measure> {
    if let [("[iU]", 1)] = unit.arbitrary.as_slice() {
        let [moles, _, _] = &mut unit.amounts;
        *moles = moles.checked_add(1)?;
        let seconds = unit.dimension.get_mut(SECOND)?;
        *seconds = seconds.checked_sub(1)?;
        unit.arbitrary.clear();
        unit.factor = unit.factor.and_then(|factor| factor.times(enzyme_unit()?));
    }
    Some(unit)
}
