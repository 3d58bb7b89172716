//! `/patients/{mrn}`: who it is, under which numbers, what is true for a time, and everything recorded; newest first.

use super::chrome::{self, Here, Sheet, Shown};
use super::form_parts::{Input, SEXES, choice, input, summary};
use super::{patient, patients};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::FieldTrouble;
use actions::patients::{ChangePatientRefusal, ChangeRequest};
use actions::views::{self, PatientView};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::PatientId;
use maud::{Markup, html};
use people::Action;
use serde::Deserialize;
use std::collections::HashMap;

/// Who gave the number, and whether something was done a moment ago.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    authority: String,
    #[serde(default)]
    placed: Option<String>,
}

/// What was tried on the page and did not work.
#[derive(Debug, Default)]
pub(crate) struct Tried {
    pub(crate) troubles: Vec<FieldTrouble>,
    pub(crate) words: Option<String>,
}

/// `GET /patients/{mrn}`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    Query(which): Query<Which>,
) -> Result<Markup, Refusal> {
    let said = which.placed.is_some();
    let notice = html! { @if said { p.done role="status" { (t!("The patient is registered.")) } } };
    record_page(&web, &signed, (&mrn, &which.authority), notice, &Tried::default()).await
}

/// The page of a record, perhaps with what was tried on it.
pub(crate) async fn record_page(
    web: &Web,
    signed: &Signed,
    (mrn, authority): (&str, &str),
    notice: Markup,
    tried: &Tried,
) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let view = views::patient(&web.lab, &signed.actor(), mrn, authority).await?.ok_or_else(|| Refusal::no_such("patient", mrn))?;
    let names = actor_names(web, &view).await?;
    let title = t!("Patient {name}", name = patient::name(&view.found.line));
    let may = |action| entry::refusal(&web.lab, &signed.staff, action, false).is_none();
    let may_register = may(Action::RegisterPatient) && view.merge.is_none();
    let may_merge = entry::refusal_as_one_of_two(&web.lab, &signed.staff, Action::MergePatients).is_none();
    let notice = html! {
        (notice)
        @if let Some(words) = &tried.words { div.alert role="alert" { strong { (t!("Nothing was changed.")) } " " (words) } }
        (summary(&tried.troubles, t!("Nothing was changed yet.")))
    };
    let body = html! {
        h1 { span dir="auto" { (patient::name(&view.found.line)) } " " span.code { (view.found.line.mrn) } " " (patients::state(&view.found)) }
        (merged_notice(web, &view, &names, may_merge))
        (who(&view))
        @if may_register || may_merge { (ways(&view, may_register, may_merge)) }
        (super::patient_facts::section(&view, &names, may_register, tried))
        (orders(web, &view))
        (visits(web, &view))
        (numbers(&view))
        (merged(web, &view, &names, may_merge))
        (former(web, &view, &names))
        @if may_register { (change_form(&view, tried)) }
        @if view.more { p.hint { (t!("Only the newest hundred of each are shown.")) } }
    };
    let shown = Shown { topics: &["results"], versions };
    let address = patients::address(&view.found.line.mrn, &view.found.authority);
    Ok(chrome::page(web, signed, Sheet { notice, address: Some(&address), ..Sheet::live(Here::Patients, &title, shown, body) }))
}

async fn actor_names(web: &Web, view: &PatientView) -> Result<HashMap<String, String>, Refusal> {
    let facts = view.facts.iter().flat_map(|fact| [Some(fact.recorded_by.clone()), fact.withdrawn.clone().map(|(_, by)| by)]);
    let merges = view.merged.iter().map(|(_, merge)| merge).chain(view.merge.as_ref().map(|(merge, _)| merge));
    let merges = merges.flat_map(|merge| [Some(merge.merged_by.clone()), Some(merge.confirmed_by.clone())]);
    let former = view.former.iter().map(|former| Some(former.replaced_by.clone()));
    let actors = facts.chain(merges).chain(former).flatten().filter(|actor| !actor.is_empty()).collect();
    Ok(views::actor_names(&web.lab, actors).await?)
}

/// A name by the actor as it is written.
pub(crate) fn named<'n>(names: &'n HashMap<String, String>, actor: &'n str) -> &'n str {
    names.get(actor).map_or(actor, String::as_str)
}

