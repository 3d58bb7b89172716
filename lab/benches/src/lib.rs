//! The bench's judgement: every gate looks at every result; what each says, and why, becomes the [`Assessment`].

pub mod gates;
mod measure;

pub use measure::measure;

use catalogue::{Catalogue, MethodCode, Test};
use kernel::Reading;
use workflow::{Assessment, Measured, OpenWork};

/// The edition of this set of gates, kept with every assessment: a new gate or a changed one is a new edition.
pub const GATES_EDITION: &str = "gates-2";

/// What the gates may look at besides the value.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The reading the value came from.
    pub reading: &'a Reading,
    /// The test it answers.
    pub test: &'a Test,
    /// The instrument that measured, by the name of its link.
    pub instrument: &'a str,
    /// The method by which it did, where its mapping says so.
    pub method: Option<&'a MethodCode>,
    /// The container, its order and its patient.
    pub work: &'a OpenWork,
    /// The edition judged by.
    pub catalogue: &'a Catalogue,
    /// The zone in which the patient's days of age are counted: the site's.
    pub zone: &'a kernel::Zone,
}

/// Asks every gate. The order is that of [`workflow::Gate::ALL`]; all are asked, whatever the first says.
pub fn assess(measured: &Measured, context: &Context<'_>) -> Assessment {
    Assessment {
        findings: vec![
            gates::identity::judge(context),
            gates::format_and_unit::judge(measured),
            gates::critical_limit::judge(measured, context),
        ],
    }
}
