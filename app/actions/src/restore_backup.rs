//! A laboratory made of a backup: first every byte of the backup is looked at, then a database is made of it where there is none, all of it or
//! nothing.

use crate::backup_manifest::{BackupDamage, Manifest, verify_backup};
use crate::new_ids::{new_command, now};
use crate::operator;
use crate::trouble::ActTrouble;
use kernel::Realm;
use std::path::Path;
use store::repositories::codes;
use store::{Cancel, CopyTrouble, Outcome, Store, Target};

/// Numbers of each kind of code that a restored laboratory leaves out. Tubes labelled after the backup bear codes of which the backup knows nothing:
/// given again, one code would stand for two patients.
pub const CODES_LEFT_OUT: u32 = 20_000;

/// Why a backup was not restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreRefusal {
    /// The backup is not what was written.
    #[error("{0}; nothing was restored: take another backup")]
    Damaged(#[from] BackupDamage),
    /// Its realm is none this program knows.
    #[error("the backup is of a realm named {0:?}, which this program does not know: restore it with the program that made it")]
    Realm(String),
    /// It cannot be made a database there.
    #[error("nothing was restored: {0}")]
    Copy(#[from] CopyTrouble),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Looks at a backup: what it is, if it is sound.
pub async fn look_at_backup(folder: &Path) -> Result<(Manifest, Realm), RestoreRefusal> {
    let folder = folder.to_owned();
    let looked = tokio::task::spawn_blocking(move || verify_backup(&folder)).await;
    let manifest = looked.map_err(|error| ActTrouble::Internal(error.to_string()))??;
    let realm = manifest.realm.parse().map_err(|_| RestoreRefusal::Realm(manifest.realm.clone()))?;
    Ok((manifest, realm))
}

/// Makes the database of a backup that was looked at.
pub async fn restore_backup(folder: &Path, manifest: &Manifest, realm: Realm, target: &Target) -> Result<(), RestoreRefusal> {
    Ok(store::restore(target, manifest.database(folder, realm), &Cancel::default()).await?)
}

/// The first act in a restored laboratory: its journal says what happened, and codes that may have been given since the backup are left out.
pub async fn note_restored(store: &Store, manifest: &Manifest) -> Result<(), ActTrouble> {
    let note = format!("backup of {} with {} entries of the journal", manifest.moment, manifest.journal_entries);
    store
        .write(&operator(), new_command(), now(), move |tx| {
            codes::leave_out(tx, CODES_LEFT_OUT)?;
            Ok(Outcome { act: "restore_backup", accepted: true, subject: None, note: note.clone() })
        })
        .await?;
    Ok(())
}
