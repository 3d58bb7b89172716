//! The sender's half of LIS01 for one message, without a socket: replies in, what to write next out.

use crate::frame::{ACK, ENQ, EOT};

/// How often a frame may be refused before the message is abandoned (LIS01, sender).
pub const REFUSALS_MAX: u8 = 6;

/// How the sending of one message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The last frame was acknowledged: from here on the receiver answers for the message.
    Acknowledged,
    /// The enquiry was refused; the receiver is busy. The next enquiry belongs at least 10 s later.
    Busy,
    /// The receiver asked for the line at the same time.
    Contended,
    /// The frame at this position, from 0, was refused [`REFUSALS_MAX`] times.
    Refused(usize),
    /// No reply in time, to the enquiry (`None`) or to the frame at this position.
    Silent(Option<usize>),
}

/// What the sender does after a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Write the frame at this position, from 0.
    Frame(usize),
    /// Write EOT; the conversation is over.
    Finish(Outcome),
}

/// The state between the enquiry and the end. The caller writes ENQ first and then does what each [`Next`] says.
#[derive(Clone, Debug)]
pub struct Conversation {
    frames: usize,
    // None while the enquiry is unanswered.
    position: Option<usize>,
    refusals: u8,
}

impl Conversation {
    /// A conversation about a message of `frames` frames, its enquiry just written.
    #[must_use]
    pub fn new(frames: usize) -> Conversation {
        Conversation { frames, position: None, refusals: 0 }
    }

    /// Takes one byte from the receiver.
    pub fn reply(&mut self, byte: u8) -> Next {
        match (self.position, byte) {
            (None, ACK) => self.advance(0),
            (None, ENQ) => Next::Finish(Outcome::Contended),
            (None, _) => Next::Finish(Outcome::Busy),
            // EOT in place of ACK accepts the frame and asks for the line, which a sender may leave for later.
            (Some(position), ACK | EOT) => self.advance(position + 1),
            // NAK, or any byte that has no place here (LIS01).
            (Some(position), _) => self.refused(position),
        }
    }

    /// The reply did not come in time.
    pub fn timed_out(&mut self) -> Next {
        Next::Finish(Outcome::Silent(self.position))
    }

    /// Whether the frame now waiting for its reply is the one whose acknowledgement settles the message.
    #[must_use]
    pub fn at_last_frame(&self) -> bool {
        self.position.is_some_and(|position| position + 1 == self.frames)
    }

    fn advance(&mut self, position: usize) -> Next {
        self.refusals = 0;
        self.position = Some(position);
        if position < self.frames { Next::Frame(position) } else { Next::Finish(Outcome::Acknowledged) }
    }

    fn refused(&mut self, position: usize) -> Next {
        self.refusals += 1;
        if self.refusals < REFUSALS_MAX { Next::Frame(position) } else { Next::Finish(Outcome::Refused(position)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::NAK;

    #[test]
    fn only_the_last_frames_acknowledgement_settles_the_message() {
        let mut conversation = Conversation::new(2);
        assert_eq!(conversation.reply(ACK), Next::Frame(0));
        assert!(!conversation.at_last_frame());
        assert_eq!(conversation.reply(ACK), Next::Frame(1));
        assert!(conversation.at_last_frame());
        assert_eq!(conversation.reply(ACK), Next::Finish(Outcome::Acknowledged));
    }

    #[test]
    fn a_refused_frame_is_repeated_five_times_and_then_abandoned() {
        let mut conversation = Conversation::new(2);
        conversation.reply(ACK);
        for _ in 0..5 {
            assert_eq!(conversation.reply(NAK), Next::Frame(0));
        }
        assert_eq!(conversation.reply(NAK), Next::Finish(Outcome::Refused(0)));
    }

    #[test]
    fn refusals_are_counted_per_frame() {
        let mut conversation = Conversation::new(2);
        conversation.reply(ACK);
        for _ in 0..5 {
            conversation.reply(NAK);
        }
        assert_eq!(conversation.reply(ACK), Next::Frame(1));
        for _ in 0..5 {
            assert_eq!(conversation.reply(b'?'), Next::Frame(1), "any other byte is a refusal");
        }
        assert_eq!(conversation.reply(b'?'), Next::Finish(Outcome::Refused(1)));
    }

    #[test]
    fn eot_for_a_frame_accepts_it() {
        let mut conversation = Conversation::new(1);
        conversation.reply(ACK);
        assert_eq!(conversation.reply(EOT), Next::Finish(Outcome::Acknowledged));
    }

    #[test]
    fn the_enquiry_may_be_refused_or_met_by_another() {
        assert_eq!(Conversation::new(1).reply(NAK), Next::Finish(Outcome::Busy));
        assert_eq!(Conversation::new(1).reply(ENQ), Next::Finish(Outcome::Contended));
    }

    #[test]
    fn silence_names_what_was_not_answered() {
        let mut conversation = Conversation::new(3);
        assert_eq!(conversation.timed_out(), Next::Finish(Outcome::Silent(None)));
        conversation.reply(ACK);
        conversation.reply(ACK);
        assert_eq!(conversation.timed_out(), Next::Finish(Outcome::Silent(Some(1))));
    }
}
