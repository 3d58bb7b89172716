//! `/patients`: one field finds a patient by number, name and birth date, in any order, without a hand leaving the keyboard.

use super::chrome::{self, Here, Sheet};
use super::patient;
use crate::Web;
use crate::entry::{self, Signed};
use crate::error::Refusal;
use crate::local_path::encode;
use crate::words::t;
use actions::views::{self, PatientFound, SearchAnswer};
use axum::Extension;
use axum::extract::{Query, State};
use maud::{Markup, html};
use people::Action;
use serde::Deserialize;

/// What was typed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    q: String,
}

/// `GET /patients?q=`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(typed): Query<Typed>,
) -> Result<Markup, Refusal> {
    let typed = typed.q.trim();
    let answer = if typed.is_empty() { None } else { Some(views::search_patients(&web.lab, &signed.staff, typed).await?) };
    let body = html! {
        h1 { (t!("Patients")) }
        (search_form(&signed, typed, answer.is_none()))
        @match &answer {
            None => p.empty { (t!("Scan a wristband, or type parts of the name, the birth date or a number, in any order: “nguyen lan 1980-03-21”.")) },
            Some(SearchAnswer::Needs(words)) => p.alert role="alert" data-needs { (words) },
            Some(SearchAnswer::Found { patients, more }) => (found(patients, *more)),
        }
        @if entry::refusal(&web.lab, &signed.staff, Action::RegisterPatient, true).is_none() {
            p.more { a href="/patients/new" { (t!("Register a patient")) } " · " a href="/patients/new?unknown=1" { (t!("Somebody unknown")) } }
        }
    };
    Ok(chrome::page(&web, &signed, Sheet::still(Here::Patients, t!("Patients"), body)))
}

fn search_form(signed: &Signed, typed: &str, is_first: bool) -> Markup {
    let two = views::needs_two_identifiers(&signed.staff);
    let shown: String = typed.chars().take(views::TYPED_CHARS_MAX).collect();
    html! {
        form.card.search role="search" action="/patients" method="get" {
            label for="q" {
                (t!("Number, name, birth date")) " "
                span.hint { @if two { (t!("two identifiers: the number, or name and whole birth date")) } @else { (t!("in any order; Enter finds")) } }
            }
            div.inline {
                // After a search the results have the keyboard; the field is one step back.
                input #q name="q" type="search" value=(shown) autocomplete="off" maxlength="200" spellcheck="false" autofocus[is_first];
                button.main type="submit" { (t!("Find")) }
            }
        }
    }
}

fn found(patients: &[PatientFound], more: bool) -> Markup {
    html! {
        h2 #found {
            @if patients.is_empty() { (t!("Nobody found")) } @else { (t!("Found")) " " span.count data-count { (patients.len()) @if more { "+" } } }
        }
        @if patients.is_empty() {
            p.empty {
                (t!("No record fits all of what was typed."))
                " " (t!("Words may be shortened; a birth date is written 1980-03-21, 1980-03 or 1980."))
            }
        }
        @if more { p.hint role="status" data-more { (t!("More than are shown here fit, or may: type more of the name, or the birth date.")) } }
        @if !patients.is_empty() { (list(patients)) }
    }
}

/// Patients as lines; the first has the keyboard, so that Enter opens it.
pub(crate) fn list(patients: &[PatientFound]) -> Markup {
    html! {
        div.table role="region" aria-labelledby="found" tabindex="-1" {
            table {
                thead { tr {
                    th scope="col" { (t!("Name")) } th scope="col" { (t!("Number")) } th scope="col" { (t!("Born")) }
                    th scope="col" { (t!("Age")) } th scope="col" { (t!("Sex")) } th scope="col" { (t!("State")) }
                } }
                tbody { @for (at, one) in patients.iter().enumerate() { (row(one, at == 0)) } }
            }
        }
    }
}

fn row(one: &PatientFound, is_first: bool) -> Markup {
    html! {
        tr data-patient=(one.line.mrn) {
            th.row scope="row" { a href=(address(&one.line.mrn, &one.authority)) autofocus[is_first] dir="auto" { (patient::name(&one.line)) } }
            td.code { (one.line.mrn) @if !one.authority.is_empty() { span.sub { (one.authority) } } }
            td.whole { @if one.line.birth_date.is_empty() { (t!("unknown")) } @else { (one.line.birth_date) } }
            td.whole { (one.age_months.map(age).unwrap_or_default()) }
            td { (patient::sex(&one.line.sex)) }
            td.state { (state(one)) }
        }
    }
}

/// What is particular about a record, in glyph and words.
pub(crate) fn state(one: &PatientFound) -> Markup {
    html! {
        @if let Some(into) = &one.merged_into { span.badge.waiting { span aria-hidden="true" { "→" } (t!("merged into {number}", number = into)) } }
        @if one.is_unknown { span.badge.held { span aria-hidden="true" { "?" } (t!("unknown person")) } }
    }
}

/// The address of a record.
pub(crate) fn address(mrn: &str, authority: &str) -> String {
    let of = if authority.is_empty() { String::new() } else { format!("?authority={}", encode(authority)) };
    format!("/patients/{}{of}", encode(mrn))
}

/// An age as people say it.
pub(crate) fn age(months: u32) -> String {
    match months {
        0 => t!("under 1 month").to_owned(),
        1..24 => t!("{count} mo", count = months),
        _ => t!("{count} y", count = months / 12),
    }
}
