//! `/patients/{mrn}/merge` and `/unmerge`: two records side by side, what differs and what would move; two people sign on the one screen.

use super::chrome::{self, Here, Sheet};
use super::second_person::{self, NotConfirmed};
use super::{patient, patients};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::words::t;
use actions::patients::{MergePatientsRefusal, MergeRequest};
use actions::views::{self, PatientView};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use people::TwoPeople;
use people::action::acts::MergePatients;
use serde::Deserialize;

/// The number of the other record.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Other {
    #[serde(default)]
    other: String,
}

/// What was tried and did not work.
#[derive(Debug, Default)]
struct Tried {
    reason: String,
    user: String,
    /// Said at the second person's fields.
    second: Option<String>,
    /// Said above.
    words: Option<String>,
}

/// `GET /patients/{mrn}/merge?other=`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    Query(other): Query<Other>,
) -> Result<Response, Refusal> {
    merge_page(&web, &signed, &mrn, other.other.trim(), StatusCode::OK, &Tried::default()).await
}

async fn merge_page(web: &Web, signed: &Signed, mrn: &str, other: &str, status: StatusCode, tried: &Tried) -> Result<Response, Refusal> {
    let survivor = record(web, signed, mrn).await?.ok_or_else(|| Refusal::no_such("patient", mrn))?;
    let retired = if other.is_empty() { None } else { record(web, signed, other).await? };
    let body = html! {
        h1 { (t!("Merge two records")) }
        @if let Some(words) = &tried.words { div.alert role="alert" { strong { (t!("Nothing was merged.")) } " " (words) } }
        @match &retired {
            None => (ask_other(mrn, other)),
            Some(retired) => { (side_by_side(&survivor, retired)) (moves(retired)) (sign(&survivor, retired, tried)) }
        }
    };
    Ok(says_itself(status, chrome::page(web, signed, Sheet::still(Here::Patients, t!("Merge two records"), body))))
}

async fn record(web: &Web, signed: &Signed, mrn: &str) -> Result<Option<PatientView>, Refusal> {
    Ok(views::patient(&web.lab, &signed.actor(), mrn, "").await?)
}

fn ask_other(mrn: &str, other: &str) -> Markup {
    html! {
        @if !other.is_empty() { p.alert role="alert" { (t!("Nobody here has the number")) " " strong.code { (other) } "." } }
        form.card method="get" action=(format!("/patients/{}/merge", encode(mrn))) {
            label for="other" { (t!("Number of the other record")) " " span.hint { (t!("whose number will lead to {number}", number = mrn)) } }
            div.inline {
                input #other name="other" value=(other) autocomplete="off" maxlength="64" autofocus;
                button.main type="submit" { (t!("Show both")) }
            }
        }
    }
}

/// Fact by fact; what differs says so in words.
fn side_by_side(survivor: &PatientView, retired: &PatientView) -> Markup {
    let (goes_on, retires) = (&survivor.found, &retired.found);
    let text = |value: &str| if value.is_empty() { t!("unknown").to_owned() } else { value.to_owned() };
    let rows = [
        (t!("Name"), patient::name(&goes_on.line), patient::name(&retires.line)),
        (t!("Birth date"), text(&goes_on.line.birth_date), text(&retires.line.birth_date)),
        (t!("Sex"), patient::sex(&goes_on.line.sex).to_owned(), patient::sex(&retires.line.sex).to_owned()),
        (t!("Mother"), text(survivor.mother.as_deref().unwrap_or_default()), text(retired.mother.as_deref().unwrap_or_default())),
        (t!("Further numbers"), numbers(survivor), numbers(retired)),
        (t!("Facts of before"), former(survivor), former(retired)),
    ];
    html! {
        div.table role="region" aria-label=(t!("Both records")) tabindex="0" { table.beside {
            thead { tr {
                td {}
                th scope="col" { (t!("Goes on")) " " a.code href=(patients::address(&goes_on.line.mrn, "")) { (goes_on.line.mrn) } " " (patients::state(goes_on)) }
                th scope="col" { (t!("Its number will lead there")) " " a.code href=(patients::address(&retires.line.mrn, "")) { (retires.line.mrn) } " " (patients::state(retires)) }
                th scope="col" {}
            } }
            tbody { @for (name, one, other) in &rows { tr data-differs[one != other] {
                th.row scope="row" { (name) }
                td dir="auto" { (one) } td dir="auto" { (other) }
                td { @if one != other { span.badge.held { span aria-hidden="true" { "≠" } (t!("differs")) } } @else { span.hint { (t!("same")) } } }
            } } }
        } }
        p.more { a href=(format!("/patients/{}/merge?other={}", encode(&retires.line.mrn), encode(&goes_on.line.mrn))) { (t!("The other way round")) } }
    }
}

