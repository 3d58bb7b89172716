//! `/sign-in` and `/sign-out`.

use super::chrome;
use crate::Web;
use crate::dress::says_itself;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::local_or_home;
use crate::times;
use crate::words::t;
use actions::SignInRefusal;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

/// `GET /sign-in`
pub(crate) async fn show(State(web): State<Web>, Query(wanted): Query<Wanted>) -> Markup {
    form_page(&web, "", local_or_home(&wanted.next), None)
}

/// `POST /sign-in`
pub(crate) async fn enter(State(web): State<Web>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let (user, next) = (fields.text("user"), local_or_home(fields.text("next")));
    match actions::sign_in(&web.lab, user, fields.exact("password")).await {
        Ok(signed_in) => {
            let cookie = entry::cookie_header(&signed_in.cookie).ok_or_else(Refusal::fault)?;
            Ok(([(header::SET_COOKIE, cookie)], Redirect::to(next)).into_response())
        }
        Err(refusal) => {
            let (status, words) = refusal_words(&web, refusal)?;
            Ok(says_itself(status, form_page(&web, user, next, Some(&words))))
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
    let cookie = entry::cookie_header("").ok_or_else(Refusal::fault)?;
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/sign-in")).into_response())
}

fn form_page(web: &Web, user: &str, next: &str, refused: Option<&str>) -> Markup {
    let body = html! {
        form.card method="post" action="/sign-in" {
            h1 { "Benchside" }
            @if let Some(words) = refused { p.alert role="alert" { (words) } }
            input type="hidden" name="next" value=(next);
            div.fields {
                div {
                    label for="user" { (t!("User")) }
                    input #user name="user" value=(user) autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required
                        autofocus[user.is_empty()];
                }
                div {
                    label for="password" { (t!("Password")) }
                    input #password name="password" type="password" autocomplete="current-password" maxlength="1000" required autofocus[!user.is_empty()];
                }
            }
            div.actions { button.main type="submit" { (t!("Sign in")) } }
        }
    };
    chrome::bare_page(web, t!("Sign in"), body)
}
