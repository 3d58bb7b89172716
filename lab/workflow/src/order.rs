//! Requests: what was ordered, for whom, on which container.

use crate::specimen::ContainerState;
use catalogue::TestCode;
use kernel::{BirthDate, ContainerId, ExaminationId, Lang, OrderId, PatientId, Sex, Timestamp};

/// How soon a result is needed. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// At once.
    Stat,
    /// Before the routine.
    Urgent,
    /// In turn.
    Routine,
}

impl Priority {
    /// Every priority, most urgent first.
    pub const ALL: [Self; 3] = [Self::Stat, Self::Urgent, Self::Routine];

    /// The stored word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::Urgent => "urgent",
            Self::Routine => "routine",
        }
    }

    /// The priority stored under this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.name() == name)
    }

    /// What people read.
    pub const fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Stat, Lang::English) => "STAT",
            (Self::Urgent, Lang::English) => "urgent",
            (Self::Routine, Lang::English) => "routine",
        }
    }
}

/// The facts of a patient that gates read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientFacts {
    /// The patient.
    pub id: PatientId,
    /// The medical record number, as printed.
    pub mrn: String,
    /// The birth date, as far as it is known.
    pub birth: Option<BirthDate>,
    /// The sex on record.
    pub sex: Sex,
}

/// One ordered test on a container, and whether it has a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenExamination {
    /// The examination.
    pub id: ExaminationId,
    /// Its test.
    pub test: TestCode,
    /// A result of any version exists.
    pub resulted: bool,
    /// Nobody wants it any more.
    pub cancelled: bool,
}

/// What is to be done on one container, as filing and the gates need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenWork {
    /// The container.
    pub container: ContainerId,
    /// Its code, as on the label.
    pub container_code: String,
    /// Its order.
    pub order: OrderId,
    /// How far it has come.
    pub state: ContainerState,
    /// Whose it is.
    pub patient: PatientFacts,
    /// When it was collected; where that is not known, when it was ordered.
    pub collected_or_ordered_at: Timestamp,
    /// Its examinations.
    pub examinations: Vec<OpenExamination>,
}

/// What a code on a label leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Labelled {
    /// The container that bears it.
    InForce(Box<OpenWork>),
    /// A label that was replaced by another: nobody knows what it is stuck to now.
    Voided {
        /// The code of the label that holds.
        now: String,
    },
}

impl OpenWork {
    /// Notes that an examination has a result now, so that a second reading of the same message cannot claim it again.
    pub fn note_result(&mut self, examination: ExaminationId) {
        for open in self.examinations.iter_mut().filter(|open| open.id == examination) {
            open.resulted = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_read_back_and_sort_most_urgent_first() {
        for priority in Priority::ALL {
            assert_eq!(Priority::from_name(priority.name()), Some(priority));
        }
        assert!(Priority::Stat < Priority::Routine);
        assert_eq!(Priority::from_name("STAT"), None);
    }
}