fn merged_notice(web: &Web, view: &PatientView, names: &HashMap<String, String>, may_merge: bool) -> Markup {
    html! {
        @if let Some((merge, into)) = &view.merge {
            div.alert role="note" data-merged-into=(into) {
                strong { (t!("This record was merged into")) " " a href=(patients::address(into, "")) autofocus { (into) } }
                " " (t!("on")) " " (times::moment(web, merge.merged_at)) ". "
                (t!("Everything recorded under this number stands there now."))
                p { (t!("By")) " " (people(names, &merge.merged_by, &merge.confirmed_by)) ": " (merge.reason) }
                @if may_merge { p { a href=(format!("/patients/{}/unmerge", encode(&view.found.line.mrn))) { (t!("Undo this merge")) } } }
            }
        }
    }
}

fn people(names: &HashMap<String, String>, one: &str, other: &str) -> String {
    let one = named(names, one);
    if other.is_empty() { one.to_owned() } else { format!("{one}, {}", named(names, other)) }
}

fn who(view: &PatientView) -> Markup {
    let line = &view.found.line;
    html! {
        dl.facts {
            div { dt { (t!("Record number")) } dd.code { (line.mrn) @if !view.found.authority.is_empty() { " " (view.found.authority) } } }
            div { dt { (t!("Born")) } dd { @if line.birth_date.is_empty() { (t!("unknown")) } @else { (line.birth_date) } } }
            div { dt { (t!("Age")) } dd { (view.found.age_months.map_or_else(|| t!("unknown").to_owned(), patients::age)) } }
            div { dt { (t!("Sex")) } dd { (patient::sex(&line.sex)) } }
            @if let Some(mother) = &view.mother { div { dt { (t!("Mother")) } dd.code { a href=(patients::address(mother, "")) { (mother) } } } }
        }
    }
}

fn ways(view: &PatientView, may_register: bool, may_merge: bool) -> Markup {
    let mrn = encode(&view.found.line.mrn);
    html! {
        p.more {
            @if may_register { a href=(format!("/patients/new?mother={mrn}")) { (t!("Register a newborn of this patient")) } }
            @if may_register && may_merge && view.merge.is_none() { " · " }
            @if may_merge && view.merge.is_none() { a href=(format!("/patients/{mrn}/merge")) { (t!("Merge with another record")) } }
        }
    }
}

fn orders(web: &Web, view: &PatientView) -> Markup {
    html! {
        h2 #orders { (t!("Orders, newest first")) " " span.count { (view.orders.len()) } }
        @if view.orders.is_empty() { p.empty { (t!("Nothing was ordered under this number.")) } } @else {
            div.table role="region" aria-labelledby="orders" tabindex="0" { table {
                thead { tr { th scope="col" { (t!("Accession")) } th scope="col" { (t!("Priority")) } th scope="col" { (t!("Ordered")) } th scope="col" { (t!("Placed")) } } }
                tbody { @for order in &view.orders { tr data-order=(order.accession) {
                    th.row.code scope="row" { a href=(format!("/orders/{}", encode(&order.accession))) { (order.accession) } }
                    td { (views::priority_words(&order.priority)) }
                    td { (times::moment(web, order.ordered_at)) }
                    td { @if order.original.is_some() { (t!("under a number that was merged into this one")) } @else { (t!("under this number")) } }
                } } }
            } }
        }
    }
}

fn visits(web: &Web, view: &PatientView) -> Markup {
    html! {
        @if !view.visits.is_empty() {
            h2 #visits { (t!("Visits")) " " span.count { (view.visits.len()) } }
            div.table role="region" aria-labelledby="visits" tabindex="0" { table {
                thead { tr { th scope="col" { (t!("Number")) } th scope="col" { (t!("State")) } th scope="col" { (t!("Where")) } th scope="col" { (t!("Told")) } } }
                tbody { @for visit in &view.visits { tr {
                    th.row.code scope="row" { (visit.number) }
                    td { (visit.state.name()) " " (visit.class) }
                    td { ([&visit.facility, &visit.ward, &visit.room, &visit.bed].iter().filter(|part| !part.is_empty()).map(|part| part.as_str()).collect::<Vec<_>>().join(" · ")) }
                    td { (times::moment(web, visit.told_at)) }
                } } }
            } }
        }
    }
}

fn numbers(view: &PatientView) -> Markup {
    html! {
        @if !view.identifiers.is_empty() {
            h2 { (t!("Further numbers")) }
            dl.facts { @for number in &view.identifiers { div { dt { (number.authority) " " (number.kind) } dd.code { (number.value) } } } }
        }
    }
}

