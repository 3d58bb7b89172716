//! `/find?code=`: whatever was scanned or typed, to the order it belongs to.

use super::chrome::{self, Here, Sheet};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::local_path::encode;
use crate::words::t;
use actions::views;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

/// Longer than any code of ours or any record number.
const CODE_CHARS_MAX: usize = 64;

/// What was scanned.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Scanned {
    #[serde(default)]
    code: String,
}

/// `GET /find?code=`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(scanned): Query<Scanned>,
) -> Result<Response, Refusal> {
    let code = scanned.code.trim();
    let fits = !code.is_empty() && code.chars().count() <= CODE_CHARS_MAX && !code.chars().any(char::is_control);
    let found = if fits { views::find_by_code(&web.lab, code).await? } else { None };
    Ok(match found {
        Some(accession) => Redirect::to(&format!("/orders/{}", encode(&accession))).into_response(),
        None => says_itself(StatusCode::NOT_FOUND, missing(&web, &signed, code)),
    })
}

fn missing(web: &Web, signed: &Signed, code: &str) -> Markup {
    let shown: String = code.chars().take(CODE_CHARS_MAX).collect();
    let body = html! {
        h1 { (t!("Not found")) }
        @if shown.is_empty() {
            p.empty { (t!("Scan or type a container code, an accession number or a record number.")) }
        } @else {
            p.alert role="alert" {
                (t!("No container, order or patient here has the code")) " " strong.code data-code { (shown) } ". " (t!("Nothing was changed."))
            }
        }
        form.card action="/find" method="get" {
            label for="code" { (t!("Code")) " " span.hint { (t!("container, accession or record number")) } }
            div.inline {
                input #code name="code" value=(shown) autocomplete="off" maxlength="64" autofocus;
                button.main type="submit" { (t!("Find")) }
            }
            p.hint { (t!("A tube of another site, or of an order that was never entered?")) " " a href="/orders/new" { (t!("Place an order")) } }
        }
    };
    chrome::page(web, signed, Sheet::still(Here::Elsewhere, t!("Not found"), body))
}