fn numbers(view: &PatientView) -> String {
    let all: Vec<String> = view.identifiers.iter().map(|number| format!("{} {}", number.value, number.authority)).collect();
    if all.is_empty() { t!("none").to_owned() } else { all.join(", ") }
}

fn former(view: &PatientView) -> String {
    let all: Vec<String> = view.former.iter().map(|former| format!("{}, {}", former.family_name, former.given_name)).collect();
    if all.is_empty() { t!("none").to_owned() } else { all.join("; ") }
}

fn moves(retired: &PatientView) -> Markup {
    let plus = if retired.more { "+" } else { "" };
    html! {
        p data-moves {
            (t!("Would move: {orders}{plus} orders with all results, {visits} visits, {facts} dated facts.",
                orders = retired.orders.len(), plus = plus, visits = retired.visits.len(), facts = retired.facts.len()))
            " " (t!("Held results stay held. The merge can be undone: what was recorded under each number is known for ever."))
        }
    }
}

fn sign(survivor: &PatientView, retired: &PatientView, tried: &Tried) -> Markup {
    let (goes_on, retires) = (&survivor.found.line, &retired.found.line);
    let what = t!(
        "Records {one} ({name}) and {other} ({other_name}) are of one person; {one} goes on.",
        one = goes_on.mrn,
        name = patient::name(goes_on),
        other = retires.mrn,
        other_name = patient::name(retires)
    );
    let address = format!("/patients/{}", encode(&goes_on.mrn));
    html! {
        form.card method="post" action=(format!("{address}/merge")) {
            input type="hidden" name="command" value=(actions::new_command());
            input type="hidden" name="other" value=(retires.mrn);
            input type="hidden" name="survivor" value=(survivor.found.id);
            input type="hidden" name="retired" value=(retired.found.id);
            input type="hidden" name="seen_survivor" value=(survivor.row_version);
            input type="hidden" name="seen_retired" value=(retired.row_version);
            (reason(&tried.reason))
            (second_person::fields(&what, &tried.user, tried.second.as_deref()))
            div.actions {
                button.main type="submit" { (t!("Merge")) }
                button type="submit" formaction=(format!("{address}/propose-merge")) formnovalidate { (t!("Nobody else is here: leave it as a task")) }
            }
            p.hint { (t!("With one person on shift a merge waits: the proposal stays as a task, and each record keeps its own results meanwhile.")) }
        }
    }
}

fn reason(typed: &str) -> Markup {
    html! {
        div {
            label for="reason" { (t!("How is it known?")) " " span.hint { (t!("such as: same insurance card, asked at the bedside")) } }
            input #reason name="reason" value=(typed) autocomplete="off" maxlength="1000" required autofocus;
        }
    }
}

/// `POST /patients/{mrn}/merge`
pub(crate) async fn merge(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let request = request_in(&fields)?;
    let other = fields.text("other");
    let people = match both(&web, &signed, "merge_patients", &fields).await? {
        Ok(people) => people,
        Err((status, tried)) => return merge_page(&web, &signed, &mrn, other, status, &tried).await,
    };
    let (status, words) = match actions::patients::merge_patients(&web.lab, &people, command_in(&fields), request).await {
        Ok(()) => return Ok(Redirect::to(&patients::address(&mrn, "")).into_response()),
        Err(refusal) => said(refusal)?,
    };
    let tried = Tried { reason: fields.text("reason").to_owned(), words: Some(words), ..Tried::default() };
    merge_page(&web, &signed, &mrn, other, status, &tried).await
}

/// `POST /patients/{mrn}/propose-merge`
pub(crate) async fn propose(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let MergeRequest { survivor, retired, reason, .. } = request_in(&fields)?;
    let command = command_in(&fields);
    let (status, words) = match actions::patients::propose_merge(&web.lab, &signed.actor(), command, (survivor, retired), &reason).await {
        Ok(()) => return Ok(Redirect::to("/tasks").into_response()),
        Err(refusal) => said(refusal)?,
    };
    let tried = Tried { reason, words: Some(words), ..Tried::default() };
    merge_page(&web, &signed, &mrn, fields.text("other"), status, &tried).await
}

fn command_in(fields: &Fields) -> kernel::CommandId {
    fields.text("command").parse().unwrap_or_else(|_| actions::new_command())
}

fn request_in(fields: &Fields) -> Result<MergeRequest, Refusal> {
    let unreadable = || {
        Refusal::unreadable(
            "The form does not say which records were seen.",
            "the form",
            "Open both records side by side and send it there.",
        )
    };
    let (survivor, retired) = (fields.text("survivor").parse(), fields.text("retired").parse());
    let (seen_survivor, seen_retired) = (fields.text("seen_survivor").parse(), fields.text("seen_retired").parse());
    match (survivor, retired, seen_survivor, seen_retired) {
        (Ok(survivor), Ok(retired), Ok(seen_survivor), Ok(seen_retired)) => {
            Ok(MergeRequest { survivor, retired, seen: (seen_survivor, seen_retired), reason: fields.text("reason").to_owned() })
        }
        _ => Err(unreadable()),
    }
}

