//! The receiver's side: every row of the decision table for what a peer may send, and the withheld acknowledgement.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Turn, is_due};
use crate::assembly::{Assembly, Complete, Plan};
use crate::control::{ACK, NAK};
use crate::event::{AbortReason, LinkEvent, LinkWarning, MessageId};
use crate::lexer::{Frame, Token};
use crate::settings::{FrameOrder, Framing, LinkSettings};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Neutral,
    Transfer,
}

/// A frame that will be acknowledged once its messages are kept. Nothing of it has been applied.
#[derive(Debug)]
struct Pending {
    waiting: Vec<MessageId>,
    frame: Frame,
    plan: Plan,
    deadline: Duration,
}

#[derive(Debug)]
pub(super) struct Receiver {
    phase: Phase,
    assembly: Assembly,
    /// The last accepted frame of this session, to know it again.
    last: Option<Frame>,
    /// The last frame was refused and has not come again: what there is of a message has a hole at its end.
    refused: bool,
    pending: Option<Pending>,
    /// What came while an answer was owed, from a peer that does not wait for it.
    deferred: VecDeque<Token>,
    deferred_bytes: usize,
    deferred_enquiries: usize,
    silence: Option<Duration>,
    /// An ENQ in mid-transfer that will be believed if nothing follows it until then.
    restart: Option<Duration>,
    /// Nobody reads our answers any more: none is owed.
    closing: bool,
    session_ended: bool,
    /// The link has sessions: ENQ to EOT.
    has_sessions: bool,
    next_id: u64,
}

/// What a deferred token is counted as, beyond its frame, so that tokens without frames are limited too.
const TOKEN_OVERHEAD_BYTES: usize = 64;

impl Receiver {
    pub(super) fn new(settings: &LinkSettings) -> Self {
        Self {
            phase: Phase::Neutral,
            assembly: Assembly::new(settings.ignore_nul),
            last: None,
            refused: false,
            pending: None,
            deferred: VecDeque::new(),
            deferred_bytes: 0,
            deferred_enquiries: 0,
            silence: None,
            restart: None,
            closing: false,
            session_ended: false,
            has_sessions: settings.framing == Framing::Framed,
            next_id: 1,
        }
    }

    /// Nobody is sending to us and no answer is owed.
    pub(super) fn is_idle(&self) -> bool {
        let between_messages = !self.has_sessions && self.assembly.received() == 0;
        self.pending.is_none() && (self.phase == Phase::Neutral || between_messages)
    }

    pub(super) fn held(&self) -> usize {
        let frame = |frame: &Frame| frame.wire.capacity();
        self.assembly.held()
            + self.last.as_ref().map_or(0, frame)
            + self.pending.as_ref().map_or(0, |pending| frame(&pending.frame))
            + self.deferred_bytes
    }

    pub(super) fn silence(&self) -> Option<Duration> {
        self.silence
    }

    pub(super) fn stop_silence(&mut self) {
        self.silence = None;
    }

    pub(super) fn wake(&self) -> Option<Duration> {
        let keep_wait = self.pending.as_ref().map(|pending| pending.deadline);
        [self.silence, self.restart, keep_wait].into_iter().flatten().min()
    }

    /// Whether a session ended since the last call.
    pub(super) fn take_session_ended(&mut self) -> bool {
        std::mem::take(&mut self.session_ended)
    }

    /// A frame in progress is no silence; but only its beginning counts, so that it cannot go on for ever.
    pub(super) fn frame_began(&mut self, turn: &Turn<'_>) {
        if self.pending.is_none() {
            self.silence = Some(turn.after(turn.settings.timers.receiver_silence));
        }
    }

    /// Takes what came, or puts it off while an answer is owed.
    pub(super) fn take(&mut self, token: Token, turn: &mut Turn<'_>) {
        if self.pending.is_some() {
            self.defer(token, turn);
        } else {
            self.handle(token, turn);
        }
    }

    /// Bytes that mean nothing. After ENQ in mid-transfer they show that it was no ENQ but a damaged frame.
    pub(super) fn noise(&mut self, turn: &mut Turn<'_>) {
        if self.restart.take().is_some() {
            turn.anomaly(LinkWarning::GarbledRestart);
            self.reply(NAK, turn);
        }
    }

    pub(super) fn kept(&mut self, id: MessageId, turn: &mut Turn<'_>) {
        let Some(pending) = &mut self.pending else { return };
        pending.waiting.retain(|waiting| *waiting != id);
        if pending.waiting.is_empty()
            && let Some(Pending { frame, plan, .. }) = self.pending.take()
        {
            self.apply(frame, &plan, turn);
            self.resume(turn);
        }
    }

    pub(super) fn not_kept(&mut self, id: MessageId, turn: &mut Turn<'_>) {
        if self.pending.as_ref().is_some_and(|pending| pending.waiting.contains(&id)) {
            self.refuse_pending(turn);
        }
    }

