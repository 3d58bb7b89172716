//! What a unit measures: its dimension, its substance, its annotations and its exact factor.

use super::atoms::{is_laboratory_atom, is_laboratory_prefix};
use super::exact::Ratio;
use super::{UNIT_BYTES_MAX, UnitTrouble};
use octofhir_ucum::{Case, Dimension, EvalResult, UnitExpr, evaluate, lookup_unit, parse_expression};

/// A unit taken apart.
///
/// UCUM makes the mole a bare number, so to it `mmol/L` and `10*3/uL` would be the same kind of quantity. Here moles, equivalents and
/// osmoles are counted apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measure {
    pub(super) dimension: [i8; 7],
    /// Moles, equivalents, osmoles: their exponents.
    pub(super) amounts: [i32; 3],
    /// Arbitrary atoms such as `[iU]` with their exponents.
    pub(super) arbitrary: Vec<(&'static str, i32)>,
    /// What stands in braces, sorted.
    pub(super) annotations: Vec<String>,
    /// The unit on a scale of its own (a logarithm, an offset), by its code: `[pH]`, `Cel`.
    pub(super) special: Option<&'static str>,
    /// The factor to base units and moles; `None` where none is exact (logarithms, offsets, units outside the laboratory).
    pub(super) factor: Option<Ratio>,
}

/// Index of the gram in a UCUM dimension.
pub(super) const GRAM: usize = 2;
/// Index of the second in a UCUM dimension.
pub(super) const SECOND: usize = 1;

/// Parses and evaluates; the unit is valid UCUM if this succeeds.
pub(super) fn parse(code: &str) -> Result<(UnitExpr, EvalResult), UnitTrouble> {
    if code.len() > UNIT_BYTES_MAX || !code.is_ascii() {
        return Err(UnitTrouble::unknown(code));
    }
    let expression = parse_expression(code).map_err(|_| UnitTrouble::unknown(code))?;
    let result = evaluate(&expression).map_err(|_| UnitTrouble::unknown(code))?;
    Ok((expression, result))
}

/// Takes a valid unit apart.
pub(super) fn measure(code: &str) -> Result<Measure, UnitTrouble> {
    let (expression, result) = parse(code)?;
    let Dimension(dimension) = result.dim;
    let mut walk = Walk { amounts: [0; 3], annotations: Vec::new(), factor: Some(Ratio::ONE) };
    walk.visit(&expression, 1);
    walk.annotations.sort_unstable();
    let special = result.special.map(|special| special.unit.code);
    let factor = if special.is_some() { None } else { walk.factor };
    Ok(Measure { dimension, amounts: walk.amounts, arbitrary: result.arbitrary, annotations: walk.annotations, special, factor })
}

impl Measure {
    /// Whether both measure the same kind of quantity: see [`super::Unit::is_same_kind`].
    pub(super) fn is_same_kind(&self, other: &Self) -> bool {
        self.dimension == other.dimension
            && self.amounts == other.amounts
            && self.arbitrary == other.arbitrary
            && self.special == other.special
            && self.braces_of_a_kind().eq(other.braces_of_a_kind())
    }

    /// UCUM gives braces no meaning; these have one all the same, for want of a code: a logarithm is no count, and what is divided by a body's
    /// surface is no clearance.
    fn braces_of_a_kind(&self) -> impl Iterator<Item = &String> {
        self.annotations.iter().filter(|words| {
            let words = words.to_ascii_lowercase();
            words.starts_with("log") || words.ends_with("_m2")
        })
    }
}

/// The first part of a unit that no laboratory measures in.
pub(super) fn unlikely_part(expression: &UnitExpr) -> Option<String> {
    match expression {
        UnitExpr::Symbol(code) => match lookup_unit(code, Case::Sensitive) {
            Some((prefix, atom)) => {
                let likely = is_laboratory_atom(atom.code) && prefix.is_none_or(|prefix| is_laboratory_prefix(prefix.symbol));
                (!likely).then(|| code.clone())
            }
            None => Some(code.clone()),
        },
        UnitExpr::Numeric(_) | UnitExpr::Annotation(_) => None,
        UnitExpr::Annotated(inner, _) | UnitExpr::Power(inner, _) | UnitExpr::Reciprocal(inner) => unlikely_part(inner),
        UnitExpr::Product(terms) => terms.iter().find_map(unlikely_part),
        UnitExpr::Quotient(above, below) => unlikely_part(above).or_else(|| unlikely_part(below)),
    }
}

/// What a walk over the expression gathers. Nesting is bounded by the parser and the length of a unit.
struct Walk {
    amounts: [i32; 3],
    annotations: Vec<String>,
    factor: Option<Ratio>,
}

impl Walk {
    /// Gathers a part that stands in the unit to this power.
    fn visit(&mut self, expression: &UnitExpr, power: i32) {
        match expression {
            UnitExpr::Symbol(code) => self.symbol(code, power),
            UnitExpr::Numeric(number) => self.multiply(Ratio::of_number(*number), power),
            UnitExpr::Annotation(words) => self.annotations.push(words.clone()),
            UnitExpr::Annotated(inner, words) => {
                self.annotations.push(words.clone());
                self.visit(inner, power);
            }
            UnitExpr::Power(inner, exponent) => self.visit(inner, power.saturating_mul(*exponent)),
            UnitExpr::Product(terms) => terms.iter().for_each(|term| self.visit(term, power)),
            UnitExpr::Quotient(above, below) => {
                self.visit(above, power);
                self.visit(below, power.saturating_neg());
            }
            UnitExpr::Reciprocal(inner) => self.visit(inner, power.saturating_neg()),
        }
    }

    /// Gathers one simple unit.
    fn symbol(&mut self, code: &str, power: i32) {
        let Some((prefix, atom)) = lookup_unit(code, Case::Sensitive).filter(|(_, atom)| is_laboratory_atom(atom.code)) else {
            self.factor = None;
            return;
        };
        if let Some(prefix) = prefix {
            self.multiply(Ratio::of_number(prefix.factor), power);
        }
        let [moles, equivalents, osmoles] = &mut self.amounts;
        let (amount, factor) = match atom.code {
            "mol" => (Some(moles), Some(Ratio::ONE)),
            "eq" => (Some(equivalents), Some(Ratio::ONE)),
            "osm" => (Some(osmoles), Some(Ratio::ONE)),
            // One katal is a mole a second; one U a micromole a minute: a sixtieth, which the table's decimal cannot hold.
            "kat" => (Some(moles), Some(Ratio::ONE)),
            "U" => (Some(moles), enzyme_unit()),
            _ => (None, Ratio::of_number(atom.factor)),
        };
        if let Some(amount) = amount {
            *amount = amount.saturating_add(power);
        }
        self.multiply(factor, power);
    }

    fn multiply(&mut self, factor: Option<Ratio>, power: i32) {
        self.factor = self.factor.and_then(|product| product.times(factor?.power(power)?));
    }
}

/// The enzyme unit in moles a second: 10^-6 / 60.
pub(super) fn enzyme_unit() -> Option<Ratio> {
    Ratio::power_of_ten(-6).times(Ratio::whole(60)?.inverse()?)
}