type Both = Result<TwoPeople<MergePatients>, (StatusCode, Tried)>;

/// Leave of whoever is signed in and of whoever confirms here and now; or what to say.
async fn both(web: &Web, signed: &Signed, act: &'static str, fields: &Fields) -> Result<Both, Refusal> {
    let (reason, user) = (fields.text("reason").to_owned(), second_person::typed_user(fields).to_owned());
    let tried = |words| Tried { reason, user, second: Some(words), words: None };
    let second = match second_person::confirm(web, signed, act, fields).await {
        Ok(second) => second,
        Err(NotConfirmed::Words(status, words)) => return Ok(Err((status, tried(words)))),
        Err(NotConfirmed::Refused(refusal)) => return Err(refusal),
    };
    let people = actions::two_people(&web.lab, MergePatients, &signed.staff, &second);
    Ok(people.map_err(|words| (StatusCode::FORBIDDEN, tried(words))))
}

/// What a refusal says, with the status of the answer.
fn said(refusal: MergePatientsRefusal) -> Result<(StatusCode, String), Refusal> {
    match refusal {
        MergePatientsRefusal::Trouble(trouble) => Err(trouble.into()),
        MergePatientsRefusal::ReasonMissing => Ok((StatusCode::UNPROCESSABLE_ENTITY, refusal.to_string())),
        MergePatientsRefusal::Refused(words) => Ok((StatusCode::CONFLICT, words)),
    }
}

/// `GET /patients/{mrn}/unmerge`
pub(crate) async fn show_undo(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
) -> Result<Response, Refusal> {
    undo_page(&web, &signed, &mrn, StatusCode::OK, &Tried::default()).await
}

async fn undo_page(web: &Web, signed: &Signed, mrn: &str, status: StatusCode, tried: &Tried) -> Result<Response, Refusal> {
    let retired = record(web, signed, mrn).await?.ok_or_else(|| Refusal::no_such("patient", mrn))?;
    let Some((merge, into)) = &retired.merge else { return Err(Refusal::no_such("merge of record", mrn)) };
    let survivor = record(web, signed, into).await?.ok_or_else(|| Refusal::no_such("patient", into))?;
    let back = survivor.orders.iter().filter(|order| order.original.is_some()).count();
    let what = t!("Record {number} is of another person than record {into}, and goes on by itself again.", number = mrn, into = into);
    let body = html! {
        h1 { (t!("Take two records apart")) }
        @if let Some(words) = &tried.words { div.alert role="alert" { strong { (t!("Nothing was undone.")) } " " (words) } }
        (side_by_side(&survivor, &retired))
        p data-moves { (t!("What was recorded under {number} goes back to it, of at most {back} orders that merges brought to {into}.", number = mrn, back = back, into = into)) }
        form.card method="post" action=(format!("/patients/{}/unmerge", encode(mrn))) {
            input type="hidden" name="command" value=(actions::new_command());
            input type="hidden" name="merge" value=(merge.id);
            input type="hidden" name="patient" value=(retired.found.id);
            (reason(&tried.reason))
            (second_person::fields(&what, &tried.user, tried.second.as_deref()))
            div.actions { button.main type="submit" { (t!("Take apart")) } }
        }
    };
    Ok(says_itself(status, chrome::page(web, signed, Sheet::still(Here::Patients, t!("Take two records apart"), body))))
}

/// `POST /patients/{mrn}/unmerge`
pub(crate) async fn undo(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(mrn): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let unreadable =
        || Refusal::unreadable("The form does not say which merge was seen.", "the form", "Open the record and undo it there.");
    let patient = fields.text("patient").parse().map_err(|_| unreadable())?;
    let merge = fields.text("merge").parse().map_err(|_| unreadable())?;
    let people = match both(&web, &signed, "unmerge_patients", &fields).await? {
        Ok(people) => people,
        Err((status, tried)) => return undo_page(&web, &signed, &mrn, status, &tried).await,
    };
    let reason = fields.text("reason");
    let (status, words) = match actions::patients::unmerge_patients(&web.lab, &people, command_in(&fields), (patient, merge), reason).await
    {
        Ok(()) => return Ok(Redirect::to(&patients::address(&mrn, "")).into_response()),
        Err(refusal) => said(refusal)?,
    };
    let tried = Tried { reason: reason.to_owned(), words: Some(words), ..Tried::default() };
    undo_page(&web, &signed, &mrn, status, &tried).await
}
