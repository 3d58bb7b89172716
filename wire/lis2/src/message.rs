//! One message: its records as a tree over the received bytes.
//!
//! Nothing is dropped: a record that makes no sense where it stands is kept, and a trouble names its line. What a result belongs to is never
//! carried over: after a new patient there is no order until one comes.

use crate::control::{CR, LF};
use crate::record::{Delimiters, Record, RecordKind};
use crate::text::{Charset, Encoding};

/// How to read a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseSettings {
    /// The link's character set. UTF-8, else Latin-1.
    pub charset: Charset,
    /// Most records read; the rest is left out with a trouble. 20,000.
    pub records_max: usize,
    /// Fields a record may have before a trouble says so; they can be read all the same. 1,024.
    pub fields_max: usize,
}

impl Default for ParseSettings {
    fn default() -> Self {
        Self { charset: Charset::default(), records_max: 20_000, fields_max: 1_024 }
    }
}

/// Something about a record that a person may have to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line_number}: {what}")]
pub struct RecordTrouble {
    /// The line in the message, counted from 1.
    pub line_number: usize,
    /// What it is.
    pub what: RecordTroubleKind,
}

/// What is unusual about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordTroubleKind {
    /// The message has no records.
    #[error("the message is empty")]
    Empty,
    /// The first record is not a header.
    #[error("the message does not begin with a header record (H); the usual delimiters are assumed")]
    MissingHeader,
    /// The header does not declare four different delimiters.
    #[error("the header declares no usable delimiters; the usual ones (|\\^&) are assumed")]
    BadDelimiters,
    /// Another header in the same message.
    #[error("another header record (H) begins in the middle of the message")]
    SecondHeader,
    /// No terminator.
    #[error("the message has no terminator record (L)")]
    MissingTerminator,
    /// Something after the terminator.
    #[error("a record after the terminator record (L)")]
    AfterTerminator,
    /// An order without a patient.
    #[error("an order record (O) without a patient record (P) before it")]
    OrderWithoutPatient,
    /// A result without an order.
    #[error("a result record (R) without an order record (O) before it")]
    ResultWithoutOrder,
    /// A record of unknown type.
    #[error("a record of a type this system does not know")]
    UnknownRecord,
    /// More records than the limit.
    #[error("more than {limit} records; this one and all after it were not read")]
    TooManyRecords {
        /// The limit.
        limit: usize,
    },
    /// More fields than the limit.
    #[error("more than {limit} fields in one record")]
    TooManyFields {
        /// The limit.
        limit: usize,
    },
    /// Bytes that do not fit the character set.
    #[error("the text is not in the character set expected on this link; check accented characters")]
    Charset,
}

/// The records of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<'a> {
    records: Vec<Record<'a>>,
}

/// One result with all it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultContext<'m, 'a> {
    /// The message's header.
    pub header: Option<&'m Record<'a>>,
    /// The patient, if a P record stands above.
    pub patient: Option<&'m Record<'a>>,
    /// The order, if an O record stands above.
    pub order: Option<&'m Record<'a>>,
    /// The result.
    pub result: &'m Record<'a>,
    /// The comments that follow it, also those after its manufacturer records.
    pub comments: Vec<&'m Record<'a>>,
    /// The manufacturer records that follow it.
    pub manufacturer: Vec<&'m Record<'a>>,
}

/// Reads the records of a message with the usual settings.
///
/// ```
/// let (message, troubles) = lis2::parse(b"H|\\^&\rP|1\rO|1|S1\rR|1|^^^K|4.1|mmol/L\rL|1|N\r");
/// assert!(troubles.is_empty());
/// let potassium = message.results().next().unwrap();
/// assert_eq!(potassium.result.field(3).component(4).text(), "K");
/// assert_eq!(potassium.result.field(4).text(), "4.1");
/// assert_eq!(potassium.order.unwrap().field(3).text(), "S1");
/// ```
#[must_use]
pub fn parse(content: &[u8]) -> (Message<'_>, Vec<RecordTrouble>) {
    parse_with(content, &ParseSettings::default())
}

