//! A message read, and what it asks for done. Everything that can be known without the database is made before the command.

use super::adt;
use super::arrived::Arrived;
use super::ids::IdPool;
use super::link::Hl7Link;
use super::outcome::{Answering, Came, Tasks};
use super::patients::Telling;
use crate::trouble::ActTrouble;
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
        Ok(Self { link: link.clone(), answering, ids: IdPool::default(), read, arrived, at })
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
                let line = self.line_of("PID");
                let (by, source) = (self.by(), self.arrived.source());
                let telling = Telling { link: &self.link, by: &by, at: self.at, told_at, source: &source, line: &line };
                let came = adt::carry_out(tx, &mut tasks, event, &telling)?;
                self.came(tx, tasks, came, &line, warnings)
            }
            Ok(Content::Orders(_)) => {
                let reason = Rejection::new(place(9), ErrorCode::UnsupportedEvent, "not taken yet");
                tasks.open_refused(tx, "", &reason)?;
                Ok(Came::refused(reason, tasks.opened))
            }
        }
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
                tasks.open_refused(tx, line, &reason)?;
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
        let instants = times.iter().filter_map(|said| said.as_ref().value().and_then(Stated::instant));
        instants.filter(|instant| instant.micros() <= latest).next().unwrap_or(received_at)
    }

    /// The first segment of this name, as text.
    fn line_of(&self, segment: &str) -> String {
        let decoded = decode(&self.arrived.raw, &self.link.charsets);
        let text = decoded.map(|decoded| decoded.text.into_owned()).unwrap_or_default();
        text.split(['\r', '\n']).find(|line| line.starts_with(segment)).unwrap_or_default().to_owned()
    }

    /// What is answered where working on it failed: the message is kept, and a person looks.
    pub(super) fn failed(&self, words: &str) -> Came {
        let mut tasks = Tasks::of(&self.ids, &self.arrived, &self.link);
        tasks.open("hl7_failed", &first_line(&self.arrived.raw), &format!("the message is kept, but working on it failed: {words}"));
        let told = "the message is kept, but working on it failed; the laboratory looks at it, and it may be sent again";
        let reason = Rejection::new(Location::segment(SegmentName::MSH, 1), ErrorCode::Internal, told);
        Came { state: Hl7State::Failed, verdict: Verdict::Error(vec![reason]), done: String::new(), answer: None, tasks: tasks.opened }
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
