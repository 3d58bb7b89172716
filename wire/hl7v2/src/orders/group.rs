//! The segments of an order message, put together by the order they belong to.

use super::content::{Answered, CodedElement, OrderedSpecimen, Priority, StaffName, agree};
use super::control::Control;
use super::{Order, OrderMessage, Service};
use crate::identifier::EntityIdentifier;
use crate::message::{Message, Segment};
use crate::part::Part;
use crate::quoted::quoted;
use crate::reader::Reader;
use crate::rejection::{ErrorCode, Rejection};
use crate::said::Said;

const ONE_TIMING: &str = "only the first timing of an order is read; send an order for each";

/// A message taken apart: whom it is about, and one group for each order.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    pub(super) pid: Option<Segment<'a>>,
    pub(super) pv1: Option<Segment<'a>>,
    pub(super) notes: Vec<Segment<'a>>,
    pub(super) orders: Vec<Group<'a>>,
}

/// An ORC and what follows it.
#[derive(Debug)]
pub(super) struct Group<'a> {
    orc: Segment<'a>,
    control: Control,
    tq1: Option<Segment<'a>>,
    obr: Option<Segment<'a>>,
    notes: Vec<Segment<'a>>,
    questions: Vec<Segment<'a>>,
    specimens: Vec<(Segment<'a>, Vec<Segment<'a>>)>,
}

impl<'a> Groups<'a> {
    pub(super) fn of(message: &Message<'a>, kind: OrderMessage, reader: &mut Reader<'_>) -> Result<Self, Rejection> {
        let mut groups = Self::default();
        // Behind an order, OML may bring former results: a patient of their own, or an ORC with PR. They are no orders.
        let (mut is_former, mut any_former) = (false, false);
        for segment in message.segments().iter().copied() {
            let name = segment.name();
            let name = name.as_ref().map_or("", |name| name.as_str());
            let begins_former =
                kind == OrderMessage::Oml && !groups.orders.is_empty() && name == "PID" || name == "ORC" && segment.field(1).text() == "PR";
            if begins_former || is_former && name != "ORC" {
                (is_former, any_former) = (true, true);
            } else if name == "ORC" {
                is_former = false;
                groups.orders.push(Group::begin(segment)?);
            } else {
                groups.take(name, segment, reader)?;
            }
        }
        if any_former {
            let words = "former results sent with an order are not read; they stay in the message";
            reader.warnings.push(message.header().rejected(ErrorCode::SegmentSequence, words));
        }
        if groups.orders.is_empty() {
            return Err(crate::adt::missing(*b"ORC", 1, "the message brings no order"));
        }
        Ok(groups)
    }

    fn take(&mut self, name: &str, segment: Segment<'a>, reader: &mut Reader<'_>) -> Result<(), Rejection> {
        let Some(group) = self.orders.last_mut() else { return self.take_patient(name, segment) };
        match name {
            "TQ1" if group.tq1.is_none() => group.tq1 = Some(segment),
            "OBR" if group.obr.is_none() => group.obr = Some(segment),
            "NTE" => group.notes.push(segment),
            "SPM" if group.obr.is_some() => group.specimens.push((segment, Vec::new())),
            "OBX" if group.obr.is_some() => match group.specimens.last_mut() {
                Some((_, observations)) => observations.push(segment),
                None => group.questions.push(segment),
            },
            "OBR" => return Err(out_of_order(&segment, "a second OBR below one ORC; send an ORC for each order")),
            "TQ1" => reader.warnings.push(segment.rejected(ErrorCode::SegmentSequence, ONE_TIMING)),
            "SPM" | "OBX" => return Err(out_of_order(&segment, "it belongs to no OBR")),
            "PID" | "PV1" => return Err(out_of_order(&segment, "it has to stand before the orders; send a message for each patient")),
            _ => {}
        }
        Ok(())
    }

    fn take_patient(&mut self, name: &str, segment: Segment<'a>) -> Result<(), Rejection> {
        match name {
            "PID" if self.pid.is_none() => self.pid = Some(segment),
            "PV1" if self.pv1.is_none() => self.pv1 = Some(segment),
            "NTE" => self.notes.push(segment),
            "PID" | "PV1" => return Err(out_of_order(&segment, "a message of orders is about one patient")),
            "OBR" | "OBX" | "SPM" | "TQ1" => return Err(out_of_order(&segment, "it belongs to no ORC")),
            _ => {}
        }
        Ok(())
    }
}

fn out_of_order(segment: &Segment<'_>, words: &str) -> Rejection {
    segment.rejected(ErrorCode::SegmentSequence, words)
}

impl<'a> Group<'a> {
    fn begin(orc: Segment<'a>) -> Result<Self, Rejection> {
        let field = orc.field(1);
        let code = field.text();
        let control = Control::from_code(&code).ok_or_else(|| {
            let (code_of, words) = match field.is_empty() {
                true => (ErrorCode::RequiredFieldMissing, "say what is to be done with the order: NW, CA, XO".to_owned()),
                false => (ErrorCode::TableValueNotFound, format!("order control {} is not supported", quoted(&code))),
            };
            field.rejected(code_of, words)
        })?;
        Ok(Self { orc, control, tq1: None, obr: None, notes: Vec::new(), questions: Vec::new(), specimens: Vec::new() })
    }

