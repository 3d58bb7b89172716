//! A message read, and what it asks for done. Everything that can be known without the database is made before the command.

use super::adt;
use super::arrived::Arrived;
use super::ids::IdPool;
use super::link::Hl7Link;
use super::numbers::field;
use super::orders;
use super::outcome::{Answering, Came, Tasks};
use super::patients::Telling;
use super::placing::{self, Planned};
use crate::Laboratory;
use crate::place_order::{PlacedContainer, PlacedOrder};
use crate::trouble::ActTrouble;
use hl7v2::orders::{Orders, answer};
use hl7v2::{
    Content, ErrorCode, Header, Location, Message, ParseSettings, Rejection, Said, SegmentName, Verdict, check_processing_id, decode,
};
use kernel::{Actor, Realm, Stated, Timestamp};
use store::repositories::hl7_messages::Hl7State;
use store::{Trouble, Tx};

/// A message with its header read: kept, done and answered by one command.
pub(super) struct Work {
    pub(super) link: Hl7Link,
    pub(super) arrived: Arrived,
    pub(super) answering: Answering,
    pub(super) ids: IdPool,
    /// None where reading it panicked.
    read: Option<Read>,
    /// What its orders will become, or why they cannot be read.
    planned: Option<Result<Planned, Rejection>>,
    /// When the command is made.
    at: Timestamp,
}

/// What a message was read as.
pub(super) struct Read {
    content: Result<Content, Refused>,
    /// What was wrong with its character set.
    warnings: Vec<Rejection>,
}

/// Why a message cannot be taken, with the line that says so.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    reason: Rejection,
    line: String,
}

impl Work {
    pub(super) fn new(link: &Hl7Link, arrived: Arrived, read: Option<Read>, at: Timestamp) -> Result<Self, ActTrouble> {
        let header = Header::read(&arrived.raw).map_err(|trouble| ActTrouble::Internal(trouble.to_string()))?;
        let answering = Answering::new(&header, at)?;
        Ok(Self { link: link.clone(), answering, ids: IdPool::default(), read, planned: None, arrived, at })
    }

    /// Does what the message asks for. Decides before it writes: what is refused has changed nothing.
    pub(super) fn carry_out(&self, tx: &mut Tx<'_>) -> Result<Came, Trouble> {
        let mut tasks = Tasks::of(&self.ids, &self.arrived, &self.link);
        let Some(Read { content, warnings }) = &self.read else { return Ok(self.failed("it was not read")) };
        match content {
            Err(Refused { reason, line }) => {
                tasks.open_refused(tx, line, reason)?;
                Ok(Came::refused(reason.clone(), tasks.opened))
            }
            Ok(Content::Answer(_)) => {
                let came = Came::accepted("an answer to no message of ours", warnings.clone());
                Ok(Came { state: Hl7State::Unanswered, ..came })
            }
            Ok(Content::Adt(event)) => {
                let told_at = self.told_at(&[&event.recorded, &event.occurred, &event.sent]);
                let line = self.line_at(&field("PID", 0));
                let (by, source) = (self.by(), self.arrived.source());
                let telling = Telling { link: &self.link, by: &by, at: self.at, told_at, source: &source, line: &line };
                let came = adt::carry_out(tx, &mut tasks, event, &telling)?;
                self.came(tx, tasks, came, &line, warnings)
            }
            Ok(Content::Orders(message)) => self.carry_out_orders(tx, tasks, message, warnings),
        }
    }

