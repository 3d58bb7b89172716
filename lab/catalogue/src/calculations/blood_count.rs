//! Red cell indices, absolute counts, and counts corrected for what the analyser could not tell apart.

use super::amount::{Amount, Femtolitres, GPerDl, IndexNumber, MillionPerUl, PerHundredWbc, Percent, Picograms, ThousandPerUl};
use super::figure::{Figure, number};
use super::not_calculated::NotCalculated;

/// Mean corpuscular volume: 10 haematocrit / red cells. Source: definition (Wintrobe).
pub fn mcv(hct: Amount<Percent>, rbc: Amount<MillionPerUl>) -> Result<Amount<Femtolitres>, NotCalculated> {
    Amount::from_figure(number!(10) * hct.not_negative("haematocrit")? / rbc.positive("red cells")?)
}

/// Mean corpuscular haemoglobin: 10 haemoglobin / red cells. Source: definition (Wintrobe).
pub fn mch(hgb: Amount<GPerDl>, rbc: Amount<MillionPerUl>) -> Result<Amount<Picograms>, NotCalculated> {
    Amount::from_figure(number!(10) * hgb.not_negative("haemoglobin")? / rbc.positive("red cells")?)
}

/// Mean corpuscular haemoglobin concentration: 100 haemoglobin / haematocrit. Source: definition (Wintrobe).
pub fn mchc(hgb: Amount<GPerDl>, hct: Amount<Percent>) -> Result<Amount<GPerDl>, NotCalculated> {
    Amount::from_figure(number!(100) * hgb.not_negative("haemoglobin")? / hct.positive("haematocrit")?)
}

/// Absolute neutrophil count: leukocytes times segmented and band forms in per cent / 100. On the count corrected for nucleated red
/// cells.
/// Source: definition.
pub fn anc(wbc: Amount<ThousandPerUl>, segs: Amount<Percent>, bands: Amount<Percent>) -> Result<Amount<ThousandPerUl>, NotCalculated> {
    let neutrophils = segs.not_negative("segmented forms")? + bands.not_negative("band forms")?;
    Amount::from_figure(wbc.not_negative("leukocytes")? * neutrophils / number!(100))
}

/// Leukocytes corrected for nucleated red cells: WBC 100 / (100 + NRBC per 100 WBC). Only where the analyser's count includes them.
/// Source: definition.
pub fn wbc_corrected_nrbc(wbc: Amount<ThousandPerUl>, nrbc_per_100: Amount<PerHundredWbc>) -> Result<Amount<ThousandPerUl>, NotCalculated> {
    let counted = number!(100) + nrbc_per_100.not_negative("nucleated red cells")?;
    Amount::from_figure(wbc.not_negative("leukocytes")? * number!(100) / counted)
}

/// Absolute reticulocytes: per cent times red cells times 10, in thousands. Source: definition.
pub fn retic_absolute(rbc: Amount<MillionPerUl>, retic: Amount<Percent>) -> Result<Amount<ThousandPerUl>, NotCalculated> {
    Amount::from_figure(retic.not_negative("reticulocytes")? * rbc.not_negative("red cells")? * number!(10))
}

/// Reticulocytes corrected for anaemia: per cent times haematocrit / 45. Source: definition.
pub fn retic_corrected(retic: Amount<Percent>, hct: Amount<Percent>) -> Result<Amount<Percent>, NotCalculated> {
    Amount::from_figure(corrected(retic, hct)?)
}

/// Reticulocyte production index: corrected reticulocytes by days of maturation, which are 1.0 from a haematocrit of 40 on, 1.5 from
/// 30, 2.0 from 20 and 2.5 below. Source: Hillman.
pub fn retic_production_index(retic: Amount<Percent>, hct: Amount<Percent>) -> Result<Amount<IndexNumber>, NotCalculated> {
    let maturation = match hct.figure() {
        hct if hct.is_below(number!(20)) => number!(2.5),
        hct if hct.is_below(number!(30)) => number!(2.0),
        hct if hct.is_below(number!(40)) => number!(1.5),
        _ => number!(1.0),
    };
    Amount::from_figure(corrected(retic, hct)? / maturation)
}

fn corrected(retic: Amount<Percent>, hct: Amount<Percent>) -> Result<Figure, NotCalculated> {
    Ok(retic.not_negative("reticulocytes")? * hct.not_negative("haematocrit")? / number!(45))
}
