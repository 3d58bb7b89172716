//! The link machine: who may speak, what is answered, what becomes a message.
//!
//! [`Link`] directs; [`receiver`] holds the rules for what comes in, [`sender`] those for what goes out. At any time one of them owns the
//! line: while we have asked for it, bytes are replies; otherwise they are read as ENQ, frames and EOT.
//!
//! **Which acknowledgement is withheld?** That of the frame in which a message ends, be it an ETB or an ETX frame: devices differ in what they
//! end frames with, but all take the acknowledgement of the last one as the receipt. A message ends with its L record, or where the next H
//! begins. If several messages end in one frame, it is acknowledged when all are kept. A device that sends no L gets the acknowledgement of
//! its last frame before the message can be known to be complete; EOT then completes it and no acknowledgement is owed.

mod receiver;
mod sender;

use std::time::Duration;

use crate::event::{AbortReason, LinkEvent, LinkWarning, MessageId, OutgoingMessage};
use crate::lexer::{Lexer, Token, take};
use crate::raw::{RawEvent, RawReader};
use crate::settings::{Framing, LinkSettings};
use receiver::Receiver;
use sender::Sender;

/// One analyser's line, without socket, clock or thread.
///
/// `now` is the time since any fixed start; it may not run backwards. The caller writes what [`LinkEvent::Write`] says, calls
/// [`tick`](Self::tick) when [`LinkEvent::WakeAt`] says, stores each [`LinkEvent::Message`] and then says [`kept`](Self::kept).
///
/// ```
/// use std::time::Duration;
/// use lis2::{Link, LinkEvent, LinkSettings};
///
/// let mut link = Link::new(LinkSettings::default());
/// let events = link.receive(b"\x05", Duration::ZERO);
/// assert!(events.contains(&LinkEvent::Write(vec![0x06])));
/// ```
#[derive(Debug)]
pub struct Link {
    settings: LinkSettings,
    lexer: Lexer,
    raw: RawReader,
    receiver: Receiver,
    sender: Sender,
    noise: u64,
    announced: Option<Duration>,
}

/// One call: what the parts need to know, and what they have to say.
struct Turn<'s> {
    settings: &'s LinkSettings,
    now: Duration,
    events: Vec<LinkEvent>,
}

impl Turn<'_> {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(LinkEvent::Write(before)) = self.events.last_mut() {
            before.extend_from_slice(bytes);
        } else {
            self.events.push(LinkEvent::Write(bytes.to_vec()));
        }
    }

    fn anomaly(&mut self, warning: LinkWarning) {
        self.events.push(LinkEvent::Anomaly(warning));
    }

    fn after(&self, wait: Duration) -> Duration {
        self.now.saturating_add(wait)
    }
}

/// Whether a deadline has come.
fn is_due(deadline: Option<Duration>, now: Duration) -> bool {
    deadline.is_some_and(|at| at <= now)
}

impl Link {
    /// A neutral link.
    #[must_use]
    pub fn new(settings: LinkSettings) -> Self {
        Self {
            lexer: Lexer::new(&settings),
            raw: RawReader::new(settings.message_bytes_max, settings.ignore_nul),
            receiver: Receiver::new(&settings),
            sender: Sender::default(),
            noise: 0,
            announced: None,
            settings,
        }
    }

    /// Takes bytes from the peer, in pieces of any size. Bytes that come at the same time give the same events however they are cut.
    pub fn receive(&mut self, bytes: &[u8], now: Duration) -> Vec<LinkEvent> {
        self.turn(now, |link, turn| {
            if turn.settings.framing == Framing::Raw {
                link.receive_raw(bytes, turn);
            } else {
                link.receive_framed(bytes, turn);
            }
        })
    }

    /// Lets time pass. Call it at or after [`LinkEvent::WakeAt`]; more often does no harm.
    pub fn tick(&mut self, now: Duration) -> Vec<LinkEvent> {
        self.turn(now, |_, _| {})
    }

    /// The message is stored durably: its last frame may be acknowledged. An id that is no longer waited for is ignored.
    pub fn kept(&mut self, id: MessageId, now: Duration) -> Vec<LinkEvent> {
        self.turn(now, |link, turn| link.receiver.kept(id, turn))
    }

    /// The message could not be stored: its last frame is refused, so that the analyser sends it again and it comes again under a new id.
    /// After EOT, and on a raw link, there is nobody to ask: the caller must keep it some other way.
    pub fn not_kept(&mut self, id: MessageId, now: Duration) -> Vec<LinkEvent> {
        self.turn(now, |link, turn| link.receiver.not_kept(id, turn))
    }

    /// Queues a message and sends it when the line is free. Ends with [`LinkEvent::Sent`] or [`LinkEvent::SendFailed`].
    pub fn send(&mut self, message: OutgoingMessage, now: Duration) -> Vec<LinkEvent> {
        self.turn(now, |link, turn| link.sender.queue(message, turn))
    }

    /// The connection is gone. What is incomplete is given up and nothing is written any more; what waited to be sent has failed. The link may
    /// be used for the next connection.
    pub fn closed(&mut self, now: Duration) -> Vec<LinkEvent> {
        self.turn(now, |link, turn| {
            link.sender.closed(turn);
            link.finish_raw(AbortReason::Closed, turn);
            if link.lexer.reset() {
                turn.anomaly(LinkWarning::FrameCutShort);
            }
            link.receiver.closed(turn);
            link.report_noise(turn);
        })
    }

