//! `/tasks`: what nobody could claim, oldest first, each with an owner and a way to close it.

use super::chrome::{self, Here, Sheet, Shown};
use super::paging::{self, After};
use super::task_table::{self, Tried};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::words::t;
use actions::CloseTaskRefusal;
use actions::views;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::TaskId;
use maud::{Markup, html};

/// `GET /tasks`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(begins): Query<After>,
) -> Result<Markup, Refusal> {
    list_page(&web, &signed, begins.after.as_deref(), None).await
}

/// `POST /tasks/{task}/close`
pub(crate) async fn close(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(task): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let task: TaskId = task.parse().map_err(|_| Refusal::no_such("task", &task))?;
    let fields = Fields::read(sent)?;
    let note = fields.text("note");
    let seen: i64 = fields.text("seen_version").parse().map_err(|_| {
        Refusal::unreadable(
            "The form does not say which version of the task was seen.",
            "field seen_version",
            "Open /tasks and close it there.",
        )
    })?;
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let refusal = match actions::close_task(&web.lab, &signed.actor(), command, task, seen, note).await {
        Ok(()) => return Ok(Redirect::to("/tasks").into_response()),
        Err(CloseTaskRefusal::Trouble(trouble)) => return Err(trouble.into()),
        Err(CloseTaskRefusal::Unknown) => return Err(Refusal::no_such("task", &task.to_string())),
        Err(refusal) => refusal,
    };
    let status = match refusal {
        CloseTaskRefusal::NoteMissing => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    };
    let tried = Tried { task, note: note.to_owned(), words: refusal.to_string() };
    Ok(says_itself(status, list_page(&web, &signed, None, Some(tried)).await?))
}

async fn list_page(web: &Web, signed: &Signed, after: Option<&str>, tried: Option<Tried>) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let after = paging::cursor(after)?;
    let open = views::open_tasks(&web.lab, after).await?;
    let closed = views::closed_tasks(&web.lab, None).await?;
    let notice = html! {
        @if let Some(tried) = &tried {
            div.alert role="alert" data-refused { strong { (t!("The task was not closed:")) } " " (tried.words) }
        }
    };
    let body = html! {
        h1 { (t!("Tasks")) }
        section data-list="open" {
            h2 #open { (t!("Open, oldest first")) " " span.count data-count { (open.rows.len()) @if open.next.is_some() { "+" } } }
            @if open.rows.is_empty() {
                p.empty { (t!("Nothing waits. A reading that nobody ordered, or a message nobody can read, appears here with its line.")) }
            } @else {
                (task_table::table(web, "open", &open.rows, tried.as_ref()))
            }
            (later_links(&open, after.is_none()))
        }
        @if !closed.rows.is_empty() {
            section data-list="closed" {
                details data-fold="closed-tasks" {
                    summary { h2 #closed { (t!("Closed")) } }
                    (task_table::table(web, "closed", &closed.rows, None))
                }
            }
        }
    };
    let shown = Shown { topics: &["tasks"], versions };
    let address = tried.is_some().then_some("/tasks");
    Ok(chrome::page(web, signed, Sheet { notice, address, ..Sheet::live(Here::Tasks, t!("Tasks"), shown, body) }))
}

/// Open tasks run from old to new, so the next page is newer.
fn later_links(open: &views::Page<views::TaskLine>, is_first: bool) -> Markup {
    html! {
        @if open.set_aside > 0 {
            p.hint data-set-aside {
                (t!("{count} stored rows made no sense and were set aside; the operator finds them in the quarantine.", count = open.set_aside))
            }
        }
        @if open.next.is_some() || !is_first {
            p.more {
                @if !is_first { a href="/tasks" { (t!("Oldest")) } " " }
                @if let Some(next) = open.next { a rel="next" href=(format!("/tasks?after={}", next.to_text())) { (t!("Newer")) } }
            }
        }
    }
}
