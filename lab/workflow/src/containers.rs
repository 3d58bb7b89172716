//! Which containers an order needs: as few as its tests allow, in the order of draw.
//!
//! Source: laboratory rules 5.3. A test names the containers it accepts, best first. What only one container can hold decides first; what accepts a
//! container that is needed anyway goes into it; of the rest, the container that takes most of them. Volumes are not counted yet.

use catalogue::{Catalogue, ContainerKindCode, Test, TestCode};
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
type Tube<'t> = (u8, &'t str, ContainerKindCode);
/// What goes into a tube.
type Contents<'t> = (BTreeSet<&'t str>, Vec<TestCode>);

/// What one tube of venous blood becomes. Other specimens are one only if they are called the same: two swabs are two, and a fluid in a tube that is
/// also used for blood is no blood.
const OF_VENOUS_BLOOD: [&str; 5] = ["Whole blood", "Serum", "Plasma", "Serum/plasma", "Platelet poor plasma"];

/// Puts tests on containers: those of one kind and specimen share one.
pub fn plan_tubes(tests: &[Test], catalogue: &Catalogue) -> Vec<PlannedTube> {
    let chosen = choose(tests);
    let place = |code: &ContainerKindCode| catalogue.container_kind(code).and_then(|kind| kind.order_of_draw);
    let mut tubes: BTreeMap<Tube<'_>, Contents<'_>> = BTreeMap::new();
    for test in tests {
        // The catalogue gives every test a container, and one of them was chosen.
        let Some(container) = test.containers.iter().find(|container| chosen.contains(container)) else { continue };
        let apart = if OF_VENOUS_BLOOD.contains(&test.specimen.as_str()) { "" } else { &test.specimen };
        let (specimens, codes) = tubes.entry((place(container).unwrap_or(u8::MAX), apart, container.clone())).or_default();
        specimens.insert(&test.specimen);
        codes.push(test.code.clone());
    }
    let tube = |((_, _, container), (specimens, tests)): (Tube<'_>, Contents<'_>)| {
        let specimen = specimens.into_iter().collect::<Vec<_>>().join(" and ");
        PlannedTube { container, specimen, tests }
    };
    tubes.into_iter().map(tube).collect()
}

/// The containers that together hold every test.
fn choose(tests: &[Test]) -> BTreeSet<&ContainerKindCode> {
    let only = |test: &'_ &Test| test.containers.len() == 1;
    let mut chosen: BTreeSet<&ContainerKindCode> = tests.iter().filter(only).filter_map(|test| test.containers.first()).collect();
    loop {
        let open: Vec<&Test> = tests.iter().filter(|test| !test.containers.iter().any(|container| chosen.contains(container))).collect();
        let mut takes: BTreeMap<&ContainerKindCode, (usize, usize)> = BTreeMap::new();
        for (rank, container) in open.iter().flat_map(|test| test.containers.iter().enumerate()) {
            let (count, ranks) = takes.entry(container).or_default();
            *count += 1;
            *ranks += rank;
        }
        // Most tests; among equals the one they like best.
        let best = takes.into_iter().max_by_key(|(_, (count, ranks))| (*count, std::cmp::Reverse(*ranks)));
        let Some((best, _)) = best else { return chosen };
        chosen.insert(best);
    }
}
