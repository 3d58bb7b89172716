//! Accepted text to messages. A message runs from its H record to its L record, whatever frames and sessions carry it.
//!
//! A frame is first planned (which messages end in it?) and only applied once it is accepted. So a frame whose message could not be stored is
//! refused without leaving a trace, and its repetition is planned afresh.

use crate::control::{CR, LF};
use crate::event::LinkWarning;
use crate::lexer::FrameEnd;

/// Warnings kept per message; a device that is unusual 32 times will not be better understood after the 33rd.
const WARNINGS_MAX: usize = 32;

/// Where in the records we are, after any number of frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Track {
    /// A message has begun.
    open: bool,
    /// The message began with something else than H.
    headless: bool,
    /// The field delimiter its header declared.
    field: Option<u8>,
    /// Letter of the record in progress; none at the start of a record.
    letter: Option<u8>,
    /// What follows the letter.
    second: Option<u8>,
}

impl Track {
    fn is_terminator(&self) -> bool {
        self.letter == Some(b'L') && (self.second.is_none() || self.second == self.field || self.field.is_none())
    }

    fn end_record(&mut self) {
        self.letter = None;
        self.second = None;
    }

    fn begin_record(&mut self, letter: u8) {
        if !self.open {
            *self = Self { open: true, headless: letter != b'H', ..Self::default() };
        }
        self.letter = Some(letter);
        self.second = None;
    }

    fn add(&mut self, byte: u8) {
        if self.second.is_none() {
            self.second = Some(byte);
            if self.letter == Some(b'H') {
                self.field = Some(byte);
            }
        }
    }
}

/// A place in a frame where a message ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    at: usize,
    terminated: bool,
    headless: bool,
}

/// What a frame would do to the messages in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    cuts: Vec<Cut>,
    after: Track,
    /// The record left open by the last frame ends before this one.
    record_ended: bool,
    warning: Option<LinkWarning>,
    end: FrameEnd,
}

impl Plan {
    /// How many messages end in the frame.
    pub(crate) fn messages(&self) -> usize {
        self.cuts.len()
    }
}

/// A message as taken from the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complete {
    pub(crate) wire: Vec<u8>,
    pub(crate) content: Vec<u8>,
    pub(crate) warnings: Vec<LinkWarning>,
}

/// What is left when a transfer ends in mid-message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leftover {
    pub(crate) message: Complete,
    /// The last frame ended with ETX: the sender thought it complete.
    pub(crate) ended: bool,
}

impl Leftover {
    /// What is left, taken for a whole message.
    pub(crate) fn into_message(mut self) -> Complete {
        end_with_cr(&mut self.message.content);
        self.message
    }
}

/// The message in progress.
#[derive(Debug, Default)]
pub(crate) struct Assembly {
    wire: Vec<u8>,
    content: Vec<u8>,
    warnings: Vec<LinkWarning>,
    track: Track,
    last_end: Option<FrameEnd>,
    ignore_nul: bool,
}

impl Assembly {
    pub(crate) fn new(ignore_nul: bool) -> Self {
        Self { ignore_nul, ..Self::default() }
    }

    /// Bytes of the message in progress, as received.
    pub(crate) fn received(&self) -> usize {
        self.wire.len()
    }

    /// Bytes held in memory.
    pub(crate) fn held(&self) -> usize {
        self.wire.capacity() + self.content.capacity()
    }

    /// Finds the messages that end in this text, changing nothing.
    pub(crate) fn plan(&self, text: &[u8], end: FrameEnd) -> Plan {
        let mut track = self.track;
        let guessing = track.letter.is_some() && self.last_end == Some(FrameEnd::Text);
        let record_ended = guessing && looks_like_a_record(text, track.field);
        if record_ended {
            track.end_record();
        }
        let mut cuts = find_cuts(text, &mut track);
        if end == FrameEnd::Text && track.is_terminator() {
            // The terminator without its CR: ETX ends it as well.
            cuts.push(Cut { at: text.len(), terminated: true, headless: track.headless });
            track = Track::default();
        }
        Plan { cuts, after: track, record_ended, warning: guessing.then_some(LinkWarning::RecordEndGuessed), end }
    }

    /// The messages that end in the planned frame.
    pub(crate) fn complete(&self, wire: &[u8], text: &[u8], plan: &Plan) -> Vec<Complete> {
        let mut from = 0;
        let mut messages = Vec::with_capacity(plan.cuts.len());
        for (index, cut) in plan.cuts.iter().enumerate() {
            let part = text.get(from..cut.at).unwrap_or_default();
            let mut message = if index == 0 { self.so_far(plan) } else { Complete::empty() };
            append_text(&mut message.content, part, self.ignore_nul);
            end_with_cr(&mut message.content);
            // A frame that brings no more than the end of the last record belongs to it.
            if cut.terminated || !is_blank(part) {
                message.wire.extend_from_slice(wire);
            }
            message.warn_about(cut);
            messages.push(message);
            from = cut.at;
        }
        messages
    }

