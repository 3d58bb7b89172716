//! `GET /api/v1/tasks`

use crate::Web;
use crate::error::Refusal;
use crate::pages::paging::{self, After};
use actions::views::{self, TaskLine};
use axum::Json;
use axum::extract::{Query, State};
use serde::Serialize;

/// A page of open tasks, oldest first; `next` is the value of `after` for the next page.
#[derive(Debug, Serialize)]
pub(crate) struct TasksPage {
    tasks: Vec<TaskAnswer>,
    next: Option<String>,
}

/// A task in an answer.
#[derive(Debug, Serialize)]
struct TaskAnswer {
    task: String,
    kind: String,
    why: String,
    raw_line: String,
    owner: String,
    link: String,
    opened_at: String,
    version: i64,
    transmission: Option<String>,
    hl7_message: Option<String>,
    /// Of the order it is about, or empty.
    accession: String,
    /// Of the patient it is about, or empty.
    mrn: String,
}

impl From<TaskLine> for TaskAnswer {
    fn from(line: TaskLine) -> Self {
        Self {
            task: line.id.to_string(),
            kind: line.kind,
            why: line.why,
            raw_line: line.raw_line,
            owner: line.owner,
            link: line.link,
            opened_at: line.opened_at.to_string(),
            version: line.row_version,
            transmission: line.transmission.map(|id| id.to_string()),
            hl7_message: line.hl7_message.map(|id| id.to_string()),
            accession: line.accession,
            mrn: line.mrn,
        }
    }
}

/// `GET /api/v1/tasks?after=`
pub(crate) async fn list(State(web): State<Web>, Query(begins): Query<After>) -> Result<Json<TasksPage>, Refusal> {
    let page = views::open_tasks(&web.lab, paging::cursor(begins.after.as_deref())?).await?;
    Ok(Json(TasksPage { tasks: page.rows.into_iter().map(Into::into).collect(), next: page.next.map(views::Cursor::to_text) }))
}
