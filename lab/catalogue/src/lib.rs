//! What the laboratory measures: tests, critical limits and what each instrument calls its tests, as editions of reviewed text.
//!
//! Clinical facts are data: they carry their source, and an edition is unverified until a laboratory director signs it.

pub mod allowable_error;
pub mod calculations;
mod choice;
pub mod container_kind;
mod difference;
pub mod edition;
mod files;
pub mod in_force;
pub mod interference;
pub mod intervals;
pub mod limits;
pub mod loinc;
pub mod mapping;
pub mod measuring_range;
pub mod method;
mod normal_finding;
pub mod panel;
mod policies;
pub mod rejection_reason;
mod selection;
mod table;
pub mod test;
mod test_container;

pub use allowable_error::{AllowableError, AllowableErrorTrouble, Allowed, Criterion, PerformanceLimit};
pub use choice::Choice;
pub use container_kind::{ContainerKind, ContainerKindCode};
pub use difference::{CellChange, Change, Difference, differences};
pub use edition::{Edition, Signature};
pub use files::{EditionFile, EditionFiles};
pub use interference::InterferenceLimits;
pub use intervals::flag::{Flag, Flagged, NoFlag};
pub use intervals::{Interval, IntervalChoice, Intervals};
pub use limits::LimitChoice;
pub use limits::absurd::{AbsurdLimit, AbsurdLimits};
pub use limits::critical::{Beyond, CriticalFinding, CriticalLimit, CriticalLimits};
pub use limits::delta::{DeltaLimit, DeltaLimits, DeltaMode, DeltaUse};
pub use loinc::LoincCheck;
pub use mapping::InstrumentMapping;
pub use measuring_range::{MeasuringRange, MeasuringRanges};
pub use method::{Method, MethodCode, Methods};
pub use panel::Panel;
pub use policies::Policies;
pub use rejection_reason::{RejectionReason, WayOn};
pub use selection::{PatientFact, Scope, Selection, is_instrument_name};
pub use table::ContentTrouble;
pub use test::{Test, TestCode};
pub use test_container::{Stability, Storage, TestContainer, TestVolume};

use calculations::martin_hopkins::{FactorTable, MartinHopkins, ldl_martin_hopkins};
use calculations::{Amount, MgPerDl, NotCalculated};
use container_kind::ContainerKinds;
use std::collections::BTreeMap;

/// The files of one edition, as text, each with the name it is known by in messages.
#[derive(Debug, Clone, Copy, Default)]
pub struct CatalogueText<'a> {
    /// `edition.toml`.
    pub edition: &'a str,
    /// `containers.csv`.
    pub containers: &'a str,
    /// `tests.csv`.
    pub tests: &'a str,
    /// `methods.csv`; an edition without it has none.
    pub methods: Option<&'a str>,
    /// `test_containers.csv`.
    pub test_containers: &'a str,
    /// `critical_limits.csv`.
    pub critical_limits: &'a str,
    /// `absurd_limits.csv`; an edition without it has none.
    pub absurd_limits: Option<&'a str>,
    /// `delta_limits.csv`; an edition without it has none.
    pub delta_limits: Option<&'a str>,
    /// `measuring_ranges.csv`; an edition without it has none.
    pub measuring_ranges: Option<&'a str>,
    /// `interference_limits.csv`; an edition without it has none.
    pub interference_limits: Option<&'a str>,
    /// `reference_intervals.csv`; an edition without it has none.
    pub reference_intervals: Option<&'a str>,
    /// `panels.csv`; an edition without it has none.
    pub panels: Option<&'a str>,
    /// `martin_hopkins_factors.csv`; an edition without it has no LDL cholesterol by Martin and Hopkins.
    pub ldl_factors: Option<&'a str>,
    /// `rejection_reasons.csv`; an edition without it has none.
    pub rejection_reasons: Option<&'a str>,
    /// `allowable_errors.csv`; an edition without it has none.
    pub allowable_errors: Option<&'a str>,
    /// `coded_choices.csv`; an edition without it has none, and nothing coded can be typed.
    pub coded_choices: Option<&'a str>,
    /// `policies.csv`; an edition without it leaves every choice open.
    pub policies: Option<&'a str>,
}

