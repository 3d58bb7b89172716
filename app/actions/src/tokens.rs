//! Bearer tokens of programs: made, listed, revoked. A token is shown once and kept only as a digest.

use crate::accounts::{digest, secret};
use crate::new_ids::{new_command, new_uuid, now};
use crate::operator;
use crate::trouble::ActTrouble;
use kernel::{Timestamp, TokenId};
use store::repositories::accounts;
use store::{Outcome, Store};

/// Random bytes of a token: 256 bits.
const TOKEN_BYTES: usize = 32;
/// Characters of a token's name.
const NAME_CHARACTERS_MAX: usize = 64;
/// Tokens one list shows.
const TOKENS_LISTED_MAX: u32 = 10_000;

/// A token as an operator's list shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLine {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why a token was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefusal {
    /// The name is taken.
    #[error("there is a token named “{0}” already: revoke that one first, or choose another name")]
    Taken(String),
    /// No token has this name.
    #[error("there is no token named “{0}”: `benchside token list` shows all")]
    Unknown(String),
    /// It is no name.
    #[error("a token's name has 1 to {NAME_CHARACTERS_MAX} printable characters, such as the program's name")]
    Name,
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Makes a token under a name of its own; it is shown once.
pub async fn create_token(store: &Store, name: &str) -> Result<String, TokenRefusal> {
    let name = token_name(name)?;
    let token = secret(TOKEN_BYTES)?;
    let (id, digest, at, note) = (TokenId::from_uuid(new_uuid()), digest(&token), now(), name.clone());
    let done = store
        .write(&operator(), new_command(), at, move |tx| {
            let accepted = !accounts::token_is_named(tx, &note)?;
            if accepted {
                accounts::add_token(tx, id, &digest, &note, at)?;
            }
            Ok(Outcome { act: "create_token", accepted, subject: accepted.then_some(id.uuid()), note: note.clone() })
        })
        .await
        .map_err(ActTrouble::from)?;
    if done.accepted { Ok(token) } else { Err(TokenRefusal::Taken(name)) }
}

/// Makes the tokens of this name useless. What was done with them stays in the journal under their ids, and so does who made them.
pub async fn revoke_token(store: &Store, name: &str) -> Result<(), TokenRefusal> {
    let name = token_name(name)?;
    let note = name.clone();
    let done = store
        .write(&operator(), new_command(), now(), move |tx| {
            let revoked = accounts::revoke_tokens_named(tx, &note)?;
            Ok(Outcome { act: "revoke_token", accepted: revoked > 0, subject: None, note: note.clone() })
        })
        .await
        .map_err(ActTrouble::from)?;
    if done.accepted { Ok(()) } else { Err(TokenRefusal::Unknown(name)) }
}

/// Tokens in the order in which they were made, at most 10,000.
pub async fn list_tokens(store: &Store) -> Result<Vec<TokenLine>, ActTrouble> {
    let records = store.read(|reader| accounts::all_tokens(reader, TOKENS_LISTED_MAX)).await?;
    Ok(records.into_iter().map(|record| TokenLine { name: record.name, created_at: record.created_at }).collect())
}

fn token_name(text: &str) -> Result<String, TokenRefusal> {
    let name = text.trim();
    let fits = !name.is_empty() && name.chars().nth(NAME_CHARACTERS_MAX).is_none() && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(TokenRefusal::Name) }
}
