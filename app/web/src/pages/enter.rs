//! `/results/enter/{container}/{test}`: one result typed by hand, with what it would come to said while it is typed.

use super::chrome::{self, Here, Sheet};
use super::{examination, patient};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::views::{self, EntryView, FormerLine, TypedTest};
use actions::{EnterResultRefusal, TypedResult};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Json};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

/// What was tried and not taken: shown again with what was typed.
pub(crate) struct Tried {
    pub(crate) typed: String,
    pub(crate) words: String,
    /// It is to be typed a second time without looking at the first.
    pub(crate) again: bool,
}

/// `GET /results/enter/{container}/{test}`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path((container, test)): Path<(String, String)>,
) -> Result<Markup, Refusal> {
    form_page(&web, &signed, &container, &test, None).await
}

/// `POST /results/enter/{container}/{test}`
pub(crate) async fn enter(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path((container, test)): Path<(String, String)>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let typed = TypedResult {
        container: container.clone(),
        test: test.clone(),
        patient_seen: fields.exact("patient_seen").to_owned(),
        typed: fields.text("typed").to_owned(),
        again: fields.text("again").to_owned(),
        replaces: fields.text("replaces").parse().ok(),
    };
    let text = typed.typed.clone();
    match actions::enter_result(&web.lab, &signed.staff, command, typed).await {
        Ok(examination) => Ok(Redirect::to(&format!("/results/verify/{examination}")).into_response()),
        Err(EnterResultRefusal::Trouble(trouble)) => Err(trouble.into()),
        Err(refusal) => {
            let tried = Tried { typed: text, words: refusal.to_string(), again: matches!(refusal, EnterResultRefusal::TypeAgain(_)) };
            Ok(says_itself(status(&refusal), form_page(&web, &signed, &container, &test, Some(tried)).await?))
        }
    }
}

/// The status of a refusal: what was typed, or what stands there.
pub(crate) const fn status(refusal: &EnterResultRefusal) -> StatusCode {
    match refusal {
        EnterResultRefusal::NotTaken(_) | EnterResultRefusal::TypeAgain(_) | EnterResultRefusal::NotTheSame => {
            StatusCode::UNPROCESSABLE_ENTITY
        }
        EnterResultRefusal::MayNot(_) => StatusCode::FORBIDDEN,
        _ => StatusCode::CONFLICT,
    }
}

/// What is asked while somebody types.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    container: String,
    test: String,
    #[serde(default)]
    typed: String,
}

/// What it would come to.
#[derive(Debug, Serialize)]
pub(crate) struct Answered {
    taken: bool,
    reported: String,
    unit: String,
    flag: String,
    critical: bool,
    absurd: bool,
    words: Vec<String>,
}

/// `GET /results/look?container=&test=&typed=`
pub(crate) async fn look(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(asked): Query<Asked>,
) -> Result<Json<Answered>, Refusal> {
    let Asked { container, test, typed } = asked;
    let line = views::look_at_typed(&web.lab, &signed.actor(), &container, &test, &typed).await?;
    let line = line.ok_or_else(|| Refusal::no_such("examination", &format!("{container} {test}")))?;
    let views::TypedLine { taken, reported, unit, flag, critical, absurd, words } = line;
    Ok(Json(Answered { taken, reported, unit, flag, critical, absurd, words }))
}

async fn form_page(web: &Web, signed: &Signed, container: &str, test: &str, tried: Option<Tried>) -> Result<Markup, Refusal> {
    let view = views::entry(&web.lab, &signed.actor(), container, test).await?;
    let view = view.ok_or_else(|| Refusal::no_such("examination", &format!("{container} {test}")))?;
    let title = t!("Enter {test}", test = view.test.name);
    let body = html! {
        h1 { (title) " " span.code { (view.container) } " " (examination::priority(&view.priority)) }
        (who(&view))
        @if let Some(tried) = &tried { div.alert role="alert" data-refused { strong { (t!("Nothing was entered.")) } " " (tried.words) } }
        @match &view.hindrance {
            Some(words) => div.alert role="status" data-hindrance {
                p { strong { (t!("No result can be entered here:")) } " " (words) "." }
                p { a href=(format!("/orders/{}", encode(&view.accession))) { (t!("To the order")) } }
            },
            None => (form(&view, tried.as_ref())),
        }
        (before(web, &view.former))
    };
    Ok(chrome::page(web, signed, Sheet::still(Here::Elsewhere, &title, body)))
}

