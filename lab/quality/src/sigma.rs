//! The sigma metric: how many standard deviations of a method fit into the error that is allowed.
//!
//! Source: Westgard, sigma rules; laboratory rules 1.3. Exact decimals throughout; the caller rounds.

use catalogue::{AllowableError, Allowed};
use kernel::Decimal;

/// 1.65 standard deviations cover 95 % on one side.
const ONE_SIDED_95: Decimal = Decimal::from_parts(165, 0, 0, false, 2);

/// Why there is no sigma.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SigmaTrouble {
    /// A mean that nothing can be a percentage of.
    #[error("the mean or target must be above zero")]
    MeanNotPositive,
    /// An absolute limit without the mean it is to be a percentage of.
    #[error("an absolute limit needs the mean to be a percentage of")]
    MeanMissing,
    /// No scatter: a sigma would be without end.
    #[error("the CV must be above zero")]
    CvNotPositive,
    /// A standard deviation below zero.
    #[error("the SD must not be below zero")]
    NegativeSd,
    /// The result does not fit.
    #[error("it comes to more digits than can be held; look at the inputs")]
    TooManyDigits,
}

/// The allowable error in per cent at a mean: the greater of the percentage and 100 absolute / mean.
///
/// Potassium with 0.3 mmol/L at 4.0 is 7.5 %; creatinine with 10 % or 0.2 mg/dL at 0.5 is 40 %.
pub fn allowable_percent(limit: &AllowableError, mean: Option<Decimal>) -> Result<Decimal, SigmaTrouble> {
    let of_mean = |absolute| percent_of(absolute, mean.ok_or(SigmaTrouble::MeanMissing)?);
    match limit.allowed() {
        Allowed::Percent(percent) => Ok(percent),
        Allowed::Absolute(absolute) => of_mean(absolute),
        Allowed::Greater { percent, absolute } => of_mean(absolute).map(|of_mean| of_mean.max(percent)),
    }
}

/// Coefficient of variation in per cent: 100 SD / mean.
pub fn cv_percent(sd: Decimal, mean: Decimal) -> Result<Decimal, SigmaTrouble> {
    if sd < Decimal::ZERO { Err(SigmaTrouble::NegativeSd) } else { percent_of(sd, mean) }
}

/// Bias in per cent: 100 (mean - target) / target, the target being a peer mean or a reference value.
pub fn bias_percent(mean: Decimal, target: Decimal) -> Result<Decimal, SigmaTrouble> {
    percent_of(mean.checked_sub(target).ok_or(SigmaTrouble::TooManyDigits)?, target)
}

/// Sigma: (allowable error - |bias|) / CV, all in per cent. Below zero where the bias alone is more than is allowed.
pub fn sigma(allowable_percent: Decimal, bias_percent: Decimal, cv_percent: Decimal) -> Result<Decimal, SigmaTrouble> {
    if cv_percent <= Decimal::ZERO {
        return Err(SigmaTrouble::CvNotPositive);
    }
    let room = allowable_percent.checked_sub(bias_percent.abs());
    room.and_then(|room| room.checked_div(cv_percent)).ok_or(SigmaTrouble::TooManyDigits)
}

/// Total error in per cent: |bias| + 1.65 CV.
pub fn total_error_percent(bias_percent: Decimal, cv_percent: Decimal) -> Result<Decimal, SigmaTrouble> {
    let scatter = ONE_SIDED_95.checked_mul(cv_percent);
    scatter.and_then(|scatter| bias_percent.abs().checked_add(scatter)).ok_or(SigmaTrouble::TooManyDigits)
}

/// Critical systematic shift, in standard deviations: sigma - 1.65. A larger shift makes more than 5 % of results err beyond what is
/// allowed.
pub fn critical_shift(sigma: Decimal) -> Result<Decimal, SigmaTrouble> {
    sigma.checked_sub(ONE_SIDED_95).ok_or(SigmaTrouble::TooManyDigits)
}

/// The controls that the Westgard sigma rules suggest for two levels; the director decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuggestedDesign {
    /// Six sigma and more: 1-3s, two controls once a run.
    SixSigma,
    /// Five to six: 1-3s, 2-2s and R-4s, two controls once a run.
    FiveSigma,
    /// Four to five: also 4-1s, four controls once or two controls twice a run.
    FourSigma,
    /// Three to four: also 8x, four controls twice or two controls four times a run.
    ThreeSigma,
    /// Below three: the same as below four, and the method must be reviewed.
    MethodReview,
}

impl SuggestedDesign {
    /// The design for a sigma; each begins at its lower bound.
    pub fn of(sigma: Decimal) -> Self {
        let from = |bound: i64| sigma >= Decimal::from(bound);
        if from(6) {
            Self::SixSigma
        } else if from(5) {
            Self::FiveSigma
        } else if from(4) {
            Self::FourSigma
        } else if from(3) {
            Self::ThreeSigma
        } else {
            Self::MethodReview
        }
    }
}

