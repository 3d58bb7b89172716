//! An order made ready outside the store: read, its tubes planned, its codes leased, its ids made. What is left is writing it, in a command of its
//! own or as a part of somebody else's.

use super::act::Judged;
use super::request::{OrderRequest, ReadRequest, read_request};
use crate::Laboratory;
use crate::codes::{next_accession, next_container_code};
use crate::new_ids::new_uuid;
use crate::patient_facts::{complete, differences};
use crate::place_order::{PlaceOrderRefusal, PlacedContainer, PlacedOrder};
use crate::trouble::ActTrouble;
use catalogue::{Catalogue, ContainerKindCode, Test, TestCode};
use kernel::{Actor, ContainerId, ExaminationId, OrderId, PatientId, PlacerOrderId, Timestamp};
use store::Tx;
use store::repositories::orders::{self, ContainerRecord, NewContainer, NewOrder};
use store::repositories::patients::{self, PatientRecord};
use store::repositories::requisitions::{self, PlacerOrder};
use uuid::Uuid;
use workflow::{PlannedTube, plan_tubes};

/// Everything that placing an order writes, fixed before its command runs.
#[derive(Debug, Clone)]
pub(crate) struct PreparedOrder {
    request: ReadRequest,
    order: OrderId,
    accession: String,
    containers: Vec<NewContainer>,
    answers: Vec<(Uuid, String, String)>,
    placers: Vec<PlacerOrder>,
    by: String,
    at: Timestamp,
    asked: String,
}

/// The record whose number was given, and the one that goes on in its place: the same, unless they were merged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForWhom {
    pub(crate) named: PatientId,
    pub(crate) goes_on: PatientId,
}

impl PreparedOrder {
    /// Reads a request and makes ready what follows from it, at the moment at which its command will act.
    pub(crate) async fn new(lab: &Laboratory, actor: &Actor, request: &OrderRequest, at: Timestamp) -> Result<Self, PlaceOrderRefusal> {
        let catalogue = lab.catalogue();
        let request = read_request(&catalogue, request, at).map_err(PlaceOrderRefusal::Invalid)?;
        let accession = next_accession(lab, at).await?.to_string();
        let order = OrderId::from_uuid(new_uuid());
        let placer = |placer: &super::request::ReadPlacer| PlacerOrder {
            id: PlacerOrderId::from_uuid(new_uuid()),
            number: placer.number.clone(),
            authority: placer.authority.clone(),
            group_number: placer.group_number.clone(),
            order,
            code: placer.code.to_string(),
        };
        let placers: Vec<PlacerOrder> = request.placers.iter().map(placer).collect();
        // A test asked for by its own code belongs to that number, else to the panel's that it is in.
        let placer_of = |test: &TestCode| {
            let numbered = || request.placers.iter().zip(&placers);
            let own = numbered().find(|(read, _)| read.code == *test);
            own.or_else(|| numbered().find(|(read, _)| read.tests.contains(test))).map(|(_, placer)| placer.id)
        };
        let drawn =
            Drawn { due_at: request.due_at.unwrap_or(at), collected_at: request.collected_at, collector: request.collector.clone() };
        let containers = plan_containers(lab, &catalogue, &request.tests, drawn, placer_of).await?;
        let answers = request.answers.iter().map(|(question, answer)| (new_uuid(), question.clone(), answer.clone())).collect();
        let asked = super::request::digest(actor, &request);
        Ok(Self { request, order, accession, containers, answers, placers, by: actor.to_string(), at, asked })
    }

    /// The order it will be.
    pub(crate) const fn order(&self) -> OrderId {
        self.order
    }

    /// Who asks for what, in 16 bytes: a command id that comes again with another request is told apart by it.
    pub(crate) fn asked(&self) -> &str {
        &self.asked
    }

    /// Writes the order, with its patient found by number or registered now; or says why it is not placed.
    pub(crate) fn place(&self, tx: &mut Tx<'_>) -> Judged<PlacedOrder> {
        match self.patient(tx)? {
            Ok(patient) => self.place_for(tx, patient),
            Err(conflict) => Ok(Err(conflict)),
        }
    }

    /// Writes the order for a patient whom the same command has found already; or says why it is not placed.
    pub(crate) fn place_for(&self, tx: &mut Tx<'_>, patient: ForWhom) -> Judged<PlacedOrder> {
        for placer in &self.placers {
            if let Some(known) = requisitions::placer_order(tx, &placer.number, &placer.authority)? {
                return Ok(Err(format!("number {} of {} was used before, for {}", placer.number, placer.authority, known.code)));
            }
        }
        let new = NewOrder {
            id: self.order,
            accession: self.accession.clone(),
            patient: patient.goes_on,
            original_patient: (patient.named != patient.goes_on).then_some(patient.named),
            priority: self.request.priority,
        };
        orders::add_order(tx, &new, self.at)?;
        requisitions::add_requisition(tx, self.order, &self.request.requisition)?;
        requisitions::add_answers(tx, self.order, &self.answers)?;
        for placer in &self.placers {
            requisitions::add_placer_order(tx, placer, self.at)?;
        }
        for container in &self.containers {
            orders::add_container(tx, container, self.order)?;
        }
        Ok(Ok(self.answer(patient.goes_on)))
    }

    /// The patient with this number, registered now if there is none; or in what the facts differ. Of a record that was merged, the facts may be those
    /// of either.
    fn patient(&self, tx: &mut Tx<'_>) -> Judged<ForWhom> {
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
        Ok(Err(conflict(&named, &known, &differ)))
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

fn conflict(named: &PatientRecord, known: &PatientRecord, differ: &[&str]) -> String {
    format!(
        "number {} belongs to {} {}, whose {} differ{} from what was typed: check the number and the facts",
        named.mrn,
        known.given_name,
        known.family_name,
        differ.join(" and "),
        if differ.len() == 1 { "s" } else { "" },
    )
}

/// When containers are to be drawn, or were, and by whom.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) due_at: Timestamp,
    pub(crate) collected_at: Option<Timestamp>,
    pub(crate) collector: Option<String>,
}

/// As few containers as the tests allow, in the order of draw, each with a code of its own; each examination under the number that `placer_of` says
/// another system ordered it by.
pub(crate) async fn plan_containers(
    lab: &Laboratory,
    catalogue: &Catalogue,
    tests: &[Test],
    drawn: Drawn,
    placer_of: impl Fn(&TestCode) -> Option<PlacerOrderId>,
) -> Result<Vec<NewContainer>, ActTrouble> {
    let mut planned = Vec::new();
    for PlannedTube { container, specimen, tests } in plan_tubes(tests, catalogue) {
        let examinations = tests.into_iter().map(|test| {
            let placer = placer_of(&test);
            (ExaminationId::from_uuid(new_uuid()), test, placer)
        });
        planned.push(NewContainer {
            record: new_record(lab, &container, &specimen).await?,
            due_at: drawn.due_at,
            collected_at: drawn.collected_at,
            collector: drawn.collector.clone(),
            replaces: None,
            examinations: examinations.collect(),
        });
    }
    Ok(planned)
}

/// A container that is not there yet, with a code of its own.
pub(crate) async fn new_record(lab: &Laboratory, kind: &ContainerKindCode, specimen: &str) -> Result<ContainerRecord, ActTrouble> {
    Ok(ContainerRecord {
        id: ContainerId::from_uuid(new_uuid()),
        code: next_container_code(lab).await?.to_string(),
        specimen: format!("{specimen}, {kind}"),
        kind: kind.to_string(),
    })
}
