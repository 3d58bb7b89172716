//! What a test needs of each container it accepts: volume, what is lost, and how long the specimen keeps in it.

use crate::container_kind::{ContainerKind, ContainerKindCode, ContainerKinds};
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::collections::BTreeMap;

/// A container that a test accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestContainer {
    /// Which kind.
    pub container: ContainerKindCode,
    /// What the test takes out of it; nothing where volume is no matter, as with a swab.
    pub volume: Option<TestVolume>,
    /// How long the specimen keeps in it.
    pub stability: Stability,
}

/// What a test takes out of a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestVolume {
    /// What is measured and used up, in microlitres; 0 for what is calculated from other tests.
    pub needed_ul: u32,
    /// What must be left in the container so that a probe can take the rest, in microlitres. Tests share it.
    pub dead_ul: u32,
}

/// Where a specimen is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// At room temperature.
    Room,
    /// At 2 to 8 degrees, or on ice.
    Refrigerated,
    /// At -20 degrees or below.
    Frozen,
}

impl Storage {
    /// Every storage.
    pub const ALL: [Self; 3] = [Self::Room, Self::Refrigerated, Self::Frozen];

    /// As a person reads it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Room => "at room temperature",
            Self::Refrigerated => "refrigerated",
            Self::Frozen => "frozen",
        }
    }

    const fn column(self) -> &'static str {
        match self {
            Self::Room => "stability_room_h",
            Self::Refrigerated => "stability_refrigerated_h",
            Self::Frozen => "stability_frozen_h",
        }
    }
}

/// For how many minutes after collection a test may be done, storage by storage; nothing where the specimen must not be kept so. At least one is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stability {
    room: Option<u32>,
    refrigerated: Option<u32>,
    frozen: Option<u32>,
}

impl Stability {
    /// The minutes in this storage; nothing where it does not keep there, or nobody said that it does.
    pub const fn minutes(&self, storage: Storage) -> Option<u32> {
        match storage {
            Storage::Room => self.room,
            Storage::Refrigerated => self.refrigerated,
            Storage::Frozen => self.frozen,
        }
    }
}

const FILE: &str = "test_containers.csv";
pub(crate) const COLUMNS: [&str; 9] = [
    "test",
    "place",
    "container",
    "volume_ul",
    "dead_volume_ul",
    "stability_room_h",
    "stability_refrigerated_h",
    "stability_frozen_h",
    "source",
];
/// Ten litres: more than any container holds.
pub(crate) const VOLUME_UL_MAX: u32 = 10_000_000;
/// Ten years: longer than any specimen is kept for further tests.
const STABILITY_MINUTES_MAX: u32 = 10 * 365 * 24 * 60;

/// Reads `test_containers.csv` into the tests it speaks of. A test without a row is named: it could be ordered, but not drawn.
pub(crate) fn read(text: &str, kinds: &ContainerKinds, tests: &mut BTreeMap<TestCode, Test>, troubles: &mut Vec<ContentTrouble>) {
    let mut rows_of: BTreeMap<TestCode, usize> = BTreeMap::new();
    for row in table::read(FILE, text, &COLUMNS, troubles) {
        let Some(test) = TestCode::parse(row.cell("test")).and_then(|code| tests.get_mut(&code)) else {
            troubles.push(row.trouble(format!("test “{}” is not in tests.csv", row.cell("test"))));
            continue;
        };
        let place = rows_of.entry(test.code.clone()).or_default();
        *place += 1;
        match read_row(&row, test, *place, kinds) {
            Ok(container) => test.containers.push(container),
            Err(trouble) => troubles.push(trouble),
        }
    }
    // A row that could not be taken apart is a fault already; that its test has no other is none.
    let named = table::names(text);
    for test in tests.values().filter(|test| !test.is_stand_in && !named.contains(test.code.as_str())) {
        let what = format!("test {} has no container: give it a row for each that it accepts, best first", test.code);
        troubles.push(ContentTrouble { file: FILE.to_owned(), line: 0, what });
    }
}

