//! An amount in a unit that the compiler knows, so that a formula cannot be fed milligrams where it needs millimoles.

use super::figure::Figure;
use super::not_calculated::NotCalculated;
use kernel::Decimal;
use std::fmt;
use std::marker::PhantomData;

/// A unit that a formula is written in.
pub trait InUnit: Copy + fmt::Debug {
    /// Its UCUM code.
    const UCUM: &'static str;
}

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;
        impl InUnit for $name {
            const UCUM: &'static str = $code;
        })*

        /// The UCUM code of every unit that a formula is written in.
        pub const UNITS: &[&str] = &[$($code),*];
    };
}

units! {
    /// A bare number: a factor, an exponent.
    One = "1";
    /// Years of age.
    Years = "a";
    /// Minutes.
    Minutes = "min";
    /// Seconds.
    Seconds = "s";
    /// Centimetres of height.
    Centimetres = "cm";
    /// Kilograms of weight.
    Kilograms = "kg";
    /// Square metres of body surface.
    SquareMetres = "m2";
    /// Millilitres.
    Millilitres = "mL";
    /// Per cent.
    Percent = "%";
    /// Milligrams in a decilitre.
    MgPerDl = "mg/dL";
    /// Milligrams in a litre.
    MgPerL = "mg/L";
    /// Micrograms in a decilitre.
    UgPerDl = "ug/dL";
    /// Nanograms in a decilitre.
    NgPerDl = "ng/dL";
    /// Picograms in a millilitre.
    PgPerMl = "pg/mL";
    /// Nanograms of fibrinogen equivalents in a millilitre; D-dimer units are another thing.
    NgPerMlFeu = "ng/mL{FEU}";
    /// Grams in a decilitre.
    GPerDl = "g/dL";
    /// Grams in a litre.
    GPerL = "g/L";
    /// Millimoles in a litre.
    MmolPerL = "mmol/L";
    /// Nanomoles in a litre.
    NmolPerL = "nmol/L";
    /// Millimoles in a mole.
    MmolPerMol = "mmol/mol";
    /// Milliosmoles in a kilogram.
    MosmPerKg = "mosm/kg";
    /// Enzyme units in a litre.
    UPerL = "U/L";
    /// Micro-units of insulin in a millilitre.
    MicroIuPerMl = "u[IU]/mL";
    /// Thousands in a microlitre.
    ThousandPerUl = "10*3/uL";
    /// Millions in a microlitre.
    MillionPerUl = "10*6/uL";
    /// Nucleated red cells for a hundred leukocytes.
    PerHundredWbc = "/100{WBCs}";
    /// Femtolitres.
    Femtolitres = "fL";
    /// Picograms.
    Picograms = "pg";
    /// Millilitres in a minute.
    MlPerMin = "mL/min";
    /// Millilitres in a minute for a standard body surface.
    MlPerMinPerSurface = "mL/min/{1.73_m2}";
    /// Milligrams in a gram.
    MgPerG = "mg/g";
    /// Milligrams for a kilogram of body weight in a day.
    MgPerKgPerDay = "mg/kg/d";
    /// A ratio.
    RatioOfTwo = "{ratio}";
    /// An index.
    IndexNumber = "{index}";
    /// International normalised ratio.
    InrUnit = "{INR}";
    /// A score.
    Score = "{score}";
    /// Vials of immune globulin of 300 ug each.
    Vials = "{vials}";
}

/// An exact decimal in the unit `U`.
///
/// Amounts in different units are different types:
/// ```compile_fail,E0308
/// use catalogue::calculations::{Amount, MgPerDl, MmolPerL, renal::egfr_bedside_schwartz};
/// let height = Amount::new(110.into());
/// let creatinine: Amount<MmolPerL> = Amount::new(1.into());
/// egfr_bedside_schwartz(height, creatinine, None); // expects mg/dL
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount<U> {
    value: Decimal,
    unit: PhantomData<U>,
}

impl<U: InUnit> Amount<U> {
    /// So much of the unit. The caller vouches for the unit; values of the laboratory come through [`super::Inputs`], which checks it.
    pub const fn new(value: Decimal) -> Self {
        Self { value, unit: PhantomData }
    }

    /// The number, without its unit.
    pub const fn value(self) -> Decimal {
        self.value
    }

    /// The number as a formula takes it.
    pub(super) const fn figure(self) -> Figure {
        Figure::of(self.value)
    }

    /// The number of an input that is a divisor, or the argument of a power or a logarithm.
    pub(super) fn positive(self, input: &'static str) -> Result<Figure, NotCalculated> {
        if self.value > Decimal::ZERO { Ok(self.figure()) } else { Err(NotCalculated::NotPositive { input }) }
    }

    /// The number of an input that cannot be negative, such as any concentration.
    pub(super) fn not_negative(self, input: &'static str) -> Result<Figure, NotCalculated> {
        if self.value >= Decimal::ZERO { Ok(self.figure()) } else { Err(NotCalculated::Negative { input }) }
    }

    /// What a formula came to; its unit is the formula's.
    pub(super) fn from_figure(figure: Figure) -> Result<Self, NotCalculated> {
        figure.decimal().map(Self::new).ok_or(NotCalculated::TooManyDigits)
    }

    /// What a formula came to, where less than nothing cannot be: a concentration by difference.
    pub(super) fn from_difference(figure: Figure) -> Result<Self, NotCalculated> {
        let amount = Self::from_figure(figure)?;
        if amount.value < Decimal::ZERO { Err(NotCalculated::BelowZero) } else { Ok(amount) }
    }
}
