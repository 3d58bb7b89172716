//! Orders as pages show them.

use super::results::{EvidenceOf, lines, of_containers};
use super::{PatientLine, ResultLine};
use crate::Laboratory;
use crate::specimens::names_of;
use crate::trouble::ActTrouble;
use kernel::{Actor, ExaminationId, Lang, OrderId, Timestamp};
use store::repositories::containers::{self, ContainerEntry, OrderEvent};
use store::repositories::examinations::{self, ExaminationState};
use store::repositories::orders::{self, OrderRecord};
use store::repositories::requisitions::{self, Requisition};
use store::repositories::results::ResultRecord;
use store::{Reader, Trouble};

/// An order with everything ordered on it.
#[derive(Debug, Clone)]
pub struct OrderView {
    /// The order.
    pub id: OrderId,
    /// Its accession number.
    pub accession: String,
    /// How soon.
    pub priority: String,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// For whom.
    pub patient: PatientLine,
    /// What the request says beside its tests.
    pub requisition: Requisition,
    /// Questions and what was answered, by question.
    pub answers: Vec<(String, String)>,
    /// Its containers, in the order in which they were planned.
    pub containers: Vec<ContainerEntry>,
    /// What was ordered, with its result where there is one.
    pub examinations: Vec<OrderedExamination>,
    /// What happened to it since, oldest first; by whom, as people read it.
    pub events: Vec<OrderEvent>,
}

/// One ordered test.
#[derive(Debug, Clone)]
pub struct OrderedExamination {
    /// The examination.
    pub id: ExaminationId,
    /// The container's code.
    pub container: String,
    /// The test's code.
    pub test: String,
    /// The test's name.
    pub test_name: String,
    /// The newest version of its result.
    pub result: Option<ResultLine>,
    /// Since when nobody wants it any more.
    pub cancelled_at: Option<Timestamp>,
    /// Since when it waits because the requester asked to.
    pub held_at: Option<Timestamp>,
}

/// What happened to one order, at most: more than any order sees in its life.
pub(crate) const EVENTS_MAX: u32 = 500;

/// An order as it is read.
struct Found {
    order: OrderRecord,
    requisition: Requisition,
    answers: Vec<(String, String)>,
    containers: Vec<ContainerEntry>,
    examinations: Vec<ExaminationState>,
    events: Vec<OrderEvent>,
    results: (Vec<ResultRecord>, EvidenceOf),
}

/// An order by accession number.
pub async fn order_by_accession(lab: &Laboratory, by: &Actor, accession: &str) -> Result<Option<OrderView>, ActTrouble> {
    let accession = accession.to_owned();
    let Some(found) = lab.store().read(move |reader| read(reader, &accession)).await? else { return Ok(None) };
    lab.note_seen(by, "order", &found.order.accession, std::iter::once(Some(found.order.patient.id))).await?;
    let catalogue = lab.catalogue();
    let (records, evidence) = found.results;
    let results = lines(&catalogue, records, &evidence);
    let code = |container| found.containers.iter().find(|entry| entry.record.id == container).map(|entry| entry.record.code.clone());
    let examination = |state: ExaminationState| OrderedExamination {
        id: state.id,
        container: code(state.container).unwrap_or_default(),
        test_name: catalogue.test(&state.test).map_or_else(|| state.test.to_string(), |test| test.name.clone()),
        test: state.test.to_string(),
        result: results.iter().filter(|line| line.examination == state.id).max_by_key(|line| line.version).cloned(),
        cancelled_at: state.cancelled_at,
        held_at: state.held_at,
    };
    let mut examinations: Vec<OrderedExamination> = found.examinations.into_iter().map(examination).collect();
    examinations.sort_by(|one, other| (&one.container, &one.test).cmp(&(&other.container, &other.test)));
    Ok(Some(OrderView {
        id: found.order.id,
        accession: found.order.accession,
        priority: found.order.priority.words(Lang::English).to_owned(),
        ordered_at: found.order.ordered_at,
        patient: found.order.patient.into(),
        requisition: found.requisition,
        answers: found.answers,
        containers: found.containers,
        examinations,
        events: found.events,
    }))
}

fn read(reader: &mut Reader<'_>, accession: &str) -> Result<Option<Found>, Trouble> {
    let Some(order) = orders::order_by_accession(reader, accession)? else { return Ok(None) };
    let requisition = requisitions::requisition(reader, order.id)?.unwrap_or_default();
    let answers = requisitions::answers(reader, order.id)?;
    let mut containers = containers::of_order(reader, order.id)?;
    let examinations = examinations::examination_states(reader, order.id)?;
    let mut events = containers::events(reader, order.id, EVENTS_MAX)?;
    let who = events.iter().map(|event| event.by.as_str()).chain(containers.iter().filter_map(|entry| entry.collector.as_deref()));
    let names = names_of(reader, who)?;
    events.iter_mut().for_each(|event| event.by = names.of(&event.by));
    containers.iter_mut().filter_map(|entry| entry.collector.as_mut()).for_each(|collector| *collector = names.of(collector));
    let codes: Vec<&str> = containers.iter().map(|container| container.record.code.as_str()).collect();
    let results = of_containers(reader, &codes)?;
    Ok(Some(Found { order, requisition, answers, containers, examinations, events, results }))
}
