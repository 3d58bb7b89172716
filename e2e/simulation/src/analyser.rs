//! An analyser that sends its messages one after the other, and each of them until it is acknowledged.
//!
//! It breaks off, repeats what was acknowledged already, and connects anew as it likes; but like a sound sender it never takes a late reply for the
//! answer to something else: after a silence it begins on a new connection.

use crate::network::{End, Switchboard};
use crate::trace::Trace;
use disk::Chance;
use peer::{Conversation, Framed, Next, Outcome, Packing, frame};
use std::io::Error;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long a sender waits for a reply (LIS01, sender).
const REPLY_WAIT: Duration = Duration::from_secs(15);
/// How long it waits after a refused enquiry (LIS01, sender).
const BUSY_WAIT: Duration = Duration::from_secs(10);
/// Longest rest before it tries again what failed.
const REST_MILLIS_MAX: u64 = 15_000;

/// One message: its records, and how they are laid into frames.
#[derive(Debug, Clone)]
pub struct Message {
    /// The records, each ended by CR.
    pub content: Vec<u8>,
    /// How they are framed.
    pub packing: Packing,
}

/// What it does beside sending, each in so many of a hundred cases.
#[derive(Debug, Clone, Copy)]
pub struct Habits {
    /// It sends a message again that was acknowledged.
    pub repeats: u64,
    /// It breaks off somewhere inside a message, which it then begins anew.
    pub breaks_off: u64,
    /// It connects anew for the next message.
    pub reconnects: u64,
    /// Longest pause between two messages, in milliseconds.
    pub pause_millis_max: u64,
}

/// What became of its messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How often each of its messages was acknowledged.
    pub acknowledged: Vec<u64>,
    /// Attempts that it broke off itself.
    pub broken_off: u64,
    /// Attempts that ended because the connection did.
    pub cut: u64,
    /// Attempts that nobody answered in time.
    pub silences: u64,
    /// Enquiries and messages that were refused.
    pub refusals: u64,
}

/// An analyser on one link.
pub struct Analyser {
    /// The link.
    pub link: String,
    /// What it sends, in this order.
    pub messages: Vec<Message>,
    /// How it goes about it.
    pub habits: Habits,
    /// Its chance.
    pub chance: Chance,
    /// Where it connects.
    pub board: Switchboard,
    /// Where it notes what it sees.
    pub trace: Trace,
}

/// How one attempt ended.
enum Ended {
    Replied(Outcome),
    /// It broke off; whether the connection goes on.
    BrokenOff(bool),
}

/// Where it breaks off.
#[derive(Clone, Copy)]
struct BreakOff {
    before_frame: usize,
    /// With half of that frame and no EOT.
    inside: bool,
}

impl Analyser {
    /// Sends everything; returns when the last message is acknowledged.
    pub async fn run(mut self) -> Tally {
        let mut tally = Tally { acknowledged: vec![0; self.messages.len()], ..Tally::default() };
        let mut connection = None;
        for (number, message) in self.messages.clone().iter().enumerate() {
            self.rest(self.habits.pause_millis_max).await;
            let framed = Framed::new(&message.content, message.packing);
            let times = if self.chance.percent(self.habits.repeats) { 2 } else { 1 };
            for _ in 0..times {
                self.deliver(&framed, &mut connection, &mut tally).await;
                if let Some(times) = tally.acknowledged.get_mut(number) {
                    *times += 1;
                }
                self.trace.note(format_args!("{}: message {number} is acknowledged", self.link));
            }
            if self.chance.percent(self.habits.reconnects) {
                connection = None;
            }
        }
        tally
    }

    async fn rest(&mut self, millis_max: u64) {
        tokio::time::sleep(Duration::from_millis(self.chance.below(millis_max + 1))).await;
    }

    /// Sends a message until it is acknowledged.
    async fn deliver(&mut self, framed: &Framed, connection: &mut Option<End>, tally: &mut Tally) {
        loop {
            let mut end = match connection.take().or_else(|| self.board.connect(&self.link)) {
                Some(end) => end,
                None => {
                    self.rest(REST_MILLIS_MAX).await;
                    continue;
                }
            };
            let break_off = self.chance.percent(self.habits.breaks_off).then(|| self.break_off(framed));
            match converse(&mut end, framed, break_off).await {
                Ok(Ended::Replied(Outcome::Acknowledged)) => {
                    *connection = Some(end);
                    return;
                }
                Ok(Ended::Replied(Outcome::Silent(_))) => tally.silences += 1,
                Ok(Ended::Replied(_)) => {
                    tally.refusals += 1;
                    *connection = Some(end);
                    tokio::time::sleep(BUSY_WAIT).await;
                }
                Ok(Ended::BrokenOff(goes_on)) => {
                    tally.broken_off += 1;
                    self.trace.note(format_args!("{} breaks off", self.link));
                    *connection = goes_on.then_some(end);
                }
                Err(error) => {
                    tally.cut += 1;
                    self.trace.note(format_args!("{}: {}", self.link, error.kind()));
                }
            }
            self.rest(REST_MILLIS_MAX).await;
        }
    }

    fn break_off(&mut self, framed: &Framed) -> BreakOff {
        let before_frame = usize::try_from(self.chance.below(framed.count() as u64)).unwrap_or(0);
        BreakOff { before_frame, inside: self.chance.percent(50) }
    }
}

/// One attempt, from the enquiry on.
async fn converse(end: &mut End, framed: &Framed, break_off: Option<BreakOff>) -> Result<Ended, Error> {
    let mut conversation = Conversation::new(framed.count());
    end.write_all(&[frame::ENQ]).await?;
    loop {
        let mut byte = [0];
        let next = match tokio::time::timeout(REPLY_WAIT, end.read_exact(&mut byte)).await {
            Ok(read) => read.map(|_| conversation.reply(byte[0]))?,
            Err(_) => conversation.timed_out(),
        };
        match next {
            Next::Finish(outcome) => {
                end.write_all(&[frame::EOT]).await?;
                return Ok(Ended::Replied(outcome));
            }
            Next::Frame(position) => {
                let bytes = framed.frame(position).unwrap_or_default();
                match break_off.filter(|break_off| break_off.before_frame == position) {
                    None => end.write_all(bytes).await?,
                    Some(BreakOff { inside: false, .. }) => {
                        end.write_all(&[frame::EOT]).await?;
                        return Ok(Ended::BrokenOff(true));
                    }
                    Some(BreakOff { inside: true, .. }) => {
                        end.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default()).await?;
                        return Ok(Ended::BrokenOff(false));
                    }
                }
            }
        }
    }
}
