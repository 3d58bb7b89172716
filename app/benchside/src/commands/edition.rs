//! `benchside edition`: the catalogue as files that people review and change under a name of their own; imported into a laboratory, held against the
//! one before, signed by a director.

use super::say;
use crate::Place;
use crate::control::{Request, carry_out, difference_lines};
use crate::edition_folder::{self, catalogue_of, faulty, told};
use crate::failure::Failure;
use catalogue::{Catalogue, EditionFiles, LoincCheck, Test};
use kernel::ValueKindExpected;
use rustix::termios;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

/// What `edition` is told.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Act {
    /// Writes an edition into a new folder: the one that ships with the program, or one of a laboratory.
    Export {
        /// A folder that is not there yet.
        folder: PathBuf,
        #[command(flatten)]
        laboratory: Laboratory,
        /// The edition of the laboratory; the one that holds where none is named.
        #[arg(long, value_name = "EDITION", requires = "data")]
        name: Option<String>,
    },
    /// Reads an edition and names every fault with file, line and reason; says what is missing of one that can be used.
    Check {
        /// The folder of its files.
        folder: PathBuf,
    },
    /// Shows row by row what changed from one edition to another.
    Diff {
        /// The newer one: the folder of its files, or with --data its name.
        edition: String,
        /// The older one, likewise; the edition that ships with the program where no folder, and the one that holds where no name is given.
        #[arg(long, value_name = "EDITION")]
        from: Option<String>,
        #[command(flatten)]
        laboratory: Laboratory,
    },
    /// Brings an edition into a laboratory, unverified. Its files are kept as they are, and never changed.
    Import {
        /// The folder of its files.
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Lists the editions of a laboratory: name, from which day, whether it holds, who signed it, where it comes from.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Signs an edition as a laboratory director; asks for the password. It holds from its day on, and not before it is signed.
    Sign {
        /// Its name.
        name: String,
        #[command(flatten)]
        place: Place,
        /// Who signs; a member of staff with the role director.
        #[arg(long, value_name = "USER")]
        user: String,
        /// What the signature means, such as "I have reviewed this edition and approve it for use in this laboratory".
        #[arg(long, value_name = "WORDS")]
        meaning: String,
    },
}

/// A laboratory, where one is meant.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct Laboratory {
    /// The laboratory's folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A PostgreSQL database in place of the file in the folder.
    #[arg(long, value_name = "URL", requires = "data")]
    database: Option<String>,
}

impl Laboratory {
    fn place(self) -> Option<Place> {
        Some(Place { data: self.data?, database: self.database })
    }
}

pub(crate) async fn run(act: Act) -> Result<(), Failure> {
    let (place, request) = match act {
        Act::Check { folder } => return check(&folder),
        Act::Export { folder, laboratory, name } => match laboratory.place() {
            Some(place) => (place, Request::EditionExport { name, folder: whole(&folder)? }),
            None => return export(&folder),
        },
        Act::Diff { edition, from, laboratory } => match laboratory.place() {
            Some(place) => (place, Request::EditionDiff { name: edition, from }),
            None => return diff(from.as_deref().map(Path::new), Path::new(&edition)),
        },
        Act::Import { folder, place } => (place, Request::EditionImport { folder: whole(&folder)? }),
        Act::List { place } => (place, Request::EditionList {}),
        Act::Sign { name, place, user, meaning } => {
            let password = password(&user)?;
            (place, Request::EditionSign { name, user, password, meaning })
        }
    };
    carry_out(&place, "edition", request).await
}

/// The whole path: a server that does it may stand elsewhere.
fn whole(folder: &Path) -> Result<String, Failure> {
    let whole = std::path::absolute(folder).map_err(|error| Failure::Use(format!("{}: {error}", folder.display())))?;
    whole.into_os_string().into_string().map_err(|_| Failure::Use(format!("{} is not UTF-8: name another folder", folder.display())))
}

/// Reads one line without showing it, where somebody types it.
fn password(user: &str) -> Result<String, Failure> {
    let unreadable = |error: std::io::Error| Failure::Environment(format!("cannot read the password from standard input: {error}"));
    let stdin = std::io::stdin();
    let shown = termios::tcgetattr(&stdin).ok();
    if let Some(shown) = &shown {
        let mut hidden = shown.clone();
        hidden.local_modes.remove(termios::LocalModes::ECHO);
        termios::tcsetattr(&stdin, termios::OptionalActions::Flush, &hidden).map_err(|error| unreadable(error.into()))?;
        eprint!("password of {user}: ");
        drop(std::io::stderr().flush());
    }
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    if let Some(shown) = &shown {
        eprintln!();
        termios::tcsetattr(&stdin, termios::OptionalActions::Flush, shown).map_err(|error| unreadable(error.into()))?;
    }
    read.map_err(unreadable)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn export(folder: &Path) -> Result<(), Failure> {
    let edition = actions::starting_edition().map_err(Failure::environment)?;
    edition_folder::write(&edition, folder)?.iter().for_each(say);
    Ok(())
}

fn check(folder: &Path) -> Result<(), Failure> {
    let catalogue = edition_folder::catalogue(folder)?;
    let edition = catalogue.edition();
    let intervals = catalogue.intervals().tests().map(|test| catalogue.intervals().of_test(test).len()).sum::<usize>();
    say(format_args!("edition {} from {}", edition.name, edition.effective_from));
    say(format_args!(
        "{} tests, {} panels, {} kinds of containers, {intervals} intervals, {} critical limits",
        catalogue.tests().count(),
        catalogue.panels().count(),
        catalogue.container_kinds().count(),
        catalogue.critical_limits().count()
    ));
    say(format_args!(
        "{} methods, {} absurd limits, {} delta limits, {} measuring ranges, {} interference limits",
        catalogue.methods().iter().count(),
        catalogue.absurd_limits().count(),
        catalogue.delta_limits().count(),
        catalogue.measuring_ranges().count(),
        catalogue.interference_limits().count()
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
        Some(folder) => edition_folder::read(folder).map_err(told)?,
        None => actions::starting_edition().map_err(Failure::environment)?,
    };
    let after = edition_folder::read(folder).map_err(told)?;
    let place = folder.display().to_string();
    let named = |files: &EditionFiles, place: &str| catalogue_of(files, place).map(|catalogue| catalogue.edition().name.clone());
    let shipped = from.map_or_else(|| "the shipped edition".to_owned(), |folder| folder.display().to_string());
    let (old, new) = (named(&before, &shipped)?, named(&after, &place)?);
    let lines = difference_lines(&before, &after).map_err(|troubles| told(faulty(&place, &troubles)))?;
    lines.iter().for_each(say);
    if !lines.is_empty() && old == new {
        let what =
            format!("both are named {new}: every result keeps the name of the edition it was judged by, so a changed one needs its own");
        return Err(Failure::DoesNotHold(what));
    }
    Ok(())
}