fn read_row(row: &TableRow<'_>, test: &Test, place: usize, kinds: &ContainerKinds) -> Result<TestContainer, ContentTrouble> {
    let code = &test.code;
    if row.cell("place").parse() != Ok(place) {
        return Err(row.trouble(format!("place of this container of {code} must be {place}, not “{}”", row.cell("place"))));
    }
    let named = ContainerKindCode::parse(row.cell("container")).filter(|container| kinds.is_named(container));
    let container =
        named.ok_or_else(|| row.trouble(format!("container “{}” of {code} is not in containers.csv", row.cell("container"))))?;
    if test.containers.iter().any(|other| other.container == container) {
        return Err(row.trouble(format!("container {container} of {code} stands here twice")));
    }
    if row.cell("source").is_empty() {
        return Err(row.trouble(format!("container {container} of {code} has no source")));
    }
    let volume = match kinds.get(&container) {
        Some(kind) => volume(row, code, kind)?,
        None => None,
    };
    Ok(TestContainer { volume, stability: stability(row, code)?, container })
}

fn volume(row: &TableRow<'_>, code: &TestCode, kind: &ContainerKind) -> Result<Option<TestVolume>, ContentTrouble> {
    let Some(usable_ul) = kind.usable_ul else {
        if ["volume_ul", "dead_volume_ul"].iter().all(|column| row.cell(column).is_empty()) {
            return Ok(None);
        }
        let what = format!("{} has no usable_ul, so volume_ul and dead_volume_ul of {code} must be empty", kind.code);
        return Err(row.trouble(what));
    };
    let number = |column: &str| {
        let number = row.cell(column).parse().ok().filter(|number| *number <= VOLUME_UL_MAX);
        number.ok_or_else(|| {
            row.trouble(format!("{column} of {code} must be whole microlitres, 0 to {VOLUME_UL_MAX}, not “{}”", row.cell(column)))
        })
    };
    let volume = TestVolume { needed_ul: number("volume_ul")?, dead_ul: number("dead_volume_ul")? };
    let whole = volume.needed_ul.saturating_add(volume.dead_ul);
    if whole > usable_ul {
        let what = format!("{code} needs {whole} ul with the dead volume, and one {} gives {usable_ul} ul", kind.code);
        return Err(row.trouble(what));
    }
    Ok(Some(volume))
}

fn stability(row: &TableRow<'_>, code: &TestCode) -> Result<Stability, ContentTrouble> {
    let [room, refrigerated, frozen] = Storage::ALL.map(|storage| minutes(row, code, storage.column()));
    let stability = Stability { room: room?, refrigerated: refrigerated?, frozen: frozen? };
    if Storage::ALL.iter().all(|storage| stability.minutes(*storage).is_none()) {
        return Err(row.trouble(format!("no stability of {code} is given: fill at least one of the columns stability_*_h")));
    }
    Ok(stability)
}

/// Hours, as minutes; nothing where the cell is empty.
fn minutes(row: &TableRow<'_>, code: &TestCode, column: &str) -> Result<Option<u32>, ContentTrouble> {
    let text = row.cell(column);
    if text.is_empty() {
        return Ok(None);
    }
    let minutes = text.parse::<Decimal>().ok().and_then(|hours| hours.checked_mul(Decimal::from(60)));
    let minutes = minutes.filter(|minutes| minutes.fract().is_zero()).and_then(|minutes| minutes.to_u32());
    let minutes = minutes.filter(|minutes| (1..=STABILITY_MINUTES_MAX).contains(minutes));
    let hours_max = STABILITY_MINUTES_MAX / 60;
    let what = format!("{column} of {code} must be hours above 0 and at most {hours_max}, in whole minutes, or empty, not “{text}”");
    minutes.map(Some).ok_or_else(|| row.trouble(what))
}
