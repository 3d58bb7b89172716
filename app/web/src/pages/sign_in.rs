//! `/sign-in` and `/sign-out`; the first is also where another person takes a browser over.

use super::chrome;
use crate::Web;
use crate::dress::says_itself;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::local_or_home;
use crate::times;
use crate::words::t;
use actions::{Session, SignInRefusal, Standing};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`: also where another person takes a browser over.
pub(crate) async fn show(State(web): State<Web>, Query(wanted): Query<Wanted>, headers: HeaderMap) -> Result<Markup, Refusal> {
    let holder = holder(&web, &headers).await?;
    let next = Some(wanted.next.as_str()).filter(|next| !next.is_empty()).or_else(|| entry::sent_from(&headers));
    Ok(form_page(&web, holder.as_ref(), "", local_or_home(next.unwrap_or_default()), None))
}

/// Who holds this browser, if anybody does.
async fn holder(web: &Web, headers: &HeaderMap) -> Result<Option<Session>, Refusal> {
    match entry::cookie_in(headers, web.lab.realm()) {
        Some(cookie) => Ok(actions::session(&web.lab, &cookie).await?),
        None => Ok(None),
    }
}

/// `POST /sign-in`: whoever held this browser before is signed out by it.
pub(crate) async fn enter(State(web): State<Web>, headers: HeaderMap, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let (user, next) = (fields.text("user"), local_or_home(fields.text("next")));
    let former = entry::cookie_in(&headers, web.lab.realm());
    match actions::take_over(&web.lab, former.as_deref(), user, fields.exact("password")).await {
        Ok(signed_in) => {
            former.iter().for_each(|former| web.kept_forms.forget(former));
            let cookie = entry::cookie_header(web.lab.realm(), &signed_in.cookie).ok_or_else(Refusal::fault)?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response())
        }
        Err(refusal) => {
            let (status, words) = refusal_words(&web, refusal)?;
            let holder = holder(&web, &headers).await?;
            Ok(says_itself(status, form_page(&web, holder.as_ref(), user, next, Some(&words))))
        }
    }
}

/// What is said to somebody whose user name and password were not taken, with its status; trouble is for the page of refusals.
pub(super) fn refusal_words(web: &Web, refusal: SignInRefusal) -> Result<(StatusCode, String), Refusal> {
    match refusal {
        SignInRefusal::WrongUserOrPassword => {
            Ok((StatusCode::FORBIDDEN, t!("User or password is wrong. Check both and try again.").to_owned()))
        }
        SignInRefusal::LockedOut(until) => {
            let until = times::clock(web, until);
            let words = t!("Too many wrong passwords for this user. Try again after {until}, or have the password reset.", until = until);
            Ok((StatusCode::TOO_MANY_REQUESTS, words))
        }
        SignInRefusal::OneTimeExpired(until) => {
            let until = times::clock(web, until);
            let words = t!("This one-time password expired at {until}. Have the password reset.", until = until);
            Ok((StatusCode::FORBIDDEN, words))
        }
        SignInRefusal::OneTimePassword => {
            let words = t!("This is a one-time password, which others have seen. Sign in with it and choose your own first.");
            Ok((StatusCode::FORBIDDEN, words.to_owned()))
        }
        SignInRefusal::Busy => {
            let words = t!("Too many people are signing in at this moment. Try again in a few seconds.");
            Ok((StatusCode::SERVICE_UNAVAILABLE, words.to_owned()))
        }
        SignInRefusal::Trouble(trouble) => Err(trouble.into()),
    }
}

/// `POST /sign-out`
pub(crate) async fn leave(State(web): State<Web>, Extension(signed): Extension<Signed>) -> Result<Response, Refusal> {
    actions::sign_out(&web.lab, &signed.cookie).await?;
    web.kept_forms.forget(&signed.cookie);
    let cookie = entry::cookie_header(web.lab.realm(), "").ok_or_else(Refusal::fault)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

fn form_page(web: &Web, holder: Option<&Session>, user: &str, next: &str, refused: Option<&str>) -> Markup {
    let title = if holder.is_some() { t!("Switch user") } else { t!("Sign in") };
    let body = html! {
        form.card method="post" action="/sign-in" {
            h1 { @if holder.is_some() { (title) } @else { "Benchside" } }
            @if let Some(holder) = holder { (held_by(holder, next)) }
            @if let Some(words) = refused { p.alert role="alert" { (words) } }
            input type="hidden" name="next" value=(next);
            div.fields {
                div {
                    label for="user" { (t!("User")) }
                    input #user name="user" value=(user) autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required
                        autofocus[user.is_empty()];
                }
                (password_field("password", t!("Password"), "current-password", !user.is_empty()))
            }
            div.actions { button.main type="submit" { (t!("Sign in")) } }
        }
    };
    chrome::bare_page(web, title, body)
}

/// Who is signed in at this browser, what becomes of that, and the way back.
fn held_by(holder: &Session, next: &str) -> Markup {
    let (back, words) = match holder.standing {
        Standing::Open => (next.to_owned(), t!("Back")),
        Standing::Locked => (entry::to_lock_page(next), t!("Unlock instead")),
        Standing::PasswordToChoose => ("/password".to_owned(), t!("Back")),
    };
    html! {
        p data-holder=(holder.staff.user_name) {
            (chrome::operator(&holder.staff)) " " (t!("holds this browser.")) " "
            (t!("Whoever signs in here takes it over: that session ends.")) " "
            a href=(back) { (words) }
        }
    }
}

/// A field for a password; what was typed into it before is never shown again.
pub(super) fn password_field(name: &str, label: &str, autocomplete: &str, is_first: bool) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            input id=(name) name=(name) type="password" autocomplete=(autocomplete) maxlength="1000" required autofocus[is_first];
        }
    }
}
