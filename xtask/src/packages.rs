//! What the tests need of the machine, and how it gets there on Debian.

use std::path::Path;

use crate::outcome::Failure;
use crate::postgres;
use crate::process;

/// One thing the tests need.
struct Need {
    /// Debian's package.
    package: &'static str,
    what_for: &'static str,
    present: fn() -> bool,
}

const NEEDS: &[Need] = &[
    Need { package: "postgresql", what_for: "the store's tests on PostgreSQL", present: || postgres::find_programs().is_some() },
    Need { package: "chromium", what_for: "the browser tests", present: || browser().is_some() },
    Need { package: "nodejs", what_for: "the browser tests", present: || is_installed("node") },
    Need { package: "poppler-utils", what_for: "the labels' tests", present: || POPPLER.iter().all(|program| is_installed(program)) },
    Need { package: "zbar-tools", what_for: "the labels' tests", present: || is_installed("zbarimg") },
    Need { package: "dmtx-utils", what_for: "the labels' tests", present: || is_installed("dmtxread") },
    Need { package: "npm", what_for: "the browser tests' one library", present: || is_installed("npm") },
];

/// What the labels' tests take of poppler.
const POPPLER: &[&str] = &["pdftoppm", "pdftotext", "pdfinfo", "pdffonts"];

/// Installs what is missing, or says what is.
pub(crate) fn install() -> Result<(), Failure> {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        println!("everything the tests need is installed");
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    if !Path::new("/etc/debian_version").exists() || !postgres::is_root() {
        return Err(Failure::Environment(missing_words(&missing)));
    }
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages.as_slice()].concat())?;
    match missing.iter().find(|need| !(need.present)()) {
        None => Ok(()),
        Some(need) => Err(Failure::Environment(format!("{} was installed but is still not found", need.package))),
    }
}

fn missing_words(missing: &[&Need]) -> String {
    let lines: Vec<String> = missing.iter().map(|need| format!("  {} (for {})", need.package, need.what_for)).collect();
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    format!("these are missing:\n{}\non Debian, as root: apt-get install {}", lines.join("\n"), packages.join(" "))
}

fn apt(arguments: &[&str]) -> Result<(), Failure> {
    let mut command = process::command("apt-get", &["--quiet", "-o", "DPkg::Lock::Timeout=120"]);
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    process::run(command).map_err(|failure| Failure::Environment(failure.to_string()))
}

/// Whether a program stands on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    on_path(program).is_some()
}

/// Whether everything stands on the path that reads drawn labels.
pub(crate) fn reads_labels() -> bool {
    POPPLER.iter().chain(&["zbarimg", "dmtxread"]).all(|program| is_installed(program))
}

/// Chromium by the names it has on different systems.
pub(crate) fn browser() -> Option<std::path::PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| on_path(name))
}

fn on_path(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named_with_its_use_and_the_command() {
        let need = Need { package: "chromium", what_for: "the browser tests", present: || false };
        let expected = "these are missing:\n  chromium (for the browser tests)\non Debian, as root: apt-get install chromium";
        assert_eq!(missing_words(&[&need]), expected);
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(is_installed("sh"));
        assert!(!is_installed("benchside-no-such-program"));
    }
}
