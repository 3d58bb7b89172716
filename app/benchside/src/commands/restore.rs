//! `benchside restore`: a laboratory made of a backup, where there is none.

use super::say;
use crate::Place;
use crate::configuration::{Configuration, FILE};
use crate::control::{Carried, check};
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::restore_mark::RestoreMark;
use crate::running::open_marked_store;
use actions::{CODES_LEFT_OUT, Manifest, Part, RestoreRefusal};
use kernel::Realm;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use store::{Opening, Target};

/// What `restore` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The folder that `backup` made.
    backup: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { backup, place } = arguments;
    let (manifest, realm) = actions::look_at_backup(&backup).await.map_err(failure)?;
    std::fs::create_dir_all(&place.data).map_err(|error| Failure::Environment(format!("cannot make {}: {error}", place.data.display())))?;
    let lock = FolderLock::take(&place.data, "restore")?;
    let configuration = configuration(&backup, &manifest, realm, &place)?;
    let target = configuration.target(&place);
    if matches!(target, Target::Sqlite(_)) && manifest.engine != "sqlite" {
        return Err(Failure::Use("the backup is of a PostgreSQL database: name an empty one with --database".to_owned()));
    }
    let mark = RestoreMark::set(&lock, &target)?;
    if let Err(refusal) = actions::restore_backup(&backup, &manifest, realm, &target).await {
        mark.map_or(Ok(()), |mark| mark.nothing_done(&lock))?;
        return Err(failure(refusal));
    }
    let checked = complete(&lock, &place, &configuration, &backup, &manifest).await.map_err(not_complete)?;
    mark.map_or(Ok(()), |mark| mark.all_done(&lock))?;
    say(format!("restored {} entries of the journal, the state of {}", manifest.journal_entries, manifest.moment));
    say(format!("{CODES_LEFT_OUT} numbers of each kind of code are left out: tubes may bear them that were labelled after the backup"));
    match checked {
        Ok(lines) => lines.iter().for_each(say),
        Err((failure, lines)) => {
            lines.iter().for_each(say);
            return Err(failure);
        }
    }
    Ok(())
}

/// What makes a laboratory of a database that was restored; whether every invariant holds in it.
async fn complete(
    lock: &FolderLock,
    place: &Place,
    configuration: &Configuration,
    backup: &Path,
    manifest: &Manifest,
) -> Result<Carried, Failure> {
    bring_configuration(backup, manifest, configuration, &place.data)?;
    let store = open_marked_store(lock, place, configuration, Opening::Existing)?;
    let noted = actions::note_restored(&store, manifest).await.map_err(Failure::environment);
    let checked = check(&store).await;
    drop(tokio::task::spawn_blocking(move || store.close()).await);
    noted.map(|()| checked)
}

fn not_complete(why: Failure) -> Failure {
    Failure::Environment(format!(
        "the restore did not come to its end, and no laboratory will start there: {why}; when that is mended, restore the backup once more"
    ))
}

fn failure(refusal: RestoreRefusal) -> Failure {
    match refusal {
        RestoreRefusal::Damaged(_) => Failure::DoesNotHold(refusal.to_string()),
        _ => Failure::environment(refusal),
    }
}

/// The folder's own configuration where it has one, else the backup's, on the database that is made now.
fn configuration(backup: &Path, manifest: &Manifest, realm: Realm, place: &Place) -> Result<Configuration, Failure> {
    let own = place.data.join(FILE);
    let configuration = if own.exists() {
        Configuration::read(&own)?
    } else if manifest.names(Part::Configuration).iter().any(|name| name == FILE) {
        Configuration { database: place.database.clone(), ..Configuration::read(&backup.join(FILE))? }
    } else {
        Configuration { database: place.database.clone(), ..Configuration::starting(realm) }
    };
    if configuration.realm()? != realm {
        let said = &configuration.realm;
        return Err(Failure::Use(format!("the backup is of a {realm} laboratory, and {} says {said}: name another folder", own.display())));
    }
    Ok(configuration)
}

/// Files of the configuration that are not there yet; what is there stays.
fn bring_configuration(backup: &Path, manifest: &Manifest, configuration: &Configuration, folder: &Path) -> Result<(), Failure> {
    configuration.write_new(&folder.join(FILE))?;
    for name in manifest.names(Part::Configuration) {
        let path = folder.join(&name);
        let cannot = |error: std::io::Error| Failure::Environment(format!("cannot write {}: {error}", path.display()));
        let bytes = std::fs::read(backup.join(&name)).map_err(cannot)?;
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(cannot)?,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot(error)),
        }
    }
    Ok(())
}
