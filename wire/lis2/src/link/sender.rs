//! The sender's side: asks for the line, sends frame by frame, repeats, yields, gives up.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Turn, is_due};
use crate::control::{self, ACK, CR, ENQ, EOT, NAK};
use crate::event::{LinkEvent, LinkWarning, OutgoingId, OutgoingMessage, SendTrouble};
use crate::framing::{FrameOptions, frame};
use crate::lexer::Token;
use crate::settings::{Framing, LinkSettings, Role};

/// The longest wait before an abandoned message is tried again.
const RETRY_WAIT_MAX: Duration = Duration::from_secs(300);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Idle,
    /// ENQ is sent.
    Enquiring { deadline: Duration },
    /// Both asked; we are the instrument and ask again at this time.
    Contending { at: Duration },
    /// A frame is sent. `garbled`: something unreadable came in reply, and the deadline is that of sending it again.
    Sending { frame: usize, refusals: u32, deadline: Duration, garbled: bool },
}

#[derive(Debug)]
struct Job {
    id: OutgoingId,
    frames: Vec<Vec<u8>>,
    bytes: usize,
    attempts: u32,
}

#[derive(Debug, Default)]
pub(super) struct Sender {
    state: State,
    queue: VecDeque<Job>,
    queued_bytes: usize,
    /// After a failed attempt: no ENQ before this.
    retry_at: Option<Duration>,
    /// The peer has precedence until this, or until it has sent.
    yield_until: Option<Duration>,
    interrupted: bool,
}

impl Sender {
    /// Takes a message on, or says why not.
    pub(super) fn queue(&mut self, message: OutgoingMessage, turn: &mut Turn<'_>) {
        let OutgoingMessage { id, content } = message;
        match self.prepare(content, turn.settings) {
            Ok(frames) => {
                let bytes = frames.iter().map(Vec::len).sum();
                self.queued_bytes += bytes;
                self.queue.push_back(Job { id, frames, bytes, attempts: 0 });
            }
            Err(why) => turn.events.push(LinkEvent::SendFailed { id, why }),
        }
    }

    fn prepare(&self, mut content: Vec<u8>, settings: &LinkSettings) -> Result<Vec<Vec<u8>>, SendTrouble> {
        let limit = settings.message_bytes_max;
        if content.is_empty() {
            return Err(SendTrouble::Empty);
        }
        if content.len() > limit {
            return Err(SendTrouble::TooLong { limit });
        }
        if let Some((offset, &byte)) = content.iter().enumerate().find(|(_, byte)| control::is_forbidden_in_text(**byte)) {
            return Err(SendTrouble::ForbiddenCharacter { byte, offset });
        }
        if content.last() != Some(&CR) {
            content.push(CR);
        }
        if self.queue.len() >= settings.send_queue_max || self.queued_bytes + content.len() > settings.send_queue_bytes_max {
            return Err(SendTrouble::QueueFull);
        }
        let options = FrameOptions { text_max: settings.send_frame_text_max, one_record_per_frame: settings.one_record_per_frame };
        Ok(if settings.framing == Framing::Raw { vec![content] } else { frame(&content, &options) })
    }

    /// Whether this byte is a reply to us, not the beginning of something the peer sends.
    pub(super) fn listens(&self, byte: u8, outside_frame: bool, settings: &LinkSettings) -> bool {
        let awaits_reply = matches!(self.state, State::Enquiring { .. } | State::Sending { .. });
        match settings.framing {
            Framing::Framed => awaits_reply,
            // Without sessions the peer may send at any time.
            Framing::StxEtx => awaits_reply && outside_frame && matches!(byte, ACK | NAK),
            Framing::Raw => false,
        }
    }

    /// Takes one byte of the peer's reply.
    pub(super) fn reply(&mut self, byte: u8, turn: &mut Turn<'_>) {
        match self.state {
            State::Enquiring { .. } => self.reply_to_enquiry(byte, turn),
            State::Sending { frame, refusals, deadline, .. } => match byte {
                ACK => self.send_frame(frame + 1, 0, turn),
                NAK => self.refused(frame, refusals + 1, turn),
                EOT => {
                    // An acknowledgement, and the wish to interrupt. The message is finished first, as the standard allows.
                    turn.anomaly(LinkWarning::InterruptRequested);
                    self.interrupted = true;
                    self.send_frame(frame + 1, 0, turn);
                }
                _ => {
                    let deadline = deadline.min(turn.after(turn.settings.timers.garbled_reply));
                    self.state = State::Sending { frame, refusals, deadline, garbled: true };
                }
            },
            State::Idle | State::Contending { .. } => {}
        }
    }

    fn reply_to_enquiry(&mut self, byte: u8, turn: &mut Turn<'_>) {
        let timers = turn.settings.timers;
        match byte {
            ACK => self.send_frame(0, 0, turn),
            NAK => self.failed(SendTrouble::Busy, timers.busy, turn),
            ENQ => {
                turn.anomaly(LinkWarning::Contention);
                match turn.settings.role {
                    Role::Instrument => self.state = State::Contending { at: turn.after(timers.instrument_contention) },
                    Role::Host => {
                        self.state = State::Idle;
                        self.yield_until = Some(turn.after(timers.host_contention));
                    }
                }
            }
            _ => {}
        }
    }

