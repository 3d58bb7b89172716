//! `benchside edition`: the catalogue as files that people review, change under a name of their own and hold against the one before.

use super::say;
use crate::failure::Failure;
use catalogue::{Catalogue, ContentTrouble, Difference, EditionFile, EditionFiles, LoincCheck, Test, differences};
use kernel::ValueKindExpected;
use std::fs;
use std::path::{Path, PathBuf};

/// What `edition` is told.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Act {
    /// Writes the edition that ships with the program into a new folder.
    Export {
        /// A folder that is not there yet.
        folder: PathBuf,
    },
    /// Reads an edition and names every fault with file, line and reason; says what is missing of one that can be used.
    Check {
        /// The folder of its files.
        folder: PathBuf,
    },
    /// Shows row by row what changed from one edition to another.
    Diff {
        /// The folder of the newer one.
        folder: PathBuf,
        /// The folder of the older one; the edition that ships with the program where none is named.
        #[arg(long, value_name = "DIR")]
        from: Option<PathBuf>,
    },
}

/// A larger file is refused.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Goes with the files wherever LOINC codes go.
const NOTICE: &str = "LOINC-NOTICE.md";

pub(crate) fn run(act: &Act) -> Result<(), Failure> {
    match act {
        Act::Export { folder } => export(folder),
        Act::Check { folder } => check(folder),
        Act::Diff { folder, from } => diff(from.as_deref(), folder),
    }
}

fn export(folder: &Path) -> Result<(), Failure> {
    let edition = actions::starting_edition().map_err(Failure::environment)?;
    let unwritable = |path: &Path, error: std::io::Error| Failure::Use(format!("cannot write {}: {error}", path.display()));
    fs::create_dir(folder).map_err(|error| unwritable(folder, error))?;
    for (name, text) in edition.iter().map(|(file, text)| (file.name(), text)).chain([(NOTICE, actions::LOINC_NOTICE)]) {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
        say(path.display());
    }
    Ok(())
}

fn check(folder: &Path) -> Result<(), Failure> {
    let catalogue = read(&files_of(folder)?, folder)?;
    let edition = catalogue.edition();
    let signature = if edition.is_signed() { "signed" } else { "unverified" };
    let intervals = catalogue.intervals().tests().map(|test| catalogue.intervals().of_test(test).len()).sum::<usize>();
    say(format_args!("edition {} from {}, {signature}", edition.name, edition.effective_from));
    say(format_args!(
        "{} tests, {} panels, {} kinds of containers, {intervals} intervals, {} critical limits",
        catalogue.tests().count(),
        catalogue.panels().count(),
        catalogue.container_kinds().count(),
        catalogue.critical_limits().count()
    ));
    let (containers, reasons) = (catalogue.tests().map(|test| test.containers.len()).sum::<usize>(), catalogue.rejection_reasons().count());
    say(format_args!(
        "{containers} containers of tests, {reasons} rejection reasons, {} allowable errors",
        catalogue.allowable_errors().len()
    ));
    let is_number = |test: &Test| test.kind == ValueKindExpected::Number;
    list("numbers without an interval", &catalogue, |test| is_number(test) && catalogue.intervals().of_test(&test.code).is_empty());
    list("tests without a LOINC code", &catalogue, |test| test.loinc.is_none());
    list("tests whose LOINC code nobody verified", &catalogue, |test| test.loinc.is_some() && test.loinc_check == LoincCheck::Unverified);
    if catalogue.ldl_factors().is_none() {
        say("missing: factors of LDL cholesterol by Martin and Hopkins");
    }
    Ok(())
}

/// Tests of which something is missing, if there are any.
fn list(what: &str, catalogue: &Catalogue, is_missing: impl Fn(&Test) -> bool) {
    let tests: Vec<&str> = catalogue.tests().filter(|test| is_missing(test)).map(|test| test.code.as_str()).collect();
    if !tests.is_empty() {
        say(format_args!("{} {what}: {}", tests.len(), tests.join(" ")));
    }
}

fn diff(from: Option<&Path>, folder: &Path) -> Result<(), Failure> {
    let before = match from {
        Some(folder) => files_of(folder)?,
        None => actions::starting_edition().map_err(Failure::environment)?,
    };
    let after = files_of(folder)?;
    let shipped = Path::new("the shipped edition");
    let [old, new] = [read(&before, from.unwrap_or(shipped))?, read(&after, folder)?].map(|catalogue| catalogue.edition().name.clone());
    let differences = differences(&before, &after).map_err(|troubles| refused(folder, &troubles))?;
    for file in EditionFile::ALL {
        let of_file: Vec<&Difference> = differences.iter().filter(|difference| difference.file == file).collect();
        if !of_file.is_empty() {
            say(format_args!("{}: {}", file.name(), counted(of_file.len(), "row")));
            of_file.iter().for_each(|difference| say(format_args!("  {difference}")));
        }
    }
    if !differences.is_empty() && old == new {
        let what =
            format!("both are named {new}: every result keeps the name of the edition it was judged by, so a changed one needs its own");
        return Err(Failure::DoesNotHold(what));
    }
    Ok(())
}

fn read(files: &EditionFiles, folder: &Path) -> Result<Catalogue, Failure> {
    files.read().map_err(|troubles| refused(folder, &troubles))
}

/// Says each fault on a line of its own; the failure says how many there are.
fn refused(folder: &Path, troubles: &[ContentTrouble]) -> Failure {
    troubles.iter().for_each(say);
    let faults = counted(troubles.len(), "fault");
    Failure::DoesNotHold(format!("{}: the edition cannot be used: {faults}", folder.display()))
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// The files of a folder; what explains them is no part of the edition.
fn files_of(folder: &Path) -> Result<EditionFiles, Failure> {
    let unreadable = |path: &Path, what: &dyn std::fmt::Display| Failure::Use(format!("cannot read {}: {what}", path.display()));
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if [NOTICE, "README.md"].contains(&name.as_str()) {
            continue;
        }
        let known = fs::metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if !known.is_file() {
            return Err(unreadable(&path, &"it is no file"));
        }
        let bytes = known.len();
        if bytes > FILE_BYTES_MAX {
            return Err(unreadable(&path, &format!("it has {bytes} bytes, and at most {FILE_BYTES_MAX} are read")));
        }
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        files.push((name, text));
    }
    files.sort();
    EditionFiles::new(files).map_err(|troubles| refused(folder, &troubles))
}
