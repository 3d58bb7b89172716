//! `GET /api/v1/containers/{code}/results` and `GET /api/v1/results`.

use super::PatientAnswer;
use crate::Web;
use crate::entry::Program;
use crate::error::Refusal;
use crate::pages::examination;
use crate::pages::paging::{self, After};
use actions::Scanned;
use actions::views::{self, ReasonLine, ResultLine};
use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use serde::Serialize;

/// A result in an answer. `value` is the reported text in `unit`; `sent` and `sent_unit` are the analyser's own.
#[derive(Debug, Serialize)]
pub(crate) struct ResultAnswer {
    examination: String,
    version: i64,
    test: String,
    test_name: String,
    value: String,
    unit: String,
    state: &'static str,
    critical: bool,
    reasons: Vec<ReasonAnswer>,
    gates: String,
    verifier: Option<String>,
    verified_at: Option<String>,
    sent: String,
    sent_unit: String,
    flags: String,
    stated_at: String,
    filed_at: String,
    container: String,
    accession: String,
    priority: String,
    patient: PatientAnswer,
    transmission: Option<String>,
    entered_by: Option<String>,
}

/// Why a gate did not plainly pass.
#[derive(Debug, Serialize)]
struct ReasonAnswer {
    gate: String,
    verdict: String,
    words: String,
}

impl From<ReasonLine> for ReasonAnswer {
    fn from(line: ReasonLine) -> Self {
        Self { gate: line.gate, verdict: line.verdict, words: line.words }
    }
}

impl From<ResultLine> for ResultAnswer {
    fn from(line: ResultLine) -> Self {
        Self {
            state: examination::state(&line),
            examination: line.examination.to_string(),
            version: line.version,
            test: line.test,
            test_name: line.test_name,
            value: line.reported,
            unit: line.unit,
            critical: line.critical,
            reasons: line.reasons.into_iter().map(Into::into).collect(),
            gates: line.gates,
            verifier: line.verifier,
            verified_at: line.verified_at.map(|at| at.to_string()),
            sent: line.sent,
            sent_unit: line.sent_unit,
            flags: line.flags,
            stated_at: line.stated_at,
            filed_at: line.filed_at.to_string(),
            container: line.container,
            accession: line.accession,
            // As an order is placed: "routine", "urgent", "stat".
            priority: line.priority.to_ascii_lowercase(),
            patient: line.patient.into(),
            transmission: line.transmission.map(|id| id.to_string()),
            entered_by: line.entered.map(|entered| entered.by),
        }
    }
}

/// The results of one container.
#[derive(Debug, Serialize)]
pub(crate) struct ContainerResults {
    results: Vec<ResultAnswer>,
}

/// `GET /api/v1/containers/{code}/results`
pub(crate) async fn of_container(
    State(web): State<Web>,
    Extension(program): Extension<Program>,
    Path(code): Path<String>,
) -> Result<Json<ContainerResults>, Refusal> {
    let lines = views::results_of_container(&web.lab, &program.actor(), &code).await?;
    if lines.is_empty() && actions::what_is(&web.lab, &code).await? == Scanned::Unknown {
        return Err(Refusal::no_such("container", &code));
    }
    Ok(Json(ContainerResults { results: lines.into_iter().map(Into::into).collect() }))
}

/// A page of the newest verified results; `next` is the value of `after` for the next page.
#[derive(Debug, Serialize)]
pub(crate) struct ResultsPage {
    results: Vec<ResultAnswer>,
    next: Option<String>,
}

/// `GET /api/v1/results?after=`
pub(crate) async fn list(
    State(web): State<Web>,
    Extension(program): Extension<Program>,
    Query(begins): Query<After>,
) -> Result<Json<ResultsPage>, Refusal> {
    let page = views::verified_results(&web.lab, &program.actor(), paging::cursor(begins.after.as_deref())?).await?;
    Ok(Json(ResultsPage { results: page.rows.into_iter().map(Into::into).collect(), next: page.next.map(views::Cursor::to_text) }))
}
