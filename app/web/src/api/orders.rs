//! `POST /api/v1/orders` and `GET /api/v1/orders/{accession}`.

use super::PatientAnswer;
use super::results::ResultAnswer;
use crate::Web;
use crate::entry::Program;
use crate::error::Refusal;
use actions::views::{self, ContainerEntry, OrderView};
use actions::{Collector, FieldTrouble, OrderRequest, OrderSource, PlaceOrderRefusal, PlacedOrder, PlacerNumber, RequisitionRequest};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use kernel::{CommandId, Lang};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An order as a program sends it. A field that is not known here is refused: a misspelt one would otherwise be lost without a word.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderBody {
    patient: PatientBody,
    tests: Vec<String>,
    #[serde(default = "routine")]
    priority: String,
    #[serde(default)]
    due_at: Option<String>,
    #[serde(default)]
    collected_at: Option<String>,
    /// The name of whoever collected it.
    #[serde(default)]
    collector: Option<String>,
    #[serde(default)]
    requester: RequesterBody,
    #[serde(default)]
    location: String,
    #[serde(default)]
    clinical_information: String,
    #[serde(default)]
    copies_to: String,
    /// The question's code, and the answer.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    #[serde(default)]
    placer_numbers: Vec<PlacerBody>,
}

/// Who is authorised to ask, and whom to call with a critical result.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RequesterBody {
    name: String,
    identifier: String,
    contact: String,
}

/// The number under which the program knows a test or panel that it orders.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlacerBody {
    code: String,
    number: String,
    #[serde(default)]
    authority: String,
    #[serde(default)]
    group_number: String,
}

impl From<PlacerBody> for PlacerNumber {
    fn from(PlacerBody { code, number, authority, group_number }: PlacerBody) -> Self {
        Self { code, number, authority, group_number }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PatientBody {
    mrn: String,
    family_name: String,
    given_name: String,
    #[serde(default)]
    birth_date: String,
    #[serde(default)]
    sex: String,
}

fn routine() -> String {
    "routine".to_owned()
}

impl From<OrderBody> for OrderRequest {
    fn from(body: OrderBody) -> Self {
        Self {
            mrn: body.patient.mrn,
            family_name: body.patient.family_name,
            given_name: body.patient.given_name,
            birth_date: body.patient.birth_date,
            sex: body.patient.sex,
            tests: body.tests,
            priority: body.priority,
            due_at: body.due_at,
            collected_at: body.collected_at,
            collector: body.collector.map(Collector::Named),
            requisition: RequisitionRequest {
                requester: body.requester.name,
                requester_identifier: body.requester.identifier,
                contact: body.requester.contact,
                location: body.location,
                clinical_information: body.clinical_information,
                copies_to: body.copies_to,
                visit: None,
            },
            answers: body.answers.into_iter().collect(),
            placer_numbers: body.placer_numbers.into_iter().map(Into::into).collect(),
            source: OrderSource::Api,
        }
    }
}

/// `POST /api/v1/orders`: 201, or 200 where the same Idempotency-Key placed it before.
pub(crate) async fn place(
    State(web): State<Web>,
    Extension(program): Extension<Program>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<PlacedOrder>), Refusal> {
    let command = command_in(&headers)?;
    let order: OrderBody = serde_json::from_slice(&body).map_err(|trouble| unreadable(&trouble))?;
    let placed = actions::place_order(&web.lab, &program.actor(), command, order.into()).await.map_err(refusal)?;
    let status = if placed.repeated { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(placed)))
}

/// The command the caller names, so that a request repeated after a lost answer orders once.
fn command_in(headers: &HeaderMap) -> Result<CommandId, Refusal> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(actions::new_command()) };
    key.to_str().ok().and_then(|key| key.trim().parse().ok()).ok_or_else(|| {
        Refusal::bad_mark(
            "The Idempotency-Key is not a UUID.",
            "header Idempotency-Key",
            "Send a new UUID per order, the same one when you repeat it.",
        )
    })
}

fn unreadable(trouble: &serde_json::Error) -> Refusal {
    let place = format!("the body, line {}, column {}", trouble.line(), trouble.column());
    Refusal::unreadable(trouble.to_string(), place, "Send one JSON object with patient, tests, priority and, where known, collected_at.")
}

