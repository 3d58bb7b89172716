//! `/hl7/links/{link}`: what a hospital system sent, newest first, and what became of it.

use super::chrome::{self, Here, Sheet, Shown};
use super::hl7_state;
use super::paging::{self, After};
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::times;
use crate::words::t;
use actions::views::{self, Hl7MessageRecord};
use axum::Extension;
use axum::extract::{Path, Query, State};
use maud::{Markup, html};

/// `GET /hl7/links/{link}`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(link): Path<String>,
    Query(begins): Query<After>,
) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let after = paging::cursor(begins.after.as_deref())?;
    let missing = || Refusal::no_such("link", &link);
    // Nothing that is no name reaches the database.
    let name = actions::Analyser::check_name(&link).map_err(|_| missing())?;
    let messages = views::hl7_messages(&web.lab, &name, after).await?;
    let is_configured = web.lab.hl7_links().iter().any(|known| known.name == name);
    if messages.rows.is_empty() && !is_configured {
        return Err(missing());
    }
    let title = t!("HL7 messages of {link}", link = name);
    let body = html! {
        p.back { a href="/instruments" { "← " (t!("Instruments")) } }
        h1 { (title) }
        h2 #messages { (t!("Newest first")) " " span.count { (messages.rows.len()) @if messages.next.is_some() { "+" } } }
        @if messages.rows.is_empty() {
            p.empty { (t!("Nothing has come over this link yet.")) }
        } @else {
            (table(&web, &messages.rows))
        }
        (paging::links(&messages, &format!("/hl7/links/{name}"), "after", after.is_none()))
    };
    let shown = Shown { topics: &["links"], versions };
    Ok(chrome::page(&web, &signed, Sheet::live(Here::Instruments, &title, shown, body)))
}

fn table(web: &Web, rows: &[Hl7MessageRecord]) -> Markup {
    html! {
        div.table role="region" aria-labelledby="messages" tabindex="0" {
            table aria-labelledby="messages" {
                thead {
                    tr {
                        th scope="col" { (t!("Message")) }
                        th scope="col" { (t!("State")) }
                        th scope="col" { (t!("What it came to")) }
                        th scope="col" { (t!("Sender")) }
                        th.number scope="col" { (t!("Received and kept")) }
                    }
                }
                tbody { @for message in rows { (row(web, message)) } }
            }
        }
    }
}

fn row(web: &Web, message: &Hl7MessageRecord) -> Markup {
    let kind = if message.message_type.is_empty() { t!("No header") } else { &message.message_type };
    html! {
        tr data-hl7-message=(message.id) data-key=(message.id) {
            th.row scope="row" { a href=(format!("/hl7/{}", message.id)) { (kind) } span.sub.code { (message.control_id) } }
            td { (hl7_state::badge(message.state)) }
            td data-outcome {
                @if let Some(first) = message.repeats { a href=(format!("/hl7/{first}")) { (t!("The earlier message, answered again")) } }
                @else { (message.outcome) }
            }
            td.code { (message.sender) }
            td.number { (times::moment(web, message.received_at)) }
        }
    }
}
