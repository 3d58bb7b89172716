//! Placing an order: the patient is found or registered, tests are put on as few containers as they allow, codes are given.

use crate::Laboratory;
use crate::codes::{next_accession, next_container_code};
use crate::new_ids::{new_uuid, now};
use crate::patient_facts::{TypedPatient, complete, differences, excerpt, read_patient};
use crate::trouble::ActTrouble;
use catalogue::{Catalogue, Test, TestCode};
use kernel::{Actor, CommandId, ContainerId, ExaminationId, OrderId, PatientId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::repositories::orders::{self, ContainerRecord, NewContainer, NewOrder};
use store::repositories::patients::{self, PatientRecord};
use store::{Outcome, Trouble, Tx};
use workflow::{PlannedTube, Priority, plan_tubes};

/// An order as somebody typed it; nothing of it is trusted yet.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct OrderRequest {
    /// Medical record number.
    pub mrn: String,
    /// Family name.
    pub family_name: String,
    /// Given name; may be empty.
    pub given_name: String,
    /// ISO date, month or year of birth, for a newborn with the time of day (`2026-11-22 01:05`); empty where it is not known.
    pub birth_date: String,
    /// F, M, O or U.
    pub sex: String,
    /// Codes of tests and panels.
    pub tests: Vec<String>,
    /// stat, urgent or routine.
    pub priority: String,
    /// When it was collected, as an ISO 8601 instant; absent where it is not known.
    pub collected_at: Option<String>,
}

/// A field that cannot be taken, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTrouble {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it.
    pub what: String,
    /// What to do.
    pub next: String,
}

/// An order that was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    /// The order.
    pub order: String,
    /// Its accession number.
    pub accession: String,
    /// The patient.
    pub patient: String,
    /// What to draw.
    pub containers: Vec<PlacedContainer>,
    /// The command had been given before: this is its answer, and nothing was done again.
    #[serde(skip)]
    pub repeated: bool,
}

/// A container to be drawn, with the code for its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedContainer {
    /// The code on its label.
    pub code: String,
    /// What goes into it.
    pub specimen: String,
    /// The tests done from it.
    pub tests: Vec<String>,
}

impl PlacedContainer {
    pub(crate) fn of(planned: &NewContainer) -> Self {
        Self {
            code: planned.record.code.clone(),
            specimen: planned.record.specimen.clone(),
            tests: planned.examinations.iter().map(|(_, test, _)| test.to_string()).collect(),
        }
    }
}

/// Why an order was not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderRefusal {
    /// Fields cannot be taken.
    #[error("{}", .0.iter().map(|trouble| format!("{}: {}", trouble.field, trouble.what)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldTrouble>),
    /// The medical record number belongs to a patient with other facts.
    #[error("{0}")]
    Conflict(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// Tests on one order; more is a mistake, not a request.
const TESTS_MAX: usize = 100;

/// An order whose fields were all read.
struct Request {
    patient: PatientRecord,
    tests: Vec<Test>,
    priority: Priority,
    collected_at: Option<Timestamp>,
}

/// Places an order under a command id of the caller's: given again, it answers the same and does nothing.
pub async fn place_order(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    request: OrderRequest,
) -> Result<PlacedOrder, PlaceOrderRefusal> {
    let catalogue = lab.catalogue();
    let request = read_request(&catalogue, &request).map_err(PlaceOrderRefusal::Invalid)?;
    let at = now();
    let accession = next_accession(lab, at).await?.to_string();
    let containers =
        plan_containers(lab, &catalogue, &request.tests, Drawn { due_at: at, collected_at: request.collected_at, collector: None }).await?;
    let order = OrderId::from_uuid(new_uuid());
    let asked = digest(actor, &request);
    let plan = Plan { request, order, accession, containers, by: actor.to_string(), at, asked: asked.clone() };
    let done = lab.store().write(actor, command, at, move |tx| plan.place(tx)).await.map_err(ActTrouble::from)?;
    if done.act != ACT {
        return Err(PlaceOrderRefusal::Conflict(format!("this command id was used before, for {}; use a new one", done.act)));
    }
    if !done.accepted {
        return Err(PlaceOrderRefusal::Conflict(done.note));
    }
    lab.live().results_changed();
    let noted: Noted = serde_json::from_str(&done.note).map_err(|error| ActTrouble::Answer { act: ACT, what: error.to_string() })?;
    if noted.asked != asked {
        return Err(PlaceOrderRefusal::Conflict("this command id placed another order before; use a new one".to_owned()));
    }
    let placed = noted.placed;
    let placed = PlacedOrder { repeated: done.repeated, ..placed };
    if !placed.repeated {
        lab.tell_of_order(&placed);
    }
    Ok(placed)
}

const ACT: &str = "place_order";

/// What the journal keeps of a placed order: the answer, and what it was the answer to. A command id that comes again with another request, or from
/// somebody else, must not be answered with this one: its labels would go on another patient's tubes.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    asked: String,
    placed: PlacedOrder,
}

