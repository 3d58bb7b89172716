//! Framing without a line: for senders, simulators, tests, and captured files.

use crate::assembly::Assembly;
use crate::control::{CR, ETB, ETX, LF, STX, checksum, checksum_digits};
use crate::lexer::{Frame, FrameFault, Lexer, Token};
use crate::settings::{LinkSettings, TextCharacters};

/// How to cut a message into frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameOptions {
    /// Longest text of a frame in bytes; 0 counts as 1. 240, the limit of E1381-95.
    pub text_max: usize,
    /// Each record in a frame of its own, as the cobas c 111 sends them; longer records take several. No: frames are filled, and records cut
    /// anywhere.
    pub one_record_per_frame: bool,
}

impl Default for FrameOptions {
    fn default() -> Self {
        Self { text_max: 240, one_record_per_frame: false }
    }
}

/// The frames of one message: numbers 1 to 7, 0, 1 and so on, ETB on all but the last, which has ETX.
///
/// The text is taken as it is: what the link forbids in text is refused by [`crate::Link::send`], not here.
/// ```
/// let frames = lis2::frame(b"H|\\^&\rL|1|N\r", &lis2::FrameOptions::default());
/// assert_eq!(frames.len(), 1);
/// assert!(frames[0].starts_with(b"\x021H|") && frames[0].ends_with(b"\r\n"));
/// ```
#[must_use]
pub fn frame(content: &[u8], options: &FrameOptions) -> Vec<Vec<u8>> {
    let text_max = options.text_max.max(1);
    let texts: Vec<&[u8]> = if options.one_record_per_frame {
        content.split_inclusive(|byte| *byte == CR).flat_map(|record| record.chunks(text_max)).collect()
    } else {
        content.chunks(text_max).collect()
    };
    let last = texts.len().saturating_sub(1);
    let digits = b"12345670".iter().cycle();
    texts
        .iter()
        .zip(digits)
        .enumerate()
        .map(|(index, (text, digit))| one_frame(*digit, text, if index == last { ETX } else { ETB }))
        .collect()
}

fn one_frame(digit: u8, text: &[u8], end: u8) -> Vec<u8> {
    let mut frame = Vec::with_capacity(text.len() + 7);
    frame.extend_from_slice(&[STX, digit]);
    frame.extend_from_slice(text);
    frame.push(end);
    let sum = checksum(frame.get(1..).unwrap_or_default());
    frame.extend_from_slice(&checksum_digits(sum));
    frame.extend_from_slice(&[CR, LF]);
    frame
}

/// Records with their framing taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unframed {
    /// The records, each ended by CR; of all messages in the file, one after the other, see [`split_messages`].
    pub content: Vec<u8>,
    /// What was wrong with the framing. The text of a damaged frame is in the content all the same.
    pub troubles: Vec<FrameTrouble>,
}

/// What was wrong with one frame of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameTrouble {
    /// The frame is damaged.
    #[error("frame {position}: {fault}; its text is shown as it is")]
    Damaged {
        /// Which frame, counted from 1.
        position: usize,
        /// What is wrong.
        fault: FrameFault,
    },
    /// The number is not the next one.
    #[error("frame {position}: number {found} where {expected} was due")]
    Number {
        /// Which frame, counted from 1.
        position: usize,
        /// The number due.
        expected: u8,
        /// The number found.
        found: u8,
    },
    /// The same frame again; left out.
    #[error("frame {position}: a repetition of the frame before, left out")]
    Repeated {
        /// Which frame, counted from 1.
        position: usize,
    },
    /// A frame without an end.
    #[error("after frame {position}: a frame is cut short")]
    CutShort {
        /// How many whole frames came before.
        position: usize,
    },
    /// Bytes outside the frames.
    #[error("after frame {position}: {bytes} bytes outside any frame, left out")]
    Noise {
        /// How many whole frames came before.
        position: usize,
        /// How many bytes.
        bytes: u64,
    },
}

/// Why a file cannot be read as a transmission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnframeTrouble {
    /// Nothing in it.
    #[error("the file holds no records; check that it is the right file")]
    Empty,
    /// STX, but no frame that ends with ETX or ETB and a checksum.
    #[error("no LIS2 frame in the file is complete (STX, number, text, ETX or ETB, checksum); is it another protocol?")]
    NoFrame,
    /// Too long.
    #[error("the file is longer than {limit} bytes; split it into transmissions")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
}

