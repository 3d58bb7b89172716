//! Members of staff as an operator makes and unmakes them: an account, another password, no password any more.

use crate::accounts::{hash_password, line, secret};
use crate::new_ids::{new_command, new_uuid, now};
use crate::sessions::after;
use crate::trouble::ActTrouble;
use crate::{StaffLine, operator};
use kernel::{PersonName, StaffId, Timestamp};
use people::{Role, RoleTrouble};
use store::repositories::accounts::{self, StaffRecord};
use store::{Outcome, Store, Trouble, Tx};

/// How long a one-time password is good for choosing another.
pub const ONE_TIME_DAYS: i64 = 7;
/// Random bytes of a password made here: 120 bits.
const PASSWORD_BYTES: usize = 15;
/// Characters of a user name.
const USER_CHARACTERS_MAX: usize = 64;
/// Members of staff one list shows.
pub(crate) const STAFF_LISTED_MAX: u32 = 10_000;
/// Stands where a hash would: no password fits it.
const NO_PASSWORD: &str = "none";

/// A new account as somebody typed it.
#[derive(Debug, Clone)]
pub struct NewStaff {
    /// The name typed at sign-in.
    pub user: String,
    /// The name shown.
    pub display_name: String,
    /// The role, or several with spaces between them.
    pub role: String,
}

/// An account and its password, which is shown once and never kept.
#[derive(Clone)]
pub struct Account {
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
    /// The role.
    pub role: String,
    /// Until when the password is good for choosing another, where it is a one-time password.
    pub one_time_until: Option<Timestamp>,
}

impl std::fmt::Debug for Account {
    /// Without the password: nothing that is printed for a fault may show it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("user", &self.user).field("role", &self.role).finish_non_exhaustive()
    }
}

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountRefusal {
    /// The user name is taken.
    #[error("there is a user “{0}” already")]
    Taken(String),
    /// Nobody has this user name.
    #[error("there is no user “{0}”: `benchside user list` shows all")]
    Unknown(String),
    /// Something typed cannot be taken.
    #[error("{0}")]
    Invalid(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// What a member of staff may sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Password {
    /// One that the person chose.
    Chosen,
    /// A one-time password, good until then.
    OneTime(Timestamp),
    /// A one-time password that has expired.
    Expired,
    /// None.
    None,
}

/// A member of staff as an operator's list shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffListed {
    /// Who it is.
    pub staff: StaffLine,
    /// What they may sign in with.
    pub password: Password,
}

/// Whether a password that is made here must be replaced by the person at the first sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Made {
    /// It must.
    OneTime,
    /// It stays: for a demonstration, where everybody may know it, and for tests.
    Lasting,
}

impl Made {
    fn until(self, at: Timestamp) -> Option<Timestamp> {
        match self {
            Self::OneTime => Some(after(at, ONE_TIME_DAYS * 24 * 3_600)),
            Self::Lasting => None,
        }
    }
}

/// Makes the administrator with a random password.
pub async fn create_administrator(store: &Store, made: Made) -> Result<Account, AccountRefusal> {
    let administrator = Role::Administrator.name().to_owned();
    let new = NewStaff { user: administrator.clone(), display_name: "Administrator".to_owned(), role: administrator };
    create_staff(store, new, made).await
}

/// Makes an account with a random password.
pub async fn create_staff(store: &Store, new: NewStaff, made: Made) -> Result<Account, AccountRefusal> {
    let new = read(&new)?;
    let (password, at) = (secret(PASSWORD_BYTES)?, now());
    let one_time_until = made.until(at);
    let account = Account { user: new.user.clone(), password, role: new.role.clone(), one_time_until };
    let record = StaffRecord {
        id: StaffId::from_uuid(new_uuid()),
        user_name: new.user,
        display_name: new.display_name,
        role: new.role,
        password_hash: hash_password(account.password.clone()).await?,
        one_time_until,
    };
    let done = store
        .write(&operator(), new_command(), at, move |tx| {
            let accepted = accounts::add_staff(tx, &record, at)?;
            Ok(Outcome { act: "create_staff", accepted, subject: Some(record.id.uuid()), note: record.user_name.clone() })
        })
        .await
        .map_err(ActTrouble::from)?;
    if done.accepted { Ok(account) } else { Err(AccountRefusal::Taken(account.user)) }
}

