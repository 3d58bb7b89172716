//! Patients as the hospital reports them: admitted, moved, changed, merged (ADT).

use kernel::{Stated, Zone};

use crate::admission::check_version;
use crate::identifier::Identifier;
use crate::location::{Location, SegmentName};
use crate::message::{Message, Segment};
use crate::patient::{Patient, Visit};
use crate::quoted::quoted;
use crate::reader::Reader;
use crate::rejection::{ErrorCode, Rejection};
use crate::said::Said;

macro_rules! triggers {
    ($($event:ident $words:literal;)+) => {
        /// What happened to a patient.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Trigger { $(#[doc = $words] $event),+ }

        impl Trigger {
            /// Every one that is read.
            pub const ALL: &[Self] = &[$(Self::$event),+];
            /// The event's code, MSH-9.2.
            #[must_use]
            pub const fn code(self) -> &'static str { match self { $(Self::$event => stringify!($event)),+ } }
        }
    };
}
triggers! {
    A01 "Admitted."; A02 "Transferred."; A03 "Discharged."; A04 "Registered."; A05 "Pre-admitted."; A08 "Information updated.";
    A11 "Admission cancelled."; A13 "Discharge cancelled."; A28 "Person added."; A31 "Person updated.";
    A39 "Persons merged."; A40 "Patients merged, by identifier list.";
}

impl Trigger {
    /// The one of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|trigger| trigger.code() == code)
    }

    /// Whether two records become one.
    #[must_use]
    pub const fn is_merge(self) -> bool {
        matches!(self, Self::A39 | Self::A40)
    }
}

/// One ADT message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdtEvent {
    /// What happened.
    pub trigger: Trigger,
    /// MSH-7: when the message was made.
    pub sent: Said<Stated>,
    /// EVN-2: when the event was recorded. Of two messages about a patient the later one here holds.
    pub recorded: Said<Stated>,
    /// EVN-6: when it happened.
    pub occurred: Said<Stated>,
    /// To whom.
    pub subject: Subject,
    /// What could not be read and was left as it is known.
    pub warnings: Vec<Rejection>,
}

/// Whom an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// One patient.
    Patient(Box<PatientVisit>),
    /// Merges, in the order to be done.
    Merges(Vec<Merge>),
}

/// A patient, and where he or she is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientVisit {
    /// PID.
    pub patient: Patient,
    /// PV1, where there is one.
    pub visit: Option<Visit>,
}

/// Two records that become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// PID: who goes on.
    pub survivor: Patient,
    /// PV1 of this group, where there is one.
    pub visit: Option<Visit>,
    /// MRG-1: numbers that are no longer used, at least one. Those that the survivor has too are left out.
    pub retired: Vec<Identifier>,
    /// Where MRG-1 stands, for whoever does not find what it names.
    pub location: Location,
}

/// Reads an ADT message. Times without an offset are those of the zone.
pub fn read(message: &Message<'_>, zone: &Zone) -> Result<AdtEvent, Rejection> {
    check_version(message.text_header())?;
    let trigger = trigger(message)?;
    let mut reader = Reader::new(message, zone);
    let subject = if trigger.is_merge() {
        Subject::Merges(merges(message, &mut reader)?)
    } else {
        let patient = one_patient(message, &mut reader)?;
        let visit = message.first("PV1").map(|pv1| Visit::read(&pv1, &mut reader));
        Subject::Patient(Box::new(PatientVisit { patient, visit }))
    };
    let sent = reader.time(message.header().field(7).component(1));
    let event_time = |field: usize, reader: &mut Reader<'_>| match message.first("EVN") {
        Some(evn) => reader.time(evn.field(field).component(1)),
        None => Said::NotSaid,
    };
    let (recorded, occurred) = (event_time(2, &mut reader), event_time(6, &mut reader));
    Ok(AdtEvent { trigger, sent, recorded, occurred, subject, warnings: reader.warnings })
}

