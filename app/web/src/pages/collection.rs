//! `/collection`: what is to be drawn, first what is due first; and at the bedside of one patient, tube by tube in the order of draw.

use super::chrome::{self, Here, Sheet, Shown};
use super::{examination, patient};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::views::{self, DrawLine, PatientLine};
use actions::{ActRefusal, Collection, Collector, NotCollected};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Lang, Timestamp};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// Which ward's draws are wanted, or whose.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    location: String,
    #[serde(default)]
    number: String,
}

/// `GET /collection`, by `?location=`; with `?number=` on to that patient.
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Refusal> {
    let number = wanted.number.trim();
    if !number.is_empty() {
        return Ok(Redirect::to(&format!("/collection/{}", encode(number))).into_response());
    }
    let versions = web.lab.live().versions();
    let list = views::draw_list(&web.lab, &signed.actor()).await?;
    let locations: BTreeSet<&str> = list.rows.iter().map(|line| line.location.as_str()).filter(|location| !location.is_empty()).collect();
    let rows: Vec<&DrawLine> = list.rows.iter().filter(|line| wanted.location.is_empty() || line.location == wanted.location).collect();
    let overdue = rows.iter().filter(|line| line.is_overdue).count();
    let body = html! {
        h1 { (t!("Collection")) }
        (scan_number())
        form.filter method="get" action="/collection" {
            label for="location" { (t!("Location")) }
            div.inline {
                select #location name="location" {
                    option value="" selected[wanted.location.is_empty()] { (t!("everywhere")) }
                    @for location in &locations { option value=(location) selected[*location == wanted.location] { (location) } }
                }
                button type="submit" { (t!("Show")) }
            }
        }
        h2 #due { (t!("To be drawn, due first")) " " span.count data-count { (rows.len()) @if list.is_cut { "+" } }
            @if overdue > 0 { " " span.badge.overdue { span aria-hidden="true" { "◷" } " " (t!("{overdue} overdue", overdue = overdue)) } } }
        @if rows.is_empty() { p.empty { (t!("Nothing is to be drawn.")) } } @else { (draw_table(&web, &rows)) }
    };
    let shown = Shown { topics: &["results"], versions };
    Ok(chrome::page(&web, &signed, Sheet::live(Here::Collection, t!("Collection"), shown, body)).into_response())
}

fn scan_number() -> Markup {
    html! {
        form.scan method="get" action="/collection" {
            label for="number" { (t!("Scan a wristband")) " " span.hint { (t!("or type a record number: only that patient's tubes open")) } }
            input #number name="number" data-scan-field autocomplete="off" spellcheck="false" maxlength="64" autofocus;
        }
    }
}

/// One line for each patient: when the first is due, where, and which tubes.
fn draw_table(web: &Web, rows: &[&DrawLine]) -> Markup {
    let mut of: BTreeMap<&str, Vec<&DrawLine>> = BTreeMap::new();
    rows.iter().for_each(|line| of.entry(&line.patient.mrn).or_default().push(line));
    let mut patients: Vec<Vec<&DrawLine>> = of.into_values().collect();
    patients.sort_by_key(|lines| lines.iter().map(|line| (line.due_at, line.priority)).min());
    html! {
        div.table role="region" aria-labelledby="due" tabindex="0" {
            table aria-labelledby="due" {
                thead { tr {
                    th scope="col" { (t!("Due")) } th scope="col" { (t!("Patient")) } th scope="col" { (t!("Location")) } th scope="col" { (t!("Tubes")) }
                } }
                tbody { @for lines in &patients { (patient_row(web, lines)) } }
            }
        }
    }
}

fn patient_row(web: &Web, lines: &[&DrawLine]) -> Markup {
    let Some(first) = lines.iter().min_by_key(|line| (line.due_at, line.priority)) else { return html! {} };
    html! {
        tr data-key=(first.patient.mrn) data-overdue=(first.is_overdue) {
            th.row scope="row" {
                (times::moment(web, first.due_at))
                @if first.is_overdue { " " span.badge.overdue { span aria-hidden="true" { "◷" } " " (t!("overdue")) } }
            }
            td.patient { a href=(format!("/collection/{}", encode(&first.patient.mrn))) { (patient::name(&first.patient)) } span.sub { (patient::facts(&first.patient)) } }
            td { (first.location) }
            td {
                ul.tubes { @for line in lines { li {
                    (line.tube) " " span.sub { (line.tests.join(" ")) }
                    " " (examination::priority(line.priority.words(Lang::English)))
                    @if line.is_recollection { " " span.badge.waiting { "↻ " (t!("again")) } }
                    @if line.is_held { " " span.badge.waiting { "‖ " (t!("on hold")) } }
                } } }
            }
        }
    }
}

/// `GET /collection/{mrn}`
pub(crate) async fn bedside(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
) -> Result<Response, Refusal> {
    bedside_page(&web, &signed, &mrn, None).await
}

/// `POST /collection/{mrn}`: a label scanned back, a collection by somebody else, or one that was not possible.
pub(crate) async fn collect(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let said = match act(&web, &signed, &mrn, &fields).await {
        Ok(said) => Ok(said),
        Err(ActRefusal::Refused(why)) => Err(why),
        Err(ActRefusal::Trouble(trouble)) => return Err(trouble.into()),
    };
    bedside_page(&web, &signed, &mrn, Some(said)).await
}

