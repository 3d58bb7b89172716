//! The life of a container: to be collected, collected, received, and ended where it is rejected or nobody wants it any more.

use kernel::{Lang, Timestamp};

/// Why nothing more is done on a container. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ended {
    /// It was rejected, for a reason of the catalogue.
    Rejected,
    /// Everything ordered on it was cancelled.
    NotNeeded,
}

impl Ended {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rejected, Self::NotNeeded];

    /// The stored word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::NotNeeded => "not needed",
        }
    }

    /// The one stored under this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.name() == name)
    }
}

/// How far a container has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerState {
    /// Nobody has drawn it yet.
    ToCollect,
    /// It was drawn, and is not in the laboratory as far as anybody has said.
    Collected {
        /// When it was drawn.
        at: Timestamp,
    },
    /// It is in the laboratory.
    Received {
        /// When it came.
        at: Timestamp,
        /// When it was drawn, where that is known.
        collected_at: Option<Timestamp>,
    },
    /// Nothing more is done on it.
    Ended {
        /// Since when.
        at: Timestamp,
        /// Why.
        why: Ended,
    },
}

impl ContainerState {
    /// As its times say it. What ended it outweighs everything before.
    pub fn of(collected_at: Option<Timestamp>, received_at: Option<Timestamp>, ended: Option<(Timestamp, Ended)>) -> Self {
        match (ended, received_at, collected_at) {
            (Some((at, why)), _, _) => Self::Ended { at, why },
            (None, Some(at), collected_at) => Self::Received { at, collected_at },
            (None, None, Some(at)) => Self::Collected { at },
            (None, None, None) => Self::ToCollect,
        }
    }

    /// Whether work may still be done on it.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Ended { .. })
    }

    /// What people read.
    pub const fn words(self, lang: Lang) -> &'static str {
        let Lang::English = lang;
        match self {
            Self::ToCollect => "to be collected",
            Self::Collected { .. } => "collected, not received",
            Self::Received { .. } => "received",
            Self::Ended { why: Ended::Rejected, .. } => "rejected",
            Self::Ended { why: Ended::NotNeeded, .. } => "not needed any more",
        }
    }
}

/// Why a specimen could not be collected. The words are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotCollected {
    /// The patient is somewhere else.
    Away,
    /// The patient does not want it.
    Refused,
    /// Not fasting, or a dose not given or given already.
    NotPrepared,
    /// No vein was found.
    NoVein,
    /// The patient is not in this house any more.
    Discharged,
    /// The wristband is missing or does not agree with the order.
    NotIdentified,
}

impl NotCollected {
    /// All of them, in the order of their keys 1 to 6.
    pub const ALL: [Self; 6] = [Self::Away, Self::Refused, Self::NotPrepared, Self::NoVein, Self::Discharged, Self::NotIdentified];

    /// The stored word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Refused => "refused",
            Self::NotPrepared => "not prepared",
            Self::NoVein => "no vein",
            Self::Discharged => "discharged",
            Self::NotIdentified => "not identified",
        }
    }

    /// The one stored under this word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.name() == name)
    }

    /// What people read.
    pub const fn words(self, lang: Lang) -> &'static str {
        let Lang::English = lang;
        match self {
            Self::Away => "the patient is not here",
            Self::Refused => "the patient refuses",
            Self::NotPrepared => "not fasting, or not the time for this dose",
            Self::NoVein => "no vein was found",
            Self::Discharged => "the patient was discharged",
            Self::NotIdentified => "the wristband is missing or another",
        }
    }
}

/// Whether a specimen cannot be had again, by the words of the catalogue: cerebrospinal and other deep fluids, tissue, lavage, marrow, cord blood
/// (laboratory rules 5.5). Such a one is not thrown away because of its label.
pub fn is_irreplaceable(specimen: &str) -> bool {
    let words = specimen.to_lowercase();
    ["csf", "fluid", "tissue", "lavage", "marrow", "cord blood"].iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_what_the_times_say_and_an_end_outweighs_them() {
        let at = |minutes: i64| Timestamp::from_micros(minutes * 60_000_000);
        let state = |collected, received, ended| ContainerState::of(collected, received, ended);
        assert_eq!(state(None, None, None), ContainerState::ToCollect);
        assert_eq!(state(Some(at(1)), None, None), ContainerState::Collected { at: at(1) });
        // A tube that came without anybody saying when it was drawn is in the laboratory all the same.
        assert_eq!(state(None, Some(at(2)), None), ContainerState::Received { at: at(2), collected_at: None });
        let rejected = state(Some(at(1)), Some(at(2)), Some((at(3), Ended::Rejected)));
        assert_eq!(rejected, ContainerState::Ended { at: at(3), why: Ended::Rejected });
        assert!(!rejected.is_open());
        assert!(state(Some(at(1)), Some(at(2)), None).is_open());
    }

    #[test]
    fn every_end_reads_back() {
        for ended in Ended::ALL {
            assert_eq!(Ended::from_name(ended.name()), Some(ended));
        }
        assert_eq!(Ended::from_name("lost"), None);
    }

    #[test]
    fn every_reason_for_not_collecting_reads_back() {
        for why in NotCollected::ALL {
            assert_eq!(NotCollected::from_name(why.name()), Some(why));
            assert!(!why.words(Lang::English).is_empty());
        }
        assert_eq!(NotCollected::from_name("rain"), None);
    }

    #[test]
    fn what_cannot_be_had_again_is_known_by_its_words() {
        for specimen in ["CSF, CSF1", "Pleural fluid, STER", "Synovial fluid, HEP", "Cord blood, EDTA-BB"] {
            assert!(is_irreplaceable(specimen), "{specimen}");
        }
        for specimen in ["Serum/plasma, SST", "Whole blood, EDTA", "Urine, UCUP", "NP swab, VTM"] {
            assert!(!is_irreplaceable(specimen), "{specimen}");
        }
    }
}
