//! Editions of the catalogue in a laboratory: imported as files and never changed, signed by a director, and in force from their day on.

use crate::accounts::{SignInRefusal, authenticate};
use crate::authority::roles;
use crate::lockout::Lockout;
use crate::new_ids::{new_command, new_uuid, now};
use crate::operator;
use crate::trouble::ActTrouble;
use catalogue::in_force::{InForce, KeptEdition, in_force};
use catalogue::{Catalogue, ContentTrouble, EditionFiles, Signature};
use kernel::{Actor, EditionId, Timestamp, Zone};
use people::Role;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use store::repositories::editions::{self, EditionRecord, SignatureRecord};
use store::{Outcome, Reader, Store, Trouble, Tx};
use uuid::Uuid;

/// Characters of what a signature means.
const MEANING_CHARACTERS_MAX: usize = 300;
/// Editions of a laboratory; more than anybody reviews in its life.
const EDITIONS_MAX: u32 = 1_000;

/// What became of an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedEdition {
    /// Its name.
    pub name: String,
    /// The very same files were there before: nothing was done.
    pub was_known: bool,
}

/// Why an edition was not imported, signed or found.
#[derive(Debug, thiserror::Error)]
pub enum EditionRefusal {
    /// Its files cannot be used.
    #[error("the edition cannot be used: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Faulty(Vec<ContentTrouble>),
    /// Another one has this name.
    #[error("an edition {0} is here with other files; an edition is never changed: give this one a name of its own in edition.toml")]
    OtherFiles(String),
    /// There is no room for another.
    #[error("a laboratory keeps at most {EDITIONS_MAX} editions")]
    TooMany,
    /// There is none of this name.
    #[error("there is no edition {0} here: `benchside edition list` shows all")]
    Unknown(String),
    /// It has a signature.
    #[error("edition {name} was signed by {by} at {at}")]
    Signed {
        /// Its name.
        name: String,
        /// By whom.
        by: String,
        /// When.
        at: Timestamp,
    },
    /// Only directors sign.
    #[error("{user} is {role}, and only a member of staff with the role {} signs an edition", Role::Director)]
    NoDirector {
        /// Who tried.
        user: String,
        /// Their role.
        role: String,
    },
    /// What the signature means was not said.
    #[error("say in 1 to {MEANING_CHARACTERS_MAX} printable characters what the signature means")]
    Meaning,
    /// What is stored is not what was imported.
    #[error("the stored files of edition {0} are not those that were imported: run `benchside audit verify`")]
    Altered(String),
    /// Who signs is not who they say.
    #[error(transparent)]
    SignIn(#[from] SignInRefusal),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// An edition of the laboratory as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionListed {
    /// Name, day and signature.
    pub edition: KeptEdition,
    /// Where it comes from.
    pub source: String,
    /// SHA-256 over its files, in hexadecimal digits: what was signed.
    pub digest: String,
    /// It holds now; whether verified.
    pub in_force: Option<bool>,
}

/// Imports an edition: whole and sound, or not at all. The same files again do nothing; other files under a known name are refused.
pub async fn import_edition(store: &Store, files: EditionFiles) -> Result<ImportedEdition, EditionRefusal> {
    let heading = files.read().map_err(EditionRefusal::Faulty)?.edition().clone();
    let record = EditionRecord {
        id: EditionId::from_uuid(new_uuid()),
        name: heading.name.clone(),
        source: heading.source,
        effective_from: heading.effective_from,
        digest: digest(&files),
        imported_at: now(),
        signature: None,
    };
    let ids: Vec<Uuid> = files.iter().map(|_| new_uuid()).collect();
    let (digest, imported_at) = (record.digest, record.imported_at);
    let act = move |tx: &mut Tx<'_>| {
        let texts: Vec<(Uuid, &str, &str)> = ids.iter().zip(files.iter()).map(|(id, (file, text))| (*id, file.name(), text)).collect();
        let is_full = editions::editions(tx, EDITIONS_MAX)?.len() >= EDITIONS_MAX as usize;
        let accepted = !is_full && editions::add_edition(tx, &record, &texts)?;
        Ok(Outcome { act: "import_edition", accepted, subject: Some(record.id.uuid()), note: record.name.clone() })
    };
    let done = store.write(&operator(), new_command(), imported_at, act).await.map_err(ActTrouble::from)?;
    if done.accepted {
        return Ok(ImportedEdition { name: heading.name, was_known: false });
    }
    let known = match record_of(store, &heading.name).await {
        Err(EditionRefusal::Unknown(_)) => return Err(EditionRefusal::TooMany),
        known => known?,
    };
    if known.digest == digest {
        Ok(ImportedEdition { name: known.name, was_known: true })
    } else {
        Err(EditionRefusal::OtherFiles(known.name))
    }
}

