//! Records without framing: every CR or LF ends one. Nothing is acknowledged on such a link, so nothing can be refused either.

use crate::assembly::{Assembly, Complete};
use crate::control::{CR, LF};
use crate::lexer::FrameEnd;

/// What a raw line brought.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RawEvent {
    Message(Complete),
    /// The message in progress is over the limit; here is what there was of it.
    TooLong(Complete),
}

/// The reader of a raw line. Holds at most one message.
#[derive(Debug)]
pub(crate) struct RawReader {
    record: Vec<u8>,
    assembly: Assembly,
    limit: usize,
    /// Nothing is taken until the next header, because the message was too long.
    skipping: bool,
}

impl RawReader {
    pub(crate) fn new(limit: usize, ignore_nul: bool) -> Self {
        Self { record: Vec::new(), assembly: Assembly::new(ignore_nul), limit, skipping: false }
    }

    /// Bytes held in memory.
    pub(crate) fn held(&self) -> usize {
        self.record.capacity() + self.assembly.held()
    }

    /// Whether a message is in progress.
    pub(crate) fn is_busy(&self) -> bool {
        self.assembly.received() > 0 || !self.record.is_empty()
    }

    /// Consumes bytes up to and including the next event.
    pub(crate) fn next(&mut self, rest: &mut &[u8]) -> Option<RawEvent> {
        while !rest.is_empty() {
            let length = rest.iter().position(|byte| matches!(*byte, CR | LF)).map_or(rest.len(), |end| end + 1);
            let (run, after) = rest.split_at(length);
            *rest = after;
            if let Some(event) = self.take_run(run) {
                return Some(event);
            }
        }
        None
    }

    /// What there is when nothing more will come: messages that are complete, and the one in progress with whether its last record was ended.
    pub(crate) fn finish(&mut self) -> (Vec<Complete>, Option<(Complete, bool)>) {
        let record = std::mem::take(&mut self.record);
        let mut messages = Vec::new();
        if !record.is_empty() && !self.skipping {
            let plan = self.assembly.plan(&record, FrameEnd::Text);
            messages = self.assembly.complete(&record, &record, &plan);
            self.assembly.apply(&record, &record, &plan);
        }
        self.skipping = false;
        (messages, self.assembly.take_leftover().map(|leftover| (leftover.message, record.is_empty())))
    }

    fn take_run(&mut self, run: &[u8]) -> Option<RawEvent> {
        let ended = run.last().is_some_and(|byte| matches!(*byte, CR | LF));
        if self.record.is_empty() && matches!(run, [CR | LF]) {
            return None;
        }
        if self.assembly.received() + self.record.len() + run.len() > self.limit {
            return self.give_up(ended);
        }
        self.record.extend_from_slice(run);
        if !ended {
            return None;
        }
        let record = std::mem::take(&mut self.record);
        if self.skipping && record.first() != Some(&b'H') {
            return None;
        }
        self.skipping = false;
        self.take_record(&record)
    }

    fn take_record(&mut self, wire: &[u8]) -> Option<RawEvent> {
        let mut text = wire.to_vec();
        if let Some(last) = text.last_mut() {
            *last = CR;
        }
        let plan = self.assembly.plan(&text, FrameEnd::Block);
        let message = self.assembly.complete(wire, &text, &plan).into_iter().next();
        self.assembly.apply(wire, &text, &plan);
        message.map(RawEvent::Message)
    }

    fn give_up(&mut self, record_ended: bool) -> Option<RawEvent> {
        // A record in progress goes on being too long until it ends: keep one byte, which is no header, to remember that.
        self.record = if record_ended { Vec::new() } else { vec![b'.'] };
        self.skipping = true;
        self.assembly.take_leftover().map(|leftover| RawEvent::TooLong(leftover.message))
    }
}
