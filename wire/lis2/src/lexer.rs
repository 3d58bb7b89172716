//! Bytes to tokens: ENQ, EOT, frames and noise. Knows frames, not sessions.
//!
//! Only EOT ends a frame before its time. Any other control character inside a frame makes it a bad frame, refused at its end: were an ENQ
//! answered there, a sender whose text was garbled into one would take our answer for the acknowledgement of its frame.

use crate::control::{self, CR, ENQ, EOT, ETB, ETX, LF, STX};
use crate::settings::{LinkSettings, TextCharacters};

/// How a frame ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameEnd {
    /// ETB: another frame of this message follows.
    Block,
    /// ETX.
    Text,
}

/// What is wrong with a frame in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// The checksum does not fit.
    #[error("the checksum does not fit (computed {computed:02X}, received {:?})", char_pair(*.received))]
    WrongChecksum {
        /// The sum of the bytes received.
        computed: u8,
        /// The two characters received.
        received: [u8; 2],
    },
    /// Neither CR LF nor LF after the checksum.
    #[error("the checksum is not followed by CR LF")]
    BadEnd,
    /// The frame number is not a digit from 0 to 7.
    #[error("the frame does not begin with a number from 0 to 7")]
    BadNumber,
    /// The text is longer than the limit.
    #[error("the text is longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// A character the standard forbids in text.
    #[error("forbidden character {byte:#04x} in the text")]
    ForbiddenCharacter {
        /// The character.
        byte: u8,
    },
}

fn char_pair([first, second]: [u8; 2]) -> String {
    [char::from(first), char::from(second)].iter().collect()
}

/// A frame from STX to CR LF, good or bad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// As received. Of a frame that was too long, only the beginning.
    pub(crate) wire: Vec<u8>,
    text_end: usize,
    pub(crate) end: FrameEnd,
    pub(crate) fault: Option<FrameFault>,
}

impl Frame {
    /// The frame number, 0 to 7. A frame without fault has one.
    pub(crate) fn number(&self) -> u8 {
        self.wire.get(1).map_or(0, |digit| digit.wrapping_sub(b'0') & 7)
    }

    /// What is between the number and the end character.
    pub(crate) fn text(&self) -> &[u8] {
        self.wire.get(2..self.text_end).unwrap_or_default()
    }
}

/// What the line brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Enquiry,
    EndOfTransmission,
    Frame(Frame),
    /// A frame that ended before its end character.
    CutShort,
    /// So many bytes that mean nothing here; a run may come as several tokens.
    Noise(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Outside,
    Text,
    FirstDigit,
    SecondDigit,
    /// After the checksum: CR LF, or LF alone.
    End,
    /// After the checksum and CR.
    EndLineFeed,
}

/// The reader of one line. Holds at most one frame.
#[derive(Debug)]
pub(crate) struct Lexer {
    at: At,
    wire: Vec<u8>,
    text_end: usize,
    end: FrameEnd,
    sum: u8,
    first_digit: u8,
    fault: Option<FrameFault>,
    text_max: usize,
    characters: TextCharacters,
    began: bool,
}

impl Lexer {
    pub(crate) fn new(settings: &LinkSettings) -> Self {
        Self {
            at: At::Outside,
            wire: Vec::new(),
            text_end: 0,
            end: FrameEnd::Text,
            sum: 0,
            first_digit: 0,
            fault: None,
            text_max: settings.frame_text_max,
            characters: settings.text_characters,
            began: false,
        }
    }

    pub(crate) fn is_outside(&self) -> bool {
        self.at == At::Outside
    }

    /// Forgets a frame in progress; says whether there was one.
    pub(crate) fn reset(&mut self) -> bool {
        let was_inside = !self.is_outside();
        self.at = At::Outside;
        self.wire = Vec::new();
        was_inside
    }

    /// Whether a frame began since the last call.
    pub(crate) fn take_began(&mut self) -> bool {
        std::mem::take(&mut self.began)
    }

    /// Bytes held: the frame in progress.
    pub(crate) fn held(&self) -> usize {
        self.wire.capacity()
    }

    /// Consumes bytes up to and including the next token. `frames` says whether a frame may begin here: without a session STX is noise.
    pub(crate) fn next(&mut self, rest: &mut &[u8], frames: bool) -> Option<Token> {
        while !rest.is_empty() {
            let token = match self.at {
                At::Outside => self.outside(rest, frames),
                At::Text => self.text(rest),
                At::FirstDigit | At::SecondDigit | At::End | At::EndLineFeed => self.trailer(rest),
            };
            if token.is_some() {
                return token;
            }
        }
        None
    }

    /// A frame whose line end never came, when the bytes are at their end (files only).
    pub(crate) fn finish(&mut self) -> Option<Token> {
        match self.at {
            At::Outside => None,
            At::End | At::EndLineFeed => Some(self.done()),
            At::Text | At::FirstDigit | At::SecondDigit => {
                self.reset();
                Some(Token::CutShort)
            }
        }
    }