    /// Does what is due.
    pub(super) fn expire(&mut self, turn: &mut Turn<'_>) {
        if is_due(self.pending.as_ref().map(|pending| pending.deadline), turn.now) {
            let late = self.pending.iter().flat_map(|pending| pending.waiting.first()).copied().next();
            late.into_iter().for_each(|id| turn.anomaly(LinkWarning::NotKeptInTime { id }));
            self.refuse_pending(turn);
        }
        if is_due(self.restart, turn.now) {
            self.restart_session(turn);
        }
        if is_due(self.silence, turn.now) {
            self.end_session(AbortReason::Silence, turn);
        }
    }

    /// The connection is gone: what came before is worked off without answers.
    pub(super) fn closed(&mut self, turn: &mut Turn<'_>) {
        self.closing = true;
        self.restart = None;
        if let Some(Pending { frame, plan, .. }) = self.pending.take() {
            self.apply(frame, &plan, turn);
        }
        self.resume(turn);
        if self.phase == Phase::Transfer {
            self.end_session(AbortReason::Closed, turn);
        }
        self.silence = None;
        self.closing = false;
    }

    /// Hands a message to the caller.
    pub(super) fn emit(&mut self, message: Complete, turn: &mut Turn<'_>) -> MessageId {
        let id = MessageId(self.next_id);
        self.next_id += 1;
        let Complete { wire, content, warnings } = message;
        turn.events.push(LinkEvent::Message { id, wire, content, warnings });
        id
    }

    fn handle(&mut self, token: Token, turn: &mut Turn<'_>) {
        match token {
            Token::Enquiry => self.enquiry(turn),
            Token::EndOfTransmission => self.end_of_transmission(turn),
            Token::Frame(frame) => self.frame(frame, turn),
            Token::CutShort => turn.anomaly(LinkWarning::FrameCutShort),
            Token::Noise(_) => {}
        }
    }

    fn enquiry(&mut self, turn: &mut Turn<'_>) {
        if self.has_sessions && self.phase == Phase::Transfer && !self.closing {
            self.restart = Some(turn.after(turn.settings.timers.restart_quiet));
        } else {
            self.restart_session(turn);
        }
    }

    fn restart_session(&mut self, turn: &mut Turn<'_>) {
        self.restart = None;
        self.give_up(AbortReason::Restarted, turn);
        self.phase = Phase::Transfer;
        self.reply(ACK, turn);
    }

    fn end_of_transmission(&mut self, turn: &mut Turn<'_>) {
        // ENQ and EOT at once: a peer that does not wait for answers.
        if self.restart.is_some() {
            self.restart_session(turn);
        }
        if self.phase == Phase::Transfer {
            self.end_session(AbortReason::EndedInMidMessage, turn);
        }
    }

    /// EOT, silence or close. Only EOT after ETX makes a message of what is left; without sessions, silence and close do too.
    fn end_session(&mut self, why: AbortReason, turn: &mut Turn<'_>) {
        let end_completes = why == AbortReason::EndedInMidMessage || !self.has_sessions;
        match self.assembly.take_leftover() {
            // What was refused last is missing: a message with a hole is not whole, whatever its last accepted frame said.
            Some(leftover) if leftover.ended && end_completes && !self.refused => {
                self.emit(leftover.into_message(), turn);
            }
            Some(leftover) => abort(leftover.message, why, turn),
            None => {}
        }
        self.phase = Phase::Neutral;
        self.last = None;
        self.refused = false;
        self.silence = None;
        self.restart = None;
        self.session_ended = true;
    }

    fn give_up(&mut self, why: AbortReason, turn: &mut Turn<'_>) {
        if let Some(leftover) = self.assembly.take_leftover() {
            abort(leftover.message, why, turn);
        }
        self.last = None;
    }

    fn frame(&mut self, frame: Frame, turn: &mut Turn<'_>) {
        // A frame right after ENQ: it was an ENQ after all, from a peer that does not wait for answers.
        if self.restart.is_some() {
            self.restart_session(turn);
        }
        // Only possible after EOT while an answer was owed.
        if self.has_sessions && self.phase == Phase::Neutral {
            let bytes = u64::try_from(frame.wire.len()).unwrap_or(u64::MAX);
            return turn.anomaly(LinkWarning::Noise { bytes });
        }
        // Without sessions the first frame opens one.
        self.phase = Phase::Transfer;
        if let Some(fault) = frame.fault {
            self.refuse(LinkWarning::FrameRefused { fault }, turn);
        } else if let Some(warning) = self.check_order(&frame, turn.settings) {
            self.unexpected(frame, warning, turn);
        } else {
            self.accept(frame, turn);
        }
    }

    /// None for the frame that is due, else what is unusual about its number.
    fn check_order(&self, frame: &Frame, settings: &LinkSettings) -> Option<LinkWarning> {
        let number = frame.number();
        if let Some(last) = &self.last
            && last.number() == number
        {
            return Some(if last.text() == frame.text() {
                LinkWarning::DuplicateFrame { number }
            } else if is_strict(settings) {
                LinkWarning::DuplicateDiffers { number, text: frame.text().to_vec() }
            } else {
                LinkWarning::FrameOrderIgnored { expected: (number + 1) & 7, found: number }
            });
        }
        let expected = self.last.as_ref().map_or(1, |last| (last.number() + 1) & 7);
        let any = self.last.is_none() && settings.framing == Framing::StxEtx;
        if number == expected || any {
            None
        } else if is_strict(settings) {
            Some(LinkWarning::FrameNumber { expected, found: number })
        } else {
            Some(LinkWarning::FrameOrderIgnored { expected, found: number })
        }
    }

