//! Members of staff as an operator makes and unmakes them: an account, another password, no password any more.

use crate::accounts::{hash_password, line, secret};
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use crate::{StaffLine, operator};
use kernel::{PersonName, StaffId};
use people::{Role, RoleTrouble};
use store::repositories::accounts::{self, StaffRecord};
use store::{Outcome, Store, Trouble, Tx};

/// Random bytes of a one-time password: 120 bits.
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

/// A member of staff as an operator's list shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffListed {
    /// Who it is.
    pub staff: StaffLine,
    /// Whether there is a password to sign in with.
    pub may_sign_in: bool,
}

/// Makes the administrator with a random password.
pub async fn create_administrator(store: &Store) -> Result<Account, AccountRefusal> {
    let administrator = Role::Administrator.name().to_owned();
    create_staff(store, NewStaff { user: administrator.clone(), display_name: "Administrator".to_owned(), role: administrator }).await
}

/// Makes an account with a random password.
pub async fn create_staff(store: &Store, new: NewStaff) -> Result<Account, AccountRefusal> {
    let new = read(&new)?;
    let account = Account { user: new.user.clone(), password: secret(PASSWORD_BYTES)?, role: new.role.clone() };
    let record = StaffRecord {
        id: StaffId::from_uuid(new_uuid()),
        user_name: new.user,
        display_name: new.display_name,
        role: new.role,
        password_hash: hash_password(account.password.clone()).await?,
    };
    let at = now();
    let done = store
        .write(&operator(), new_command(), at, move |tx| {
            let accepted = accounts::add_staff(tx, &record, at)?;
            Ok(Outcome { act: "create_staff", accepted, subject: Some(record.id.uuid()), note: record.user_name.clone() })
        })
        .await
        .map_err(ActTrouble::from)?;
    if done.accepted { Ok(account) } else { Err(AccountRefusal::Taken(account.user)) }
}

/// Gives somebody a new random password. Whoever is signed in with the old one is signed out.
pub async fn reset_password(store: &Store, user: &str) -> Result<Account, AccountRefusal> {
    let password = secret(PASSWORD_BYTES)?;
    let hash = hash_password(password.clone()).await?;
    let role = change_password(store, "reset_password", user, hash).await?;
    Ok(Account { user: user.trim().to_owned(), password, role })
}

/// Takes somebody's password away and signs them out everywhere: they cannot come in until the password is reset. What they did stays theirs.
pub async fn deactivate_staff(store: &Store, user: &str) -> Result<(), AccountRefusal> {
    change_password(store, "deactivate_staff", user, NO_PASSWORD.to_owned()).await.map(drop)
}

/// Puts another hash in the place of the present one; the role of whose it is.
async fn change_password(store: &Store, act: &'static str, user: &str, hash: String) -> Result<String, AccountRefusal> {
    let user = user_name(user)?;
    let name = user.clone();
    let command = move |tx: &mut Tx<'_>| -> Result<Outcome, Trouble> {
        let Some(staff) = accounts::staff_by_name(tx, &name)? else {
            return Ok(Outcome { act, accepted: false, subject: None, note: String::new() });
        };
        accounts::set_password_hash(tx, staff.id, &hash)?;
        Ok(Outcome { act, accepted: true, subject: Some(staff.id.uuid()), note: staff.role })
    };
    let done = store.write(&operator(), new_command(), now(), command).await.map_err(ActTrouble::from)?;
    if done.accepted { Ok(done.note) } else { Err(AccountRefusal::Unknown(user)) }
}

/// Members of staff by user name, at most 10,000.
pub async fn list_staff(store: &Store) -> Result<Vec<StaffListed>, ActTrouble> {
    let records = store.read(|reader| accounts::all_staff(reader, STAFF_LISTED_MAX)).await?;
    let listed = |record: StaffRecord| StaffListed { may_sign_in: record.password_hash != NO_PASSWORD, staff: line(record) };
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
