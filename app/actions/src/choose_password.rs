//! Whoever came in with a one-time password chooses their own. Length is all that is asked of it, and that it is not what others could know:
//! no mixture of characters and no expiry. Source: NIST SP 800-63B, 5.1.1.2.

use crate::accounts::{SignedIn, digest, hash_password, line, password_fits};
use crate::new_ids::{new_command, now};
use crate::sessions::NewSession;
use crate::trouble::ActTrouble;
use crate::{Laboratory, SignInRefusal};
use kernel::Actor;
use store::repositories::{accounts, sessions};
use store::{Outcome, Tx};

/// Characters of a password that a person chooses, at least.
pub const PASSWORD_CHARACTERS_MIN: usize = 12;
/// Characters of a password, at most: more than anybody types, and little enough to hash.
pub const PASSWORD_CHARACTERS_MAX: usize = 256;

/// Why a password was not taken.
#[derive(Debug, thiserror::Error)]
pub enum ChoosePasswordRefusal {
    /// It is too short.
    #[error("this password has {0} characters: take at least {PASSWORD_CHARACTERS_MIN}; a few words in a row are easy to keep in mind")]
    TooShort(usize),
    /// It is too long.
    #[error("this password is too long: take at most {PASSWORD_CHARACTERS_MAX} characters")]
    TooLong,
    /// It holds a character without a shape that no keyboard types on purpose.
    #[error("this password holds a control character: type it by hand")]
    Control,
    /// Everybody knows the user name.
    #[error("this password is your user name: take one that nobody else knows")]
    UserName,
    /// Whoever made the account knows the one-time password.
    #[error("this is the one-time password, which others have seen: take one of your own")]
    OneTime,
    /// The two fields differ.
    #[error("the two passwords differ: type the same one twice")]
    Differ,
    /// No password is asked for here any more.
    #[error("the one-time password is spent or has expired: sign in again, or have the password reset")]
    NotAsked,
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Puts the chosen password in the place of the one-time password of a session, ends all sessions of that person and opens a new one.
pub async fn choose_password(lab: &Laboratory, cookie: &str, password: &str, again: &str) -> Result<SignedIn, ChoosePasswordRefusal> {
    let (session, at) = (digest(cookie), now());
    let found = lab.store().read(move |reader| sessions::session_by_digest(reader, &session, at)).await.map_err(ActTrouble::from)?;
    let staff = found.ok_or(ChoosePasswordRefusal::NotAsked)?.staff;
    if staff.one_time_until.is_none_or(|until| until <= at) {
        return Err(ChoosePasswordRefusal::NotAsked);
    }
    judge(&staff.user_name, password, again)?;
    if password_fits(Some(staff.password_hash.clone()), password.to_owned()).await? {
        return Err(ChoosePasswordRefusal::OneTime);
    }
    let hash = hash_password(password.to_owned()).await?;
    let new = NewSession::new()?;
    let (add, who, former_hash) = (new.adder(), staff.id, staff.password_hash.clone());
    let act = move |tx: &mut Tx<'_>| {
        // Somebody may have chosen meanwhile in another browser, or an operator reset it: what was judged here holds no more then.
        let found = sessions::session_by_digest(tx, &session, at)?;
        let accepted = found.is_some_and(|found| found.staff.password_hash == former_hash);
        if accepted {
            accounts::set_password_hash(tx, who, &hash, None)?;
            add(tx, who)?;
        }
        Ok(Outcome { act: "choose_password", accepted, subject: Some(who.uuid()), note: String::new() })
    };
    let done = lab.store().write(&Actor::Person(who), new_command(), new.at, act).await.map_err(ActTrouble::from)?;
    if !done.accepted {
        return Err(ChoosePasswordRefusal::NotAsked);
    }
    lab.live().sessions_changed();
    Ok(SignedIn { cookie: new.cookie, staff: line(staff) })
}

/// What can be said of a password without knowing another.
fn judge(user_name: &str, password: &str, again: &str) -> Result<(), ChoosePasswordRefusal> {
    let characters = password.chars().count();
    if characters < PASSWORD_CHARACTERS_MIN {
        Err(ChoosePasswordRefusal::TooShort(characters))
    } else if characters > PASSWORD_CHARACTERS_MAX {
        Err(ChoosePasswordRefusal::TooLong)
    } else if password.chars().any(char::is_control) {
        Err(ChoosePasswordRefusal::Control)
    } else if password.trim().to_lowercase() == user_name.to_lowercase() {
        Err(ChoosePasswordRefusal::UserName)
    } else if password != again {
        Err(ChoosePasswordRefusal::Differ)
    } else {
        Ok(())
    }
}

/// For whatever is signed or confirmed with a password: a one-time password, which others have seen, is good for choosing another and nothing else.
pub(crate) fn only_chosen(staff: accounts::StaffRecord) -> Result<accounts::StaffRecord, SignInRefusal> {
    if staff.one_time_until.is_some() { Err(SignInRefusal::OneTimePassword) } else { Ok(staff) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ChoosePasswordRefusal as Refusal;

    /// The words for a password, empty where it is taken.
    fn words(password: &str, again: &str) -> String {
        judge("alexandra.lind", password, again).err().map_or(String::new(), |refusal: Refusal| refusal.to_string())
    }

    #[test]
    fn only_length_and_being_nobody_elses_is_asked() {
        let longest = "é".repeat(256);
        for taken in ["twelve chars", "aaaaaaaaaaaa", "            ", "ünïcödé-wörd", "alexandra.lind2", &longest] {
            assert_eq!(words(taken, taken), "", "{taken}");
        }
        let too_long = "é".repeat(257);
        for (refused, why) in [
            ("eleven char", "has 11 characters: take at least 12"),
            ("", "has 0 characters"),
            ("ünïcödé-wör", "has 11 characters"),
            (too_long.as_str(), "too long: take at most 256"),
            ("twelve\0chars", "control character"),
            ("twelve\nchars", "control character"),
            ("alexandra.lind", "is your user name"),
            (" Alexandra.Lind ", "is your user name"),
        ] {
            assert!(words(refused, refused).contains(why), "{refused}: {}", words(refused, refused));
        }
        assert!(words("twelve chars", "twelve chars ").contains("differ"));
    }
}
