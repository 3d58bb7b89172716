//! `/`: results, exceptions first.

use super::chrome::{self, Here, Sheet, Shown};
use super::{examination, paging, result_table};
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::words::t;
use actions::views::{self, Page, ResultLine};
use axum::Extension;
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

/// Where each of the two lists begins.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Begins {
    #[serde(default)]
    held: Option<String>,
    #[serde(default)]
    verified: Option<String>,
}

/// `GET /`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(begins): Query<Begins>,
) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let held_after = paging::cursor(begins.held.as_deref())?;
    let verified_after = paging::cursor(begins.verified.as_deref())?;
    let mut held = views::held_results(&web.lab, &signed.actor(), held_after).await?;
    let verified = views::verified_results(&web.lab, &signed.actor(), verified_after).await?;
    held.rows.sort_by_key(urgency);
    let body = html! {
        h1 { (t!("Results")) }
        (held_section(&web, &held, held_after.is_none()))
        (verified_section(&web, &verified, verified_after.is_none()))
    };
    let shown = Shown { topics: &["results"], versions };
    Ok(chrome::page(&web, &signed, Sheet::live(Here::Results, t!("Results"), shown, body)))
}

/// Critical before the rest, then by priority; otherwise as they came.
fn urgency(line: &ResultLine) -> (bool, u8) {
    (!line.critical, examination::urgency(&line.priority))
}

fn held_section(web: &Web, page: &Page<ResultLine>, is_first: bool) -> Markup {
    html! {
        section data-list="held" {
            h2 #held { (t!("Held for a person")) (count(page, is_first)) }
            @if page.rows.is_empty() {
                p.empty { (t!("Nothing is held. Results the rules may not vouch for appear here with the reason.")) }
            } @else {
                (result_table::table(web, "held", &page.rows, &[]))
            }
            (paging::links(page, "/", "held", is_first))
        }
    }
}

fn verified_section(web: &Web, page: &Page<ResultLine>, is_first: bool) -> Markup {
    let said = result_table::common_reasons(&page.rows);
    html! {
        section data-list="verified" {
            h2 #verified { (t!("Verified")) (count(page, is_first)) }
            @if page.rows.is_empty() {
                p.empty {
                    (t!("No verified results yet.")) " " a href="/orders/new" { (t!("Place an order")) } ", "
                    (t!("put its container on an analyser, and the results appear here by themselves."))
                }
            } @else {
                @for reason in &said {
                    p.hint data-common-reason { (t!("Of every result below")) ": " (reason.gate) " · " (reason.verdict) " – " (reason.words) }
                }
                (result_table::table(web, "verified", &page.rows, &said))
            }
            (paging::links(page, "/", "verified", is_first))
        }
    }
}

fn count(page: &Page<ResultLine>, is_first: bool) -> Markup {
    html! {
        @if is_first {
            " " span.count data-count { (page.rows.len()) @if page.next.is_some() { "+" } }
        } @else {
            " " span.count { (t!("older")) }
        }
    }
}
