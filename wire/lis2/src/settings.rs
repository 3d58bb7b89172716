//! What may differ from one link to the next: every strictness is a switch and every limit a number, defaulting to the standard.

use std::time::Duration;

/// Which side of the line we are; it decides who yields when both ask for it at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// The laboratory system: yields, and waits up to 20 s for the instrument to ask again.
    #[default]
    Host,
    /// The analyser (simulators, tests): wins, and asks again after a second.
    Instrument,
}

/// How records travel on this link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// The standard: ENQ, frames, EOT.
    #[default]
    Framed,
    /// Frames without ENQ and EOT, as some middleware sends them. Frame numbers are taken as [`FrameOrder::Lenient`], since there is no start to
    /// count from. ENQ and EOT are understood when they come all the same.
    StxEtx,
    /// Bare records, each ended by CR, LF or both; nothing is acknowledged, so a message not kept cannot be asked for again.
    Raw,
}

/// What to do with a frame whose number is neither the next nor the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FrameOrder {
    /// The standard: refuse it.
    #[default]
    Strict,
    /// Accept it and warn, for devices that restart at 1 or always send 1. A frame is then a repeat only if its number and its text both
    /// equal the last one's.
    Lenient,
}

/// Which characters a received frame may carry in its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextCharacters {
    /// The standard's list; LF after CR is tolerated.
    #[default]
    Strict,
    /// All but those the link itself needs (STX, ENQ, EOT and the frame ends).
    Lenient,
}

/// How long to wait for what. The defaults are those of the standard where it states one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timers {
    /// Receiver: silence after our last reply, or after the start of a frame, before the transfer is given up. 30 s.
    pub receiver_silence: Duration,
    /// Sender: wait for a reply to ENQ or to a frame. 15 s.
    pub sender_reply: Duration,
    /// Sender: wait before the next ENQ after the peer refused one (busy). 10 s.
    pub busy: Duration,
    /// Instrument after both sent ENQ: wait before it asks again. 1 s.
    pub instrument_contention: Duration,
    /// Host after both sent ENQ: wait for the instrument's next ENQ. 20 s.
    pub host_contention: Duration,
    /// Sender whose peer asked to interrupt (EOT in reply to a frame): no ENQ for so long, or until the peer has sent. 15 s.
    pub interrupt: Duration,
    /// Longest wait for [`crate::Link::kept`] before the frame is refused, below the sender's 15 s so that it learns of it. 12 s.
    pub keep_wait_max: Duration,
    /// Quiet needed after an ENQ in mid-transfer before it is believed. A frame whose STX was garbled into ENQ looks just like it, and
    /// acknowledging that would acknowledge a frame nobody has read. 250 ms.
    pub restart_quiet: Duration,
    /// Sender: how long after an unreadable reply to a frame the frame is sent again, so that noise before a good reply does no harm. 1 s.
    pub garbled_reply: Duration,
    /// Sender: wait before an abandoned message is tried again; doubles each time, up to 5 minutes. 10 s.
    pub retry: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            receiver_silence: Duration::from_secs(30),
            sender_reply: Duration::from_secs(15),
            busy: Duration::from_secs(10),
            instrument_contention: Duration::from_secs(1),
            host_contention: Duration::from_secs(20),
            interrupt: Duration::from_secs(15),
            keep_wait_max: Duration::from_secs(12),
            restart_quiet: Duration::from_millis(250),
            garbled_reply: Duration::from_secs(1),
            retry: Duration::from_secs(10),
        }
    }
}

/// Everything about one link that is not the standard's to decide, or that some vendor breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSettings {
    /// Which side we are. Host.
    pub role: Role,
    /// How records travel. Framed.
    pub framing: Framing,
    /// Frames out of order. Strict.
    pub frame_order: FrameOrder,
    /// Forbidden characters in text. Strict.
    pub text_characters: TextCharacters,
    /// Leave NUL characters out of the content. No.
    pub ignore_nul: bool,
    /// Longest text of a received frame, in bytes; a longer frame is refused. 65,536.
    pub frame_text_max: usize,
    /// Longest message as received, frame overhead included, in bytes; the frame that would exceed it is refused. 4 MiB.
    pub message_bytes_max: usize,
    /// Most messages that may end in one frame; a frame with more is refused. 16.
    pub messages_per_frame_max: usize,
    /// Longest text of a frame we send, in bytes, at least 1. 240, the limit of E1381-95, which every device takes.
    pub send_frame_text_max: usize,
    /// Send each record in a frame of its own, as the cobas c 111 does; longer records take several. No.
    pub one_record_per_frame: bool,
    /// Most messages waiting to be sent; more are refused. 1,000.
    pub send_queue_max: usize,
    /// Most bytes waiting to be sent, framing included; more are refused. 16 MiB.
    pub send_queue_bytes_max: usize,
    /// How often a frame may be refused before its message is given up. 6.
    pub frame_refusals_max: u32,
    /// How often an unanswered or busy peer is tried with a message before it is given up. 6.
    pub send_attempts_max: u32,
    /// The waits.
    pub timers: Timers,
}

impl Default for LinkSettings {
    fn default() -> Self {
        Self {
            role: Role::Host,
            framing: Framing::Framed,
            frame_order: FrameOrder::Strict,
            text_characters: TextCharacters::Strict,
            ignore_nul: false,
            frame_text_max: 64 * 1024,
            message_bytes_max: 4 * 1024 * 1024,
            messages_per_frame_max: 16,
            send_frame_text_max: 240,
            one_record_per_frame: false,
            send_queue_max: 1_000,
            send_queue_bytes_max: 16 * 1024 * 1024,
            frame_refusals_max: 6,
            send_attempts_max: 6,
            timers: Timers::default(),
        }
    }
}
