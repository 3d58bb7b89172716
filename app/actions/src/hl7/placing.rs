//! What new orders of a message will become: read against the catalogue and planned before the command, with ids and codes.

use super::numbers;
use super::placing_words::{collector, location, priority, requester};
use crate::Laboratory;
use crate::codes::next_accession;
use crate::new_ids::new_uuid;
use crate::orders::{Drawn, plan_containers};
use crate::trouble::ActTrouble;
use catalogue::{Catalogue, Test, TestCode};
use hl7v2::orders::{Code, Order, Orders, Service};
use hl7v2::{ErrorCode, Location, Rejection, Said};
use kernel::{OrderId, PlacerOrderId, Stated, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use store::repositories::orders::NewContainer;
use store::repositories::requisitions::{PlacerOrder, Requisition};
use uuid::Uuid;
use workflow::Priority;

/// Tests of one message; more is a mistake, not a request.
const TESTS_MAX: usize = 500;

/// The orders of a message, as far as they are known before the command.
#[derive(Debug)]
pub(super) struct Planned {
    /// One for each order of the message, in its order.
    pub(super) lines: Vec<Line>,
    /// What is to be placed, one for each accession number.
    pub(super) orders: Vec<PlannedOrder>,
    pub(super) warnings: Vec<Rejection>,
}

/// One order of the message.
#[derive(Debug)]
pub(super) struct Line {
    /// The sender's number.
    pub(super) number: String,
    /// Who gave it.
    pub(super) authority: String,
    /// The test or panel of ours that is named.
    pub(super) code: Option<TestCode>,
    /// Which of the planned orders it becomes part of, under which id.
    pub(super) placed: Option<(usize, PlacerOrder)>,
}

/// An order to be placed.
#[derive(Debug)]
pub(super) struct PlannedOrder {
    pub(super) id: OrderId,
    pub(super) accession: String,
    pub(super) priority: Priority,
    pub(super) containers: Vec<NewContainer>,
    pub(super) requisition: Requisition,
    pub(super) answers: Vec<(Uuid, String, String)>,
}

/// Orders that go together: one group of the sender's, equally urgent, collected together.
struct Draft<'o> {
    key: (String, Priority, Option<Timestamp>, Timestamp, Option<String>),
    tests: BTreeMap<TestCode, (Test, PlacerOrderId)>,
    id: OrderId,
    orders: Vec<(&'o Order, &'o Service)>,
}

/// Reads and plans the orders of a message. `sender` stands for who gave the numbers where nobody is named.
pub(super) async fn plan(
    lab: &Laboratory,
    link: &str,
    sender: &str,
    orders: &Orders,
    received_at: Timestamp,
) -> Result<Result<Planned, Rejection>, ActTrouble> {
    let catalogue = lab.catalogue();
    let mut planning =
        Planning { catalogue: &catalogue, sender, received_at, lines: Vec::new(), drafts: Vec::new(), warnings: Vec::new(), services: 0 };
    for order in &orders.orders {
        if let Err(reason) = planning.read(order) {
            return Ok(Err(reason));
        }
    }
    let Planning { lines, drafts, warnings, .. } = planning;
    let mut planned = Vec::new();
    for draft in drafts {
        planned.push(plan_draft(lab, &catalogue, link, orders, draft, received_at).await?);
    }
    Ok(Ok(Planned { lines, orders: planned, warnings }))
}

struct Planning<'p> {
    catalogue: &'p Catalogue,
    sender: &'p str,
    received_at: Timestamp,
    lines: Vec<Line>,
    drafts: Vec<Draft<'p>>,
    warnings: Vec<Rejection>,
    /// Orders read so far that have an OBR.
    services: usize,
}

