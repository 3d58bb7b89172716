//! `/find?code=`: whatever was scanned or typed, to the order it belongs to.

use super::chrome::{self, Here, Sheet};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::local_path::encode;
use crate::words::t;
use actions::Scanned;
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
pub(crate) struct Asked {
    #[serde(default)]
    code: String,
}

/// `GET /find?code=`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let code = asked.code.trim();
    let to = |accession: &str| Redirect::to(&format!("/orders/{}", encode(accession))).into_response();
    Ok(match actions::what_is(&web.lab, code).await? {
        Scanned::Container { accession, .. } | Scanned::Order { accession } => to(&accession),
        Scanned::Patient { newest: Some(accession), .. } => to(&accession),
        Scanned::Patient { mrn, newest: None } => Redirect::to(&format!("/collection/{}", encode(&mrn))).into_response(),
        voided @ Scanned::Voided { .. } => {
            let words = voided.is_no_container(code).unwrap_or_default();
            says_itself(StatusCode::GONE, missing(&web, &signed, code, Some(&words)))
        }
        Scanned::Unknown => says_itself(StatusCode::NOT_FOUND, missing(&web, &signed, code, None)),
    })
}

fn missing(web: &Web, signed: &Signed, code: &str, voided: Option<&str>) -> Markup {
    let shown: String = code.chars().take(CODE_CHARS_MAX).collect();
    let body = html! {
        h1 { (t!("Not found")) }
        @if let Some(words) = voided {
            p.alert role="alert" data-voided { strong { (t!("STOP")) } " " (words) }
        } @else if shown.is_empty() {
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
