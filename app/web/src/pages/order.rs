//! `/orders/{accession}`: the patient, the containers as they are labelled, every examination with its result or what it waits for.

use super::chrome::{self, Here, Sheet, Shown};
use super::{examination, order_changes, patient, result_table};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::views::{self, ContainerEntry, OrderView, OrderedExamination, ResultLine};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::Lang;
use maud::{Markup, html};
use people::Action;
use serde::Deserialize;
use workflow::ContainerState;

/// Whether the order was placed a moment ago: `?placed=1`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Arrived {
    #[serde(default)]
    placed: Option<String>,
}

/// `GET /orders/{accession}`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
    Query(arrived): Query<Arrived>,
) -> Result<Markup, Refusal> {
    let notice = html! {
        @if arrived.placed.is_some() {
            p.done role="status" {
                (t!("The order is placed.")) " "
                a href=(format!("/orders/{}/labels", encode(&accession))) { (t!("Print the labels where it is collected")) } "."
            }
        }
    };
    page(&web, &signed, &accession, notice).await
}

/// The page after a change that was refused.
pub(super) async fn refused(web: &Web, signed: &Signed, accession: &str, why: &str) -> Result<Response, Refusal> {
    let notice = html! { p.alert role="alert" data-refused { strong { (t!("Nothing was changed.")) } " " (why) } };
    Ok(says_itself(StatusCode::CONFLICT, page(web, signed, accession, notice).await?))
}

async fn page(web: &Web, signed: &Signed, accession: &str, notice: Markup) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let found = views::order_by_accession(&web.lab, &signed.actor(), accession).await?;
    let order = found.ok_or_else(|| Refusal::no_such("order", accession))?;
    let title = t!("Order {accession}", accession = order.accession);
    let is_theirs = |action, is_reading| entry::refusal(&web.lab, &signed.staff, action, is_reading).is_none();
    let may = May { change: is_theirs(Action::AddOnOrCancel, false), enter: is_theirs(Action::ModerateTest, true) };
    let body = html! {
        h1 { (patient::name(&order.patient)) " " span.code { (order.accession) } " " (examination::priority(&order.priority)) }
        (facts(web, &order))
        (requisition(&order))
        (labels(web, &order))
        (examinations(web, &order, may))
        @if may.change { (order_changes::forms(&order)) }
        (timeline(web, &order))
    };
    let shown = Shown { topics: &["results"], versions };
    // A form that was refused stands at another address than the order.
    let address = format!("/orders/{}", encode(&order.accession));
    Ok(chrome::page(web, signed, Sheet { notice, address: Some(&address), ..Sheet::live(Here::Elsewhere, &title, shown, body) }))
}

/// What the request says beside its tests, as far as it says anything.
fn requisition(order: &OrderView) -> Markup {
    let says = &order.requisition;
    let lines = [
        (t!("Requester"), &says.requester),
        (t!("Identifier"), &says.requester_identifier),
        (t!("Contact for critical results"), &says.contact),
        (t!("Location"), &says.location),
        (t!("Copies to"), &says.copies_to),
        (t!("Clinical information"), &says.clinical_information),
    ];
    let said: Vec<_> = lines.into_iter().filter(|(_, words)| !words.is_empty()).collect();
    html! {
        @if !said.is_empty() || !order.answers.is_empty() {
            h2 #request { (t!("Request")) }
            dl.facts aria-labelledby="request" {
                @for (name, words) in said { div { dt { (name) } dd { (words) } } }
                @for (question, answer) in &order.answers { div { dt { (question) } dd { (answer) } } }
            }
        }
    }
}

fn timeline(web: &Web, order: &OrderView) -> Markup {
    html! {
        h2 #timeline { (t!("What happened")) }
        ol.timeline aria-labelledby="timeline" {
            li { (times::moment(web, order.ordered_at)) " " strong { (t!("ordered")) } @if !order.requisition.source.is_empty() { " " (t!("by {source}", source = order.requisition.source)) } }
            @for event in &order.events {
                li data-event=(event.kind) { (times::moment(web, event.at)) " " strong { (event.kind) } " " (event.note) " " span.sub { (event.by) } }
            }
        }
    }
}

fn facts(web: &Web, order: &OrderView) -> Markup {
    let born = if order.patient.birth_date.is_empty() { t!("unknown") } else { order.patient.birth_date.as_str() };
    html! {
        dl.facts {
            div { dt { (t!("Record number")) } dd.code { (order.patient.mrn) } }
            div { dt { (t!("Born")) } dd { (born) } }
            div { dt { (t!("Sex")) } dd { (patient::sex(&order.patient.sex)) } }
            div { dt { (t!("Accession")) } dd.code { (order.accession) } }
            div { dt { (t!("Priority")) } dd { (order.priority) } }
            div { dt { (t!("Ordered")) } dd { (times::moment(web, order.ordered_at)) } }
        }
    }
}