    fn outside(&mut self, rest: &mut &[u8], frames: bool) -> Option<Token> {
        let known = |byte: &u8| matches!(*byte, ENQ | EOT) || (frames && *byte == STX);
        let length = rest.iter().position(known).unwrap_or(rest.len());
        let (noise, after) = rest.split_at(length);
        *rest = after;
        // Line ends after a frame are no news.
        let bytes = noise.iter().filter(|byte| !matches!(**byte, CR | LF)).count();
        if bytes > 0 {
            return Some(Token::Noise(u64::try_from(bytes).unwrap_or(u64::MAX)));
        }
        match take(rest)? {
            ENQ => Some(Token::Enquiry),
            EOT => Some(Token::EndOfTransmission),
            _ => {
                self.begin();
                None
            }
        }
    }

    fn begin(&mut self) {
        self.at = At::Text;
        // Most frames carry one short record.
        self.wire = Vec::with_capacity(96);
        self.wire.push(STX);
        self.sum = 0;
        self.fault = None;
        self.began = true;
    }

    fn text(&mut self, rest: &mut &[u8]) -> Option<Token> {
        let length = rest.iter().position(|byte| matches!(*byte, ETX | ETB | EOT)).unwrap_or(rest.len());
        let (run, after) = rest.split_at(length);
        *rest = after;
        self.push(run);
        match *rest.first()? {
            EOT => {
                self.reset();
                return Some(Token::CutShort);
            }
            ETB => self.end = FrameEnd::Block,
            _ => self.end = FrameEnd::Text,
        }
        self.text_end = self.wire.len();
        self.keep(take(rest)?);
        self.at = At::FirstDigit;
        None
    }

    /// Adds text. What exceeds the limit is only summed up, so that a frame that never ends costs no memory.
    fn push(&mut self, run: &[u8]) {
        self.sum = self.sum.wrapping_add(control::checksum(run));
        // STX and the frame number come before the text.
        let room = self.text_max.saturating_add(2).saturating_sub(self.wire.len());
        let fits = run.get(..room).unwrap_or(run);
        self.look_for_forbidden(fits);
        self.wire.extend_from_slice(fits);
        if fits.len() < run.len() {
            self.fault.get_or_insert(FrameFault::TooLong { limit: self.text_max });
        }
    }

    fn look_for_forbidden(&mut self, run: &[u8]) {
        let mut before = self.wire.last().copied().unwrap_or_default();
        for &byte in run {
            if byte < b' ' && self.is_refused(byte, before) {
                self.fault.get_or_insert(FrameFault::ForbiddenCharacter { byte });
                return;
            }
            before = byte;
        }
    }

    fn is_refused(&self, byte: u8, before: u8) -> bool {
        match self.characters {
            TextCharacters::Lenient => matches!(byte, STX | ENQ),
            TextCharacters::Strict => control::is_forbidden_in_text(byte) && !(byte == LF && before == CR),
        }
    }

    fn keep(&mut self, byte: u8) {
        self.wire.push(byte);
        if self.at == At::Text {
            self.sum = self.sum.wrapping_add(byte);
        }
    }

    /// Two checksum characters, whatever they are, then the line end. A wrong byte in these places is swallowed, not read as a control
    /// character: one damaged frame must get exactly one answer, or sender and receiver fall out of step.
    fn trailer(&mut self, rest: &mut &[u8]) -> Option<Token> {
        let byte = *rest.first()?;
        match (self.at, byte) {
            (At::FirstDigit, _) => {
                self.first_digit = byte;
                self.at = At::SecondDigit;
            }
            (At::SecondDigit, _) => {
                self.compare(byte);
                self.at = At::End;
            }
            (At::End, CR) => self.at = At::EndLineFeed,
            (_, LF) => {
                take(rest);
                self.wire.push(LF);
                return Some(self.done());
            }
            (_, other) => return Some(self.bad_end(other, rest)),
        }
        self.wire.push(byte);
        take(rest);
        None
    }

    fn compare(&mut self, second_digit: u8) {
        let received = [self.first_digit, second_digit];
        if control::read_hex(self.first_digit, second_digit) != Some(self.sum) {
            self.fault.get_or_insert(FrameFault::WrongChecksum { computed: self.sum, received });
        }
    }

    /// CR without LF is good enough; anything else in place of CR is not. Only STX and EOT keep their meaning here.
    fn bad_end(&mut self, byte: u8, rest: &mut &[u8]) -> Token {
        if self.at == At::End {
            self.fault.get_or_insert(FrameFault::BadEnd);
        }
        if !matches!(byte, STX | EOT) {
            take(rest);
        }
        self.done()
    }

    fn done(&mut self) -> Token {
        self.at = At::Outside;
        let number_is_good = self.text_end >= 2 && matches!(self.wire.get(1), Some(b'0'..=b'7'));
        if !number_is_good {
            self.fault.get_or_insert(FrameFault::BadNumber);
        }
        Token::Frame(Frame { wire: std::mem::take(&mut self.wire), text_end: self.text_end, end: self.end, fault: self.fault.take() })
    }
}

/// The first byte, taken off.
pub(crate) fn take(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}
