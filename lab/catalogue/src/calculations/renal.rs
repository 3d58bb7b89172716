//! Glomerular filtration and creatinine clearance.

use super::amount::{
    Amount, Centimetres, Kilograms, MgPerDl, MgPerKgPerDay, MgPerL, Millilitres, Minutes, MlPerMin, MlPerMinPerSurface, SquareMetres, Years,
};
use super::figure::{Figure, number};
use super::not_calculated::{Limit, NotCalculated};
use kernel::{Decimal, Sex};

/// eGFR by CKD-EPI 2021 from creatinine, without a race term. Adults of 18 years and more; creatinine traceable to IDMS.
///
/// 142 min(S/k,1)^a max(S/k,1)^-1.200 0.9938^age, times 1.012 for women; k 0.7 and a -0.241 for women, 0.9 and -0.302 for men.
/// Source: Inker 2021, N Engl J Med 385:1737.
pub fn egfr_ckdepi_2021_creatinine(
    creatinine: Amount<MgPerDl>,
    age: Amount<Years>,
    sex: Sex,
) -> Result<Amount<MlPerMinPerSurface>, NotCalculated> {
    let age = adult(age)?;
    let (k, a, factor) = of_sex(sex, (number!(0.7), number!(-0.241), number!(1.012)), (number!(0.9), number!(-0.302), number!(1)))?;
    let ratio = creatinine.positive("creatinine")? / k;
    Amount::from_figure(number!(142) * low_and_high(ratio, a, number!(-1.200)) * number!(0.9938).to_the_power(age) * factor)
}

/// eGFR by CKD-EPI 2012 from cystatin C. Adults of 18 years and more; cystatin C traceable to ERM-DA471/IFCC.
///
/// 133 min(C/0.8,1)^-0.499 max(C/0.8,1)^-1.328 0.996^age, times 0.932 for women. Source: Inker 2012, N Engl J Med 367:20.
pub fn egfr_ckdepi_2012_cystatin(
    cystatin: Amount<MgPerL>,
    age: Amount<Years>,
    sex: Sex,
) -> Result<Amount<MlPerMinPerSurface>, NotCalculated> {
    let age = adult(age)?;
    let factor = of_sex(sex, number!(0.932), number!(1))?;
    let ratio = cystatin.positive("cystatin C")? / number!(0.8);
    Amount::from_figure(number!(133) * low_and_high(ratio, number!(-0.499), number!(-1.328)) * number!(0.996).to_the_power(age) * factor)
}

/// eGFR by CKD-EPI 2021 from creatinine and cystatin C. Adults of 18 years and more.
///
/// 135 min(S/k,1)^a max(S/k,1)^-0.544 min(C/0.8,1)^-0.323 max(C/0.8,1)^-0.778 0.9961^age, times 0.963 for women; a -0.219 for women,
/// -0.144 for men, k as with creatinine alone. Source: Inker 2021, N Engl J Med 385:1737.
pub fn egfr_ckdepi_2021_creatinine_cystatin(
    creatinine: Amount<MgPerDl>,
    cystatin: Amount<MgPerL>,
    age: Amount<Years>,
    sex: Sex,
) -> Result<Amount<MlPerMinPerSurface>, NotCalculated> {
    let age = adult(age)?;
    let (k, a, factor) = of_sex(sex, (number!(0.7), number!(-0.219), number!(0.963)), (number!(0.9), number!(-0.144), number!(1)))?;
    let of_creatinine = low_and_high(creatinine.positive("creatinine")? / k, a, number!(-0.544));
    let of_cystatin = low_and_high(cystatin.positive("cystatin C")? / number!(0.8), number!(-0.323), number!(-0.778));
    Amount::from_figure(number!(135) * of_creatinine * of_cystatin * number!(0.9961).to_the_power(age) * factor)
}

/// eGFR by the bedside Schwartz equation, 0.413 height / creatinine, for 1 year to under 18 years; enzymatic creatinine traceable to
/// IDMS. The height must be no older than three months, which is for the caller to see to. Source: Schwartz 2009, J Am Soc Nephrol
/// 20:629.
pub fn egfr_bedside_schwartz(
    height: Amount<Centimetres>,
    creatinine: Amount<MgPerDl>,
    age: Option<Amount<Years>>,
) -> Result<Amount<MlPerMinPerSurface>, NotCalculated> {
    if age.is_some_and(|age| age.value() < Decimal::ONE || age.value() >= Decimal::from(18)) {
        return Err(NotCalculated::Limit(Limit::AgeNot1To17));
    }
    Amount::from_figure(number!(0.413) * height.positive("height")? / creatinine.positive("creatinine")?)
}

