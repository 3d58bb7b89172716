//! Who may come in: passwords by Argon2id, sessions and tokens as digests. The rest of sign-in comes with the people slice.

use crate::Laboratory;
use crate::lockout::Lockout;
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use kernel::{Actor, SessionId, StaffId, Timestamp, TokenId};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use store::repositories::accounts::{self, StaffRecord};
use store::{Outcome, Store};
use tokio::sync::Semaphore;

/// How long a browser session lasts.
const SESSION_HOURS: i64 = 12;
/// Characters of a typed user name or password; longer ones are not looked at.
const TYPED_CHARACTERS_MAX: usize = 256;
/// Passwords hashed at once. Each takes some 20 ms of a core and 19 MiB: a storm of sign-ins must not stop the analysers.
static HASHING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(1));
/// Sign-ins that may wait for their turn.
static WAITING: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(16));

/// A member of staff as pages show one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffLine {
    /// The member of staff.
    pub id: StaffId,
    /// The user name.
    pub user_name: String,
    /// The name shown.
    pub display_name: String,
    /// The role.
    pub role: String,
}

/// A sign-in that succeeded.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The secret for the browser's cookie.
    pub cookie: String,
    /// Who it is.
    pub staff: StaffLine,
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefusal {
    /// Either is wrong; which, is not said.
    #[error("user name or password is wrong")]
    WrongUserOrPassword,
    /// Too many wrong passwords under this name: it is shut until then.
    #[error("too many wrong passwords for this user: try again after {0}, or have the password reset")]
    LockedOut(Timestamp),
    /// Too many sign in at once.
    #[error("too many people are signing in at once: try again in a moment")]
    Busy,
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Signs somebody in.
pub async fn sign_in(lab: &Laboratory, user: &str, password: &str) -> Result<SignedIn, SignInRefusal> {
    let staff = authenticate(lab.store(), lab.lockout(), "sign_in", user, password).await?;
    let cookie = open_session(lab, staff.id).await?;
    Ok(SignedIn { cookie, staff: line(staff) })
}

/// Whose user name and password these are, for an act. A wrong user costs as long as a wrong password, so that names cannot be tried out.
pub(crate) async fn authenticate(
    store: &Store,
    lockout: &Lockout,
    act: &'static str,
    user: &str,
    password: &str,
) -> Result<StaffRecord, SignInRefusal> {
    let _waiting = WAITING.try_acquire().map_err(|_| SignInRefusal::Busy)?;
    let short = |text: &str| text.chars().nth(TYPED_CHARACTERS_MAX).is_none() && !text.contains('\0');
    let user = user.trim().to_owned();
    if !short(&user) || !short(password) {
        return Err(SignInRefusal::WrongUserOrPassword);
    }
    if let Some(until) = lockout.shut_until(&user, now()) {
        return Err(SignInRefusal::LockedOut(until));
    }
    let name = user.clone();
    let found = store.read(move |reader| accounts::staff_by_name(reader, &name)).await.map_err(ActTrouble::from)?;
    let fits = password_fits(found.as_ref().map(|staff| staff.password_hash.clone()), password.to_owned()).await?;
    if let Some(until) = lockout.settle(&user, fits, now()) {
        return Err(SignInRefusal::LockedOut(until));
    }
    if !fits {
        // A name that is nobody's may be a password typed into the wrong field: it is not written down.
        if found.is_some() {
            note_refusal(store, act, &user).await?;
        }
        return Err(SignInRefusal::WrongUserOrPassword);
    }
    found.ok_or(SignInRefusal::WrongUserOrPassword)
}

async fn open_session(lab: &Laboratory, staff: StaffId) -> Result<String, ActTrouble> {
    let cookie = secret(32)?;
    let (id, digest, at) = (SessionId::from_uuid(new_uuid()), digest(&cookie), now());
    let expires_at = Timestamp::from_micros(at.micros().saturating_add(SESSION_HOURS * 3_600_000_000));
    lab.store()
        .write(&Actor::Person(staff), new_command(), at, move |tx| {
            accounts::add_session(tx, id, &digest, staff, at, expires_at)?;
            Ok(Outcome { act: "sign_in", accepted: true, subject: Some(staff.uuid()), note: String::new() })
        })
        .await?;
    Ok(cookie)
}

async fn note_refusal(store: &Store, act: &'static str, user: &str) -> Result<(), ActTrouble> {
    let note: String = user.chars().take(64).collect();
    let refused = move |_: &mut store::Tx<'_>| Ok(Outcome { act, accepted: false, subject: None, note: note.clone() });
    store.write(&Actor::System("sign-in".to_owned()), new_command(), now(), refused).await?;
    Ok(())
}

/// Signs one browser out.
pub async fn sign_out(lab: &Laboratory, cookie: &str) -> Result<(), ActTrouble> {
    let digest = digest(cookie);
    let act = move |tx: &mut store::Tx<'_>| {
        let accepted = accounts::end_session(tx, &digest)?;
        Ok(Outcome { act: "sign_out", accepted, subject: None, note: String::new() })
    };
    lab.store().write(&Actor::System("sign-out".to_owned()), new_command(), now(), act).await?;
    Ok(())
}

/// Who is signed in with this cookie, if anybody.
pub async fn session(lab: &Laboratory, cookie: &str) -> Result<Option<StaffLine>, ActTrouble> {
    let (digest, at) = (digest(cookie), now());
    let staff = lab.store().read(move |reader| accounts::staff_of_session(reader, &digest, at)).await?;
    Ok(staff.map(line))
}

/// The token a program presents, if it is one of ours.
pub async fn bearer(lab: &Laboratory, token: &str) -> Result<Option<TokenId>, ActTrouble> {
    let digest = digest(token);
    Ok(lab.store().read(move |reader| accounts::token_by_digest(reader, &digest)).await?)
}

pub(crate) fn line(staff: StaffRecord) -> StaffLine {
    StaffLine { id: staff.id, user_name: staff.user_name, display_name: staff.display_name, role: staff.role }
}

/// Random bytes as text of 0-9 a-f.
pub(crate) fn secret(bytes: usize) -> Result<String, ActTrouble> {
    let mut random = vec![0_u8; bytes];
    getrandom::fill(&mut random).map_err(|error| ActTrouble::Internal(format!("the system gives no random numbers: {error}")))?;
    Ok(hex::encode(random))
}

/// Secrets of 120 bits and more need no slow hash.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A password's hash, made when it is its turn.
pub(crate) async fn hash_password(password: String) -> Result<String, ActTrouble> {
    in_turn(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.map(|hash| hash.to_string()).map_err(|error| ActTrouble::Internal(format!("the password could not be hashed: {error}")))
    })
    .await?
}

/// Does a slow hash, one at a time, off the threads that serve.
async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ActTrouble> {
    let _turn = HASHING.acquire().await.map_err(|_| ActTrouble::Internal("sign-in is closing".to_owned()))?;
    tokio::task::spawn_blocking(work).await.map_err(|error| ActTrouble::Internal(error.to_string()))
}

/// Whether a password fits a stored hash; where there is none, as much work is done for nothing.
async fn password_fits(stored: Option<String>, password: String) -> Result<bool, ActTrouble> {
    let work = move || match stored.as_deref().map(PasswordHash::new) {
        Some(Ok(hash)) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        Some(Err(_)) | None => {
            drop(Argon2::default().hash_password(password.as_bytes()));
            false
        }
    };
    in_turn(work).await
}
