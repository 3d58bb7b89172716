//! Messages of HL7 as pages show them: what came, what was answered, what it came to.

use super::{Cursor, PAGE_ROWS, Page, TaskLine, page};
use crate::Laboratory;
use crate::hl7::Hl7Link;
use crate::trouble::ActTrouble;
use hl7v2::{Charsets, LineEnds, Message, ParseSettings, decode};
use kernel::{Actor, Hl7MessageId, Timestamp};
use store::repositories::hl7_messages::{self, Hl7Answers, Hl7MessageRecord};
use store::repositories::tasks;
use uuid::Uuid;

/// Segments shown of a message; it says how many more there are.
const SEGMENTS_MAX: usize = 500;
/// Characters shown of a field: documents travel in them.
const FIELD_CHARACTERS_MAX: usize = 1_000;

/// A message with what came of it.
#[derive(Debug, Clone)]
pub struct Hl7MessageView {
    /// The message.
    pub record: Hl7MessageRecord,
    /// Its bytes, framing removed.
    pub raw: Vec<u8>,
    /// It as text, segment by segment; none where it has no header.
    pub segments: Vec<Hl7SegmentView>,
    /// Segments that are not shown.
    pub more_segments: usize,
    /// What was answered.
    pub answers: Hl7Answers,
    /// The tasks that came of it.
    pub tasks: Vec<TaskLine>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hl7SegmentView {
    /// Its name; empty for a line that has none.
    pub name: String,
    /// The fields in which something stands.
    pub fields: Vec<Hl7FieldView>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hl7FieldView {
    /// Its number, as HL7 counts.
    pub number: usize,
    /// As it stands there, at most a thousand characters.
    pub text: String,
}

/// One message.
pub async fn hl7_message(lab: &Laboratory, by: &Actor, id: Hl7MessageId) -> Result<Option<Hl7MessageView>, ActTrouble> {
    let read = lab.store().read(move |reader| Ok((hl7_messages::message(reader, id)?, tasks::of_hl7_message(reader, id)?))).await?;
    let (Some(whole), opened) = read else { return Ok(None) };
    // The bytes may name anybody.
    lab.note_seen(by, "HL7 message", &id.to_string(), std::iter::once(None)).await?;
    let link = lab.hl7_links().iter().find(|link| *link.name == *whole.record.link);
    let mut segments = segments(&whole.raw, link);
    let more_segments = segments.len().saturating_sub(SEGMENTS_MAX);
    segments.truncate(SEGMENTS_MAX);
    Ok(Some(Hl7MessageView {
        record: whole.record,
        raw: whole.raw,
        segments,
        more_segments,
        answers: whole.answers,
        tasks: opened.into_iter().map(TaskLine::from).collect(),
    }))
}

/// The text of a message, taken apart.
fn segments(raw: &[u8], link: Option<&Hl7Link>) -> Vec<Hl7SegmentView> {
    let charsets = link.map_or_else(Charsets::default, |link| link.charsets);
    let Ok(decoded) = decode(raw, &charsets) else { return Vec::new() };
    let line_ends = link.map_or(LineEnds::CarriageReturn, |link| link.line_ends);
    let Ok(message) = Message::parse(&decoded, &ParseSettings { line_ends, ..ParseSettings::default() }) else { return Vec::new() };
    message.segments().iter().map(segment).collect()
}

fn segment(segment: &hl7v2::Segment<'_>) -> Hl7SegmentView {
    let Some(name) = segment.name() else {
        return Hl7SegmentView { name: String::new(), fields: vec![Hl7FieldView { number: 0, text: shortened(segment.raw()) }] };
    };
    let separators = segment.raw().bytes().filter(|byte| segment.raw().as_bytes().get(3) == Some(byte)).count();
    let field = |number: usize| Hl7FieldView { number, text: shortened(segment.field(number).raw()) };
    let fields = (1..=separators + 1).map(field).filter(|field| !field.text.is_empty()).collect();
    Hl7SegmentView { name: name.to_string(), fields }
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(FIELD_CHARACTERS_MAX).collect();
    if text.chars().nth(FIELD_CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Messages of a link, newest first. They are told by their numbers and kinds, which name no patient.
pub async fn hl7_messages(lab: &Laboratory, link: &str, before: Option<Cursor>) -> Result<Page<Hl7MessageRecord>, ActTrouble> {
    let before = before.map_or((Timestamp::from_micros(i64::MAX), Uuid::max()), |cursor| (cursor.at, cursor.id));
    let link = link.to_owned();
    let read = move |reader: &mut store::Reader<'_>| {
        let stretch = hl7_messages::of_link(reader, &link, before, PAGE_ROWS)?;
        Ok((stretch, reader.quarantined()))
    };
    let (stretch, set_aside) = lab.store().read(read).await?;
    Ok(page(stretch, set_aside, |record| record))
}
