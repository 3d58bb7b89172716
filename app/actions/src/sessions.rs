//! Sessions of people in browsers: opened, locked when nobody uses them, unlocked by their password, ended. What counts as use is decided where
//! requests come in; here is kept when the last one was. Source: people 6, control 4 (bench lock 5 to 10 minutes, administrators 15).

use crate::Laboratory;
use crate::accounts::{SignInRefusal, StaffLine, authenticate, digest, line, secret};
use crate::authority::roles;
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use kernel::{Actor, SessionId, Timestamp};
use people::Role;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::repositories::accounts::StaffRecord;
use store::repositories::sessions::{self, SessionRecord};
use store::{Outcome, Trouble, Tx};

/// How long a browser session lasts, used or not.
const SESSION_SECONDS: i64 = 12 * 3_600;
/// Sessions whose use is held in memory; those beyond are locked early.
const USES_MAX: usize = 10_000;

/// When sessions lock by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInSettings {
    /// Seconds without use after which a session is locked.
    pub lock_after_seconds: u32,
    /// The same for whoever is administrator and nothing else, and so sees no patients.
    pub administrator_lock_after_seconds: u32,
}

impl SignInSettings {
    /// What either may be: shorter nobody could work, longer it would be no lock.
    pub const SECONDS: std::ops::RangeInclusive<u32> = 5..=3_600;

    pub(crate) fn lock_after_seconds_of(&self, stored_roles: &str) -> u32 {
        let is_administrator = roles(stored_roles) == [Role::Administrator];
        if is_administrator { self.administrator_lock_after_seconds } else { self.lock_after_seconds }
    }
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self { lock_after_seconds: 600, administrator_lock_after_seconds: 900 }
    }
}

/// How a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The person may work.
    Open,
    /// Nobody may, until the password is typed.
    Locked,
    /// Opened with a one-time password: the person may choose a password, and nothing else.
    PasswordToChoose,
}

/// A session of a person in a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub staff: StaffLine,
    /// How it stands.
    pub standing: Standing,
    /// When it locks by itself, unless it is used before.
    pub locks_at: Timestamp,
    digest: [u8; 32],
}

/// When sessions were last used, as far as it is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<HashMap<[u8; 32], Timestamp>>);

impl Uses {
    fn all(&self) -> MutexGuard<'_, HashMap<[u8; 32], Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, session: [u8; 32], at: Timestamp) {
        let mut uses = self.all();
        if uses.len() < USES_MAX || uses.contains_key(&session) {
            uses.insert(session, at);
        }
    }

    /// Forgets what was written, unless it was used again since.
    fn forget(&self, written: &[([u8; 32], Timestamp)]) {
        let mut uses = self.all();
        for (session, at) in written {
            if uses.get(session) == Some(at) {
                uses.remove(session);
            }
        }
    }
}

/// The session of a cookie, if there is one.
pub async fn session(lab: &Laboratory, cookie: &str) -> Result<Option<Session>, ActTrouble> {
    let (digest, at) = (digest(cookie), now());
    let found = lab.store().read(move |reader| sessions::session_by_digest(reader, &digest, at)).await?;
    Ok(found.and_then(|record| standing(lab, record, digest, at)))
}

/// How a stored session stands; nothing where it opens nothing any more.
fn standing(lab: &Laboratory, record: SessionRecord, digest: [u8; 32], at: Timestamp) -> Option<Session> {
    let SessionRecord { staff, used_at, locked_at } = record;
    let used_at = lab.uses().all().get(&digest).map_or(used_at, |noted| used_at.max(*noted));
    let (one_time_until, staff) = (staff.one_time_until, line(staff));
    let locks_at = after(used_at, i64::from(lab.lock_after_seconds(&staff)));
    let is_locked = locked_at.is_some() || locks_at <= at;
    let standing = match one_time_until {
        // Unlocking would take the one-time password a second time.
        Some(until) if is_locked || until <= at => return None,
        Some(_) => Standing::PasswordToChoose,
        None if is_locked => Standing::Locked,
        None => Standing::Open,
    };
    Some(Session { staff, standing, locks_at, digest })
}

/// A person did something in a session: it stays open for as long again.
pub fn note_use(lab: &Laboratory, session: &Session) {
    lab.uses().note(session.digest, now());
}

/// A cookie that is not given out yet, with what is stored of it.
pub(crate) struct NewSession {
    pub(crate) cookie: String,
    id: SessionId,
    digest: [u8; 32],
    pub(crate) at: Timestamp,
}

impl NewSession {
    pub(crate) fn new() -> Result<Self, ActTrouble> {
        let cookie = secret(32)?;
        Ok(Self { id: SessionId::from_uuid(new_uuid()), digest: digest(&cookie), at: now(), cookie })
    }

