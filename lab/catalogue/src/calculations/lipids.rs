//! LDL cholesterol by equation, and what is derived beside it. All in mg/dL.

use super::amount::{Amount, MgPerDl};
use super::figure::{Figure, number};
use super::not_calculated::{Limit, NotCalculated};
use kernel::Decimal;

/// Non-HDL cholesterol: total less HDL. Source: definition.
pub fn non_hdl(total: Amount<MgPerDl>, hdl: Amount<MgPerDl>) -> Result<Amount<MgPerDl>, NotCalculated> {
    Amount::from_difference(non_hdl_figure(total, hdl)?)
}

/// VLDL cholesterol: triglyceride / 5. Null from 400 mg/dL on, as with Friedewald, whose estimate it is.
/// Source: Friedewald 1972, Clin Chem 18:499.
pub fn vldl(trig: Amount<MgPerDl>) -> Result<Amount<MgPerDl>, NotCalculated> {
    Amount::from_figure(below_400(trig)? / number!(5))
}

/// LDL cholesterol by Friedewald: total - HDL - TG/5. Null from TG 400 on; a fasting specimen is assumed, so another needs a comment; not
/// reliable below 70. Source: Friedewald 1972, Clin Chem 18:499.
pub fn ldl_friedewald(total: Amount<MgPerDl>, hdl: Amount<MgPerDl>, trig: Amount<MgPerDl>) -> Result<Amount<MgPerDl>, NotCalculated> {
    let vldl = below_400(trig)? / number!(5);
    Amount::from_difference(non_hdl_figure(total, hdl)? - vldl)
}

/// LDL cholesterol by Sampson (NIH equation 2): TC/0.948 - HDL/0.971 - (TG/8.56 + TG nonHDL/2140 - TG^2/16100) - 9.44. Null above TG 800.
/// Source: Sampson 2020, JAMA Cardiol 5:540.
pub fn ldl_sampson_nih(total: Amount<MgPerDl>, hdl: Amount<MgPerDl>, trig: Amount<MgPerDl>) -> Result<Amount<MgPerDl>, NotCalculated> {
    let non_hdl = non_hdl_figure(total, hdl)?;
    let tg = trig.not_negative("TG")?;
    if trig.value() > Decimal::from(800) {
        return Err(NotCalculated::Limit(Limit::TriglyceridesAbove800));
    }
    let of_triglyceride = tg / number!(8.56) + tg * non_hdl / number!(2140) - tg * tg / number!(16100);
    Amount::from_difference(total.figure() / number!(0.948) - hdl.figure() / number!(0.971) - of_triglyceride - number!(9.44))
}

pub(super) fn non_hdl_figure(total: Amount<MgPerDl>, hdl: Amount<MgPerDl>) -> Result<Figure, NotCalculated> {
    Ok(total.not_negative("total cholesterol")? - hdl.not_negative("HDL cholesterol")?)
}

fn below_400(trig: Amount<MgPerDl>) -> Result<Figure, NotCalculated> {
    let tg = trig.not_negative("TG")?;
    if trig.value() < Decimal::from(400) { Ok(tg) } else { Err(NotCalculated::Limit(Limit::TriglyceridesFrom400)) }
}
