//! What is kept of a finding: the database as it lay there before anybody opened it, what was known of its commands, and the words. From these it can
//! be looked at again, exactly and as often as one likes; a new run of the same seed meets other moments, because the store's threads do.

use crate::check::{Known, check};
use crate::work::folder;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The files of a database, by their names.
pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The folder of a finding that is to be looked at again.
const REPLAY: &str = "BENCHSIDE_DISK_REPLAY";
/// Findings kept of one run; a fault of every opening would fill the disk with them.
const KEPT_MAX: usize = 20;
static KEPT: AtomicUsize = AtomicUsize::new(0);
const KNOWN: &str = "known.txt";
const WORDS: &str = "finding.txt";

/// Puts files into a folder.
pub(crate) fn put(files: &Files, folder: &Path) {
    for (path, bytes) in files {
        std::fs::write(folder.join(path.file_name().unwrap()), bytes).unwrap();
    }
}

/// The files of a folder.
pub(crate) fn files_in(folder: &Path) -> Files {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

/// Checks files in a folder of their own.
pub(crate) fn check_files(files: &Files, known: &Known) -> Result<(), String> {
    let folder = folder();
    put(files, folder.path());
    check(folder.path(), known)
}

/// [`check_files`]; what is found is kept.
pub(crate) fn check_or_keep(files: &Files, known: &Known, case: &str) -> Result<(), String> {
    check_files(files, known).map_err(|finding| keep(files, known, &format!("{case}: {finding}")))
}

/// Keeps a finding, and says in its words how to see it again.
pub(crate) fn keep(files: &Files, known: &Known, words: &str) -> String {
    if KEPT.fetch_add(1, Ordering::Relaxed) >= KEPT_MAX {
        return format!("{words}\n  not kept: {KEPT_MAX} others of this run are");
    }
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("disk-findings");
    std::fs::create_dir_all(&kept).unwrap();
    let kept = tempfile::Builder::new().prefix("finding-").tempdir_in(kept).unwrap().keep();
    put(files, &kept);
    std::fs::write(kept.join(KNOWN), known.to_text()).unwrap();
    std::fs::write(kept.join(WORDS), words).unwrap();
    format!("{words}\n  kept; to see it again: {REPLAY}={} cargo test -p disk --test it -- --nocapture finding::replay", kept.display())
}

impl Known {
    fn to_text(&self) -> String {
        let list = |name: &str, numbers: &BTreeSet<u64>| {
            let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
            format!("{name} {}\n", numbers.join(" "))
        };
        let opened = format!("opened {}\n", u8::from(self.opened));
        [opened, list("answered", &self.answered), list("sent", &self.sent), list("undone", &self.undone)].concat()
    }

    fn from_text(text: &str) -> Self {
        let mut known = Self::default();
        for line in text.lines() {
            let (name, rest) = line.split_once(' ').unwrap();
            let numbers: BTreeSet<u64> = rest.split_whitespace().map(|number| number.parse().unwrap()).collect();
            match name {
                "opened" => known.opened = numbers.contains(&1),
                "answered" => known.answered = numbers,
                "sent" => known.sent = numbers,
                "undone" => known.undone = numbers,
                other => panic!("{other}"),
            }
        }
        known
    }
}

/// Looks at a kept finding again. Does nothing unless it is told which.
#[test]
fn replay() {
    let Some(kept) = std::env::var_os(REPLAY).map(PathBuf::from) else { return };
    let mut files = files_in(&kept);
    files.retain(|path, _| !path.ends_with(KNOWN) && !path.ends_with(WORDS));
    let known = Known::from_text(&std::fs::read_to_string(kept.join(KNOWN)).unwrap());
    assert_eq!(check_files(&files, &known), Ok(()), "found again");
}

#[test]
fn a_finding_is_kept_as_it_was_and_is_found_again() {
    let mut bench = crate::work::Bench::new();
    let store = bench.open();
    bench.client(&store, 1, 6);
    store.close();
    let files = files_in(bench.folder.path());
    let mut known = Known::at(&bench, bench.disk.position());
    assert_eq!(check_files(&files, &known), Ok(()));
    // A command that was never sent and is said to be answered.
    known.answered.insert(77);
    known.undone.insert(78);
    let words = check_or_keep(&files, &known, "seed 5").unwrap_err();
    assert!(words.contains("seed 5: command 77 was answered and is lost"), "{words}");
    let kept = PathBuf::from(words.split_once(&format!("{REPLAY}=")).unwrap().1.split(' ').next().unwrap());
    for (path, bytes) in &files {
        assert_eq!(&std::fs::read(kept.join(path.file_name().unwrap())).unwrap(), bytes);
    }
    assert_eq!(Known::from_text(&std::fs::read_to_string(kept.join(KNOWN)).unwrap()), known);
    std::fs::remove_dir_all(kept).unwrap();
}
