//! An edition as a folder of files: read, and written whole or not at all.

use crate::commands::say;
use crate::failure::Failure;
use catalogue::{Catalogue, ContentTrouble, EditionFiles};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A larger file is refused.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Goes with the files wherever LOINC codes go.
const NOTICE: &str = "LOINC-NOTICE.md";

/// The files of a folder; what explains them is no part of the edition. Each fault is a line, behind which the failure stands.
pub(crate) fn read(folder: &Path) -> Result<EditionFiles, (Failure, Vec<String>)> {
    let files = texts(folder).map_err(|failure| (failure, Vec::new()))?;
    EditionFiles::new(files).map_err(|troubles| faulty(&folder.display().to_string(), &troubles))
}

fn texts(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
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
    Ok(files)
}

/// Says each fault on a line of its own; the failure says how many there are.
pub(crate) fn faulty(edition: &str, troubles: &[ContentTrouble]) -> (Failure, Vec<String>) {
    let faults = counted(troubles.len(), "fault");
    let failure = Failure::DoesNotHold(format!("{edition}: the edition cannot be used: {faults}"));
    (failure, troubles.iter().map(ToString::to_string).collect())
}

/// The edition of a folder, read. Faults are printed.
pub(crate) fn catalogue(folder: &Path) -> Result<Catalogue, Failure> {
    catalogue_of(&read(folder).map_err(told)?, &folder.display().to_string())
}

/// The edition that these files are. Faults are printed.
pub(crate) fn catalogue_of(files: &EditionFiles, name: &str) -> Result<Catalogue, Failure> {
    files.read().map_err(|troubles| told(faulty(name, &troubles)))
}

/// Prints what stands before a failure.
pub(crate) fn told((failure, lines): (Failure, Vec<String>)) -> Failure {
    lines.iter().for_each(say);
    failure
}

pub(crate) fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Writes an edition and the notice into a new folder; a line for each file. It is there whole, or not at all.
pub(crate) fn write(edition: &EditionFiles, folder: &Path) -> Result<Vec<String>, Failure> {
    let unwritable = |error: std::io::Error| Failure::Use(format!("cannot write {}: {error}", folder.display()));
    if folder.symlink_metadata().is_ok() {
        return Err(unwritable(std::io::ErrorKind::AlreadyExists.into()));
    }
    let mut unfinished = folder.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    // Made here, so that it may be taken away here: what somebody else left under this name stays.
    fs::create_dir(&unfinished).map_err(unwritable)?;
    let written = write_all(edition, &unfinished).and_then(|()| fs::rename(&unfinished, folder));
    if let Err(error) = written {
        drop(fs::remove_dir_all(&unfinished));
        return Err(unwritable(error));
    }
    Ok(all(edition).map(|(name, _)| folder.join(name).display().to_string()).collect())
}

fn all(edition: &EditionFiles) -> impl Iterator<Item = (&str, &str)> {
    edition.iter().map(|(file, text)| (file.name(), text)).chain([(NOTICE, actions::LOINC_NOTICE)])
}

fn write_all(edition: &EditionFiles, folder: &Path) -> std::io::Result<()> {
    for (name, text) in all(edition) {
        let mut file = fs::File::create(folder.join(name))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_is_written_whole_or_not_at_all() {
        let place = tempfile::tempdir().unwrap();
        let (edition, folder) = (actions::starting_edition().unwrap(), place.path().join("edition"));
        let lines = write(&edition, &folder).unwrap();
        assert_eq!(lines.len(), edition.iter().count() + 1);
        assert_eq!(read(&folder).unwrap_or_else(|(failure, _)| panic!("{failure}")), edition);
        // What is there stays as it is.
        assert!(write(&edition, &folder).unwrap_err().to_string().contains("edition"));
        // A folder that cannot be put in its place, because its name is too long once it is to be: nothing is left.
        let nowhere = place.path().join("not there").join("edition");
        assert!(write(&edition, &nowhere).is_err());
        // Not finished by somebody else: neither taken over nor taken away.
        let other = place.path().join("other");
        fs::create_dir(place.path().join("other.unfinished")).unwrap();
        assert!(write(&edition, &other).is_err());
        let left: Vec<String> =
            fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }
}
