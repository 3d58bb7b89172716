//! `/patients/new`: a record for somebody who has none: a patient with a number, the newborn of a mother, somebody unknown.

use super::chrome::{self, Here, Sheet};
use super::form_parts::{Input, SEXES, choice, input, summary};
use super::patients;
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::words::t;
use actions::FieldTrouble;
use actions::patients::{RegisterPatientRefusal, RegisterRequest};
use actions::views::{self, PatientFound};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::CommandId;
use maud::{Markup, html};
use serde::Deserialize;

/// For whom the form is opened.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ForWhom {
    #[serde(default)]
    unknown: Option<String>,
    #[serde(default)]
    mother: String,
    #[serde(default)]
    mrn: String,
}

/// The form as it stands.
struct Typed {
    command: CommandId,
    request: RegisterRequest,
    troubles: Vec<FieldTrouble>,
    alert: Option<String>,
    alike: Vec<PatientFound>,
}

/// `GET /patients/new`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>, Query(whom): Query<ForWhom>) -> Markup {
    let is_unknown = whom.unknown.is_some();
    let sex = if is_unknown { "U".to_owned() } else { String::new() };
    let request = RegisterRequest { mrn: whom.mrn, mother: whom.mother, is_unknown, sex, ..RegisterRequest::default() };
    form_page(&web, &signed, &Typed { command: actions::new_command(), request, troubles: Vec::new(), alert: None, alike: Vec::new() })
}

/// `POST /patients/new`
pub(crate) async fn register(State(web): State<Web>, Extension(signed): Extension<Signed>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let request = request_in(&fields);
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let again = |status, troubles, alert, alike| {
        // What is sent next is another request than the one that was refused, and so another command.
        let typed = Typed { command: actions::new_command(), request: request.clone(), troubles, alert, alike };
        says_itself(status, form_page(&web, &signed, &typed))
    };
    match actions::patients::register_patient(&web.lab, &signed.actor(), command, request.clone()).await {
        Ok(mrn) => Ok(Redirect::to(&format!("{}?placed=1", patients::address(&mrn, ""))).into_response()),
        Err(RegisterPatientRefusal::Invalid(troubles)) => Ok(again(StatusCode::UNPROCESSABLE_ENTITY, troubles, None, Vec::new())),
        Err(RegisterPatientRefusal::Alike(entries)) => {
            Ok(again(StatusCode::CONFLICT, Vec::new(), None, views::lines_of(&web.lab, entries)))
        }
        Err(RegisterPatientRefusal::Refused(what)) => Ok(again(StatusCode::CONFLICT, Vec::new(), Some(what), Vec::new())),
        Err(RegisterPatientRefusal::Trouble(trouble)) => Err(trouble.into()),
    }
}

fn request_in(fields: &Fields) -> RegisterRequest {
    let text = |name: &str| fields.text(name).to_owned();
    RegisterRequest {
        mrn: text("mrn"),
        family_name: text("family_name"),
        given_name: text("given_name"),
        birth_date: text("birth_date"),
        sex: text("sex"),
        is_unknown: !fields.text("unknown").is_empty(),
        mother: text("mother"),
        birth_order: text("birth_order"),
        others: fields.all("another").filter_map(|id| id.parse().ok()).collect(),
    }
}

fn form_page(web: &Web, signed: &Signed, typed: &Typed) -> Markup {
    let request = &typed.request;
    let title = if request.is_unknown {
        t!("Register somebody unknown")
    } else if request.mother.is_empty() {
        t!("Register a patient")
    } else {
        t!("Register a newborn")
    };
    let body = html! {
        h1 { (title) }
        @if let Some(alert) = &typed.alert { div.alert role="alert" { strong { (t!("Nobody was registered.")) } " " (alert) } }
        (summary(&typed.troubles, t!("Nobody was registered yet.")))
        form.card method="post" action="/patients/new" novalidate {
            input type="hidden" name="command" value=(typed.command);
            @if request.is_unknown { input type="hidden" name="unknown" value="1"; }
            (alike(&typed.alike))
            (facts(typed))
            div.actions {
                button.main type="submit" { @if typed.alike.is_empty() { (t!("Register")) } @else { (t!("Another person: register")) } }
                a href="/patients" { (t!("Search instead")) }
            }
        }
        p.hint {
            a href="/patients/new?unknown=1" { (t!("Somebody unknown")) } " · "
            (t!("A newborn is registered from the page of its mother, or with her number in the field “Mother”."))
        }
    };
    chrome::page(web, signed, Sheet::still(Here::Patients, title, body))
}

/// Who may be the same person. Sending the form again says that all of these are other people, each by its own hidden field: what appears meanwhile is
/// shown again.
fn alike(found: &[PatientFound]) -> Markup {
    html! {
        @if !found.is_empty() {
            div.alert role="alert" data-alike {
                strong #found { (t!("Registered already? Nobody was registered yet.")) }
                p { (t!("If one of these is the same person, open that record. If all are other people, register below.")) }
                (patients::list(found))
                @for one in found { input type="hidden" name="another" value=(one.id); }
            }
        }
    }
}

fn facts(typed: &Typed) -> Markup {
    let (request, troubles) = (&typed.request, typed.troubles.as_slice());
    let is_newborn = !request.mother.is_empty();
    let provisional = request.is_unknown || is_newborn;
    let number_hint = if provisional { t!("empty: one of ours is given") } else { t!("scan or type") };
    let family_hint = if request.is_unknown {
        t!("empty: “Unknown”")
    } else if is_newborn {
        t!("empty: the mother's")
    } else {
        ""
    };
    let given_hint = if is_newborn { t!("empty: “Baby girl of …”") } else { "" };
    let birth_hint = if is_newborn { t!("YYYY-MM-DD HH:MM") } else { t!("YYYY-MM-DD, or as far as known") };
    let field = |id, label, hint, value: &str, first| input(troubles, Input { id, label, hint, value, first });
    html! {
        div.fields {
            (field("mrn", t!("Record number"), number_hint, &request.mrn, typed.alike.is_empty()))
            (field("family_name", t!("Family name"), family_hint, &request.family_name, false))
            (field("given_name", t!("Given name"), given_hint, &request.given_name, false))
            (field("birth_date", t!("Birth date"), birth_hint, &request.birth_date, false))
            (choice(troubles, "sex", t!("Sex"), &SEXES, &request.sex))
            @if !request.is_unknown {
                (field("mother", t!("Mother"), t!("of a newborn: her number"), &request.mother, false))
                (field("birth_order", t!("Which child"), t!("of several: 1, 2, …"), &request.birth_order, false))
            }
        }
    }
}
