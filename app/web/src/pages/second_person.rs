//! The part of a form in which another person confirms an act here and now, and what becomes of it. A page puts [`fields`] into its form, with words
//! for what is confirmed, and asks [`confirm`] before it acts; the words of a refusal go back into the fields.

use super::sign_in::refusal_words;
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::words::t;
use actions::{ConfirmRefusal, StaffLine};
use axum::http::StatusCode;
use maud::{Markup, html};

/// The field of the user name. Parts of forms that hold passwords are never kept: see [`PASSWORD`].
const USER: &str = "second_user";
/// The field of the password.
const PASSWORD: &str = "second_password";

/// Why nobody confirmed.
#[derive(Debug)]
pub(crate) enum NotConfirmed {
    /// To be said at the fields, with the status of the answer.
    Words(StatusCode, String),
    /// It could not be done.
    Refused(Refusal),
}

/// The two fields. `what` says in a whole sentence what the second person confirms; `user` and `refused` are those of a try before.
pub(crate) fn fields(what: &str, user: &str, refused: Option<&str>) -> Markup {
    html! {
        fieldset.second-person data-second-person {
            legend { (t!("A second person confirms")) }
            p { (what) }
            p.hint #second-hint { (t!("Somebody other than you types their own user name and password. You stay signed in; both names are kept.")) }
            @if let Some(words) = refused { p.alert role="alert" { (words) } }
            div.fields {
                div {
                    label for="second-user" { (t!("Their user name")) }
                    // Nothing of a browser's memory: it would offer whoever is signed in.
                    input #second-user name=(USER) value=(user) autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="200" required
                        aria-describedby="second-hint";
                }
                div {
                    label for="second-password" { (t!("Their password")) }
                    input #second-password name=(PASSWORD) type="password" autocomplete="off" maxlength="1000" required;
                }
            }
        }
    }
}

/// The user name that was typed, for a form that is shown again.
pub(crate) fn typed_user(sent: &Fields) -> &str {
    sent.text(USER)
}

/// Who confirmed `act`, other than whoever is signed in.
pub(crate) async fn confirm(web: &Web, signed: &Signed, act: &'static str, sent: &Fields) -> Result<StaffLine, NotConfirmed> {
    match actions::confirm_person(&web.lab, signed.staff.id, act, sent.text(USER), sent.exact(PASSWORD)).await {
        Ok(staff) => Ok(staff),
        Err(ConfirmRefusal::SamePerson) => {
            let words = t!("You cannot confirm your own act. Another person must type their user name and password.");
            Err(NotConfirmed::Words(StatusCode::FORBIDDEN, words.to_owned()))
        }
        Err(ConfirmRefusal::SignIn(refusal)) => Err(match refusal_words(web, refusal) {
            Ok((status, words)) => NotConfirmed::Words(status, words),
            Err(refusal) => NotConfirmed::Refused(refusal),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_say_what_is_confirmed_and_show_no_password_again() {
        let page = fields("The records of <A> and B become one.", "sue\"", Some("User or password is wrong.")).into_string();
        for part in
            ["<p>The records of &lt;A&gt; and B become one.</p>", "value=\"sue&quot;\"", "role=\"alert\">User or password is wrong."]
        {
            assert!(page.contains(part), "{page}");
        }
        let password = page.split("<input").find(|input| input.contains("second_password")).unwrap();
        assert!(password.contains("type=\"password\"") && !password.contains("value="), "{page}");
        assert_eq!(page.matches("autocomplete=\"off\"").count(), 2, "a browser must not offer who is signed in");
        assert!(!fields("x", "", None).into_string().contains("role=\"alert\""));
    }
}
