//! Orders placed, cancelled, changed and held as the hospital system asks. All orders of a message are decided before any is done: it is taken as a whole
//! or not at all.

use super::link::RepeatedOrder;
use super::numbers::field;
use super::outcome::{Came, Tasks};
use super::patients::{Doing, Telling};
use super::placing::{Line, Planned};
use super::placing_words::priority;
use crate::orders::{CancelTest, ChangePriority, Hold, HoldTest};
use hl7v2::adt::Trigger;
use hl7v2::orders::{Control, Decision, Order, Orders};
use hl7v2::{EntityIdentifier, ErrorCode, Rejection, Verdict};
use kernel::{OrderEventId, PatientId};
use std::collections::BTreeSet;
use store::repositories::containers::{self, NewOrderEvent};
use store::repositories::hl7_messages::Hl7State;
use store::repositories::orders::{self, NewOrder};
use store::repositories::patients::{self, PatientEntry};
use store::repositories::requisitions::{self, PlacedExamination, PlacerOrder};
use store::{Reader, Trouble, Tx};
use workflow::Priority;

/// What will be done with one order.
enum Decided {
    /// It is placed, as planned.
    Place,
    /// It was placed before, in another message that asked for the same.
    Placed(PlacerOrder),
    /// These examinations are cancelled.
    Cancel(PlacerOrder, Vec<PlacedExamination>),
    /// These wait, or do not any more.
    Hold(PlacerOrder, Vec<PlacedExamination>, bool),
    /// The order is wanted so soon now.
    Hasten(PlacerOrder, Priority),
    /// It is only noted.
    Note(PlacerOrder),
}

/// What became of one order, as it is answered.
pub(super) struct Answered {
    accession: Option<String>,
    containers: Vec<String>,
    reason: String,
}

/// What a message of orders came to.
pub(super) struct Done {
    pub(super) came: Came,
    /// One for each order, in the order of the message.
    pub(super) answered: Vec<Answered>,
    /// What was planned was placed.
    pub(super) is_placed: bool,
}

/// Does what a message of orders asks for.
pub(super) fn carry_out(
    tx: &mut Tx<'_>,
    tasks: &mut Tasks<'_>,
    message: &Orders,
    planned: &Planned,
    telling: &Telling<'_>,
) -> Result<Result<Done, Rejection>, Trouble> {
    let mut doing = Doing { warnings: message.warnings.iter().chain(&planned.warnings).cloned().collect(), ..Doing::default() };
    if let Some(patient) = &message.patient
        && let Err(reason) = telling.numbers(patient)
    {
        return Ok(Err(reason));
    }
    let subject = telling.subject(tx, message)?;
    let mut decided = Vec::new();
    for (order, line) in message.orders.iter().zip(&planned.lines) {
        decided.push(telling.decide(tx, order, line, subject)?);
    }
    let again = decided.iter().any(|decided| matches!(decided, Ok(Decided::Placed(_))));
    if again && decided.iter().any(|decided| matches!(decided, Ok(Decided::Place))) {
        for (decided, order) in decided.iter_mut().zip(&message.orders) {
            if matches!(decided, Ok(Decided::Placed(_))) {
                *decided = Err(Rejection::new(order.location.field(2), ErrorCode::DuplicateKey, PLACED_BEFORE));
            }
        }
    }
    if decided.iter().any(Result::is_err) {
        return Ok(Ok(refused(tasks, telling, &decided)));
    }
    let decided: Vec<Decided> = decided.into_iter().filter_map(Result::ok).collect();
    let is_placed = decided.iter().any(|decided| matches!(decided, Decided::Place));
    if is_placed {
        telling.place(tx, tasks, message, planned, &mut doing)?;
    }
    let mut answered = Vec::new();
    for (decided, line) in decided.iter().zip(&planned.lines) {
        answered.push(telling.carry_out_order(tx, tasks, decided, line, planned, &mut doing)?);
    }
    let came = Came::accepted(doing.done.join(", "), doing.warnings);
    Ok(Ok(Done { came, answered, is_placed }))
}

const PLACED_BEFORE: &str = "an order was placed under this number before; cancel or change that one, or use another number";

