//! `/password`: whoever signed in with a one-time password chooses their own. Nothing else is open to them.

use super::chrome;
use super::sign_in::password_field;
use crate::Web;
use crate::dress::says_itself;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::words::t;
use actions::{ChoosePasswordRefusal, PASSWORD_CHARACTERS_MAX, PASSWORD_CHARACTERS_MIN};
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};

/// `GET /password`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>) -> Markup {
    form_page(&web, &signed, None)
}

/// `POST /password`
pub(crate) async fn choose(State(web): State<Web>, Extension(signed): Extension<Signed>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let words = match actions::choose_password(&web.lab, &signed.cookie, fields.exact("password"), fields.exact("again")).await {
        Ok(signed_in) => {
            let cookie = entry::cookie_header(web.lab.realm(), &signed_in.cookie).ok_or_else(Refusal::fault)?;
            return Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response());
        }
        Err(ChoosePasswordRefusal::NotAsked) => return Ok(Redirect::to("/sign-in").into_response()),
        Err(ChoosePasswordRefusal::Trouble(trouble)) => return Err(trouble.into()),
        Err(refusal) => words(&refusal),
    };
    Ok(says_itself(StatusCode::UNPROCESSABLE_ENTITY, form_page(&web, &signed, Some(&words))))
}

fn words(refusal: &ChoosePasswordRefusal) -> String {
    match refusal {
        ChoosePasswordRefusal::TooShort(found) => {
            t!("This password has {found} characters. Take at least {least}.", found = found, least = PASSWORD_CHARACTERS_MIN)
        }
        ChoosePasswordRefusal::TooLong => t!("This password is too long. Take at most {most} characters.", most = PASSWORD_CHARACTERS_MAX),
        ChoosePasswordRefusal::Control => t!("This password holds a character that cannot be seen. Type it by hand.").to_owned(),
        ChoosePasswordRefusal::UserName => t!("This password is your user name. Take one that nobody else knows.").to_owned(),
        ChoosePasswordRefusal::OneTime => t!("This is the one-time password, which others have seen. Take one of your own.").to_owned(),
        ChoosePasswordRefusal::Differ => t!("The two passwords differ. Type the same one twice.").to_owned(),
        ChoosePasswordRefusal::NotAsked | ChoosePasswordRefusal::Trouble(_) => refusal.to_string(),
    }
}

fn form_page(web: &Web, signed: &Signed, refused: Option<&str>) -> Markup {
    let body = html! {
        div.card {
            form method="post" action="/password" {
                h1 { (t!("Choose your password")) }
                p.holder { (chrome::operator(&signed.staff)) }
                p {
                    (t!("You signed in with a one-time password, which others have seen. From now on you sign in with one that only you know.")) " "
                    (t!("What you do and sign here is done with it."))
                }
                @if let Some(words) = refused { p.alert role="alert" { (words) } }
                input.visually-hidden type="text" name="user" value=(signed.staff.user_name) autocomplete="username" readonly tabindex="-1"
                    aria-hidden="true";
                div.fields {
                    (password_field("password", t!("New password"), "new-password", true))
                    (password_field("again", t!("The same again"), "new-password", false))
                }
                p.hint {
                    (t!("At least {least} characters of any kind; a few words in a row are easy to keep in mind. It does not expire.", least = PASSWORD_CHARACTERS_MIN))
                }
                div.actions { button.main type="submit" { (t!("Take this password")) } }
            }
            div.elsewise { form method="post" action="/sign-out" { button.quiet type="submit" { (t!("Sign out")) } } }
        }
    };
    chrome::bare_page(web, t!("Choose your password"), body)
}
