//! Frames made by the rule, apart from the code under test, and a link with a clock that the test turns.

use std::time::Duration;

use lis2::{AbortReason, Link, LinkEvent, LinkSettings, LinkWarning, MessageId, OutgoingId, OutgoingMessage, SendTrouble};

pub(crate) const ENQ: &[u8] = b"\x05";
pub(crate) const EOT: &[u8] = b"\x04";
pub(crate) const ACK: &[u8] = b"\x06";
pub(crate) const NAK: &[u8] = b"\x15";
pub(crate) const ETX: u8 = 3;
pub(crate) const ETB: u8 = 0x17;

pub(crate) const HEADER: &str = "H|\\^&|||Maker^Roche^c111\r";
pub(crate) const RESULTS: &str = "P|1\rO|1||S1^^6||S\rR|1|^^^990|4.1|mmol/L||N||F\r";
pub(crate) const TERMINATOR: &str = "L|1|N\r";

/// A whole message of five records.
pub(crate) fn message() -> String {
    format!("{HEADER}{RESULTS}{TERMINATOR}")
}

/// A frame by the rule: the checksum is the sum of number, text and end modulo 256, two upper-case hexadecimal digits.
pub(crate) fn framed(number: u8, text: &str, end: u8) -> Vec<u8> {
    let mut sum = u32::from(b'0' + number) + u32::from(end);
    for byte in text.bytes() {
        sum += u32::from(byte);
    }
    let mut frame = vec![2, b'0' + number];
    frame.extend(text.bytes());
    frame.push(end);
    frame.extend(format!("{:02X}\r\n", sum % 256).bytes());
    frame
}

/// The records of `content`, each in a frame of its own, ETB on all but the last.
pub(crate) fn record_frames(content: &str) -> Vec<Vec<u8>> {
    let records: Vec<&str> = content.split_inclusive('\r').collect();
    let end = |index: usize| if index + 1 == records.len() { ETX } else { ETB };
    records.iter().enumerate().map(|(index, record)| framed(u8::try_from((index + 1) % 8).unwrap(), record, end(index))).collect()
}

pub(crate) fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A link and its clock. Events are collected; WakeAt is remembered.
pub(crate) struct Bench {
    pub(crate) link: Link,
    pub(crate) now: Duration,
    pub(crate) wake: Option<Duration>,
    pub(crate) events: Vec<LinkEvent>,
    /// Say `kept` for every message at once.
    pub(crate) keep: bool,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(LinkSettings::default())
    }

    pub(crate) fn with(settings: LinkSettings) -> Self {
        Self { link: Link::new(settings), now: Duration::ZERO, wake: None, events: Vec::new(), keep: true }
    }

    /// A link whose messages are kept only when the test says so.
    pub(crate) fn slow_store() -> Self {
        Self { keep: false, ..Self::new() }
    }

    /// Gives bytes, and returns what was written in answer.
    pub(crate) fn give(&mut self, bytes: &[u8]) -> Vec<u8> {
        let events = self.link.receive(bytes, self.now);
        self.take(events)
    }

    pub(crate) fn give_all(&mut self, pieces: &[Vec<u8>]) -> Vec<u8> {
        pieces.iter().flat_map(|piece| self.give(piece)).collect()
    }

    /// Lets time pass, waking the link whenever it asked to be.
    pub(crate) fn wait(&mut self, duration: Duration) -> Vec<u8> {
        let end = self.now + duration;
        let mut written = Vec::new();
        while let Some(at) = self.wake.filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.wake = None;
            let events = self.link.tick(self.now);
            written.extend(self.take(events));
        }
        self.now = end;
        let events = self.link.tick(end);
        written.extend(self.take(events));
        written
    }

    pub(crate) fn kept(&mut self, id: MessageId) -> Vec<u8> {
        let events = self.link.kept(id, self.now);
        self.take(events)
    }

    pub(crate) fn not_kept(&mut self, id: MessageId) -> Vec<u8> {
        let events = self.link.not_kept(id, self.now);
        self.take(events)
    }

    pub(crate) fn close(&mut self) -> Vec<u8> {
        let events = self.link.closed(self.now);
        self.take(events)
    }

    pub(crate) fn send(&mut self, id: u64, content: &str) -> Vec<u8> {
        let message = OutgoingMessage { id: OutgoingId(id), content: content.as_bytes().to_vec() };
        let events = self.link.send(message, self.now);
        self.take(events)
    }

    fn take(&mut self, events: Vec<LinkEvent>) -> Vec<u8> {
        let mut written = Vec::new();
        for event in events {
            let id = if let LinkEvent::Message { id, .. } = &event { Some(*id) } else { None };
            match &event {
                LinkEvent::Write(bytes) => written.extend(bytes),
                LinkEvent::WakeAt(at) => self.wake = Some(*at),
                _ => {}
            }
            self.events.push(event);
            if let Some(id) = id.filter(|_| self.keep) {
                written.extend(self.kept(id));
            }
        }
        written
    }

    /// Contents of the messages so far.
    pub(crate) fn contents(&self) -> Vec<String> {
        self.events
            .iter()
            .filter_map(|event| if let LinkEvent::Message { content, .. } = event { Some(text(content)) } else { None })
            .collect()
    }

    pub(crate) fn ids(&self) -> Vec<MessageId> {
        self.events.iter().filter_map(|event| if let LinkEvent::Message { id, .. } = event { Some(*id) } else { None }).collect()
    }

    pub(crate) fn wires(&self) -> Vec<Vec<u8>> {
        self.events.iter().filter_map(|event| if let LinkEvent::Message { wire, .. } = event { Some(wire.clone()) } else { None }).collect()
    }

    /// Warnings of all messages so far.
    pub(crate) fn message_warnings(&self) -> Vec<LinkWarning> {
        let warnings = |event: &LinkEvent| if let LinkEvent::Message { warnings, .. } = event { warnings.clone() } else { Vec::new() };
        self.events.iter().flat_map(warnings).collect()
    }

    pub(crate) fn aborted(&self) -> Vec<(String, AbortReason)> {
        self.events
            .iter()
            .filter_map(|event| if let LinkEvent::Aborted { content, why, .. } = event { Some((text(content), *why)) } else { None })
            .collect()
    }

    pub(crate) fn anomalies(&self) -> Vec<LinkWarning> {
        self.events.iter().filter_map(|event| if let LinkEvent::Anomaly(what) = event { Some(what.clone()) } else { None }).collect()
    }

    pub(crate) fn sent(&self) -> Vec<u64> {
        self.events.iter().filter_map(|event| if let LinkEvent::Sent { id } = event { Some(id.0) } else { None }).collect()
    }

    pub(crate) fn failed(&self) -> Vec<(u64, SendTrouble)> {
        self.events
            .iter()
            .filter_map(|event| if let LinkEvent::SendFailed { id, why } = event { Some((id.0, *why)) } else { None })
            .collect()
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Events as a peer and an owner see them, without regard to how writes were grouped and when the link wants to wake.
pub(crate) fn flat(events: &[LinkEvent]) -> Vec<LinkEvent> {
    let mut flat: Vec<LinkEvent> = Vec::new();
    for event in events {
        match (event, flat.last_mut()) {
            (LinkEvent::WakeAt(_), _) => {}
            (LinkEvent::Write(more), Some(LinkEvent::Write(before))) => before.extend(more),
            _ => flat.push(event.clone()),
        }
    }
    flat
}
