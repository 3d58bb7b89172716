//! Who or what did something: every journal entry names one.

use crate::ids::{StaffId, TokenId};
use std::fmt;
use std::str::FromStr;

/// Who or what acts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A member of staff.
    Person(StaffId),
    /// A program that holds a token.
    Token(TokenId),
    /// An analyser link, by its configured name.
    Link(String),
    /// A part of this system, by its name ("filing", "command line").
    System(String),
}

/// A stored actor that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no actor (expected person:, token:, link: or system: and a name)")]
pub struct ActorTrouble(pub String);

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => write!(f, "person:{id}"),
            Self::Token(id) => write!(f, "token:{id}"),
            Self::Link(name) => write!(f, "link:{name}"),
            Self::System(name) => write!(f, "system:{name}"),
        }
    }
}

impl FromStr for Actor {
    type Err = ActorTrouble;
    fn from_str(text: &str) -> Result<Self, ActorTrouble> {
        let trouble = || ActorTrouble(text.chars().take(64).collect());
        let (kind, name) = text.split_once(':').ok_or_else(trouble)?;
        if name.is_empty() {
            return Err(trouble());
        }
        match kind {
            "person" => name.parse().map(Self::Person).map_err(|_| trouble()),
            "token" => name.parse().map(Self::Token).map_err(|_| trouble()),
            "link" => Ok(Self::Link(name.to_owned())),
            "system" => Ok(Self::System(name.to_owned())),
            _ => Err(trouble()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_actor_reads_back_and_nonsense_is_refused() {
        for text in
            ["person:01890a5d-ac96-774b-bcce-b302099a8057", "token:01890a5d-ac96-774b-bcce-b302099a8057", "link:c111", "system:filing"]
        {
            assert_eq!(text.parse::<Actor>().unwrap().to_string(), text);
        }
        for text in ["", "person", "person:", "person:7", "robot:x", "link:"] {
            assert!(text.parse::<Actor>().is_err(), "{text}");
        }
    }
}
