//! Does what an operator asks for: the one place where requests become acts.

use super::examination::Examination;
use super::{Answer, ListPlace, Request};
use crate::Place;
use crate::configuration::Configuration;
use crate::failure::Failure;
use actions::{
    Account, AccountRefusal, ActTrouble, BackUpRefusal, ImportRefusal, Laboratory, Lookings, Made, NewStaff, Password, SeenBefore,
    TokenRefusal,
};
use kernel::Timestamp;
use std::path::{Path, PathBuf};
use store::audit::{self, Anchor, Report};
use store::{Cancel, Store, Target};

/// A laboratory's store and what else requests need.
pub(crate) struct Office {
    pub(super) store: Store,
    target: Target,
    pub(super) configuration: Configuration,
    pub(super) data: PathBuf,
    /// The laboratory that is at work on the store, if one is.
    pub(super) laboratory: Option<Laboratory>,
}

/// How a request ended: lines to print, or the failure behind lines to print.
pub(crate) type Carried = Result<Vec<String>, (Failure, Vec<String>)>;

impl Office {
    /// The office of a laboratory in a folder, as it is configured.
    pub(crate) fn new(store: Store, place: &Place, configuration: &Configuration) -> Self {
        Self {
            store,
            target: configuration.target(place),
            configuration: configuration.clone(),
            data: place.data.clone(),
            laboratory: None,
        }
    }

    /// The same, beside a laboratory at work: what changes what it works by is told to it at once.
    pub(crate) fn in_laboratory(self, laboratory: Laboratory) -> Self {
        Self { laboratory: Some(laboratory), ..self }
    }

    /// Whether this is the laboratory whose database somebody named; whoever names none means it.
    pub(super) fn serves(&self, database: Option<&str>) -> bool {
        match (&self.target, database) {
            (_, None) => true,
            (Target::Postgres(url), Some(named)) => url == named,
            (Target::Sqlite(_), Some(_)) => false,
        }
    }

    /// Carries a request out.
    pub(super) async fn carry_out(&self, request: Request, cancel: &Cancel) -> Answer {
        let carried = match request {
            Request::UserAdd { user, display_name, role } => self.add_user(NewStaff { user, display_name, role }).await,
            Request::UserList {} => self.list_users().await,
            Request::UserReset { user } => self.reset_user(&user).await,
            Request::UserDeactivate { user } => self.deactivate_user(&user).await,
            Request::TokenNew { name } => self.new_token(&name).await,
            Request::TokenList {} => self.list_tokens().await,
            Request::TokenRevoke { name } => self.revoke_token(&name).await,
            Request::Check { backups, logs } => self.examination(backups, logs).carry_out(cancel).await,
            Request::AuditSeen { mrn, from } => return self.who_saw(mrn, from).await,
            Request::AuditVerify { anchor, keys, chain } => self.verify_audit(anchor, keys, chain).await,
            Request::ImportPatients { file } => self.import_patients(Path::new(&file)).await,
            Request::EditionList {} => self.list_editions().await,
            Request::EditionImport { folder } => self.import_edition(Path::new(&folder)).await,
            Request::EditionSign { name, user, password, meaning } => self.sign_edition(&name, &user, &password, &meaning).await,
            Request::EditionExport { name, folder } => self.export_edition(name.as_deref(), Path::new(&folder)).await,
            Request::EditionDiff { name, from } => self.edition_differences(&name, from.as_deref()).await,
            Request::Backup { folder } => self.back_up(Path::new(&folder), cancel).await,
        };
        match carried {
            Ok(out) => Answer::done(out),
            Err((failure, out)) => Answer::failed(&failure, out),
        }
    }

