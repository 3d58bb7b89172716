//! What a backup says of itself: `manifest.json`, and `manifest.sha256` beside it, so that no byte of a backup can change unnoticed. It shows damage,
//! not malice: whoever can write a backup can write its digests too.

use kernel::Realm;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use store::Source;

/// The version of the format.
const FORMAT: u32 = 1;
/// The manifest's name.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The name of the digest of the manifest, in the words of `sha256sum`.
pub(crate) const DIGEST: &str = "manifest.sha256";
/// Bytes of a manifest; one line for each table needs far fewer.
const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// Bytes read at once.
const READ_BYTES: usize = 1 << 18;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format: 1.
    pub format: u32,
    /// The realm of the laboratory.
    pub realm: String,
    /// The engine of its database, `sqlite` or `postgresql`.
    pub engine: String,
    /// The schema version of its database.
    pub schema_version: i64,
    /// A moment just before the instant of the backup, as microseconds since 1970 in UTC: whatever was answered before it is in the backup.
    pub moment_micros: i64,
    /// The same moment for people.
    pub moment: String,
    /// How many entries its journal has.
    pub journal_entries: i64,
    /// Its files, the manifest and its digest aside.
    pub files: Vec<ManifestFile>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManifestFile {
    /// Its name.
    pub name: String,
    /// What it belongs to.
    pub part: Part,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What a file of a backup belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The database.
    Database,
    /// The configuration of the laboratory.
    Configuration,
}

/// What is wrong with a backup.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", .file.display())]
pub struct BackupDamage {
    /// The file that shows it.
    pub file: PathBuf,
    /// What is wrong.
    pub what: String,
}

impl Manifest {
    /// The version of the format this program writes.
    pub(crate) const fn format() -> u32 {
        FORMAT
    }

    /// The names of the files of one part.
    pub fn names(&self, part: Part) -> Vec<String> {
        self.files.iter().filter(|file| file.part == part).map(|file| file.name.clone()).collect()
    }

    /// The database in the backup's folder, of a realm that was read from this manifest.
    pub(crate) fn database(&self, folder: &Path, realm: Realm) -> Source {
        Source {
            folder: folder.to_owned(),
            engine: self.engine.clone(),
            realm,
            schema_version: self.schema_version,
            files: self.names(Part::Database),
        }
    }
}

/// The digest file of a manifest with these bytes.
pub(crate) fn digest_line(manifest: &[u8]) -> String {
    format!("{}  {MANIFEST}\n", hex::encode(Sha256::digest(manifest)))
}

/// Reads the whole backup in a folder: every file of the manifest is there as it was written, and no other. Blocks for as long as it takes.
pub fn verify_backup(folder: &Path) -> Result<Manifest, BackupDamage> {
    let manifest = read_manifest(folder)?;
    let mut expected: BTreeSet<&str> = BTreeSet::from([MANIFEST, DIGEST]);
    for file in &manifest.files {
        if !is_plain(&file.name) || !expected.insert(&file.name) {
            return Err(damage(folder, MANIFEST, format!("it names a file {:?}, which no backup of this program has", file.name)));
        }
    }
    if let Some(extra) = names_in(folder)?.into_iter().find(|name| !expected.contains(name.as_str())) {
        return Err(damage(folder, &extra, "the manifest does not know this file"));
    }
    manifest.files.iter().try_for_each(|file| verify_file(folder, file))?;
    Ok(manifest)
}

fn damage(folder: &Path, name: &str, what: impl Into<String>) -> BackupDamage {
    BackupDamage { file: folder.join(name), what: what.into() }
}

fn read_manifest(folder: &Path) -> Result<Manifest, BackupDamage> {
    let bytes = read_small(folder, MANIFEST)?;
    if read_small(folder, DIGEST)? != digest_line(&bytes).as_bytes() {
        return Err(damage(folder, MANIFEST, format!("its digest is not the one in {DIGEST}")));
    }
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| damage(folder, MANIFEST, format!("it is not understood: {error}")))?;
    match manifest.format {
        FORMAT => Ok(manifest),
        other => Err(damage(folder, MANIFEST, format!("it has format {other}; this program knows {FORMAT}"))),
    }
}

fn read_small(folder: &Path, name: &str) -> Result<Vec<u8>, BackupDamage> {
    let mut bytes = Vec::new();
    let read = open(folder, name)?.take(MANIFEST_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| damage(folder, name, format!("it cannot be read: {error}")))?;
    if bytes.len() as u64 > MANIFEST_BYTES_MAX {
        return Err(damage(folder, name, "it is longer than any this program writes"));
    }
    Ok(bytes)
}

/// Only what is a file itself: a link might lead to something else tomorrow.
fn open(folder: &Path, name: &str) -> Result<File, BackupDamage> {
    let path = folder.join(name);
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_file() => {}
        Ok(_) => return Err(damage(folder, name, "it is not a file")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(damage(folder, name, "it is missing")),
        Err(error) => return Err(damage(folder, name, format!("it cannot be read: {error}"))),
    }
    File::open(&path).map_err(|error| damage(folder, name, format!("it cannot be read: {error}")))
}

/// A name that stays in its folder.
pub(crate) fn is_plain(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(fits)
}

fn names_in(folder: &Path) -> Result<Vec<String>, BackupDamage> {
    let unread = |error: std::io::Error| BackupDamage { file: folder.to_owned(), what: format!("it cannot be read: {error}") };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        names.push(entry.map_err(unread)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn verify_file(folder: &Path, expected: &ManifestFile) -> Result<(), BackupDamage> {
    let mut file = open(folder, &expected.name)?;
    let unread = |error: std::io::Error| damage(folder, &expected.name, format!("it cannot be read: {error}"));
    let found = file.metadata().map_err(unread)?.len();
    if found != expected.bytes {
        return Err(damage(folder, &expected.name, format!("it has {found} bytes, not {}", expected.bytes)));
    }
    let (mut digest, mut stretch) = (Sha256::new(), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut stretch) {
            Ok(0) => break,
            Ok(count) => digest.update(stretch.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unread(error)),
        }
    }
    if hex::encode(digest.finalize()) == expected.sha256 {
        Ok(())
    } else {
        Err(damage(folder, &expected.name, "its SHA-256 digest is not the one in the manifest"))
    }
}
