//! Rooms are described, furnished alike, and nothing lies in them without an owner.

use super::Finding;
use super::tree::{File, Tree};

/// Crates and public modules that do not say what they are.
pub(super) fn headers(tree: &Tree) -> Vec<Finding> {
    let roots = tree.crates.iter().flat_map(|folder| [format!("{folder}/src/lib.rs"), format!("{folder}/src/main.rs")]);
    let public = tree.rust().flat_map(|file| public_modules(tree, file));
    let mut rooms: Vec<String> = roots.chain(public).collect();
    rooms.sort();
    rooms.dedup();
    let found = tree.rust().filter(|file| rooms.contains(&file.path) && !begins_with_words(&file.text));
    found.map(|file| Finding::at(&file.path, 1, "the room does not say what it is for")).collect()
}

/// Files of the modules declared by `pub mod name;` in this file.
fn public_modules(tree: &Tree, file: &File) -> Vec<String> {
    let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
    let below = match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => file.path.trim_end_matches(".rs").to_owned(),
    };
    let names = file.source.code.iter().filter_map(|line| line.trim().strip_prefix("pub mod ")?.strip_suffix(';'));
    let files = names.flat_map(|name| [format!("{below}/{}.rs", name.trim()), format!("{below}/{}/mod.rs", name.trim())]);
    files.filter(|path| tree.holds(path)).collect()
}

/// Whether the first line that is not an attribute is a module comment with words in it.
fn begins_with_words(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#!["));
    first.and_then(|line| line.strip_prefix("//!")).is_some_and(|words| !words.trim().is_empty())
}

/// Folders in captures/ that belong to no driver and to no room of wire/.
pub(super) fn orphan_captures(tree: &Tree) -> Vec<Finding> {
    let mut folders: Vec<&str> =
        tree.files.iter().filter_map(|file| file.path.strip_prefix("captures/")?.split_once('/')).map(|(name, _)| name).collect();
    folders.sort_unstable();
    folders.dedup();
    let has_driver =
        |name: &str| tree.holds(&format!("wire/instruments/src/{name}.rs")) || tree.holds(&format!("wire/instruments/src/{name}/mod.rs"));
    let is_room = |name: &str| tree.crates.iter().any(|member| *member == format!("wire/{name}"));
    let orphans = folders.into_iter().filter(|name| !has_driver(name) && !is_room(name));
    orphans
        .map(|name| {
            let what = format!("neither a driver wire/instruments/src/{name}.rs nor a room wire/{name} reads this capture");
            Finding::at(&format!("captures/{name}"), 0, what)
        })
        .collect()
}

/// Crates that do not take the workspace's lints, and manifests of no member.
pub(super) fn lints(tree: &Tree) -> Vec<Finding> {
    let manifests = tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    manifests.filter_map(|file| lints_of(tree, file)).collect()
}

fn lints_of(tree: &Tree, file: &File) -> Option<Finding> {
    let folder = file.path.trim_end_matches("/Cargo.toml");
    if !tree.crates.iter().any(|member| member == folder) {
        return Some(Finding::at(&file.path, 0, "the crate is not a member of the workspace"));
    }
    let mut lines = file.text.lines().map(str::trim);
    let taken = lines.by_ref().any(|line| line == "[lints]")
        && lines.take_while(|line| !line.starts_with('[')).any(|line| line == "workspace = true");
    (!taken).then(|| Finding::at(&file.path, 0, "the crate does not take the workspace's lints"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "//! Values.\n#![allow(x)]\npub mod value;\nmod hidden;\n";

    #[test]
    fn a_public_room_without_a_header_is_found() {
        let tree = Tree::of(
            &[("lab/kernel/src/lib.rs", LIB), ("lab/kernel/src/value.rs", "pub struct V;\n"), ("lab/kernel/src/hidden.rs", "")],
            &["lab/kernel"],
        );
        assert_eq!(headers(&tree), [Finding::at("lab/kernel/src/value.rs", 1, "the room does not say what it is for")]);
    }

    #[test]
    fn a_crate_without_a_header_is_found_and_an_empty_one_is_none() {
        for text in ["pub struct V;\n", "//!\npub struct V;\n", "// not a header\n", ""] {
            let tree = Tree::of(&[("lab/kernel/src/lib.rs", text)], &["lab/kernel"]);
            assert_eq!(headers(&tree).len(), 1, "{text:?}");
        }
        let tree = Tree::of(&[("x/src/main.rs", "#![forbid(unsafe_code)]\n//! A program.\n")], &["x"]);
        assert_eq!(headers(&tree), []);
    }

    #[test]
    fn a_module_in_its_own_folder_is_looked_up_there() {
        let files = [("a/src/lib.rs", "//! A.\npub mod b;\n"), ("a/src/b.rs", "//! B.\npub mod c;\n"), ("a/src/b/c.rs", "pub fn c() {}\n")];
        assert_eq!(headers(&Tree::of(&files, &["a"])).len(), 1);
    }

    #[test]
    fn a_capture_without_a_driver_is_found() {
        let capture = ("captures/roche_cobas_c/potassium.astm", "H|");
        assert_eq!(orphan_captures(&Tree::of(&[capture], &[])).len(), 1);
        assert_eq!(orphan_captures(&Tree::of(&[capture, ("wire/instruments/src/roche_cobas_c.rs", "")], &[])), []);
        let message = ("captures/hl7v2/adt_a01.hl7", "MSH|");
        assert_eq!(orphan_captures(&Tree::of(&[message], &["wire/lis2"])).len(), 1);
        assert_eq!(orphan_captures(&Tree::of(&[message], &["wire/hl7v2"])), []);
    }

    #[test]
    fn every_crate_takes_the_workspaces_lints() {
        let found = |text: &str, members: &[&str]| lints(&Tree::of(&[("lab/kernel/Cargo.toml", text)], members)).len();
        assert_eq!(found("[package]\n[lints]\nworkspace = true\n", &["lab/kernel"]), 0);
        assert_eq!(found("[package]\nversion.workspace = true\n", &["lab/kernel"]), 1);
        assert_eq!(found("[lints]\n[dependencies]\nworkspace = true\n", &["lab/kernel"]), 1);
        assert_eq!(found("[lints]\nworkspace = true\n", &[]), 1, "a crate outside the workspace");
    }
}
