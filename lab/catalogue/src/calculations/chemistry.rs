//! Proteins, bilirubin and ratios of the metabolic panel; iron.

use super::amount::{Amount, GPerDl, MgPerDl, Percent, RatioOfTwo, UgPerDl};
use super::figure::number;
use super::not_calculated::NotCalculated;

/// Globulin: total protein less albumin. Source: definition.
pub fn globulin(tp: Amount<GPerDl>, albumin: Amount<GPerDl>) -> Result<Amount<GPerDl>, NotCalculated> {
    Amount::from_difference(tp.not_negative("total protein")? - albumin.not_negative("albumin")?)
}

/// Albumin to globulin ratio: albumin / (total protein - albumin). Source: definition.
pub fn ag_ratio(tp: Amount<GPerDl>, albumin: Amount<GPerDl>) -> Result<Amount<RatioOfTwo>, NotCalculated> {
    Amount::from_figure(albumin.not_negative("albumin")? / globulin(tp, albumin)?.positive("globulin")?)
}

/// BUN to creatinine ratio, both in mg/dL. Source: definition.
pub fn bun_creatinine_ratio(bun: Amount<MgPerDl>, creatinine: Amount<MgPerDl>) -> Result<Amount<RatioOfTwo>, NotCalculated> {
    Amount::from_figure(bun.not_negative("BUN")? / creatinine.positive("creatinine")?)
}

/// Indirect bilirubin: total less direct; null where direct is above total. Source: definition.
pub fn bilirubin_indirect(total: Amount<MgPerDl>, direct: Amount<MgPerDl>) -> Result<Amount<MgPerDl>, NotCalculated> {
    Amount::from_difference(total.not_negative("total bilirubin")? - direct.not_negative("direct bilirubin")?)
}

/// Total iron binding capacity: iron + UIBC. Source: definition.
pub fn tibc_from_uibc(iron: Amount<UgPerDl>, uibc: Amount<UgPerDl>) -> Result<Amount<UgPerDl>, NotCalculated> {
    Amount::from_figure(iron.not_negative("iron")? + uibc.not_negative("UIBC")?)
}

/// Total iron binding capacity, approximated as transferrin (mg/dL) times 1.25 in ug/dL: two irons of 55.85 g/mol to a transferrin of
/// some 80 to 90 kg/mol.
pub fn tibc_from_transferrin(transferrin: Amount<MgPerDl>) -> Result<Amount<UgPerDl>, NotCalculated> {
    Amount::from_figure(transferrin.not_negative("transferrin")? * number!(1.25))
}

/// Transferrin saturation: 100 iron / TIBC. Source: definition.
pub fn tsat(iron: Amount<UgPerDl>, tibc: Amount<UgPerDl>) -> Result<Amount<Percent>, NotCalculated> {
    Amount::from_figure(number!(100) * iron.not_negative("iron")? / tibc.positive("TIBC")?)
}
