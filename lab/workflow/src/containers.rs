//! Which containers an order needs: as few as its tests allow, in the order of draw, none of them asked for more than it holds.
//!
//! Source: laboratory rules 5.3. A test names the containers it accepts, best first. What only one container can hold decides first; what accepts a
//! container that is needed anyway goes into it; of the rest, the container that takes most of them. What does not fit into one container of a kind
//! goes into another: largest volume first, each test into the first container with room for it.

use catalogue::{Catalogue, ContainerKindCode, Test, TestCode, TestVolume};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A container to be filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedTube {
    /// What kind.
    pub container: ContainerKindCode,
    /// What goes into it, in the words of its tests: what becomes of one tube of blood (serum, plasma, whole blood) may be several.
    pub specimen: String,
    /// The tests done from it, by code.
    pub tests: Vec<TestCode>,
}

/// The place in the order of draw, the specimen where it stays apart, and the container.
type Tube<'t> = (u8, &'t str, &'t ContainerKindCode);

/// What one tube of venous blood becomes. Other specimens are one only if they are called the same: two swabs are two, and a fluid in a tube that is
/// also used for blood is no blood.
const OF_VENOUS_BLOOD: [&str; 5] = ["Whole blood", "Serum", "Plasma", "Serum/plasma", "Platelet poor plasma"];

/// The specimen where it needs a container of its own; nothing for venous blood, of which one tube becomes whatever is asked.
pub(crate) fn kept_apart(specimen: &str) -> &str {
    if OF_VENOUS_BLOOD.contains(&specimen) { "" } else { specimen }
}

/// Puts tests on containers: those of one kind and specimen share one as far as its volume goes. The same for any order of the tests; a test named
/// twice is one.
pub fn plan_tubes(tests: &[Test], catalogue: &Catalogue) -> Vec<PlannedTube> {
    let tests: BTreeMap<&TestCode, &Test> = tests.iter().map(|test| (&test.code, test)).collect();
    let tests: Vec<&Test> = tests.into_values().collect();
    let chosen = choose(&tests);
    let mut kinds: BTreeMap<Tube<'_>, Vec<&Test>> = BTreeMap::new();
    for test in tests {
        // The catalogue gives every test a container, and one of them was chosen.
        let Some(container) = accepted(test).find(|container| chosen.contains(container)) else { continue };
        let place = catalogue.container_kind(container).and_then(|kind| kind.order_of_draw).unwrap_or(u8::MAX);
        kinds.entry((place, kept_apart(&test.specimen), container)).or_default().push(test);
    }
    let tubes = kinds.into_iter().flat_map(|((_, _, container), tests)| {
        let usable_ul = catalogue.container_kind(container).and_then(|kind| kind.usable_ul);
        fill(container, &tests, usable_ul).into_iter().map(|contents| contents.tube(container))
    });
    tubes.collect()
}

fn accepted(test: &Test) -> impl Iterator<Item = &ContainerKindCode> {
    test.containers.iter().map(|accepted| &accepted.container)
}

/// The containers that together hold every test.
fn choose<'t>(tests: &[&'t Test]) -> BTreeSet<&'t ContainerKindCode> {
    let only = tests.iter().filter(|test| test.containers.len() == 1);
    let mut chosen: BTreeSet<&ContainerKindCode> = only.filter_map(|test| accepted(test).next()).collect();
    loop {
        let open = tests.iter().filter(|test| !accepted(test).any(|container| chosen.contains(container)));
        let mut takes: BTreeMap<&ContainerKindCode, (usize, usize)> = BTreeMap::new();
        for (rank, container) in open.flat_map(|test| accepted(test).enumerate()) {
            let (count, ranks) = takes.entry(container).or_default();
            *count += 1;
            *ranks += rank;
        }
        // Most tests; among equals the one they like best.
        let best = takes.into_iter().max_by_key(|(_, (count, ranks))| (*count, Reverse(*ranks)));
        let Some((best, _)) = best else { return chosen };
        chosen.insert(best);
    }
}

/// What goes into one container.
#[derive(Default)]
struct Contents<'t> {
    tests: Vec<&'t Test>,
    /// What the tests use up, in microlitres.
    needed_ul: u64,
    /// What must be left for the test that needs most to be left.
    dead_ul: u32,
}

impl<'t> Contents<'t> {
    fn has_room_for(&self, volume: TestVolume, usable_ul: u32) -> bool {
        self.needed_ul + u64::from(volume.needed_ul) + u64::from(self.dead_ul.max(volume.dead_ul)) <= u64::from(usable_ul)
    }

    fn add(&mut self, test: &'t Test, volume: TestVolume) {
        self.tests.push(test);
        self.needed_ul += u64::from(volume.needed_ul);
        self.dead_ul = self.dead_ul.max(volume.dead_ul);
    }

    fn tube(self, container: &ContainerKindCode) -> PlannedTube {
        let specimens: BTreeSet<&str> = self.tests.iter().map(|test| test.specimen.as_str()).collect();
        let mut tests: Vec<TestCode> = self.tests.iter().map(|test| test.code.clone()).collect();
        tests.sort();
        PlannedTube { container: container.clone(), specimen: specimens.into_iter().collect::<Vec<_>>().join(" and "), tests }
    }
}

/// Fills as many containers of one kind as the tests need. An edition with a test that is too large for its container is refused, so each finds room.
fn fill<'t>(container: &ContainerKindCode, tests: &[&'t Test], usable_ul: Option<u32>) -> Vec<Contents<'t>> {
    let volume = |test: &Test| test.in_container(container).and_then(|accepted| accepted.volume);
    let none = TestVolume { needed_ul: 0, dead_ul: 0 };
    let mut sorted: Vec<(&Test, TestVolume)> = tests.iter().map(|test| (*test, volume(test).unwrap_or(none))).collect();
    sorted.sort_by_key(|(test, volume)| (Reverse(volume.needed_ul), Reverse(volume.dead_ul), &test.code));
    let usable_ul = usable_ul.unwrap_or(u32::MAX);
    let mut containers: Vec<Contents<'_>> = Vec::new();
    for (test, volume) in sorted {
        match containers.iter_mut().find(|contents| contents.has_room_for(volume, usable_ul)) {
            Some(contents) => contents.add(test, volume),
            None => {
                let mut contents = Contents::default();
                contents.add(test, volume);
                containers.push(contents);
            }
        }
    }
    containers
}
