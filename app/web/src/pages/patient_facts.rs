//! What is true of a patient for a time, on the patient's page: recorded, ended, withdrawn.

use super::form_parts::{Input, choice, input};
use super::patient_page::{Tried, hidden, named, record_page, seen_in};
use super::patients;
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::words::t;
use actions::patients::{FactChange, FactRefusal, FactRequest};
use actions::views::PatientView;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Lang, PatientFactKind};
use maud::{Markup, html};
use std::collections::HashMap;

pub(crate) fn section(view: &PatientView, names: &HashMap<String, String>, may_change: bool, tried: &Tried) -> Markup {
    let mrn = encode(&view.found.line.mrn);
    html! {
        h2 #facts { (t!("True for a time")) }
        @if view.facts.is_empty() { p.hint { (t!("Nothing is recorded of pregnancy, transplant, dialysis or special needs of blood.")) } } @else {
            div.table role="region" aria-labelledby="facts" tabindex="0" { table {
                thead { tr { th scope="col" { (t!("What")) } th scope="col" { (t!("From")) } th scope="col" { (t!("Until")) } th scope="col" { (t!("Recorded by")) } th scope="col" { (t!("State")) } } }
                tbody { @for fact in &view.facts { tr data-fact=(fact.kind.name()) data-withdrawn[fact.withdrawn.is_some()] {
                    th.row scope="row" { (fact.kind.words(Lang::English)) @if !fact.detail.is_empty() { span.sub { (fact.detail) } } }
                    td.whole { @if fact.from_day.is_empty() { (t!("not known")) } @else { (fact.from_day) } }
                    td.whole { @if fact.until_day.is_empty() { (t!("goes on")) } @else { (fact.until_day) } }
                    td { (named(names, &fact.recorded_by)) }
                    td {
                        @if let Some((_, by)) = &fact.withdrawn {
                            span.badge.waiting { span aria-hidden="true" { "✕" } (t!("withdrawn")) } span.sub { (named(names, by)) }
                        } @else if may_change {
                            form.inline method="post" action=(format!("/patients/{mrn}/facts/{}", fact.id)) {
                                (hidden(view))
                                input type="hidden" name="fact_version" value=(fact.row_version);
                                @if fact.until_day.is_empty() {
                                    input name="day" aria-label=(t!("Last day")) placeholder=(t!("YYYY-MM-DD")) maxlength="10" autocomplete="off";
                                    button type="submit" name="do" value="end" { (t!("End")) }
                                }
                                button.quiet type="submit" name="do" value="withdraw" { (t!("Withdraw: it was wrong")) }
                            }
                        }
                    }
                } } }
            } }
        }
        @if may_change { (form(view, tried)) }
    }
}

fn form(view: &PatientView, tried: &Tried) -> Markup {
    let troubles = tried.troubles.as_slice();
    let kinds: Vec<(&str, &str)> = PatientFactKind::ALL.iter().map(|kind| (kind.name(), kind.words(Lang::English))).collect();
    let field = |id, label, hint| input(troubles, Input { id, label, hint, ..Input::default() });
    html! {
        details data-fold="fact" {
            summary { (t!("Record something true for a time")) }
            form.card method="post" action=(format!("/patients/{}/facts", encode(&view.found.line.mrn))) novalidate {
                (hidden(view))
                div.fields {
                    (choice(troubles, "kind", t!("Kind"), &kinds, ""))
                    (field("detail", t!("Detail"), t!("such as the organ")))
                    (field("from_day", t!("From"), t!("YYYY-MM-DD")))
                    (field("until_day", t!("Until"), t!("empty while it goes on")))
                }
                div.actions { button.main type="submit" { (t!("Record")) } }
            }
        }
    }
}

/// `POST /patients/{mrn}/facts`
pub(crate) async fn add(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let (patient, _) = seen_in(&fields)?;
    let text = |name: &str| fields.text(name).to_owned();
    let request = FactRequest { kind: text("kind"), detail: text("detail"), from_day: text("from_day"), until_day: text("until_day") };
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let done = actions::patients::add_fact(&web.lab, &signed.actor(), command, patient, &request).await;
    answer(&web, &signed, &mrn, &fields, done).await
}

/// `POST /patients/{mrn}/facts/{fact}`
pub(crate) async fn change(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path((mrn, fact)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let (patient, _) = seen_in(&fields)?;
    let fact = fact.parse().map_err(|_| Refusal::no_such("fact", &fact))?;
    let seen: i64 = fields.text("fact_version").parse().map_err(|_| Refusal::no_such("fact", "without a version"))?;
    let change = match fields.text("do") {
        "withdraw" => FactChange::Withdraw,
        _ => FactChange::End(fields.text("day").to_owned()),
    };
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let done = actions::patients::change_fact(&web.lab, &signed.actor(), command, patient, (fact, seen), change).await;
    answer(&web, &signed, &mrn, &fields, done).await
}

async fn answer(web: &Web, signed: &Signed, mrn: &str, fields: &Fields, done: Result<(), FactRefusal>) -> Result<Response, Refusal> {
    let authority = fields.text("authority");
    let (status, tried) = match done {
        Ok(()) => return Ok(Redirect::to(&patients::address(mrn, authority)).into_response()),
        Err(FactRefusal::Invalid(troubles)) => (StatusCode::UNPROCESSABLE_ENTITY, Tried { troubles, words: None }),
        Err(FactRefusal::Refused(words)) => (StatusCode::CONFLICT, Tried { words: Some(words), ..Tried::default() }),
        Err(FactRefusal::Trouble(trouble)) => return Err(trouble.into()),
    };
    Ok(says_itself(status, record_page(web, signed, (mrn, authority), html! {}, &tried).await?))
}