    fn examination(&self, backups: Vec<String>, logs: Vec<String>) -> Examination<'_> {
        Examination { store: &self.store, seals: self.configuration.seals(&self.data), backups, logs }
    }

    async fn add_user(&self, new: NewStaff) -> Carried {
        let account = actions::create_staff(&self.store, new, Made::OneTime).await.map_err(|refusal| account(&refusal))?;
        Ok(account_lines(&account))
    }

    async fn list_users(&self) -> Carried {
        let staff = actions::list_staff(&self.store).await.map_err(|trouble| environment(&trouble))?;
        let line = |listed: actions::StaffListed| {
            let actions::StaffLine { user_name, display_name, role, .. } = listed.staff;
            let state = match listed.password {
                Password::Chosen => "active",
                Password::OneTime(_) => "one-time password",
                Password::Expired => "one-time password expired",
                Password::None => "deactivated",
            };
            format!("{user_name}\t{role}\t{state}\t{display_name}")
        };
        Ok(staff.into_iter().map(line).collect())
    }

    async fn reset_user(&self, user: &str) -> Carried {
        let account = actions::reset_password(&self.store, user).await.map_err(|refusal| account(&refusal))?;
        if let Some(lab) = &self.laboratory {
            lab.lockout().forget(&account.user);
            lab.live().sessions_changed();
        }
        Ok(account_lines(&account))
    }

    async fn deactivate_user(&self, user: &str) -> Carried {
        actions::deactivate_staff(&self.store, user).await.map_err(|refusal| account(&refusal))?;
        if let Some(lab) = &self.laboratory {
            lab.live().sessions_changed();
        }
        Ok(vec![format!("user {} is deactivated and signed out", user.trim())])
    }

    async fn new_token(&self, name: &str) -> Carried {
        let secret = actions::create_token(&self.store, name).await.map_err(|refusal| token(&refusal))?;
        Ok(vec![format!("token {secret}")])
    }

    async fn list_tokens(&self) -> Carried {
        let tokens = actions::list_tokens(&self.store).await.map_err(|trouble| environment(&trouble))?;
        Ok(tokens.into_iter().map(|token| format!("{}\t{}", token.created_at, token.name)).collect())
    }

    async fn revoke_token(&self, name: &str) -> Carried {
        actions::revoke_token(&self.store, name).await.map_err(|refusal| token(&refusal))?;
        Ok(vec![format!("token {} is revoked", name.trim())])
    }

    async fn who_saw(&self, mrn: String, from: Option<ListPlace>) -> Answer {
        let from = from.map(|ListPlace { micros, id }| SeenBefore { at: Timestamp::from_micros(micros), id });
        let is_beginning = from.is_none();
        let Lookings { lookings, next } = match actions::who_saw(&self.store, &mrn, from).await {
            Ok(Some(lookings)) => lookings,
            Ok(None) => {
                let what = format!("no patient has the medical record number {mrn}: check how it is written");
                return Answer::failed(&Failure::Use(what), Vec::new());
            }
            Err(trouble) => return Answer::failed(&Failure::environment(trouble), Vec::new()),
        };
        if is_beginning && lookings.is_empty() {
            return Answer::done(vec![format!("nobody looked at {mrn}")]);
        }
        let line = |looking: actions::Looking| format!("{}\t{}\t{}\t{}", looking.at, looking.by, looking.what, looking.subject);
        let place = |SeenBefore { at, id }| ListPlace { micros: at.micros(), id };
        let then = next.map(|next| Request::AuditSeen { mrn, from: Some(place(next)) });
        Answer::done_in_part(lookings.into_iter().map(line).collect(), then)
    }

    async fn verify_audit(&self, anchor: Option<PathBuf>, keys: Vec<String>, chain: bool) -> Carried {
        let anchor = anchor.map(|file| read_anchor(&file, keys)).transpose()?;
        let report = verified(&self.store, anchor, if chain { audit::verify_chain } else { audit::verify }).await?;
        let lines = report.to_string().lines().map(str::to_owned).collect();
        if report.is_sound() {
            return Ok(lines);
        }
        let found = report.findings.len() + report.more;
        Err((Failure::DoesNotHold(format!("{} done behind the journal's back", things(found, "was", "were"))), lines))
    }

    async fn import_patients(&self, file: &Path) -> Carried {
        let bytes = read_import(file).map_err(|failure| (failure, Vec::new()))?;
        match actions::import_patients(&self.store, &bytes).await {
            Ok(imported) => Ok(vec![format!("{} patients added, {} known already", imported.added, imported.known)]),
            Err(ImportRefusal::Lines(lines)) => {
                let out = lines.iter().map(|bad| format!("line {}: {}", bad.line, bad.what)).collect();
                Err((Failure::DoesNotHold(ImportRefusal::Lines(lines).to_string()).in_file(file), out))
            }
            Err(refusal @ ImportRefusal::Meanwhile(_)) => Err((Failure::DoesNotHold(refusal.to_string()).in_file(file), Vec::new())),
            Err(refusal @ ImportRefusal::Trouble(_)) => Err((Failure::environment(refusal), Vec::new())),
        }
    }

    async fn back_up(&self, folder: &Path, cancel: &Cancel) -> Carried {
        if !folder.is_absolute() {
            return Err((Failure::Use("name the whole path of the folder".to_owned()), Vec::new()));
        }
        let configuration = self.configuration.for_backup(&self.data).map_err(|failure| (failure, Vec::new()))?;
        let manifest = actions::back_up(&self.store, folder, &configuration, cancel).await.map_err(|refusal| {
            let failure = match refusal {
                BackUpRefusal::Exists(_) => Failure::wrong_use(refusal),
                _ => Failure::environment(refusal),
            };
            (failure, Vec::new())
        })?;
        let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
        let entries = manifest.journal_entries;
        Ok(vec![format!("backup {}: {bytes} bytes, {entries} entries of the journal, at {}", folder.display(), manifest.moment)])
    }
}