/// Reads the records of a message. Every record within the limits is in the message, whatever the troubles say.
#[must_use]
pub fn parse_with<'a>(content: &'a [u8], settings: &ParseSettings) -> (Message<'a>, Vec<RecordTrouble>) {
    let (encoding, contradicted) = Encoding::settle(settings.charset, content);
    let mut reader = Reader::new(encoding, settings);
    if contradicted {
        reader.trouble(1, RecordTroubleKind::Charset);
    }
    for (line_number, raw) in lines(content) {
        if reader.records.len() >= settings.records_max {
            reader.trouble(line_number, RecordTroubleKind::TooManyRecords { limit: settings.records_max });
            return reader.finish();
        }
        reader.read(line_number, raw);
    }
    reader.check_end();
    reader.finish()
}

/// The records of a message as they were received, each ended by CR.
#[must_use]
pub fn render(message: &Message<'_>) -> Vec<u8> {
    let mut content = Vec::new();
    for record in &message.records {
        content.extend_from_slice(record.raw);
        content.push(CR);
    }
    content
}

/// The lines that are not empty, with their numbers. CR, LF and CR LF end a line.
fn lines(content: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut after_cr = false;
    let mut number = 0;
    content.split_inclusive(|byte| matches!(*byte, CR | LF)).filter_map(move |line| {
        let is_second_half = after_cr && line == [LF];
        after_cr = line.last() == Some(&CR);
        if is_second_half {
            return None;
        }
        number += 1;
        let text = line.strip_suffix(&[CR]).or_else(|| line.strip_suffix(&[LF])).unwrap_or(line);
        // Some devices pad with NUL between records.
        let padding = text.iter().take_while(|byte| **byte == 0).count();
        let text = text.get(padding..).unwrap_or_default();
        (!text.is_empty()).then_some((number, text))
    })
}

impl<'a> Message<'a> {
    /// All records in the order received.
    #[must_use]
    pub fn records(&self) -> &[Record<'a>] {
        &self.records
    }

