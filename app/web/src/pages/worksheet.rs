//! `/worksheet`: a batch of results typed by hand, a row for each container and a column for each test.

use super::chrome::{self, Here, Sheet};
use super::{enter, examination, patient};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::words::t;
use actions::views::{self, TypedTest, WORKSHEET_TESTS_MAX, Worksheet, WorksheetRow};
use actions::{EnterResultRefusal, TypedResult};
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::ValueKindExpected;
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;

/// Cells sent at once: a worksheet has no more rows and columns.
const CELLS_MAX: usize = 1_200;

/// Which tests: `?tests=K+NA`.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    tests: String,
}

impl Chosen {
    fn codes(&self) -> Vec<String> {
        codes_in(&self.tests)
    }
}

fn codes_in(text: &str) -> Vec<String> {
    text.split([' ', ',', ';', '\t']).filter(|code| !code.is_empty()).take(WORKSHEET_TESTS_MAX).map(str::to_uppercase).collect()
}

/// What became of a worksheet that was sent.
#[derive(Default)]
struct Outcome {
    entered: usize,
    /// By container and test: what was typed, and why it was not taken.
    refused: HashMap<(String, String), enter::Tried>,
    /// What is not on the sheet any more, in words.
    gone: Vec<String>,
}

/// `GET /worksheet?tests=`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(chosen): Query<Chosen>,
) -> Result<Markup, Refusal> {
    sheet_page(&web, &signed, &chosen.codes(), &Outcome::default()).await
}

/// `POST /worksheet`: every cell that is not empty is a command of its own; one that is refused costs its neighbours nothing.
pub(crate) async fn enter(State(web): State<Web>, Extension(signed): Extension<Signed>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let codes = codes_in(fields.text("tests"));
    let mut outcome = Outcome::default();
    let again: HashMap<&str, &str> = fields.beginning("again:").collect();
    let filled = fields.beginning("cell:").filter(|(_, typed)| !typed.trim().is_empty());
    for (name, typed) in filled.take(CELLS_MAX) {
        let mut parts = name.splitn(4, ':');
        let (Some(command), Some(container), Some(test), Some(mrn)) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return Err(Refusal::unreadable("The form does not say which result is which.", "the form", "Open the worksheet again."));
        };
        let result = TypedResult {
            container: container.to_owned(),
            test: test.to_owned(),
            patient_seen: mrn.to_owned(),
            typed: typed.trim().to_owned(),
            again: again.get(format!("{container}:{test}").as_str()).map_or_else(String::new, |again| again.trim().to_owned()),
            replaces: None,
        };
        let command = command.parse().unwrap_or_else(|_| actions::new_command());
        match actions::enter_result(&web.lab, &signed.staff, command, result).await {
            Ok(_) => outcome.entered += 1,
            Err(EnterResultRefusal::Trouble(trouble)) => return Err(trouble.into()),
            Err(refusal @ (EnterResultRefusal::Resulted(_) | EnterResultRefusal::NothingWaits(_))) => {
                outcome.gone.push(format!("{test} {container}, “{}”: {refusal}", typed.trim()));
            }
            Err(refusal) => {
                let again = matches!(refusal, EnterResultRefusal::TypeAgain(_));
                let tried = enter::Tried { typed: typed.trim().to_owned(), words: refusal.to_string(), again };
                outcome.refused.insert((container.to_owned(), test.to_owned()), tried);
            }
        }
    }
    if outcome.refused.is_empty() && outcome.gone.is_empty() && outcome.entered > 0 {
        return Ok(Redirect::to("/results/verify").into_response());
    }
    Ok(says_itself(StatusCode::UNPROCESSABLE_ENTITY, sheet_page(&web, &signed, &codes, &outcome).await?))
}

async fn sheet_page(web: &Web, signed: &Signed, codes: &[String], outcome: &Outcome) -> Result<Markup, Refusal> {
    let sheet = views::worksheet(&web.lab, &signed.actor(), codes, actions::now()).await?;
    let body = html! {
        h1 { (t!("Worksheet")) }
        (told(outcome))
        (choose(web, &sheet))
        @if sheet.tests.is_empty() {
            p.empty { (t!("Choose tests, and every container that waits for them stands here: a row each, typed with the numeric keypad and Enter.")) }
        } @else if sheet.rows.is_empty() {
            p.empty { (t!("Nothing ordered in the last {days} days waits for these tests.", days = sheet.days)) }
        } @else {
            (grid(&sheet, outcome))
        }
    };
    Ok(chrome::page(web, signed, Sheet::still(Here::Worksheet, t!("Worksheet"), body)))
}

fn told(outcome: &Outcome) -> Markup {
    html! {
        @if outcome.entered > 0 {
            p.done role="status" { (t!("{count} entered.", count = outcome.entered)) " " a href="/results/verify" { (t!("Look at them again and verify")) } }
        }
        @if !outcome.refused.is_empty() || !outcome.gone.is_empty() {
            div.alert role="alert" data-refused {
                strong { (t!("{count} not entered.", count = outcome.refused.len() + outcome.gone.len())) } " "
                @if !outcome.refused.is_empty() { (t!("Why stands in its cell; what was typed stays.")) }
                @if !outcome.gone.is_empty() { ul { @for words in &outcome.gone { li { (words) } } } }
            }
        }
    }
}

fn tests_in(sheet: &Worksheet) -> String {
    sheet.tests.iter().map(|test| test.code.as_str()).collect::<Vec<_>>().join(" ")
}

