//! The bench's judgement: every gate looks at every result; what each says, and why, becomes the [`Assessment`].

mod entered;
pub mod gates;
mod measure;
mod place;

pub use entered::{TypedTrouble, measure_typed};
pub use gates::delta::FormerResult;
pub use measure::measure;
pub use place::{Place, place};

use catalogue::{Catalogue, MethodCode, Selection, Test};
use kernel::{AgeAtCollection, Reading};
use workflow::{Assessment, Measured, OpenWork};

/// The edition of this set of gates, kept with every assessment: a new gate or a changed one is a new edition.
pub const GATES_EDITION: &str = "gates-3";

/// What the gates may look at besides the value.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The reading the value came from.
    pub reading: &'a Reading,
    /// The test it answers.
    pub test: &'a Test,
    /// The instrument that measured, by the name of its link; none where it was done by hand.
    pub instrument: Option<&'a str>,
    /// The method by which it did, where its mapping says so.
    pub method: Option<&'a MethodCode>,
    /// The container, its order and its patient.
    pub work: &'a OpenWork,
    /// The edition judged by.
    pub catalogue: &'a Catalogue,
    /// The zone in which the patient's days of age are counted: the site's.
    pub zone: &'a kernel::Zone,
}

impl<'a> Context<'a> {
    /// What is known of patient, specimen and measurement when a limit or an interval is chosen.
    pub(crate) fn selection(&self) -> Selection<'a> {
        let (patient, collected) = (&self.work.patient, self.work.collected_or_ordered_at);
        let age = patient.birth.and_then(|birth| AgeAtCollection::from_birth_date(&birth, collected, self.zone));
        Selection {
            sex: patient.sex,
            age: age.unwrap_or(AgeAtCollection::unknown()),
            conditions: &[],
            specimen: Some(&self.test.specimen),
            method: self.method.map(MethodCode::as_str),
            instrument: self.instrument,
        }
    }
}

/// Asks every gate that any result must pass. The order is that of [`workflow::Gate::ALL`]; all are asked, whatever the first says.
pub fn assess(measured: &Measured, context: &Context<'_>) -> Assessment {
    Assessment {
        findings: vec![
            gates::identity::judge(context),
            gates::format_and_unit::judge(measured, context),
            gates::critical_limit::judge(measured, context),
        ],
    }
}

/// Asks the same, and those that a result typed by a person must pass as well.
pub fn assess_typed(measured: &Measured, context: &Context<'_>, former: Option<&FormerResult>) -> Assessment {
    let mut assessment = assess(measured, context);
    assessment.findings.push(gates::absurd_limit::judge(measured, context));
    assessment.findings.push(gates::delta::judge(measured, context, former));
    assessment
}
