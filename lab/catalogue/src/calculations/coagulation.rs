//! Coagulation.

use super::amount::{Amount, InrUnit, NgPerMlFeu, One, Seconds, Years};
use super::figure::number;
use super::not_calculated::NotCalculated;
use kernel::Decimal;

/// International normalised ratio: (PT / geometric mean of normal PT) to the power of ISI. ISI and mean belong to one lot of reagent
/// on one instrument; the mean is of at least 20 normal persons; a change of lot needs a record of verification.
/// Source: WHO, Technical Report Series 889, annex 3.
pub fn inr(pt: Amount<Seconds>, geomean_normal_pt: Amount<Seconds>, isi: Amount<One>) -> Result<Amount<InrUnit>, NotCalculated> {
    let ratio = pt.positive("PT")? / geomean_normal_pt.positive("geometric mean of normal PT")?;
    Amount::from_figure(ratio.to_the_power(isi.positive("ISI")?))
}

/// Age-adjusted cut-off of D-dimer: 10 times the age from 50 years on, else 500. Only for assays that report fibrinogen equivalents,
/// and for a low clinical probability. Source: Righini 2014 (ADJUST-PE), JAMA 311:1117.
pub fn age_adjusted_ddimer_cutoff(age: Amount<Years>) -> Result<Amount<NgPerMlFeu>, NotCalculated> {
    let years = age.not_negative("age")?;
    if age.value() < Decimal::from(50) { Amount::from_figure(number!(500)) } else { Amount::from_figure(number!(10) * years) }
}
