//! Why a calculated result is null, in words a technologist understands.

use kernel::value::NotMeasuredReason;
use kernel::{Lang, Number};

/// Why there is no calculated result. The words go on the report after "not calculated:".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCalculated {
    /// No result of this input is there.
    Missing {
        /// The input as the calculation names it.
        input: &'static str,
    },
    /// The input was cancelled.
    Cancelled {
        /// The input.
        input: &'static str,
    },
    /// The device sent no value for the input.
    NotMeasured {
        /// The input.
        input: &'static str,
        /// As far as the device's mark says.
        reason: NotMeasuredReason,
    },
    /// Only a bound of the input is known.
    Censored {
        /// The input.
        input: &'static str,
        /// The bound.
        value: Number,
    },
    /// The haemolysis, icterus or lipaemia index blocks the input.
    Interference {
        /// The input.
        input: &'static str,
    },
    /// The input is not the kind of thing the calculation takes: a sex where a quantity belongs.
    WrongKind {
        /// The input.
        input: &'static str,
        /// What the calculation takes.
        expected: &'static str,
    },
    /// The unit of the input has no exact conversion to that of the equation.
    Unit {
        /// The input.
        input: &'static str,
        /// What is wrong with it.
        trouble: String,
    },
    /// The equation differs between women and men, and the sex is not known to be one of the two.
    SexNotKnown,
    /// An input that is a divisor, or stands in a power or a logarithm, is zero or less.
    NotPositive {
        /// The input.
        input: &'static str,
    },
    /// An input that cannot be negative is.
    Negative {
        /// The input.
        input: &'static str,
    },
    /// The edition lacks what the equation needs, or leaves open what the laboratory must decide.
    NotDecided {
        /// What is lacking.
        what: &'static str,
    },
    /// The result came out below zero, which it cannot be.
    BelowZero,
    /// The result or a step of it needs more digits than a decimal has.
    TooManyDigits,
    /// The equation does not hold for these values.
    Limit(Limit),
}

/// A limit of validity of a published equation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Friedewald, and Martin-Hopkins where the director confines it to the original table.
    TriglyceridesFrom400,
    /// Sampson-NIH.
    TriglyceridesAbove800,
    /// Martin-Hopkins: no row of the table.
    TriglyceridesOutsideTable,
    /// Equations made from adults.
    AgeUnder18,
    /// Bedside Schwartz.
    AgeNot1To17,
    /// Cockcroft-Gault gives nothing from 140 years on.
    AgeFrom140,
    /// HOMA-IR.
    NotFasting,
}

impl NotCalculated {
    /// Whether an equation's own limit or an interference index blocked the result, and not an input that is not there.
    pub const fn is_blocked(&self) -> bool {
        matches!(self, Self::Limit(_) | Self::Interference { .. } | Self::NotPositive { .. } | Self::Negative { .. } | Self::BelowZero)
    }

    /// As a person reads it.
    pub fn words(&self, lang: Lang) -> String {
        match lang {
            Lang::English => match self {
                Self::Missing { input } => format!("{input} is missing"),
                Self::Cancelled { input } => format!("{input} was cancelled"),
                Self::NotMeasured { input, reason } => format!("{input}: {}", reason.words(lang)),
                Self::Censored { input, value } => format!("{input} is {value}, a bound and not a value"),
                Self::Interference { input } => format!("{input} is blocked by its haemolysis, icterus or lipaemia index"),
                Self::WrongKind { input, expected } => format!("{input} must be {expected}"),
                Self::Unit { input, trouble } => format!("unit of {input}: {trouble}"),
                Self::SexNotKnown => "the equation differs between women and men, and the sex is not known".to_owned(),
                Self::NotPositive { input } => format!("{input} must be above zero"),
                Self::Negative { input } => format!("{input} is below zero"),
                Self::NotDecided { what } => format!("the edition states no {what}"),
                Self::BelowZero => "it comes out below zero; look at the inputs".to_owned(),
                Self::TooManyDigits => "it comes to more digits than can be held; look at the inputs".to_owned(),
                Self::Limit(limit) => limit.words(lang).to_owned(),
            },
        }
    }
}

impl Limit {
    /// As a person reads it.
    pub const fn words(self, lang: Lang) -> &'static str {
        match lang {
            Lang::English => match self {
                Self::TriglyceridesFrom400 => "blocked: TG >= 400 mg/dL",
                Self::TriglyceridesAbove800 => "blocked: TG > 800 mg/dL",
                Self::TriglyceridesOutsideTable => "blocked: TG outside the table of factors (7 to 13975 mg/dL)",
                Self::AgeUnder18 => "blocked: the equation is for 18 years and older",
                Self::AgeNot1To17 => "blocked: the equation is for 1 year to under 18 years",
                Self::AgeFrom140 => "blocked: the equation gives nothing from 140 years on",
                Self::NotFasting => "blocked: the specimen is not a fasting one",
            },
        }
    }
}