/// Nothing is done, because of at least one of them.
fn refused(tasks: &mut Tasks<'_>, telling: &Telling<'_>, decided: &[Result<Decided, Rejection>]) -> Done {
    let reasons: Vec<Rejection> = decided.iter().filter_map(|decided| decided.as_ref().err().cloned()).collect();
    for reason in &reasons {
        tasks.open("hl7_refused", telling.line, &reason.to_string());
    }
    let answer = |decided: &Result<Decided, Rejection>| {
        let reason = decided.as_ref().err().map_or("another order of this message was refused", |reason| reason.words.as_str());
        Answered { accession: None, containers: Vec::new(), reason: reason.to_owned() }
    };
    let answered = decided.iter().map(answer).collect();
    let came = Came {
        state: Hl7State::Refused,
        verdict: Verdict::Error(reasons),
        done: String::new(),
        answer: None,
        is_placed: false,
        tasks: Vec::new(),
    };
    Done { came, answered, is_placed: false }
}

impl Answered {
    /// Our number in an answer.
    pub(super) fn filler(&self, telling: &super::link::Hl7Link) -> Option<EntityIdentifier> {
        self.accession.clone().map(|number| EntityIdentifier { number, authority: telling.authority.clone() })
    }

    /// As the answer writes it.
    pub(super) fn decision<'d>(&'d self, filler: Option<&'d EntityIdentifier>, is_done: bool) -> Decision<'d> {
        if is_done { Decision::Done { filler, containers: &self.containers } } else { Decision::NotDone { reason: &self.reason } }
    }
}

