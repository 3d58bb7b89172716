//! What a message came to, and the answers that say so.

use super::arrived::Arrived;
use super::ids::{IdPool, Ids};
use super::link::Hl7Link;
use crate::keep_transmission::printable;
use crate::new_ids::new_uuid;
use crate::trouble::ActTrouble;
use hl7v2::{ControlId, Envelope, Header, Mode, Rejection, Stage, Verdict, acknowledge};
use kernel::{PatientId, TaskId, Timestamp};
use store::repositories::hl7_messages::{Hl7Answers, Hl7State};
use store::repositories::tasks::{About, NewTask};
use store::{Reader, Trouble};
use uuid::Uuid;

/// Characters of a message's line that stand on its task; the whole stands with the message.
const LINE_CHARACTERS_MAX: usize = 2_000;

/// What a message came to.
#[derive(Debug, Clone)]
pub(super) struct Came {
    pub(super) state: Hl7State,
    pub(super) verdict: Verdict,
    /// What was done, in words; the reasons of the verdict stand behind them.
    pub(super) done: String,
    /// The application answer, where it is not the general one.
    pub(super) answer: Option<Vec<u8>>,
    /// What was planned of orders was placed.
    pub(super) is_placed: bool,
    pub(super) tasks: Vec<NewTask>,
}

impl Came {
    /// Nothing was done, for this reason.
    pub(super) fn refused(reason: Rejection, tasks: Vec<NewTask>) -> Self {
        Self { state: Hl7State::Refused, verdict: Verdict::refused(reason), done: String::new(), answer: None, is_placed: false, tasks }
    }

    /// It was done.
    pub(super) fn accepted(done: impl Into<String>, warnings: Vec<Rejection>) -> Self {
        Self {
            state: Hl7State::Accepted,
            verdict: Verdict::Accepted(warnings),
            done: done.into(),
            answer: None,
            is_placed: false,
            tasks: Vec::new(),
        }
    }

    /// What it came to, in words.
    pub(super) fn words(&self) -> String {
        let reasons = self.verdict.reasons().iter().map(ToString::to_string);
        let words: Vec<String> = std::iter::once(self.done.clone()).filter(|done| !done.is_empty()).chain(reasons).collect();
        printable(&words.join("; "))
    }
}

/// What the answers to one message are made with, fixed before the command runs.
#[derive(Debug)]
pub(super) struct Answering {
    mode: Mode,
    accept_id: ControlId,
    application_id: ControlId,
    at: Timestamp,
}

impl Answering {
    pub(super) fn new(header: &Header<'_>, at: Timestamp) -> Result<Self, ActTrouble> {
        let id = || new_control_id(new_uuid());
        Ok(Self { mode: Mode::of(header), accept_id: id()?, application_id: id()?, at })
    }

    /// What the application answer is written with.
    pub(super) fn envelope(&self) -> Envelope<'_> {
        Envelope { control_id: &self.application_id, at: self.at }
    }

    /// The answers that are owed. A message that is rejected as such is refused at once where the sender waits for that; it does not wait for more.
    pub(super) fn answers(&self, header: &Header<'_>, came: &Came) -> Hl7Answers {
        let is_rejected = matches!(came.verdict, Verdict::Rejected(_));
        let kept = if is_rejected { came.verdict.clone() } else { Verdict::Accepted(Vec::new()) };
        let envelope = Envelope { control_id: &self.accept_id, at: self.at };
        let accept = self.mode.owes(Stage::Accept, &kept).then(|| acknowledge(header, Stage::Accept, &kept, &envelope));
        let is_owed = self.mode.owes(Stage::Application, &came.verdict) && !(is_rejected && accept.is_some());
        let general = || acknowledge(header, Stage::Application, &came.verdict, &self.envelope());
        let application = is_owed.then(|| came.answer.clone().unwrap_or_else(general));
        Hl7Answers { accept, application }
    }
}

/// 20 characters of a UUID that was made for this: its milliseconds and 52 of its bits of chance.
fn new_control_id(uuid: Uuid) -> Result<ControlId, ActTrouble> {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let (high, low) = uuid.as_u64_pair();
    // Without the four bits of the version and the two of the variant: 48 + 12 + 40.
    let bits = (u128::from(high >> 16) << 52) | (u128::from(high & 0xFFF) << 40) | u128::from(low & 0xFF_FFFF_FFFF);
    let digit = |place: u32| DIGITS.get(usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default()).copied().map_or('0', char::from);
    let text: String = (0..20).rev().map(digit).collect();
    ControlId::new(&text).map_err(|trouble| ActTrouble::Internal(trouble.to_string()))
}

/// Opens tasks of one message while it is worked on.
#[derive(Debug)]
pub(super) struct Tasks<'m> {
    pub(super) ids: Ids<'m>,
    pub(super) arrived: &'m Arrived,
    pub(super) link: &'m Hl7Link,
    pub(super) opened: Vec<NewTask>,
}

impl<'m> Tasks<'m> {
    pub(super) fn of(ids: &'m IdPool, arrived: &'m Arrived, link: &'m Hl7Link) -> Self {
        Self { ids: ids.run(), arrived, link, opened: Vec::new() }
    }

    /// Opens one, with the line of the message that it is about.
    pub(super) fn open(&mut self, kind: &'static str, line: &str, why: &str) {
        self.open_about(kind, None, line, why);
    }

    /// Opens one about a patient.
    pub(super) fn open_about(&mut self, kind: &'static str, patient: Option<PatientId>, line: &str, why: &str) {
        self.opened.push(NewTask {
            id: TaskId::from_uuid(self.ids.next()),
            kind,
            about: About::Hl7Message(self.arrived.id, patient),
            raw_line: printable(line).chars().take(LINE_CHARACTERS_MAX).collect(),
            why: printable(why),
            owner: self.link.owner.to_string(),
        });
    }

    /// Opens the one of a message that is not taken. Of what is not taken as such, a sender may send thousands a day: one open task speaks for all of
    /// a type.
    pub(super) fn open_refused(&mut self, reader: &mut Reader<'_>, line: &str, reason: &Rejection) -> Result<(), Trouble> {
        if !reason.code.rejects() {
            self.open("hl7_refused", line, &reason.to_string());
            return Ok(());
        }
        let (link, message_type) = (&self.arrived.link, &self.arrived.message_type);
        if !store::repositories::hl7_messages::is_said_not_taken(reader, link, message_type)? {
            let why = format!("{reason} (others of this type are answered likewise, without a task while this one is open)");
            self.open("hl7_not_taken", line, &why);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_ids_have_twenty_characters_and_are_as_different_as_their_uuids() {
        let ids: std::collections::BTreeSet<String> = (0..1_000).map(|_| new_control_id(new_uuid()).unwrap().as_str().to_owned()).collect();
        assert_eq!(ids.len(), 1_000);
        assert!(ids.iter().all(|id| id.len() == 20));
        // 0x...1 in the last bit is the last digit; all ones are all the last digit.
        assert_eq!(new_control_id(Uuid::from_u128(1)).unwrap().as_str(), "00000000000000000001");
        assert_eq!(new_control_id(Uuid::max()).unwrap().as_str(), "Z".repeat(20));
    }
}