fn who(view: &EntryView) -> Markup {
    html! {
        dl.facts {
            div { dt { (t!("Patient")) } dd { (patient::name(&view.patient)) } }
            div { dt { (t!("Record number")) } dd.code { (view.patient.mrn) } }
            div { dt { (t!("Born")) } dd { (if view.patient.birth_date.is_empty() { t!("unknown") } else { view.patient.birth_date.as_str() }) } }
            div { dt { (t!("Sex")) } dd { (patient::sex(&view.patient.sex)) } }
            div { dt { (t!("Specimen")) } dd { (view.specimen) } }
            div { dt { (t!("How far it has come")) } dd { (view.state) } }
        }
    }
}

fn form(view: &EntryView, tried: Option<&Tried>) -> Markup {
    let again = tried.is_some_and(|tried| tried.again);
    let action = format!("/results/enter/{}/{}", encode(&view.container), encode(&view.test.code));
    html! {
        form.card.entry method="post" action=(action) novalidate data-entry-form {
            input type="hidden" name="command" value=(actions::new_command());
            input type="hidden" name="patient_seen" value=(view.patient.mrn);
            @if let Some(version) = view.typed_before { input type="hidden" name="replaces" value=(version); }
            @if view.typed_before.is_some() {
                p.hint { (t!("Somebody has typed this before and nobody has verified it. What you type takes its place; both stay on record.")) }
            }
            @if again {
                input type="hidden" name="typed" value=(tried.map_or("", |tried| tried.typed.as_str()));
                label for="again" { (t!("The result, a second time")) " " span.hint { (unit_words(&view.test)) } }
                input.large #again name="again" autocomplete="off" maxlength="4000" autofocus spellcheck="false" aria-describedby="said";
                p.hint #said { (t!("What was typed first is not shown: read it from the bench again.")) }
            } @else {
                label for="typed" { (t!("Result")) " " span.hint { (unit_words(&view.test)) } }
                (field(&view.container, &view.test, "typed", tried.map_or("", |tried| tried.typed.as_str()), true))
            }
            (limits(view))
            div.actions {
                button.main type="submit" { (t!("Accept and look again")) }
                span.hint { (t!("Enter accepts. Nothing leaves before it was looked at again.")) }
            }
        }
    }
}

/// What is expected of a test's result.
fn unit_words(test: &TypedTest) -> String {
    match (test.unit.as_str(), test.choices.is_empty()) {
        ("", true) => test.kind.to_owned(),
        ("", false) => t!("type as much as makes it plain").to_owned(),
        (unit, _) => unit.to_owned(),
    }
}

/// The field for a result; what is kept of it while nobody has sent it is found again by container and test.
pub(crate) fn field(container: &str, test: &TypedTest, name: &str, value: &str, is_large: bool) -> Markup {
    let list = (!test.choices.is_empty()).then(|| format!("choices-{}-{container}", test.code));
    html! {
        input.large[is_large] id=[is_large.then_some("typed")] name=(name) value=(value) autocomplete="off" maxlength="4000" spellcheck="false"
            autofocus[is_large] list=[list.as_ref().filter(|_| is_large)] data-typed data-container=(container) data-test=(test.code)
            inputmode=[test.is_number.then_some("decimal")] aria-label=[(!is_large).then(|| format!("{} {container}", test.name))];
        @if is_large {
            @if let Some(list) = &list { datalist id=(list) { @for (code, words) in &test.choices { option value=(code) { (words) } } } }
            @if !test.choices.is_empty() {
                p.choices { @for (code, words) in &test.choices { span.choice { span.code { (code) } " " (words) } } }
            }
        }
        p.said data-said role="status" {}
    }
}

fn limits(view: &EntryView) -> Markup {
    html! {
        @if view.test.is_number || !view.interval.is_empty() {
            p.hint {
                @if view.interval.is_empty() { (t!("No reference interval is established for this patient.")) }
                @else { (t!("Reference interval")) ": " strong { (view.interval) } " " (view.test.unit) }
                @if view.test.is_number { " · " (decimals(view.test.decimals)) }
            }
        }
    }
}

/// How many digits are printed after the point.
fn decimals(count: u32) -> String {
    match count {
        0 => t!("reported without decimals").to_owned(),
        1 => t!("reported with one decimal").to_owned(),
        count => t!("reported with {count} decimals", count = count),
    }
}

/// What came before, newest first.
pub(crate) fn former_line(web: &Web, former: &FormerLine) -> Markup {
    html! { strong { (former.reported) } " " (former.unit) " " span.hint { (times::moment(web, former.collected_at)) } }
}

fn before(web: &Web, former: &[FormerLine]) -> Markup {
    html! {
        @if former.is_empty() {
            p.hint { (t!("No former verified result of this test for this patient.")) }
        } @else {
            h2 { (t!("Before")) }
            ul.former { @for line in former { li { (former_line(web, line)) } } }
        }
    }
}