/// One edition of the catalogue, read and checked as a whole.
#[derive(Debug, Clone)]
pub struct Catalogue {
    edition: Edition,
    container_kinds: ContainerKinds,
    tests: BTreeMap<TestCode, Test>,
    methods: Methods,
    critical_limits: CriticalLimits,
    absurd_limits: AbsurdLimits,
    delta_limits: DeltaLimits,
    measuring_ranges: MeasuringRanges,
    interference_limits: InterferenceLimits,
    intervals: Intervals,
    panels: BTreeMap<TestCode, Panel>,
    ldl_factors: Option<FactorTable>,
    rejection_reasons: BTreeMap<String, RejectionReason>,
    allowable_errors: Vec<PerformanceLimit>,
    policies: Policies,
}

impl Catalogue {
    /// Reads an edition. Every fault of every file is reported with file, line and reason; a faulty edition is refused whole.
    pub fn read(text: CatalogueText<'_>) -> Result<Self, Vec<ContentTrouble>> {
        let mut troubles = Vec::new();
        let edition = edition::read(text.edition).map_err(|trouble| troubles.push(trouble)).ok();
        let container_kinds = container_kind::read(text.containers, &mut troubles);
        let mut tests = test::read(text.tests, &mut troubles);
        test_container::read(text.test_containers, &container_kinds, &mut tests, &mut troubles);
        let methods = text.methods.map(|text| method::read(text, &mut troubles)).unwrap_or_default();
        let intervals = text.reference_intervals.map(|text| {
            let decimals = |test: &TestCode| tests.get(test).map(|test| test.decimals);
            Intervals::read("reference_intervals.csv", text, &methods, decimals)
        });
        let intervals = intervals.transpose().map_err(|more| troubles.extend(more)).ok().flatten().unwrap_or_default();
        let known = (&tests, &methods);
        let critical_limits = limits::critical::read(text.critical_limits, known, &intervals, &mut troubles);
        if let Some(text) = text.coded_choices {
            choice::read(text, &mut tests, &critical_limits, &mut troubles);
        }
        let known = (&tests, &methods);
        let absurd_limits = text.absurd_limits.map(|text| limits::absurd::read(text, known, &critical_limits, &mut troubles));
        let delta_limits = text.delta_limits.map(|text| limits::delta::read(text, known, &mut troubles));
        let measuring_ranges = text.measuring_ranges.map(|text| measuring_range::read(text, known, &mut troubles));
        let interference_limits = text.interference_limits.map(|text| interference::read(text, known, &mut troubles));
        let panels = text.panels.map(|text| panel::read(text, &tests, &mut troubles)).unwrap_or_default();
        let ldl_factors = text.ldl_factors.map(|text| FactorTable::read("martin_hopkins_factors.csv", text));
        let ldl_factors = ldl_factors.transpose().map_err(|more| troubles.extend(more)).ok().flatten();
        let reasons = text.rejection_reasons.map(|text| rejection_reason::read(text, &tests, &mut troubles));
        let errors = text.allowable_errors.map(|text| allowable_error::read(text, &tests, &mut troubles));
        let policies = text.policies.map(|text| policies::read(text, &mut troubles)).unwrap_or_default();
        match edition {
            Some(edition) if troubles.is_empty() => Ok(Self {
                edition,
                container_kinds,
                tests,
                methods,
                critical_limits,
                absurd_limits: absurd_limits.unwrap_or_default(),
                delta_limits: delta_limits.unwrap_or_default(),
                measuring_ranges: measuring_ranges.unwrap_or_default(),
                interference_limits: interference_limits.unwrap_or_default(),
                intervals,
                panels,
                ldl_factors,
                rejection_reasons: reasons.unwrap_or_default(),
                allowable_errors: errors.unwrap_or_default(),
                policies,
            }),
            _ => Err(troubles),
        }
    }

    /// With the signature that the laboratory holds of it.
    #[must_use]
    pub fn signed(mut self, signature: Signature) -> Self {
        self.edition.signature = signature;
        self
    }

