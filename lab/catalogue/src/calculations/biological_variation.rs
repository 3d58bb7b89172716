//! How much of a change is more than chance.

use super::amount::{Amount, Percent};
use super::figure::number;
use super::not_calculated::NotCalculated;

/// Reference change value in per cent, in either direction with 95 %: the root of 2, times 1.96, times the root of CVA^2 + CVI^2; analytical and
/// within-person variation in per cent. Source: Harris and Yasaka 1983, Clin Chem 29:25; laboratory rules 2.1.
pub fn reference_change_value(analytical: Amount<Percent>, within_person: Amount<Percent>) -> Result<Amount<Percent>, NotCalculated> {
    let (analytical, within) = (analytical.not_negative("analytical CV")?, within_person.not_negative("within-person CV")?);
    Amount::from_figure(number!(1.96) * (number!(2) * (analytical * analytical + within * within)).square_root())
}