    fn carry_out_orders(&self, tx: &mut Tx<'_>, mut tasks: Tasks<'_>, message: &Orders, warnings: &[Rejection]) -> Result<Came, Trouble> {
        let planned = match &self.planned {
            Some(Ok(planned)) => planned,
            Some(Err(reason)) => return self.came(tx, tasks, Err(reason.clone()), "", warnings),
            None => return Err(Trouble::because("the orders were not planned")),
        };
        let line = self.line_at(&field("ORC", 0));
        let (by, source) = (self.by(), self.arrived.source());
        let told_at = self.told_at(&[]);
        let telling = Telling { link: &self.link, by: &by, at: self.at, told_at, source: &source, line: &line };
        let done = match orders::carry_out(tx, &mut tasks, message, planned, &telling)? {
            Ok(done) => done,
            Err(reason) => return self.came(tx, tasks, Err(reason), &line, warnings),
        };
        let mut came = self.came(tx, tasks, Ok(done.came), &line, warnings)?;
        came.is_placed = done.is_placed;
        came.answer = Some(self.answer_orders(message, &done.answered, &came.verdict)?);
        Ok(came)
    }

    /// The answer that says of each order what became of it.
    fn answer_orders(&self, message: &Orders, answered: &[orders::Answered], verdict: &Verdict) -> Result<Vec<u8>, Trouble> {
        let unreadable = |words: String| Trouble::because(words);
        let header = Header::read(&self.arrived.raw).map_err(|trouble| unreadable(trouble.to_string()))?;
        let decoded = decode(&self.arrived.raw, &self.link.charsets).map_err(|trouble| unreadable(trouble.to_string()))?;
        let settings = ParseSettings { line_ends: self.link.line_ends, ..ParseSettings::default() };
        let parsed = Message::parse(&decoded, &settings).map_err(|reason| unreadable(reason.to_string()))?;
        let fillers: Vec<_> = answered.iter().map(|one| one.filler(&self.link)).collect();
        let is_done = verdict.is_accepted();
        let decisions: Vec<_> = answered.iter().zip(&fillers).map(|(one, filler)| one.decision(filler.as_ref(), is_done)).collect();
        Ok(answer(&header, &parsed, message, &decisions, verdict, &self.answering.envelope()))
    }

    /// Plans what the message orders, if it does.
    pub(super) async fn plan(mut self, lab: &Laboratory) -> Result<Self, ActTrouble> {
        if let Some(Read { content: Ok(Content::Orders(message)), .. }) = &self.read {
            let planned = placing::plan(lab, &self.link.name, &self.arrived.sender, message, self.arrived.received_at).await?;
            self.planned = Some(planned);
        }
        Ok(self)
    }

    /// What was placed, for those who watch.
    pub(super) fn placed(&self) -> impl Iterator<Item = PlacedOrder> {
        let planned = self.planned.iter().flatten().flat_map(|planned| &planned.orders);
        planned.map(|order| PlacedOrder {
            order: order.id.to_string(),
            accession: order.accession.clone(),
            patient: String::new(),
            containers: order.containers.iter().map(PlacedContainer::of).collect(),
            repeated: false,
        })
    }

    /// What it came to, with its tasks and with what was wrong with the character set.
    fn came(
        &self,
        tx: &mut Tx<'_>,
        mut tasks: Tasks<'_>,
        came: Result<Came, Rejection>,
        line: &str,
        warnings: &[Rejection],
    ) -> Result<Came, Trouble> {
        let mut came = match came {
            Ok(came) => came,
            Err(reason) => {
                // What was written before the reason was found would stay: whoever refuses has written nothing.
                tasks.opened.clear();
                tasks.open_refused(tx, &self.line_at(&reason.location), &reason)?;
                return Ok(Came::refused(reason, tasks.opened));
            }
        };
        if let Some(first) = warnings.first() {
            // Letters of names may be wrong.
            tasks.open("hl7_charset", line, &first.to_string());
        }
        if let Verdict::Accepted(reasons) = &mut came.verdict {
            reasons.extend(warnings.iter().cloned());
        }
        came.tasks = tasks.opened;
        Ok(came)
    }

    /// The link's account.
    fn by(&self) -> String {
        Actor::Link(self.link.name.to_string()).to_string()
    }

