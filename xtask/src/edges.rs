//! Who may depend on whom. Dependencies point down only; the list below is the architecture's, and this check holds it.

use std::collections::{BTreeMap, BTreeSet};

use crate::repository::{Dependency, Package};

/// Each room and the rooms straight below it. A room may also use whatever lies below those.
/// Names in brackets stand for a floor, so that "what says something to machines" need not be spelled out.
const BELOW: &[(&str, &[&str])] = &[
    // lab/: what a laboratory knows.
    ("kernel", &[]),
    ("catalogue", &["kernel"]),
    ("people", &["catalogue"]),
    ("quality", &["catalogue"]),
    ("workflow", &["people", "quality"]),
    ("benches", &["workflow"]),
    ("microbiology", &["benches"]),
    ("transfusion", &["benches"]),
    ("molecular", &["benches"]),
    ("surveillance", &["microbiology"]),
    ("learning", &["benches"]),
    ("[lab]", &["surveillance", "transfusion", "molecular", "learning"]),
    // wire/: what it says to machines.
    ("lis2", &["kernel"]),
    ("hl7v2", &["kernel"]),
    ("instruments", &["lis2", "hl7v2", "catalogue"]),
    ("reports", &["workflow"]),
    ("interop", &["hl7v2", "reports"]),
    ("print", &["reports"]),
    // The floor without print: only the program itself draws pages.
    ("[wire]", &["instruments", "interop"]),
    // app/: what runs.
    ("store", &["[lab]"]),
    ("actions", &["store", "[lab]", "[wire]"]),
    // Asks a child process for what print draws; knows what is drawn, and nothing of drawing.
    ("render", &["reports"]),
    ("links", &["actions"]),
    ("jobs", &["actions", "render"]),
    ("web", &["actions", "render"]),
    ("simulator", &["actions"]),
    ("benchside", &["links", "jobs", "web", "simulator", "print"]),
    // Tools. What checks the product shares no code with it.
    ("chance", &[]),
    ("peer", &[]),
    ("crash", &["chance", "peer"]),
    // The one checker that runs a room of ours inside itself: a disk under the store. Its library knows nothing of the store.
    ("disk", &["chance", "store"]),
    // Labels drawn, and read again by other people's programs.
    ("labels", &["print"]),
    // The server in a simulated world. Its library knows nothing of the server; its tests put it in.
    ("simulation", &["disk", "peer", "links", "jobs"]),
    ("anchors", &["peer"]),
    ("ingest", &["peer", "anchors"]),
    // Measures the store by its own reads; it checks nothing.
    ("growth", &["chance", "ingest", "store"]),
    ("xtask", &[]),
];

/// Other people's crates that only the named rooms may use: databases, sockets and drawing stay where they belong.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("rusqlite", &["store", "crash", "disk", "simulation", "anchors", "ingest", "growth"]),
    ("postgres", &["store", "crash", "anchors", "ingest", "growth"]),
    ("axum", &["web", "benchside"]),
    ("maud", &["web"]),
    ("mimalloc", &["benchside"]),
    ("typst", &["print"]),
    ("pdf", &["print"]),
    ("subsetter", &["print"]),
    ("rustybuzz", &["print"]),
];

/// Other people's crates that bring a clock, a disk, a network, threads or a database: not for the pure floors.
const IMPURE: &[&str] =
    &["axum", "getrandom", "hyper", "libc", "maud", "postgres", "rand", "reqwest", "ring", "rusqlite", "tempfile", "tokio", "ureq"];

/// Every edge that is not on the list, in words.
pub(crate) fn forbidden(packages: &[Package]) -> Vec<String> {
    let allowed = closure();
    packages.iter().flat_map(|package| forbidden_of(package, &allowed)).collect()
}

fn forbidden_of(package: &Package, allowed: &BTreeMap<&str, BTreeSet<&str>>) -> Vec<String> {
    let Some(below) = allowed.get(package.name.as_str()) else {
        let advice = "add it to BELOW in xtask/src/edges.rs with the rooms below it, as the architecture says";
        return vec![format!("{}: nobody knows where this crate stands; {advice}", package.name)];
    };
    package.dependencies.iter().filter_map(|dependency| refusal(package, dependency, below)).collect()
}

fn refusal(package: &Package, dependency: &Dependency, below: &BTreeSet<&str>) -> Option<String> {
    let edge = format!("{} -> {} ({})", package.name, dependency.name, dependency.kind);
    if dependency.by_path {
        // A crate's tests may name the crate itself to switch one of its features on.
        if dependency.name == package.name && dependency.kind == "dev" {
            return None;
        }
        let fine = below.contains(dependency.name.as_str());
        return (!fine).then(|| format!("{edge}: dependencies point down only; {} may use {}", package.name, list(below)));
    }
    let pure = package.folder.starts_with("lab/") || package.folder.starts_with("wire/");
    if pure && IMPURE.contains(&dependency.name.as_str()) {
        return Some(format!("{edge}: lab/ and wire/ have no clock, disk, network, threads or SQL; do this in app/"));
    }
    // A name's first word counts, so that `typst-pdf` is `typst`.
    let family = dependency.name.split('-').next().unwrap_or(&dependency.name);
    let (_, rooms) = KEPT_TO.iter().find(|(name, _)| *name == family)?;
    let fine = rooms.contains(&package.name.as_str());
    (!fine).then(|| format!("{edge}: only {} may use it", rooms.join(", ")))
}

