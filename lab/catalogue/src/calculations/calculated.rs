//! What a calculation gives: the figure as computed, and as it is reported.

use super::amount::{Amount, InUnit, MgPerDl, Score, Vials};
use super::fetomaternal::RhigDose;
use super::inputs::AtMost;
use super::liver::Meld;
use super::martin_hopkins::MartinHopkins;
use super::not_calculated::NotCalculated;
use kernel::value::Comparator;
use kernel::{Decimal, Number};

/// A calculated result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calculated {
    /// As the formula gives it, before rounding and before any cap.
    pub unrounded: Number,
    /// As it is reported: rounded half away from zero, within the cap if there is one.
    pub reported: Number,
    /// UCUM code of its unit.
    pub unit: &'static str,
    /// Figures on the way that a person wants to see, by name.
    pub parts: Vec<(&'static str, Decimal)>,
}

/// What a formula may return.
pub trait Outcome {
    /// UCUM code of the unit.
    const UNIT: &'static str;
    /// The result, reported with so many decimals.
    fn calculated(self, decimals: u32) -> Result<Calculated, NotCalculated>;
}

/// A number reported with so many decimals.
fn rounded(unrounded: Number, unit: &'static str, decimals: u32) -> Result<Calculated, NotCalculated> {
    let reported = unrounded.rounded(decimals).ok_or(NotCalculated::TooManyDigits)?;
    Ok(Calculated { unrounded, reported, unit, parts: Vec::new() })
}

impl<U: InUnit> Outcome for Amount<U> {
    const UNIT: &'static str = U::UCUM;

    fn calculated(self, decimals: u32) -> Result<Calculated, NotCalculated> {
        rounded(Number::exactly(self.value()), Self::UNIT, decimals)
    }
}

impl<U: InUnit> Outcome for AtMost<U> {
    const UNIT: &'static str = U::UCUM;

    fn calculated(self, decimals: u32) -> Result<Calculated, NotCalculated> {
        let number = match self {
            Self::Exactly(amount) => Number::exactly(amount.value()),
            Self::Below(amount) => Number::new(Comparator::Less, amount.value()),
        };
        rounded(number, Self::UNIT, decimals)
    }
}

impl Outcome for MartinHopkins {
    const UNIT: &'static str = MgPerDl::UCUM;

    fn calculated(self, decimals: u32) -> Result<Calculated, NotCalculated> {
        Ok(Calculated { parts: vec![("factor", self.factor), ("ldl", self.ldl.value())], ..self.ldl.calculated(decimals)? })
    }
}

impl Outcome for Meld {
    const UNIT: &'static str = Score::UCUM;

    fn calculated(self, _decimals: u32) -> Result<Calculated, NotCalculated> {
        let (unrounded, reported) = (Number::exactly(self.unrounded.value()), Number::exactly(self.reported));
        Ok(Calculated { unrounded, reported, unit: Self::UNIT, parts: Vec::new() })
    }
}

impl Outcome for RhigDose {
    const UNIT: &'static str = Vials::UCUM;

    fn calculated(self, _decimals: u32) -> Result<Calculated, NotCalculated> {
        let parts = vec![("fetal_whole_blood_ml", self.fetal_whole_blood.value()), ("raw_vials", self.raw_vials.value())];
        let (unrounded, reported) = (Number::exactly(self.raw_vials.value()), Number::exactly(self.vials));
        Ok(Calculated { unrounded, reported, unit: Self::UNIT, parts })
    }
}
