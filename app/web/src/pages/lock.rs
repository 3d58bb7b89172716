//! `/lock`, `/locked` and `/unlock`: a session that waits for its password; `/in-use`: what keeps it from locking.

use super::chrome;
use super::sign_in::{password_field, refusal_words};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::kept_forms::KeptForm;
use crate::local_path::{encode, local_or_home};
use crate::words::t;
use actions::{SignInRefusal, Standing};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

/// What stands before the names of fields that a page hands over as it locks.
const TYPED: &str = "typed:";

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

/// `POST /in-use`: somebody types or reads on a page. That the session was used is noted where it comes in.
pub(crate) async fn in_use() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// `POST /lock`: at once. A page may hand over what is typed in its form; it does so too when the session has locked already.
pub(crate) async fn lock(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    headers: HeaderMap,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let page = Some(fields.text("next")).filter(|next| !next.is_empty()).or_else(|| entry::sent_from(&headers));
    let next = local_or_home(page.unwrap_or_default()).to_owned();
    let action = fields.text("form").to_owned();
    if signed.session.standing == Standing::Open {
        actions::lock_session(&web.lab, &signed.session).await?;
    }
    let typed = fields.into_pairs().into_iter().filter_map(|(name, value)| Some((name.strip_prefix(TYPED)?.to_owned(), value)));
    web.kept_forms.keep(&signed.cookie, KeptForm::of(&next, action, typed.collect()));
    Ok(Redirect::to(&entry::to_lock_page(&next)).into_response())
}

/// `GET /locked`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>, Query(wanted): Query<Wanted>) -> Response {
    let next = local_or_home(&wanted.next);
    match signed.session.standing {
        Standing::Open => Redirect::to(next).into_response(),
        _ => lock_page(&web, &signed, next, None).into_response(),
    }
}

/// `POST /unlock`
pub(crate) async fn unlock(State(web): State<Web>, Extension(signed): Extension<Signed>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let next = local_or_home(fields.text("next"));
    if signed.session.standing == Standing::Open {
        return Ok(Redirect::to(next).into_response());
    }
    let (status, words) = match actions::unlock_session(&web.lab, &signed.session, fields.exact("password")).await {
        Ok(()) => return Ok(Redirect::to(next).into_response()),
        Err(SignInRefusal::WrongUserOrPassword) => {
            (StatusCode::FORBIDDEN, t!("This is not the password of {name}.", name = signed.staff.display_name))
        }
        Err(refusal) => refusal_words(&web, refusal)?,
    };
    Ok(says_itself(status, lock_page(&web, &signed, next, Some(&words))))
}

fn lock_page(web: &Web, signed: &Signed, next: &str, refused: Option<&str>) -> Markup {
    let body = html! {
        div.card data-locked {
            form method="post" action="/unlock" {
                h1 { span.lock-glyph aria-hidden="true" {} (t!("Locked")) }
                p.holder { (chrome::operator(&signed.staff)) }
                @if web.kept_forms.has(&signed.cookie) {
                    p.done role="status" data-kept {
                        (t!("What you had typed was not sent, and nothing was done with it. You get it back once this is unlocked."))
                    }
                }
                @if let Some(words) = refused { p.alert role="alert" { (words) } }
                input type="hidden" name="next" value=(next);
                // For browsers that keep passwords: whose it is.
                input.visually-hidden type="text" name="user" value=(signed.staff.user_name) autocomplete="username" readonly tabindex="-1"
                    aria-hidden="true";
                div.fields { (password_field("password", t!("Password"), "current-password", true)) }
                div.actions { button.main type="submit" { (t!("Unlock")) } }
            }
            div.elsewise {
                a href=(format!("/sign-in?next={}", encode(next))) aria-keyshortcuts="Alt+S" data-switch {
                    (t!("Another person signs in")) " " kbd aria-hidden="true" { "Alt S" }
                }
                form method="post" action="/sign-out" { button.quiet type="submit" { (t!("Sign out")) } }
            }
        }
    };
    chrome::bare_page(web, t!("Locked"), body)
}