fn list(below: &BTreeSet<&str>) -> String {
    let names: Vec<&str> = below.iter().copied().filter(|name| !name.starts_with('[')).collect();
    if names.is_empty() { "no crate of ours".into() } else { names.join(", ") }
}

/// For each room, everything that lies below it.
fn closure() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut below: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    // The list stands in order from the ground up, so one pass finds everything.
    for (room, straight) in BELOW {
        let mut all: BTreeSet<&str> = straight.iter().copied().collect();
        all.extend(straight.iter().filter_map(|name| below.get(name)).flatten());
        below.insert(room, all);
    }
    below
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &str, dependencies: &[(&str, bool, &str)]) -> Package {
        let dependency =
            |(name, by_path, kind): &(&str, bool, &str)| Dependency { name: (*name).into(), by_path: *by_path, kind: (*kind).into() };
        Package { name: name.into(), folder: folder.into(), dependencies: dependencies.iter().map(dependency).collect() }
    }

    fn refused(name: &str, folder: &str, dependency: (&str, bool, &str)) -> bool {
        !forbidden(&[package(name, folder, &[dependency])]).is_empty()
    }

    #[test]
    fn an_edge_upwards_is_refused_with_what_would_be_allowed() {
        let refusals = forbidden(&[package("catalogue", "lab/catalogue", &[("workflow", true, "normal"), ("kernel", true, "normal")])]);
        let expected = "catalogue -> workflow (normal): dependencies point down only; catalogue may use kernel";
        assert_eq!(refusals, [expected]);
    }

    #[test]
    fn whatever_lies_below_may_be_used() {
        for (name, folder, below) in [
            ("workflow", "lab/workflow", "kernel"),
            ("benches", "lab/benches", "catalogue"),
            ("store", "app/store", "kernel"),
            ("actions", "app/actions", "instruments"),
            ("actions", "app/actions", "lis2"),
            ("simulator", "app/simulator", "lis2"),
            ("web", "app/web", "kernel"),
            ("web", "app/web", "render"),
            ("benchside", "app/benchside", "print"),
            ("crash", "e2e/crash", "peer"),
        ] {
            assert!(!refused(name, folder, (below, true, "normal")), "{name} -> {below}");
        }
    }

    #[test]
    fn floors_and_neighbours_do_not_reach_each_other() {
        for (name, folder, other) in [
            ("kernel", "lab/kernel", "store"),
            ("workflow", "lab/workflow", "lis2"),
            ("lis2", "wire/lis2", "instruments"),
            ("store", "app/store", "lis2"),
            ("links", "app/links", "web"),
            ("web", "app/web", "print"),
            ("actions", "app/actions", "print"),
            ("render", "app/render", "print"),
            ("crash", "e2e/crash", "lis2"),
            ("peer", "e2e/peer", "kernel"),
            ("anchors", "perf/anchors", "store"),
            ("xtask", "xtask", "kernel"),
        ] {
            assert!(refused(name, folder, (other, true, "normal")), "{name} -> {other}");
        }
    }

    #[test]
    fn a_test_may_not_break_a_floor_either() {
        assert!(refused("lis2", "wire/lis2", ("actions", true, "dev")));
        assert!(refused("kernel", "lab/kernel", ("tokio", false, "dev")));
    }

    #[test]
    fn a_crates_tests_may_switch_on_its_own_features() {
        assert!(!refused("store", "app/store", ("store", true, "dev")));
    }

    #[test]
    fn a_path_out_of_the_house_is_refused() {
        assert!(refused("ingest", "perf/ingest", ("lis-anchors", true, "normal")));
    }

    #[test]
    fn databases_pages_and_drawing_stay_in_their_rooms() {
        assert!(refused("web", "app/web", ("rusqlite", false, "normal")));
        assert!(refused("web", "app/web", ("typst-pdf", false, "normal")));
        assert!(refused("actions", "app/actions", ("axum", false, "normal")));
        assert!(!refused("store", "app/store", ("postgres", false, "normal")));
        assert!(!refused("print", "wire/print", ("typst-pdf", false, "normal")));
        assert!(!refused("web", "app/web", ("maud", false, "normal")));
    }

    #[test]
    fn a_crate_nobody_placed_is_refused() {
        let refusals = forbidden(&[package("helpers", "app/helpers", &[])]);
        assert!(refusals.iter().any(|refusal| refusal.contains("nobody knows where this crate stands")), "{refusals:?}");
    }

    #[test]
    fn the_list_is_in_order_from_the_ground_up() {
        let mut seen = BTreeSet::new();
        for (room, straight) in BELOW {
            assert!(straight.iter().all(|name| seen.contains(name)), "{room} stands before something below it");
            assert!(seen.insert(room), "{room} stands twice");
        }
    }
}
