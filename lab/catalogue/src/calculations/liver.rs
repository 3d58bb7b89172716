//! Scores of the liver.

use super::amount::{Amount, GPerDl, IndexNumber, InrUnit, MgPerDl, MmolPerL, Score, ThousandPerUl, UPerL, Years};
use super::figure::number;
use super::not_calculated::NotCalculated;
use super::renal::of_sex;
use kernel::rounding::round_half_away_from_zero;
use kernel::{Decimal, Sex};

/// FIB-4: age AST / (platelets times the square root of ALT). Below 1.3 low (2.0 from 65 years on), above 2.67 high; see [`fib4_band`].
/// Source: Sterling 2006, Hepatology 43:1317.
pub fn fib4(
    age: Amount<Years>,
    ast: Amount<UPerL>,
    platelets: Amount<ThousandPerUl>,
    alt: Amount<UPerL>,
) -> Result<Amount<IndexNumber>, NotCalculated> {
    let above = age.not_negative("age")? * ast.not_negative("AST")?;
    Amount::from_figure(above / (platelets.positive("platelets")? * alt.positive("ALT")?.square_root()))
}

/// What FIB-4 says of advanced fibrosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fib4Band {
    /// Unlikely.
    Low,
    /// Neither.
    Indeterminate,
    /// Likely.
    High,
}

/// The band of a FIB-4. Sources: Sterling 2006; the cut-off of 2.0 from 65 years on: McPherson 2017, Am J Gastroenterol 112:740.
pub fn fib4_band(fib4: Amount<IndexNumber>, age: Amount<Years>) -> Fib4Band {
    let low = if age.value() >= Decimal::from(65) { number!(2.0) } else { number!(1.3) };
    match fib4.figure() {
        fib4 if fib4.is_below(low) => Fib4Band::Low,
        fib4 if number!(2.67).is_below(fib4) => Fib4Band::High,
        _ => Fib4Band::Indeterminate,
    }
}

/// A MELD score before and after it is rounded and kept between 6 and 40.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meld {
    /// As the equation gives it.
    pub unrounded: Amount<Score>,
    /// As it is reported: whole, at least 6, at most 40.
    pub reported: Decimal,
}

/// MELD 3.0: 1.33 for women + 4.56 ln B + (0.82 - 0.24 ln B) (137 - Na) + 9.09 ln I + 11.14 ln C + (1.85 - 1.83 ln C) (3.5 - Alb) + 6.
///
/// Bilirubin, INR and creatinine count at least 1, creatinine at most 3 (and 3 with dialysis twice within seven days), sodium 125 to 137,
/// albumin 1.5 to 3.5. Source: Kim 2021, Gastroenterology 161:1887; OPTN policy 9.
pub fn meld_3_0(
    sex: Sex,
    bilirubin: Amount<MgPerDl>,
    inr: Amount<InrUnit>,
    creatinine: Amount<MgPerDl>,
    sodium: Amount<MmolPerL>,
    albumin: Amount<GPerDl>,
    dialysis: Option<bool>,
) -> Result<Meld, NotCalculated> {
    let of_sex = of_sex(sex, number!(1.33), number!(0))?;
    let ln_bilirubin = bilirubin.not_negative("bilirubin")?.max(number!(1)).natural_logarithm();
    let ln_inr = inr.not_negative("INR")?.max(number!(1)).natural_logarithm();
    let creatinine = creatinine.not_negative("creatinine")?.max(number!(1)).min(number!(3));
    let ln_creatinine = if dialysis == Some(true) { number!(3) } else { creatinine }.natural_logarithm();
    let sodium = number!(137) - sodium.not_negative("Na")?.max(number!(125)).min(number!(137));
    let albumin = number!(3.5) - albumin.not_negative("albumin")?.max(number!(1.5)).min(number!(3.5));
    let of_sodium = (number!(0.82) - number!(0.24) * ln_bilirubin) * sodium;
    let of_albumin = (number!(1.85) - number!(1.83) * ln_creatinine) * albumin;
    let of_organs = number!(4.56) * ln_bilirubin + number!(9.09) * ln_inr + number!(11.14) * ln_creatinine;
    let score = of_sex + of_organs + of_sodium + of_albumin + number!(6);
    let unrounded = Amount::from_figure(score)?;
    let whole = round_half_away_from_zero(unrounded.value(), 0).ok_or(NotCalculated::TooManyDigits)?;
    Ok(Meld { unrounded, reported: whole.clamp(Decimal::from(6), Decimal::from(40)) })
}