pub(super) fn read_anchor(file: &Path, keys: Vec<String>) -> Result<Anchor, (Failure, Vec<String>)> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| (Failure::Environment(format!("cannot read the anchor {}: {error}", file.display())), Vec::new()))?;
    Ok(Anchor { text, keys })
}

/// A file of bounded length.
fn read_import(file: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let cannot = |error: std::io::Error| Failure::Environment(format!("cannot read {}: {error}", file.display()));
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).map_err(cannot)?;
    if !opened.metadata().map_err(cannot)?.is_file() {
        return Err(Failure::Use(format!("{} is not a file", file.display())));
    }
    opened.take(actions::IMPORT_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > actions::IMPORT_BYTES_MAX {
        let most = actions::IMPORT_BYTES_MAX >> 20;
        return Err(Failure::Use(format!("{} has more than {most} MiB: import it in parts", file.display())));
    }
    Ok(bytes)
}

/// So many things, with the verb that fits.
pub(super) fn things(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 thing {one}") } else { format!("{count} things {many}") }
}

/// Looks at everything, or at the chain alone.
pub(super) type Verify = fn(&Store, Option<&Anchor>, audit::Limits) -> Result<Report, audit::VerifyTrouble>;

/// Holds journal, seals and records against each other.
pub(super) async fn verified(store: &Store, anchor: Option<Anchor>, verify: Verify) -> Result<Report, (Failure, Vec<String>)> {
    let store = store.clone();
    let looking = tokio::task::spawn_blocking(move || verify(&store, anchor.as_ref(), audit::Limits::default()));
    let looked = looking.await.map_err(|error| (Failure::environment(error), Vec::new()))?;
    looked.map_err(|trouble| (Failure::environment(trouble), Vec::new()))
}

pub(super) fn environment(trouble: &ActTrouble) -> (Failure, Vec<String>) {
    (Failure::environment(trouble), Vec::new())
}

/// What is shown of an account that was made or reset: its secret, once.
fn account_lines(account: &Account) -> Vec<String> {
    let until = account
        .one_time_until
        .map(|until| format!("note the password is good once, until {until}: signing in with it leads to choosing another"));
    [format!("user {}", account.user), format!("password {}", account.password)].into_iter().chain(until).collect()
}

fn account(refusal: &AccountRefusal) -> (Failure, Vec<String>) {
    let failure = match refusal {
        AccountRefusal::Trouble(_) => Failure::environment(refusal),
        AccountRefusal::Taken(_) | AccountRefusal::Unknown(_) | AccountRefusal::Invalid(_) => Failure::wrong_use(refusal),
    };
    (failure, Vec::new())
}

fn token(refusal: &TokenRefusal) -> (Failure, Vec<String>) {
    let failure = match refusal {
        TokenRefusal::Trouble(_) => Failure::environment(refusal),
        TokenRefusal::Taken(_) | TokenRefusal::Unknown(_) | TokenRefusal::Name => Failure::wrong_use(refusal),
    };
    (failure, Vec::new())
}