/// Gives somebody a new one-time password. Whoever is signed in with the old one is signed out.
pub async fn reset_password(store: &Store, user: &str) -> Result<Account, AccountRefusal> {
    let password = secret(PASSWORD_BYTES)?;
    let hash = hash_password(password.clone()).await?;
    let one_time_until = Made::OneTime.until(now());
    let role = change_password(store, "reset_password", user, hash, one_time_until).await?;
    Ok(Account { user: user.trim().to_owned(), password, role, one_time_until })
}

/// Takes somebody's password away and signs them out everywhere: they cannot come in until the password is reset. What they did stays theirs.
pub async fn deactivate_staff(store: &Store, user: &str) -> Result<(), AccountRefusal> {
    change_password(store, "deactivate_staff", user, NO_PASSWORD.to_owned(), None).await.map(drop)
}

/// Puts another hash in the place of the present one; the role of whose it is.
async fn change_password(
    store: &Store,
    act: &'static str,
    user: &str,
    hash: String,
    one_time_until: Option<Timestamp>,
) -> Result<String, AccountRefusal> {
    let user = user_name(user)?;
    let name = user.clone();
    let command = move |tx: &mut Tx<'_>| -> Result<Outcome, Trouble> {
        let Some(staff) = accounts::staff_by_name(tx, &name)? else {
            return Ok(Outcome { act, accepted: false, subject: None, note: String::new() });
        };
        accounts::set_password_hash(tx, staff.id, &hash, one_time_until)?;
        Ok(Outcome { act, accepted: true, subject: Some(staff.id.uuid()), note: staff.role })
    };
    let done = store.write(&operator(), new_command(), now(), command).await.map_err(ActTrouble::from)?;
    if done.accepted { Ok(done.note) } else { Err(AccountRefusal::Unknown(user)) }
}

/// Members of staff by user name, at most 10,000.
pub async fn list_staff(store: &Store) -> Result<Vec<StaffListed>, ActTrouble> {
    let records = store.read(|reader| accounts::all_staff(reader, STAFF_LISTED_MAX)).await?;
    let at = now();
    let listed = |record: StaffRecord| {
        let password = match record.one_time_until {
            _ if record.password_hash == NO_PASSWORD => Password::None,
            None => Password::Chosen,
            Some(until) if until <= at => Password::Expired,
            Some(until) => Password::OneTime(until),
        };
        StaffListed { staff: line(record), password }
    };
    Ok(records.into_iter().map(listed).collect())
}

fn read(new: &NewStaff) -> Result<NewStaff, AccountRefusal> {
    let shown = PersonName::new(&new.display_name, "").map_err(|trouble| {
        AccountRefusal::Invalid(format!("display name {:?}: it must have 1 to 100 printable characters", trouble.found))
    })?;
    let role = read_roles(&new.role)?;
    Ok(NewStaff { user: user_name(&new.user)?, display_name: shown.family().to_owned(), role })
}

/// One role or several, as they are stored: each once, in the order of the table.
fn read_roles(text: &str) -> Result<String, AccountRefusal> {
    let mut roles: Vec<Role> = Vec::new();
    for name in text.split([' ', ',']).filter(|name| !name.is_empty()) {
        roles.push(name.parse().map_err(|trouble: RoleTrouble| AccountRefusal::Invalid(trouble.to_string()))?);
    }
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Err(AccountRefusal::Invalid("name at least one role, such as technologist".to_owned()));
    }
    Ok(roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(" "))
}

fn user_name(text: &str) -> Result<String, AccountRefusal> {
    let user = text.trim();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-@".contains(&byte);
    let fits = (1..=USER_CHARACTERS_MAX).contains(&user.len()) && user.bytes().all(plain);
    let what = || AccountRefusal::Invalid(format!("a user name has 1 to {USER_CHARACTERS_MAX} of a-z, 0-9, “.”, “_”, “-” and “@”"));
    if fits { Ok(user.to_owned()) } else { Err(what()) }
}
