//! A file of a copy while it is written: hashed on its way, and brought to the disk in stretches, so that the commits of those who serve do not
//! wait behind one great flood at the end.

use super::{CopiedFile, CopyTrouble};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Bytes that may wait in memory for the disk.
const STRETCH_BYTES: u64 = 8 << 20;
/// Bytes read at once when a file is hashed.
const READ_BYTES: usize = 1 << 18;

/// A new file, for its owner only.
pub(crate) struct CopyFile {
    path: PathBuf,
    name: String,
    file: File,
    digest: Sha256,
    bytes: u64,
    waiting: u64,
}

impl CopyFile {
    /// Makes a file that is not there yet.
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Self, CopyTrouble> {
        let path = folder.join(name);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(|error| CopyTrouble::file(&path, &error))?;
        Ok(Self { path, name: name.to_owned(), file, digest: Sha256::new(), bytes: 0, waiting: 0 })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), CopyTrouble> {
        self.file.write_all(bytes).map_err(|error| CopyTrouble::file(&self.path, &error))?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.wrote(bytes.len() as u64)
    }

    /// Notes that so many bytes were written, by whomever, and brings them to the disk when they are enough.
    pub(crate) fn wrote(&mut self, bytes: u64) -> Result<(), CopyTrouble> {
        self.waiting += bytes;
        if self.waiting < STRETCH_BYTES {
            return Ok(());
        }
        self.waiting = 0;
        self.file.sync_data().map_err(|error| CopyTrouble::file(&self.path, &error))
    }

    /// Brings all of it to the disk.
    pub(crate) fn finish(self) -> Result<CopiedFile, CopyTrouble> {
        self.file.sync_all().map_err(|error| CopyTrouble::file(&self.path, &error))?;
        Ok(CopiedFile { name: self.name, bytes: self.bytes, sha256: self.digest.finalize().into() })
    }

    /// The same for a file whose bytes somebody else wrote: they are read once more. `go_on` is asked before each stretch.
    pub(crate) fn finish_and_read(mut self, go_on: impl Fn() -> Result<(), CopyTrouble>) -> Result<CopiedFile, CopyTrouble> {
        let mut stretch = vec![0; READ_BYTES];
        let (mut digest, mut bytes) = (Sha256::new(), 0);
        loop {
            go_on()?;
            match self.file.read(&mut stretch) {
                Ok(0) => break,
                Ok(count) => {
                    digest.update(stretch.get(..count).unwrap_or_default());
                    bytes += count as u64;
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(CopyTrouble::file(&self.path, &error)),
            }
        }
        (self.digest, self.bytes) = (digest, bytes);
        self.finish()
    }
}
