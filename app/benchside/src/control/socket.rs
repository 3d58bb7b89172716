//! Where the control socket is, also in folders whose path is longer than a socket's address may be.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

/// The socket's name in the laboratory's folder.
pub(super) const NAME: &str = "control.sock";
/// Its name while it is being made.
pub(super) const UNFINISHED: &str = "control.sock.new";
/// Bytes of a path that every system takes as a socket's address; Linux takes 107.
const ADDRESS_BYTES_MAX: usize = 100;

/// A path by which to bind or connect.
pub(super) struct Address {
    path: PathBuf,
    /// Held open while the path leads through it.
    _folder: Option<File>,
}

impl Address {
    /// The address of a socket in this folder.
    pub(super) fn of(folder: &Path, name: &str) -> std::io::Result<Self> {
        let path = folder.join(name);
        if path.as_os_str().len() <= ADDRESS_BYTES_MAX {
            return Ok(Self { path, _folder: None });
        }
        let folder = File::open(folder)?;
        Ok(Self { path: PathBuf::from(format!("/proc/self/fd/{}/{name}", folder.as_raw_fd())), _folder: Some(folder) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}
