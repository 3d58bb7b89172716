//! What an operator or a director asks about the editions of a laboratory.

use super::office::{Carried, Office};
use crate::edition_folder::{self, counted, faulty};
use crate::failure::Failure;
use actions::{EditionListed, EditionRefusal, Lockout};
use catalogue::in_force::KeptEdition;
use catalogue::{Difference, EditionFile, EditionFiles, Signature, differences};
use kernel::Zone;
use std::path::Path;

impl Office {
    /// Shows every edition: name, day, signature, whether it holds.
    pub(super) async fn list_editions(&self) -> Carried {
        let listed = actions::list_editions(&self.store, &self.zone()?).await.map_err(|trouble| super::office::environment(&trouble))?;
        Ok(listed.iter().map(line).collect())
    }

    /// Imports the files of a folder.
    pub(super) async fn import_edition(&self, folder: &Path) -> Carried {
        let files = edition_folder::read(folder)?;
        let imported =
            actions::import_edition(&self.store, files).await.map_err(|refusal| refused(refusal, &folder.display().to_string()))?;
        let (name, mut lines) = (imported.name, Vec::new());
        lines.push(match imported.was_known {
            true => format!("edition {name} is here already, with the same files: nothing was done"),
            false => format!("edition {name} is imported; it is unverified until a director signs it"),
        });
        self.look_again(&mut lines).await;
        Ok(lines)
    }

    /// Signs an edition for whoever gives user name and password.
    pub(super) async fn sign_edition(&self, name: &str, user: &str, password: &str, meaning: &str) -> Carried {
        let files = actions::edition_files(&self.store, name).await.map_err(|refusal| refused(refusal, name))?;
        let catalogue = files.read().map_err(|troubles| faulty(name, &troubles))?;
        // An edition that an analyser's own mapping does not fit would stop the laboratory at its next start.
        if let Err(failure) = self.configuration.analysers(&self.data, &catalogue) {
            return Err((Failure::DoesNotHold(format!("edition {name} does not fit the analysers: {failure}")), Vec::new()));
        }
        let alone = Lockout::default();
        let lockout = self.laboratory.as_ref().map_or(&alone, |laboratory| laboratory.lockout());
        let signed =
            actions::sign_edition(&self.store, lockout, name, (user, password), meaning).await.map_err(|refusal| refused(refusal, name))?;
        let mut lines = vec![signature_line(&signed, &self.zone()?)];
        self.look_again(&mut lines).await;
        Ok(lines)
    }

    /// Writes the files of an edition, of the one that holds where none is named, into a new folder.
    pub(super) async fn export_edition(&self, name: Option<&str>, folder: &Path) -> Carried {
        let name = match name {
            Some(name) => name.to_owned(),
            None => self.holding().await?,
        };
        let files = actions::edition_files(&self.store, &name).await.map_err(|refusal| refused(refusal, &name))?;
        edition_folder::write(&files, folder).map_err(|failure| (failure, Vec::new()))
    }

    /// Shows row by row how an edition differs from another, from the one that holds where none is named.
    pub(super) async fn edition_differences(&self, name: &str, from: Option<&str>) -> Carried {
        let from = match from {
            Some(from) => from.to_owned(),
            None => self.holding().await?,
        };
        let before = actions::edition_files(&self.store, &from).await.map_err(|refusal| refused(refusal, &from))?;
        let after = actions::edition_files(&self.store, name).await.map_err(|refusal| refused(refusal, name))?;
        let mut lines = vec![format!("edition {name}, against {from}")];
        lines.extend(difference_lines(&before, &after).map_err(|troubles| faulty(name, &troubles))?);
        Ok(lines)
    }

    async fn holding(&self) -> Result<String, (Failure, Vec<String>)> {
        let listed = actions::list_editions(&self.store, &self.zone()?).await.map_err(|trouble| super::office::environment(&trouble))?;
        let holding = listed.into_iter().find(|listed| listed.in_force.is_some()).map(|listed| listed.edition.name);
        let none = || Failure::Use("no edition was imported here yet: `benchside serve` begins with the one that ships".to_owned());
        holding.ok_or_else(|| (none(), Vec::new()))
    }

    fn zone(&self) -> Result<Zone, (Failure, Vec<String>)> {
        self.configuration.zone().map_err(|failure| (failure, Vec::new()))
    }

    /// Has a running laboratory look at once which edition holds now.
    async fn look_again(&self, lines: &mut Vec<String>) {
        let Some(lab) = &self.laboratory else { return };
        if let Err(trouble) = lab.look_for_editions().await {
            lines.push(format!("the running laboratory could not look which edition holds, and will try again: {trouble}"));
        }
    }
}

fn line(listed: &EditionListed) -> String {
    let EditionListed { edition, source, digest, in_force } = listed;
    let signature = match &edition.signature {
        Signature::Unverified => "unverified".to_owned(),
        Signature::Signed { by, at, meaning } => format!("signed by {by} at {at}: {meaning}"),
    };
    let holds = match in_force {
        Some(true) => "in force",
        Some(false) => "in force, unverified",
        None => "not in force",
    };
    format!("{}\tfrom {}\t{holds}\t{signature}\tsha256 {digest}\t{source}", edition.name, edition.effective_from)
}

fn signature_line(edition: &KeptEdition, zone: &Zone) -> String {
    let holds = edition.holds_from(zone).map_or_else(String::new, |from| format!("; it holds from {from}"));
    match &edition.signature {
        Signature::Unverified => format!("edition {} is unverified", edition.name),
        Signature::Signed { by, at, meaning } => format!("edition {} signed by {by} at {at}: {meaning}{holds}", edition.name),
    }
}

/// A heading for each file that differs, and its rows below it.
pub(crate) fn difference_lines(before: &EditionFiles, after: &EditionFiles) -> Result<Vec<String>, Vec<catalogue::ContentTrouble>> {
    let differences = differences(before, after)?;
    let mut lines = Vec::new();
    for file in EditionFile::ALL {
        let of_file: Vec<&Difference> = differences.iter().filter(|difference| difference.file == file).collect();
        if !of_file.is_empty() {
            lines.push(format!("{}: {}", file.name(), counted(of_file.len(), "row")));
            lines.extend(of_file.iter().map(|difference| format!("  {difference}")));
        }
    }
    Ok(lines)
}

fn refused(refusal: EditionRefusal, edition: &str) -> (Failure, Vec<String>) {
    use actions::SignInRefusal;
    let failure = match &refusal {
        EditionRefusal::Faulty(troubles) => return faulty(edition, troubles),
        EditionRefusal::Altered(_) | EditionRefusal::TooMany | EditionRefusal::OtherFiles(_) | EditionRefusal::Signed { .. } => {
            Failure::DoesNotHold(refusal.to_string())
        }
        EditionRefusal::Unknown(_) | EditionRefusal::Meaning | EditionRefusal::NoDirector { .. } => Failure::wrong_use(&refusal),
        EditionRefusal::SignIn(SignInRefusal::Trouble(_)) | EditionRefusal::Trouble(_) => Failure::environment(&refusal),
        EditionRefusal::SignIn(_) => Failure::wrong_use(&refusal),
    };
    (failure, Vec::new())
}