    /// The edition's name, source and signature.
    pub fn edition(&self) -> &Edition {
        &self.edition
    }

    /// The container of this code.
    pub fn container_kind(&self, code: &ContainerKindCode) -> Option<&ContainerKind> {
        self.container_kinds.get(code)
    }

    /// Every kind of container, by code.
    pub fn container_kinds(&self) -> impl Iterator<Item = &ContainerKind> {
        self.container_kinds.iter()
    }

    /// The test of this code.
    pub fn test(&self, code: &TestCode) -> Option<&Test> {
        self.tests.get(code)
    }

    /// Every test, by code.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        self.tests.values()
    }

    /// The methods.
    pub fn methods(&self) -> &Methods {
        &self.methods
    }

    /// What is asked for by a code: a test, the tests of a panel, or nothing.
    pub fn asked_for(&self, code: &TestCode) -> Vec<&Test> {
        let of_panel = self.panels.get(code).into_iter().flat_map(|panel| &panel.tests).filter_map(|test| self.tests.get(test));
        self.tests.get(code).into_iter().chain(of_panel).collect()
    }

    /// The panel of this code.
    pub fn panel(&self, code: &TestCode) -> Option<&Panel> {
        self.panels.get(code)
    }

    /// Every panel, by code.
    pub fn panels(&self) -> impl Iterator<Item = &Panel> {
        self.panels.values()
    }

    /// The reference intervals, decision limits and therapeutic ranges.
    pub fn intervals(&self) -> &Intervals {
        &self.intervals
    }

    /// The factors of LDL cholesterol by Martin and Hopkins, where the edition has them.
    pub fn ldl_factors(&self) -> Option<&FactorTable> {
        self.ldl_factors.as_ref()
    }

    /// LDL cholesterol by Martin and Hopkins with the factors of the edition and its policy for high triglycerides.
    pub fn ldl_martin_hopkins(
        &self,
        total: Amount<MgPerDl>,
        hdl: Amount<MgPerDl>,
        trig: Amount<MgPerDl>,
    ) -> Result<MartinHopkins, NotCalculated> {
        let lacking = |what| NotCalculated::NotDecided { what };
        let factors = self.ldl_factors().ok_or(lacking("factors of Martin and Hopkins"))?;
        let policy = self.policies.high_triglycerides.ok_or(lacking("policy for triglycerides of 400 mg/dL and more"))?;
        ldl_martin_hopkins(total, hdl, trig, factors, policy)
    }

    /// What the director decided where there is a choice.
    pub fn policies(&self) -> &Policies {
        &self.policies
    }

    /// Every reason for which a specimen is rejected, by code.
    pub fn rejection_reasons(&self) -> impl Iterator<Item = &RejectionReason> {
        self.rejection_reasons.values()
    }

    /// The rejection reason of this code.
    pub fn rejection_reason(&self, code: &str) -> Option<&RejectionReason> {
        self.rejection_reasons.get(code)
    }

    /// What a test may err by, in its own unit; nothing where no source says so.
    pub fn allowable_error(&self, test: &TestCode) -> Option<&PerformanceLimit> {
        self.allowable_errors.iter().find(|limit| limit.test.as_ref() == Some(test))
    }

    /// Every allowable error, those of analytes that the catalogue has no test for among them.
    pub fn allowable_errors(&self) -> &[PerformanceLimit] {
        &self.allowable_errors
    }

    /// The critical limits.
    pub fn critical_limits(&self) -> &CriticalLimits {
        &self.critical_limits
    }

    /// The absurd limits.
    pub fn absurd_limits(&self) -> &AbsurdLimits {
        &self.absurd_limits
    }

    /// The limits of change.
    pub fn delta_limits(&self) -> &DeltaLimits {
        &self.delta_limits
    }

    /// What can be measured, by test, method and instrument.
    pub fn measuring_ranges(&self) -> &MeasuringRanges {
        &self.measuring_ranges
    }

    /// What haemolysis, icterus and lipaemia do to a test.
    pub fn interference_limits(&self) -> &InterferenceLimits {
        &self.interference_limits
    }
}