fn percent_of(part: Decimal, whole: Decimal) -> Result<Decimal, SigmaTrouble> {
    if whole <= Decimal::ZERO {
        return Err(SigmaTrouble::MeanNotPositive);
    }
    let hundredfold = part.checked_mul(Decimal::ONE_HUNDRED);
    hundredfold.and_then(|hundredfold| hundredfold.checked_div(whole)).ok_or(SigmaTrouble::TooManyDigits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_greater_arm_of_the_criterion_counts() {
        // Worked in laboratory rules 1.3, and glucose by hand: 6 at 75 is 8 %, the same as its percentage; at 60 it is 10 %.
        for (percent, absolute, mean, expected) in [
            (None, Some("0.3"), "4.0", "7.5"),
            (Some("10"), Some("0.2"), "0.5", "40"),
            (Some("8"), Some("6"), "75", "8"),
            (Some("8"), Some("6"), "60", "10"),
            (Some("8"), Some("6"), "200", "8"),
        ] {
            let criterion = AllowableError::new(percent.map(d), absolute.map(d)).unwrap();
            assert_eq!(allowable_percent(&criterion, Some(d(mean))).unwrap(), d(expected));
        }
        let without_mean = |percent: Option<&str>, absolute: Option<&str>| {
            allowable_percent(&AllowableError::new(percent.map(d), absolute.map(d)).unwrap(), None)
        };
        assert_eq!(without_mean(Some("8"), None), Ok(d("8")), "a percentage needs no mean");
        assert_eq!(without_mean(None, Some("6")), Err(SigmaTrouble::MeanMissing));
        assert_eq!(without_mean(Some("8"), Some("6")), Err(SigmaTrouble::MeanMissing));
    }

    #[test]
    fn sigma_counts_bias_on_either_side_and_refuses_no_scatter() {
        // (8 - 1.5) / 2 = 3.25 whichever way the bias lies; (2 - 5) / 1 = -3.
        assert_eq!(sigma(d("8"), d("1.5"), d("2.0")), Ok(d("3.25")));
        assert_eq!(sigma(d("8"), d("-1.5"), d("2.0")), Ok(d("3.25")));
        assert_eq!(sigma(d("2"), d("5"), d("1")), Ok(d("-3")));
        for cv in ["0", "-1"] {
            assert_eq!(sigma(d("8"), d("1"), d(cv)), Err(SigmaTrouble::CvNotPositive));
        }
        // SD 0.08 at 4.0 is 2 %; 4.1 against 4.0 is 2.5 % bias, 3.9 is -2.5 %.
        assert_eq!(cv_percent(d("0.08"), d("4.0")), Ok(d("2")));
        assert_eq!(bias_percent(d("4.1"), d("4.0")), Ok(d("2.5")));
        assert_eq!(bias_percent(d("3.9"), d("4.0")), Ok(d("-2.5")));
        assert_eq!(bias_percent(d("3.9"), d("0")), Err(SigmaTrouble::MeanNotPositive));
        // 2.5 + 1.65 * 2 = 5.8; 3.25 - 1.65 = 1.60.
        assert_eq!(total_error_percent(d("-2.5"), d("2")), Ok(d("5.80")));
        assert_eq!(critical_shift(d("3.25")), Ok(d("1.60")));
    }

    #[test]
    fn each_design_begins_at_its_lower_bound() {
        use SuggestedDesign::{FiveSigma, FourSigma, MethodReview, SixSigma, ThreeSigma};
        for (sigma, design) in [
            ("6", SixSigma),
            ("5.9999", FiveSigma),
            ("5", FiveSigma),
            ("4.9999", FourSigma),
            ("4", FourSigma),
            ("3.9999", ThreeSigma),
            ("3", ThreeSigma),
            ("2.9999", MethodReview),
            ("-1", MethodReview),
        ] {
            assert_eq!(SuggestedDesign::of(d(sigma)), design, "{sigma}");
        }
    }

    fn any_decimal() -> impl Strategy<Value = Decimal> {
        (any::<[u32; 3]>(), any::<bool>(), 0_u32..=28)
            .prop_map(|([low, middle, high], negative, scale)| Decimal::from_parts(low, middle, high, negative, scale))
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_input_makes_it_panic(a in any_decimal(), b in any_decimal(), c in any_decimal()) {
            let _ = (sigma(a, b, c), cv_percent(a, b), bias_percent(a, b), total_error_percent(a, b), critical_shift(a));
            if let Ok(criterion) = AllowableError::new(Some(a), Some(b)) {
                prop_assert!(allowable_percent(&criterion, Some(c)).is_err() || allowable_percent(&criterion, Some(c)).unwrap() >= a);
            }
        }
    }
}