/// Who asked for what, in 16 bytes.
fn digest(actor: &Actor, request: &Request) -> String {
    let patient = &request.patient;
    let tests: Vec<&str> = request.tests.iter().map(|test| test.code.as_str()).collect();
    let collected_at = request.collected_at.map_or_else(String::new, |at| at.to_string());
    let asked = [
        &actor.to_string(),
        &patient.mrn,
        &patient.family_name,
        &patient.given_name,
        &patient.birth_date,
        &patient.sex,
        request.priority.name(),
        &collected_at,
        &tests.join(" "),
    ];
    let whole = Sha256::digest(asked.join("\0").as_bytes());
    hex::encode(whole.first_chunk::<16>().unwrap_or(&[0; 16]))
}

fn read_request(catalogue: &Catalogue, request: &OrderRequest) -> Result<Request, Vec<FieldTrouble>> {
    let mut troubles = Vec::new();
    let patient = read_patient(&TypedPatient {
        mrn: &request.mrn,
        family_name: &request.family_name,
        given_name: &request.given_name,
        birth_date: &request.birth_date,
        sex: &request.sex,
    });
    let patient = patient.map_err(|of_patient| troubles.extend(of_patient)).ok();
    let mut note = |field, what: String, next: &str| troubles.push(FieldTrouble { field, what, next: next.to_owned() });
    let priority = Priority::from_name(request.priority.trim());
    if priority.is_none() {
        note("priority", format!("“{}” is not stat, urgent or routine", excerpt(&request.priority)), "choose one");
    }
    let collected_at = match request.collected_at.as_deref().map(str::trim) {
        None | Some("") => Some(None),
        Some(text) => text
            .parse::<Timestamp>()
            .map(Some)
            .map_err(|trouble| note("collected_at", trouble.to_string(), "leave it out where it is not known"))
            .ok(),
    };
    let tests = read_tests(catalogue, &request.tests).map_err(|trouble| troubles.push(trouble)).ok();
    match (patient, priority, collected_at, tests) {
        (Some(patient), Some(priority), Some(collected_at), Some(tests)) => Ok(Request { patient, tests, priority, collected_at }),
        _ => Err(troubles),
    }
}

fn read_tests(catalogue: &Catalogue, codes: &[String]) -> Result<Vec<Test>, FieldTrouble> {
    let trouble = |what: String| FieldTrouble { field: "tests", what, next: "choose tests of the catalogue".to_owned() };
    if codes.len() > TESTS_MAX {
        return Err(trouble(format!("{} tests; an order has at most {TESTS_MAX}", codes.len())));
    }
    let mut tests: BTreeMap<TestCode, Test> = BTreeMap::new();
    for code in codes.iter().map(|code| code.trim()).filter(|code| !code.is_empty()) {
        let found = TestCode::parse(&code.to_uppercase()).map(|code| catalogue.asked_for(&code)).unwrap_or_default();
        if found.is_empty() {
            return Err(trouble(format!("“{}” is not in the catalogue", excerpt(code))));
        }
        tests.extend(found.into_iter().map(|test| (test.code.clone(), test.clone())));
    }
    if tests.len() > TESTS_MAX {
        return Err(trouble(format!("{} tests, with those of the panels; an order has at most {TESTS_MAX}", tests.len())));
    }
    if tests.is_empty() {
        return Err(trouble("no test is named".to_owned()));
    }
    Ok(tests.into_values().collect())
}