impl Telling<'_> {
    /// Whom the message is about, where that is somebody known here.
    fn subject(&self, reader: &mut Reader<'_>, message: &Orders) -> Result<Option<PatientId>, Trouble> {
        let number = message.patient.as_ref().and_then(|patient| self.numbers(patient).ok()).and_then(|numbers| numbers.into_iter().next());
        let Some(number) = number else { return Ok(None) };
        Ok(patients::patient_by_number(reader, &number.value, &number.authority)?.map(|entry| entry.patient.id))
    }

    /// What will be done with an order, or why not. Nothing is written.
    fn decide(
        &self,
        reader: &mut Reader<'_>,
        order: &Order,
        line: &Line,
        subject: Option<PatientId>,
    ) -> Result<Result<Decided, Rejection>, Trouble> {
        let place = order.location.field(2);
        let no = |code: ErrorCode, words: &str| Ok(Err(Rejection::new(place, code, words)));
        let known = requisitions::placer_order(reader, &line.number, &line.authority)?;
        let whose = match &known {
            Some(known) => requisitions::accession_and_patient(reader, known.order)?.map(|(_, patient)| patient),
            None => None,
        };
        let is_others = known.is_some() && subject.is_some() && whose != subject;
        if order.control.is_new() {
            let same = known.filter(|known| !is_others && line.code.as_ref().is_some_and(|code| code.as_str() == known.code));
            return match (whose, same, self.link.repeated_order) {
                (None, _, _) => Ok(Ok(Decided::Place)),
                (Some(_), Some(same), RepeatedOrder::EarlierAnswer) => Ok(Ok(Decided::Placed(same))),
                (Some(_), _, _) => no(ErrorCode::DuplicateKey, PLACED_BEFORE),
            };
        }
        let Some(known) = known else { return no(ErrorCode::UnknownKey, "no order was placed under this number") };
        if is_others {
            return no(ErrorCode::UnknownKey, "the order under this number is another patient's");
        }
        let examinations = requisitions::examinations_of_placer(reader, &known)?;
        Ok(match decide_known(order, line, known, examinations) {
            Ok(decided) => Ok(decided),
            Err((code, words)) => Err(Rejection::new(place, code, words)),
        })
    }

    /// Places what was planned.
    fn place(&self, tx: &mut Tx<'_>, tasks: &mut Tasks<'_>, message: &Orders, planned: &Planned, doing: &mut Doing) -> Result<(), Trouble> {
        let Some(patient) = &message.patient else { return Err(Trouble::because("new orders without a patient were planned")) };
        let (entry, named) = self.identify(tx, tasks, patient, doing)?;
        let visit = match &message.visit {
            Some(visit) => self.tell_visit(tx, tasks, &entry, visit, Trigger::A08, doing)?,
            None => None,
        };
        for order in &planned.orders {
            let new = NewOrder {
                id: order.id,
                accession: order.accession.clone(),
                patient: entry.patient.id,
                original_patient: Some(named).filter(|named| *named != entry.patient.id),
                priority: order.priority,
            };
            orders::add_order(tx, &new, self.at)?;
            let lines = planned.lines.iter().filter_map(|line| line.placed.as_ref()).map(|(_, placed)| placed);
            for placed in lines.filter(|placed| placed.order == order.id) {
                requisitions::add_placer_order(tx, placed, self.at)?;
            }
            for container in &order.containers {
                orders::add_container(tx, container, order.id)?;
            }
            requisitions::add_requisition(tx, order.id, &requisitions::Requisition { visit, ..order.requisition.clone() })?;
            requisitions::add_answers(tx, order.id, &order.answers)?;
            self.note_event(tx, tasks, (order.id, None, None), "placed", self.source)?;
            doing.done.push(format!("order {} was placed", order.accession));
        }
        Ok(())
    }

    /// Whose new orders are: registered where nobody has the number. A record that is there keeps its facts, because orders do not tell how they changed;
    /// where they differ, somebody looks.
    fn identify(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        patient: &hl7v2::Patient,
        doing: &mut Doing,
    ) -> Result<(PatientEntry, PatientId), Trouble> {
        let first = self.numbers(patient).ok().and_then(|numbers| numbers.into_iter().next());
        let first = first.ok_or_else(|| Trouble::because("a patient without a number was read"))?;
        let Some(named) = patients::entry_by_number(tx, &first.value, &first.authority)? else {
            let entry = self.tell(tx, tasks, patient, doing)?.map_err(|reason| Trouble::because(reason.to_string()))?;
            let id = entry.patient.id;
            return Ok((entry, id));
        };
        let id = named.patient.id;
        let differ = super::patients::differing(&named.patient, patient);
        let entry = patients::survivor(tx, named)?;
        if !differ.is_empty() {
            let why = format!(
                "{}: the {} of the patient differ from those on record: check whose specimens these are",
                self.source,
                differ.join(" and ")
            );
            tasks.open_about("hl7_identity", Some(entry.patient.id), self.line, &why);
            let words = format!("the {} differ from those on record, which were left as they are", differ.join(" and "));
            doing.warnings.push(Rejection::new(field("PID", 3), ErrorCode::DataType, words));
        }
        Ok((entry, id))
    }

    fn carry_out_order(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        decided: &Decided,
        line: &Line,
        planned: &Planned,
        doing: &mut Doing,
    ) -> Result<Answered, Trouble> {
        let placed = match decided {
            Decided::Place => {
                let order = line.placed.as_ref().and_then(|(at, placed)| planned.orders.get(*at).map(|order| (order, placed)));
                let (order, placed) = order.ok_or_else(|| Trouble::because("an order was not planned"))?;
                let of_line = |container: &&store::repositories::orders::NewContainer| {
                    container.examinations.iter().any(|(_, _, placer)| *placer == Some(placed.id))
                };
                let containers = order.containers.iter().filter(of_line).map(|container| container.record.code.clone()).collect();
                return Ok(Answered { accession: Some(order.accession.clone()), containers, reason: String::new() });
            }
            Decided::Placed(placed) => {
                doing.done.push(format!("order {} had been placed before", placed.number));
                placed
            }
            Decided::Cancel(placed, examinations) => {
                self.cancel(tx, tasks, examinations)?;
                doing.done.push(format!("order {} was cancelled", placed.number));
                placed
            }
            Decided::Hold(placed, examinations, waits) => {
                self.hold(tx, tasks, examinations, *waits)?;
                let kind = if *waits { "held" } else { "released" };
                doing.done.push(format!("order {} was {kind}", placed.number));
                placed
            }
            Decided::Hasten(placed, priority) => {
                self.hasten(tx, tasks, placed, *priority)?;
                doing.done.push(format!("order {} was changed", placed.number));
                placed
            }
            Decided::Note(placed) => {
                self.note_event(tx, tasks, (placed.order, None, None), "told", self.source)?;
                placed
            }
        };
        let accession = requisitions::accession_and_patient(tx, placed.order)?.map(|(accession, _)| accession);
        let examinations = requisitions::examinations_of_placer(tx, placed)?;
        let codes: BTreeSet<String> = examinations.into_iter().filter(|one| !one.is_cancelled).map(|one| one.container_code).collect();
        Ok(Answered { accession, containers: codes.into_iter().collect(), reason: String::new() })
    }

    /// The act that people have, for each test of an order.
    fn cancel(&self, tx: &mut Tx<'_>, tasks: &mut Tasks<'_>, examinations: &[PlacedExamination]) -> Result<(), Trouble> {
        for examination in examinations {
            let event = OrderEventId::from_uuid(tasks.ids.next());
            let cancel = CancelTest { examination: examination.id, reason: None, by: self.by.to_owned(), event, at: self.at };
            cancel.run(tx)?.map_err(Trouble::because)?;
        }
        Ok(())
    }

    /// Likewise; a test that stands as it is asked for is left so.
    fn hold(&self, tx: &mut Tx<'_>, tasks: &mut Tasks<'_>, examinations: &[PlacedExamination], waits: bool) -> Result<(), Trouble> {
        let hold = if waits { Hold::Held } else { Hold::Resumed };
        for examination in examinations.iter().filter(|examination| examination.is_held != waits) {
            let event = OrderEventId::from_uuid(tasks.ids.next());
            let act = HoldTest { examination: examination.id, hold, by: self.by.to_owned(), event, at: self.at };
            act.run(tx)?.map_err(Trouble::because)?;
        }
        Ok(())
    }

    fn hasten(&self, tx: &mut Tx<'_>, tasks: &mut Tasks<'_>, placed: &PlacerOrder, priority: Priority) -> Result<(), Trouble> {
        let event = OrderEventId::from_uuid(tasks.ids.next());
        let change = ChangePriority { order: placed.order, priority, by: self.by.to_owned(), event, at: self.at };
        // Refused only where the order is as urgent as that already.
        change.run(tx).map(drop)
    }

    fn note_event(
        &self,
        tx: &mut Tx<'_>,
        tasks: &mut Tasks<'_>,
        (order, container, examination): (kernel::OrderId, Option<kernel::ContainerId>, Option<kernel::ExaminationId>),
        kind: &'static str,
        note: &str,
    ) -> Result<(), Trouble> {
        let id = OrderEventId::from_uuid(tasks.ids.next());
        containers::add_event(tx, &NewOrderEvent { id, order, container, examination, by: self.by, kind, note }, self.at)
    }
}

