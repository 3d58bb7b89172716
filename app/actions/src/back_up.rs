//! A backup of the laboratory while it works: a new folder that is whole, on the disk and of one instant, or not there.

use crate::backup_manifest::{DIGEST, MANIFEST, Manifest, ManifestFile, Part, digest_line, is_plain};
use crate::new_ids::{new_command, now};
use crate::operator;
use crate::trouble::ActTrouble;
use sha2::{Digest, Sha256};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use store::{Cancel, Copied, CopyTrouble, Outcome, Store};

/// Why there is no backup. What was begun of it is removed.
#[derive(Debug, thiserror::Error)]
pub enum BackUpRefusal {
    /// Something is there already.
    #[error("{} exists already: name a folder that does not", .0.display())]
    Exists(PathBuf),
    /// Another backup is being written there, or one was killed.
    #[error("{} exists already: another backup is being written there; if not, one was killed there, and you may remove it", .0.display())]
    Unfinished(PathBuf),
    /// The destination cannot be written.
    #[error("cannot write {}: {why}", .file.display())]
    Destination {
        /// Which file or folder.
        file: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The database could not be copied.
    #[error("the backup was not made: {0}")]
    Copy(#[from] CopyTrouble),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

fn destination(file: &Path) -> impl Fn(std::io::Error) -> BackUpRefusal + use<> {
    let file = file.to_owned();
    move |error| BackUpRefusal::Destination { file: file.clone(), why: store::copy_error(&error) }
}

/// Backs up a laboratory into a new folder. `configuration` is what else a laboratory needs to start: names and contents of files.
pub async fn back_up(
    store: &Store,
    folder: &Path,
    configuration: &[(String, Vec<u8>)],
    cancel: &Cancel,
) -> Result<Manifest, BackUpRefusal> {
    if folder.symlink_metadata().is_ok() {
        return Err(BackUpRefusal::Exists(folder.to_owned()));
    }
    let mut partial = folder.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    match DirBuilder::new().mode(0o700).create(&partial) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(BackUpRefusal::Unfinished(partial)),
        made => made.map_err(destination(&partial))?,
    }
    let made = fill(store, &partial, configuration, cancel).await.and_then(|manifest| finish(&partial, folder).map(|()| manifest));
    if made.is_err() {
        // Best effort: what cannot be removed is named `.partial` and is refused by every restore.
        drop(std::fs::remove_dir_all(&partial));
    }
    let manifest = made?;
    note(store, &manifest).await?;
    Ok(manifest)
}

async fn fill(store: &Store, partial: &Path, configuration: &[(String, Vec<u8>)], cancel: &Cancel) -> Result<Manifest, BackUpRefusal> {
    // Before the snapshot: whatever was answered by now is in it.
    let moment = now();
    let copied = store.copy_to(partial, cancel).await?;
    let mut files = database_files(&copied);
    for (name, bytes) in configuration {
        if is_plain(name) && !files.iter().any(|file| file.name == *name) && ![MANIFEST, DIGEST].contains(&name.as_str()) {
            write_new(&partial.join(name), bytes)?;
            let (bytes, sha256) = (bytes.len() as u64, hex::encode(Sha256::digest(bytes)));
            files.push(ManifestFile { name: name.clone(), part: Part::Configuration, bytes, sha256 });
        }
    }
    let manifest = Manifest {
        format: Manifest::format(),
        realm: copied.realm,
        engine: copied.engine.to_owned(),
        schema_version: copied.schema_version,
        moment_micros: moment.micros(),
        moment: moment.to_string(),
        journal_entries: copied.journal_entries,
        files,
    };
    let mut text = serde_json::to_vec_pretty(&manifest).map_err(|error| ActTrouble::Internal(error.to_string()))?;
    text.push(b'\n');
    write_new(&partial.join(MANIFEST), &text)?;
    write_new(&partial.join(DIGEST), digest_line(&text).as_bytes())?;
    Ok(manifest)
}

fn database_files(copied: &Copied) -> Vec<ManifestFile> {
    let file = |file: &store::CopiedFile| ManifestFile {
        name: file.name.clone(),
        part: Part::Database,
        bytes: file.bytes,
        sha256: hex::encode(file.sha256),
    };
    copied.files.iter().map(file).collect()
}

/// A small file, on the disk when this returns.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), BackUpRefusal> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(destination(path))
}

/// Its names reach the disk, then it gets its own name, and that reaches the disk too.
fn finish(partial: &Path, folder: &Path) -> Result<(), BackUpRefusal> {
    let sync = |folder: &Path| File::open(folder).and_then(|file| file.sync_all()).map_err(destination(folder));
    sync(partial)?;
    if folder.symlink_metadata().is_ok() {
        return Err(BackUpRefusal::Exists(folder.to_owned()));
    }
    std::fs::rename(partial, folder).map_err(destination(folder))?;
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    sync(above).inspect_err(|_| {
        // Its name may be gone after the next power loss: nobody may take it for a backup.
        drop(std::fs::rename(folder, partial));
    })
}

/// Everything there is to know was written somewhere else: the journal says so.
async fn note(store: &Store, manifest: &Manifest) -> Result<(), ActTrouble> {
    let note = format!("{} entries of the journal, at {}", manifest.journal_entries, manifest.moment);
    let act = move |_: &mut store::Tx<'_>| Ok(Outcome { act: "back_up", accepted: true, subject: None, note: note.clone() });
    store.write(&operator(), new_command(), now(), act).await?;
    Ok(())
}