fn choose(web: &Web, sheet: &Worksheet) -> Markup {
    let catalogue = web.lab.catalogue();
    let by_hand = |code: &catalogue::TestCode| catalogue.test(code).is_some_and(|test| test.kind != ValueKindExpected::Number);
    let can_be_typed = |code: &catalogue::TestCode| {
        catalogue.test(code).is_some_and(|test| test.kind != ValueKindExpected::Coded || !test.choices.is_empty())
    };
    let offers = |panel: &&catalogue::Panel| panel.tests.iter().any(by_hand) && panel.tests.iter().all(can_be_typed);
    let panels: Vec<_> = catalogue.panels().filter(offers).collect();
    html! {
        form.choose method="get" action="/worksheet" {
            label for="tests" { (t!("Tests or panels")) " " span.hint { (t!("codes, at most {count}", count = WORKSHEET_TESTS_MAX)) } }
            div.inline {
                input #tests name="tests" value=(tests_in(sheet)) autocomplete="off" maxlength="300" spellcheck="false" autocapitalize="characters"
                    autofocus[sheet.rows.is_empty()];
                button type="submit" { (t!("Show")) }
            }
            @if sheet.tests.is_empty() {
                p.panels { @for panel in panels { a.panel href=(format!("/worksheet?tests={}", encode(panel.code.as_str()))) { span.code { (panel.code) } " " (panel.name) } } }
            }
        }
    }
}

fn grid(sheet: &Worksheet, outcome: &Outcome) -> Markup {
    html! {
        form method="post" action="/worksheet" novalidate data-entry-form data-worksheet {
            input type="hidden" name="tests" value=(tests_in(sheet));
            @for test in &sheet.tests { @if !test.choices.is_empty() {
                datalist id=(format!("choices-{}", test.code)) { @for (code, words) in &test.choices { option value=(code) { (words) } } }
            } }
            div.table role="region" aria-label=(t!("Worksheet")) tabindex="0" {
                table.worksheet {
                    thead { tr {
                        th scope="col" { (t!("Patient")) }
                        th scope="col" { (t!("Container")) }
                        @for (column, test) in sheet.tests.iter().enumerate() { (head(column, test)) }
                    } }
                    tbody { @for row in &sheet.rows { (grid_row(sheet, row, outcome)) } }
                }
            }
            div.actions.sticky {
                button.main type="submit" { (t!("Accept and look again")) }
                span.progress data-progress role="status" {}
                span.hint { (t!("Enter goes on, arrow keys move. What is typed stays here until it is accepted.")) }
            }
            @if sheet.more { p.hint { (t!("More containers wait than stand here: accept these, and the next come.")) } }
        }
        dialog.fill data-fill-dialog aria-labelledby="fill-title" {
            h2 #fill-title { (t!("Fill the empty rows?")) }
            p { span data-fill-words {} }
            ul data-fill-rows {}
            form method="dialog" { div.actions { button.main value="fill" { (t!("Fill")) } button value="no" { (t!("Leave them empty")) } } }
        }
    }
}

fn head(column: usize, test: &TypedTest) -> Markup {
    html! {
        th scope="col" {
            (test.name) span.sub.code { (test.code) @if !test.unit.is_empty() { " " (test.unit) } }
            @if let Some(normal) = &test.normal {
                button.fill type="button" hidden data-fill=(normal) data-column=(column) data-name=(test.name) { (t!("Fill with {normal}", normal = normal)) }
            }
        }
    }
}

fn grid_row(sheet: &Worksheet, row: &WorksheetRow, outcome: &Outcome) -> Markup {
    html! {
        tr data-worksheet-row data-container=(row.container) data-patient=(patient::name(&row.patient)) {
            td.patient { (patient::cell(&row.patient)) }
            td { a.code href=(format!("/orders/{}", encode(&row.accession))) { (row.container) } " " (examination::priority(&row.priority)) span.sub { (row.state) } }
            @for (column, (test, waits)) in sheet.tests.iter().zip(&row.waits).enumerate() {
                td data-column=(column) { @if *waits { (cell(row, test, outcome)) } @else { span.hint title=(t!("not ordered here, or done")) { "–" } } }
            }
        }
    }
}

fn cell(row: &WorksheetRow, test: &TypedTest, outcome: &Outcome) -> Markup {
    let tried = outcome.refused.get(&(row.container.clone(), test.code.clone()));
    let name = format!("cell:{}:{}:{}:{}", actions::new_command(), row.container, test.code, row.patient.mrn);
    let label = format!("{} {}", test.name, row.container);
    html! {
        @match tried {
            Some(tried) if tried.again => {
                input type="hidden" name=(name) value=(tried.typed);
                input name=(format!("again:{}:{}", row.container, test.code)) autocomplete="off" maxlength="4000" spellcheck="false" aria-label=(label)
                    aria-invalid="true" placeholder=(t!("type it again")) data-again;
            },
            _ => {
                input name=(name) value=(tried.map_or("", |tried| tried.typed.as_str())) autocomplete="off" maxlength="4000" spellcheck="false"
                    aria-label=(label) aria-invalid=[tried.map(|_| "true")] list=[(!test.choices.is_empty()).then(|| format!("choices-{}", test.code))]
                    inputmode=[test.is_number.then_some("decimal")] data-typed data-container=(row.container) data-test=(test.code);
            },
        }
        @if let Some(tried) = tried { p.trouble { (tried.words) } }
        p.said data-said role="status" {}
    }
}