fn merged(web: &Web, view: &PatientView, names: &HashMap<String, String>, may_merge: bool) -> Markup {
    html! {
        @if !view.merged.is_empty() {
            h2 #merged { (t!("Merged into this record")) }
            ul.plain { @for (line, merge) in &view.merged { li data-merged=(line.mrn) {
                a.code href=(patients::address(&line.mrn, "")) { (line.mrn) } " " span dir="auto" { (patient::name(line)) } " · " (times::moment(web, merge.merged_at)) " · "
                (people(names, &merge.merged_by, &merge.confirmed_by)) ": " (merge.reason)
                @if may_merge { " · " a href=(format!("/patients/{}/unmerge", encode(&line.mrn))) { (t!("Undo")) } }
            } } }
        }
    }
}

fn former(web: &Web, view: &PatientView, names: &HashMap<String, String>) -> Markup {
    html! {
        @if !view.former.is_empty() {
            h2 #former { (t!("Facts of before")) }
            ul.plain { @for former in &view.former { li data-former {
                span dir="auto" { (former.family_name) @if !former.given_name.is_empty() { ", " (former.given_name) } } " · "
                @if former.birth_date.is_empty() { (t!("birth date unknown")) } @else { (former.birth_date) } " · " (patient::sex(&former.sex))
                " · " (t!("until")) " " (times::moment(web, former.replaced_at)) " · " (named(names, &former.replaced_by))
            } } }
        }
    }
}

fn change_form(view: &PatientView, tried: &Tried) -> Markup {
    let (line, troubles) = (&view.found.line, tried.troubles.as_slice());
    let field = |id, label, value| input(troubles, Input { id, label, value, ..Input::default() });
    html! {
        details data-fold="change" open[view.found.is_unknown] {
            summary { h2 { @if view.found.is_unknown { (t!("Say who this is")) } @else { (t!("Correct the facts")) } } }
            form.card method="post" action=(format!("/patients/{}/change", encode(&line.mrn))) novalidate {
                (hidden(view))
                div.fields {
                    (field("family_name", t!("Family name"), line.family_name.as_str()))
                    (field("given_name", t!("Given name"), line.given_name.as_str()))
                    (field("birth_date", t!("Birth date"), line.birth_date.as_str()))
                    (choice(troubles, "sex", t!("Sex"), &SEXES, &line.sex))
                }
                label.tick { input type="checkbox" name="unknown" value="1" checked[view.found.is_unknown]; span { (t!("Nobody knows who this is")) } }
                div.actions { button.main type="submit" { (t!("Keep")) } span.hint { (t!("What stood before stays readable under “Facts of before”.")) } }
            }
        }
    }
}

/// What every form about a record carries: the command, the record, its version and authority.
pub(crate) fn hidden(view: &PatientView) -> Markup {
    html! {
        input type="hidden" name="command" value=(actions::new_command());
        input type="hidden" name="patient" value=(view.found.id);
        input type="hidden" name="seen_version" value=(view.row_version);
        input type="hidden" name="authority" value=(view.found.authority);
    }
}

/// The record a form is about, and the version that was seen.
pub(crate) fn seen_in(fields: &Fields) -> Result<(PatientId, i64), Refusal> {
    let unreadable = || {
        Refusal::unreadable(
            "The form does not say which record was seen.",
            "fields patient and seen_version",
            "Open the patient's page and send it there.",
        )
    };
    let patient = fields.text("patient").parse().map_err(|_| unreadable())?;
    Ok((patient, fields.text("seen_version").parse().map_err(|_| unreadable())?))
}

/// `POST /patients/{mrn}/change`
pub(crate) async fn change(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let (patient, seen_version) = seen_in(&fields)?;
    let text = |name: &str| fields.text(name).to_owned();
    let request = ChangeRequest {
        patient,
        seen_version,
        family_name: text("family_name"),
        given_name: text("given_name"),
        birth_date: text("birth_date"),
        sex: text("sex"),
        is_unknown: !fields.text("unknown").is_empty(),
    };
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let (status, tried) = match actions::patients::change_patient(&web.lab, &signed.actor(), command, request).await {
        Ok(()) => return Ok(Redirect::to(&patients::address(&mrn, fields.text("authority"))).into_response()),
        Err(ChangePatientRefusal::Invalid(troubles)) => (StatusCode::UNPROCESSABLE_ENTITY, Tried { troubles, words: None }),
        Err(ChangePatientRefusal::Refused(words)) => (StatusCode::CONFLICT, Tried { words: Some(words), ..Tried::default() }),
        Err(ChangePatientRefusal::Trouble(trouble)) => return Err(trouble.into()),
    };
    Ok(says_itself(status, record_page(&web, &signed, (&mrn, fields.text("authority")), html! {}, &tried).await?))
}