/// Signs an edition: with a password, though whoever signs may be signed in already, and in words that say what signing means.
pub async fn sign_edition(
    store: &Store,
    lockout: &Lockout,
    name: &str,
    (user, password): (&str, &str),
    meaning: &str,
) -> Result<KeptEdition, EditionRefusal> {
    let meaning = meaning.trim();
    if !(1..=MEANING_CHARACTERS_MAX).contains(&meaning.chars().count()) || meaning.chars().any(char::is_control) {
        return Err(EditionRefusal::Meaning);
    }
    let staff = authenticate(store, lockout, "sign_edition", user, password).await?;
    if !roles(&staff.role).contains(&Role::Director) {
        return Err(EditionRefusal::NoDirector { user: staff.user_name, role: staff.role });
    }
    let edition = record_of(store, name).await?;
    if let Some(signature) = edition.signature {
        return Err(EditionRefusal::Signed { name: edition.name, by: signature.signer, at: signature.signed_at });
    }
    // Nobody signs what this program cannot read, or what is no longer what was imported.
    let files = sound_files(store, &edition).await?;
    files.read().map_err(EditionRefusal::Faulty)?;
    let signed_at = now();
    let (signer, meaning) = (staff.display_name, meaning.to_owned());
    let signature = SignatureRecord { staff: staff.id, signer, meaning, digest: edition.digest, signed_at };
    let (id, of, kept) = (new_uuid(), edition.id, signature.clone());
    let note = format!("{} ({})", edition.name, hex::encode(edition.digest));
    let act = move |tx: &mut Tx<'_>| {
        let accepted = editions::add_signature(tx, id, of, &kept)?;
        Ok(Outcome { act: "sign_edition", accepted, subject: Some(of.uuid()), note: note.clone() })
    };
    let done = store.write(&Actor::Person(staff.id), new_command(), signed_at, act).await.map_err(ActTrouble::from)?;
    let now_signed = record_of(store, name).await?;
    match (done.accepted, now_signed.signature) {
        (false, Some(other)) => Err(EditionRefusal::Signed { name: edition.name, by: other.signer, at: other.signed_at }),
        _ => Ok(kept_edition(EditionRecord { signature: Some(signature), ..edition })),
    }
}

/// Every edition in the order in which they came, and which holds now.
pub async fn list_editions(store: &Store, zone: &Zone) -> Result<Vec<EditionListed>, ActTrouble> {
    let records = store.read(|reader| editions::editions(reader, EDITIONS_MAX)).await?;
    let sources: Vec<(String, String)> = records.iter().map(|record| (record.source.clone(), hex::encode(record.digest))).collect();
    let kept: Vec<KeptEdition> = records.into_iter().map(kept_edition).collect();
    let holds = in_force(&kept, now(), zone).map(|found| (found.edition.name.clone(), found.is_verified));
    let listed = |(edition, (source, digest)): (KeptEdition, (String, String))| {
        let in_force = holds.as_ref().filter(|(name, _)| *name == edition.name).map(|(_, is_verified)| *is_verified);
        EditionListed { edition, source, digest, in_force }
    };
    Ok(kept.into_iter().zip(sources).map(listed).collect())
}

/// The files of an edition of the laboratory, exactly as they were imported.
pub async fn edition_files(store: &Store, name: &str) -> Result<EditionFiles, EditionRefusal> {
    let edition = record_of(store, name).await?;
    sound_files(store, &edition).await
}

/// The catalogue that holds at a moment, and the one that takes its place next.
#[derive(Debug, Clone)]
pub struct Holding {
    /// What holds now.
    pub catalogue: Arc<Catalogue>,
    /// From when on something else does, and what.
    pub next: Option<(Timestamp, Arc<Catalogue>)>,
}