/// When containers are to be drawn, or were, and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) due_at: Timestamp,
    pub(crate) collected_at: Option<Timestamp>,
    pub(crate) collector: Option<String>,
}

/// As few containers as the tests allow, in the order of draw, each with a code of its own.
pub(crate) async fn plan_containers(
    lab: &Laboratory,
    catalogue: &Catalogue,
    tests: &[Test],
    drawn: Drawn,
) -> Result<Vec<NewContainer>, ActTrouble> {
    let mut planned = Vec::new();
    for PlannedTube { container, specimen, tests } in plan_tubes(tests, catalogue) {
        let code = next_container_code(lab).await?;
        planned.push(NewContainer {
            record: ContainerRecord {
                id: ContainerId::from_uuid(new_uuid()),
                code: code.to_string(),
                specimen: format!("{specimen}, {container}"),
                kind: container.to_string(),
            },
            due_at: drawn.due_at,
            collected_at: drawn.collected_at,
            collector: drawn.collector.clone(),
            replaces: None,
            examinations: tests.into_iter().map(|test| (ExaminationId::from_uuid(new_uuid()), test, None)).collect(),
        });
    }
    Ok(planned)
}

/// The record whose number was given, and the one that goes on in its place: the same, unless they were merged.
#[derive(Debug, Clone, Copy)]
struct ForWhom {
    named: PatientId,
    goes_on: PatientId,
}

/// Everything the command writes, fixed before it runs.
struct Plan {
    request: Request,
    order: OrderId,
    accession: String,
    containers: Vec<NewContainer>,
    by: String,
    at: Timestamp,
    asked: String,
}

impl Plan {
    fn place(&self, tx: &mut Tx<'_>) -> Result<Outcome, Trouble> {
        let outcome = |accepted, note| Outcome { act: ACT, accepted, subject: Some(self.order.uuid()), note };
        let patient = match self.patient(tx)? {
            Ok(patient) => patient,
            Err(conflict) => return Ok(outcome(false, conflict)),
        };
        let new = NewOrder {
            id: self.order,
            accession: self.accession.clone(),
            patient: patient.goes_on,
            original_patient: (patient.named != patient.goes_on).then_some(patient.named),
            priority: self.request.priority,
        };
        orders::add_order(tx, &new, self.at)?;
        for container in &self.containers {
            orders::add_container(tx, container, self.order)?;
        }
        let noted = Noted { asked: self.asked.clone(), placed: self.answer(patient.goes_on) };
        let answer = serde_json::to_string(&noted).map_err(|error| Trouble::because(error.to_string()))?;
        Ok(outcome(true, answer))
    }

    /// The patient with this number, registered now if there is none; or in what the facts differ. Of a record that was merged, the facts may be those
    /// of either.
    fn patient(&self, tx: &mut Tx<'_>) -> Result<Result<ForWhom, String>, Trouble> {
        let asked = &self.request.patient;
        let Some(entry) = patients::entry_by_number(tx, &asked.mrn, "")? else {
            patients::add_patient(tx, asked, self.at)?;
            return Ok(Ok(ForWhom { named: asked.id, goes_on: asked.id }));
        };
        let named = entry.patient.clone();
        let known = patients::survivor(tx, entry)?.patient;
        let differ = differences(&known, asked);
        if differ.is_empty() || (known.id != named.id && differences(&named, asked).is_empty()) {
            if differ.is_empty() {
                complete(tx, &known, asked, &self.by, self.at)?;
            }
            return Ok(Ok(ForWhom { named: named.id, goes_on: known.id }));
        }
        Ok(Err(format!(
            "number {} belongs to {} {}, whose {} differ{} from what was typed: check the number and the facts",
            named.mrn,
            known.given_name,
            known.family_name,
            differ.join(" and "),
            if differ.len() == 1 { "s" } else { "" },
        )))
    }

    fn answer(&self, patient: PatientId) -> PlacedOrder {
        PlacedOrder {
            order: self.order.to_string(),
            accession: self.accession.clone(),
            patient: patient.to_string(),
            containers: self.containers.iter().map(PlacedContainer::of).collect(),
            repeated: false,
        }
    }
}
