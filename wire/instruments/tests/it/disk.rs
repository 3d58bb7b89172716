//! The files the tests are held against. The drivers themselves read no disk; this is the one place here that does.
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use instruments::Driver;
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn bytes(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|trouble| panic!("{}: {trouble}", path.display()))
}

pub(crate) fn text(path: &Path) -> String {
    String::from_utf8(bytes(path)).unwrap()
}

/// A file of the content that comes with the program.
pub(crate) fn content(file: &str) -> String {
    text(&repository().join("content").join(file))
}

/// Every file in the folder of a driver's captures.
pub(crate) fn captures(driver: &Driver) -> Vec<PathBuf> {
    let folder = repository().join("captures").join(driver.name);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|trouble| panic!("{}: {trouble}", folder.display()));
    let mut found: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    found.sort();
    found
}

/// The transmissions among them.
pub(crate) fn transmissions(driver: &Driver) -> Vec<PathBuf> {
    captures(driver).into_iter().filter(|path| path.extension().is_some_and(|end| end == "astm")).collect()
}

/// A capture of the shared folder; where that is not present, says so.
pub(crate) fn shared_capture(file: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("BENCHSIDE_CAPTURES").map_or_else(|| repository().join("../shared/captures"), PathBuf::from);
    let path = folder.join(file);
    let found = std::fs::read(&path).ok();
    if found.is_none() {
        println!("skipped: {} is not there; set BENCHSIDE_CAPTURES to the folder of shared captures", path.display());
    }
    found
}