/// For good, as far as is known.
impl From<Catalogue> for Holding {
    fn from(catalogue: Catalogue) -> Self {
        Self { catalogue: Arc::new(catalogue), next: None }
    }
}

/// What holds in a laboratory at a moment; nothing where no edition was imported. `known` is not read again where it is the same.
pub async fn holding(store: &Store, zone: &Zone, at: Timestamp, known: Option<&Holding>) -> Result<Option<Holding>, EditionRefusal> {
    let records = store.read(|reader| editions::editions(reader, EDITIONS_MAX)).await.map_err(ActTrouble::from)?;
    let kept: Vec<KeptEdition> = records.iter().cloned().map(kept_edition).collect();
    let Some(now) = in_force(&kept, at, zone) else { return Ok(None) };
    let catalogue = read_in_force(store, &records, now, known).await?;
    let next = match now.until.and_then(|until| Some((until, in_force(&kept, until, zone)?))) {
        Some((until, then)) => Some((until, read_in_force(store, &records, then, known).await?)),
        None => None,
    };
    Ok(Some(Holding { catalogue, next }))
}

async fn read_in_force(
    store: &Store,
    records: &[EditionRecord],
    holds: InForce<'_>,
    known: Option<&Holding>,
) -> Result<Arc<Catalogue>, EditionRefusal> {
    let signature = if holds.is_verified { holds.edition.signature.clone() } else { Signature::Unverified };
    let is_it = |catalogue: &&Arc<Catalogue>| catalogue.edition().name == holds.edition.name && catalogue.edition().signature == signature;
    let known = known.into_iter().flat_map(|known| [Some(&known.catalogue), known.next.as_ref().map(|(_, next)| next)]).flatten();
    if let Some(found) = known.into_iter().find(is_it) {
        return Ok(Arc::clone(found));
    }
    let record = records.iter().find(|record| record.name == holds.edition.name);
    let record = record.ok_or_else(|| EditionRefusal::Unknown(holds.edition.name.clone()))?;
    let catalogue = sound_files(store, record).await?.read().map_err(EditionRefusal::Faulty)?;
    Ok(Arc::new(catalogue.signed(signature)))
}

async fn record_of(store: &Store, name: &str) -> Result<EditionRecord, EditionRefusal> {
    let wanted = name.trim().to_owned();
    let unknown = || EditionRefusal::Unknown(wanted.chars().take(catalogue::edition::NAME_CHARACTERS_MAX).collect());
    if wanted.contains('\0') {
        return Err(unknown());
    }
    let asked = wanted.clone();
    let found = store.read(move |reader| editions::edition_by_name(reader, &asked)).await.map_err(ActTrouble::from)?;
    found.ok_or_else(unknown)
}

/// The stored files, if they are what was imported.
async fn sound_files(store: &Store, edition: &EditionRecord) -> Result<EditionFiles, EditionRefusal> {
    let id = edition.id;
    let files = store.read(move |reader: &mut Reader<'_>| -> Result<_, Trouble> { editions::files_of_edition(reader, id) });
    let altered = || EditionRefusal::Altered(edition.name.clone());
    let files = EditionFiles::new(files.await.map_err(ActTrouble::from)?).map_err(|_| altered())?;
    if digest(&files) == edition.digest { Ok(files) } else { Err(altered()) }
}

/// The digest of an edition's files, as lists and evidence show it.
pub fn edition_digest(files: &EditionFiles) -> String {
    hex::encode(digest(files))
}

/// SHA-256 over every file, its name and its length before it: nothing can move from one file to another and leave it the same.
fn digest(files: &EditionFiles) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (file, text) in files.iter() {
        hash.update(format!("{}\0{}\0", file.name(), text.len()));
        hash.update(text);
    }
    hash.finalize().into()
}

fn kept_edition(record: EditionRecord) -> KeptEdition {
    let EditionRecord { name, effective_from, imported_at, signature, .. } = record;
    let signature = match signature {
        None => Signature::Unverified,
        Some(SignatureRecord { signer: by, signed_at: at, meaning, .. }) => Signature::Signed { by, at, meaning },
    };
    KeptEdition { name, effective_from, imported_at, signature }
}
