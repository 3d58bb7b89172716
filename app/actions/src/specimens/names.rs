//! What those are called who did something, for people to read.

use kernel::{Actor, StaffId};
use std::collections::HashMap;
use store::repositories::accounts;
use store::{Reader, Trouble};

/// The names behind stored actors.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<StaffId, String>);

impl Names {
    /// Who this is: a member of staff by name, a program or a part of the system in a word; what is a name already stays.
    pub fn of(&self, stored: &str) -> String {
        match stored.parse() {
            Ok(Actor::Person(id)) => self.0.get(&id).cloned().unwrap_or_else(|| "a former member of staff".to_owned()),
            Ok(Actor::Token(_)) => "a program".to_owned(),
            Ok(Actor::Link(name)) => format!("the link {name}"),
            Ok(Actor::System(name)) => format!("the system ({name})"),
            Err(_) => stored.to_owned(),
        }
    }
}

/// The names behind these stored actors.
pub(crate) fn names_of<'s>(reader: &mut Reader<'_>, stored: impl IntoIterator<Item = &'s str>) -> Result<Names, Trouble> {
    let staff = |stored: &str| match stored.parse() {
        Ok(Actor::Person(id)) => Some(id),
        _ => None,
    };
    let mut ids: Vec<StaffId> = stored.into_iter().filter_map(staff).collect();
    ids.sort();
    ids.dedup();
    Ok(Names(accounts::names(reader, &ids)?))
}