    pub(super) fn read(&self, reader: &mut Reader<'_>) -> Result<Order, Rejection> {
        let placer = self.number(2)?;
        let filler = self.number(3)?;
        if self.control.is_new() && placer.is_none() {
            return Err(self.orc.field(2).rejected(ErrorCode::RequiredFieldMissing, "a new order needs a number of the sender's"));
        }
        if placer.is_none() && filler.is_none() {
            return Err(self.orc.field(2).rejected(ErrorCode::RequiredFieldMissing, "say which order: ORC-2 or ORC-3"));
        }
        if self.control.is_new() && self.obr.is_none() {
            return Err(crate::adt::missing(*b"OBR", self.orc.location().sequence, "a new order needs what is to be done"));
        }
        let service = self.obr.map(|obr| self.service(&obr, reader)).transpose()?;
        let in_obr = || self.obr.map(|obr| StaffName::all(obr.field(16))).unwrap_or_default();
        let orderers = Some(StaffName::all(self.orc.field(12))).filter(|orderers| !orderers.is_empty()).unwrap_or_else(in_obr);
        Ok(Order {
            location: self.orc.location(),
            control: self.control,
            placer,
            filler,
            group: EntityIdentifier::read(self.orc.field(4)),
            asked_at: reader.time(self.orc.field(9).component(1)),
            orderers,
            priority: self.priority(reader),
            service,
        })
    }

    /// ORC-2 and OBR-2, ORC-3 and OBR-3: the same number at two places.
    fn number(&self, field: usize) -> Result<Option<EntityIdentifier>, Rejection> {
        let in_orc = EntityIdentifier::read(self.orc.field(field));
        let in_obr = self.obr.and_then(|obr| EntityIdentifier::read(obr.field(field)));
        match (&in_orc, &in_obr, self.obr) {
            (Some(one), Some(other), Some(obr)) if !agree(one, other) => {
                let words = format!("it differs from ORC-{field}; both have to be the same number");
                Err(obr.field(field).rejected(ErrorCode::DataType, words))
            }
            _ => Ok(in_orc.filter(|number| number.authority != Default::default() || in_obr.is_none()).or(in_obr)),
        }
    }

    fn priority(&self, reader: &mut Reader<'_>) -> Said<Priority> {
        let of_tq1 = self.tq1.map(|tq1| tq1.field(9).component(1));
        let of_obr = self.obr.map(|obr| obr.field(27).component(6));
        if self.orc.field(7).repetitions().count() > 1 {
            reader.warn(&self.orc.field(7), ErrorCode::SegmentSequence, ONE_TIMING);
        }
        let places: [Option<Part<'_>>; 3] = [of_tq1, Some(self.orc.field(7).component(6)), of_obr];
        let mut said = Said::NotSaid;
        for place in places.into_iter().flatten() {
            let here = place.said_text().map(|code| Priority::of(&code));
            if !said.is_not_said() && !here.is_not_said() && here != said {
                let words = "it differs from the priority stated before it, which was taken";
                reader.warn(&place, ErrorCode::TableValueNotFound, words);
            }
            said = said.or(here);
        }
        said
    }

    fn service(&self, obr: &Segment<'_>, reader: &mut Reader<'_>) -> Result<Service, Rejection> {
        let code = CodedElement::read(obr.field(4));
        if !code.has_code() {
            let words = "say what is to be done as a code; a text alone cannot be looked up";
            return Err(obr.field(4).rejected(ErrorCode::RequiredFieldMissing, words));
        }
        Ok(Service {
            code,
            collected: reader.time(obr.field(7).component(1)),
            collected_until: reader.time(obr.field(8).component(1)),
            collectors: StaffName::all(obr.field(10)),
            specimen_action: obr.field(11).said_text(),
            specimens: self.specimens.iter().map(|(spm, observations)| specimen(spm, observations, reader)).collect(),
            questions: self.questions.iter().map(Answered::read).collect(),
            notes: notes(&self.notes),
        })
    }
}

/// The texts of notes.
pub(super) fn notes(segments: &[Segment<'_>]) -> Vec<String> {
    segments.iter().flat_map(|note| note.field(3).repetitions().filter_map(|repetition| repetition.owned())).collect()
}

fn specimen(spm: &Segment<'_>, observations: &[Segment<'_>], reader: &mut Reader<'_>) -> OrderedSpecimen {
    // A range of times has its own parts one level down where a component is a time stamp; the time itself is the first.
    let time = |component: usize, reader: &mut Reader<'_>| reader.time(spm.field(17).component(component).subcomponent(1));
    OrderedSpecimen {
        placer: EntityIdentifier::read_component(spm.field(2).component(1)),
        kind: spm.field(4).said().map(CodedElement::read),
        collected: time(1, reader),
        collected_until: time(2, reader),
        observations: observations.iter().map(Answered::read).collect(),
    }
}
