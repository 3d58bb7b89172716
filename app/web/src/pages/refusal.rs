//! The page of a refusal: what was wrong, where, what to do next, and the code to search for.

use super::chrome::{self, Here, Sheet};
use crate::Web;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::words::t;
use axum::http::StatusCode;
use maud::{Markup, html};
use people::Action;

/// The page, with the way to other pages where somebody is signed in.
pub(crate) fn page(web: &Web, signed: Option<&Signed>, refusal: &Refusal) -> Markup {
    let title = title(refusal.status);
    let shows_results = signed.is_none_or(|signed| entry::refusal(&web.lab, &signed.staff, Action::ViewWorklist, true).is_none());
    let body = html! {
        h1 { (title) }
        div.alert role="alert" data-refusal=(refusal.code) {
            p { strong { (refusal.what) } }
            p { (refusal.next) }
            p.hint { (t!("Code")) " " span.code { (refusal.code) } @if !refusal.place.is_empty() { " · " (refusal.place) } }
        }
        @if shows_results { p { a href="/" { (t!("To the results")) } } }
    };
    match signed {
        Some(signed) => chrome::page(web, signed, Sheet::still(Here::Elsewhere, title, body)),
        None => chrome::bare_page(web, title, body),
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => t!("Not found"),
        StatusCode::SERVICE_UNAVAILABLE => t!("Busy"),
        status if status.is_server_error() => t!("Something went wrong"),
        _ => t!("Not done"),
    }
}