    /// Takes the planned frame in. The messages that ended in it leave no trace here.
    pub(crate) fn apply(&mut self, wire: &[u8], text: &[u8], plan: &Plan) {
        if let Some(cut) = plan.cuts.last() {
            self.clear();
            self.append(wire, text.get(cut.at..).unwrap_or_default(), plan);
        } else {
            if let Some(warning) = &plan.warning {
                self.warn(warning.clone());
            }
            if plan.record_ended {
                end_with_cr(&mut self.content);
            }
            self.append(wire, text, plan);
        }
    }

    fn append(&mut self, wire: &[u8], text: &[u8], plan: &Plan) {
        self.track = plan.after;
        self.last_end = Some(plan.end);
        // Between messages there is nothing to keep, so that frames without records cost no memory.
        if self.track.open {
            append_text(&mut self.content, text, self.ignore_nul);
            self.wire.extend_from_slice(wire);
        }
    }

    pub(crate) fn warn(&mut self, warning: LinkWarning) {
        push_warning(&mut self.warnings, warning);
    }

    /// Takes out what there is of a message, if one has begun.
    pub(crate) fn take_leftover(&mut self) -> Option<Leftover> {
        let leftover = self.track.open.then(|| {
            let mut message = Complete {
                wire: std::mem::take(&mut self.wire),
                content: std::mem::take(&mut self.content),
                warnings: std::mem::take(&mut self.warnings),
            };
            message.warn_about(&Cut { at: 0, terminated: false, headless: self.track.headless });
            Leftover { message, ended: self.last_end == Some(FrameEnd::Text) }
        });
        self.clear();
        leftover
    }

    /// Forgets the message in progress.
    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.ignore_nul);
    }

    fn so_far(&self, plan: &Plan) -> Complete {
        let mut message = Complete { wire: self.wire.clone(), content: self.content.clone(), warnings: self.warnings.clone() };
        if let Some(warning) = &plan.warning {
            push_warning(&mut message.warnings, warning.clone());
        }
        if plan.record_ended {
            end_with_cr(&mut message.content);
        }
        message
    }
}

impl Complete {
    fn empty() -> Self {
        Self { wire: Vec::new(), content: Vec::new(), warnings: Vec::new() }
    }

    fn warn_about(&mut self, cut: &Cut) {
        if cut.headless {
            push_warning(&mut self.warnings, LinkWarning::MissingHeader);
        }
        if !cut.terminated {
            push_warning(&mut self.warnings, LinkWarning::MissingTerminator);
        }
    }
}

fn find_cuts(text: &[u8], track: &mut Track) -> Vec<Cut> {
    let mut cuts = Vec::new();
    for (at, &byte) in text.iter().enumerate() {
        match (track.letter, byte) {
            // Between records: line ends and padding.
            (None, CR | LF | 0) => {}
            (None, letter) => {
                if letter == b'H' && track.open {
                    cuts.push(Cut { at, terminated: false, headless: track.headless });
                    *track = Track::default();
                }
                track.begin_record(letter);
            }
            (Some(_), CR) if track.is_terminator() => {
                cuts.push(Cut { at: at + 1, terminated: true, headless: track.headless });
                *track = Track::default();
            }
            (Some(_), CR) => track.end_record(),
            (Some(_), other) => track.add(other),
        }
    }
    cuts
}

/// Whether text after an unfinished record begins a new one: a record letter and the field delimiter.
fn looks_like_a_record(text: &[u8], field: Option<u8>) -> bool {
    let is_letter = text.first().is_some_and(|letter| b"HPORCQMSL".contains(letter));
    is_letter && text.get(1).copied() == Some(field.unwrap_or(b'|'))
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(*byte, CR | LF | 0))
}

/// Adds received text: LF after CR and, where the link says so, NUL are left out.
fn append_text(content: &mut Vec<u8>, text: &[u8], ignore_nul: bool) {
    if !text.iter().any(|byte| matches!(*byte, LF | 0)) {
        content.extend_from_slice(text);
        return;
    }
    for &byte in text {
        let after_cr = content.last().is_none_or(|last| *last == CR);
        if !(byte == LF && after_cr || byte == 0 && ignore_nul) {
            content.push(byte);
        }
    }
}

fn end_with_cr(content: &mut Vec<u8>) {
    if content.last().is_some_and(|last| *last != CR) {
        content.push(CR);
    }
}

fn push_warning(warnings: &mut Vec<LinkWarning>, warning: LinkWarning) {
    if warnings.len() < WARNINGS_MAX {
        warnings.push(warning);
    }
}
