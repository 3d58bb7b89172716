//! I7: whether a backup, restored, would be the beginning of this laboratory's history. Looked at where it lies, beside a laboratory that works.

use crate::invariants::Broken;
use crate::restore_backup::{RestoreRefusal, look_at_backup};
use crate::trouble::ActTrouble;
use std::path::{Path, PathBuf};
use store::audit::{self, Anchor, History};
use store::{Cancel, CopyTrouble, Store};

/// What a backup that was looked at is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BackupChecked {
    /// Journal entries in it.
    pub entries: i64,
    /// What does not hold of it.
    pub broken: Vec<Broken>,
    /// How much more does not.
    pub more: usize,
    /// What could not be seen, in words.
    pub unseen: Vec<String>,
}

/// Why it could not be found out.
#[derive(Debug, thiserror::Error)]
pub enum BackupCheckTrouble {
    /// Its realm is none this program knows.
    #[error("backup {}: {refusal}", .folder.display())]
    Unknown {
        /// Which backup.
        folder: PathBuf,
        /// What is said of it.
        refusal: RestoreRefusal,
    },
    /// Its database cannot be read, or the reading was broken off.
    #[error("backup {}: its history could not be compared: {trouble}", .folder.display())]
    Copy {
        /// Which backup.
        folder: PathBuf,
        /// Why.
        trouble: CopyTrouble,
    },
    /// The laboratory's own database could not be read.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Reads a whole backup: its files are what was written, its seals and entries are those of the store, and where signed heads stand, those that were
/// signed. Fails only where that cannot be found out.
pub async fn check_backup(
    store: &Store,
    folder: &Path,
    anchor: Option<Anchor>,
    cancel: &Cancel,
) -> Result<BackupChecked, BackupCheckTrouble> {
    let named = |what: String| Broken { invariant: "I7", what: format!("backup {}: {what}", folder.display()) };
    let (manifest, realm) = match look_at_backup(folder).await {
        Ok(looked) => looked,
        Err(RestoreRefusal::Damaged(damage)) => {
            return Ok(BackupChecked { broken: vec![named(format!("it is damaged: {damage}; take another"))], ..BackupChecked::default() });
        }
        Err(refusal) => return Err(BackupCheckTrouble::Unknown { folder: folder.to_owned(), refusal }),
    };
    let source = manifest.database(folder, realm);
    let (store, cancel) = (store.clone(), cancel.clone());
    let compared = tokio::task::spawn_blocking(move || audit::compare_history(&store, &source, anchor.as_ref(), &cancel)).await;
    let History { entries, divergences, more, unseen, .. } = match compared.map_err(|error| ActTrouble::Internal(error.to_string()))? {
        Ok(history) => history,
        Err(audit::HistoryTrouble::Copy(trouble)) => return Err(BackupCheckTrouble::Copy { folder: folder.to_owned(), trouble }),
        Err(audit::HistoryTrouble::Store(trouble)) => return Err(ActTrouble::from(trouble).into()),
    };
    let mut broken: Vec<Broken> = divergences.iter().map(|divergence| named(divergence.to_string())).collect();
    if broken.is_empty() && entries != manifest.journal_entries {
        broken.push(named(format!("it has {entries} journal entries, and its manifest says {}", manifest.journal_entries)));
    }
    Ok(BackupChecked { entries, broken, more, unseen })
}
