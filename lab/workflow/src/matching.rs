//! Whose work is this reading? A reading is claimed for an ordered examination, set apart as a control or calibration, or left
//! unclaimed with the reason: nothing is dropped, nothing is guessed.

use crate::order::{Labelled, OpenWork};
use crate::specimen::{ContainerState, Ended};
use catalogue::{Catalogue, InstrumentMapping, Test, TestCode};
use kernel::{ExaminationId, Lang, Reading, ReadingKind};

/// What became of a reading.
#[derive(Debug, Clone)]
pub enum Claim<'c> {
    /// It answers this open examination.
    Work {
        /// The examination.
        examination: ExaminationId,
        /// Its test.
        test: &'c Test,
    },
    /// It answers none; a person must look.
    Unclaimed(Unclaimed),
}

/// Why a reading answers no open examination; shown word for word on the task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unclaimed {
    /// A control: no control plan is established that could judge it.
    Control,
    /// A calibration: no calibration record is kept yet that could take it.
    Calibration,
    /// The analyser sent no specimen identification.
    NoSpecimen,
    /// No container carries this code.
    SpecimenUnknown(String),
    /// The mapping of this instrument names no test for this code.
    CodeUnmapped(String),
    /// The edition of the catalogue in force has no such test any more: nobody can say what its result would mean.
    NotInCatalogue {
        /// The test.
        test: TestCode,
        /// The edition.
        edition: String,
    },
    /// The test was not ordered on this container.
    NotOrdered {
        /// The test.
        test: TestCode,
        /// The container's code.
        container: String,
    },
    /// The label was reprinted: this one holds no longer, and nobody knows what it is stuck to.
    LabelVoided {
        /// The code that was read.
        code: String,
        /// The code of the label that holds.
        now: String,
    },
    /// Nothing may be done on the container any more.
    ContainerEnded {
        /// The container's code.
        container: String,
        /// Why.
        why: Ended,
    },
    /// Nobody wants the test any more.
    Cancelled {
        /// The test.
        test: TestCode,
        /// The container's code.
        container: String,
    },
    /// The examination has a result already; a repeat is a person's decision.
    AlreadyResulted {
        /// The test.
        test: TestCode,
        /// The container's code.
        container: String,
    },
}

impl Unclaimed {
    /// What the technologist reads.
    pub fn words(&self, lang: Lang) -> String {
        let Lang::English = lang;
        match self {
            Self::Control => "a control; no control plan is established for it yet".to_owned(),
            Self::Calibration => "a calibration; no calibration record is established for it yet".to_owned(),
            Self::NoSpecimen => "the analyser sent no specimen identification".to_owned(),
            Self::SpecimenUnknown(specimen) => format!("no container carries the code “{specimen}”"),
            Self::CodeUnmapped(code) => format!("the analyser's code {code} is mapped to no test"),
            Self::NotInCatalogue { test, edition } => {
                format!("{test} is not in the catalogue any more: edition {edition}, which is in force, has no such test")
            }
            Self::NotOrdered { test, container } => format!("{test} was not ordered on container {container}"),
            Self::LabelVoided { code, now } => {
                format!("the label {code} was replaced by {now} and holds no longer: find out which tube was measured")
            }
            Self::ContainerEnded { container, why: Ended::Rejected } => {
                format!("container {container} was rejected: no result of it counts")
            }
            Self::ContainerEnded { container, why: Ended::NotNeeded } => {
                format!("everything ordered on container {container} was cancelled")
            }
            Self::Cancelled { test, container } => format!("{test} on container {container} was cancelled"),
            Self::AlreadyResulted { test, container } => format!("{test} on container {container} has a result already"),
        }
    }
}

/// Claims a reading against the open work of its container, if its label is known.
///
/// The order of the questions is the order in which a person would ask them: what is it, which tube, which test, is it due.
pub fn claim<'c>(reading: &Reading, mapping: &InstrumentMapping, label: Option<&Labelled>, catalogue: &'c Catalogue) -> Claim<'c> {
    find(reading, mapping, label, catalogue).map_or_else(Claim::Unclaimed, |(examination, test)| Claim::Work { examination, test })
}

fn find<'c>(
    reading: &Reading,
    mapping: &InstrumentMapping,
    label: Option<&Labelled>,
    catalogue: &'c Catalogue,
) -> Result<(ExaminationId, &'c Test), Unclaimed> {
    match reading.kind {
        ReadingKind::Patient => {}
        ReadingKind::Control => return Err(Unclaimed::Control),
        ReadingKind::Calibration => return Err(Unclaimed::Calibration),
    }
    if reading.specimen.is_empty() {
        return Err(Unclaimed::NoSpecimen);
    }
    let work = in_force(&reading.specimen, label)?;
    let test = mapping.test(&reading.code).ok_or_else(|| Unclaimed::CodeUnmapped(reading.code.clone()))?;
    due_on(work, test, catalogue)
}

/// The open examination of a test on a container, however its result comes about: on the container that was read or typed, if its label is known.
pub fn due<'w, 'c>(
    code: &str,
    test: &TestCode,
    label: Option<&'w Labelled>,
    catalogue: &'c Catalogue,
) -> Result<(&'w OpenWork, ExaminationId, &'c Test), Unclaimed> {
    let work = in_force(code, label)?;
    due_on(work, test, catalogue).map(|(examination, test)| (work, examination, test))
}

/// What is to be done on the container that bears this code, if anything still is.
fn in_force<'w>(code: &str, label: Option<&'w Labelled>) -> Result<&'w OpenWork, Unclaimed> {
    let work = match label {
        None => return Err(Unclaimed::SpecimenUnknown(code.to_owned())),
        Some(Labelled::Voided { now }) => return Err(Unclaimed::LabelVoided { code: code.to_owned(), now: now.clone() }),
        Some(Labelled::InForce(work)) => work,
    };
    match work.state {
        ContainerState::Ended { why, .. } => Err(Unclaimed::ContainerEnded { container: work.container_code.clone(), why }),
        _ => Ok(work),
    }
}

fn due_on<'c>(work: &OpenWork, test: &TestCode, catalogue: &'c Catalogue) -> Result<(ExaminationId, &'c Test), Unclaimed> {
    let container = || work.container_code.clone();
    let ordered = work
        .examinations
        .iter()
        .find(|examination| examination.test == *test)
        .ok_or_else(|| Unclaimed::NotOrdered { test: test.clone(), container: container() })?;
    if ordered.cancelled {
        return Err(Unclaimed::Cancelled { test: test.clone(), container: container() });
    }
    if ordered.resulted {
        return Err(Unclaimed::AlreadyResulted { test: test.clone(), container: container() });
    }
    let gone = || Unclaimed::NotInCatalogue { test: test.clone(), edition: catalogue.edition().name.clone() };
    Ok((ordered.id, catalogue.test(test).ok_or_else(gone)?))
}