    /// The peer asked for the line while we waited to ask again: it goes first.
    pub(super) fn yield_to(&mut self, token: &Token) {
        if *token == Token::Enquiry && matches!(self.state, State::Contending { .. }) {
            self.state = State::Idle;
        }
    }

    /// The peer's turn is over.
    pub(super) fn peer_has_sent(&mut self) {
        self.yield_until = None;
    }

    /// Begins with the next message if it is time. The line must be free.
    pub(super) fn start(&mut self, turn: &mut Turn<'_>) {
        if self.state != State::Idle || self.queue.is_empty() || turn.now < self.start_at() {
            return;
        }
        match turn.settings.framing {
            Framing::Framed => self.enquire(turn),
            Framing::StxEtx => self.send_frame(0, 0, turn),
            Framing::Raw => self.write_raw(turn),
        }
    }

    fn start_at(&self) -> Duration {
        self.retry_at.max(self.yield_until).unwrap_or_default()
    }

    fn enquire(&mut self, turn: &mut Turn<'_>) {
        turn.write(&[ENQ]);
        self.state = State::Enquiring { deadline: turn.after(turn.settings.timers.sender_reply) };
    }

    fn write_raw(&mut self, turn: &mut Turn<'_>) {
        while let Some(job) = self.finish_job() {
            job.frames.iter().for_each(|frame| turn.write(frame));
            turn.events.push(LinkEvent::Sent { id: job.id });
        }
    }

    /// Sends this frame of the message in hand; past the last one the message is delivered.
    fn send_frame(&mut self, frame: usize, refusals: u32, turn: &mut Turn<'_>) {
        if let Some(bytes) = self.queue.front().and_then(|job| job.frames.get(frame)) {
            turn.write(bytes);
            let deadline = turn.after(turn.settings.timers.sender_reply);
            self.state = State::Sending { frame, refusals, deadline, garbled: false };
        } else {
            self.end(turn);
            if let Some(job) = self.finish_job() {
                turn.events.push(LinkEvent::Sent { id: job.id });
            }
        }
    }

    fn refused(&mut self, frame: usize, refusals: u32, turn: &mut Turn<'_>) {
        if refusals < turn.settings.frame_refusals_max {
            return self.send_frame(frame, refusals, turn);
        }
        self.end(turn);
        if let Some(job) = self.finish_job() {
            let why = SendTrouble::Refused { frame: frame + 1, refusals };
            turn.events.push(LinkEvent::SendFailed { id: job.id, why });
        }
    }

    /// Frees the line.
    fn end(&mut self, turn: &mut Turn<'_>) {
        if turn.settings.framing == Framing::Framed {
            turn.write(&[EOT]);
        }
        self.state = State::Idle;
        if std::mem::take(&mut self.interrupted) {
            self.yield_until = Some(turn.after(turn.settings.timers.interrupt));
        }
    }

    fn finish_job(&mut self) -> Option<Job> {
        let job = self.queue.pop_front()?;
        self.queued_bytes = self.queued_bytes.saturating_sub(job.bytes);
        self.retry_at = None;
        Some(job)
    }

    /// This attempt is over; the whole message is tried again after `wait`, unless it was the last attempt.
    fn failed(&mut self, why: SendTrouble, wait: Duration, turn: &mut Turn<'_>) {
        self.state = State::Idle;
        self.interrupted = false;
        let Some(job) = self.queue.front_mut() else { return };
        job.attempts += 1;
        let (id, attempt) = (job.id, job.attempts);
        if attempt >= turn.settings.send_attempts_max {
            self.finish_job();
            turn.events.push(LinkEvent::SendFailed { id, why });
        } else {
            self.retry_at = Some(turn.after(wait));
            turn.anomaly(LinkWarning::SendAbandoned { attempt, why });
        }
    }

    fn abandon(&mut self, why: SendTrouble, turn: &mut Turn<'_>) {
        self.end(turn);
        let attempts = self.queue.front().map_or(0, |job| job.attempts);
        let wait = turn.settings.timers.retry.saturating_mul(2_u32.saturating_pow(attempts));
        self.failed(why, wait.min(RETRY_WAIT_MAX), turn);
    }

    /// Does what is due.
    pub(super) fn expire(&mut self, turn: &mut Turn<'_>) {
        let now = turn.now;
        match self.state {
            State::Enquiring { deadline } if deadline <= now => self.abandon(SendTrouble::NoAnswer, turn),
            State::Contending { at } if at <= now => self.enquire(turn),
            State::Sending { frame, refusals, deadline, garbled: true } if deadline <= now => self.refused(frame, refusals + 1, turn),
            State::Sending { deadline, .. } if deadline <= now => self.abandon(SendTrouble::NoReply, turn),
            _ => {}
        }
        if is_due(self.yield_until, now) {
            self.yield_until = None;
        }
    }

    /// When this side next has something to do.
    pub(super) fn wake(&self, line_is_free: bool) -> Option<Duration> {
        match self.state {
            State::Idle => (line_is_free && !self.queue.is_empty()).then(|| self.start_at()),
            State::Enquiring { deadline } | State::Sending { deadline, .. } => Some(deadline),
            State::Contending { at } => Some(at),
        }
    }

    /// The connection is gone: nothing here will be delivered over it.
    pub(super) fn closed(&mut self, turn: &mut Turn<'_>) {
        for job in std::mem::take(self).queue {
            turn.events.push(LinkEvent::SendFailed { id: job.id, why: SendTrouble::Closed });
        }
    }
}