/// MSH-9.2, or EVN-1 where an old sender says it only there.
fn trigger(message: &Message<'_>) -> Result<Trigger, Rejection> {
    let msh_9 = message.header().field(9);
    if msh_9.component(1).raw() != "ADT" {
        let words = format!("{} is not ADT", quoted(&msh_9.component(1).text()));
        return Err(msh_9.component(1).rejected(ErrorCode::UnsupportedMessageType, words));
    }
    let event = Some(msh_9.component(2)).filter(|event| !event.is_empty());
    let event = event.or_else(|| message.first("EVN").map(|evn| evn.field(1))).unwrap_or(msh_9.component(2));
    let code = event.text();
    Trigger::from_code(&code).ok_or_else(|| {
        let words = format!("ADT event {} is not supported; send A01 to A05, A08, A11, A13, A28, A31, A39 or A40", quoted(&code));
        event.rejected(ErrorCode::UnsupportedEvent, words)
    })
}

fn one_patient(message: &Message<'_>, reader: &mut Reader<'_>) -> Result<Patient, Rejection> {
    let mut patients = message.segments().iter().filter(|segment| segment.is("PID"));
    let first = patients.next().ok_or_else(|| missing(*b"PID", 1, "this event needs a patient"))?;
    match patients.next() {
        Some(second) => Err(second.rejected(ErrorCode::SegmentSequence, "this event is about one patient; send a message for each")),
        None => Patient::read(first, reader),
    }
}

pub(crate) fn missing(name: [u8; 3], sequence: usize, words: &str) -> Rejection {
    Rejection::new(Location::segment(SegmentName::known(name), sequence), ErrorCode::SegmentSequence, words)
}

/// The groups of ADT_A39: PID, MRG, and perhaps PV1, for each merge.
fn merges(message: &Message<'_>, reader: &mut Reader<'_>) -> Result<Vec<Merge>, Rejection> {
    let mut groups: Vec<(Segment<'_>, Option<Segment<'_>>, Option<Segment<'_>>)> = Vec::new();
    for segment in message.segments().iter().copied() {
        let of_group = segment.is("MRG") || segment.is("PV1");
        match groups.last_mut() {
            _ if segment.is("PID") => groups.push((segment, None, None)),
            Some((_, place @ None, _)) if segment.is("MRG") => *place = Some(segment),
            Some((_, _, place @ None)) if segment.is("PV1") => *place = Some(segment),
            _ if of_group => return Err(segment.rejected(ErrorCode::SegmentSequence, "it follows no patient of its own (PID)")),
            _ => {}
        }
    }
    if groups.is_empty() {
        return Err(missing(*b"PID", 1, "a merge needs the patient who goes on"));
    }
    groups.into_iter().map(|(pid, mrg, pv1)| merge(&pid, mrg, pv1, reader)).collect()
}

fn merge(pid: &Segment<'_>, mrg: Option<Segment<'_>>, pv1: Option<Segment<'_>>, reader: &mut Reader<'_>) -> Result<Merge, Rejection> {
    let mrg = mrg.ok_or_else(|| missing(*b"MRG", pid.location().sequence, "a merge needs the numbers that are no longer used"))?;
    let survivor = Patient::read(pid, reader)?;
    let named = Identifier::all(mrg.field(1), reader);
    if named.is_empty() {
        return Err(mrg.field(1).rejected(ErrorCode::RequiredFieldMissing, "say the number that is no longer used"));
    }
    let is_survivors = |retired: &Identifier| survivor.identifiers.iter().any(|own| own.is_same(retired));
    let retired: Vec<Identifier> = named.into_iter().filter(|retired| !is_survivors(retired)).collect();
    if retired.is_empty() {
        return Err(mrg.field(1).rejected(ErrorCode::DuplicateKey, "PID-3 and MRG-1 name the same patient; nothing is left to merge"));
    }
    Ok(Merge { visit: pv1.map(|pv1| Visit::read(&pv1, reader)), survivor, retired, location: mrg.field(1).location() })
}
