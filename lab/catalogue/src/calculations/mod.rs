//! Every calculated result of the laboratory: one named pure function each, with its source, its limits and the reason where it is null.
//!
//! Inputs are what the analyser reported, unrounded, in units that the compiler knows ([`Amount`]). Everything is decimal arithmetic;
//! a float appears only inside powers, roots and logarithms and is rounded there. Only the reported figure is rounded: half away from
//! zero.
//!
//! A result is null where an input is missing, cancelled, not measured, only a bound, or blocked by its interference indices;
//! [`NotCalculated`] says which. Nothing panics, whatever the inputs.
//! ```
//! use catalogue::calculations::{Calculation, Given, Inputs};
//! use kernel::{Number, Quantity, Unit};
//! let mmol = |text: &str| Given::Quantity(Quantity::new(Number::exactly(text.parse().unwrap()), Unit::ucum("mmol/L").unwrap()));
//! let anion_gap = Calculation::find("anion_gap").unwrap();
//! let gap = anion_gap.calculate(Inputs(&[("na", mmol("140")), ("cl", mmol("104")), ("co2", mmol("24"))])).unwrap();
//! assert_eq!(gap.reported.to_string(), "12");
//! let no_chloride = anion_gap.calculate(Inputs(&[("na", mmol("140")), ("cl", Given::Cancelled), ("co2", mmol("24"))]));
//! assert_eq!(no_chloride.unwrap_err().words(kernel::Lang::English), "cl was cancelled");
//! ```

mod amount;
pub mod biological_variation;
pub mod blood_count;
mod calculated;
pub mod chemistry;
pub mod coagulation;
pub mod electrolytes;
pub mod fetomaternal;
mod figure;
pub mod glucose;
pub mod hormones;
mod inputs;
pub mod lipids;
pub mod liver;
pub mod martin_hopkins;
mod not_calculated;
mod registry;
pub mod renal;
pub mod urine;

pub use amount::*;
pub use calculated::{Calculated, Outcome};
pub use inputs::{Argument, AtMost, Given, InputKind, Inputs};
pub use not_calculated::{Limit, NotCalculated};
pub use registry::{BindingTrouble, CALCULATIONS, Calculation, Input};
