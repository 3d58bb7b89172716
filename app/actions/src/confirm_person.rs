//! A second person confirms here and now what another one is about to do: with user name and password, on the same screen, without a session.
//! Source: people 4.2 (independent login, fresh authentication, different person, both names stored). The act that needs it stores both names.

use crate::accounts::{SignInRefusal, authenticate, line};
use crate::new_ids::{new_command, now};
use crate::trouble::ActTrouble;
use crate::{Laboratory, StaffLine};
use kernel::{Actor, StaffId};
use store::Outcome;

/// Why nobody confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmRefusal {
    /// It is the person who acts: two names are wanted.
    #[error("you cannot confirm your own act: another person must type their user name and password")]
    SamePerson,
    /// It was not established who it is.
    #[error(transparent)]
    SignIn(#[from] SignInRefusal),
}

/// Establishes that somebody other than `acting` stands here and confirms `act` (its stored name, such as "merge_patients"). Whether that person may
/// confirm it is asked by the act itself. Wrong passwords shut the name as they do at sign-in; both outcomes stand in the journal.
pub async fn confirm_person(
    lab: &Laboratory,
    acting: StaffId,
    act: &'static str,
    user: &str,
    password: &str,
) -> Result<StaffLine, ConfirmRefusal> {
    let staff = authenticate(lab.store(), lab.lockout(), "confirm_person", user, password).await?;
    let accepted = staff.id != acting;
    let written =
        move |_: &mut store::Tx<'_>| Ok(Outcome { act: "confirm_person", accepted, subject: Some(acting.uuid()), note: act.to_owned() });
    let written = lab.store().write(&Actor::Person(staff.id), new_command(), now(), written).await;
    written.map_err(ActTrouble::from).map_err(SignInRefusal::from)?;
    if accepted { Ok(line(staff)) } else { Err(ConfirmRefusal::SamePerson) }
}
