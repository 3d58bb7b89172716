//! Answers to messages: which are owed, and what stands in them.
//!
//! Original mode (MSH-15 and MSH-16 empty): one answer, AA, AE or AR. Enhanced mode: CA, CE or CR as soon as the message is stored durably,
//! if MSH-15 asks for it, and AA, AE or AR later, as a message of its own, if MSH-16 does.

use kernel::Timestamp;

use crate::header::Header;
use crate::message::Message;
use crate::rejection::{ErrorCode, Rejection};
use crate::writer::Writer;

/// Characters of a control id of ours; older versions allow no more.
const CONTROL_ID_CHARS_MAX: usize = 20;
/// ERR segments of an answer; a last one says how many more there were.
const ERRORS_MAX: usize = 100;

/// MSH-10 of a message we write: 1 to 20 letters, digits, hyphens and points. The caller sees to it that none comes twice.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ControlId(Box<str>);

/// A text that is no control id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a control id has 1 to {CONTROL_ID_CHARS_MAX} letters, digits, hyphens and points")]
pub struct ControlIdTrouble;

impl ControlId {
    /// Takes an id that the caller made.
    pub fn new(text: &str) -> Result<Self, ControlIdTrouble> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
        let fits = (1..=CONTROL_ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(plain);
        if fits { Ok(Self(text.into())) } else { Err(ControlIdTrouble) }
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the caller gives to each message that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'e> {
    /// MSH-10.
    pub control_id: &'e ControlId,
    /// MSH-7.
    pub at: Timestamp,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Taken; with what was left out of it, if anything was.
    Accepted(Vec<Rejection>),
    /// Not taken because of its content: the sender has to change it.
    Error(Vec<Rejection>),
    /// Not taken because of its type, event, version or processing id, or because nothing can be taken at this moment.
    Rejected(Vec<Rejection>),
}

impl Verdict {
    /// Not taken, for this reason: rejected or in error as its code has it.
    #[must_use]
    pub fn refused(reason: Rejection) -> Self {
        if reason.code.rejects() { Self::Rejected(vec![reason]) } else { Self::Error(vec![reason]) }
    }

    /// Whether it was taken.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(_))
    }

    /// What was wrong, or what was left out.
    #[must_use]
    pub fn reasons(&self) -> &[Rejection] {
        match self {
            Self::Accepted(reasons) | Self::Error(reasons) | Self::Rejected(reasons) => reasons,
        }
    }
}

/// Which of the two answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The message is stored: CA, CE, CR.
    Accept,
    /// The message was worked on: AA, AE, AR.
    Application,
}

impl Stage {
    /// MSA-1.
    #[must_use]
    pub const fn code(self, verdict: &Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Accept, Verdict::Accepted(_)) => "CA",
            (Self::Accept, Verdict::Error(_)) => "CE",
            (Self::Accept, Verdict::Rejected(_)) => "CR",
            (Self::Application, Verdict::Accepted(_)) => "AA",
            (Self::Application, Verdict::Error(_)) => "AE",
            (Self::Application, Verdict::Rejected(_)) => "AR",
        }
    }
}

/// When an answer is wanted (table 0155).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// AL.
    Always,
    /// NE.
    Never,
    /// ER: only for what was not taken.
    OnError,
    /// SU: only for what was taken.
    OnSuccess,
}

impl Condition {
    fn read(code: &[u8]) -> Option<Self> {
        match code {
            b"AL" => Some(Self::Always),
            b"NE" => Some(Self::Never),
            b"ER" => Some(Self::OnError),
            b"SU" => Some(Self::OnSuccess),
            _ => None,
        }
    }

    const fn holds(self, verdict: &Verdict) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::OnError => !verdict.is_accepted(),
            Self::OnSuccess => verdict.is_accepted(),
        }
    }
}

/// How the sender of a message wants it answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One answer, always.
    Original,
    /// Two answers, each on a condition.
    Enhanced {
        /// When CA, CE or CR is wanted.
        accept: Condition,
        /// When AA, AE or AR is wanted.
        application: Condition,
    },
    /// No answer: the message is one itself. Two systems that answer each other's answers never stop.
    Unanswered,
}

impl Mode {
    /// The mode a header asks for. Of two fields one of which is empty, the empty one means never. A code that table 0155 lacks is none:
    /// some devices use MSH-16 for something else.
    #[must_use]
    pub fn of(header: &Header<'_>) -> Self {
        match (Condition::read(header.field(15)), Condition::read(header.field(16))) {
            (None, None) if header.is_answer() => Self::Unanswered,
            (None, None) => Self::Original,
            (accept, application) => {
                let or_never = |condition: Option<Condition>| condition.unwrap_or(Condition::Never);
                Self::Enhanced { accept: or_never(accept), application: or_never(application) }
            }
        }
    }

