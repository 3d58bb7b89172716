//! Ratios to urine creatinine. A numerator below the measuring range gives a bound, not nothing: that is the finding most patients have.

use super::amount::{Amount, InUnit, MgPerDl, MgPerG, MgPerL};
use super::figure::{Figure, number};
use super::inputs::AtMost;
use super::not_calculated::NotCalculated;

/// Protein to creatinine ratio: 1000 protein / creatinine, both in mg/dL. Source: definition; KDIGO 2012.
pub fn protein_creatinine_ratio(protein: AtMost<MgPerDl>, creatinine: Amount<MgPerDl>) -> Result<AtMost<MgPerG>, NotCalculated> {
    let creatinine = creatinine.positive("creatinine")?;
    ratio(protein, "protein", |protein| number!(1000) * protein / creatinine)
}

/// Albumin to creatinine ratio: albumin in mg/L by creatinine in g/L, which is mg/dL / 100. Source: definition; KDIGO 2012.
pub fn albumin_creatinine_ratio(albumin: AtMost<MgPerL>, creatinine: Amount<MgPerDl>) -> Result<AtMost<MgPerG>, NotCalculated> {
    let creatinine = creatinine.positive("creatinine")?;
    ratio(albumin, "albumin", |albumin| number!(100) * albumin / creatinine)
}

/// The ratio on the side of the bound that the numerator lies on; every ratio here grows with its numerator.
fn ratio<U: InUnit>(numerator: AtMost<U>, input: &'static str, of: impl Fn(Figure) -> Figure) -> Result<AtMost<MgPerG>, NotCalculated> {
    match numerator {
        AtMost::Exactly(amount) => Amount::from_figure(of(amount.not_negative(input)?)).map(AtMost::Exactly),
        AtMost::Below(amount) => Amount::from_figure(of(amount.not_negative(input)?)).map(AtMost::Below),
    }
}