/// What will be done with an order that was placed before.
fn decide_known(
    order: &Order,
    line: &Line,
    known: PlacerOrder,
    examinations: Vec<PlacedExamination>,
) -> Result<Decided, (ErrorCode, &'static str)> {
    let wanted: Vec<PlacedExamination> = examinations.into_iter().filter(|one| !one.is_cancelled).collect();
    let is_resulted = wanted.iter().any(|one| one.is_resulted);
    let is_begun = is_resulted || wanted.iter().any(|one| one.is_collected);
    let begun = if is_resulted { "there is a result of it" } else { "its specimen was collected" };
    match order.control {
        Control::Cancel | Control::Discontinue | Control::Replace if is_begun => Err((ErrorCode::RecordLocked, begun)),
        // Cancelled twice is cancelled.
        Control::Cancel | Control::Discontinue | Control::Replace => Ok(Decided::Cancel(known, wanted)),
        Control::Hold | Control::Release | Control::Change if wanted.is_empty() => {
            Err((ErrorCode::RecordLocked, "it was cancelled before"))
        }
        Control::Hold | Control::Release if is_resulted => Err((ErrorCode::RecordLocked, begun)),
        Control::Hold => Ok(Decided::Hold(known, wanted, true)),
        Control::Release => Ok(Decided::Hold(known, wanted, false)),
        Control::Change if is_begun => Err((ErrorCode::RecordLocked, begun)),
        Control::Change if line.code.as_ref().is_some_and(|code| code.as_str() != known.code) => {
            Err((ErrorCode::TableValueNotFound, "another test is another order: replace it (RP, RO), or cancel it and send a new one"))
        }
        Control::Change => Ok(Decided::Hasten(known, priority(order).0)),
        Control::StatusChanged => Ok(Decided::Note(known)),
        Control::SendNumber | Control::StatusAnswer | Control::New | Control::Replacement => {
            Err((ErrorCode::TableValueNotFound, "this is not done here; send NW, CA, DC, XO, HD, RL, RP with RO, or SC"))
        }
    }
}
