//! Browser sessions: working state, not records. Only the digest of the cookie is kept.

use super::accounts::{self, StaffRecord};
use crate::{Inconsistent, Reader, Row, Trouble, Tx, params, sql};
use kernel::{SessionId, StaffId, Timestamp};

sql! {
    /// A new session.
    pub ADD_SESSION = "INSERT INTO session (id, digest, staff_id, created_at, expires_at, used_at) VALUES (?1, ?2, ?3, ?4, ?5, ?4)";
    /// The session with this cookie, if it has not ended, and whose it is.
    pub SESSION_BY_DIGEST = "SELECT s.id, s.user_name, s.display_name, s.role, s.password_hash, s.one_time_until, e.used_at, e.locked_at FROM session e JOIN staff s ON s.id = e.staff_id WHERE e.digest = ?1 AND e.expires_at > ?2";
    /// Signs one browser out.
    pub END_SESSION = "DELETE FROM session WHERE digest = ?1";
    /// Signs a member of staff out of every browser.
    pub END_SESSIONS_OF_STAFF = "DELETE FROM session WHERE staff_id = ?1";
    /// Locks a session by hand; one that is locked already stays as it is.
    pub LOCK_SESSION = "UPDATE session SET locked_at = ?2 WHERE digest = ?1 AND locked_at IS NULL";
    /// Unlocks a session that has not ended.
    pub UNLOCK_SESSION = "UPDATE session SET locked_at = NULL, used_at = ?2 WHERE digest = ?1 AND expires_at > ?2";
    /// Somebody did something in a session; an older word of it changes nothing.
    pub NOTE_USE = "UPDATE session SET used_at = ?2 WHERE digest = ?1 AND used_at < ?2";
    /// How many sessions have ended by themselves.
    pub COUNT_EXPIRED_SESSIONS = "SELECT COUNT(*) FROM session WHERE expires_at <= ?1";
    /// Takes away sessions that have ended by themselves.
    pub DELETE_EXPIRED_SESSIONS = "DELETE FROM session WHERE expires_at <= ?1";
}

/// A session as stored.
#[derive(Debug, Clone)]
pub struct SessionRecord {
    /// Whose it is.
    pub staff: StaffRecord,
    /// When the person last did something in it, as far as that was written.
    pub used_at: Timestamp,
    /// When it was locked by hand, if it is.
    pub locked_at: Option<Timestamp>,
}

fn session(row: &Row) -> Result<SessionRecord, Inconsistent> {
    Ok(SessionRecord { staff: accounts::staff(row)?, used_at: row.timestamp(6)?, locked_at: row.optional_timestamp(7)? })
}

/// Opens a session.
pub fn add_session(
    tx: &mut Tx<'_>,
    id: SessionId,
    digest: &[u8],
    staff: StaffId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), Trouble> {
    tx.execute(&ADD_SESSION, &params![id, digest, staff, now, expires_at]).map(drop)
}

/// The session with this digest, if there is one at this moment.
pub fn session_by_digest(reader: &mut Reader<'_>, digest: &[u8], now: Timestamp) -> Result<Option<SessionRecord>, Trouble> {
    Ok(reader.query_opt(&SESSION_BY_DIGEST, &params![digest, now])?.map(|row| session(&row)).transpose()?)
}

/// Ends a session; false if there was none.
pub fn end_session(tx: &mut Tx<'_>, digest: &[u8]) -> Result<bool, Trouble> {
    Ok(tx.execute(&END_SESSION, &params![digest])? == 1)
}

/// Ends every session of a member of staff.
pub(super) fn end_sessions_of(tx: &mut Tx<'_>, staff: StaffId) -> Result<(), Trouble> {
    tx.execute(&END_SESSIONS_OF_STAFF, &params![staff]).map(drop)
}

/// Locks a session; false if it was locked by hand before, or is not there.
pub fn lock_session(tx: &mut Tx<'_>, digest: &[u8], now: Timestamp) -> Result<bool, Trouble> {
    Ok(tx.execute(&LOCK_SESSION, &params![digest, now])? == 1)
}

/// Unlocks a session; false if it has ended.
pub fn unlock_session(tx: &mut Tx<'_>, digest: &[u8], now: Timestamp) -> Result<bool, Trouble> {
    Ok(tx.execute(&UNLOCK_SESSION, &params![digest, now])? == 1)
}

/// Writes when sessions were last used.
pub fn note_uses(tx: &mut Tx<'_>, uses: &[([u8; 32], Timestamp)]) -> Result<(), Trouble> {
    uses.iter().try_for_each(|(digest, at)| tx.execute(&NOTE_USE, &params![digest, *at]).map(drop))
}

/// How many sessions have ended by themselves and are still there.
pub fn count_expired(reader: &mut Reader<'_>, now: Timestamp) -> Result<i64, Trouble> {
    let row = reader.query_opt(&COUNT_EXPIRED_SESSIONS, &params![now])?;
    Ok(row.map(|row| row.int(0)).transpose()?.unwrap_or(0))
}

/// Takes away the sessions that have ended by themselves; how many there were.
pub fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<u64, Trouble> {
    tx.execute(&DELETE_EXPIRED_SESSIONS, &params![now])
}