    fn unexpected(&mut self, frame: Frame, warning: LinkWarning, turn: &mut Turn<'_>) {
        match warning {
            LinkWarning::DuplicateFrame { .. } | LinkWarning::DuplicateDiffers { .. } => {
                turn.anomaly(warning);
                self.reply(ACK, turn);
            }
            LinkWarning::FrameOrderIgnored { .. } => {
                turn.anomaly(warning);
                self.accept(frame, turn);
            }
            _ => self.refuse(warning, turn),
        }
    }

    fn accept(&mut self, frame: Frame, turn: &mut Turn<'_>) {
        let settings = turn.settings;
        if self.assembly.received() + frame.wire.len() > settings.message_bytes_max {
            return self.refuse(LinkWarning::MessageTooLong { limit: settings.message_bytes_max }, turn);
        }
        let plan = self.assembly.plan(frame.text(), frame.end);
        if plan.messages() > settings.messages_per_frame_max {
            return self.refuse(LinkWarning::TooManyMessages { limit: settings.messages_per_frame_max }, turn);
        }
        let complete = self.assembly.complete(&frame.wire, frame.text(), &plan);
        let waiting: Vec<_> = complete.into_iter().map(|message| self.emit(message, turn)).collect();
        if waiting.is_empty() || self.closing {
            self.apply(frame, &plan, turn);
        } else {
            self.silence = None;
            self.pending = Some(Pending { waiting, frame, plan, deadline: turn.after(settings.timers.keep_wait_max) });
        }
    }

    fn apply(&mut self, frame: Frame, plan: &Plan, turn: &mut Turn<'_>) {
        self.assembly.apply(&frame.wire, frame.text(), plan);
        self.last = Some(frame);
        self.refused = false;
        self.reply(ACK, turn);
    }

    fn refuse(&mut self, warning: LinkWarning, turn: &mut Turn<'_>) {
        self.refused = true;
        turn.anomaly(warning);
        self.reply(NAK, turn);
    }

    fn refuse_pending(&mut self, turn: &mut Turn<'_>) {
        self.pending = None;
        self.refused = true;
        self.reply(NAK, turn);
        self.resume(turn);
    }

    /// Answers, unless the peer has given up on this answer: a late one would be taken for the answer to its new ENQ.
    fn reply(&mut self, answer: u8, turn: &mut Turn<'_>) {
        if !self.closing && self.deferred_enquiries == 0 {
            turn.write(&[answer]);
        }
        self.silence = Some(turn.after(turn.settings.timers.receiver_silence));
    }

    /// Puts a token off.
    fn defer(&mut self, token: Token, turn: &mut Turn<'_>) {
        if self.is_repeat(&token) {
            return;
        }
        let bytes = frame_bytes(&token);
        if self.deferred_bytes + bytes + TOKEN_OVERHEAD_BYTES > turn.settings.message_bytes_max {
            return turn.anomaly(LinkWarning::Overrun { bytes });
        }
        self.deferred_bytes += bytes + TOKEN_OVERHEAD_BYTES;
        self.deferred_enquiries += usize::from(token == Token::Enquiry);
        self.deferred.push_back(token);
    }

    /// A peer that waits for its answer can only repeat itself; one answer will do for both, so the repeat is dropped. If it was damaged on
    /// the way it is dropped as well: a second answer would be taken for that to the next frame.
    fn is_repeat(&self, token: &Token) -> bool {
        match (token, &self.pending) {
            (Token::Frame(frame), Some(pending)) => self.deferred.is_empty() && (frame.fault.is_some() || *frame == pending.frame),
            _ => self.deferred.back() == Some(token),
        }
    }

    /// Works off what was put off, up to the next message.
    fn resume(&mut self, turn: &mut Turn<'_>) {
        while self.pending.is_none() {
            let Some(token) = self.deferred.pop_front() else { break };
            self.deferred_bytes = self.deferred_bytes.saturating_sub(frame_bytes(&token) + TOKEN_OVERHEAD_BYTES);
            self.deferred_enquiries = self.deferred_enquiries.saturating_sub(usize::from(token == Token::Enquiry));
            self.handle(token, turn);
        }
    }
}

fn frame_bytes(token: &Token) -> usize {
    if let Token::Frame(frame) = token { frame.wire.len() } else { 0 }
}

/// Hands over what will not become a message.
pub(super) fn abort(message: Complete, why: AbortReason, turn: &mut Turn<'_>) {
    turn.events.push(LinkEvent::Aborted { wire: message.wire, content: message.content, why });
}

fn is_strict(settings: &LinkSettings) -> bool {
    settings.framing == Framing::Framed && settings.frame_order == FrameOrder::Strict
}
