//! Many messages in one file: FHS and BHS in front, BTS and FTS behind, with counts that tell whether the file is whole.

/// A file taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch<'a> {
    /// The messages as they stand there, each to be decoded by its own header.
    pub messages: Vec<&'a [u8]>,
    /// What shows that the file is not whole. None of it costs the messages that are there.
    pub troubles: Vec<BatchTrouble>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchTrouble {
    /// A trailer states another number than there is.
    #[error("{segment}-1 states {stated:?}, but there are {found}; ask the sender for the file again")]
    Count {
        /// `BTS` counts messages, `FTS` batches.
        segment: &'static str,
        /// As it stands there.
        stated: String,
        /// What there is.
        found: usize,
    },
    /// Something that was begun is not ended: the file was cut off.
    #[error("the file ends without {segment}; it may have been cut off: ask the sender for it again")]
    CutOff {
        /// `BTS` or `FTS`.
        segment: &'static str,
    },
    /// Lines in front of the first message that are no header of a file or batch.
    #[error("{lines} lines belong to no message")]
    Outside {
        /// How many.
        lines: usize,
    },
}

/// Takes a file apart. A file of messages alone is one, too.
#[must_use]
pub fn split(file: &[u8]) -> Batch<'_> {
    let mut splitter = Splitter::default();
    let mut start = 0;
    for line in file.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
        splitter.take(file, start, line.trim_ascii_end());
        start += line.len();
    }
    splitter.finish(file)
}

#[derive(Debug, Default)]
struct Splitter<'a> {
    messages: Vec<&'a [u8]>,
    troubles: Vec<BatchTrouble>,
    /// Where the message in progress begins.
    begun: Option<usize>,
    in_file: bool,
    in_batch: bool,
    messages_of_batch: usize,
    batches: usize,
    outside: usize,
}

impl<'a> Splitter<'a> {
    fn take(&mut self, file: &'a [u8], start: usize, line: &[u8]) {
        let name = line.get(..3).unwrap_or_default();
        if matches!(name, b"FHS" | b"BHS" | b"MSH" | b"BTS" | b"FTS") {
            self.end_message(file, start);
        }
        match name {
            b"FHS" => self.in_file = true,
            b"BHS" => (self.in_batch, self.messages_of_batch) = (true, 0),
            b"MSH" => {
                self.begun = Some(start);
                self.messages_of_batch += 1;
            }
            b"BTS" => {
                self.check("BTS", line, self.messages_of_batch);
                (self.in_batch, self.messages_of_batch, self.batches) = (false, 0, self.batches + 1);
            }
            b"FTS" => {
                self.check("FTS", line, self.batches);
                self.in_file = false;
            }
            _ => self.outside += usize::from(self.begun.is_none() && !line.is_empty()),
        }
    }

    fn end_message(&mut self, file: &'a [u8], end: usize) {
        let message = self.begun.take().and_then(|start| file.get(start..end));
        self.messages.extend(message);
    }

    /// The count is the first field, and may be left out.
    fn check(&mut self, segment: &'static str, line: &[u8], found: usize) {
        let separator = line.get(3).copied().unwrap_or(b'|');
        let stated = line.split(|byte| *byte == separator).nth(1).unwrap_or_default();
        let stated = String::from_utf8_lossy(stated).trim().to_owned();
        if !stated.is_empty() && stated.parse() != Ok(found) {
            self.troubles.push(BatchTrouble::Count { segment, stated: stated.chars().take(20).collect(), found });
        }
    }

    fn finish(mut self, file: &'a [u8]) -> Batch<'a> {
        self.end_message(file, file.len());
        let open = [(self.in_batch, "BTS"), (self.in_file, "FTS")];
        self.troubles.extend(open.iter().filter(|(open, _)| *open).map(|(_, segment)| BatchTrouble::CutOff { segment }));
        if self.outside > 0 {
            self.troubles.push(BatchTrouble::Outside { lines: self.outside });
        }
        Batch { messages: self.messages, troubles: self.troubles }
    }
}
