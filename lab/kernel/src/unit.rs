//! Units: UCUM inside, an alias table at the door, exact conversion or none.

mod alias;
mod atoms;
mod conversion;
mod exact;
mod measure;

pub use conversion::{Conversion, Converted, Substance, convert};

use crate::printable::excerpt;
use std::fmt;
use std::sync::Arc;

/// Bytes of a unit, ours or a device's.
const UNIT_BYTES_MAX: usize = 64;

/// A valid UCUM unit (case-sensitive codes), cheap to clone and to compare.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unit(Arc<str>);

impl Unit {
    /// A unit of UCUM as the catalogue and stored results spell it: `mmol/L`, `10*3/uL`, `m[IU]/L`, `ng/mL{FEU}`.
    pub fn ucum(code: &str) -> Result<Self, UnitTrouble> {
        if code.is_empty() {
            return Err(UnitTrouble::Missing);
        }
        match alias::shared(code) {
            Some(unit) => Ok(unit),
            None => measure::parse(code).map(|_| Self(code.into())),
        }
    }

    /// A unit as a device sends it, blanks around it aside: an entry of the alias table, else a UCUM unit that a laboratory
    /// measures in. Case matters. `K/uL` is the table's thousands, not UCUM's kelvin; a valid but unlikely unit such as `PG`
    /// (petagauss) is refused, because picograms were meant.
    /// ```
    /// use kernel::unit::Unit;
    /// assert_eq!(Unit::from_device(" mEq/L ").unwrap().as_str(), "meq/L");
    /// assert_eq!(Unit::from_device("\u{b5}g/l").unwrap().as_str(), "ug/L");
    /// assert!(Unit::from_device("furlong").unwrap_err().to_string().contains("furlong"));
    /// ```
    pub fn from_device(sent: &str) -> Result<Self, UnitTrouble> {
        alias::from_device(sent)
    }

    /// Whether both units measure the same kind of quantity: mass in a volume, moles in a volume, a count. Mass and moles of one substance are two
    /// kinds, and so are two arbitrary units, a value and its logarithm, and a flow with and without `{1.73_m2}`; other braces make no difference.
    /// ```
    /// use kernel::Unit;
    /// let unit = |code| Unit::ucum(code).unwrap();
    /// assert!(unit("mg/dL").is_same_kind(&unit("g/L")));
    /// assert!(!unit("mg/dL").is_same_kind(&unit("mmol/L")));
    /// ```
    pub fn is_same_kind(&self, other: &Self) -> bool {
        // Both were parsed when they were made; what cannot be taken apart is of no kind.
        let (Ok(this), Ok(other)) = (measure::measure(&self.0), measure::measure(&other.0)) else { return false };
        this.is_same_kind(&other)
    }

    /// The UCUM code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A unit that is not known, or two that do not convert.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitTrouble {
    /// No unit where one is needed.
    #[error("no unit was given; state the unit in the link's mapping of this test")]
    Missing,
    /// Neither an alias nor valid UCUM.
    #[error("the unit {0:?} is not known; add it to the link's mapping or to the table of unit aliases")]
    Unknown(String),
    /// Valid UCUM that no laboratory measures in: surely something else was meant.
    #[error("the unit {sent:?} means {atom:?} of UCUM, which no analyser measures; state in the link's mapping what is meant")]
    Unlikely {
        /// The unit as sent.
        sent: String,
        /// The part that is unlikely.
        atom: String,
    },
    /// The two do not measure the same thing.
    #[error("{from} does not convert to {to}: they do not measure the same kind of quantity")]
    Dimension {
        /// The unit of the value.
        from: Unit,
        /// The unit asked for.
        to: Unit,
    },
    /// Annotations differ: UCUM gives them no meaning, laboratories do (`{FEU}` and `{DDU}` differ twofold).
    #[error("{from} does not convert to {to}: what stands in braces differs, and with it what was measured")]
    Annotation {
        /// The unit of the value.
        from: Unit,
        /// The unit asked for.
        to: Unit,
    },
    /// A mass and an amount of substance.
    #[error("{from} converts to {to} only with the substance's molar mass; state it in the catalogue")]
    NeedsMolarMass {
        /// The unit of the value.
        from: Unit,
        /// The unit asked for.
        to: Unit,
    },
    /// Equivalents and moles or mass.
    #[error("{from} converts to {to} only with the ion's valence; state it in the catalogue")]
    NeedsValence {
        /// The unit of the value.
        from: Unit,
        /// The unit asked for.
        to: Unit,
    },
    /// No exact factor is registered: a logarithm, a temperature with an offset, or an atom that no laboratory measures in.
    #[error("no exact conversion from {from} to {to} is registered")]
    NotRegistered {
        /// The unit of the value.
        from: Unit,
        /// The unit asked for.
        to: Unit,
    },
    /// The result needs more digits than a decimal has.
    #[error("{value} converted to {to} does not fit 28 digits")]
    TooManyDigits {
        /// The value.
        value: String,
        /// The unit asked for.
        to: Unit,
    },
}

impl UnitTrouble {
    fn unknown(sent: &str) -> Self {
        Self::Unknown(excerpt(sent))
    }
}