async fn act(web: &Web, signed: &Signed, mrn: &str, fields: &Fields) -> Result<String, ActRefusal> {
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let code = fields.text("code").to_owned();
    if let Some(why) = NotCollected::from_name(fields.text("not_collected")) {
        actions::not_collected(&web.lab, &signed.actor(), command, &code, why).await?;
        return Ok(t!("{code} is not collected: {why}; the ward has a task", code = code, why = why.words(Lang::English)));
    }
    let name = fields.text("collector");
    let collector = if name.is_empty() { Collector::Staff(signed.staff.id) } else { Collector::Named(name.to_owned()) };
    let at = match fields.text("collected_at") {
        "" => None,
        text => Some(web.instant(text).map_err(ActRefusal::Refused)?),
    };
    let collection = Collection { code, at_patient: Some(mrn.to_owned()), collector, at };
    let code = actions::collect(&web.lab, &signed.actor(), command, collection).await?;
    Ok(t!("{code} is collected", code = code))
}

async fn bedside_page(web: &Web, signed: &Signed, mrn: &str, said: Option<Result<String, String>>) -> Result<Response, Refusal> {
    let found = views::draws_of_patient(&web.lab, &signed.actor(), mrn).await?;
    let Some((person, draws)) = found else { return Err(Refusal::no_such("patient", mrn)) };
    if person.mrn != mrn && said.is_none() {
        // A number that was merged leads to the one that goes on.
        return Ok(Redirect::to(&format!("/collection/{}", encode(&person.mrn))).into_response());
    }
    let status = if matches!(said, Some(Err(_))) { StatusCode::CONFLICT } else { StatusCode::OK };
    let body = html! {
        (who(&person))
        @match &said {
            Some(Ok(words)) => p.done role="status" data-said="done" { "✓ " (words) },
            Some(Err(words)) => p.alert role="alert" data-said="refused" { strong { (t!("STOP")) } " " (words) },
            None => {},
        }
        @if draws.is_empty() {
            p.empty { (t!("Nothing is to be drawn from this patient.")) " " a href="/collection" { (t!("The next patient")) } }
        } @else {
            (scan_back(&person))
            ol.draws { @for line in &draws { (tube(web, line)) } }
        }
    };
    let title = t!("Collect: {name}", name = patient::name(&person));
    Ok(says_itself(status, chrome::page(web, signed, Sheet::still(Here::Collection, &title, body))))
}

fn who(person: &PatientLine) -> Markup {
    html! {
        h1 { (patient::name(person)) }
        p.who-it-is { (patient::facts(person)) }
        p.hint { (t!("Ask for name and date of birth, and compare them with the wristband, before you draw.")) }
    }
}

fn scan_back(person: &PatientLine) -> Markup {
    html! {
        form.scan method="post" action=(format!("/collection/{}", encode(&person.mrn))) {
            input type="hidden" name="command" value=(actions::new_command());
            label for="scan" { (t!("Scan each label once it is stuck on its tube")) " " span.hint { (t!("that says: drawn now, by me")) } }
            input #scan name="code" data-scan-field autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="64" autofocus;
            details {
                summary { (t!("Somebody else drew it, or earlier")) }
                div.fields {
                    div { label for="collector" { (t!("Collected by")) } input #collector name="collector" autocomplete="off" maxlength="200"; }
                    div { label for="collected_at" { (t!("At")) } input #collected_at name="collected_at" type="datetime-local"; }
                }
                div.actions { button type="submit" { (t!("Record")) } }
            }
        }
    }
}

fn tube(web: &Web, line: &DrawLine) -> Markup {
    html! {
        li.draw data-container=(line.code) {
            div.draw-tube {
                strong { (line.tube) } " " (examination::priority(line.priority.words(Lang::English)))
                span.sub { (line.contents) }
                @if let Some(needed) = line.needed_ul { span.sub { (t!("at least {needed} µL are used of it; fill to the mark", needed = needed)) } }
            }
            div { span.code.big { (line.code) } span.sub { (line.tests.join(" ")) } span.sub { (due(web, line.due_at, line.is_overdue)) } }
            div.draw-acts {
                a href=(format!("/orders/{}/labels", encode(&line.accession))) {
                    @if line.printed_at.is_some() { (t!("Label")) } @else { (t!("Print label")) }
                }
                details {
                    summary { (t!("Not possible")) }
                    form method="post" action=(format!("/collection/{}", encode(&line.patient.mrn))) {
                        input type="hidden" name="command" value=(actions::new_command());
                        input type="hidden" name="code" value=(line.code);
                        @for (key, why) in (1..).zip(NotCollected::ALL) {
                            button type="submit" name="not_collected" value=(why.name()) { kbd aria-hidden="true" { (key) } " " (why.words(Lang::English)) }
                        }
                    }
                }
            }
        }
    }
}

fn due(web: &Web, at: Timestamp, is_overdue: bool) -> Markup {
    html! { (t!("due")) " " (times::moment(web, at)) @if is_overdue { " " span.badge.overdue { span aria-hidden="true" { "◷" } " " (t!("overdue")) } } }
}
