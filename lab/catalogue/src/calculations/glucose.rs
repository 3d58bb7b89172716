//! Glycated haemoglobin and insulin resistance.

use super::amount::{Amount, IndexNumber, MgPerDl, MicroIuPerMl, MmolPerMol, Percent};
use super::figure::number;
use super::not_calculated::{Limit, NotCalculated};

/// Estimated average glucose: 28.7 HbA1c - 46.7. Not where a haemoglobin variant blocks or comments the HbA1c.
/// Source: Nathan 2008 (ADAG), Diabetes Care 31:1473.
pub fn eag(hba1c: Amount<Percent>) -> Result<Amount<MgPerDl>, NotCalculated> {
    Amount::from_difference(number!(28.7) * hba1c.not_negative("HbA1c")? - number!(46.7))
}

/// HbA1c in IFCC units: (HbA1c - 2.152) / 0.09148. Source: NGSP master equation, Hoelzel 2004, Clin Chem 50:166.
pub fn hba1c_ifcc(hba1c: Amount<Percent>) -> Result<Amount<MmolPerMol>, NotCalculated> {
    Amount::from_difference((hba1c.not_negative("HbA1c")? - number!(2.152)) / number!(0.09148))
}

/// HOMA-IR: glucose times insulin / 405, from a fasting specimen. Null where the specimen is stated not to be fasting.
/// Source: Matthews 1985, Diabetologia 28:412.
pub fn homa_ir(
    glucose: Amount<MgPerDl>,
    insulin: Amount<MicroIuPerMl>,
    fasting: Option<bool>,
) -> Result<Amount<IndexNumber>, NotCalculated> {
    if fasting == Some(false) {
        return Err(NotCalculated::Limit(Limit::NotFasting));
    }
    Amount::from_figure(glucose.not_negative("glucose")? * insulin.not_negative("insulin")? / number!(405))
}
