//! # Identity
//!
//! **What it checks.** The reading was claimed for an examination by the container's code and the test. Where the analyser also
//! names a patient, that patient must be the one the container belongs to.
//!
//! **Why.** A result on the wrong patient is the worst thing a laboratory can send. A container code alone cannot show that the analyser's
//! worklist was typed by hand for somebody else.
//!
//! **When it blocks.** The stated patient number differs from the order's, letter for letter after trimming.
//!
//! **Source.** Two-identifier check of 42 CFR 493.1242 and 493.1283 as a rule of this laboratory system.

use super::{finding, pass};
use crate::Context;
use workflow::{Because, Gate, GateFinding, Verdict};

/// Judges whose result this is.
pub fn judge(context: &Context<'_>) -> GateFinding {
    let ordered = &context.work.patient.mrn;
    match context.reading.patient.as_deref().map(str::trim) {
        None | Some("") => pass(Gate::Identity),
        Some(stated) if stated == ordered => pass(Gate::Identity),
        Some(stated) => {
            finding(Gate::Identity, Verdict::Block, Because::OtherPatient { stated: stated.to_owned(), ordered: ordered.clone() })
        }
    }
}
