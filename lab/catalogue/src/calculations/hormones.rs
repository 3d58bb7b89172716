//! Hormones.

use super::amount::{Amount, GPerL, NgPerDl, NmolPerL, PgPerMl};
use super::figure::number;
use super::not_calculated::NotCalculated;

/// Free testosterone by Vermeulen: the root of the quadratic that total testosterone, SHBG and albumin give for what is bound to nothing.
///
/// Association constants 1e9 L/mol (SHBG) and 3.6e4 L/mol (albumin, 69000 g/mol); 1 ng/dL of testosterone is 0.0347 nmol/L.
/// Source: Vermeulen 1999, J Clin Endocrinol Metab 84:3666.
pub fn free_testosterone_vermeulen(
    total: Amount<NgPerDl>,
    shbg: Amount<NmolPerL>,
    albumin: Amount<GPerL>,
) -> Result<Amount<PgPerMl>, NotCalculated> {
    let nmol_per_ng = number!(0.0347);
    let total = total.not_negative("total testosterone")? * nmol_per_ng;
    // 36000 L/mol times albumin in mol/L.
    let with_albumin = number!(1) + number!(36000) * albumin.not_negative("albumin")? / number!(69000);
    // In nmol/L the constant of SHBG is 1: with_albumin f^2 + middle f - total = 0.
    let middle = with_albumin + shbg.not_negative("SHBG")? - total;
    let root = (middle * middle + number!(4) * with_albumin * total).square_root();
    // Of the two ways to write the positive root, the one that subtracts nothing alike.
    let free =
        if middle.is_below(number!(0)) { (root - middle) / (number!(2) * with_albumin) } else { number!(2) * total / (root + middle) };
    // ng/dL to pg/mL is a factor of ten.
    Amount::from_figure(free / nmol_per_ng * number!(10))
}
