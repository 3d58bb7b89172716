//! Fetomaternal haemorrhage.

use super::amount::{Amount, Millilitres, Percent, Vials};
use super::figure::{Figure, number};
use super::not_calculated::NotCalculated;
use kernel::Decimal;
use kernel::rounding::round_half_away_from_zero;

/// How much Rh immune globulin a bleeding needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RhigDose {
    /// Fetal whole blood in the mother.
    pub fetal_whole_blood: Amount<Millilitres>,
    /// Vials of 300 ug that this amounts to, before rounding: one for 30 mL.
    pub raw_vials: Amount<Vials>,
    /// Vials to give: rounded, and one more.
    pub vials: Decimal,
}

/// Vials of Rh immune globulin after a Kleihauer-Betke stain: fetal cells in per cent of the maternal blood volume (5000 mL, or 70
/// mL/kg) are fetal blood; 30 mL of it to a vial; a fraction below one half is rounded down, from one half on up, then one vial is added.
/// Source: AABB Technical Manual; laboratory rules 7.8.
pub fn rhig_vials_kleihauer_betke(fetal_cells: Amount<Percent>, maternal_blood: Amount<Millilitres>) -> Result<RhigDose, NotCalculated> {
    let fetal: Figure = fetal_cells.not_negative("fetal cells")? * maternal_blood.positive("maternal blood volume")? / number!(100);
    let raw_vials = Amount::from_figure(fetal / number!(30))?;
    let whole = round_half_away_from_zero(raw_vials.value(), 0).and_then(|whole| whole.checked_add(Decimal::ONE));
    Ok(RhigDose { fetal_whole_blood: Amount::from_figure(fetal)?, raw_vials, vials: whole.ok_or(NotCalculated::TooManyDigits)? })
}
