//! `/orders/{accession}`: the patient, the containers as they are labelled, every examination with its result or what it waits for.

use super::chrome::{self, Here, Sheet, Shown};
use super::{examination, patient, result_table};
use crate::Web;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::views::{self, OrderView, OrderedExamination, ResultLine};
use axum::Extension;
use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use people::Action;
use serde::Deserialize;

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
    let versions = web.lab.live().versions();
    let order =
        views::order_by_accession(&web.lab, &signed.actor(), &accession).await?.ok_or_else(|| Refusal::no_such("order", &accession))?;
    let title = t!("Order {accession}", accession = order.accession);
    let notice = html! {
        @if arrived.placed.is_some() {
            p.done role="status" { (t!("The order is placed. Label each container with its code and put it on an analyser.")) }
        }
    };
    let body = html! {
        h1 { (patient::name(&order.patient)) " " span.code { (order.accession) } " " (examination::priority(&order.priority)) }
        (facts(&web, &order))
        (labels(&order))
        (examinations(&web, &signed, &order))
    };
    let shown = Shown { topics: &["results"], versions };
    Ok(chrome::page(&web, &signed, Sheet { notice, ..Sheet::live(Here::Elsewhere, &title, shown, body) }))
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

/// The containers as their labels say it: the name as large as the code.
fn labels(order: &OrderView) -> Markup {
    html! {
        h2 #containers { (t!("Containers")) }
        ul.labels aria-labelledby="containers" {
            @for (code, specimen) in order.containers.iter().map(|entry| (&entry.record.code, &entry.record.specimen)) {
                li.label data-container=(code) {
                    span.label-name { (patient::name(&order.patient)) }
                    span.label-code { (code) }
                    span.sub { (patient::facts(&order.patient)) }
                    span.sub { (specimen) " · " (tests_in(order, code)) }
                }
            }
        }
    }
}

fn tests_in(order: &OrderView, code: &str) -> String {
    let tests = order.examinations.iter().filter(|examination| examination.container == code);
    tests.map(|examination| examination.test.as_str()).collect::<Vec<_>>().join(" ")
}

fn examinations(web: &Web, signed: &Signed, order: &OrderView) -> Markup {
    let may_enter = entry::refusal(&web.lab, &signed.staff, Action::ModerateTest, true).is_none();
    let first = order.examinations.iter().position(|examination| examination.result.is_none());
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
                            None => (waiting(examination, may_enter, first == Some(place))),
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
fn waiting(examination: &OrderedExamination, may_enter: bool, is_first: bool) -> Markup {
    let address = format!("/results/enter/{}/{}", encode(&examination.container), encode(&examination.test));
    html! {
        tr data-examination data-key=(format!("{}-{}-waiting", examination.container, examination.test)) data-test=(examination.test)
            data-state="waiting" data-container=(examination.container) {
            th.row scope="row" { (examination.test_name) span.sub.code { (examination.test) } }
            td.number.value {}
            td {}
            td.state { span.badge.waiting { span aria-hidden="true" { "…" } " " (t!("Waiting")) } }
            td.hint {
                (t!("No result is filed; look under Tasks for what could not be read")) " "
                @if may_enter {
                    a data-enter aria-keyshortcuts=[is_first.then_some("E")] href=(address) { (t!("Enter")) }
                    @if is_first { " " kbd aria-hidden="true" { "E" } }
                }
            }
            td.code { (examination.container) }
            td {}
        }
    }
}
