//! I8: whether a log tells who was treated: medical record numbers and family names of the database, looked for as whole words.

use crate::invariants::Broken;
use crate::log_sweep::{Kind, NAMED_MAX, Needles, Sightings, sweep};
use crate::trouble::ActTrouble;
use std::fs::File;
use std::path::{Path, PathBuf};
use store::repositories::invariants;
use store::{Cancel, Store};

/// Patients looked for in one pass over the log: some 20 MB of memory.
const PATIENTS_A_PASS: usize = 100_000;
/// Patients read at once.
const PAGE: u32 = 2_000;
/// Shorter numbers stand in every log for another reason.
const NUMBER_CHARACTERS_MIN: usize = 4;
/// So do shorter names.
const NAME_CHARACTERS_MIN: usize = 2;

/// What a log that was looked through is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogChecked {
    /// Lines in it, when it was first read.
    pub lines: u64,
    /// Patients looked for.
    pub patients: u64,
    /// Numbers and names that are too short to be looked for.
    pub too_short: u64,
    /// What was found: the line and the kind, never the value. At most a hundred places.
    pub broken: Vec<Broken>,
    /// There are more places.
    pub more: bool,
}

/// Why a log was not looked through.
#[derive(Debug, thiserror::Error)]
pub enum LogCheckTrouble {
    /// It cannot be read.
    #[error("cannot read the log {}: {why}", .file.display())]
    Unread {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// It was told to break off.
    #[error("looking through the log {} was broken off", .0.display())]
    Cancelled(PathBuf),
    /// The database could not be read.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Looks through a log for every patient of the database, a pass for each hundred thousand of them. It may be written meanwhile.
pub async fn check_log(store: &Store, file: &Path, cancel: &Cancel) -> Result<LogChecked, LogCheckTrouble> {
    let (mut checked, mut sightings, mut after) = (LogChecked::default(), Sightings::default(), Some(Vec::new()));
    let mut is_first = true;
    loop {
        let needles = next_needles(store, &mut after, &mut checked).await?;
        if cancel.is_cancelled() {
            return Err(LogCheckTrouble::Cancelled(file.to_owned()));
        }
        let is_last = needles.is_empty();
        if is_first || !is_last {
            let (lines, found) = pass(file, needles, sightings).await?;
            sightings = found;
            if is_first {
                checked.lines = lines;
            }
        }
        if is_last {
            break;
        }
        is_first = false;
    }
    checked.more = sightings.more;
    let what = |line, kind| Broken { invariant: "I8", what: format!("log {}, line {line}: {}", file.display(), in_words(kind)) };
    checked.broken = sightings.first.into_iter().map(|(line, kind)| what(line, kind)).collect();
    if checked.more {
        checked.broken.push(Broken { invariant: "I8", what: format!("log {}: more places behind these {NAMED_MAX}", file.display()) });
    }
    Ok(checked)
}

const fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::RecordNumber => "a patient's medical record number stands there",
        Kind::FamilyName => "a patient's family name stands there",
    }
}

/// What to look for of the patients after this id; nothing behind the last one.
async fn next_needles(store: &Store, after: &mut Option<Vec<u8>>, checked: &mut LogChecked) -> Result<Needles, ActTrouble> {
    let (mut needles, mut patients) = (Needles::default(), 0);
    // A page may hold nothing that can be looked for.
    while patients < PATIENTS_A_PASS || needles.is_empty() {
        let Some(from) = after.take() else { break };
        let (page, last) = store.read(move |reader| invariants::names_of_patients(reader, &from, PAGE)).await?;
        *after = last;
        patients += page.len();
        for patient in &page {
            checked.patients += 1;
            checked.too_short += u64::from(!add(&mut needles, &patient.mrn, NUMBER_CHARACTERS_MIN, Kind::RecordNumber));
            checked.too_short += u64::from(!add(&mut needles, &patient.family_name, NAME_CHARACTERS_MIN, Kind::FamilyName));
        }
    }
    Ok(needles)
}

/// As it is written, and in capitals.
fn add(needles: &mut Needles, text: &str, characters_min: usize, kind: Kind) -> bool {
    text.chars().filter(|letter| letter.is_alphanumeric()).nth(characters_min - 1).is_some()
        && needles.add(text, kind)
        && needles.add(&text.to_uppercase(), kind)
}

async fn pass(file: &Path, needles: Needles, mut sightings: Sightings) -> Result<(u64, Sightings), LogCheckTrouble> {
    let path = file.to_owned();
    let swept = tokio::task::spawn_blocking(move || {
        let lines = open(&path).and_then(|log| sweep(log, &needles, &mut sightings));
        lines.map(|lines| (lines, sightings)).map_err(|error| LogCheckTrouble::Unread { file: path, why: error.to_string() })
    });
    swept.await.map_err(|error| ActTrouble::Internal(error.to_string()))?
}

/// A file, as long as it is now: whoever writes it must not keep the reading from its end.
fn open(path: &Path) -> std::io::Result<impl std::io::Read> {
    use std::io::Read;
    let metadata = path.metadata()?;
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    Ok(File::open(path)?.take(metadata.len()))
}