    /// Stores it. A function of the new session's parts that a command may run several times.
    pub(crate) fn adder(&self) -> impl Fn(&mut Tx<'_>, kernel::StaffId) -> Result<(), Trouble> + Send + 'static {
        let (id, digest, at) = (self.id, self.digest, self.at);
        move |tx, staff| sessions::add_session(tx, id, &digest, staff, at, after(at, SESSION_SECONDS))
    }
}

/// Opens a session, and ends the one that the browser had, if any: one browser is one person at a time.
pub(crate) async fn open_session(lab: &Laboratory, staff: &StaffRecord, former: Option<&str>) -> Result<String, ActTrouble> {
    let new = NewSession::new()?;
    let (add, staff, former) = (new.adder(), staff.id, former.map(digest));
    let act = move |tx: &mut Tx<'_>| {
        let took_over = former.map(|former| sessions::end_session(tx, &former)).transpose()?.unwrap_or(false);
        add(tx, staff)?;
        let note = if took_over { "in the place of another session" } else { "" };
        Ok(Outcome { act: "sign_in", accepted: true, subject: Some(staff.uuid()), note: note.to_owned() })
    };
    lab.store().write(&Actor::Person(staff), new_command(), new.at, act).await?;
    if former.is_some() {
        lab.live().sessions_changed();
    }
    Ok(new.cookie)
}

/// Signs one browser out.
pub async fn sign_out(lab: &Laboratory, cookie: &str) -> Result<(), ActTrouble> {
    let digest = digest(cookie);
    let act = move |tx: &mut Tx<'_>| {
        let accepted = sessions::end_session(tx, &digest)?;
        Ok(Outcome { act: "sign_out", accepted, subject: None, note: String::new() })
    };
    lab.store().write(&Actor::System("sign-out".to_owned()), new_command(), now(), act).await?;
    lab.live().sessions_changed();
    Ok(())
}

/// Locks a session at once.
pub async fn lock_session(lab: &Laboratory, session: &Session) -> Result<(), ActTrouble> {
    let (digest, staff, at) = (session.digest, session.staff.id, now());
    let act = move |tx: &mut Tx<'_>| {
        let accepted = sessions::lock_session(tx, &digest, at)?;
        Ok(Outcome { act: "lock", accepted, subject: Some(staff.uuid()), note: String::new() })
    };
    lab.store().write(&Actor::Person(staff), new_command(), at, act).await?;
    lab.live().sessions_changed();
    Ok(())
}

/// Opens a locked session again for whoever holds it. Wrong passwords shut the name as they do at sign-in.
pub async fn unlock_session(lab: &Laboratory, session: &Session, password: &str) -> Result<(), SignInRefusal> {
    let staff = authenticate(lab.store(), lab.lockout(), "unlock", &session.staff.user_name, password).await?;
    let (digest, staff, at) = (session.digest, staff.id, now());
    let act = move |tx: &mut Tx<'_>| {
        let accepted = sessions::unlock_session(tx, &digest, at)?;
        Ok(Outcome { act: "unlock", accepted, subject: Some(staff.uuid()), note: String::new() })
    };
    lab.store().write(&Actor::Person(staff), new_command(), at, act).await.map_err(ActTrouble::from)?;
    Ok(())
}

/// Writes when sessions were last used, so that a restart locks nobody out of their work, and takes away those that have ended by themselves; how
/// many those were. Does nothing, and leaves no trace, where there is nothing to do.
pub async fn tidy_sessions(lab: &Laboratory) -> Result<u64, ActTrouble> {
    let at = now();
    let uses: Vec<([u8; 32], Timestamp)> = lab.uses().all().iter().map(|(session, used)| (*session, *used)).collect();
    let expired = lab.store().read(move |reader| sessions::count_expired(reader, at)).await?;
    if uses.is_empty() && expired == 0 {
        return Ok(0);
    }
    let written = uses.clone();
    let act = move |tx: &mut Tx<'_>| {
        sessions::note_uses(tx, &written)?;
        let ended = sessions::delete_expired(tx, at)?;
        Ok(Outcome { act: "tidy_sessions", accepted: true, subject: None, note: ended.to_string() })
    };
    let done = lab.store().write(&Actor::System("sessions".to_owned()), new_command(), at, act).await?;
    lab.uses().forget(&uses);
    done.note.parse().map_err(|_| ActTrouble::Answer { act: "tidy_sessions", what: done.note })
}

pub(crate) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_add(seconds.saturating_mul(1_000_000)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_again_while_it_is_written_is_not_forgotten() {
        let uses = Uses::default();
        let at = Timestamp::from_micros;
        uses.note([1; 32], at(1));
        uses.note([2; 32], at(1));
        let written = [([1; 32], at(1)), ([2; 32], at(1))];
        uses.note([2; 32], at(2));
        uses.forget(&written);
        assert_eq!(uses.all().iter().collect::<Vec<_>>(), [(&[2; 32], &at(2))]);
    }

    #[test]
    fn ever_new_sessions_fill_no_memory() {
        let uses = Uses::default();
        for number in 0..USES_MAX as u64 * 2 {
            let mut session = [0; 32];
            session[..8].copy_from_slice(&number.to_be_bytes());
            uses.note(session, Timestamp::from_micros(1));
        }
        assert_eq!(uses.all().len(), USES_MAX);
        uses.note([0; 32], Timestamp::from_micros(2));
        assert_eq!(uses.all().get(&[0; 32]), Some(&Timestamp::from_micros(2)), "those that are known go on");
    }
}