    /// The header, if the message begins with one.
    #[must_use]
    pub fn header(&self) -> Option<&Record<'a>> {
        self.records.first().filter(|record| record.kind == RecordKind::Header)
    }

    /// The records of one kind.
    pub fn of_kind(&self, kind: RecordKind) -> impl Iterator<Item = &Record<'a>> {
        self.records.iter().filter(move |record| record.kind == kind)
    }

    /// What this record of the message belongs to.
    #[must_use]
    pub fn parent(&self, record: &Record<'a>) -> Option<&Record<'a>> {
        self.records.get(record.parent?)
    }

    /// The comments, manufacturer and unknown records that follow this record before the next patient, order, query or result.
    pub fn attached(&self, record: &Record<'a>) -> impl Iterator<Item = &Record<'a>> {
        self.records.iter().skip(record.index + 1).take_while(|next| next.kind.level().is_none())
    }

    /// The comments on this record.
    pub fn comments(&self, record: &Record<'a>) -> impl Iterator<Item = &Record<'a>> {
        self.attached(record).filter(|attached| attached.kind == RecordKind::Comment)
    }

    /// Every result with its patient, order, comments and manufacturer records.
    pub fn results(&self) -> impl Iterator<Item = ResultContext<'_, 'a>> {
        self.of_kind(RecordKind::Result).map(|result| {
            let order = self.parent(result).filter(|parent| parent.kind == RecordKind::Order);
            ResultContext {
                header: self.above(result, RecordKind::Header),
                patient: self.above(result, RecordKind::Patient),
                order,
                result,
                comments: self.comments(result).collect(),
                manufacturer: self.attached(result).filter(|record| record.kind == RecordKind::Manufacturer).collect(),
            }
        })
    }

    /// The record of this kind that stands above, if there is one.
    #[must_use]
    pub fn above(&self, record: &Record<'a>, kind: RecordKind) -> Option<&Record<'a>> {
        let mut at = self.parent(record);
        while let Some(parent) = at {
            if parent.kind == kind {
                return Some(parent);
            }
            at = self.parent(parent);
        }
        None
    }
}

struct Reader<'a> {
    records: Vec<Record<'a>>,
    troubles: Vec<RecordTrouble>,
    delimiters: Delimiters,
    encoding: Encoding,
    fields_max: usize,
    /// The last record of each level: header, patient or query, order, result.
    open: [Option<usize>; 4],
    terminated: bool,
}

impl<'a> Reader<'a> {
    fn new(encoding: Encoding, settings: &ParseSettings) -> Self {
        Self {
            records: Vec::new(),
            troubles: Vec::new(),
            delimiters: Delimiters::default(),
            encoding,
            fields_max: settings.fields_max,
            open: [None; 4],
            terminated: false,
        }
    }

    fn trouble(&mut self, line_number: usize, what: RecordTroubleKind) {
        self.troubles.push(RecordTrouble { line_number, what });
    }

    fn read(&mut self, line_number: usize, raw: &'a [u8]) {
        let kind = self.kind_of(raw);
        if kind == RecordKind::Header {
            self.take_delimiters(line_number, raw);
        }
        self.check(line_number, kind, raw);
        let parent = self.place(kind);
        // Four bytes hold any first character.
        let letter = self.encoding.decode(raw.get(..4).unwrap_or(raw)).chars().next().unwrap_or_default();
        let index = self.records.len();
        let (delimiters, encoding) = (self.delimiters, self.encoding);
        self.records.push(Record { kind, letter, line_number, raw, index, parent, delimiters, encoding });
        self.terminated |= kind == RecordKind::Terminator;
    }

    fn kind_of(&self, raw: &[u8]) -> RecordKind {
        // The header brings its own delimiter: what follows H decides nothing.
        match raw {
            [b'H', next, ..] if !next.is_ascii_alphanumeric() => RecordKind::Header,
            _ => RecordKind::of(raw.split(|byte| *byte == self.delimiters.field).next().unwrap_or_default()),
        }
    }

    fn take_delimiters(&mut self, line_number: usize, raw: &[u8]) {
        if let Some(declared) = Delimiters::declared(raw) {
            self.delimiters = declared;
        } else {
            self.delimiters = Delimiters::default();
            self.trouble(line_number, RecordTroubleKind::BadDelimiters);
        }
    }

    fn check(&mut self, line_number: usize, kind: RecordKind, raw: &[u8]) {
        let is_first = self.records.is_empty();
        if is_first && kind != RecordKind::Header {
            self.trouble(line_number, RecordTroubleKind::MissingHeader);
        }
        if !is_first && kind == RecordKind::Header {
            self.trouble(line_number, RecordTroubleKind::SecondHeader);
        } else if self.terminated {
            self.trouble(line_number, RecordTroubleKind::AfterTerminator);
        }
        if kind == RecordKind::Unknown {
            self.trouble(line_number, RecordTroubleKind::UnknownRecord);
        }
        if raw.iter().filter(|byte| **byte == self.delimiters.field).count() >= self.fields_max {
            self.trouble(line_number, RecordTroubleKind::TooManyFields { limit: self.fields_max });
        }
        let [_, patient, order, _] = self.open;
        let has_patient = patient.and_then(|index| self.records.get(index)).is_some_and(|record| record.kind == RecordKind::Patient);
        match kind {
            RecordKind::Order if !has_patient => self.trouble(line_number, RecordTroubleKind::OrderWithoutPatient),
            RecordKind::Result if order.is_none() => self.trouble(line_number, RecordTroubleKind::ResultWithoutOrder),
            _ => {}
        }
    }

    /// Finds the parent, and closes all levels below the record.
    fn place(&mut self, kind: RecordKind) -> Option<usize> {
        let index = self.records.len();
        let Some(level) = kind.level().map(usize::from) else {
            return self.attach(kind);
        };
        // The terminator closes the message but opens nothing: what follows it belongs to nobody but the header.
        let is_terminator = kind == RecordKind::Terminator;
        let level = if is_terminator { 1 } else { level };
        let parent = self.open.iter().take(level).rev().find_map(|open| *open);
        for (slot_level, slot) in self.open.iter_mut().enumerate().skip(level) {
            *slot = (slot_level == level && !is_terminator).then_some(index);
        }
        parent
    }

    /// A comment belongs to the record just before it, other comments aside; what the manufacturer adds belongs to the last record of the tree.
    fn attach(&self, kind: RecordKind) -> Option<usize> {
        let mut at = self.records.last();
        while let Some(record) = at {
            let fits = match kind {
                RecordKind::Comment => record.kind != RecordKind::Comment,
                _ => record.kind.level().is_some(),
            };
            if fits {
                return Some(record.index);
            }
            at = record.parent.and_then(|parent| self.records.get(parent));
        }
        None
    }

    fn check_end(&mut self) {
        let last_line = self.records.last().map_or(1, |record| record.line_number);
        if self.records.is_empty() {
            self.trouble(last_line, RecordTroubleKind::Empty);
        } else if !self.terminated {
            self.trouble(last_line, RecordTroubleKind::MissingTerminator);
        }
    }

    fn finish(self) -> (Message<'a>, Vec<RecordTrouble>) {
        (Message { records: self.records }, self.troubles)
    }
}