    /// Whether this answer is wanted.
    #[must_use]
    pub const fn owes(self, stage: Stage, verdict: &Verdict) -> bool {
        match (self, stage) {
            (Self::Unanswered, _) | (Self::Original, Stage::Accept) => false,
            (Self::Original, Stage::Application) => true,
            (Self::Enhanced { accept, .. }, Stage::Accept) => accept.holds(verdict),
            (Self::Enhanced { application, .. }, Stage::Application) => application.holds(verdict),
        }
    }
}

/// Writes the general acknowledgement, `ACK`, of a message of which at least the header could be read.
///
/// ```
/// use hl7v2::{ControlId, Envelope, Header, Stage, Verdict, acknowledge};
/// use kernel::Timestamp;
///
/// let header = Header::read(b"MSH|^~\\&|HIS|HOSP|LIS|LAB|2026||ADT^A01|4711|P|2.5.1").unwrap();
/// let id = ControlId::new("L1").unwrap();
/// let answer = acknowledge(&header, Stage::Application, &Verdict::Accepted(vec![]), &Envelope { control_id: &id, at:
/// Timestamp::from_micros(0) }); assert_eq!(answer,
/// b"MSH|^~\\&|LIS|LAB|HIS|HOSP|19700101000000+0000||ACK^A01^ACK|L1|P|2.5.1\rMSA|AA|4711\r");
/// ```
#[must_use]
pub fn acknowledge(header: &Header<'_>, stage: Stage, verdict: &Verdict, envelope: &Envelope<'_>) -> Vec<u8> {
    let mut writer = Writer::answering_header(header);
    let event = String::from_utf8_lossy(header.event());
    let message_type: &[&str] = if event.is_empty() { &["ACK"] } else { &["ACK", &event, "ACK"] };
    write_head(&mut writer, header, message_type, stage, verdict, envelope);
    writer.finish()
}

/// Writes MSH, MSA and ERR of any answer.
pub(crate) fn write_head(
    writer: &mut Writer,
    header: &Header<'_>,
    message_type: &[&str],
    stage: Stage,
    verdict: &Verdict,
    envelope: &Envelope<'_>,
) {
    // The answer goes back where the message came from.
    let ours = writer.segment("MSH").declaration().raw(header.field(5)).raw(header.field(6)).raw(header.field(3)).raw(header.field(4));
    let ours = ours.text(&written(envelope.at)).empty().components(message_type).text(envelope.control_id.as_str());
    let ours = ours.raw(header.field(11)).raw(header.field(12)).empty().empty();
    // In enhanced mode an answer with neither condition would itself have to be answered in original mode.
    let is_enhanced = matches!(Mode::of(header), Mode::Enhanced { .. });
    let never = if is_enhanced { "NE" } else { "" };
    ours.text(never).text(never).empty().raw(header.field(18)).end();
    let msa = writer.segment("MSA").text(stage.code(verdict)).raw(header.control_id());
    // Before 2.5 there is no ERR that shows words.
    let words = verdict.reasons().first().filter(|_| !verdict.is_accepted() && is_before_2_5(header)).map(ToString::to_string);
    msa.text(words.as_deref().unwrap_or_default()).end();
    let severity = if verdict.is_accepted() { "W" } else { "E" };
    let (told, untold) = verdict.reasons().split_at_checked(ERRORS_MAX).unwrap_or((verdict.reasons(), &[]));
    told.iter().for_each(|reason| write_error(writer, reason, severity));
    if let Some(next) = untold.first() {
        let words = format!("{} more were found and are not listed", untold.len());
        write_error(writer, &Rejection::new(next.location, ErrorCode::Internal, words), severity);
    }
}

fn write_error(writer: &mut Writer, reason: &Rejection, severity: &str) {
    let place = reason.location.err_2();
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    let error = writer.segment("ERR").empty().components(&place).components(&[reason.code.code(), reason.code.words(), "HL70357"]);
    error.text(severity).empty().empty().text(&reason.to_string()).text(&reason.words).end();
}

fn is_before_2_5(header: &Header<'_>) -> bool {
    matches!(header.component(12, 1), [b'2', b'.', b'0'..=b'4', ..] | b"2")
}

/// An instant as HL7 writes it, to the second, in UTC.
fn written(at: Timestamp) -> String {
    let iso = at.to_string();
    let whole = iso.split(['.', 'Z']).next().unwrap_or_default();
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    // A time no calendar has is not written at all rather than wrongly.
    if digits.len() == 14 { digits + "+0000" } else { String::new() }
}

/// An answer that a peer sent to a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedAnswer {
    /// MSA-1: `AA`, `CE`.
    pub code: String,
    /// MSA-2: the control id of the message it answers. One that we did not send is logged and ignored.
    pub control_id: String,
}

impl ReceivedAnswer {
    /// What a message answers, if it is an answer.
    #[must_use]
    pub fn read(message: &Message<'_>) -> Option<Self> {
        let msa = message.first("MSA")?;
        Some(Self { code: msa.field(1).text().into_owned(), control_id: msa.field(2).text().into_owned() })
    }
}
