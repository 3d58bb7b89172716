//! `/transmissions/{id}`: the bytes as they came over the wire, and what became of them.

use super::chrome::{self, Here, Sheet, Shown};
use super::{result_table, task_table};
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::words::t;
use crate::{times, wire_text};
use actions::views::{self, FilingState, TransmissionView};
use axum::Extension;
use axum::extract::{Path, State};
use kernel::TransmissionId;
use maud::{Markup, html};

/// `GET /transmissions/{transmission}`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>, Path(id): Path<String>) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let missing = || Refusal::no_such("transmission", &id);
    let known: TransmissionId = id.parse().map_err(|_| missing())?;
    let transmission = views::transmission(&web.lab, &signed.actor(), known).await?.ok_or_else(missing)?;
    let title = t!("Transmission {arrival} of {link}", arrival = transmission.arrival, link = transmission.link);
    let body = html! {
        h1 { (title) }
        (facts(&web, &transmission))
        h2 #wire { (t!("As it came over the wire")) }
        (wire_text::block(&transmission.raw))
        (outcome(&web, &transmission))
    };
    let shown = Shown { topics: &["results", "tasks"], versions };
    Ok(chrome::page(&web, &signed, Sheet::live(Here::Elsewhere, &title, shown, body)))
}

fn facts(web: &Web, transmission: &TransmissionView) -> Markup {
    html! {
        dl.facts {
            div { dt { (t!("Link")) } dd.code { (transmission.link) } }
            div { dt { (t!("Number on this link")) } dd { (transmission.arrival) } }
            div { dt { (t!("Received and kept")) } dd { (times::moment(web, transmission.received_at)) } }
            div { dt { (t!("Filed")) } dd data-filed { (filed(web, transmission)) } }
            div { dt { (t!("Bytes")) } dd { (transmission.raw.len()) } }
        }
    }
}

fn filed(web: &Web, transmission: &TransmissionView) -> Markup {
    html! {
        @match (transmission.duplicate_of, transmission.filing) {
            (Some(first), _) => { (t!("Not again: the same content was kept before")) " " a href=(format!("/transmissions/{first}")) { (t!("first transmission")) } },
            (None, FilingState::Filed(at)) => (times::moment(web, at)),
            (None, FilingState::Waiting) => (t!("Waiting its turn")),
            (None, FilingState::Nothing) => (t!("Set aside: see its task")),
        }
    }
}

fn outcome(web: &Web, transmission: &TransmissionView) -> Markup {
    html! {
        @if !transmission.results.is_empty() {
            h2 #results { (t!("Results that came of it")) " " span.count { (transmission.results.len()) } }
            (result_table::table(web, "results", &transmission.results, &[]))
        }
        @if !transmission.tasks.is_empty() {
            h2 #tasks { (t!("Tasks that came of it")) " " span.count { (transmission.tasks.len()) } }
            (task_table::table(web, "tasks", &transmission.tasks, None))
        }
        @if transmission.results.is_empty() && transmission.tasks.is_empty() && transmission.duplicate_of.is_none() {
            p.empty { (t!("Neither results nor tasks have come of it.")) }
        }
    }
}