    /// When what a message tells happened: the first of these that is said, or when it came. A clock that is a day ahead would keep everything out
    /// that is told later, so that such a time is not taken.
    fn told_at(&self, times: &[&Said<Stated>]) -> Timestamp {
        const AHEAD_MICROS_MAX: i64 = 24 * 60 * 60 * 1_000_000;
        let received_at = self.arrived.received_at;
        let latest = received_at.micros().saturating_add(AHEAD_MICROS_MAX);
        let mut instants = times.iter().filter_map(|said| said.as_ref().value().and_then(Stated::instant));
        instants.find(|instant| instant.micros() <= latest).unwrap_or(received_at)
    }

    /// The segment at this place, as text.
    fn line_at(&self, place: &Location) -> String {
        let Ok(decoded) = decode(&self.arrived.raw, &self.link.charsets) else { return first_line(&self.arrived.raw) };
        let settings = ParseSettings { line_ends: self.link.line_ends, ..ParseSettings::default() };
        Message::parse(&decoded, &settings).map_or_else(|_| first_line(&self.arrived.raw), |message| line_of(&message, place))
    }

    /// What is answered where working on it failed: the message is kept, and a person looks.
    pub(super) fn failed(&self, words: &str) -> Came {
        let mut tasks = Tasks::of(&self.ids, &self.arrived, &self.link);
        tasks.open("hl7_failed", &first_line(&self.arrived.raw), &format!("the message is kept, but working on it failed: {words}"));
        let told = "the message is kept, but working on it failed; the laboratory looks at it, and it may be sent again";
        let reason = Rejection::new(Location::segment(SegmentName::MSH, 1), ErrorCode::Internal, told);
        Came {
            state: Hl7State::Failed,
            verdict: Verdict::Error(vec![reason]),
            done: String::new(),
            answer: None,
            is_placed: false,
            tasks: tasks.opened,
        }
    }
}

/// Reads a message whose header can be read. No store, no clock.
pub(super) fn read(link: &Hl7Link, realm: Realm, raw: &[u8]) -> Read {
    let mut warnings = Vec::new();
    let content = read_content(link, realm, raw, &mut warnings);
    Read { content, warnings }
}

fn read_content(link: &Hl7Link, realm: Realm, raw: &[u8], warnings: &mut Vec<Rejection>) -> Result<Content, Refused> {
    let of_header = |reason| Refused { reason, line: first_line(raw) };
    let unreadable = |trouble: hl7v2::HeaderTrouble| of_header(Rejection::new(place(1), ErrorCode::SegmentSequence, trouble.to_string()));
    let header = Header::read(raw).map_err(unreadable)?;
    check_processing_id(&header, realm).map_err(of_header)?;
    if header.control_id().is_empty() {
        let words = "a message needs a control id, so that its answer can be told from others";
        return Err(of_header(Rejection::new(place(10), ErrorCode::RequiredFieldMissing, words)));
    }
    let decoded = decode(raw, &link.charsets).map_err(unreadable)?;
    warnings.extend(decoded.troubles.iter().map(|trouble| {
        let code = match trouble {
            hl7v2::CharsetTrouble::Unsupported { .. } => ErrorCode::TableValueNotFound,
            hl7v2::CharsetTrouble::Undecodable { .. } => ErrorCode::DataType,
        };
        Rejection::new(place(18), code, trouble.to_string())
    }));
    let settings = ParseSettings { line_ends: link.line_ends, ..ParseSettings::default() };
    let message = Message::parse(&decoded, &settings).map_err(of_header)?;
    (link.reader)(&message, &link.zone).map_err(|reason| Refused { line: line_of(&message, &reason.location), reason })
}

const fn place(field: usize) -> Location {
    Location::segment(SegmentName::MSH, 1).field(field)
}

/// The segment a rejection is about, as text; the header where it is about one that is not there.
fn line_of(message: &Message<'_>, location: &Location) -> String {
    let is_it = |place: Location| place.segment == location.segment && place.sequence == location.sequence;
    let found = message.segments().iter().find(|segment| is_it(segment.location()));
    found.copied().unwrap_or_else(|| message.header()).raw().to_owned()
}

/// The first line of a message of which no more can be said.
pub(super) fn first_line(raw: &[u8]) -> String {
    let line = raw.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    String::from_utf8_lossy(line).into_owned()
}
