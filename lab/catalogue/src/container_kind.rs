//! Containers: what a specimen is drawn or put into, and in which order.

use crate::table::{self, ContentTrouble, TableRow};
use crate::test_container::VOLUME_UL_MAX;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The code of a kind of container: 1 to 16 characters A-Z, 0-9 or `-`. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerKindCode(Arc<str>);

impl ContainerKindCode {
    /// Reads a code at the door.
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            (1..=16).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
        fits.then(|| Self(text.into()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContainerKindCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A kind of container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerKind {
    /// Its code.
    pub code: ContainerKindCode,
    /// The name people read.
    pub name: String,
    /// What is in it, and what is particular about it.
    pub contents: String,
    /// Its place in the order of draw, 1 first; nothing for what is not drawn from a vein with others. Containers may share a place.
    pub order_of_draw: Option<u8>,
    /// What can be pipetted out of one that was properly filled, in microlitres: of a tube for serum or plasma about 40 % of the draw. Nothing where
    /// volume is no matter.
    pub usable_ul: Option<u32>,
    /// Whether it may be opened once more for another test; not so where air or a culture spoils what is left.
    pub reusable: bool,
}

/// The kinds of containers of an edition.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContainerKinds {
    sound: BTreeMap<ContainerKindCode, ContainerKind>,
    /// Named in a row that has a fault of its own.
    faulty: BTreeSet<ContainerKindCode>,
}

impl ContainerKinds {
    /// The kind of this code, if its row is sound.
    pub(crate) fn get(&self, code: &ContainerKindCode) -> Option<&ContainerKind> {
        self.sound.get(code)
    }

    /// Whether the file names it, soundly or not: what follows from a fault is not a second one.
    pub(crate) fn is_named(&self, code: &ContainerKindCode) -> bool {
        self.sound.contains_key(code) || self.faulty.contains(code)
    }

    /// Every sound kind, by code.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ContainerKind> {
        self.sound.values()
    }
}

const FILE: &str = "containers.csv";
pub(crate) const COLUMNS: [&str; 7] = ["code", "name", "contents", "order_of_draw", "usable_ul", "reusable", "source"];
/// No needle fills more kinds of tubes.
const PLACES_MAX: u8 = 20;

/// Reads `containers.csv`.
pub(crate) fn read(text: &str, troubles: &mut Vec<ContentTrouble>) -> ContainerKinds {
    let mut sound = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        match read_row(&row) {
            Ok(container) => {
                let code = container.code.clone();
                if sound.insert(code.clone(), container).is_some() {
                    troubles.push(row.trouble(format!("container {code} stands here a second time")));
                }
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    let named = table::names(text).into_iter().filter_map(|name| ContainerKindCode::parse(&name));
    let faulty = named.filter(|code| !sound.contains_key(code)).collect();
    ContainerKinds { sound, faulty }
}

fn read_row(row: &TableRow<'_>) -> Result<ContainerKind, ContentTrouble> {
    let code = ContainerKindCode::parse(row.cell("code"))
        .ok_or_else(|| row.trouble(format!("“{}” is no container code (1 to 16 of A-Z, 0-9, -)", row.cell("code"))))?;
    for column in ["name", "contents", "source"] {
        if row.cell(column).is_empty() {
            return Err(row.trouble(format!("container {code} has no {column}")));
        }
    }
    let order_of_draw = match row.cell("order_of_draw") {
        "" => None,
        text => {
            let place = text.parse().ok().filter(|place| (1..=PLACES_MAX).contains(place));
            Some(place.ok_or_else(|| row.trouble(format!("order_of_draw of {code} must be 1 to {PLACES_MAX} or empty, not “{text}”")))?)
        }
    };
    let usable_ul = match row.cell("usable_ul") {
        "" => None,
        text => {
            let usable = text.parse().ok().filter(|usable| (1..=VOLUME_UL_MAX).contains(usable));
            let what = || row.trouble(format!("usable_ul of {code} must be 1 to {VOLUME_UL_MAX} or empty, not “{text}”"));
            Some(usable.ok_or_else(what)?)
        }
    };
    let reusable = match row.cell("reusable") {
        "yes" => true,
        "no" => false,
        text => return Err(row.trouble(format!("reusable of {code} must be yes or no, not “{text}”"))),
    };
    Ok(ContainerKind {
        name: row.cell("name").to_owned(),
        contents: row.cell("contents").to_owned(),
        order_of_draw,
        usable_ul,
        reusable,
        code,
    })
}
