//! The minimal lower layer protocol: where a message begins and ends in a stream of bytes.
//!
//! A message stands between 0x0B and the pair 0x1C 0x0D. A lone 0x1C ends it too, once the next 0x0B, the deadline or the end of the
//! connection shows that nothing more comes. Inside a message both bytes are data, as pasted text brings them, unless a 0x0B is followed by
//! `MSH`: then the peer broke off and began anew. The bytes are handed over as they came; in UTF-16 they would be cut anywhere, so that is
//! never spoken here.

mod event;

use std::time::Duration;

pub use event::{AbortReason, Anomaly, Event, Settings};

/// Begins a message.
pub const START: u8 = 0x0B;
/// Ends a message, together with [`RETURN`].
pub const END: u8 = 0x1C;
/// Ends a message, behind [`END`]; also ends each segment in it.
pub const RETURN: u8 = 0x0D;
/// What every message begins with; behind a start byte, it tells a new message from a byte of text.
const HEADER: &[u8] = b"MSH";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Outside,
    Inside,
    /// Inside, and the last byte was [`END`].
    InsideAtEnd,
    /// A message was given up; its remains are ignored.
    Skipping,
    SkippingAtEnd,
}

/// Takes messages out of the bytes of one connection.
///
/// `now` is the time since any fixed start. Call [`tick`](Self::tick) when [`deadline`](Self::deadline) has come.
///
/// ```
/// use std::time::Duration;
/// use hl7v2::mllp::{Event, Receiver, Settings};
///
/// let mut receiver = Receiver::new(Settings::default());
/// let events = receiver.receive(b"\x0BMSH|^~\\&|HIS\r\x1C\r", Duration::ZERO);
/// assert_eq!(events, [Event::Message(b"MSH|^~\\&|HIS\r".to_vec())]);
/// ```
#[derive(Debug)]
pub struct Receiver {
    settings: Settings,
    state: State,
    content: Vec<u8>,
    /// Where in the content a start byte stands that may turn out to begin a message.
    restart: Option<usize>,
    deadline: Option<Duration>,
    noise: u64,
}

impl Receiver {
    /// A receiver at the beginning of a connection.
    #[must_use]
    pub const fn new(settings: Settings) -> Self {
        Self { settings, state: State::Outside, content: Vec::new(), restart: None, deadline: None, noise: 0 }
    }