/// The longest file [`unframe`] reads, in bytes.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Whether these bytes carry frames, as against bare records.
#[must_use]
pub fn looks_framed(bytes: &[u8]) -> bool {
    bytes.contains(&STX)
}

/// Takes the framing off a captured transmission: with or without ENQ and EOT, with CR LF or LF alone after the checksum; or reads bare
/// records, ended by CR, LF or both.
///
/// # Errors
/// When there are no records, no complete frame, or the file is longer than 64 MiB.
pub fn unframe(bytes: &[u8]) -> Result<Unframed, UnframeTrouble> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(UnframeTrouble::TooLong { limit: FILE_BYTES_MAX });
    }
    if !looks_framed(bytes) {
        let content = bare_records(bytes);
        return if content.is_empty() { Err(UnframeTrouble::Empty) } else { Ok(Unframed { content, troubles: Vec::new() }) };
    }
    let mut file = FramedFile::default();
    file.read(bytes);
    if file.position == 0 {
        return Err(UnframeTrouble::NoFrame);
    }
    Ok(file.finish())
}

fn bare_records(bytes: &[u8]) -> Vec<u8> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut content = Vec::with_capacity(bytes.len() + 1);
    for record in bytes.split(|byte| matches!(*byte, CR | LF)).filter(|record| !record.is_empty()) {
        content.extend_from_slice(record);
        content.push(CR);
    }
    content
}

#[derive(Default)]
struct FramedFile {
    content: Vec<u8>,
    troubles: Vec<FrameTrouble>,
    assembly: Assembly,
    last: Option<Frame>,
    position: usize,
}

impl FramedFile {
    fn read(&mut self, bytes: &[u8]) {
        let settings = LinkSettings { frame_text_max: FILE_BYTES_MAX, text_characters: TextCharacters::Lenient, ..LinkSettings::default() };
        let mut lexer = Lexer::new(&settings);
        let mut rest = bytes;
        while let Some(token) = lexer.next(&mut rest, true) {
            self.take(token);
        }
        if let Some(token) = lexer.finish() {
            self.take(token);
        }
    }

    fn take(&mut self, token: Token) {
        let position = self.position;
        match token {
            Token::Frame(frame) => self.frame(frame),
            Token::Enquiry => self.last = None,
            Token::EndOfTransmission => {
                self.last = None;
                self.flush();
            }
            Token::CutShort => self.troubles.push(FrameTrouble::CutShort { position }),
            Token::Noise(bytes) => self.troubles.push(FrameTrouble::Noise { position, bytes }),
        }
    }

    fn frame(&mut self, frame: Frame) {
        self.position += 1;
        let position = self.position;
        if let Some(fault) = frame.fault {
            self.troubles.push(FrameTrouble::Damaged { position, fault });
        } else if let Some(last) = &self.last {
            if *last == frame {
                return self.troubles.push(FrameTrouble::Repeated { position });
            }
            let (expected, found) = ((last.number() + 1) & 7, frame.number());
            // Every message of a file may start again at 1.
            if found != expected && found != 1 {
                self.troubles.push(FrameTrouble::Number { position, expected, found });
            }
        }
        let plan = self.assembly.plan(frame.text(), frame.end);
        for message in self.assembly.complete(&[], frame.text(), &plan) {
            self.content.extend_from_slice(&message.content);
        }
        self.assembly.apply(&frame.wire, frame.text(), &plan);
        self.last = Some(frame);
    }

    fn flush(&mut self) {
        if let Some(leftover) = self.assembly.take_leftover() {
            self.content.extend_from_slice(&leftover.message.content);
            if self.content.last().is_some_and(|last| *last != CR) {
                self.content.push(CR);
            }
        }
    }

    fn finish(mut self) -> Unframed {
        self.flush();
        Unframed { content: self.content, troubles: self.troubles }
    }
}

/// The messages in these records: each begins at its H record.
#[must_use]
pub fn split_messages(content: &[u8]) -> Vec<&[u8]> {
    let mut messages = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for record in content.split_inclusive(|byte| matches!(*byte, CR | LF)) {
        if record.first() == Some(&b'H') && at > start {
            messages.extend(content.get(start..at));
            start = at;
        }
        at += record.len();
    }
    messages.extend(content.get(start..).filter(|rest| !rest.is_empty()));
    messages
}
