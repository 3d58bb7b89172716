//! Staff and tokens. Secrets are kept as digests only.

use super::sessions;
use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use kernel::{StaffId, Timestamp, TokenId};
use std::collections::HashMap;

sql! {
    /// What people are called.
    pub NAMES_OF_STAFF = "SELECT id, display_name FROM staff WHERE id IN (?..)";
    /// A new member of staff.
    pub ADD_STAFF = insert staff (id Blob, user_name Text, display_name Text, role Text, password_hash Text, created_at Int, one_time_until Int) "ON CONFLICT (user_name) DO NOTHING";
    /// A member of staff by the name typed at sign-in.
    pub STAFF_BY_NAME = "SELECT id, user_name, display_name, role, password_hash, one_time_until FROM staff WHERE user_name = ?1";
    /// A new token.
    pub ADD_TOKEN = insert token (id Blob, digest Blob, name Text, created_at Int);
    /// Which token this is.
    pub TOKEN_BY_DIGEST = "SELECT id FROM token WHERE digest = ?1";
    /// Members of staff in the order of their user names.
    pub ALL_STAFF = "SELECT id, user_name, display_name, role, password_hash, one_time_until FROM staff ORDER BY user_name LIMIT ?1";
    /// Another password.
    pub SET_PASSWORD_HASH = "UPDATE staff SET password_hash = ?2, one_time_until = ?3 WHERE id = ?1 RETURNING id, user_name, display_name, role, password_hash, created_at, one_time_until";
    /// Tokens in the order in which they were made.
    pub ALL_TOKENS = "SELECT id, name, created_at FROM token ORDER BY created_at, id LIMIT ?1";
    /// Tokens of this name.
    pub COUNT_TOKENS_NAMED = "SELECT COUNT(*) FROM token WHERE name = ?1";
    /// The tokens of this name are good for nothing from now on.
    pub REVOKE_TOKENS_NAMED = "DELETE FROM token WHERE name = ?1 RETURNING id";
}

/// A member of staff as stored.
#[derive(Debug, Clone)]
pub struct StaffRecord {
    /// The member of staff.
    pub id: StaffId,
    /// The name typed at sign-in.
    pub user_name: String,
    /// The name shown.
    pub display_name: String,
    /// The role.
    pub role: String,
    /// Argon2id hash in PHC form.
    pub password_hash: String,
    /// Until when the password is good for choosing another, where it is a one-time password.
    pub one_time_until: Option<Timestamp>,
}

/// A member of staff in the first six columns of a row.
pub(super) fn staff(row: &Row) -> Result<StaffRecord, Inconsistent> {
    Ok(StaffRecord {
        id: row.decode(0, StaffId::from_slice)?,
        user_name: row.text(1)?.to_owned(),
        display_name: row.text(2)?.to_owned(),
        role: row.text(3)?.to_owned(),
        password_hash: row.text(4)?.to_owned(),
        one_time_until: row.optional_timestamp(5)?,
    })
}

/// Adds a member of staff; false if the user name is taken.
pub fn add_staff(tx: &mut Tx<'_>, record: &StaffRecord, now: Timestamp) -> Result<bool, Trouble> {
    let StaffRecord { id, user_name, display_name, role, password_hash, one_time_until } = record;
    let values = params![*id, user_name, display_name, role, password_hash, now, *one_time_until];
    Ok(tx.insert_one(&ADD_STAFF, &values)? == 1)
}

/// A member of staff by user name.
pub fn staff_by_name(reader: &mut Reader<'_>, user_name: &str) -> Result<Option<StaffRecord>, Trouble> {
    Ok(reader.query_opt(&STAFF_BY_NAME, &params![user_name])?.map(|row| staff(&row)).transpose()?)
}

/// Adds a token.
pub fn add_token(tx: &mut Tx<'_>, id: TokenId, digest: &[u8], name: &str, now: Timestamp) -> Result<(), Trouble> {
    tx.insert_one(&ADD_TOKEN, &params![id, digest, name, now]).map(drop)
}

/// The token with this digest.
pub fn token_by_digest(reader: &mut Reader<'_>, digest: &[u8]) -> Result<Option<TokenId>, Trouble> {
    let row = reader.query_opt(&TOKEN_BY_DIGEST, &params![digest])?;
    Ok(row.map(|row| row.decode(0, TokenId::from_slice)).transpose()?)
}

/// The first members of staff by user name, at most `limit`.
pub fn all_staff(reader: &mut Reader<'_>, limit: u32) -> Result<Vec<StaffRecord>, Trouble> {
    let rows = reader.query(&ALL_STAFF, &params![limit])?;
    Ok(reader.sound(&rows, staff))
}

/// Gives a member of staff another password hash, for good or as a one-time password until a moment, and ends every session opened with the old one.
pub fn set_password_hash(tx: &mut Tx<'_>, staff: StaffId, hash: &str, one_time_until: Option<Timestamp>) -> Result<(), Trouble> {
    tx.change_one(&SET_PASSWORD_HASH, &params![staff, hash, one_time_until], "a member of staff")?;
    sessions::end_sessions_of(tx, staff)
}

/// A token as stored, without its digest.
#[derive(Debug, Clone)]
pub struct TokenRecord {
    /// The token.
    pub id: TokenId,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The first tokens made, at most `limit`.
pub fn all_tokens(reader: &mut Reader<'_>, limit: u32) -> Result<Vec<TokenRecord>, Trouble> {
    let rows = reader.query(&ALL_TOKENS, &params![limit])?;
    Ok(reader.sound(&rows, |row| {
        Ok(TokenRecord { id: row.decode(0, TokenId::from_slice)?, name: row.text(1)?.to_owned(), created_at: row.timestamp(2)? })
    }))
}

/// Whether there is a token of this name.
pub fn token_is_named(reader: &mut Reader<'_>, name: &str) -> Result<bool, Trouble> {
    let row = reader.query_opt(&COUNT_TOKENS_NAMED, &params![name])?;
    Ok(row.map(|row| row.int(0)).transpose()?.is_some_and(|found| found > 0))
}

/// Deletes the tokens of this name; how many there were.
pub fn revoke_tokens_named(tx: &mut Tx<'_>, name: &str) -> Result<u64, Trouble> {
    tx.delete_records(&REVOKE_TOKENS_NAMED, &params![name])
}

/// What members of staff are called, as far as they are on record.
pub fn names(reader: &mut Reader<'_>, staff: &[StaffId]) -> Result<HashMap<StaffId, String>, Trouble> {
    let ids: Vec<_> = staff.iter().map(|id| Param::from(*id)).collect();
    let rows = reader.query_in_list(&NAMES_OF_STAFF, &[], &ids)?;
    let read = |row: &Row| Ok::<_, Inconsistent>((row.decode(0, StaffId::from_slice)?, row.text(1)?.to_owned()));
    Ok(reader.sound(&rows, read).into_iter().collect())
}