    /// Takes bytes from the peer, in pieces of any size. Bytes that come at the same time give the same events however they are cut.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) -> Vec<Event> {
        let mut events = self.tick(now);
        let mut rest = bytes;
        while !rest.is_empty() {
            self.take(&mut rest, now, &mut events);
        }
        events
    }

    /// Lets time pass. Call it at or after [`deadline`](Self::deadline); more often does no harm.
    pub fn tick(&mut self, now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            if self.state == State::InsideAtEnd {
                self.complete_without_return(&mut events);
            } else {
                let seconds = self.settings.message_time_max.as_secs();
                self.give_up(AbortReason::TooSlow { seconds }, State::Skipping, &mut events);
            }
        }
        events
    }

    /// When the message in progress has to be complete; none between messages.
    #[must_use]
    pub const fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// The connection is gone. What is incomplete is handed over as such.
    pub fn closed(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        match self.state {
            State::Inside => self.give_up(AbortReason::Closed, State::Outside, &mut events),
            State::InsideAtEnd => self.complete_without_return(&mut events),
            State::Outside | State::Skipping | State::SkippingAtEnd => self.state = State::Outside,
        }
        self.report_noise(&mut events);
        events
    }

    /// Bytes of received data held in memory: at most twice the limit of a message.
    #[must_use]
    pub const fn held_bytes(&self) -> usize {
        self.content.capacity()
    }

    /// Takes at least one byte.
    fn take(&mut self, rest: &mut &[u8], now: Duration, events: &mut Vec<Event>) {
        match self.state {
            State::Inside => self.take_inside(rest, now, events),
            State::InsideAtEnd => self.take_at_end(rest, now, events),
            State::Outside => {
                let length = rest.iter().position(|byte| *byte == START).unwrap_or(rest.len());
                self.skip(split(rest, length));
                if next(rest).is_some() {
                    self.begin(now, events);
                }
            }
            State::Skipping => {
                let length = rest.iter().position(|byte| *byte == END).map_or(rest.len(), |end| end + 1);
                let run = split(rest, length);
                self.skip(run);
                if run.last() == Some(&END) {
                    self.state = State::SkippingAtEnd;
                }
            }
            State::SkippingAtEnd => match next(rest) {
                Some(START) => self.begin(now, events),
                Some(byte) => {
                    self.skip(&[byte]);
                    self.state = match byte {
                        RETURN => State::Outside,
                        END => State::SkippingAtEnd,
                        _ => State::Skipping,
                    };
                }
                None => {}
            },
        }
    }

    fn take_inside(&mut self, rest: &mut &[u8], now: Duration, events: &mut Vec<Event>) {
        // While a start byte waits to be understood, bytes are looked at one by one.
        let length = if self.restart.is_some() { 0 } else { rest.iter().take_while(|byte| !matches!(**byte, START | END)).count() };
        if length > 0 {
            self.push(split(rest, length), events);
            return;
        }
        match next(rest) {
            Some(END) => self.state = State::InsideAtEnd,
            Some(byte) => {
                if byte == START {
                    self.restart = Some(self.content.len());
                }
                self.push(&[byte], events);
                self.look_for_restart(now, events);
            }
            None => {}
        }
    }

    fn take_at_end(&mut self, rest: &mut &[u8], now: Duration, events: &mut Vec<Event>) {
        match rest.first() {
            Some(&RETURN) => {
                next(rest);
                self.complete(events);
            }
            Some(&START) => {
                next(rest);
                self.complete_without_return(events);
                self.begin(now, events);
            }
            // It was a byte of the text. What follows is looked at again: it may be the real end.
            _ => {
                self.state = State::Inside;
                self.restart = None;
                self.push(&[END], events);
            }
        }
    }

    /// A start byte in mid-message begins a message if a header follows.
    fn look_for_restart(&mut self, now: Duration, events: &mut Vec<Event>) {
        let Some(behind) = self.restart.and_then(|place| self.content.get(place + 1..)) else { return };
        if behind == HEADER {
            let place = self.restart.unwrap_or_default();
            self.content.truncate(place);
            self.give_up(AbortReason::Restarted, State::Outside, events);
            self.begin(now, events);
            self.push(HEADER, events);
        } else if !HEADER.starts_with(behind) {
            self.restart = None;
        }
    }

    fn begin(&mut self, now: Duration, events: &mut Vec<Event>) {
        self.report_noise(events);
        self.state = State::Inside;
        self.deadline = Some(now.saturating_add(self.settings.message_time_max));
    }

    fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) {
        let limit = self.settings.message_bytes_max;
        let room = limit.saturating_sub(self.content.len()).min(bytes.len());
        let (fits, over) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
        self.content.extend_from_slice(fits);
        if !over.is_empty() {
            self.give_up(AbortReason::TooLong { limit }, State::Skipping, events);
            self.skip(over);
        }
    }

    fn complete(&mut self, events: &mut Vec<Event>) {
        let content = self.reset(State::Outside);
        events.push(if content.is_empty() { Event::Anomaly(Anomaly::EmptyFrame) } else { Event::Message(content) });
    }

    fn complete_without_return(&mut self, events: &mut Vec<Event>) {
        events.push(Event::Anomaly(Anomaly::EndWithoutReturn));
        self.complete(events);
    }

    fn give_up(&mut self, why: AbortReason, state: State, events: &mut Vec<Event>) {
        let content = self.reset(state);
        events.push(Event::Aborted { content, why });
    }

    fn reset(&mut self, state: State) -> Vec<u8> {
        (self.state, self.restart, self.deadline) = (state, None, None);
        std::mem::take(&mut self.content)
    }

    fn skip(&mut self, bytes: &[u8]) {
        self.noise = self.noise.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
    }

    fn report_noise(&mut self, events: &mut Vec<Event>) {
        if self.noise > 0 {
            events.push(Event::Anomaly(Anomaly::Noise { bytes: std::mem::take(&mut self.noise) }));
        }
    }
}

/// A content that would break its own frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("byte {byte:#04x} at {offset} would break the frame; write it as an escape sequence")]
pub struct FrameTrouble {
    /// The byte.
    pub byte: u8,
    /// Its place, counted from 0.
    pub offset: usize,
}

/// Puts a message into a frame. Refused if it holds a byte that begins or ends one.
pub fn frame(content: &[u8]) -> Result<Vec<u8>, FrameTrouble> {
    if let Some((offset, byte)) = content.iter().copied().enumerate().find(|(_, byte)| matches!(*byte, START | END)) {
        return Err(FrameTrouble { byte, offset });
    }
    let mut framed = Vec::with_capacity(content.len() + 3);
    framed.push(START);
    framed.extend_from_slice(content);
    framed.extend_from_slice(&[END, RETURN]);
    Ok(framed)
}

/// Takes that many bytes off the front.
fn split<'b>(rest: &mut &'b [u8], length: usize) -> &'b [u8] {
    let (run, after) = rest.split_at_checked(length).unwrap_or((rest, &[]));
    *rest = after;
    run
}

/// Takes one byte off the front.
fn next(rest: &mut &[u8]) -> Option<u8> {
    split(rest, 1).first().copied()
}