/// Creatinine clearance by Cockcroft and Gault, for dosing: (140 - age) weight / (72 creatinine), times 0.85 for women. Which weight
/// went in (actual, ideal, adjusted) must stand beside the result. Source: Cockcroft and Gault 1976, Nephron 16:31.
pub fn crcl_cockcroft_gault(
    age: Amount<Years>,
    weight: Amount<Kilograms>,
    creatinine: Amount<MgPerDl>,
    sex: Sex,
) -> Result<Amount<MlPerMin>, NotCalculated> {
    let left = number!(140) - adult(age)?;
    if !number!(0).is_below(left) {
        return Err(NotCalculated::Limit(Limit::AgeFrom140));
    }
    let factor = of_sex(sex, number!(0.85), number!(1))?;
    Amount::from_figure(left * weight.positive("weight")? * factor / (number!(72) * creatinine.positive("creatinine")?))
}

/// Measured creatinine clearance, U V / (S t); with a body surface also times 1.73 / surface. Needs volume, start and end of the
/// collection; see [`creatinine_excretion`] for whether the collection was complete. Source: definition of clearance.
pub fn crcl_24h(
    urine_creatinine: Amount<MgPerDl>,
    volume: Amount<Millilitres>,
    duration: Amount<Minutes>,
    serum_creatinine: Amount<MgPerDl>,
    body_surface: Option<Amount<SquareMetres>>,
) -> Result<Amount<MlPerMin>, NotCalculated> {
    let excreted = urine_creatinine.not_negative("urine creatinine")? * volume.positive("volume")?;
    let clearance = excreted / (serum_creatinine.positive("serum creatinine")? * duration.positive("duration")?);
    match body_surface {
        None => Amount::from_figure(clearance),
        Some(surface) => Amount::from_figure(clearance * number!(1.73) / surface.positive("body surface")?),
    }
}

/// Creatinine excreted for a kilogram in a day, by which a timed urine collection is judged. Source: laboratory rules 4.
pub fn creatinine_excretion(
    urine_creatinine: Amount<MgPerDl>,
    volume: Amount<Millilitres>,
    duration: Amount<Minutes>,
    weight: Amount<Kilograms>,
) -> Result<Amount<MgPerKgPerDay>, NotCalculated> {
    // mg/dL times mL is a hundredth of a milligram.
    let excreted = urine_creatinine.not_negative("urine creatinine")? * volume.positive("volume")? / number!(100);
    Amount::from_figure(excreted * number!(1440) / (duration.positive("duration")? * weight.positive("weight")?))
}

/// What the excretion of creatinine says of a timed collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// Less creatinine than a whole collection holds: probably incomplete.
    Short,
    /// As expected.
    Adequate,
    /// More than a whole collection holds: probably longer than stated.
    Long,
}

/// Judges a collection: 15 to 25 mg/kg/d in men, 10 to 20 in women, bounds included. Source: laboratory rules 4.
pub fn collection_adequacy(excretion: Amount<MgPerKgPerDay>, sex: Sex) -> Result<Collection, NotCalculated> {
    let (low, high) = of_sex(sex, (number!(10), number!(20)), (number!(15), number!(25)))?;
    Ok(match excretion.figure() {
        excretion if excretion.is_below(low) => Collection::Short,
        excretion if high.is_below(excretion) => Collection::Long,
        _ => Collection::Adequate,
    })
}

/// min(ratio,1) to one power times max(ratio,1) to another, the form of every CKD-EPI equation.
fn low_and_high(ratio: Figure, low: Figure, high: Figure) -> Figure {
    ratio.min(number!(1)).to_the_power(low) * ratio.max(number!(1)).to_the_power(high)
}

fn adult(age: Amount<Years>) -> Result<Figure, NotCalculated> {
    if age.value() < Decimal::from(18) { Err(NotCalculated::Limit(Limit::AgeUnder18)) } else { Ok(age.figure()) }
}

/// What the equation says for women or for men; nothing is assumed of anybody else.
pub(super) fn of_sex<T>(sex: Sex, female: T, male: T) -> Result<T, NotCalculated> {
    match sex {
        Sex::Female => Ok(female),
        Sex::Male => Ok(male),
        Sex::Other | Sex::Unknown => Err(NotCalculated::SexNotKnown),
    }
}
