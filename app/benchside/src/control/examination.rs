//! `check`: every invariant, I1 to I8, of a laboratory that runs or does not.

use super::office::{Carried, environment, read_anchor, things, verified};
use crate::failure::Failure;
use actions::{Broken, LogCheckTrouble};
use std::path::Path;
use store::audit::{Anchor, SealFiles, public_key};
use store::{Cancel, Store};

/// What is to be looked at.
pub(super) struct Examination<'o> {
    pub(super) store: &'o Store,
    pub(super) seals: SealFiles,
    /// Folders of backups, by their whole paths.
    pub(super) backups: Vec<String>,
    /// Files with what this laboratory said on its standard error, by their whole paths.
    pub(super) logs: Vec<String>,
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// What does not hold.
    broken: Vec<String>,
    /// What does not hold and is not named.
    more: usize,
    /// What holds, and what was not looked at.
    said: Vec<String>,
}

impl Found {
    fn note(&mut self, broken: Vec<Broken>) {
        self.broken.extend(broken.into_iter().map(|broken| format!("{}: {}", broken.invariant, broken.what)));
    }

    /// What does not hold comes first; then what was looked at beside.
    fn into_carried(self) -> Carried {
        let (count, lines) = (self.broken.len() + self.more, [self.broken, self.said].concat());
        match count {
            0 => Ok(lines),
            _ => {
                let broken = things(count, "does", "do");
                Err((Failure::DoesNotHold(format!("{broken} not hold (at most 100 of each kind are named)")), lines))
            }
        }
    }
}

/// Looks whether the invariants of the database alone hold.
pub(crate) async fn check(store: &Store) -> Carried {
    database(store).await?.into_carried()
}

async fn database(store: &Store) -> Result<Found, (Failure, Vec<String>)> {
    let mut found = Found::default();
    found.note(actions::check_invariants(store).await.map_err(|trouble| environment(&trouble))?);
    let audited = verified(store, None, store::audit::verify).await?;
    found.broken.extend(audited.findings.iter().map(|finding| format!("I6: {finding}")));
    found.broken.extend(store.troubles().into_iter().map(|trouble| format!("database: {trouble}")));
    found.more = audited.more;
    if found.broken.is_empty() {
        found.said.push("I1 to I6 hold; nothing is in quarantine".to_owned());
    }
    Ok(found)
}

impl Examination<'_> {
    /// Looks at all of it.
    pub(super) async fn carry_out(&self, cancel: &Cancel) -> Carried {
        let mut found = database(self.store).await?;
        if self.backups.is_empty() {
            found.said.push("I7: no backup was looked at; name its folder with --backup FOLDER".to_owned());
        }
        for folder in &self.backups {
            self.backup(Path::new(folder), cancel, &mut found).await?;
        }
        if self.logs.is_empty() {
            found.said.push("I8: logs go to standard error; name the file with --log FILE".to_owned());
        }
        for file in &self.logs {
            self.log(Path::new(file), cancel, &mut found).await?;
        }
        found.into_carried()
    }

    async fn backup(&self, folder: &Path, cancel: &Cancel, found: &mut Found) -> Result<(), (Failure, Vec<String>)> {
        let environment = |trouble: actions::BackupCheckTrouble| (Failure::environment(trouble), Vec::new());
        let checked = actions::check_backup(self.store, folder, self.anchor()?, cancel).await.map_err(environment)?;
        let holds = checked.broken.is_empty();
        found.note(checked.broken);
        found.more += checked.more;
        if holds {
            let entries = checked.entries;
            found
                .said
                .push(format!("I7: backup {} is whole, and its {entries} journal entries begin this one's history", folder.display()));
        }
        found.said.extend(checked.unseen.into_iter().map(|what| format!("I7: backup {}: not seen: {what}", folder.display())));
        Ok(())
    }

    /// The log of signed seals, by the laboratory's own key. None where there is none yet.
    fn anchor(&self) -> Result<Option<Anchor>, (Failure, Vec<String>)> {
        if !self.seals.log.exists() {
            return Ok(None);
        }
        let key = public_key(&self.seals.key).map_err(|trouble| (Failure::environment(trouble), Vec::new()))?;
        read_anchor(&self.seals.log, vec![key]).map(Some)
    }

    async fn log(&self, file: &Path, cancel: &Cancel, found: &mut Found) -> Result<(), (Failure, Vec<String>)> {
        let environment = |trouble: LogCheckTrouble| (Failure::environment(trouble), Vec::new());
        let checked = actions::check_log(self.store, file, cancel).await.map_err(environment)?;
        let (name, lines, patients) = (file.display(), checked.lines, checked.patients);
        if checked.broken.is_empty() {
            let what = format!("I8: log {name}: no record number and no family name of {patients} patients in {lines} lines");
            found.said.push(what);
        }
        if checked.too_short > 0 {
            found.said.push(format!("I8: log {name}: not looked for: {} numbers and names that are too short", checked.too_short));
        }
        found.note(checked.broken);
        Ok(())
    }
}
