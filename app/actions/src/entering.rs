//! What is known when a person types a result: the open work, the former results, and what every gate says of what was typed. Asked while they type
//! and again when it is kept.

use crate::Laboratory;
use benches::{Context, FormerResult, GATES_EDITION, Place, assess_typed, place};
use catalogue::{Catalogue, Test};
use kernel::{ExaminationId, RawLine, Reading, ReadingKind, Timestamp};
use store::repositories::manual_entries::{self, FormerRecord};
use store::{Reader, Trouble};
use workflow::{Assessment, Evidence, Measured, OpenWork, RuleEdition};

/// Former results that are looked at and shown.
pub(crate) const FORMER_MAX: u32 = 5;

/// An examination at hand: what its gates look at beside the value.
pub(crate) struct AtHand<'a> {
    pub(crate) lab: &'a Laboratory,
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) work: &'a OpenWork,
    pub(crate) test: &'a Test,
    pub(crate) former: &'a [FormerRecord],
}

/// The last verified results of the same test of the patient, newest collection first.
pub(crate) fn former(
    reader: &mut Reader<'_>,
    work: &OpenWork,
    test: &str,
    examination: ExaminationId,
) -> Result<Vec<FormerRecord>, Trouble> {
    let mut former = manual_entries::former(reader, work.patient.id, test, examination, FORMER_MAX)?;
    former.sort_by_key(|record| std::cmp::Reverse(record.collected_at));
    Ok(former)
}

impl AtHand<'_> {
    /// What every gate says of what was typed with this patient before the eyes.
    pub(crate) fn assess(&self, measured: &Measured, patient_seen: &str) -> Assessment {
        let reading = self.reading(measured, patient_seen);
        let former = self.former_before(self.work.collected_or_ordered_at);
        assess_typed(measured, &self.context(&reading), former.as_ref())
    }

    /// Where a value lies; with none, the interval alone.
    pub(crate) fn place(&self, measured: Option<&Measured>) -> Place {
        let nothing = Measured {
            sent: String::new(),
            sent_unit: String::new(),
            value: Err(workflow::Because::NothingToCompare),
            reported: String::new(),
            unit: String::new(),
            flags: Vec::new(),
            entered: None,
        };
        let reading = self.reading(measured.unwrap_or(&nothing), &self.work.patient.mrn);
        place(measured, &self.context(&reading))
    }

    /// The evidence as it is stored.
    pub(crate) fn evidence(&self, assessment: Assessment) -> Result<String, Trouble> {
        let evidence = Evidence {
            gates: RuleEdition(GATES_EDITION.to_owned()),
            catalogue: RuleEdition(self.catalogue.edition().name.clone()),
            policy: self.lab.policy(),
            results: vec![(self.work.container_code.clone(), self.test.code.to_string(), assessment)],
        };
        evidence.to_stored().map_err(|trouble| Trouble::because(trouble.to_string()))
    }

    /// The newest former result of an earlier collection.
    fn former_before(&self, collected_at: Timestamp) -> Option<FormerResult> {
        let before = self.former.iter().find(|record| record.collected_at < collected_at)?;
        Some(FormerResult {
            value: before.value.clone(),
            reported: before.reported.clone(),
            unit: before.unit.clone(),
            collected_at: before.collected_at,
        })
    }

    /// What was typed, in the form in which every gate looks at a value.
    fn reading(&self, measured: &Measured, patient_seen: &str) -> Reading {
        Reading {
            kind: ReadingKind::Patient,
            specimen: self.work.container_code.clone(),
            code: self.test.code.to_string(),
            sent: measured.sent.clone(),
            unit: measured.sent_unit.clone(),
            flags: Vec::new(),
            stated_at: None,
            line: RawLine::default(),
            patient: Some(patient_seen.to_owned()),
            details: Vec::new(),
        }
    }

    fn context<'c>(&'c self, reading: &'c Reading) -> Context<'c> {
        let (instrument, method) = (None, None);
        Context { reading, test: self.test, instrument, method, work: self.work, catalogue: self.catalogue, zone: self.lab.zone() }
    }
}
