//! Who collected a specimen: somebody signed in here, or a name as it was told.

use kernel::{Actor, StaffId};

/// Who collected a specimen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collector {
    /// A member of staff.
    Staff(StaffId),
    /// A name as it was typed or sent: a nurse, a practice.
    Named(String),
}

impl Collector {
    /// As it is stored.
    pub(crate) fn stored(&self) -> String {
        match self {
            Self::Staff(id) => Actor::Person(*id).to_string(),
            Self::Named(name) => name.clone(),
        }
    }

    /// Reads what was stored.
    pub fn from_stored(text: &str) -> Self {
        match text.parse() {
            Ok(Actor::Person(id)) => Self::Staff(id),
            _ => Self::Named(text.to_owned()),
        }
    }

    /// Whether a typed name would be taken for a member of staff who never said so.
    pub(crate) fn is_mistakable(name: &str) -> bool {
        matches!(Self::from_stored(name), Self::Staff(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_reads_back_and_a_name_is_never_a_member_of_staff() {
        let staff = Collector::Staff(StaffId::from_uuid(uuid::Uuid::from_u128(7)));
        let nurse = Collector::Named("R. Nurse, ward 3".to_owned());
        for collector in [&staff, &nurse] {
            assert_eq!(Collector::from_stored(&collector.stored()), *collector);
        }
        assert!(Collector::is_mistakable(&staff.stored()));
        assert!(!Collector::is_mistakable("person: Jane") && !Collector::is_mistakable("R. Nurse"));
    }
}
