//! What the catalogue promises, tried from outside: faulty files are refused with file, line and reason; the shipped content reads; a
//! limit is chosen for one patient and never guessed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod allowable_errors;
mod arbitrary_files;
mod bench;
mod calculation_inputs;
mod calculations;
mod coded_choices;
mod difference_keys;
mod first_cause;
mod flags;
mod interval_files;
mod intervals;
mod judging;
mod ladders;
mod ldl_table;
mod limit_properties;
mod limits;
mod limits_by_sex;
mod loinc_property;
mod normal_findings;
mod policies;
mod properties;
mod refused;
mod refused_limits;
mod refused_scopes;
mod rejection_reasons;
mod scopes;
mod shipped;
mod shipped_limits;
mod test_containers;
