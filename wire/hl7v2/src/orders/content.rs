//! What an order says: the test, how urgent, the specimen, the questions answered with it.

use kernel::Stated;

use crate::identifier::{Authority, EntityIdentifier};
use crate::part::Part;
use crate::said::Said;

/// A code with its text and system, and the same in another system (CE, CWE).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodedElement {
    /// The sender's code.
    pub code: Code,
    /// The same in another system; empty where none was sent.
    pub alternate: Code,
}

/// A code of one system.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Code {
    /// The code itself.
    pub identifier: Option<String>,
    /// What it says, for people.
    pub text: Option<String>,
    /// Its system (table 0396): `LN` for LOINC.
    pub system: Option<String>,
}

impl CodedElement {
    pub(crate) fn read(part: Part<'_>) -> Self {
        let code = |first: usize| Code {
            identifier: part.component(first).owned(),
            text: part.component(first + 1).owned(),
            system: part.component(first + 2).owned(),
        };
        Self { code: code(1), alternate: code(4) }
    }

    /// Whether either code is there; text alone cannot be looked up.
    #[must_use]
    pub const fn has_code(&self) -> bool {
        self.code.identifier.is_some() || self.alternate.identifier.is_some()
    }
}

/// How urgent an order is (table 0485).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Priority {
    /// S: at once.
    Stat,
    /// A: as soon as possible.
    Asap,
    /// R: when its turn comes.
    Routine,
    /// P: before an operation.
    Preoperative,
    /// C: call when it is there.
    Callback,
    /// T, also with a time behind it: at its time.
    TimingCritical,
    /// Another code, as sent.
    Other(String),
}

impl Priority {
    pub(crate) fn of(code: &str) -> Self {
        match code {
            "S" => Self::Stat,
            "A" => Self::Asap,
            "R" => Self::Routine,
            "P" => Self::Preoperative,
            "C" => Self::Callback,
            "T" | "TS" | "TM" | "TH" | "TD" | "TW" | "TL" => Self::TimingCritical,
            _ => Self::Other(code.to_owned()),
        }
    }
}

/// A member of the hospital's staff (XCN).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffName {
    /// The number.
    pub number: Option<String>,
    /// Who gave the number, by its local name.
    pub authority: Option<String>,
    /// Family name.
    pub family: Option<String>,
    /// Given name.
    pub given: Option<String>,
}

impl StaffName {
    /// Those of a field.
    pub(crate) fn all(field: Part<'_>) -> Vec<Self> {
        let there = field.repetitions().filter(|repetition| !repetition.is_empty() && !repetition.is_delete());
        there.map(Self::read).collect()
    }

    fn read(repetition: Part<'_>) -> Self {
        Self {
            number: repetition.component(1).owned(),
            authority: repetition.component(9).subcomponent(1).owned(),
            family: repetition.component(2).subcomponent(1).owned(),
            given: repetition.component(3).owned(),
        }
    }
}

/// A specimen as the order describes it (SPM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderedSpecimen {
    /// SPM-2.1: the sender's number of it.
    pub placer: Option<EntityIdentifier>,
    /// SPM-4: what it is.
    pub kind: Said<CodedElement>,
    /// SPM-17.1: when it was taken, or when taking it began.
    pub collected: Said<Stated>,
    /// SPM-17.2: when taking it ended.
    pub collected_until: Said<Stated>,
    /// OBX behind it.
    pub observations: Vec<Answered>,
}

/// A question answered with the order, or something observed on its specimen (OBX).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// OBX-3: the question.
    pub question: CodedElement,
    /// OBX-2: of what type the values are.
    pub value_type: Option<String>,
    /// OBX-5, each repetition as the sender wrote it, components apart.
    pub values: Vec<Vec<String>>,
    /// OBX-6.
    pub unit: Option<String>,
}

impl Answered {
    pub(crate) fn read(obx: &crate::message::Segment<'_>) -> Self {
        let there = obx.field(5).repetitions().filter(|repetition| !repetition.is_empty());
        Self {
            question: CodedElement::read(obx.field(3)),
            value_type: obx.field(2).owned(),
            values: there.map(|repetition| repetition.components().map(|part| part.text().into_owned()).collect()).collect(),
            unit: obx.field(6).component(1).owned(),
        }
    }
}

/// Whether two numbers name the same order: where one of them says no authority, the number alone counts.
pub(crate) fn agree(one: &EntityIdentifier, other: &EntityIdentifier) -> bool {
    let none = Authority::default();
    one.number == other.number && (one.authority == other.authority || one.authority == none || other.authority == none)
}