fn refusal(refusal: PlaceOrderRefusal) -> Refusal {
    match refusal {
        PlaceOrderRefusal::Invalid(troubles) => invalid(&troubles),
        PlaceOrderRefusal::Conflict(what) => Refusal::patient_conflict(what),
        PlaceOrderRefusal::Trouble(trouble) => trouble.into(),
    }
}

fn invalid(troubles: &[FieldTrouble]) -> Refusal {
    let join = |part: fn(&FieldTrouble) -> &str| troubles.iter().map(part).filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
    Refusal::invalid_order(join(|trouble| &trouble.what), join(|trouble| trouble.field), join(|trouble| &trouble.next))
}

/// An order in an answer.
#[derive(Debug, Serialize)]
pub(crate) struct OrderAnswer {
    accession: String,
    priority: String,
    ordered_at: String,
    patient: PatientAnswer,
    containers: Vec<ContainerAnswer>,
    examinations: Vec<ExaminationAnswer>,
}

#[derive(Debug, Serialize)]
struct ContainerAnswer {
    code: String,
    state: &'static str,
    specimen: String,
}

impl From<ContainerEntry> for ContainerAnswer {
    fn from(entry: ContainerEntry) -> Self {
        Self { state: entry.state.words(Lang::English), code: entry.record.code, specimen: entry.record.specimen }
    }
}

#[derive(Debug, Serialize)]
struct ExaminationAnswer {
    container: String,
    test: String,
    test_name: String,
    cancelled: bool,
    result: Option<ResultAnswer>,
}

impl From<OrderView> for OrderAnswer {
    fn from(order: OrderView) -> Self {
        let examinations = order.examinations.into_iter().map(|examination| ExaminationAnswer {
            container: examination.container,
            test: examination.test,
            test_name: examination.test_name,
            cancelled: examination.cancelled_at.is_some(),
            result: examination.result.map(Into::into),
        });
        Self {
            accession: order.accession,
            // As an order is placed: "routine", "urgent", "stat".
            priority: order.priority.to_ascii_lowercase(),
            ordered_at: order.ordered_at.to_string(),
            patient: order.patient.into(),
            containers: order.containers.into_iter().map(Into::into).collect(),
            examinations: examinations.collect(),
        }
    }
}

/// `GET /api/v1/orders/{accession}`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(program): Extension<Program>,
    Path(accession): Path<String>,
) -> Result<Json<OrderAnswer>, Refusal> {
    let order = views::order_by_accession(&web.lab, &program.actor(), &accession).await?;
    order.map(|order| Json(order.into())).ok_or_else(|| Refusal::no_such("order", &accession))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_field_is_named_and_defaults_are_few() {
        let read = |text: &str| serde_json::from_str::<OrderBody>(text);
        let order = read(r#"{"patient":{"mrn":"1","family_name":"A","given_name":"B"},"tests":["K"]}"#).unwrap();
        assert_eq!((order.priority.as_str(), order.collected_at), ("routine", None));
        let trouble = read(r#"{"patient":{"mrn":"1","family_name":"A","given_name":"B"},"tests":["K"],"prioritty":"stat"}"#).unwrap_err();
        assert!(unreadable(&trouble).what.contains("prioritty"));
        assert_eq!(unreadable(&read("{").unwrap_err()).place, "the body, line 1, column 1");
    }

    #[test]
    fn a_key_is_a_uuid() {
        let with = |key: &str| HeaderMap::from_iter([(axum::http::HeaderName::from_static("idempotency-key"), key.parse().unwrap())]);
        let key = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(command_in(&with(key)).unwrap().to_string(), key);
        assert_eq!(command_in(&with("7")).unwrap_err().code, "W-014");
        assert_ne!(command_in(&HeaderMap::new()).unwrap(), command_in(&HeaderMap::new()).unwrap());
    }

    #[test]
    fn every_trouble_of_an_order_is_told_at_once() {
        let trouble = |field, what: &str| FieldTrouble { field, what: what.to_owned(), next: String::new() };
        let refusal = invalid(&[trouble("mrn", "no number"), trouble("tests", "no tests")]);
        assert_eq!((refusal.code, refusal.status.as_u16()), ("W-012", 422));
        assert_eq!((refusal.what.as_str(), refusal.place.as_str()), ("no number; no tests", "mrn; tests"));
    }
}
