//! A realm is one database with its name stamped in it; one process serves one realm.

use std::fmt;
use std::str::FromStr;

/// What a database is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Realm {
    /// Results treat people.
    Production,
    /// A school on the same screens; nothing leaves it.
    Training,
    /// Rules and interfaces are proven here before they go live.
    Validation,
    /// A furnished laboratory to look at, with simulated analysers.
    Demonstration,
}

/// A text that names no realm.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a realm (production, training, validation or demonstration)")]
pub struct RealmTrouble(pub String);

impl Realm {
    /// Every realm.
    pub const ALL: [Self; 4] = [Self::Production, Self::Training, Self::Validation, Self::Demonstration];

    /// The name as it is stamped in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Training => "training",
            Self::Validation => "validation",
            Self::Demonstration => "demonstration",
        }
    }

    /// Whether simulated analysers may open a link here. Never in production.
    pub const fn admits_simulators(self) -> bool {
        !matches!(self, Self::Production)
    }
}

impl fmt::Display for Realm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Realm {
    type Err = RealmTrouble;
    fn from_str(text: &str) -> Result<Self, RealmTrouble> {
        Self::ALL.into_iter().find(|realm| realm.name() == text).ok_or_else(|| RealmTrouble(text.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_only_production_refuses_simulators() {
        for realm in Realm::ALL {
            assert_eq!(realm.name().parse::<Realm>().unwrap(), realm);
            assert_eq!(realm.admits_simulators(), realm != Realm::Production);
        }
        assert!("Production".parse::<Realm>().is_err());
    }
}