impl<'p> Planning<'p> {
    fn read(&mut self, order: &'p Order) -> Result<(), Rejection> {
        let place = order.location.field(2);
        let Some(placer) = &order.placer else {
            let words = "say your own number of the order; ours alone does not tell which of its tests is meant";
            return Err(Rejection::new(place, ErrorCode::RequiredFieldMissing, words));
        };
        let (number, authority) = numbers::of_order(&placer.number, &placer.authority, self.sender, place)?;
        self.services += usize::from(order.service.is_some());
        let obr = Location { sequence: self.services, ..numbers::field("OBR", 4) };
        let code = order.service.as_ref().map(|service| self.code(service, obr)).transpose();
        let mut line = Line { number, authority, code: None, placed: None };
        match (&order.service, code) {
            (Some(service), code) if order.control.is_new() => {
                let Some(code) = code? else { return Err(Rejection::new(obr, ErrorCode::RequiredFieldMissing, "say what is to be done")) };
                line.code = Some(code.clone());
                if self.lines.iter().any(|other| other.placed.is_some() && other.number == line.number && other.authority == line.authority)
                {
                    return Err(Rejection::new(place, ErrorCode::DuplicateKey, "two new orders of the message have this number"));
                }
                line.placed = Some(self.draft(order, service, &line, &code, obr)?);
            }
            // What is done with an order that is known asks for its number; a code that is not known here does no harm.
            (_, code) => line.code = code.ok().flatten(),
        }
        self.lines.push(line);
        Ok(())
    }

    /// The test or panel a service names: by LOINC where the sender says so, or else by our own code.
    fn code(&self, service: &Service, place: Location) -> Result<TestCode, Rejection> {
        let codes = [&service.code.code, &service.code.alternate];
        codes.into_iter().find_map(|code| self.known(code)).ok_or_else(|| {
            let named = codes.into_iter().find_map(|code| code.identifier.as_deref()).unwrap_or_default();
            let named: String = named.chars().take(40).filter(char::is_ascii_graphic).collect();
            Rejection::new(
                place,
                ErrorCode::UnknownKey,
                format!("{named} is no test or panel of this laboratory; send one of its codes, or LOINC"),
            )
        })
    }

    fn known(&self, code: &Code) -> Option<TestCode> {
        let identifier = code.identifier.as_deref()?;
        if code.system.as_deref() == Some("LN") {
            let mut tests = self.catalogue.tests().filter(|test| test.loinc.as_deref() == Some(identifier));
            // Where two tests have one LOINC code, it does not say which is meant.
            if let (Some(test), None) = (tests.next(), tests.next()) {
                return Some(test.code.clone());
            }
        }
        TestCode::parse(&identifier.to_uppercase()).filter(|code| !self.catalogue.asked_for(code).is_empty())
    }

    /// Puts a new order with those it goes together with.
    fn draft(
        &mut self,
        order: &'p Order,
        service: &'p Service,
        line: &Line,
        code: &TestCode,
        obr: Location,
    ) -> Result<(usize, PlacerOrder), Rejection> {
        let tests: Vec<Test> = self.catalogue.asked_for(code).into_iter().cloned().collect();
        let so_far: usize = self.drafts.iter().map(|draft| draft.tests.len()).sum();
        if so_far + tests.len() > TESTS_MAX {
            let words = format!("more than {TESTS_MAX} tests; send them in several messages");
            return Err(Rejection::new(obr, ErrorCode::Internal, words));
        }
        let group = order.group.as_ref().map(|group| group.number.clone()).unwrap_or_default();
        let (priority, warning) = priority(order);
        self.warnings.extend(warning);
        let drawn = self.drawn(service, obr);
        let key = (group.clone(), priority, drawn.collected_at, drawn.due_at, drawn.collector);
        let named: BTreeSet<&TestCode> = tests.iter().map(|test| &test.code).collect();
        if self.drafts.iter().any(|draft| named.iter().any(|code| draft.tests.contains_key(*code))) {
            let words = "a test is ordered twice in this message; each is collected for itself";
            self.warnings.push(Rejection::new(obr, ErrorCode::DuplicateKey, words));
        }
        let goes_with = |draft: &Draft<'_>| draft.key == key && !named.iter().any(|code| draft.tests.contains_key(*code));
        let at = self.drafts.iter().position(goes_with).unwrap_or_else(|| {
            self.drafts.push(Draft { key, tests: BTreeMap::new(), id: OrderId::from_uuid(new_uuid()), orders: Vec::new() });
            self.drafts.len() - 1
        });
        let id = PlacerOrderId::from_uuid(new_uuid());
        let Some(draft) = self.drafts.get_mut(at) else {
            return Err(Rejection::new(obr, ErrorCode::Internal, "the order could not be planned"));
        };
        draft.tests.extend(tests.into_iter().map(|test| (test.code.clone(), (test, id))));
        draft.orders.push((order, service));
        let placed = PlacerOrder {
            id,
            number: line.number.clone(),
            authority: line.authority.clone(),
            group_number: group,
            order: draft.id,
            code: code.to_string(),
        };
        Ok((at, placed))
    }