/// The containers as their labels say it: the name as large as the code, and how far each has come.
fn labels(web: &Web, order: &OrderView) -> Markup {
    html! {
        h2 #containers { (t!("Containers")) " " a href=(format!("/orders/{}/labels", encode(&order.accession))) { (t!("Labels")) } }
        ul.labels aria-labelledby="containers" {
            @for entry in &order.containers {
                li.label data-container=(entry.record.code) data-container-state=(entry.state.words(Lang::English)) {
                    span.label-name { (patient::name(&order.patient)) }
                    span.label-code { (entry.record.code) }
                    span.sub { (patient::facts(&order.patient)) }
                    span.sub { (entry.record.specimen) " · " (tests_in(order, &entry.record.code)) }
                    span.sub { (state(web, entry)) }
                }
            }
        }
    }
}

/// How far a container has come, with a glyph and when.
fn state(web: &Web, entry: &ContainerEntry) -> Markup {
    let (glyph, at) = match entry.state {
        ContainerState::ToCollect => ("○", entry.due_at),
        ContainerState::Collected { at } => ("◐", Some(at)),
        ContainerState::Received { at, .. } => ("●", Some(at)),
        ContainerState::Ended { at, .. } => ("✕", Some(at)),
    };
    html! {
        span aria-hidden="true" { (glyph) } " " (entry.state.words(Lang::English))
        @if let Some(at) = at { @if entry.state == ContainerState::ToCollect { ", " (t!("due")) } " " (times::moment(web, at)) }
        @if let Some(collector) = &entry.collector { " · " (t!("drawn by {collector}", collector = collector)) }
    }
}

fn tests_in(order: &OrderView, code: &str) -> String {
    let tests = order.examinations.iter().filter(|examination| examination.container == code);
    tests.map(|examination| examination.test.as_str()).collect::<Vec<_>>().join(" ")
}

/// What whoever looks may do with examinations.
#[derive(Clone, Copy)]
struct May {
    change: bool,
    enter: bool,
}

fn examinations(web: &Web, order: &OrderView, may: May) -> Markup {
    let waits = |examination: &OrderedExamination| examination.result.is_none() && examination.cancelled_at.is_none();
    let first = order.examinations.iter().position(waits);
    html! {
        h2 #examinations { (t!("Examinations")) }
        div.table role="region" aria-labelledby="examinations" tabindex="0" {
            table aria-labelledby="examinations" {
                thead {
                    tr {
                        th scope="col" { (t!("Test")) }
                        th.number scope="col" { (t!("Value")) }
                        th scope="col" { (t!("Unit")) }
                        th scope="col" { (t!("State")) }
                        th scope="col" { (t!("What was looked at")) }
                        th scope="col" { (t!("Container")) }
                        th.number scope="col" { (t!("Filed")) }
                    }
                }
                tbody {
                    @for (place, examination) in order.examinations.iter().enumerate() {
                        @match &examination.result {
                            Some(line) => (done(web, line)),
                            None => (waiting(order, examination, may, first == Some(place))),
                        }
                    }
                }
            }
        }
    }
}

fn done(web: &Web, line: &ResultLine) -> Markup {
    html! {
        tr data-result data-key=(examination::key(line)) data-test=(line.test) data-state=(examination::state(line))
            data-critical=(line.critical) data-container=(line.container) {
            th.row scope="row" { (line.test_name) span.sub.code { (line.test) } }
            td.number.value data-value { (line.reported) }
            td { (line.unit) (result_table::sent_otherwise(line)) }
            td.state { (examination::badge(line)) }
            td data-reasons {
                @if line.held {
                    (examination::reasons(line))
                    p.hint { a data-verify href=(format!("/results/verify/{}", line.examination)) { (t!("Look again and verify")) } }
                }
                (examination::account(line))
            }
            td.code { (line.container) }
            td.number { (times::moment(web, line.filed_at)) }
        }
    }
}

/// The key enters the first that waits.
fn waiting(order: &OrderView, examination: &OrderedExamination, may: May, is_first: bool) -> Markup {
    let address = format!("/results/enter/{}/{}", encode(&examination.container), encode(&examination.test));
    let (glyph, state, hint) = match (examination.cancelled_at, examination.held_at) {
        (Some(_), _) => ("✕", t!("Cancelled"), t!("Nobody wants it any more")),
        (None, Some(_)) => ("‖", t!("On hold"), t!("The requester asked to wait")),
        (None, None) => ("…", t!("Waiting"), t!("No result is filed; look under Tasks for what could not be read")),
    };
    let is_wanted = examination.cancelled_at.is_none();
    html! {
        tr data-examination data-key=(format!("{}-{}-waiting", examination.container, examination.test)) data-test=(examination.test)
            data-state="waiting" data-container=(examination.container) {
            th.row scope="row" { (examination.test_name) span.sub.code { (examination.test) } }
            td.number.value {}
            td {}
            td.state { span.badge.waiting { span aria-hidden="true" { (glyph) } " " (state) } }
            td.hint {
                (hint) " "
                @if may.enter && is_wanted {
                    a data-enter aria-keyshortcuts=[is_first.then_some("E")] href=(address) { (t!("Enter")) }
                    @if is_first { " " kbd aria-hidden="true" { "E" } }
                }
                @if may.change && is_wanted { (order_changes::beside(&order.accession, examination)) }
            }
            td.code { (examination.container) }
            td {}
        }
    }
}
