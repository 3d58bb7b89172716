//! From the results of a patient to the arguments of a formula: whatever is missing, cancelled, only a bound, blocked or in a unit that
//! does not convert exactly makes the calculated result null, and says why.

use super::amount::{Amount, InUnit};
use super::not_calculated::NotCalculated;
use kernel::value::NotMeasuredReason;
use kernel::{Conversion, Number, Quantity, Sex, Substance, Unit};

/// What is known of one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// A value as the analyser reported it, unrounded, with its unit.
    Quantity(Quantity),
    /// The patient's sex.
    Sex(Sex),
    /// A fact that holds or does not: dialysis, fasting.
    Fact(bool),
    /// Ordered or needed, and not there.
    Missing,
    /// Cancelled.
    Cancelled,
    /// The device sent a mark in place of a value.
    NotMeasured(NotMeasuredReason),
    /// Blocked by its haemolysis, icterus or lipaemia index.
    Interference,
}

/// The inputs of one calculation, by the names the calculation gives them.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a>(pub &'a [(&'a str, Given)]);

impl<'a> Inputs<'a> {
    /// The input of this name, if anything was said about it.
    pub fn find(&self, name: &str) -> Option<&'a Given> {
        self.0.iter().find(|(given, _)| *given == name).map(|(_, given)| given)
    }

    fn quantity(&self, input: &'static str) -> Result<&'a Quantity, NotCalculated> {
        match self.find(input) {
            Some(Given::Quantity(quantity)) => Ok(quantity),
            None | Some(Given::Missing) => Err(NotCalculated::Missing { input }),
            Some(Given::Cancelled) => Err(NotCalculated::Cancelled { input }),
            Some(Given::NotMeasured(reason)) => Err(NotCalculated::NotMeasured { input, reason: *reason }),
            Some(Given::Interference) => Err(NotCalculated::Interference { input }),
            Some(Given::Sex(_) | Given::Fact(_)) => Err(NotCalculated::WrongKind { input, expected: "a quantity" }),
        }
    }
}

/// What kind of input a formula takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// A value in this unit (UCUM).
    Quantity(&'static str),
    /// The patient's sex.
    Sex,
    /// A fact that holds or does not.
    Fact,
}

/// A type that a formula takes as an argument.
pub trait Argument: Sized {
    /// What it is made from.
    const KIND: InputKind;
    /// Whether the formula does without it.
    const OPTIONAL: bool = false;
    /// Makes it of the inputs, or says why the result is null.
    fn take(inputs: Inputs<'_>, input: &'static str) -> Result<Self, NotCalculated>;
}

impl<U: InUnit> Argument for Amount<U> {
    const KIND: InputKind = InputKind::Quantity(U::UCUM);

    fn take(inputs: Inputs<'_>, input: &'static str) -> Result<Self, NotCalculated> {
        let number = in_unit::<U>(inputs.quantity(input)?, input)?;
        number.exact().map(Self::new).ok_or(NotCalculated::Censored { input, value: number })
    }
}

/// The numerator of a ratio that may lie below the measuring range: then the ratio is a bound as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtMost<U> {
    /// Measured.
    Exactly(Amount<U>),
    /// Below this.
    Below(Amount<U>),
}

impl<U: InUnit> Argument for AtMost<U> {
    const KIND: InputKind = InputKind::Quantity(U::UCUM);

    fn take(inputs: Inputs<'_>, input: &'static str) -> Result<Self, NotCalculated> {
        use kernel::value::Comparator;
        let number = in_unit::<U>(inputs.quantity(input)?, input)?;
        match number.comparator() {
            Comparator::Exact => Ok(Self::Exactly(Amount::new(number.decimal()))),
            Comparator::Less => Ok(Self::Below(Amount::new(number.decimal()))),
            _ => Err(NotCalculated::Censored { input, value: number }),
        }
    }
}

impl Argument for Sex {
    const KIND: InputKind = InputKind::Sex;

    fn take(inputs: Inputs<'_>, input: &'static str) -> Result<Self, NotCalculated> {
        match inputs.find(input) {
            Some(Given::Sex(sex)) => Ok(*sex),
            None | Some(Given::Missing) => Ok(Self::Unknown),
            Some(_) => Err(NotCalculated::WrongKind { input, expected: "a sex" }),
        }
    }
}

impl Argument for bool {
    const KIND: InputKind = InputKind::Fact;

    fn take(inputs: Inputs<'_>, input: &'static str) -> Result<Self, NotCalculated> {
        match inputs.find(input) {
            Some(Given::Fact(fact)) => Ok(*fact),
            None | Some(Given::Missing) => Err(NotCalculated::Missing { input }),
            Some(_) => Err(NotCalculated::WrongKind { input, expected: "yes or no" }),
        }
    }
}

/// An argument that the laboratory's catalogue may leave out. One that it binds and that is missing makes the result null all the same.
impl<A: Argument> Argument for Option<A> {
    const KIND: InputKind = A::KIND;
    const OPTIONAL: bool = true;

    fn take(inputs: Inputs<'_>, input: &'static str) -> Result<Self, NotCalculated> {
        if inputs.find(input).is_none() { Ok(None) } else { A::take(inputs, input).map(Some) }
    }
}

/// The number in the unit of the formula: as it stands, or exactly converted, or not at all.
fn in_unit<U: InUnit>(quantity: &Quantity, input: &'static str) -> Result<Number, NotCalculated> {
    if quantity.unit.as_str() == U::UCUM {
        return Ok(quantity.value);
    }
    let trouble = |trouble: String| NotCalculated::Unit { input, trouble };
    let unit = Unit::ucum(U::UCUM).map_err(|unknown| trouble(unknown.to_string()))?;
    let conversion = Conversion::between(&quantity.unit, &unit, &Substance::default()).map_err(|none| trouble(none.to_string()))?;
    let converted = quantity.converted(&conversion).map_err(|none| trouble(none.to_string()))?;
    if converted.exact { Ok(converted.value.value) } else { Err(trouble("the conversion does not come out exactly".to_owned())) }
}