    /// When the specimens were collected. SPM-17 says so in any case; OBR-7 where OBR-10 or OBR-11 says that somebody did, because others write there
    /// when it should be done.
    fn drawn(&mut self, service: &Service, obr: Location) -> Drawn {
        let instant = |said: &Said<Stated>| said.as_ref().value().and_then(Stated::instant);
        let of_specimen = service.specimens.iter().find_map(|specimen| instant(&specimen.collected));
        let stated = of_specimen.or_else(|| instant(&service.collected));
        let taken_by_other = matches!(&service.specimen_action, Said::Said(action) if action == "O");
        let is_collected = of_specimen.is_some() || taken_by_other || !service.collectors.is_empty();
        let collector = collector(&service.collectors).filter(|_| is_collected);
        let (received_at, none) = (self.received_at, None);
        match stated {
            Some(at) if is_collected && at <= received_at => Drawn { due_at: received_at, collected_at: Some(at), collector },
            Some(at) if !is_collected && at > received_at => Drawn { due_at: at, collected_at: none, collector: None },
            Some(_) if is_collected => {
                let words = "the time of collection lies in the future and was left out";
                self.warnings.push(Rejection::new(Location { field: 7, ..obr }, ErrorCode::DataType, words));
                Drawn { due_at: received_at, collected_at: none, collector: None }
            }
            _ => Drawn { due_at: received_at, collected_at: none, collector: None },
        }
    }
}

async fn plan_draft(
    lab: &Laboratory,
    catalogue: &Catalogue,
    link: &str,
    message: &Orders,
    draft: Draft<'_>,
    at: Timestamp,
) -> Result<PlannedOrder, ActTrouble> {
    let (_, priority, collected_at, due_at, collector) = draft.key;
    let tests: Vec<Test> = draft.tests.values().map(|(test, _)| test.clone()).collect();
    let placer_of = |test: &TestCode| draft.tests.get(test).map(|(_, placer)| *placer);
    let containers = plan_containers(lab, catalogue, &tests, Drawn { due_at, collected_at, collector }, placer_of).await?;
    let accession = next_accession(lab, at).await?.to_string();
    let requisition = requisition(link, message, &draft.orders);
    Ok(PlannedOrder { id: draft.id, accession, priority, containers, requisition, answers: answers(&draft.orders) })
}

fn requisition(link: &str, message: &Orders, orders: &[(&Order, &Service)]) -> Requisition {
    let asking = orders.iter().find_map(|(order, _)| order.orderers.first());
    let notes = message.notes.iter().chain(orders.iter().flat_map(|(_, service)| &service.notes));
    let notes: Vec<&str> = notes.map(String::as_str).collect();
    Requisition {
        requester: asking.map(requester).unwrap_or_default(),
        requester_identifier: asking.and_then(|asking| asking.number.clone()).unwrap_or_default(),
        location: message.visit.as_ref().map(location).unwrap_or_default(),
        clinical_information: crate::keep_transmission::printable(&notes.join("\n")),
        source: link.to_owned(),
        ..Requisition::default()
    }
}

/// What was answered with the orders. Two orders that answer one question differently keep both, each with its code.
fn answers(orders: &[(&Order, &Service)]) -> Vec<(Uuid, String, String)> {
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    for (_, service) in orders {
        let observations = service.specimens.iter().flat_map(|specimen| &specimen.observations);
        for answered in service.questions.iter().chain(observations) {
            let text = |code: &Code| code.text.clone().or_else(|| code.identifier.clone());
            let question = text(&answered.question.code).or_else(|| text(&answered.question.alternate)).unwrap_or_default();
            let values: Vec<String> = answered.values.iter().map(|parts| value(parts)).collect();
            let answer = [values.join(", "), answered.unit.clone().unwrap_or_default()].join(" ").trim().to_owned();
            let of_code = service.code.code.identifier.as_deref().unwrap_or_default();
            let question = match kept.get(&question) {
                Some(other) if *other != answer => format!("{question} ({of_code})"),
                _ => question,
            };
            kept.insert(question, answer);
        }
    }
    let printable = crate::keep_transmission::printable;
    kept.into_iter().map(|(question, answer)| (new_uuid(), printable(&question), printable(&answer))).collect()
}

/// A value as people read it: the text of a code, or all of it.
fn value(parts: &[String]) -> String {
    match parts {
        [code, text, ..] if !text.is_empty() => format!("{text} ({code})"),
        parts => parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" "),
    }
}
