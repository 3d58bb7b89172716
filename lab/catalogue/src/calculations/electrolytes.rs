//! Anion gap, osmolality, and sodium and calcium corrected for what else is in the serum.

use super::amount::{Amount, GPerDl, MgPerDl, MmolPerL, MosmPerKg, One};
use super::figure::{Figure, number};
use super::not_calculated::NotCalculated;

/// Anion gap: Na - Cl - CO2. It may come out negative, which is a finding. Source: definition.
pub fn anion_gap(na: Amount<MmolPerL>, cl: Amount<MmolPerL>, co2: Amount<MmolPerL>) -> Result<Amount<MmolPerL>, NotCalculated> {
    Amount::from_figure(na.not_negative("Na")? - cl.not_negative("Cl")? - co2.not_negative("CO2")?)
}

/// Anion gap with potassium: Na + K - Cl - CO2, a test of its own (LOINC 1863-0). Source: definition.
pub fn anion_gap_potassium(
    na: Amount<MmolPerL>,
    k: Amount<MmolPerL>,
    cl: Amount<MmolPerL>,
    co2: Amount<MmolPerL>,
) -> Result<Amount<MmolPerL>, NotCalculated> {
    Amount::from_figure(anion_gap(na, cl, co2)?.figure() + k.not_negative("K")?)
}

/// Anion gap corrected for albumin: plus 2.5 for each g/dL below 4.0. Source: Figge 1998, Crit Care Med 26:1807.
pub fn anion_gap_albumin_corrected(
    na: Amount<MmolPerL>,
    cl: Amount<MmolPerL>,
    co2: Amount<MmolPerL>,
    albumin: Amount<GPerDl>,
) -> Result<Amount<MmolPerL>, NotCalculated> {
    let missing = number!(4.0) - albumin.not_negative("albumin")?;
    Amount::from_figure(anion_gap(na, cl, co2)?.figure() + number!(2.5) * missing)
}

/// Calculated osmolality: 2 Na + glucose/18 + BUN/2.8, glucose and BUN in mg/dL. Source: Smithline and Gardner 1976, JAMA 236:1594.
pub fn osmolality_calc(na: Amount<MmolPerL>, glucose: Amount<MgPerDl>, bun: Amount<MgPerDl>) -> Result<Amount<MosmPerKg>, NotCalculated> {
    Amount::from_figure(osmolality(na, glucose, bun)?)
}

/// Osmolal gap: measured less calculated osmolality. It may come out negative. Source: Smithline and Gardner 1976, JAMA 236:1594.
pub fn osmol_gap(
    measured: Amount<MosmPerKg>,
    na: Amount<MmolPerL>,
    glucose: Amount<MgPerDl>,
    bun: Amount<MgPerDl>,
) -> Result<Amount<MosmPerKg>, NotCalculated> {
    Amount::from_figure(measured.not_negative("measured osmolality")? - osmolality(na, glucose, bun)?)
}

/// Osmolal gap with ethanol accounted for: less ethanol/4.6 (its molar mass is 46 g/mol; some laboratories divide by 3.7).
/// Source: as [`osmol_gap`].
pub fn osmol_gap_ethanol(
    measured: Amount<MosmPerKg>,
    na: Amount<MmolPerL>,
    glucose: Amount<MgPerDl>,
    bun: Amount<MgPerDl>,
    ethanol: Amount<MgPerDl>,
) -> Result<Amount<MosmPerKg>, NotCalculated> {
    let gap = osmol_gap(measured, na, glucose, bun)?.figure();
    Amount::from_figure(gap - ethanol.not_negative("ethanol")? / number!(4.6))
}

/// Total calcium corrected for albumin: plus 0.8 for each g/dL below 4.0. Advisory only; ionised calcium is to be preferred.
/// Source: Payne 1973, Br Med J 4:643.
pub fn calcium_corrected(calcium: Amount<MgPerDl>, albumin: Amount<GPerDl>) -> Result<Amount<MgPerDl>, NotCalculated> {
    let missing = number!(4.0) - albumin.not_negative("albumin")?;
    Amount::from_difference(calcium.not_negative("calcium")? + number!(0.8) * missing)
}

/// Sodium corrected for glucose: plus `factor` for each 100 mg/dL of glucose above 100. The factor is 1.6 (Katz 1973, N Engl J Med
/// 289:843) or 2.4 (Hillier 1999, Am J Med 106:399); the catalogue says which.
pub fn sodium_corrected_glucose(
    na: Amount<MmolPerL>,
    glucose: Amount<MgPerDl>,
    factor: Amount<One>,
) -> Result<Amount<MmolPerL>, NotCalculated> {
    let excess = (glucose.not_negative("glucose")? - number!(100)) / number!(100);
    Amount::from_figure(na.not_negative("Na")? + factor.positive("factor")? * excess)
}

fn osmolality(na: Amount<MmolPerL>, glucose: Amount<MgPerDl>, bun: Amount<MgPerDl>) -> Result<Figure, NotCalculated> {
    let (glucose, bun) = (glucose.not_negative("glucose")? / number!(18), bun.not_negative("BUN")? / number!(2.8));
    Ok(number!(2) * na.not_negative("Na")? + glucose + bun)
}