    /// Bytes of received data held in memory at this moment: at most a frame, and twice a message as received and as content, and as much
    /// again of what was sent without waiting.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.lexer.held() + self.raw.held() + self.receiver.held()
    }

    fn turn(&mut self, now: Duration, act: impl FnOnce(&mut Self, &mut Turn<'_>)) -> Vec<LinkEvent> {
        // The settings are lent to the turn, so that the parts can be changed meanwhile.
        let settings = std::mem::take(&mut self.settings);
        let mut turn = Turn { settings: &settings, now, events: Vec::new() };
        self.expire(&mut turn);
        act(self, &mut turn);
        self.settle(&mut turn);
        self.announce(&mut turn);
        let events = turn.events;
        self.settings = settings;
        events
    }

    /// Does what is due, before anything that came later.
    fn expire(&mut self, turn: &mut Turn<'_>) {
        let was_silent = is_due(self.receiver.silence(), turn.now);
        if was_silent && turn.settings.framing == Framing::Raw {
            self.receiver.stop_silence();
            self.finish_raw(AbortReason::Silence, turn);
        }
        self.receiver.expire(turn);
        if was_silent && self.lexer.reset() {
            turn.anomaly(LinkWarning::FrameCutShort);
        }
        self.sender.expire(turn);
        self.settle(turn);
    }

    fn receive_framed(&mut self, bytes: &[u8], turn: &mut Turn<'_>) {
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if self.sender.listens(first, self.lexer.is_outside(), turn.settings) {
                take(&mut rest);
                self.sender.reply(first, turn);
            } else {
                self.read_token(&mut rest, turn);
            }
            self.settle(turn);
        }
    }

    fn read_token(&mut self, rest: &mut &[u8], turn: &mut Turn<'_>) {
        let frames = turn.settings.framing == Framing::StxEtx || !self.receiver.is_idle();
        // Without sessions a reply to us may stand between the frames: look at every byte there.
        let shared = turn.settings.framing == Framing::StxEtx && self.lexer.is_outside();
        let mut window = rest.get(..1).filter(|_| shared).unwrap_or(rest);
        let offered = window.len();
        let token = self.lexer.next(&mut window, frames);
        *rest = rest.get(offered - window.len()..).unwrap_or_default();
        if self.lexer.take_began() {
            self.receiver.frame_began(turn);
        }
        match token {
            Some(Token::Noise(bytes)) => {
                self.noise = self.noise.saturating_add(bytes);
                self.receiver.noise(turn);
            }
            Some(token) => {
                self.report_noise(turn);
                self.sender.yield_to(&token);
                self.receiver.take(token, turn);
            }
            None => {}
        }
    }

    /// Brings receiver and sender together after either has moved.
    fn settle(&mut self, turn: &mut Turn<'_>) {
        if self.receiver.take_session_ended() {
            self.sender.peer_has_sent();
        }
        // The peer ended its session while an answer was owed, and then began a frame without asking.
        let is_astray = turn.settings.framing == Framing::Framed && self.receiver.is_idle() && self.lexer.reset();
        if is_astray {
            turn.anomaly(LinkWarning::FrameCutShort);
        }
        // A raw link has no turns to take.
        let is_free = turn.settings.framing == Framing::Raw || self.receiver.is_idle() && self.lexer.is_outside();
        if is_free {
            self.sender.start(turn);
        }
    }

    fn report_noise(&mut self, turn: &mut Turn<'_>) {
        if self.noise > 0 {
            turn.anomaly(LinkWarning::Noise { bytes: std::mem::take(&mut self.noise) });
        }
    }

    fn receive_raw(&mut self, bytes: &[u8], turn: &mut Turn<'_>) {
        let mut rest = bytes;
        while let Some(event) = self.raw.next(&mut rest) {
            match event {
                RawEvent::Message(message) => {
                    self.receiver.emit(message, turn);
                }
                RawEvent::TooLong(message) => receiver::abort(message, AbortReason::TooLong, turn),
            }
        }
        if self.raw.is_busy() {
            self.receiver.frame_began(turn);
        } else {
            self.receiver.stop_silence();
        }
    }

    /// On a raw link silence and the end of the connection are the only ends of a message without L.
    fn finish_raw(&mut self, why: AbortReason, turn: &mut Turn<'_>) {
        let (messages, leftover) = self.raw.finish();
        for message in messages {
            self.receiver.emit(message, turn);
        }
        match leftover {
            Some((message, true)) => {
                self.receiver.emit(message, turn);
            }
            Some((message, false)) => receiver::abort(message, why, turn),
            None => {}
        }
    }

    fn announce(&mut self, turn: &mut Turn<'_>) {
        let wake = [self.receiver.wake(), self.sender.wake(self.receiver.is_idle())].into_iter().flatten().min();
        if let Some(at) = wake
            && wake != self.announced
        {
            turn.events.push(LinkEvent::WakeAt(at));
        }
        self.announced = wake;
    }
}
